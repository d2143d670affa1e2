"""A crowd of rows, made inside SQLite by multiplying one true row: a bench may do what the product never does."""

from typing import Any

from sqlalchemy import CTE, Integer, Table, func, insert, literal, select
from sqlalchemy.orm import Session

from workflows.db import Base
from workflows.facts import Fact


def numbers(count: int) -> CTE:
    """1, 2, 3 … count, as a table with the column n."""
    first = select(literal(1, Integer).label("n")).cte("numbers", recursive=True)
    return first.union_all(select(first.c.n + 1).where(first.c.n < count))


def multiply(session: Session, of: str | Table, row_id: int, row_numbers: CTE, **changed: Any) -> None:
    """Copy a row of a table (or of the product's table of that name) once for each number; `changed` are its other values, as
    SQL over the numbers. Without `id` they are new."""
    table = Base.metadata.tables[of] if isinstance(of, str) else of
    kept = [column for column in table.columns if column.name != "id" or "id" in changed]
    values = [changed.get(column.name, column) for column in kept]
    copies = select(*values).select_from(table).join(row_numbers, literal(True)).where(table.c.id == row_id)
    session.execute(insert(table).from_select([column.name for column in kept], copies, include_defaults=False))


def hours_from_now(hours: Any) -> Any:
    """A moment as SQLite keeps it."""
    return func.strftime("%Y-%m-%d %H:%M:%S.000000", "now", func.printf("%d hours", hours))


def multiply_hazard(session: Session, hazard_id: int, count: int, **changed: Any) -> None:
    """So many hazards with the same facts in the same order, begun over the last 20,000 hours. `changed`: functions of the number
    that give other columns of theirs."""
    made, first = numbers(count), last(session, "hazards")
    n = made.c.n
    number = func.printf("999901101-BENCH-2026-%06d", n)
    others = {"registered_at": hours_from_now(-(n % 20_000)), **{name: value(n) for name, value in changed.items()}}
    multiply(session, "hazards", hazard_id, made, id=first + n, hazard_no=number, **others)
    for place, fact in enumerate(session.scalars(select(Fact).where(Fact.hazard_id == hazard_id).order_by(Fact.id)).all()):
        line, at = last(session, "history"), hours_from_now(place - n % 20_000)
        multiply(session, "history", fact.line_id, made, id=line + n, subject_id=first + n, at=at)
        multiply(session, "facts", fact.id, made, hazard_id=first + n, line_id=line + n, recorded_at=at)


def last(session: Session, table: str) -> int:
    """The highest id of a table so far."""
    return int(session.scalar(select(func.max(Base.metadata.tables[table].c.id))) or 0)
