"""Reading what a form handed in. Each reader gives a typed value or refuses with the field's sentence.

The form's schema has checked shapes already; verbs read again, because they also run without a form (import, demo, tests).
"""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from workflows import clock
from workflows.codes import find_key
from workflows.errors import Invalid

Data = Mapping[str, Any]


def find_text(data: Data, key: str) -> str | None:
    """The trimmed text, or None if nothing was written."""
    value = data.get(key)
    return (str(value).strip() or None) if value is not None else None


def text(data: Data, key: str, label: str, *, least: int = 1, most: int = 4000) -> str:
    """The trimmed text of a required field, between `least` and `most` characters."""
    value = find_text(data, key) or ""
    if len(value) < least:
        raise Invalid(key, f"请填写“{label}”" + (f"，至少 {least} 个字。" if least > 1 else "。"))
    if len(value) > most:
        raise Invalid(key, f"“{label}”不能超过 {most} 个字。")
    return value


def choice(data: Data, key: str, label: str, among: Collection[str]) -> str:
    """One of the listed codes."""
    value = data.get(key)
    if value not in among:
        raise Invalid(key, f"请选择“{label}”。")
    return str(value)


def find_number(data: Data, key: str) -> float | None:
    """A number, or None."""
    value = data.get(key)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def whole(data: Data, key: str, label: str, *, least: int = 0, most: int | None = None) -> int:
    """A required whole number within its bounds."""
    value = data.get(key)
    if not isinstance(value, int) or isinstance(value, bool):
        raise Invalid(key, f"请填写“{label}”，只能是整数。")
    if value < least or (most is not None and value > most):
        bounds = f"不小于 {least}" if most is None else f"在 {least} 到 {most} 之间"
        raise Invalid(key, f"“{label}”应{bounds}。")
    return value


def yes(data: Data, key: str) -> bool:
    """Whether a yes/no field says yes; an unanswered one says no."""
    return data.get(key) in (True, "yes", "是")


def answer(data: Data, key: str, label: str) -> bool:
    """A yes/no field that must be answered."""
    if data.get(key) not in (True, False, "yes", "no", "是", "否"):
        raise Invalid(key, f"请回答“{label}”。")
    return yes(data, key)


def day(data: Data, key: str, label: str) -> date:
    """A required local date."""
    value = data.get(key)
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise Invalid(key, f"请填写“{label}”的日期。") from None


def past(data: Data, key: str, label: str) -> datetime:
    """A required aware moment that is not in the future (INV-19)."""
    found = moment(data, key, label)
    if found > clock.now():
        raise Invalid(key, f"“{label}”不能晚于现在。")
    return found


def moment(data: Data, key: str, label: str) -> datetime:
    """A required aware moment; one without a zone is the office's."""
    value = data.get(key)
    try:
        found = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError:
        raise Invalid(key, f"请填写“{label}”的日期和时间。") from None
    return found if found.tzinfo else found.replace(tzinfo=clock.SHANGHAI)


def find_id(data: Data, key: str) -> int | None:
    """A chosen row's id, or None if nothing was chosen. Forms hand over ids as text."""
    value = data.get(key)
    return _id(key, value) if value not in (None, "") else None


def id_of(data: Data, key: str, label: str) -> int:
    """A required chosen row's id."""
    found = find_id(data, key)
    if found is None:
        raise Invalid(key, f"请选择“{label}”。")
    return found


def ids(data: Data, key: str) -> list[int]:
    """The chosen rows' ids, in order, each once."""
    values = data.get(key) or []
    values = [values] if isinstance(values, str | int) else values
    return list(dict.fromkeys(_id(key, value) for value in values))


def _id(key: str, value: Any) -> int:
    found = find_key(str(value))
    if found is None:
        raise Invalid(key, "没有这一选项，请重新选择。")
    return found


def shas(data: Data, key: str) -> list[str]:
    """The references of the photos or papers in a field, each once: the same twice is one piece of evidence."""
    return list(dict.fromkeys(str(value) for value in data.get(key) or []))
