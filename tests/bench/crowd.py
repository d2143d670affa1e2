"""A crowd of rows, made inside SQLite by multiplying one true row: a bench may do what the product never does."""

from typing import Any

from sqlalchemy import CTE, Integer, Table, func, insert, literal, select
from sqlalchemy.orm import Session

from workflows.db import Base


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
