"""A driver that does tasks as the people of the county would, and what an official usually answers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from random import Random
from typing import Any, TypeVar
from zlib import crc32

from service import documents  # declares the job that writes what the loop orders
from service.demo import pictures
from workflows import clock, duties, hazards, people, photos, rectifications, standards
from workflows.db import Database
from workflows.engine import Post, Rules, Subject, beginnings, own, tasks, timers
from workflows.engine.worklist import Task
from workflows.hazards import Hazard
from workflows.store import Place

Thing = TypeVar("Thing")
PAPERS = ("notice", "sealed")
MENDED = ("after", "verify", *PAPERS)
MOST_STEPS = 80  # from the report to the archive there are some twenty


assert documents.write


class NobodyMay(LookupError):
    """A task stands still: its post is vacant, or whoever holds it may not do this one."""


@dataclass
class Driver:
    """Does tasks as the people of the county would, one transaction each, through the verbs the pages use.

    With a `random`, one of several who may do a task does it, and one of several who may be named is named; without, the first.
    """

    database: Database
    home: Place
    rules: Rules
    random: Random | None = None
    ids: dict[str, int] = field(default_factory=dict)
    away: dict[int, int] = field(default_factory=dict)  # who is on leave → who stands in for him

    def person(self, login: str) -> int:
        """The id of a person by login."""
        if login not in self.ids:
            with self.database.reading() as session:
                found = people.find_by_login(session, login)
                assert found is not None, login
                self.ids[login] = found.id
        return self.ids[login]

    def one_of(self, things: Sequence[Thing]) -> Thing:
        """One of several that are all right."""
        return self.random.choice(things) if self.random else things[0]

    def photo(self, text: str, number: int = 1) -> str:
        """A picture of nowhere in particular, taken in like any other; answers its reference."""
        with self.database.transaction() as session:
            return self.photos(session, text, by=self.person("banshi1"), first=number)[0]

    def photos(
        self, session: Any, text: str, *, by: int, count: int = 1, first: int = 1, scene: str = "", place: str = ""
    ) -> list[str]:
        """Pictures of a place (the same place looks the same again), taken in like any others; answers their references."""
        moment, stored = clock.local(clock.now()), []
        for number in range(first, first + count):
            seed, label = crc32(place.encode()) + number, f"{text} {number}"
            if text in PAPERS:
                drawn = pictures.paper(moment, label, seed=seed)
            else:
                drawn = pictures.draw(scene, moment, label, seed=seed, is_mended=text in MENDED)
            stored.append(photos.receive(self.home, drawn, "photo.jpg"))
        photos.write_down(session, stored, by=by)
        return [each.sha256 for each in stored]

    def photos_of(self, session: Any, hazard: Hazard, text: str, *, by: int, count: int = 1) -> list[str]:
        """Pictures of the place of a hazard."""
        place = hazard.subject_name + hazard.description
        return self.photos(session, text, by=by, count=count, scene=hazard.sector or "", place=place)

    def report(self, login: str, **data: Any) -> int:
        """Report a hazard; answers its id."""
        given, reporter = _found(**data), self.person(login)
        with self.database.transaction() as session:
            if "photos" not in given:
                unit = people.find_enterprise(session, int(given.get("subject_id", 0)))
                scene, place = (unit.sector_code or "", unit.name) if unit else ("", "")
                place += given["description"]
                given["photos"] = self.photos(session, "before", by=reporter, scene=scene, place=place)
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
            return tasks.open_of(session, Subject("hazard", hazard_id))

    def do(self, hazard_id: int, element: str, login: str | None = None, **data: Any) -> None:
        """Do the first open task at an element, as this person or as whoever may, with usual answers for what is not given."""
        self.complete(next(each for each in self.open_tasks(hazard_id) if each.element_id == element), login, **data)

    def complete(self, task: Task, login: str | None = None, **data: Any) -> list[Task]:
        """Do an open task, as this person or as whoever may, with usual answers for what is not given; answers what of the
        hazard is open then, oldest first."""
        with self.database.transaction() as session:
            hazard = hazards.get(session, task.subject.id)
            person_id = self.person(login) if login else self._whoever_may(session, hazard, task)
            answers = {**self.usual(session, hazard, task, person_id), **data}
            caller = people.caller(session, person_id)
            tasks.complete(session, self.rules, tasks.get(session, task.id, caller), caller, answers)
            return tasks.open_of(session, hazard.ref)

    def bring(self, hazard_id: int, element: str, **answers: dict[str, Any]) -> None:
        """Do what is open until the hazard waits at an element, or ("") at none; `answers`: element → what is answered there
        the first time, beside the usual."""
        for _ in range(MOST_STEPS):
            at = self.waiting(hazard_id)
            if element in at or not (element or at):
                return
            step = next(each for each in at if each != "issue_track" or len(at) == 1)
            self.do(hazard_id, step, **answers.pop(step, {}))
        raise NobodyMay(f"never came to {element}")

    def waiting(self, hazard_id: int) -> list[str]:
        """Where a hazard waits, the weekly reports left out."""
        return sorted(task.element_id for task in self.open_tasks(hazard_id) if not task.element_id.startswith("feedback"))

    def sweep(self) -> None:
        """Fire every timer that is due now."""
        while timers.sweep(self.database, self.rules):
            pass

    def _whoever_may(self, session: Any, hazard: Hazard, task: Task) -> int:
        """One of those whose task it is and who may do it, or who stands in for him: the enterprise's own people first."""
        posts = tasks.posts_of(session, task)
        at_home = [post for post in posts if post.role in people.ENTERPRISE_ROLES]
        free = self._free(session, hazard, task, at_home or posts)
        if at_home and not free:
            near = self._free(session, hazard, task, posts)
            free = [person_id for person_id in near if not rectifications.proxy_fault(session, hazard, person_id)]
        if not free:
            raise NobodyMay(f"nobody may do {task.element_id}: {task.blocked or task.note}")
        return free[-1] if task.element_id == "sign" else self.one_of(free)  # an acting leader signs for the leader

    def _free(self, session: Any, hazard: Hazard, task: Task, posts: Sequence[Post]) -> list[int]:
        named = {post.unit_id for post in posts if post == own(post.unit_id)} | {task.assignee_id or 0}
        active = [person_id for person_id in named - {0} if people.get(session, person_id).is_active]
        near = [*(person.id for person in people.holders(session, posts)), *active]
        acting = {self.away.get(person_id, person_id) for person_id in near}
        return sorted(acting - duties.barred(session, hazard, task.duty, acting))

    def usual(self, session: Any, hazard: Hazard, task: Task, by: int) -> dict[str, Any]:
        """What an official would usually answer at an element: everything goes well."""
        answer = USUAL.get(task.element_id)
        return answer(self, session, hazard, by) if answer else {}

    def options(self, session: Any, name: str, hazard: Hazard) -> list[str]:
        """The values of an option list."""
        return [value for value, _ in self.rules.options[name](session, hazard)]

    def option(self, session: Any, name: str, hazard: Hazard) -> str:
        """One value of an option list."""
        return self.one_of(self.options(session, name, hazard))


