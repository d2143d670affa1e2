"""The demo county's last months: returns, disclosures, weekly reports, what is urged and what is looked at again, begun by the
daily jobs and done by whose they are.

Only the last few, because each costs as much as a hazard: so a newcomer finds two months and five weeks that are finished, and
the current ones under way.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any

from service import documents
from service.demo.driving import Driver, NobodyMay
from workflows import clock, daily, dispatch, look_backs, people
from workflows.engine import Subject, instances, tasks
from workflows.engine.worklist import Task
from workflows.errors import Conflict, Forbidden

assert documents.write, "a weekly report becomes an official document, whose effect is declared there"

MONTHS, WEEKS = timedelta(days=66), timedelta(days=35)  # how long ago the first of them begins
LOOKS = timedelta(days=28)  # how long a look-back waits for somebody to go there
KINDS = frozenset({"return", "bulletin", "weekly_report", "urge"})
ANSWER = {"answer": "正在抓紧整改，已安排专人盯办，本周内完成。"}
AGREE = {"decision": "agree"}
USUAL: Mapping[str, Mapping[str, Any]] = {
    "check_return": AGREE,
    "review_return": AGREE,
    "sign_return": AGREE,
    "draft_bulletin": {"checklist": ["tipster", "personal", "secret", "channels"]},
    "decide_bulletin": {"decision": "accept", "opinion": "同意公开。"},
    "check_weekly": {"decision": "accept"},
    "sign_weekly": {"decision": "sign"},
    **dict.fromkeys(("answer_card", "answer_order", "answer_letter", "answer_directive"), ANSWER),
}


class Months:
    """The offices' month, evening after evening, up to the office's today."""

    def __init__(self) -> None:
        self.today = clock.today()

    def evening(self, driver: Driver) -> bool:
        """In the last months: open what is to be opened on this day, and do what was opened before it; answers whether anything
        was done."""
        if clock.today() < self.today - MONTHS:
            return False
        opened = self.open(driver)
        return (clock.is_working_day(clock.today()) and self._work(driver) > 0) or opened > 0

    def open(self, driver: Driver) -> int:
        """What the daily jobs open on a day; the weekly reports of the last weeks only."""
        day, opened = clock.today(), 0
        if 20 <= day.day <= 25:
            opened += daily.open_returns(driver.database)
        if day.day >= 26:
            opened += daily.open_bulletins(driver.database)
        if day >= self.today - WEEKS:
            opened += daily.collect_weeks(driver.database, newest=True)
            opened += daily.urge_what_is_late(driver.database)
        return opened + daily.draw_look_backs(driver.database)

    def _work(self, driver: Driver) -> int:
        """Everybody does what came to him before today."""
        with driver.database.reading() as session:
            running = [Subject(kind, id) for kind, id in session.execute(instances.running()) if kind in KINDS]
            waiting = [task for subject in running for task in tasks.open_of(session, subject)]
            drawn = [task for hazard in look_backs.waiting(session) for task in tasks.open_of(session, hazard.ref)]
        for task in drawn:
            if task.verb == "look_back" and clock.on(task.opened_at) < clock.today() - LOOKS:
                with suppress(NobodyMay):
                    driver.complete(task)
        return sum(_do(driver, task) for task in waiting if clock.on(task.opened_at) < clock.today())


def _do(driver: Driver, task: Task) -> bool:
    """One of those who may does the task; False if nobody can today."""
    if task.element_id == "fill_return" and _forgets(task):
        return False
    with driver.database.reading() as session:
        asked = [person.id for person in people.holders(session, tasks.posts_of(session, task))]
    for person_id in (driver.away.get(id, id) for id in (*asked, task.assignee_id) if id):
        try:
            with driver.database.transaction() as session:
                caller = people.caller(session, person_id)
                answers = _answers(driver, session, task, person_id)
                tasks.complete(session, driver.rules, tasks.get(session, task.id, caller), caller, answers)
            return True
        except (Conflict, Forbidden):  # somebody else must, or a hazard in it is on its way: tomorrow
            continue
    return False


def _forgets(task: Task) -> bool:
    """Every fifth village hands in nothing (漏报): the clock freezes its return all the same."""
    return task.subject.id % 5 == 4


def _answers(driver: Driver, session: Any, task: Task, person_id: int) -> Mapping[str, Any]:
    if task.element_id == "fill_return":
        return dict(_figures(driver, session, dispatch.get(session, task.subject.id), person_id))
    if task.element_id == "collect_return":
        return {"explanation": dispatch.explanation(session, dispatch.get(session, task.subject.id)) or None}
    if task.element_id == "hold_talk":
        told = {"kind": "TALK", "against": "ENTERPRISE", "whom": "企业主要负责人", "held_at": clock.now().isoformat()}
        return {**told, "said": "限期整改到位，每周报告进度；仍不整改的，依规挂牌督办。"}
    return USUAL.get(task.element_id, {})


def _figures(driver: Driver, session: Any, row: dispatch.Return, person_id: int) -> Iterator[tuple[str, Any]]:
    """What a unit enters by hand, cumulative, with reason and proof: villages what they looked after, towns what they fined."""
    months = row.as_of_on.year * 12 + row.as_of_on.month - 2023 * 12
    if row.level == "VILLAGE":
        yield from {"B1": 2 + months // 6, "B3": 1, "B8": 1, "C2": months}.items()
    elif row.level == "TOWN":
        yield from {"C1": months, "C3a": months // 3, "C3b": months * 1500, "C7": months // 8, "C8a": months // 12}.items()
    else:
        return
    yield "reason", "按检查记录和处罚决定书登记簿累计。"
    yield "proof", [f"{sha}/登记簿.jpg" for sha in driver.photos(session, "sealed", by=person_id, place=row.region_code)]
