"""A form between three shapes: the JSON Schema that says it, the fields a page shows, the data the engine takes.

`read` turns what a browser sent into JSON; what cannot be turned stays as it was typed, so that the page can show it again.
`view` turns data (a draft, a refused submission, nothing yet) into fields. `tell` turns a submission into lines to read.
Whether the data is right is not decided here but by `engine.forms.check`, when the task is completed.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from math import isfinite
from typing import Any

from flask import Flask
from werkzeug.datastructures import MultiDict

from service import labels
from workflows import clock
from workflows.engine import forms as schemas

Options = Callable[[str], list[tuple[str, str]]]
NameOf = Callable[[str, str], str]
"""(option list, value) → text."""
Functions = Mapping[str, Callable[[], Any]]
Schema = Mapping[str, Any]

FEW = 6  # up to here choices lie open as radio buttons; more of them fold into a list
MANY_EXTRA = 3
PARTS = {"date": ("year", "month", "day"), "moment": ("year", "month", "day", "hour", "minute")}
"""A date is typed in parts: the browser's own control speaks the browser's language, which need not be Chinese."""
PART_NAMES = {"year": "年", "month": "月", "day": "日", "hour": "时", "minute": "分"}
YES_NO = (("true", "是"), ("false", "否"))


@dataclass(frozen=True)
class Field:
    """One field as a page shows it. All values are texts, as a browser wants them."""

    key: str
    label: str
    kind: str
    """line, text, number, money, date, moment, choice (radio), select, many (checkboxes), photos, papers"""
    hint: str = ""
    is_required: bool = False
    values: tuple[str, ...] = ()
    options: tuple[tuple[str, str], ...] = ()
    fault: str = ""
    visible_when: str = ""
    is_visible: bool = True
    max_length: int | None = None
    least: int = 0
    unit: str = ""
    narrowed_by: str = ""
    """The field whose choice says which of the options make sense: their texts begin with its text and a bar."""
    suggestions: tuple[tuple[str, str], ...] = ()
    """What a line offers to be taken over; anything else may be typed."""
    is_touched: bool = False
    """Somebody has answered it, or it is faulty: it must not fold away."""
    among: str = ""
    """Tells the same field of several forms on one page apart."""

    @property
    def value(self) -> str:
        """The one value of a field that has one."""
        return self.values[0] if self.values else ""

    @property
    def parts(self) -> list[tuple[str, str, str]]:
        """(part, its name, what it says) of a date or moment."""
        said = re.split("[-T:]", self.value)
        names = PARTS[self.kind]
        return [(part, PART_NAMES[part], said[place] if place < len(said) else "") for place, part in enumerate(names)]

    @property
    def id(self) -> str:
        """The id of its control; the error summary and the label point there."""
        return f"f-{self.among}{self.key}"


@dataclass(frozen=True)
class Told:
    """One answered field of a submission, to be read: texts, photos by digest, or papers by reference."""

    label: str
    texts: tuple[str, ...]
    is_photos: bool = False
    is_papers: bool = False
    is_long: bool = False


def init_app(app: Flask) -> None:
    """Give the templates what they ask of several fields."""
    app.jinja_env.globals["fold"] = fold


# ---- browser → data ----------------------------------------------------------------------------------------------------


def read(schema: Schema, form: MultiDict[str, str], photos: Mapping[str, list[str]]) -> tuple[dict, dict[str, str]]:
    """The typed data, and a sentence for each field whose text could not be turned (it stays in the data as typed).

    `photos`: the references in each field of photos or papers, taken in beforehand. A password never becomes data.
    """
    data: dict[str, Any] = {}
    faults: dict[str, str] = {}
    for key, field in schema["properties"].items():
        kind = kind_of(field)
        if kind in schemas.FILES:
            data[key] = photos.get(key, [])
        elif kind == "many":
            data[key] = form.getlist(key)
        elif kind != "password" and (typed := _typed(kind, key, form)):
            data[key], fault = _turn(kind, field, typed)
            if fault:
                faults[key] = fault
    return {key: value for key, value in data.items() if value != []}, faults


def _typed(kind: str, key: str, form: MultiDict[str, str]) -> str:
    """What was typed into a field; the parts of a date are put together, half a date stays half."""
    if kind not in PARTS or key in form:
        return form.get(key, "").strip()
    parts = [form.get(f"{key}.{part}", "").strip() for part in PARTS[kind]]
    if not any(parts):
        return ""
    on = "-".join([parts[0], *(part.zfill(2) if part else "" for part in parts[1:3])])
    return on if kind == "date" else f"{on}T{':'.join(part.zfill(2) if part else '' for part in parts[3:])}"


def _turn(kind: str, field: Schema, typed: str) -> tuple[Any, str]:
    try:
        return _TURNS.get(kind, _same)(field, typed), ""
    except (ValueError, InvalidOperation):
        return typed, _WRONG.get(kind, "“{}”填写的格式不对。").format(field.get("title", ""))


def _same(field: Schema, typed: str) -> Any:
    return typed == "true" if field.get("type") == "boolean" and typed in ("true", "false") else typed


def _number(field: Schema, typed: str) -> int | float:
    plain = typed.replace(",", "").replace("，", "").removesuffix("%")
    number = int(plain) if field.get("type") == "integer" else float(plain)
    if not isfinite(number):
        raise ValueError(typed)
    return number


def _fen(_field: Schema, typed: str) -> int:
    yuan = Decimal(typed.replace(",", "").replace("，", "").removesuffix("元").strip())
    if not -schemas.MOST < yuan < schemas.MOST or yuan * 100 != (yuan * 100).to_integral_value():
        raise ValueError(typed)
    return int(yuan * 100)


def _day(_field: Schema, typed: str) -> str:
    return _likely(date.fromisoformat(typed)).isoformat()


def _moment(_field: Schema, typed: str) -> str:
    """What is typed is the office's clock; what is kept says so."""
    at = datetime.fromisoformat(typed)
    _likely(at)
    return (at if at.tzinfo else at.replace(tzinfo=clock.SHANGHAI)).isoformat()


