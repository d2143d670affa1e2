"""A random user: signs in as somebody, reads what is linked, fills in what is asked, sends it, sometimes badly, twice or late; and
lets time pass. He leans towards what waits in the inboxes and towards good answers, or no case would ever be closed."""

import re
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from urllib.parse import urlencode, urlsplit

from lxml import html
from sqlalchemy import select

from service import App
from service import exports as writing
from tests.monkey.hands import Answer, Form, Hands, forms_of
from tests.monkey.reckoning import whose
from tests.monkey.visits import Visitor
from workflows import clock, daily, documents, exports, strays
from workflows.engine import timers
from workflows.engine.jobs import orders
from workflows.engine.worklist import Task

assert daily, "declares what the system does each day"

WAITS = [timedelta(hours=3), timedelta(hours=20), timedelta(days=1), timedelta(days=3), timedelta(days=9)]
GRAVE = re.compile("/deactivate|/password|/appointments/|/units/|/rehearsal|/campaigns|/calendar|/parameters")
"""What takes somebody's post or account, or all the time of the walk: seldom done, or soon nobody is left to work."""
GOOD, TRIES = 0.75, 6  # the share of forms that are answered well, and how often faults are put right
QUESTIONS = "q after as_of week code campaign page sector step back region month draft id".split()
NONSENSE = ("", "x", "-1", "0", "9" * 20, "2026-13-45", "2026-03-05", "%00", "'", "[]", "１", "0001-01-01", "9999-12-31", "🔥")


