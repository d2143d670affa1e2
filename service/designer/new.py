"""全新的流程: a draft that begins as no version is, from what its designer answers to a form like any other."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from service import forms
from workflows import people, steps, subjects, vocabulary
from workflows.engine import definitions
from workflows.engine import forms as schemas
from workflows.engine.definitions import blank
from workflows.errors import Forbidden, Invalid

blueprint = Blueprint("new_process", __name__, url_prefix="/designer/new")

SUBJECTS = [{"const": code, "title": f"{name}：按钮在{vocabulary.PAGES[code]}"} for code, name in vocabulary.SUBJECTS.items()]
ROLES = [{"const": code, "title": name} for code, name in vocabulary.ROLES.items()]
REASON = {"title": "事由", "type": "string", "x-widget": "text", "minLength": 2, "maxLength": 1000}
"""What the first task asks for, until its designer asks for more."""
FORM = {
    "title": "全新的流程",
    "type": "object",
    "required": ["name", "key", "subject", "begin", "first"],
    "properties": {
        "name": {"title": "流程名称", "type": "string", "minLength": 2, "maxLength": 60, "description": "如“复查回访”。"},
        "key": {
            "title": "流程编号",
            "type": "string",
            "pattern": "^[a-z][a-z0-9_]{2,39}$",
            "description": "3 到 40 个小写字母、数字和下划线，以字母开头，如 revisit。发布后不能再改。",
        },
        "subject": {
            "title": "办理对象",
            "type": "string",
            "default": "hazard",
            "description": "发布以后，发起按钮就在写明的页面上。",
            "oneOf": SUBJECTS,
        },
        "begin": {
            "title": "发起按钮上的字",
            "type": "string",
            "minLength": 2,
            "maxLength": 12,
            "description": "由哪个岗位发起，哪个岗位的人就看到这个按钮，如“发起回访”。",
        },
        "first": {"title": "由哪个岗位发起", "type": "string", "oneOf": ROLES},
        "others": {
            "title": "还有哪些岗位参与",
            "type": "array",
            "uniqueItems": True,
            "items": {"oneOf": ROLES},
            "maxItems": 12,
            "description": "每个岗位一条泳道，以后还可以增减。",
        },
    },
}


@blueprint.get("")
def ask() -> ResponseReturnValue:
    """What a new process is called, what it is about, and who takes part."""
    _allow()
    return _page({}, {})


@blueprint.post("")
def begin() -> ResponseReturnValue:
    """Begin the draft."""
    _allow()
    data, faults = forms.read(FORM, request.form, {})
    try:
        answers = schemas.check(FORM, data, {})
        if answers["key"] in steps.STEPS:
            raise Invalid("key", "这个编号是系统步骤的名称，请换一个。")
        _check_roles(answers)
        made = _begin(answers)
    except Invalid as invalid:
        g.session.rollback()
        return _page(data, {**_told(invalid), **faults}), 422
    where = f"{people.role_name(answers['first'])}在{vocabulary.PAGES[answers['subject']]}上看到按钮“{answers['begin']}”"
    flash(f"已新建“{made.name}”。现在图上只有一个环节，请往下画。发布以后，{where}。", "good")
    return redirect(url_for("room.show", draft_id=made.id))


def _check_roles(answers: Mapping[str, Any]) -> None:
    """Only posts that have to do with what the process is about."""
    about = answers["subject"]
    for field, roles in (("first", [answers["first"]]), ("others", answers.get("others", []))):
        if wrong := [people.role_name(role) for role in roles if role not in subjects.KINDS[about].roles]:
            raise Invalid(field, f"{'、'.join(wrong)}不办理{vocabulary.SUBJECTS[about]}方面的事项，请选别的岗位。")


def _begin(answers: Mapping[str, Any]) -> definitions.DiagramDraft:
    key, first = answers["key"], answers["first"]
    lanes = list(dict.fromkeys([first, *answers.get("others", [])]))
    form = f"{key}_first"
    drawn = blank.draw(
        key,
        answers["name"],
        [people.role_name(role) for role in lanes],
        said={"subject": answers["subject"], "begin": answers["begin"]},
        task=answers["begin"],
        of_task={"role": first, "unit": "around", "form": form},
    )
    asked = {"$id": form, "title": answers["begin"], "type": "object", "required": ["reason"], "properties": {"reason": REASON}}
    return definitions.begin_new(g.session, key, answers["name"], drawn, {form: asked}, by=current_user.id)


def _told(invalid: Invalid) -> dict[str, str]:
    """The pattern's own sentence says only that something is wrong."""
    wrong = "流程编号只能用小写字母、数字和下划线，以字母开头，3 到 40 个字符。"
    return {key: wrong if key == "key" and "格式" in sentence else sentence for key, sentence in invalid.fields.items()}


def _allow() -> None:
    if not people.may(current_user.caller, "design"):
        raise Forbidden("只有流程设计员可以新建流程。")


def _page(data: Mapping[str, Any], faults: Mapping[str, str]) -> str:
    fields = forms.view(FORM, data, faults, options=forms.no_options, functions={})
    return render_template("designer/new.html", fields=fields, faults=faults)
