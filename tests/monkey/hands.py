"""What a random user types: every control of a form that stands in a page, answered by its kind, sensibly or not."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from lxml import html
from PIL import Image

from service.demo import PASSWORD
from tests.documents import docx, pdf
from workflows import clock

Typed = dict[str, list[str]]
Files = dict[str, list[tuple[bytes, str]]]

SENTENCES = (
    "现场逐项核对，整改措施已经落实。",
    "二层车间安全出口上锁、通道堆放半成品，一旦起火人员无法疏散。",
    "按要求抓紧办理，安排专人盯办，本周内完成。",
    "配电箱无漏电保护，导线老化裸露，紧邻可燃物堆放。",
    "情况属实，同意。",
)
WORDS = ("负责人", "执法队员甲", "JB-2026-0031", "甲安办〔2026〕12号", "丙村东头", "1")
HOSTILE = (
    *("", " ", "\u3000\n\t", "0", "-1", "1e400", "９９", "99999999999999999999", "0.001", "1,000元", "true", "null", "[]", "2026-02-30"),
    *("x" * 4000, "安" * 2001, "甲", "\x00", "a\x00b", "\x1b[31m", "\ufeff头", "👷‍♀️🔥" * 3, "\u202e反写\u202c", "é́́́́", "\r\n\r\n"),
    *("<img src=x onerror=alert(1)>", "\"'></textarea><b>粗", "{% 7 %}${7}", "%s%n%00", "' or 1=1 --", "../../etc", "=1+1", "\\", "𠮷𡈽"),
)
FIELD = re.compile(r"^(files|papers)-|\..*$")  # around the key of a field, in the names of its controls
FORWARD = 0.75  # how often the first of several choices is taken: in most of our forms it leads on


@dataclass
class Form:
    """A form of a page, and what a browser would send of it untouched."""

    node: html.HtmlElement
    address: str
    method: str
    sent: Typed
    groups: dict[str, list[html.HtmlElement]]
    buttons: list[html.HtmlElement]

    @property
    def asks(self) -> bool:
        """Whether it wants more than a click."""
        return any(each.get("type") != "hidden" for group in self.groups.values() for each in group)


@dataclass
class Answer:
    """What is sent of a form; `spoilt`: some of its fields were answered badly on purpose."""

    address: str
    method: str
    typed: Typed
    files: Files = field(default_factory=dict)
    spoilt: bool = False

    @property
    def body(self) -> dict[str, Any]:
        """As the test client wants it; files are opened anew each time."""
        files = {name: [(io.BytesIO(content), filename) for content, filename in each] for name, each in self.files.items()}
        return {**self.typed, **files}

    @property
    def content_type(self) -> str | None:
        """Of a form that brings files."""
        return "multipart/form-data" if self.files else None

    @property
    def told(self) -> str:
        """What was typed, for the story."""
        short = {name: ", ".join(value[:40] for value in values) for name, values in self.typed.items() if name != "csrf_token"}
        return f"{short} {({name: [file for _, file in each] for name, each in self.files.items()}) or ''}"


def forms_of(page: html.HtmlElement) -> list[Form]:
    """All forms of a page that can be sent, with the controls that name them from outside."""
    return [form for node in page.xpath("//form") if (form := _form(page, node)).buttons]


def _form(page: html.HtmlElement, node: html.HtmlElement) -> Form:
    inside = node.xpath(".//input | .//select | .//textarea | .//button")
    outside = page.xpath("//*[@form=$id]", id=node.get("id")) if node.get("id") else []
    controls = [each for each in [*inside, *outside] if each.get("form", node.get("id")) == node.get("id")]
    groups: dict[str, list[html.HtmlElement]] = {}
    buttons = []
    for each in controls:
        if "disabled" in each.attrib or each.xpath("ancestor::fieldset[@disabled]"):
            continue
        if each.tag == "button" or each.get("type") in ("submit", "image"):
            buttons.append(each)
        elif each.get("name"):
            groups.setdefault(each.get("name"), []).append(each)
    sent = {name: values for name, group in groups.items() if (values := list(_untouched(group)))}
    return Form(node, node.get("action") or "", (node.get("method") or "get").lower(), sent, groups, buttons)


def _untouched(group: list[html.HtmlElement]) -> Iterator[str]:
    for each in group:
        if each.tag == "select":
            options = each.xpath(".//option")
            chosen = [option for option in options if "selected" in option.attrib] or options[:1]
            yield from (option.get("value", option.text_content()) for option in chosen)
        elif each.tag == "textarea":
            yield (each.text or "").removeprefix("\n")
        elif each.get("type") in ("radio", "checkbox"):
            if "checked" in each.attrib:
                yield each.get("value", "on")
        elif each.get("type") != "file":
            yield each.get("value", "")


class Hands:
    """Fills in forms. `random` makes it repeatable."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.moments: dict[str, datetime] = {}

    def fill(self, form: Form, button: html.HtmlElement, *, spoilt: float = 0.0, only: frozenset[str] = frozenset()) -> Answer:
        """An answer to a form, sent by one of its buttons; `spoilt`: the share of its fields that are answered badly; `only`: of a
        form that came back, the fields that are answered anew, beside passwords."""
        typed, files, bad = dict(form.sent), Files(), 0
        self.moments = {}
        for name, group in form.groups.items():
            kind = kind_of(group)
            if kind == "hidden" or (only and kind != "password" and FIELD.sub("", name) not in only):
                continue
            if self.random.random() < spoilt:
                bad += 1
                self._spoil(name, group, kind, typed, files)
            else:
                self._answer(name, group, kind, typed, files)
        if button.get("name"):
            typed[button.get("name")] = [button.get("value", "")]
        address, method = button.get("formaction") or form.address, button.get("formmethod") or form.method
        return Answer(address, method.lower(), typed, files, bad > 0)

    # ---- sensibly --------------------------------------------------------------------------------------------------------

    def _answer(self, name: str, group: list[html.HtmlElement], kind: str, typed: Typed, files: Files) -> None:
        one, random = group[0], self.random
        if kind == "radio":
            values = [each.get("value", "on") for each in group]
            typed[name] = [values[0] if random.random() < FORWARD else random.choice(values)]
        elif kind == "checkbox":
            values = [each.get("value", "on") for each in group if not name.startswith("kept-") or "checked" in each.attrib]
            good = [value for value in values if value != "none"]  # 以上均不符合
            typed[name] = good if random.random() < FORWARD else random.sample(values, random.randint(0, len(values)))
        elif kind == "select":
            values = [option.get("value", "") for option in one.xpath(".//option")]
            values = [value for value in values if value] or values
            typed[name] = [random.choice(values)] if values else []
        elif kind == "file":
            files[name] = [self.file(one) for _ in range(random.choice((2, 2, 2, 3, 1)))]
        elif kind == "password":
            typed[name] = [PASSWORD]
        elif kind == "decimal":
            typed[name] = [str(random.choice((0, 1, 2, 5, 10, 50, 100, 1200)))]
        elif "." in name:
            self._date(name, typed)
        elif one.tag == "textarea":
            typed[name] = [random.choice(SENTENCES)]
        elif name in ("uscc", "geo", "external_no") and random.random() < 0.8:
            typed[name] = [""]
        else:
            offered = one.xpath("//datalist[@id=$id]/option/@value", id=one.get("list")) if one.get("list") else []
            typed[name] = [random.choice(offered) if offered else random.choice(WORDS)]

    def _date(self, name: str, typed: Typed) -> None:
        """All the parts of one date say the same moment."""
        key, _, part = name.partition(".")
        if key not in self.moments:
            days = self.random.choice((0, 0, 0, 0, 0, 0, 3, 10, 25, 25, 60, -1, -3))
            self.moments[key] = clock.local(clock.now()) + timedelta(days=days)
        typed[name] = [f"{getattr(self.moments[key], part):02d}"]

    def file(self, control: html.HtmlElement) -> tuple[bytes, str]:
        """A photo or a paper, as the control accepts it."""
        accept = control.get("accept", "")
        if "xlsx" in accept or "docx" in accept and "image" not in accept:
            return docx(), "模板.docx"
        if "pdf" in accept and self.random.random() < 0.5:
            return self.random.choice(((pdf(b"/X %d" % self.random.randint(1, 99)), "方案.pdf"), (docx(), "方案.docx")))
        return self.picture(), "photo.jpg"

    def picture(self) -> bytes:
        """A small photo of nothing."""
        out = io.BytesIO()
        colour = tuple(self.random.randint(0, 255) for _ in range(3))
        Image.new("RGB", (64, 48), colour).save(out, "JPEG")
        return out.getvalue()

    # ---- and not ---------------------------------------------------------------------------------------------------------

    def _spoil(self, name: str, group: list[html.HtmlElement], kind: str, typed: Typed, files: Files) -> None:
        random = self.random
        if kind == "file":
            files[name] = [random.choice(self._bad_files()) for _ in range(random.randint(1, 3))]
        elif random.random() < 0.2:
            typed.pop(name, None)
        elif kind in ("radio", "select", "checkbox"):
            typed[name] = [random.choice((*HOSTILE, "999999", "TOWN", *typed.get(name, ())))] * random.randint(1, 2)
        else:
            typed[name] = [random.choice(HOSTILE)] * (1 if random.random() < 0.9 else 2)

    def _bad_files(self) -> list[tuple[bytes, str]]:
        whole = self.picture()
        return [
            (b"", "empty.jpg"),
            (b"not a photo", "photo.jpg"),
            (whole[: len(whole) // 2], "half.jpg"),
            (pdf(), "a.jpg"),
            (whole, "../../../etc/passwd"),
            (whole, "名" * 300 + ".jpg"),
            (pdf(b"/OpenAction << /S /JavaScript /JS (x) >>"), "a.pdf"),
            (docx({"word/vbaProject.bin": b"x"}), "宏.docx"),
            (b"PK\x03\x04", "a.docx"),
            (b"%PDF-", "a.pdf"),
            (whole, "a\x00b.jpg"),
            (whole, "表.xlsx"),
        ]


def kind_of(group: list[html.HtmlElement]) -> str:
    """hidden, radio, checkbox, select, file, password, decimal, or text."""
    one = group[0]
    if one.tag == "select":
        return "select"
    if one.get("type") in ("hidden", "radio", "checkbox", "file", "password"):
        return str(one.get("type"))
    return "decimal" if one.get("inputmode") == "decimal" else "text"