def _found(**data: Any) -> dict[str, Any]:
    """What somebody tells who found a hazard."""
    given = {
        "description": "检查发现安全出口上锁、通道堆放货物，一旦起火人员无法疏散。",
        "immediate_danger": False,
        "source": "ENFORCE",
        **data,
    }
    if given["source"] != "ENFORCE":
        return given
    return {"inspection_kind": "ROUTINE", "inspection_on": clock.today().isoformat(), "inspectors": "执法队员甲", **given}


def _with_people(driver: Driver, session: Any, hazard: Hazard) -> list[str]:
    """The subjects of which somebody signs in; all of them if there are none."""
    subjects = driver.options(session, "subjects", hazard)
    return [each for each in subjects if people.holders(session, [Post("ENT_HEAD", int(each))])] or subjects


def _proxy(driver: Driver, session: Any, hazard: Hazard, by: int) -> dict[str, Any]:
    """Whoever is not of the enterprise enters for it, with a photo of the sealed paper (代录)."""
    if any(post.role in people.ENTERPRISE_ROLES for post in people.posts(session, by)):
        return {"by_proxy": False}
    return {"by_proxy": True, "sealed_original": driver.photos_of(session, hazard, "sealed", by=by)}


Answer = Callable[[Driver, Any, Hazard, int], dict[str, Any]]


KEY_ITEM = "用作经营的建筑的承重结构和疏散条件"


def _nearest_clause(hazard: Hazard) -> str | None:
    """The clause of the hazard's own industry whose words are nearest to what was found; None where it has none."""
    clauses = [each for each in standards.in_force(clock.today(), hazard.sector) if hazard.sector in each.standard.sectors]
    found = _pairs(hazard.description)
    return max(clauses, key=lambda each: len(found & _pairs(each.title))).code if clauses else None


def _pairs(text: str) -> set[str]:
    return {"".join(pair) for pair in pairwise(text)}


def _register(_driver: Driver, _session: Any, hazard: Hazard, _by: int) -> dict[str, Any]:
    clause = _nearest_clause(hazard)
    return {
        "proposal": "accept",
        "level_final": "MAJOR",
        **({"basis": "CLAUSE", "standard_clause": clause} if clause else {"basis": "ITEM", "key_check_item": KEY_ITEM}),
        "primary_source": hazard.source,
        "dup_check": "NONE",
    }


def _issue_rectify(driver: Driver, session: Any, hazard: Hazard, _by: int) -> dict[str, Any]:
    return {
        "territory_person": driver.option(session, "territory_persons", hazard),
        "sector_person": driver.option(session, "sector_persons", hazard),
        "lead_unit": "TERRITORY",
        "mode": "DEADLINE",
        "due_date": (clock.today() + timedelta(days=30)).isoformat(),
        "requirements": "按判定标准逐项整改，整改期间落实专人看护。",
    }


