"""Officials who work on whatever happens to the servers: threads that hand in, ask again when no answer came, and remember what
was acknowledged."""

import http.client
import io
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from urllib.parse import quote

from PIL import Image, ImageDraw
from sqlalchemy import text

from service.demo import PASSWORD
from tests.bench import cases
from tests.bench.browsing import Browser
from tests.fire.conftest import House
from tests.roster import book
from workflows import clock
from workflows.db import OVERTAKEN, Moment

BOUNDARY = "bihuan-fire-boundary"
WORDS = "检查发现安全出口上锁、通道堆放货物，一旦起火人员无法疏散。"  # what the demo says of a hazard
PAUSE = 0.05  # seconds before one asks again


@dataclass
class Book:
    """What a clerk remembers: marks that were acknowledged, and marks that were refused as done already after no answer came."""

    acknowledged: list[str] = field(default_factory=list)
    found_done: list[str] = field(default_factory=list)
    unanswered: int = 0


class Seat:
    """A signed-in person's cookie and token; they stay good over any number of restarts."""

    def __init__(self, port: int, login: str) -> None:
        browser = Browser(port).sign_in(login, PASSWORD)
        browser.connection.close()
        self.port, self.token = port, browser.token
        self.cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())

    def post(self, path: str, fields: Mapping[str, str | list[str]], file: tuple[str, bytes] | None = None) -> int:
        """Hand a form in; its status, or 0 if no answer came."""
        return self.ask(path, fields, file)[0]

    def ask(self, path: str, fields: Mapping[str, str | list[str]], file: tuple[str, bytes] | None = None) -> tuple[int, str]:
        """The same, with the page that answered."""
        headers = {
            "Cookie": self.cookie,
            "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
        }
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request("POST", path, _body({"csrf_token": self.token, **fields}, file), headers)
            answer = connection.getresponse()
            text = answer.read().decode()
        except (OSError, http.client.HTTPException):
            return 0, ""
        finally:
            connection.close()
        assert "sign-in" not in (answer.headers.get("Location") or ""), "signed out"
        return answer.status, text


class Clerk(threading.Thread):
    """Somebody who works in a loop until told to stop, or until something is wrong: then `fault` says what."""

    def __init__(self, house: House, stopping: threading.Event) -> None:
        super().__init__(daemon=True)
        self.house, self.stopping, self.book, self.fault = house, stopping, Book(), ""

    def run(self) -> None:
        """Work."""
        try:
            while not self.stopping.is_set():
                self.work()
        except AssertionError as wrong:
            self.fault = repr(wrong)

    def work(self) -> None:
        """One piece of work."""
        raise NotImplementedError

    def insist(self, seat: Seat, path: str, fields: Mapping[str, str | list[str]], mark: str, **more: tuple[str, bytes]) -> None:
        """Hand in until an answer comes, as a person would press the button again: the second time it may be done already."""
        asked_before = False
        while not self.stopping.is_set():
            status, page = seat.ask(path, fields, **more)
            if status == 302:
                self.book.acknowledged.append(mark)
                return
            if status == 409 and asked_before and OVERTAKEN not in page:
                self.book.found_done.append(mark)
                return
            assert status in (0, 503) or OVERTAKEN in page, f"{path}: {status}"
            self.book.unanswered += 1
            asked_before = True
            time.sleep(PAUSE)


class Closer(Clerk):
    """Takes one hazard round and round before its closure, three persons in turn."""

    def __init__(self, house: House, stopping: threading.Event, port: int, hazard_id: int) -> None:
        super().__init__(house, stopping)
        self.hazard_id, self.numbers = hazard_id, count(1)
        self.seats = {element: (Seat(port, login), fields) for element, login, fields in cases.ROUND}

    def work(self) -> None:
        """The next completion; its mark stands in what is typed."""
        task = next(task for task in self.house.driver.open_tasks(self.hazard_id) if task.element_id in self.seats)
        seat, fields = self.seats[task.element_id]
        mark = f"标记{self.hazard_id}.{next(self.numbers)}。"
        marked = {**fields, **{key: f"{fields[key]}{mark}" for key in ("summary", "opinion") if key in fields}}
        self.insist(seat, f"/tasks/{task.id}", marked, mark)


