"""A test client that inspects every page it is given: one h1 that begins the title, labels, unique ids, CSRF, nothing inline."""

from collections import Counter
from typing import Any

from flask.testing import FlaskClient
from lxml import html
from werkzeug.test import TestResponse

UNLABELLED = {"hidden", "submit", "button"}


class Inspector(FlaskClient):
    """Opens pages as a browser does, and fails on the first page that is not as every page should be."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Fetch, then inspect what came if it is a page."""
        response = super().open(*args, **kwargs)
        if response.mimetype == "text/html" and response.status_code not in (204, 301, 302, 303, 401):
            inspect(response.text)
            response.close()  # as a server does once a page is sent
        return response

    def sign_in(self, login: str, password: str = "Bihuan-2026") -> TestResponse:
        """Sign in as a person of the demo county."""
        return self.submit("/sign-in", {"login": login, "password": password})

    def submit(self, address: str, data: dict[str, Any], *, page: str | None = None) -> TestResponse:
        """Post a form with the token of the page it stands on."""
        token = token_of(self.get(page or address).text)
        return self.post(address, data={"csrf_token": token, **data})


def token_of(text: str) -> str:
    """The CSRF token of a page."""
    return html.fromstring(text).xpath("string(//input[@name='csrf_token']/@value)")


def text_of(page: TestResponse) -> str:
    """What a page says."""
    return " ".join(html.fromstring(page.text).text_content().split())


def faults_of(text: str) -> dict[str, str]:
    """{field: sentence} as a refused form shows it."""
    return {
        each.get("id").removeprefix("f-").removesuffix("-fault"): each.text_content()
        for each in html.fromstring(text).xpath("//p[@class='fault']")
    }


def inspect(text: str) -> None:
    """Fail unless the page is as every page should be."""
    page = html.fromstring(text)
    faults = [*_heading(page), *_ids(page), *_labels(page), *_forms(page), *_inline(page)]
    assert not faults, "\n".join(faults)


def _heading(page: html.HtmlElement) -> list[str]:
    headings = [" ".join(each.text_content().split()) for each in page.xpath("//h1")]
    title = " ".join(page.findtext(".//title").split())
    if len(headings) != 1:
        return [f"{len(headings)} h1"]
    wrong = [] if title == f"{headings[0]} - 闭环" else [f"title {title!r} is not the h1 {headings[0]!r}"]
    current = page.xpath("//nav[@aria-label='主导航']//a[@aria-current]")
    return wrong + ([f"{len(current)} current items in the navigation"] if len(current) > 1 else [])


def _ids(page: html.HtmlElement) -> list[str]:
    counted = Counter(page.xpath("//@id"))
    twice = [f"id {id!r} occurs {count} times" for id, count in counted.items() if count > 1]
    named = [(name, id) for name in ("for", "aria-labelledby", "aria-describedby") for id in page.xpath(f"//@{name}")]
    lost = [(name, id) for name, ids in named for id in ids.split() if id not in counted]
    return twice + [f"{name} points to {id!r}, which is not there" for name, id in lost]


def _labels(page: html.HtmlElement) -> list[str]:
    labelled = set(page.xpath("//label/@for"))
    return [
        f"no label: {html.tostring(control, encoding='unicode')[:120]}"
        for control in page.xpath("//input | //select | //textarea")
        if control.get("type") not in UNLABELLED
        and control.get("id") not in labelled
        and not control.get("aria-label")
        and not control.xpath("ancestor::label")
    ]


def _forms(page: html.HtmlElement) -> list[str]:
    """Each has its token; those that may bring files, and no others, are sent in parts."""
    posts = page.xpath("//form[@method='post']")
    bare = [f"no CSRF token: {form.get('action')}" for form in posts if not form.xpath(".//input[@name='csrf_token']")]
    wrong = [form.get("action") for form in posts if bool(form.xpath(".//input[@type='file']")) != bool(form.get("enctype"))]
    return bare + [f"sent in parts without files, or files without parts: {action}" for action in wrong]


def _inline(page: html.HtmlElement) -> list[str]:
    scripts = [each for each in page.xpath("//script") if not each.get("src")]
    handlers = [name for each in page.iter() for name in each.attrib if name.startswith("on")]
    styles = page.xpath("//*[@style] | //style")
    return [f"inline: {len(scripts)} scripts, {handlers} handlers, {len(styles)} styles"] if scripts or handlers or styles else []
