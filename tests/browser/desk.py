"""An official at his desk: he finds a task in his inbox, fills in its form by the labels he reads, and hands it in."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path

from PIL import Image
from playwright.sync_api import Locator, Page, expect

Answer = str | list[str] | date | list[Path]
NOW = "现在"


@dataclass(frozen=True)
class Desk:
    """One person's browser. `login` is who sits there."""

    login: str
    page: Page

    def open(self, task: str, case: str) -> None:
        """Open a task by the name of its step and a word of its case, from the inbox."""
        self.find(task, case).get_by_role("link", name=task).click()
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(task)

    def find(self, task: str, case: str) -> Locator:
        """The row of a task in the inbox."""
        self.page.goto(f"/?q={case}")
        row = self.page.locator("tbody tr").filter(has=self.page.get_by_role("cell", name=task, exact=True))
        expect(row).to_have_count(1)
        return row

    def field(self, label: str) -> Locator:
        """A question of the form by its label, as one reads it."""
        said = self.page.locator("label, legend").filter(has_text=re.compile(rf"^\s*{re.escape(label)}\s*(必填|选填)"))
        return self.page.locator("[data-key]:not([data-asleep])").filter(has=said)

    def answer(self, answers: Mapping[str, Answer]) -> None:
        """Fill in the form: a label and what is chosen, typed, or photographed."""
        for label, value in answers.items():
            field = self.field(label)
            expect(field, f"one question “{label}”").to_have_count(1)
            _answer(field, value)

    def submit(self, button: str = "提交", *, done: bool = True) -> None:
        """Press the button. `done`: it is taken, and the inbox says so; else the page is there again with what is wrong."""
        self.page.get_by_role("button", name=button, exact=True).click()
        if done:
            expect(self.page.locator(".notice.good")).to_contain_text("已")

    def do(self, task: str, case: str, answers: Mapping[str, Answer], button: str = "提交") -> None:
        """A whole task."""
        self.open(task, case)
        self.answer(answers)
        self.submit(button)

    def faults(self) -> Locator:
        """The summary of what is wrong with what was handed in."""
        return self.page.get_by_role("alert")


def _answer(field: Locator, value: Answer) -> None:
    if isinstance(value, date):
        for name, part in (("年", value.year), ("月", value.month), ("日", value.day)):
            field.get_by_label(name, exact=True).fill(str(part))
    elif value == NOW:
        field.get_by_role("button", name="填入现在的时间").click()
    elif isinstance(value, list) and isinstance(value[0], Path):
        field.locator("input[type=file]").set_input_files(value)
    elif field.locator("select").count():
        texts = field.get_by_role("option").all_inner_texts()
        field.get_by_role("combobox").select_option(label=next(each for each in texts if each.startswith(str(value))))
    elif field.locator("input[type=radio], input[type=checkbox]").count():
        for each in [value] if isinstance(value, str) else value:
            field.get_by_label(re.compile(rf"^{re.escape(str(each))}")).check()
    else:
        field.get_by_role("textbox").fill(str(value))


def picture(folder: Path, text: str) -> Path:
    """A photo as a phone takes it: no two of different texts are the same."""
    red, green, blue = sha256(text.encode()).digest()[:3]
    file = folder / f"{text}.jpg"
    Image.new("RGB", (1280, 960), (red, green, blue)).save(file, "JPEG")
    return file