def _likely(day: date) -> date:
    if not clock.is_likely(day):
        raise ValueError(day)
    return day


_TURNS: Mapping[str, Callable[[Schema, str], Any]] = {
    "number": _number,
    "money": _fen,
    "date": _day,
    "moment": _moment,
}
_WRONG = {
    "number": "“{}”请填写数字。",
    "money": "“{}”请填写金额，单位为元，最多两位小数，例如 12000 或 12000.50。",
    "date": "“{}”不是有效的日期，请把年、月、日填全。",
    "moment": "“{}”不是有效的时间，请把年、月、日、时、分填全。",
}


# ---- data → page -------------------------------------------------------------------------------------------------------


def view(
    schema: Schema,
    data: Mapping[str, Any],
    faults: Mapping[str, str],
    *,
    options: Options,
    functions: Functions,
    among: str = "",
) -> list[Field]:
    """The fields to show, in the schema's order. The password of a signature is not among them: the page asks for it.
    `among`: what this form is called among several on one page."""
    fields = schema["properties"]
    proposed = {key: field["default"] for key, field in fields.items() if "default" in field}
    data = {**proposed, **data}
    return [
        replace(_field(schema, key, data, faults.get(key, ""), options, functions), among=among)
        for key, field in fields.items()
        if kind_of(field) != "password"
    ]


def _field(schema: Schema, key: str, data: Mapping[str, Any], fault: str, options: Options, functions: Functions) -> Field:
    field = schema["properties"][key]
    choices = choices_of(field, options)
    return Field(
        key=key,
        label=field.get("title", key),
        kind=_control(kind_of(field), choices),
        hint=field.get("description", ""),
        is_required=schemas.is_required(schema, key),
        values=_texts(kind_of(field), data.get(key)),
        options=tuple(choices),
        fault=fault,
        visible_when=field.get("x-visible-when", ""),
        is_visible=schemas.is_visible(field, data, functions),
        max_length=field.get("maxLength"),
        least=field.get("minItems", 0),
        narrowed_by=field.get("x-narrowed-by", ""),
        suggestions=tuple(options(field["x-suggest"])) if "x-suggest" in field else (),
        is_touched=bool(fault) or data.get(key) not in (None, field.get("default")),
        unit="元" if kind_of(field) == "money" and "元" not in field.get("title", "") else field.get("x-unit", ""),
    )


