"""A driver that does tasks as the people of the town would, and what an official usually answers."""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from PIL import Image, ImageDraw

from service.demo.town import PEOPLE
from workflows import clock, hazards, people, photos
from workflows.db import Database
from workflows.engine import Rules, beginnings, own, tasks, timers
from workflows.engine.worklist import Task
from workflows.hazards import Hazard
from workflows.store import Place


@dataclass
class Driver:
    """Does tasks as the people of the town would, one transaction each, through the verbs the pages use."""

    database: Database
    home: Place
    rules: Rules
    ids: dict[str, int] = field(default_factory=dict)

    def person(self, login: str) -> int:
        """The id of a person by login."""
        if login not in self.ids:
            with self.database.reading() as session:
                found = people.find_by_login(session, login)
                assert found is not None, login
                self.ids[login] = found.id
        return self.ids[login]

    def photo(self, text: str, number: int = 1) -> str:
        """A small picture with some writing on it, taken in like any other; answers its reference."""
        picture = _picture(text, number)
        stream = io.BytesIO()
        picture.save(stream, "JPEG")
        stream.seek(0)
        stored = photos.receive(self.home, stream, "photo.jpg")
        photos.keep(self.database, [stored], by=self.person("banshi1"))
        return stored.sha256

    def report(self, login: str, **data: Any) -> int:
        """Report a hazard; answers its id."""
        given = {
            "description": "检查发现安全出口上锁、通道堆放货物，一旦起火人员无法疏散。",
            "photos": [self.photo("before")],
            "immediate_danger": False,
            "source": "ENFORCE",
            **data,
        }
        if given["source"] == "ENFORCE":
            today = clock.today().isoformat()
            given = {"inspection_kind": "ROUTINE", "inspection_on": today, "inspectors": "执法队员甲", **given}
        reporter = self.person(login)
        with self.database.transaction() as session:
            caller = people.caller(session, reporter)
            return hazards.open(session, self.rules, caller, given).id

    def begin(self, hazard_id: int, key: str, login: str, **data: Any) -> None:
        """Begin another process about a hazard (申请延期 …), as its page would."""
        caller_id = self.person(login)
        with self.database.transaction() as session:
            hazard = hazards.get(session, hazard_id)
            beginnings.begin(session, self.rules, key, hazard.ref, people.caller(session, caller_id), data)

    def open_tasks(self, hazard_id: int) -> list[Task]:
        """The open tasks of a hazard, oldest first."""
        with self.database.reading() as session:
            return tasks.open_of(session, hazards.get(session, hazard_id).ref)

    def do(self, hazard_id: int, element: str, login: str | None = None, **data: Any) -> None:
        """Do the first open task at an element, as this person or as whoever may, with usual answers for what is not given."""
        task = next(each for each in self.open_tasks(hazard_id) if each.element_id == element)
        with self.database.reading() as session:
            hazard = hazards.get(session, hazard_id)
            caller = people.caller(session, self.person(login)) if login else self._whoever_may(session, task)
            answers = self.usual(session, hazard, task, caller.person_id)
        with self.database.transaction() as session:
            tasks.complete(session, self.rules, tasks.get(session, task.id, caller), caller, {**answers, **data})

    def sweep(self) -> None:
        """Fire every timer that is due now."""
        while timers.sweep(self.database, self.rules):
            pass

    def _whoever_may(self, session: Any, task: Task) -> Any:
        """One of those whose task it is, in whose inbox it lies and who may do it: the enterprise's own people first."""
        places = tasks.posts_of(session, task)
        named = {place.unit_id for place in places if place == own(place.unit_id)}
        near = {person.id for person in people.holders(session, places)} | named | {task.assignee_id}
        for login in sorted(PEOPLE, key=lambda login: not _is_of_enterprise(login)):
            if self.person(login) in near:
                caller = people.caller(session, self.person(login))
                rows = tasks.inbox(session, self.rules, caller, limit=500).rows
                if any(row.task.id == task.id and not row.forbidden for row in rows):
                    return caller
        raise LookupError(f"nobody may do {task.element_id}: {task.blocked or task.note}")

    def usual(self, session: Any, hazard: Hazard, task: Task, by: int) -> dict[str, Any]:
        """What an official would usually answer at an element: everything goes well."""
        answer = USUAL.get(task.element_id)
        return answer(self, session, hazard, by) if answer else {}

    def options(self, session: Any, name: str, hazard: Hazard) -> list[str]:
        """The values of an option list."""
        return [value for value, _ in self.rules.options[name](session, hazard)]


def _is_of_enterprise(login: str) -> bool:
    return any(role in people.ENTERPRISE_ROLES for role, _ in PEOPLE[login][2])


def _proxy(driver: Driver, session: Any, by: int) -> dict[str, Any]:
    """Whoever is not of the enterprise enters for it, with a photo of the sealed paper (代录)."""
    if any(post.role in people.ENTERPRISE_ROLES for post in people.posts(session, by)):
        return {"by_proxy": False}
    return {"by_proxy": True, "sealed_original": [driver.photo("sealed")]}


