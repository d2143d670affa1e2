"""One browser of many people: what it opens and sends is looked at (eyes.py), and what is wrong is written down with how it came."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random
from typing import Any

from lxml import html
from werkzeug.test import TestResponse

from service import App
from service.demo import PASSWORD
from tests.monkey import eyes
from tests.monkey.hands import Answer, Form, Typed, forms_of
from tests.service.inspector import token_of
from workflows import clock, people

PAGES = {"headers": {"Accept": "text/html"}}
TRIED_LINKS = 3  # of each page that is opened: all of them would be most of the walk
OF_THE_MOMENT = frozenset({"a link does not open", "what was offered is refused", "no page after it was done"})
"""What somebody else may be the cause of, who did something between two clicks."""


@dataclass(frozen=True)
class Fault:
    """What is wrong, where, and the last that was done before."""

    rule: str
    where: str
    what: str
    story: tuple[str, ...]

    def __str__(self) -> str:
        return "\n    ".join((f"{self.rule}: {self.where}: {self.what}", *self.story))


class Listener(logging.Handler):
    """Hears every error that is logged."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep it with its traceback."""
        self.heard.append(logging.Formatter().format(record))


class Visitor:
    """Somebody at a browser, now this person, now that; not `alone`, others change between two clicks what he has just seen."""

    def __init__(self, app: App, random: Random, *, alone: bool = True) -> None:
        self.app, self.random, self.alone = app, random, alone
        with app.house.database.reading() as session:
            self.logins = sorted(person.login for person in people.everybody(session))
        self.login, self.address, self.page = self.logins[0], "/", html.fromstring("<p/>")
        self.browsers: dict[str, Any] = {}
        self.opened: set[tuple[str, str]] = set()
        self.faults: list[Fault] = []
        self.story: tuple[str, ...] = ()
        self.listener = Listener()

    @contextmanager
    def listening(self) -> Iterator[None]:
        """While the block runs, errors in the log are heard."""
        logging.getLogger().addHandler(self.listener)
        try:
            yield
        finally:
            logging.getLogger().removeHandler(self.listener)

    # ---- who, and what is on his screen ------------------------------------------------------------------------------------

    def become(self, login: str) -> None:
        """Somebody else sits down; nothing is on the screen yet."""
        self.login = login
        self.clear()

    def clear(self) -> None:
        """What is on the screen is not to be used any more."""
        self.address, self.page = "/", html.fromstring("<p/>")

    @property
    def links(self) -> list[str]:
        """Where the page on the screen leads."""
        return eyes.addresses(self.page, self.address)

    @property
    def forms(self) -> list[Form]:
        """What it asks."""
        return [form for form in forms_of(self.page) if not form.address.endswith("/sign-out")]

    def token(self) -> str:
        """The token of his sign-in."""
        return token_of(self._follow(self._get("/done")).text)

    # ---- to open and to send -----------------------------------------------------------------------------------------------

    def read(self, address: str, *, is_offered: bool = True, typed: Typed | None = None) -> None:
        """Open an address; `is_offered`: a page of ours leads this person there, so it must open. `typed`: through a form, of
        which he may be told that it is filled in wrong."""
        self.tell(f"{self.login} opens {address}")
        response = self._follow(self._get(address))
        if typed and response.status_code == 422:
            self._look_at_refusal(response.text, address, typed)
        elif is_offered:
            self._must_open(response, address)
        self._look(response, address)
        if response.status_code == 200 and self._show(response):
            self._try_links()

    def send(self, answer: Answer, *, is_offered: bool = True) -> TestResponse:
        """Post an answer; the first that comes back. `is_offered`: the page it stands on was just opened."""
        address = answer.address or self.address
        self.tell(f"{self.login} sends to {address} {answer.told}")
        first = self._browser.post(address, data=answer.body, content_type=answer.content_type, **PAGES)
        if is_offered and not answer.spoilt and first.status_code in (400, 403, 404, 405, 413):
            self.fault("what was offered is refused", address, f"{first.status_code} {_said(first)}")
        if first.status_code == 422:
            self._look_at_refusal(first.text, address, answer.typed)
        last = self._follow(first)
        if last is not first and last.status_code >= 400:
            self.fault("no page after it was done", address, f"{last.status_code} at {last.request.path}")
        self._look(last, address)
        if last.status_code in (200, 422):
            self._show(last)
        return first

    def _show(self, response: TestResponse) -> bool:
        is_page = response.mimetype == "text/html"
        if is_page:
            self.address, self.page = response.request.path, html.fromstring(response.text)
        return is_page

    def _get(self, address: str) -> TestResponse:
        return self._browser.get(address, **PAGES)

    @property
    def _browser(self) -> Any:
        if self.login not in self.browsers:
            self.browsers[self.login] = self.app.test_client()
            self._sign_in()
        return self.browsers[self.login]

    def _sign_in(self) -> None:
        """As himself; somebody whose account an administrator took away stays outside."""
        browser = self.browsers[self.login]
        if token := token_of(browser.get("/sign-in").text or "<p/>"):
            browser.post("/sign-in", data={"csrf_token": token, "login": self.login, "password": PASSWORD})

    def _follow(self, response: TestResponse) -> TestResponse:
        """Where it leads in the end; who was signed out meanwhile signs in again, and begins at his inbox."""
        for _ in range(6):
            if response.status_code not in (301, 302, 303):
                return response
            target = response.headers["Location"]
            if target.startswith("/sign-in"):
                self._sign_in()
                target = "/"
            response = self._get(target)
        self.fault("a way without end", response.request.path, "")
        return response

    def _try_links(self) -> None:
        """Open a few of the links that this person has not tried yet."""
        new = [each for each in self.links if (self.login, each) not in self.opened]
        for each in self.random.sample(new, min(TRIED_LINKS, len(new))):
            self.opened.add((self.login, each))
            response = self._follow(self._get(each))
            self._must_open(response, each)
            self._look(response, each)
            response.close()

    # ---- to look -----------------------------------------------------------------------------------------------------------

    def _must_open(self, response: TestResponse, address: str) -> None:
        if response.status_code >= 400:
            self.fault("a link does not open", address, f"{response.status_code} on {self.address} for {self.login}: {_said(response)}")

    def _look_at_refusal(self, text: str, address: str, typed: Typed) -> None:
        if not eyes.says_why(text):
            self.fault("refused without a sentence", address, text[-500:])
        for each in eyes.lost(text, typed):
            self.fault("what was typed is lost", address, each)

    def _look(self, response: TestResponse, address: str) -> None:
        self.listen(address)
        if response.status_code >= 500:
            self.fault("a failure", address, f"{response.status_code} {_said(response)}")
        if response.mimetype == "text/html" and response.data:
            for each in eyes.faults(response.text, address):
                self.fault("not as pages should be", address, each)

    def listen(self, where: str) -> None:
        """Whether anything was logged as an error."""
        for each in self.listener.heard:
            self.fault("an error in the log", where, each)
        self.listener.heard.clear()

    def tell(self, what: str) -> None:
        """Remember what was done, in case something comes of it."""
        self.story = (*self.story[-5:], f"{clock.local(clock.now()):%m-%d %H:%M} {what:.700}")

    def fault(self, rule: str, where: str, what: str) -> None:
        """Write down what is wrong."""
        if self.alone or rule not in OF_THE_MOMENT:
            self.faults.append(Fault(rule, where, what, self.story))


def _said(response: TestResponse) -> str:
    if response.mimetype != "text/html" or not response.data:
        return response.mimetype
    return " ".join(html.fromstring(response.text).xpath("string(//main)").split())[:200]
