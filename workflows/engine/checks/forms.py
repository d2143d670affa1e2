"""Forms: each field can be asked for, answered and checked; none can hang the server."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, TypeGuard

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

from workflows.db import canonical
from workflows.engine import expressions
from workflows.engine.checks.findings import Finding, Known, error
from workflows.errors import Invalid

MAX_FIELDS = 80
MAX_OPTIONS = 200
MAX_PATTERN = 200
TYPES = frozenset({"string", "integer", "number", "boolean", "array"})
FORMATS = frozenset({"date", "date-time"})
RANGES = (("minLength", "maxLength"), ("minimum", "maximum"), ("minItems", "maxItems"))
SCALARS = frozenset({"integer", "number", "boolean"})
# All that a form says of a field, of the items of a list, and of a choice; "x-…" is for the pages. The rest of JSON Schema stays
# outside: `$ref` would let the server fetch what a form names, and a pattern could hide in `allOf`.
OF_FIELD = frozenset(
    "type title description default minLength maxLength minimum exclusiveMinimum maximum exclusiveMaximum multipleOf minItems "
    "maxItems uniqueItems items oneOf enum format pattern".split()
)
OF_ITEMS = frozenset("type title oneOf enum minLength maxLength minimum maximum".split())
OF_CHOICE = frozenset("const title description".split())


def check_forms(forms: Mapping[str, Any], known: Known) -> Iterator[Finding]:
    """What is wrong with the forms that come with a diagram. Findings stand at `form:KEY` or `form:KEY/FIELD`."""
    for key, form in forms.items():
        if not is_form(form):
            yield error(f"form:{key}", "form-broken", f"表单“{key}”没有填报项的定义，无法使用。请删去后重新建立。")
            continue
        yield from _form(key, form)
        if len(form["properties"]) <= MAX_FIELDS:
            for name, field in form["properties"].items():
                yield from _field(f"form:{key}/{name}", name, field, form, known)


def is_form(form: Any) -> TypeGuard[dict[str, Any]]:
    """Whether it has the shape of a form at all: fields by key, and a list of those that must be filled."""
    if not isinstance(form, dict) or not isinstance(form.get("properties"), dict):
        return False
    required = form.get("required", [])
    is_list = isinstance(required, list) and all(isinstance(name, str) for name in required)
    return is_list and all(isinstance(field, dict) for field in form["properties"].values())


def decides(field: Mapping[str, Any]) -> bool:
    """Whether what is answered goes to the diagram, so that its conditions may ask for it."""
    return bool(field.get("x-decides"))


def _form(key: str, form: Mapping[str, Any]) -> Iterator[Finding]:
    at, fields = f"form:{key}", form["properties"]
    if not _is_text(form.get("title")):
        yield error(at, "form-title", f"表单“{key}”没有名称，办理页面不知道该叫什么。请填写名称。")
    if len(fields) > MAX_FIELDS:
        said = f"表单{_name(form, key)}有 {len(fields)} 项，超过上限（{MAX_FIELDS} 项），没有人填得完。请拆到几个环节。"
        yield error(at, "form-large", said)
    for name in sorted(set(form.get("required", [])) - set(fields)):
        yield error(at, "form-required", f"表单{_name(form, key)}把“{name}”列为必填，却没有这一项。请补上它，或取消必填。")


def _field(at: str, name: str, field: Mapping[str, Any], form: Mapping[str, Any], known: Known) -> Iterator[Finding]:
    if str(field.get("type")) not in TYPES:
        yield error(at, "field-type", f"填报项“{name}”没有选择类型。请选择一种类型。")
        return
    label = _name(field, name)
    if strange := _strange(field):
        said = f"填报项{label}的设置“{strange[:40]}”本系统不支持。请删去它。"
        yield error(at, "field-keyword", said)
        return
    if not name.isidentifier() or len(name) > 40:
        said = f"填报项{label}的编号“{name}”只能用字母、数字和下划线，不以数字开头，最多 40 个字符。请修改。"
        yield error(at, "field-key", said)
    if not _is_text(field.get("title")):
        yield error(at, "field-title", f"填报项“{name}”没有名称，办理人不知道要填什么。请填写名称。")
    if where := _broken_at(canonical({key: value for key, value in field.items() if key != "pattern"})):
        yield error(at, "field-broken", f"填报项{label}的设置“{where}”写法有误。请重新填写。")
        return
    yield from _limits(at, label, field)
    yield from _choices(at, label, field, known)
    yield from _condition(at, label, field, form, known)
    if decides(field) and not _is_scalar(field):
        said = f"填报项{label}设为“用于流程判断”，但只有单选、是否和数字可以。请取消这一设置，或改为单选。"
        yield error(at, "field-decides", said)


def _strange(field: Mapping[str, Any]) -> str:
    """A keyword that no form may use; "" if there is none."""
    items = field["items"] if isinstance(field.get("items"), dict) else {}
    choices = [each for owner in (field, items) for each in _dicts(owner.get("oneOf"))]
    said = [(field, OF_FIELD), (items, OF_ITEMS), *((choice, OF_CHOICE) for choice in choices)]
    return next((key for owner, known in said for key in owner if key not in known and not key.startswith("x-")), "")


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


@lru_cache(maxsize=2048)
def _broken_at(field: str) -> str:
    """Where a field, as JSON, is no JSON Schema; "" if it is one. Remembered, because a designer's forms are checked after every
    change, and mostly it was not they that changed."""
    try:
        Draft202012Validator.check_schema(json.loads(field))
    except SchemaError as fault:
        return "、".join(str(part) for part in fault.absolute_path) or "类型"
    return ""


def _limits(at: str, label: str, field: Mapping[str, Any]) -> Iterator[Finding]:
    for least, most in RANGES:
        if least in field and most in field and field[least] > field[most]:
            yield error(at, "field-range", f"填报项{label}的下限大于上限，怎么填都不对。请修改。")
    if field.get("format", "date") not in FORMATS:
        yield error(at, "field-format", f"填报项{label}的格式“{field['format']}”不认识。请选择日期，或日期和时间。")
    if "pattern" in field and (fault := pattern_fault(field["pattern"])):
        yield error(at, "field-pattern", f"填报项{label}的格式规则{fault}")


def _choices(at: str, label: str, field: Mapping[str, Any], known: Known) -> Iterator[Finding]:
    items = field["items"] if isinstance(field.get("items"), dict) else {}
    listed = field.get("x-options") or items.get("x-options")
    choices = field.get("oneOf", items.get("oneOf"))
    if listed and not known.is_empty and str(listed) not in known.options:
        yield error(at, "field-options", f"填报项{label}选用的名单“{listed}”不存在。请重新选择。")
    if choices is None:
        return
    values = [each.get("const") if isinstance(each, dict) else None for each in choices]
    if not choices or any(value is None or not _is_text(each.get("title")) for value, each in zip(values, choices, strict=True)):
        yield error(at, "field-options", f"填报项{label}的选项不完整。请给每个选项写全编号和名称。")
    elif len(set(map(str, values))) < len(values):
        yield error(at, "field-options", f"填报项{label}有两个选项编号相同。请改成不同的编号。")
    elif len(values) > MAX_OPTIONS:
        yield error(at, "field-options", f"填报项{label}的选项超过 {MAX_OPTIONS} 个。请分成几项，或改用系统名单。")


def _condition(at: str, label: str, field: Mapping[str, Any], form: Mapping[str, Any], known: Known) -> Iterator[Finding]:
    text = field.get("x-visible-when")
    if not text:
        return
    try:
        condition = expressions.parse(str(text))
    except Invalid as problem:
        yield error(at, "field-condition", f"填报项{label}的显示条件有误：{problem.message}")
        return
    for name in sorted(condition.names - set(form["properties"])):
        said = f"填报项{label}的显示条件用了本表单没有的“{name}”，永远不会显示。请改用本表单的填报项。"
        yield error(at, "field-condition", said)
    for name in sorted(condition.calls - known.functions) if not known.is_empty else ():
        yield error(at, "field-condition", f"填报项{label}的显示条件用了“{name}()”，但系统没有这一项。请改用列出的项。")


def pattern_fault(pattern: Any) -> str | None:
    """Why a regular expression may not check what people type; None if it may.

    Python's engine backtracks: repeats within repeats take exponential time, several open-ended repeats polynomial. So a
    pattern may repeat single characters only, and only once without an end.
    """
    if not isinstance(pattern, str) or len(pattern) > MAX_PATTERN:
        return f"须是文字，最多 {MAX_PATTERN} 个字符。请缩短。"
    try:
        re.compile(pattern)
    except (re.error, RecursionError, OverflowError):
        return "（正则表达式）写法有误。请检查括号和方括号是否成对。"
    if re.search(r"\\[1-9]|\(\?(?!:)", pattern):
        return "用了引用或前后查看，可能使系统长时间无响应，不能使用。请换一种写法，或改用长度和选项来限制。"
    plain = re.sub(r"\[\^?\]?[^\]]*\]", "x", re.sub(r"\\.", "x", pattern))
    repeats = re.findall(r"[*+]|\{\d*,\d*\}", plain)
    is_long = any(int(most) > 100 for most in re.findall(r"\{\d*,(\d+)\}", plain))
    if re.search(r"\)([*+]|\{\d*,)", plain) or len(repeats) > 2 or is_long or sum(_is_open(each) for each in repeats) > 1:
        return "重复的部分过于复杂，遇到特殊内容会使系统长时间无响应，不能使用。请只重复单个字符，或改用长度和选项来限制。"
    return None


def _is_open(repeat: str) -> bool:
    return repeat in ("*", "+") or repeat.endswith(",}")


def _is_scalar(field: Mapping[str, Any]) -> bool:
    return field["type"] in SCALARS or (field["type"] == "string" and ("oneOf" in field or "enum" in field))


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _name(thing: Mapping[str, Any], key: str) -> str:
    return f"“{str(thing.get('title') or key)[:40]}”"