def _picture(text: str, number: int) -> Image.Image:
    """A corridor with a door: shut and blocked before, open and free after; with the moment it was taken."""
    seed = sum(map(ord, text)) + number * 7
    picture = Image.new("RGB", (640, 480), (206 - seed % 20, 204, 196))
    draw = ImageDraw.Draw(picture)
    draw.polygon([(0, 480), (640, 480), (430, 300), (210, 300)], fill=(150, 140 + seed % 12, 128))
    draw.polygon([(0, 0), (640, 0), (430, 90), (210, 90)], fill=(230, 230, 226))
    is_free = text in ("after", "verify")
    draw.rectangle((265, 130, 375, 300), fill=(92, 150, 104) if is_free else (150, 74, 62), outline=(60, 50, 44), width=4)
    for box in range(0 if is_free else 2 + seed % 3):
        left, top = 150 + 95 * box, 330 - 18 * (box % 2)
        draw.rectangle((left, top, left + 86, top + 78), fill=(176, 136, 84), outline=(96, 70, 40), width=3)
    draw.text((12, 456), f"{clock.local(clock.now()):%Y-%m-%d %H:%M}  {text} {number}", fill=(250, 220, 60), font_size=18)
    return picture


Answer = Callable[[Driver, Any, Hazard, int], dict[str, Any]]


def _register(driver: Driver, session: Any, hazard: Hazard, _by: int) -> dict[str, Any]:
    return {
        "proposal": "accept",
        "level_final": "MAJOR",
        "basis": "CLAUSE",
        "standard_clause": driver.options(session, "clauses", hazard)[0],
        "primary_source": hazard.source,
        "dup_check": "NONE",
    }


def _issue_rectify(driver: Driver, session: Any, hazard: Hazard, _by: int) -> dict[str, Any]:
    return {
        "territory_person": driver.options(session, "territory_persons", hazard)[0],
        "sector_person": driver.options(session, "sector_persons", hazard)[0],
        "lead_unit": "TERRITORY",
        "mode": "DEADLINE",
        "due_date": (clock.today() + timedelta(days=30)).isoformat(),
        "requirements": "按判定标准逐项整改，整改期间落实专人看护。",
    }


def _plan(driver: Driver, session: Any, hazard: Hazard, by: int) -> dict[str, Any]:
    return {
        **_proxy(driver, session, by),
        "person": "厂长",
        "measures": "拆除门锁，清空通道，增设应急照明和疏散指示标志。",
        "fund_yuan": 1_200_000,
        "deadline": max(hazard.due_on, clock.today()).isoformat() if hazard.due_on else None,
        "emergency_plan": "整改期间停用二层车间，安排专人值守。",
        "onsite_notice_photo": [driver.photo("notice")],
    }


def _rectify(driver: Driver, session: Any, hazard: Hazard, by: int) -> dict[str, Any]:
    data = {
        **_proxy(driver, session, by),
        "finish_report": "门锁已拆除，通道已清空，应急照明安装完毕，员工已培训。",
        "close_reason": "RECTIFIED",
        "after_photos": [driver.photo("after", 1), driver.photo("after", 2)],
    }
    if hazard.mode == "IMMEDIATE":
        data |= {
            "person": "负责人",
            "measures": "当场清空通道。",
            "needs_fund": False,
            "fund_reason": "当场整改，不需要资金。",
            "needs_emergency_plan": False,
            "emergency_reason": "当场整改完毕。",
        }
    return data


def _verify(driver: Driver, session: Any, hazard: Hazard, by: int) -> dict[str, Any]:
    members = [value for value in driver.options(session, "verifiers", hazard) if int(value) != by]
    return {
        "onsite_at": clock.now().isoformat(),
        "members": members[:1],
        "check_items": ["person", "measures", "fund", "deadline", "emergency_plan", "clause"],
        "result": "PASS",
        "photos": [driver.photo("verify", 1), driver.photo("verify", 2)],
        "opinion": "现场逐项核对，隐患已消除。",
    }


CHECKLIST = ["handovers", "plan", "photos", "verification", "feedback"]

USUAL: Mapping[str, Answer] = {
    "register": _register,
    "confirm_registration": lambda *_: {"decision": "accept"},
    "issue_rectify": _issue_rectify,
    "ack_territory": lambda *_: {"decision": "accept"},
    "ack_sector": lambda *_: {"decision": "accept"},
    "issue_track": lambda driver, session, hazard, _: {
        "county_dept": driver.options(session, "county_depts", hazard)[0],
    },
    "name_tracker": lambda driver, session, hazard, _: {
        "decision": "accept",
        "tracker": driver.options(session, "trackers", hazard)[0],
    },
    "county_names": lambda driver, session, hazard, _: {"tracker": driver.options(session, "trackers", hazard)[0]},
    "ack_tracker": lambda *_: {"decision": "accept"},
    "rule_on_track": lambda driver, session, hazard, _: {
        "county_dept": driver.options(session, "county_depts", hazard)[0],
        "reason": "按行业对口确定。",
    },
    "plan": _plan,
    "rectify": _rectify,
    "feedback_territory": lambda *_: {"situation": "正在按方案整改。", "progress_pct": 50, "next_step": "继续督促。"},
    "feedback_sector": lambda *_: {"situation": "已到现场督促。", "progress_pct": 50, "next_step": "下周再查。"},
    "verify": _verify,
    "confirm_verification": lambda *_: {"agree": "yes"},
    "apply": lambda *_: {"summary": "整改完成并验收通过，申请销号。", "checklist": CHECKLIST},
    "town_review": lambda *_: {"decision": "approve", "opinion": "同意上报。"},
    "tracker_opinion": lambda *_: {"decision": "agree", "opinion": "同意销号。", "onsite_checked": True},
    "sign": lambda *_: {"decision": "sign", "opinion": "同意销号。"},
    "draft_disclosure": lambda *_: {
        "exempt": False,
        "content": "该隐患已整改并销号。",
        "channels": ["web"],
        "checklist": ["tipster", "personal", "secret"],
    },
    "approve_disclosure": lambda *_: {"decision": "accept", "opinion": "同意公开。"},
    "supplement": lambda *_: {"note": "已补齐。"},
}
