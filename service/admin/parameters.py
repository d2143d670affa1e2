"""行动参数: the terms and shares of a campaign, and every value they ever had."""

import re
from collections.abc import Mapping
from typing import Any

from flask import g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from service.admin import allow, blueprint
from service.admin.sheets import Sheet, handle, line
from workflows import campaigns, people
from workflows.errors import NotFound
from workflows.parameters import SPECS, Spec

REASON = line("修改理由和依据", 200, "例如：县专项办〔2026〕3 号通知。", least=2)
SEPARATORS = re.compile(r"[,，、;；\s]+")


@blueprint.get("/parameters")
def parameters() -> ResponseReturnValue:
    """行动参数."""
    allow("set_parameters")
    campaign = _campaign(request.args.get("campaign", ""))
    values = campaigns.params(g.session, campaign.code)
    changed = {each.name: each for each in campaigns.changes(g.session, campaign.code) if each.set_by is not None}
    return render_template(
        "admin/parameters.html",
        campaign=campaign,
        campaigns=campaigns.everyone(g.session),
        rows=[(name, spec, say(spec, values[name]), changed.get(name)) for name, spec in SPECS.items() if name in values],
        names=people.names(g.session, [each.set_by for each in changed.values()]),
    )


@blueprint.get("/parameters/<code>/<name>")
def parameter(code: str, name: str) -> ResponseReturnValue:
    """One parameter: every value it ever had, who set it, and why."""
    allow("set_parameters")
    campaign, spec = campaigns.get(g.session, code), _spec(name)
    rows = [each for each in campaigns.changes(g.session, code) if each.name == name]
    return render_template(
        "admin/parameter.html",
        campaign=campaign,
        name=name,
        spec=spec,
        rows=[(each, say(spec, each.value)) for each in reversed(rows)],
        names=people.names(g.session, [each.set_by for each in rows]),
    )


@blueprint.route("/parameters/<code>/<name>/change", methods=["GET", "POST"])
def change_parameter(code: str, name: str) -> ResponseReturnValue:
    """A new value from now on."""
    allow("set_parameters")
    campaign, spec = campaigns.get(g.session, code), _spec(name)
    if spec.kind == "fixed":
        raise NotFound("这个参数是固定口径，不能修改。")
    sheet = Sheet(
        title=f"修改：{spec.title}",
        fields={"value": _field(spec), "reason": REASON},
        required=("value", "reason"),
        back=url_for("admin.parameter", code=code, name=name),
        done="已修改，自现在起执行。",
        intro=f"{campaign.name}。修改后开始的环节按新值计算；已经定下的期限不变。",
    )
    now = campaigns.param(g.session, code, name)

    def change(data: Mapping[str, Any]) -> None:
        value = _value(spec, data["value"])
        campaigns.set_param(g.session, code, name, value, by=current_user.id, reason=data["reason"])

    return handle(sheet, change, data={"value": _shown(spec, now)})


def say(spec: Spec, value: Any) -> str:
    """A value in words: 3 个工作日, 20%, 每季度."""
    if spec.kind == "yesno":
        return "是" if value else "否"
    if spec.kind in ("choice", "fixed"):
        return spec.choices.get(value, str(value))
    if spec.kind == "some":
        return "、".join(spec.choices.get(each, each) for each in value)
    if spec.kind == "numbers":
        return f"{'、'.join(f'{each:.12g}' for each in value)} {spec.unit}"
    if spec.kind == "share":
        return f"{value * 100:g}%"
    return f"{value} {spec.unit}"


def _campaign(code: str) -> campaigns.Campaign:
    return campaigns.get(g.session, code) if code else campaigns.current(g.session)


def _spec(name: str) -> Spec:
    if name not in SPECS:
        raise NotFound("没有这个参数。")
    return SPECS[name]


def _field(spec: Spec) -> dict[str, Any]:
    titles = [{"const": code, "title": text} for code, text in spec.choices.items()]
    field: dict[str, Any] = {
        "whole": {"type": "integer", "x-unit": spec.unit},
        "share": {"type": "number", "x-unit": "%"},
        "numbers": {"type": "string", "maxLength": 60},
        "some": {"type": "array", "items": {"type": "string", "oneOf": titles}},
        "choice": {"type": "string", "oneOf": titles},
        "yesno": {"type": "boolean"},
        "day": {"type": "string", "format": "date"},
    }[spec.kind]
    unit = spec.unit if spec.kind == "numbers" else ""
    return {**field, "title": "新值", "description": f"{unit} {spec.hint}".strip()}


def _shown(spec: Spec, value: Any) -> Any:
    if spec.kind == "numbers":
        return "，".join(f"{each:.12g}" for each in value)
    return round(value * 100, 6) if spec.kind == "share" else value


def _value(spec: Spec, typed: Any) -> Any:
    """What was typed as the value to keep; a text that is no number stays a text, and is refused as such."""
    if spec.kind == "share":
        return round(typed / 100, 8)
    if spec.kind != "numbers":
        return typed
    parts = [part for part in SEPARATORS.split(typed.strip()) if part]
    if not all(re.fullmatch(r"-?\d{1,9}(\.\d{1,6})?", part) for part in parts):
        return typed
    return [float(part) if "." in part else int(part) for part in parts]