class Monkey(Visitor):
    """The random user. `grave`: how often he does what takes somebody's post or account."""

    def __init__(
        self,
        app: App,
        random: Random,
        move: Callable[[datetime], object],
        *,
        alone: bool = True,
        grave: float = 0.02,
    ) -> None:
        super().__init__(app, random, alone=alone)
        self.move, self.grave, self.hands = move, grave, Hands(random)
        self.database, self.home = app.house.database, app.house.config.home
        self.past: list[tuple[str, Answer]] = []
        self.chosen: Counter[str] = Counter()

    def walk(self, steps: int) -> None:
        """So many steps."""
        with self.listening():
            for _ in range(steps):
                self.move(clock.now() + timedelta(seconds=self.random.randint(5, 240)))
                (do,) = self.random.choices(*zip(*self._can(), strict=True))
                do()

    def _can(self) -> list[tuple[Callable[[], None], int]]:
        """What he may do next, and how likely it is."""
        return [
            (self.work, 39),
            (self.wander, 37),
            (self.begin, 8),
            (self.meddle, 5),
            (self.report, 4),
            (self.send_again, 4),
            (self.wait, 3),
        ]

    # ---- what he does ------------------------------------------------------------------------------------------------------

    def work(self) -> None:
        """Do one of the tasks that wait, through the inbox of somebody for whom it waits."""
        with self.database.reading() as session:
            waiting = session.scalars(select(Task).where(Task.status == "OPEN").order_by(Task.id)).all()
            task = self.random.choice(waiting) if waiting else None
            logins = sorted(person.login for person in whose(session, task)) if task else []
        self.become(self.random.choice(logins or self.logins))
        self.read("/")
        if mine := [each for each in self.links if each.startswith("/tasks/")]:
            wanted = [each for each in mine if task and each == f"/tasks/{task.id}"]
            self.read(self.random.choice(wanted or mine))
            self._take()
            for form in [form for form in self.forms if form.asks and form.address.startswith("/tasks/")][:1]:
                self._answer(form)

    def _take(self) -> None:
        """签领, where it asks for that."""
        for form in [form for form in self.forms if form.address.endswith("/claim")][:1]:
            self.send(self.hands.fill(form, form.buttons[0]))

    def report(self) -> None:
        """Report a hazard, if he may."""
        self.become(self.random.choice(self.logins))
        self.read("/hazards/new", is_offered=False)
        self.answer()

    def begin(self) -> None:
        """Begin something beside the loop, from the page of a case: 延期, 核减, 挂牌 …"""
        self.become(self.random.choice(self.logins))
        self.read("/hazards", is_offered=False)
        if cases := [each for each in self.links if re.fullmatch(r"/hazards/\d+", each)]:
            self.read(self.random.choice(cases))
        if offered := [each for each in self.links if each.startswith("/matters/")]:
            self.read(self._rarest(offered))
            self.answer()

    def wander(self) -> None:
        """Read a page that is linked here, or answer what it asks."""
        if not self.links or self.random.random() < 0.12:
            self.become(self.random.choice(self.logins))
            self.read("/")
        if self.forms and self.random.random() < 0.35:
            self.answer()
        elif links := self.links:
            self.read(self._rarest(links) if self.random.random() < 0.6 else self.random.choice(links))

    def meddle(self) -> None:
        """Open what somebody else was shown, or ask a page what makes no sense."""
        if links := self.links:
            link = self.random.choice(links)
            if self.random.random() < 0.5:
                self.become(self.random.choice(self.logins))
                self.read(link, is_offered=False)
            else:
                question = {self.random.choice(QUESTIONS): self.random.choice(NONSENSE)}
                self.read(f"{urlsplit(link).path}?{urlencode(question)}", is_offered=False)

    def send_again(self) -> None:
        """What was sent long ago, by the same person or by another, mostly with the token of today."""
        if self.past:
            login, answer = self.random.choice(self.past)
            self.become(login if self.random.random() < 0.7 else self.random.choice(self.logins))
            if self.random.random() < 0.8:
                answer.typed["csrf_token"] = [self.token()]
            self.send(answer, is_offered=False)

    # ---- to answer ---------------------------------------------------------------------------------------------------------

    def answer(self) -> None:
        """Fill in one of the forms of this page, rather one that asks something."""
        forms = [form for form in self.forms if self.random.random() < self.grave or not GRAVE.search(form.address)]
        if asking := [form for form in forms if form.asks and self.random.random() < 0.9]:
            forms = asking
        if forms:
            address = self._rarest([form.address for form in forms])
            self._answer(next(form for form in forms if form.address == address))

    def _answer(self, form: Form) -> None:
        """Fill in a form and send it; where it is refused, put right what is said to be wrong."""
        button = form.buttons[0] if self.random.random() < 0.85 else self.random.choice(form.buttons)
        is_good = self.random.random() < GOOD
        answer = self.hands.fill(form, button, spoilt=0.0 if is_good else self.random.choice((0.1, 0.3, 0.7)))
        if answer.method == "get":
            self.read(f"{answer.address or self.address}?{urlencode(answer.typed, doseq=True)}", is_offered=is_good, typed=answer.typed)
            return
        for _ in range(TRIES):
            self.past = [*self.past[-40:], (self.login, answer)]
            refused = self.send(answer)
            if refused.status_code != 422 or answer.spoilt:
                break
            answer = self._put_right(refused.text, form) or answer
        if self.random.random() < 0.1:
            self.send(answer, is_offered=False)

    def _put_right(self, text: str, form: Form) -> Answer | None:
        """The same form as it came back, what is faulty in it answered anew."""
        page = html.fromstring(text)
        wrong = {id.removeprefix("f-").removesuffix("-fault") for id in page.xpath("//p[@class='fault']/@id")}
        same = [each for each in forms_of(page) if each.address == form.address and each.asks]
        return self.hands.fill(same[0], same[0].buttons[0], only=frozenset(wrong)) if same else None

    def _rarest(self, addresses: list[str]) -> str:
        """One of those of whose kind he has chosen fewest."""
        kinds = {each: re.sub(r"\d+", "0", urlsplit(each).path) for each in self.random.sample(addresses, len(addresses))}
        chosen = min(kinds, key=lambda each: self.chosen[kinds[each]])
        self.chosen[kinds[chosen]] += 1
        return chosen

    # ---- time --------------------------------------------------------------------------------------------------------------

    def wait(self) -> None:
        """Let time pass: the daily jobs at their hours, the sweep, and what was ordered in the background."""
        until = clock.now() + self.random.choice(WAITS)
        self.tell(f"time passes until {clock.local(until):%m-%d %H:%M}")
        self.clear()
        days = [clock.today() + day * clock.DAY for day in range((clock.on(until) - clock.today()).days + 1)]
        hours = [(clock.at(day, hour, minute), name) for day in days for name, (hour, minute, _) in orders.each_day.items()]
        for at, name in sorted(hours):
            if clock.now() < at <= until:
                self.move(at)
                orders.each_day[name][2](self.database)
                self._sweep()
        self.move(until)
        strays.clear(self.database, place=self.home)
        self._sweep()
        self._work_off()
        self.listen("the background")

    def _sweep(self) -> None:
        while timers.sweep(self.database, self.app.house.rules):
            pass

    def _work_off(self) -> None:
        """What was ordered in the background."""
        with self.database.reading() as session:
            unwritten = session.scalars(select(documents.Document.id).where(documents.Document.sha256.is_(None))).all()
            ordered = session.scalars(select(exports.Export.id).where(exports.Export.status == "WAITING")).all()
        for id in unwritten:
            documents.write(self.database, self.home, id)
        for id in ordered:
            writing.write(self.database, export_id=id)