def kind_of(field: Schema) -> str:
    """What kind of answer a field wants."""
    widget = field.get("x-widget")
    if widget in (*schemas.FILES, "money", "password"):
        return str(widget)
    if field.get("type") == "array":
        return "many"
    if "oneOf" in field or "enum" in field or "x-options" in field or field.get("type") == "boolean":
        return "choice"
    if field.get("type") in ("integer", "number"):
        return "number"
    dated = {"date": "date", "date-time": "moment"}.get(field.get("format", ""))
    return dated or ("text" if widget == "text" or field.get("maxLength", 0) > 200 else "line")


def _control(kind: str, choices: Sequence[tuple[str, str]]) -> str:
    return "select" if kind == "choice" and len(choices) > FEW else kind


def no_options(_name: str) -> list[tuple[str, str]]:
    """Nothing of the domain's lists: for a form that asks for none, or where today's lists do not matter."""
    return []


def choices_of(field: Schema, options: Options) -> list[tuple[str, str]]:
    """(value, text) of all that may be chosen."""
    items = field.get("items", field)
    if name := field.get("x-options") or items.get("x-options"):
        return options(name)
    if items.get("type") == "boolean":
        return list(YES_NO)
    if "oneOf" in items:
        return [(_text(each["const"]), each.get("title", str(each["const"]))) for each in items["oneOf"]]
    return [(_text(each), str(each)) for each in items.get("enum", ())]


def _texts(kind: str, value: Any) -> tuple[str, ...]:
    """A value as the texts of its control; a text that never became a value is shown as it is."""
    if value is None:
        return ()
    if isinstance(value, list):
        return tuple(_text(each) for each in value)
    if kind == "money" and isinstance(value, int):
        return (f"{Decimal(value) / 100:f}",)
    if kind == "moment":
        return (_local_text(value),)
    return (_text(value),)


def _text(value: Any) -> str:
    if isinstance(value, float):
        return str(value).removesuffix(".0")  # what was typed without a point is shown without
    return str(value).lower() if isinstance(value, bool) else str(value)


def _local_text(value: str) -> str:
    try:
        return clock.local(datetime.fromisoformat(value)).strftime("%Y-%m-%dT%H:%M")
    except (ValueError, OverflowError):  # a year that no clock of ours can tell
        return value


def fold(fields: Sequence[Field]) -> tuple[Sequence[Field], Sequence[Field]]:
    """(the fields that matter, the optional ones at the end): the latter fold away when there are several of them.

    In the field, on a phone, nobody should scroll past six empty boxes to hand in the five that are asked for.
    """
    last = max((place for place, field in enumerate(fields) if field.is_required or field.visible_when), default=-1)
    extra = fields[last + 1 :]
    return (fields[: last + 1], extra) if len(extra) >= MANY_EXTRA and last >= 0 else (fields, [])


# ---- data → lines to read ----------------------------------------------------------------------------------------------


def tell(schema: Schema, data: Mapping[str, Any], name_of: NameOf) -> list[Told]:
    """What somebody handed in, in the form's own words and order. `name_of` says what a chosen row is called, also when the
    list of today would no longer offer it."""
    fields = schema["properties"]
    return [_told(field, data[key], name_of) for key, field in fields.items() if key in data]


def _told(field: Schema, value: Any, name_of: NameOf) -> Told:
    kind, label = kind_of(field), field.get("title", "")
    if kind == "photos":
        return Told(label, tuple(value), is_photos=True)
    if kind == "papers":
        return Told(label, tuple(value), is_papers=True)
    values = value if isinstance(value, list) else [value]
    if rows := field.get("x-options") or field.get("items", {}).get("x-options"):
        return Told(label, tuple(name_of(rows, str(each)) for each in values))
    words = dict(choices_of(field, no_options)) if kind in ("choice", "many") else {}
    return Told(label, tuple(_say(kind, each, words) for each in values), is_long=kind == "text")


def _say(kind: str, value: Any, words: Mapping[str, str]) -> str:
    if kind == "money" and isinstance(value, int):
        return labels.yuan(value)
    if kind == "date":
        return labels.day(value)
    if kind == "moment":
        return labels.moment(value)
    return words.get(_text(value), _text(value))
