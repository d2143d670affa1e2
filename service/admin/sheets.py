"""One way to ask an administrator for something: a small form on a page of its own, told by a schema."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import flash, g, redirect, render_template, request
from flask.typing import ResponseReturnValue

from service import forms
from workflows import sectors
from workflows.engine import forms as schemas
from workflows.errors import Invalid
from workflows.hazards.rules import SUBJECT_TYPES

Options = Mapping[str, list[tuple[str, str]]]
NOTHING: Mapping[str, Any] = {}


@dataclass(frozen=True)
class Sheet:
    """A page with one form."""

    title: str
    fields: Mapping[str, Any]
    """JSON Schema of each field, in the order they are asked."""
    required: tuple[str, ...]
    back: str
    """Where one goes after it, and with 取消."""
    button: str = "保存"
    done: str = "已保存。"
    intro: str = ""
    warns: bool = False
    """The intro tells something that cannot be taken back."""

    @property
    def schema(self) -> dict[str, Any]:
        """The form as a schema."""
        return {"title": self.title, "properties": self.fields, "required": self.required}


def handle(
    sheet: Sheet,
    do: Callable[[dict[str, Any]], ResponseReturnValue | None],
    *,
    data: Mapping[str, Any] = NOTHING,
    options: Options = NOTHING,
) -> ResponseReturnValue:
    """Show the form; when it is handed in, check it and do it. Invalid shows it again with its sentences; nothing is done."""
    if request.method != "POST":
        return _show(sheet, data, {}, options)
    typed, faults = forms.read(sheet.schema, request.form, {})
    try:
        _check_chosen(sheet, typed, options)
        checked = schemas.check(sheet.schema, typed, {})
        answer = do(checked)
    except Invalid as invalid:
        g.session.rollback()
        return _show(sheet, typed, {**invalid.fields, **faults}, options), 422
    if answer is not None:
        return answer
    flash(sheet.done, "good")
    return redirect(sheet.back)


def choices() -> Options:
    """The lists that several forms choose from."""
    return {"sectors": list(sectors.offered(g.session).items()), "subject_types": list(SUBJECT_TYPES.items())}


def _check_chosen(sheet: Sheet, typed: Mapping[str, Any], options: Options) -> None:
    """What was chosen from a list must stand in the list."""
    offered = {**choices(), **options}
    for key, field in sheet.fields.items():
        if name := field.get("x-options") or field.get("items", {}).get("x-options"):
            known = {value for value, _ in offered[name]}
            chosen = typed.get(key, [])
            if set([chosen] if isinstance(chosen, str) else chosen) - known - {""}:
                raise Invalid(key, f"“{field['title']}”请从列出的选项中选择。")


def _show(sheet: Sheet, data: Mapping[str, Any], faults: Mapping[str, str], options: Options) -> str:
    offered = {**choices(), **options}
    fields = forms.view(sheet.schema, data, faults, options=lambda name: offered.get(name, []), functions={})
    return render_template("admin/form.html", sheet=sheet, fields=fields, faults=faults)


# ---- fields that several forms ask for ---------------------------------------------------------------------------------


def line(title: str, most: int, hint: str = "", least: int = 1) -> dict[str, Any]:
    """One line of text."""
    return {"type": "string", "title": title, "minLength": least, "maxLength": most, "description": hint}


def day(title: str, hint: str = "") -> dict[str, Any]:
    """A date."""
    return {"type": "string", "format": "date", "title": title, "description": hint}


def choice(title: str, options: str, hint: str = "") -> dict[str, Any]:
    """One of a list."""
    return {"type": "string", "title": title, "x-options": options, "description": hint}


def many(title: str, options: str, hint: str = "") -> dict[str, Any]:
    """Some of a list."""
    return {"type": "array", "title": title, "items": {"type": "string", "x-options": options}, "description": hint}


def find_date(text: str | None) -> date | None:
    """The date that was given; None if none was."""
    return date.fromisoformat(text) if text else None