def _plan(driver: Driver, session: Any, hazard: Hazard, by: int) -> dict[str, Any]:
    return {
        **_proxy(driver, session, hazard, by),
        "person": "主要负责人",
        "measures": "拆除门锁，清空通道，增设应急照明和疏散指示标志。",
        "fund_yuan": 1_200_000,
        "deadline": max(hazard.due_on, clock.today()).isoformat() if hazard.due_on else None,
        "emergency_plan": "整改期间停用二层车间，安排专人值守。",
        "onsite_notice_photo": driver.photos_of(session, hazard, "notice", by=by),
    }


def _rectify(driver: Driver, session: Any, hazard: Hazard, by: int) -> dict[str, Any]:
    data = {
        **_proxy(driver, session, hazard, by),
        "finish_report": "门锁已拆除，通道已清空，应急照明安装完毕，员工已培训。",
        "close_reason": "RECTIFIED",
        "after_photos": driver.photos_of(session, hazard, "after", by=by, count=2),
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
    others = [value for value in driver.options(session, "verifiers", hazard) if int(value) != by]
    certified = [value for value in others if people.get(session, int(value)).certificate_no]
    return {
        "onsite_at": clock.now().isoformat(),
        "members": [driver.one_of(certified or others)],
        "check_items": ["person", "measures", "fund", "deadline", "emergency_plan", "clause"],
        "result": "PASS",
        "photos": driver.photos_of(session, hazard, "verify", by=by, count=2),
        "opinion": "现场逐项核对，隐患已消除。",
    }


def _draft(_driver: Driver, _session: Any, hazard: Hazard, _by: int) -> dict[str, Any]:
    """What enterprises find themselves they show on site; the town does not publish it (domain P12)."""
    if hazard.source == "SELF":
        return {"exempt": True, "exempt_reason": "企业自查发现，已由企业在现场醒目位置公示。"}
    return {
        "exempt": False,
        "content": f"{hazard.subject_name}的重大事故隐患已完成整改，经验收合格，县政府分管领导签字销号。",
        "channels": ["web"],
        "checklist": ["tipster", "personal", "secret"],
    }


AGREE = {"decision": "agree", "opinion": "情况属实，同意。"}
CHECKLIST = ["handovers", "plan", "photos", "verification", "feedback"]

USUAL: Mapping[str, Answer] = {
    "report": lambda driver, session, hazard, by: _found(
        subject_on_file=True,
        subject_id=driver.one_of(_with_people(driver, session, hazard)),
        photos=driver.photos(session, "before", by=by),
    ),
    "register": _register,
    "confirm_registration": lambda *_: {"decision": "accept"},
    "issue_rectify": _issue_rectify,
    "ack_territory": lambda *_: {"decision": "accept"},
    "ack_sector": lambda *_: {"decision": "accept"},
    "reassign_territory": lambda driver, session, hazard, _: {
        "territory_person": driver.option(session, "territory_persons", hazard),
        "reason": "该企业确在本村范围内，按属地原则由所列人员负责。",
    },
    "reassign_sector": lambda driver, session, hazard, _: {
        "sector_person": driver.option(session, "sector_persons", hazard),
        "reason": "按行业分工，由所列人员负责。",
    },
    "issue_track": lambda driver, session, hazard, _: {
        "county_dept": driver.options(session, "county_depts", hazard)[0],
    },
    "name_tracker": lambda driver, session, hazard, _: {
        "decision": "accept",
        "tracker": driver.option(session, "trackers", hazard),
    },
    "county_names": lambda driver, session, hazard, _: {"tracker": driver.option(session, "trackers", hazard)},
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
    "draft_disclosure": _draft,
    "approve_disclosure": lambda *_: {"decision": "accept", "opinion": "同意公开。"},
    "look": lambda driver, session, hazard, by: {
        "onsite_at": clock.now().isoformat(),
        "result": "HELD",
        "finding": "现场与销号时一致，隐患没有再出现。",
        "photos": driver.photos_of(session, hazard, "verify", by=by, count=2),
    },
    "supplement": lambda *_: {"note": "已补齐。"},
    "check_voiding": lambda driver, session, hazard, by: {
        **AGREE,
        "onsite_at": clock.now().isoformat(),
        "photos": driver.photos_of(session, hazard, "before", by=by),
    },
    **dict.fromkeys(("office_opinion", "deputy_decision", "county_files", "dept_opinion", "leader_decision"), lambda *_: AGREE),
    "report_listing": lambda *_: {"situation": "整改已过半，责任单位保证期限内完成，督办单位每周到现场。"},
    **dict.fromkeys(("publish_listing", "publish_unlisting"), lambda *_: {"channels": ["web", "board"]}),
}
