"""What a form asks for, checked: JSON Schema 2020-12 field by field, each fault a Chinese sentence at its field.

A form is an object schema. Beside the standard keywords it knows `x-visible-when` (an expression over the form's fields and
the domain's functions: an invisible field is dropped), `x-required-when-visible` and `x-decides` (the value goes into the
instance's data, so that gateways can ask for it).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker, validators
from jsonschema.exceptions import ValidationError

from workflows.engine import expressions
from workflows.errors import Invalid

Functions = Mapping[str, Callable[[], Any]]

FILES = {"photos": "张照片", "papers": "份附件"}  # widgets whose values are references of files, and how these are counted
MOST = 2**53  # beyond it, readers of JSON round whole numbers, and databases and the engine's own state refuse them
_FORMATS = FormatChecker(formats=("date", "date-time"))


def check(schema: Mapping[str, Any], data: Mapping[str, Any], functions: Functions) -> dict[str, Any]:
    """The submission without invisible and empty fields; Invalid with one sentence for each faulty field."""
    fields: Mapping[str, Any] = schema["properties"]
    if unknown := sorted(set(data) - set(fields)):
        raise Invalid("", f"表单没有“{'、'.join(unknown)}”这一项，请刷新页面后重填。")
    kept = _asked_for(fields, {key: value for key, value in data.items() if not _is_empty(value)}, functions)
    faults = {}
    for key, field in fields.items():
        if key in kept:
            if fault := _fault(field, kept[key]):
                faults[key] = fault
        elif is_required(schema, key) and is_visible(field, kept, functions):
            faults[key] = _missing(field)
    if faults:
        raise Invalid(faults)
    return kept


def _asked_for(fields: Mapping[str, Any], given: Mapping[str, Any], functions: Functions) -> dict[str, Any]:
    """The answers to questions that can be seen. An answer that falls away takes along those whose questions hung on it."""
    kept = {key: value for key, value in given.items() if is_visible(fields[key], given, functions)}
    return kept if len(kept) == len(given) else _asked_for(fields, kept, functions)


def option_faults(
    schema: Mapping[str, Any], data: Mapping[str, Any], options: Callable[[str], set[str]]
) -> dict[str, str]:
    """What does not stand in the list its field offers: a sentence for each such field."""
    faults = {}
    for key, value in data.items():
        field = schema["properties"][key]
        chosen = set(value if isinstance(value, list) else [value])
        if (name := field.get("x-options")) and not chosen <= options(name):
            faults[key] = f"“{field.get('title', '')}”请从列出的选项中选择。"
    return faults


def is_required(schema: Mapping[str, Any], key: str) -> bool:
    """Whether the field must be filled whenever it can be seen."""
    return key in schema.get("required", ()) or bool(schema["properties"][key].get("x-required-when-visible"))


def is_visible(field: Mapping[str, Any], data: Mapping[str, Any], functions: Functions) -> bool:
    """Whether the field is asked for, given the other answers; a question not yet answered hides what depends on it."""
    condition = field.get("x-visible-when")
    if not condition:
        return True
    parsed = expressions.parse(condition)
    if any(name not in data for name in parsed.names):
        return False
    return bool(parsed.evaluate(data, functions))


def files(schema: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, list[str]]:
    """The references of photos and papers that were handed in, by field."""
    fields = schema["properties"].items()
    return {key: data[key] for key, field in fields if field.get("x-widget") in FILES and data.get(key)}


def decisions(schema: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, Any]:
    """The scalars that the diagram's gateways may ask for."""
    return {key: data[key] for key, field in schema["properties"].items() if field.get("x-decides") and key in data}


def _is_empty(value: Any) -> bool:
    return value is None or value == [] or (isinstance(value, str) and not value.strip())


def _missing(field: Mapping[str, Any]) -> str:
    label = field.get("title", "")
    if field.get("x-widget") in FILES:
        return f"请上传“{label}”。"
    chosen = "oneOf" in field or "x-options" in field or field.get("type") in ("boolean", "array")
    return f"请选择“{label}”。" if chosen else f"请填写“{label}”。"


def _fault(field: Mapping[str, Any], value: Any) -> str | None:
    if isinstance(value, int) and abs(value) > MOST:
        return f"“{field.get('title', '')}”的数字太大，请核对。"
    validator = _Validator(dict(field), format_checker=_FORMATS)
    error = next(iter(sorted(validator.iter_errors(value), key=lambda e: len(e.path))), None)
    return _sentence(field, error) if error else None


def _one_of(_validator: Any, choices: Sequence[Mapping[str, Any]], value: Any, _schema: Any) -> Iterator[ValidationError]:
    """Choices are constants (`checks.forms`): one look at each, where the library tries it as a schema of its own."""
    if not any(choice["const"] == value and isinstance(value, bool) == isinstance(choice["const"], bool) for choice in choices):
        yield ValidationError("is none of the choices")


_Validator = validators.extend(Draft202012Validator, {"oneOf": _one_of})  # type: ignore[no-untyped-call]


def _sentence(field: Mapping[str, Any], error: ValidationError) -> str:
    label, limit = field.get("title", ""), error.validator_value
    counter = FILES.get(str(field.get("x-widget")), "项")
    sentences = {
        "minLength": f"“{label}”至少写 {limit} 个字。",
        "maxLength": f"“{label}”最多写 {limit} 个字，现有 {len(str(error.instance))} 个字。",
        "minimum": f"“{label}”不能小于 {limit}。",
        "exclusiveMinimum": f"“{label}”必须大于 {limit}。",
        "maximum": f"“{label}”不能大于 {limit}。",
        "minItems": f"“{label}”至少要 {limit} {counter}。",
        "maxItems": f"“{label}”最多 {limit} {counter}。",
        "uniqueItems": f"“{label}”中有重复的内容。",
        "oneOf": f"“{label}”请从列出的选项中选择。",
        "enum": f"“{label}”请从列出的选项中选择。",
        "format": f"“{label}”不是有效的日期或时间。",
    }
    return sentences.get(str(error.validator), f"“{label}”填写的格式不对。")
