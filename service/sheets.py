"""Excel files that may be long: one sheet, written row by row to disk, never held in memory.

Every text goes in as text and is made harmless first: nothing that somebody typed may run as a formula in another's Excel,
not even after he has saved the sheet as CSV.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
LONGEST = 32_767  # characters in a cell of Excel
Cell = str | int | None


def harmless(text: str) -> str:
    """The text as a cell may hold it: with an apostrophe before what a spreadsheet would take for a formula."""
    kept = f"'{text}" if text.lstrip(" ").startswith(FORMULA) else text
    return kept[:LONGEST]


def write(
    file: Path, *, name: str, notes: Sequence[str], heads: Sequence[tuple[str, int]], rows: Iterable[Sequence[Cell]]
) -> None:
    """Write a sheet: a few lines of notes, the heads (text, width in characters), then the rows as they come. OSError if the
    disk takes nothing in."""
    with _workbook(file) as book:
        sheet = book.add_worksheet(name)
        bold = book.add_format({"bold": True, "bottom": 1, "bg_color": "#E8F0FA"})
        for place, (_, width) in enumerate(heads):
            sheet.set_column(place, place, width)
        for place, note in enumerate(notes):
            sheet.write_string(place, 0, harmless(note))
        sheet.freeze_panes(len(notes) + 1, 0)
        for place, (text, _) in enumerate(heads):
            sheet.write_string(len(notes), place, harmless(text), bold)
        for line, row in enumerate(rows, len(notes) + 1):
            for place, cell in enumerate(row):
                if isinstance(cell, int):
                    sheet.write_number(line, place, cell)
                elif cell:
                    sheet.write_string(line, place, harmless(cell))


@contextmanager
def _workbook(file: Path) -> Iterator[xlsxwriter.Workbook]:
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "tmpdir": str(file.parent)}
    try:
        with xlsxwriter.Workbook(file, options) as book:
            yield book
    except FileCreateError as error:  # the library's own name for what the disk says when all is put together
        raise OSError(str(error)) from None