class Uploader(Clerk):
    """Saves drafts with a photo, a new one each time."""

    def __init__(self, house: House, stopping: threading.Event, port: int) -> None:
        super().__init__(house, stopping)
        self.seat, self.numbers = Seat(port, "changzhang"), count(1)
        task = next(task for task in house.driver.open_tasks(house.rectifying) if task.element_id == "rectify")
        self.path = f"/tasks/{task.id}/draft"
        self.paper = Image.effect_noise((900, 700), 90).convert("RGB")

    def work(self) -> None:
        """One photo."""
        mark = f"photo {next(self.numbers)}"
        picture = self.paper.copy()
        ImageDraw.Draw(picture).text((20, 20), mark, fill="red")
        stream = io.BytesIO()
        picture.save(stream, "JPEG", quality=90)
        self.insist(self.seat, self.path, {"finish_report": mark}, mark, file=("files-after_photos", stream.getvalue()))


class Exporter(Clerk):
    """Orders exports of the ledger in the background, each by another piece of what hazards are called."""

    def __init__(self, house: House, stopping: threading.Event, port: int) -> None:
        super().__init__(house, stopping)
        self.seat, self.numbers = Seat(port, "banshi1"), count()

    def work(self) -> None:
        """One order; three in hand are enough, says the house (409)."""
        start, more = divmod(next(self.numbers), 12)
        words = WORDS[start : start + more + 2]
        status = self.seat.post(f"/ledger/exports?q={quote(words)}", {})
        assert status in (0, 302, 409, 503), status
        if status == 302:
            self.book.acknowledged.append(f"export {words}")
        self.stopping.wait(0.2)


class Importer(Clerk):
    """Imports workbooks, each with two persons: checks, and confirms until he is shown their passwords."""

    def __init__(self, house: House, stopping: threading.Event, port: int) -> None:
        super().__init__(house, stopping)
        self.seat, self.numbers = Seat(port, "guanli"), count(1)

    def work(self) -> None:
        """One workbook."""
        number = next(self.numbers)
        people = [["", "", f"新人{number}{each}", f"new-{number}-{each}", *[""] * 5] for each in "ab"]
        content = book(单位=[], 企业=[], 人员和岗位=people)
        token = ""
        while not token and not self.stopping.is_set():
            status, text = self.seat.ask("/admin/import", {}, ("file", content))
            assert status in (0, 200, 503), status
            token = text.split('name="token" value="')[1].split('"')[0] if status == 200 else ""
        while not self.stopping.is_set():
            status = self.seat.post("/admin/import/confirm", {"token": token})
            assert status in (0, 200, 503), status
            if status == 200:
                self.book.acknowledged.append(f"import {number}")
                return


class Clock(Clerk):
    """Makes armed timers due, again and again, so that the sweep never rests."""

    def work(self) -> None:
        """Now it is time for every one of them."""
        make_due(self.house)
        self.book.acknowledged.append("tick")
        self.stopping.wait(0.15)


def make_due(house: House) -> None:
    """Let every armed timer be due now."""
    moment = Moment().process_bind_param(clock.now(), house.database.engine.dialect)
    with house.database.transaction() as session:
        session.execute(text("update timers set wake_at = :now"), {"now": moment})


def _body(fields: Mapping[str, str | list[str]], file: tuple[str, bytes] | None) -> bytes:
    pairs = [(name, each) for name, value in fields.items() for each in ([value] if isinstance(value, str) else value)]
    parts = [f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in pairs]
    body = "".join(parts).encode()
    if file is not None:
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{file[0]}"; filename="a.jpg"\r\n'
        body += head.encode() + b"Content-Type: image/jpeg\r\n\r\n" + file[1] + b"\r\n"
    return body + f"--{BOUNDARY}--\r\n".encode()
