"""What a person of the town would answer: the forms of a rehearsal come filled in, and one changes what one wants to try."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from service import forms
from service.demo.driving import Driver
from workflows import clock
from workflows.engine import forms as schemas
from workflows.engine import instances, tasks
from workflows.engine.worklist import Task
from workflows.hazards import Hazard
from workflows.options import PERSONS

TEXT = "演练时填写的内容，没有实际意义。"
PHOTOS = "stand-in"
MONTH = timedelta(days=30)


def usual(driver: Driver, session: Any, task: Task, by: int, tried: Mapping[str, int] | None = None) -> dict[str, Any]:
    """An answer to every field that must be filled: what the people of the demo answer at this step of the delivered loop, else
    the first that will do. `tried`: how many answers to a field have been refused; the one after them is given."""
    tried = tried or {}
    thing = driver.rules.subject(session, task.subject)
    schema = tasks.schema(session, task)
    told = driver.usual(session, thing, task, by) if isinstance(thing, Hazard) else {}
    answers = {key: value for key, value in told.items() if key in schema["properties"] and key not in tried}
    functions = instances.functions(session, driver.rules, thing)
    for key, field in schema["properties"].items():
        is_asked = (schemas.is_required(schema, key) or key in tried) and schemas.is_visible(field, answers, functions)
        if is_asked and key not in answers:
            before = tried.get(key, 0) - (key in told)
            if (value := _next(driver, session, field, thing, by, before)) is not None:
                answers[key] = value
    return answers


def stand_ins(driver: Driver, session: Any, schema: forms.Schema, by: int) -> dict[str, Any]:
    """A drawn picture for each field that asks for photos or papers."""
    fields = schema["properties"]
    return {key: _pictures(driver, session, field, by) for key, field in fields.items() if _is_file(field)}


def without_files(schema: forms.Schema) -> dict[str, Any]:
    """The form as it is shown here: nobody has to look for a photo."""
    return {**schema, "properties": {key: field for key, field in schema["properties"].items() if not _is_file(field)}}


def _is_file(field: Mapping[str, Any]) -> bool:
    return field.get("x-widget") in schemas.FILES


def _pictures(driver: Driver, session: Any, field: Mapping[str, Any], by: int) -> list[str]:
    place = str(field.get("title", ""))
    return driver.photos(session, PHOTOS, by=by, count=max(field.get("minItems", 1), 1), place=place)


def _next(driver: Driver, session: Any, field: Mapping[str, Any], thing: Any, by: int, before: int) -> Any:
    """What may be answered after so many other answers; a later day each time."""
    kind = forms.kind_of(field)
    if "default" in field and not before:
        return field["default"]
    if _is_file(field):
        return _pictures(driver, session, field, by)
    if kind in ("choice", "many"):
        return _choice(driver, session, field, thing, by, before)
    if kind in ("number", "money"):
        return field.get("minimum", 1) + before
    if kind in ("date", "moment"):
        moment = clock.now() + before * MONTH
        return clock.on(moment).isoformat() if kind == "date" else moment.isoformat()
    return _text(field)


def _text(field: Mapping[str, Any]) -> str | None:
    """As long as it must be; nothing where it must follow a pattern."""
    if "pattern" in field:
        return None
    length = max(field.get("minLength", 1), min(field.get("maxLength", len(TEXT)), len(TEXT)))
    return (TEXT * (length // len(TEXT) + 1))[:length]


def _choice(driver: Driver, session: Any, field: Mapping[str, Any], thing: Any, by: int, before: int) -> Any:
    """One that may do; of persons, somebody else first. None where all have been tried."""
    if field.get("type") == "boolean":
        return bool(before)
    items = field.get("items", field)
    listed = [each["const"] for each in items["oneOf"]] if "oneOf" in items else None
    if listed is None:
        offered = [value for value, _ in forms.choices_of(field, lambda name: driver.rules.options[name](session, thing))]
        persons = (field.get("x-options") or items.get("x-options")) in PERSONS
        listed = [value for value in offered if not persons or value != str(by)] or offered
    left = listed[before:]
    if field.get("type") == "array":
        return left[: max(field.get("minItems", 1), 1)] or None
    return left[0] if left else None
