"""What must be true of every answer, whoever asks for whatever: the oracle of the random user."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from lxml import html

from tests.monkey.hands import HOSTILE
from tests.service.inspector import faults_of, inspect

FORBIDDEN = {
    "a value that is missing": r"(?<![A-Za-z])(None|nan|NaN|undefined|null)(?![A-Za-z])",
    "a template that was not filled in": r"\{\{|\}\}|\{%",
    "an object": r"object at 0x|<[a-z_]+\.[A-Za-z_.]+ |datetime\.|Decimal\(|Markup\(",
    "a moment for machines": r"\d{4}-\d\d-\d\dT\d\d:\d\d",
    "a code": r"(?<![A-Za-z0-9-])[A-Z]{2,}(_[A-Z]+)+(?![A-Za-z])",
    "English": r"[A-Za-z]{3,}(,? [A-Za-z]{2,}){2,}",
    "a traceback": r"Traceback|Error:|Exception",
}
TOLD_OTHERWISE = re.compile(r"[0-9]{16,}|[０-９]+|[0-9,]+元")  # numbers that are rounded, or said in plain digits
MACHINES = ("/audit", "/designer", "/definitions")
OF_MACHINES = frozenset({"a code", "a moment for machines", "English", "a value that is missing"})
"""Rooms of the administrators of diagrams and of the record: what belongs there."""


def faults(text: str, address: str) -> Iterator[str]:
    """What is wrong with a page."""
    page = html.fromstring(text)
    if page.xpath("//main"):
        try:
            inspect(text)
        except AssertionError as wrong:
            yield str(wrong)
    yield from _strange_words(address, _visible(page))


def _visible(page: html.HtmlElement) -> str:
    """All that a person reads on a page but what stands in its fields."""
    texts = "//body//text()[not(ancestor::script | ancestor::textarea | ancestor::svg)] | //title/text()"
    return "\n".join(text for each in page.xpath(f"{texts} | //@aria-label | //@placeholder | //@title") if (text := each.strip()))


def _strange_words(address: str, text: str) -> Iterator[str]:
    """What no official should have to read, but for what somebody typed on purpose."""
    for each in (each for each in HOSTILE if len(each) > 3):
        text = text.replace(each, "")
    for what, pattern in FORBIDDEN.items():
        found = None if what in OF_MACHINES and address.startswith(MACHINES) else re.search(pattern, text)
        if found:
            around = text[max(0, found.start() - 60) : found.end() + 60].replace("\n", " ⏎ ")
            yield f"{what}: …{around}…"


def lost(answer: str, typed: dict[str, list[str]]) -> Iterator[str]:
    """Of a refused form: what was typed and does not stand in it any more."""
    page = html.fromstring(answer)
    whole = {name.split(".")[0] for name, values in typed.items() if "." in name and re.search("[-T:]", "".join(values))}
    for name, values in typed.items():
        if name.split(".")[0] in whole:  # a whole date in the field of its year is taken apart
            continue
        controls = [each for each in page.xpath("//main//input | //main//select | //main//textarea") if each.get("name") == name]
        kinds = {each.get("type") or each.tag for each in controls}
        if not controls or kinds & {"hidden", "password", "file"} or name.startswith("kept-"):
            continue
        zeros = "0" if "." in name else ""  # 3 月 is shown as 03
        shown = {value.lstrip(zeros) for each in controls for value in _shown(each)}
        said = [value.strip().lstrip(zeros) for value in values if value.strip()]
        known = [value for value in said if "\0" not in value and not TOLD_OTHERWISE.fullmatch(value) and _offers(controls, value)]
        yield from (f"{name} was {value[:40]!r}, is {sorted(shown)!r:.80}" for value in known[:1] if value not in shown)


def _offers(controls: list[html.HtmlElement], value: str) -> bool:
    """Whether these controls can show a value at all: what may be chosen is listed, what is typed is not."""
    offered = [text for each in controls for text in (each.xpath(".//option/@value") if each.tag == "select" else [each.get("value")])]
    return value in offered or not any(each.tag == "select" or each.get("type") in ("radio", "checkbox") for each in controls)


def _shown(control: html.HtmlElement) -> Iterator[str]:
    if control.tag == "textarea":
        yield (control.text or "").replace("\r\n", "\n").strip()
    elif control.tag == "select":
        yield from (option.get("value", "") for option in control.xpath(".//option[@selected]"))
    elif control.get("type") in ("radio", "checkbox"):
        if "checked" in control.attrib:
            yield control.get("value", "on")
    else:
        yield control.get("value", "").strip()


def says_why(answer: str) -> bool:
    """Whether a refused form has a sentence for it."""
    page = html.fromstring(answer)
    return bool(faults_of(answer)) or bool(page.xpath("//*[contains(@class, 'faults') or @role='alert']"))


def addresses(page: html.HtmlElement, base: str) -> list[str]:
    """Where the links of a page lead, within the house."""
    found = []
    for each in page.xpath("//a/@href | //img/@src"):
        parts = urlsplit(each)
        if parts.scheme or parts.netloc or not (parts.path or parts.query):
            continue
        path = parts.path or urlsplit(base).path
        if not path.startswith("/static"):
            found.append(path + (f"?{parts.query}" if parts.query else ""))
    return list(dict.fromkeys(found))
