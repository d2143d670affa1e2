"""A small town for the tests of the nouns, and a case that is driven through the verbs without a diagram.

So each rule is tested where it stands: a diagram that lost a node cannot get past a verb.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import sha256
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy.orm import Session

from workflows import campaigns, clock, closures, disclosures, handovers, hazards, rectifications, verifications
from workflows.engine import Cause
from workflows.errors import Invalid
from workflows.hazards import Hazard
from workflows.people import Appointment, Person, Unit

COUNTY, TOWN, VILLAGE, OTHER = "999901000000", "999901101000", "999901101201", "999901101202"
USCC = "91999901MA0000001P"
POSTS = {  # login: role, unit
    "liaison": ("VILLAGE_LIAISON", "village"),
    "village": ("VILLAGE", "village"),
    "leader": ("SECTOR_LEADER", "group"),
    "station": ("STATION_STAFF", "station"),
    "enforcer1": ("ENFORCER", "town"),
    "enforcer2": ("ENFORCER", "town"),
    "staff": ("OFFICE_STAFF", "town"),
    "staff2": ("OFFICE_STAFF", "town"),
    "director": ("OFFICE_DIRECTOR", "town"),
    "deputy": ("GROUP_DEPUTY", "town"),
    "head": ("GROUP_HEAD", "town"),
    "dept": ("COUNTY_DEPT", "dept"),
    "tracker": ("COUNTY_TRACKER", "dept"),
    "office": ("COUNTY_OFFICE", "county"),
    "magistrate": ("COUNTY_LEADER", "county"),
    "boss": ("ENT_HEAD", "factory"),
    "other_boss": ("ENT_HEAD", "other_factory"),  # noise: of somebody else's enterprise
    "other_village": ("VILLAGE", "other"),  # noise: of another village
    "admin": ("SYS_ADMIN", "county"),
}
UNITS: dict[str, dict[str, Any]] = {
    "county": {"kind": "COUNTY", "name": "甲县", "region_code": COUNTY},
    "dept": {"kind": "COUNTY_DEPT", "name": "甲县应急局", "region_code": COUNTY, "sectors": ["INDUSTRY"]},
    "town": {"kind": "TOWN", "name": "乙镇", "region_code": TOWN},
    "group": {"kind": "GROUP", "name": "工贸领导组", "region_code": TOWN, "sectors": ["INDUSTRY"]},
    "station": {"kind": "STATION", "name": "应急站", "region_code": TOWN, "sectors": ["INDUSTRY"]},
    "village": {"kind": "VILLAGE", "name": "丙村", "region_code": VILLAGE},
    "other": {"kind": "VILLAGE", "name": "丁村", "region_code": OTHER},
    "factory": {"kind": "ENTERPRISE", "name": "木家具厂", "region_code": VILLAGE, "uscc": USCC},
    "other_factory": {"kind": "ENTERPRISE", "name": "面粉厂", "region_code": OTHER},
}
CERTIFIED = ("enforcer1", "enforcer2")


def refused(kind, word, call, *args, **kwargs):
    """The call is refused, with this word in its sentence."""
    with pytest.raises(kind) as caught:
        call(*args, **kwargs)
    assert word in caught.value.message


def fault_of(call, *args, **kwargs):
    """The fields that the refused call names, with their sentences."""
    with pytest.raises(Invalid) as caught:
        call(*args, **kwargs)
    return caught.value.fields


def sha(name: str) -> str:
    """The reference of a made-up photo."""
    return sha256(name.encode()).hexdigest()


@dataclass
class Town:
    """The town with a session; `act` lets a person call a verb as the engine would."""

    session: Session
    units: dict[str, Unit] = field(default_factory=dict)
    persons: dict[str, Person] = field(default_factory=dict)
    tasks: int = 0

    def __post_init__(self) -> None:
        campaigns.seed(self.session)
        for key, columns in UNITS.items():
            more = {"sector_code": "INDUSTRY", "address": "村东 1 号"} if columns["kind"] == "ENTERPRISE" else {}
            self.units[key] = Unit(**{"sectors": [], **columns, **more})
        self.session.add_all(self.units.values())
        self.session.flush()
        for login, (role, unit) in POSTS.items():
            self.hire(login, role, unit)

    def hire(self, login: str, role: str, unit: str) -> Person:
        """A person at a post; a known person gets one more."""
        if login not in self.persons:
            certificate = f"ZF-{login}" if login in CERTIFIED else None
            self.persons[login] = Person(name=f"人员{login}", login=login, certificate_no=certificate)
            self.session.add(self.persons[login])
            self.session.flush()
        post = {"role": role, "unit_id": self.units[unit].id, "from_on": date(2020, 1, 1)}
        self.session.add(Appointment(person_id=self.persons[login].id, **post))
        self.session.flush()
        return self.persons[login]

    def id(self, login: str) -> int:
        """A person's id."""
        return self.persons[login].id

    def act(self, verb: Any, hazard: Hazard, login: str, *, for_: str | None = None, element="", index=0, **data: Any) -> Any:
        """Let a person do a task."""
        self.tasks += 1
        task = SimpleNamespace(id=self.tasks, element_id=element, index=index, opened_at=clock.now(), instance_id=1)
        principal = self.id(for_) if for_ else None
        return verb(self.session, hazard, by=self.id(login), on_behalf_of=principal, task=task, data=data)

    def step(self, step: Any, hazard: Hazard, login: str = "boss") -> None:
        """Let the diagram take a step."""
        step(self.session, hazard, cause=Cause(("task", self.tasks), clock.now(), self.id(login)))

    # ---- a case, up to where it is wanted ----

    def report(self, login: str = "enforcer1", **data: Any) -> Hazard:
        """A reported hazard at the factory."""
        hazard = Hazard(campaign=campaigns.current(self.session).code, reporter_id=self.id(login))
        self.session.add(hazard)
        self.session.flush()
        given = {
            "subject_id": str(self.units["factory"].id),
            "description": "二层车间唯一安全出口上锁，楼梯堆满半成品。",
            "photos": [sha("before")],
            "immediate_danger": False,
            "source": "ENFORCE",
            "inspection_kind": "ROUTINE",
            "inspection_on": clock.today().isoformat(),
            "inspectors": "执法队员甲",
        }
        self.act(hazards.report, hazard, login, **{**given, **data})
        return hazard

    def registered(self, **data: Any) -> Hazard:
        """A registered hazard."""
        hazard = self.report(**data)
        proposal = {"proposal": "accept", "level_final": "MAJOR", "standard_clause": "GM-2023/01", "dup_check": "NONE"}
        self.act(hazards.propose_registration, hazard, "staff", primary_source=hazard.source, **proposal)
        self.act(hazards.decide_registration, hazard, "director", decision="accept")
        return hazard

    def issue(self, hazard: Hazard, **data: Any) -> None:
        """Handover one, led by the liaison."""
        given = {
            "territory_person": str(self.id("liaison")),
            "sector_person": str(self.id("leader")),
            "lead_unit": "TERRITORY",
            "mode": "DEADLINE",
            "due_date": (clock.today() + timedelta(days=30)).isoformat(),
            "requirements": "限期整改。",
        }
        self.act(handovers.issue_for_rectification, hazard, "director", **{**given, **data})

    def track(self, hazard: Hazard) -> None:
        """Handover two, to the tracker."""
        self.act(handovers.issue_for_tracking, hazard, "deputy", county_dept=str(self.units["dept"].id))
        self.act(handovers.name_tracker, hazard, "dept", decision="accept", tracker=str(self.id("tracker")))
        self.act(handovers.acknowledge_as_tracker, hazard, "tracker", decision="accept")
        self.step(handovers.complete_track_handover, hazard, "tracker")

    def rectifying(self, *, track: bool = True, issue: dict[str, Any] | None = None, **data: Any) -> Hazard:
        """A hazard whose handovers are acknowledged."""
        hazard = self.registered(**data)
        self.issue(hazard, **(issue or {}))
        self.act(handovers.acknowledge_as_territory, hazard, "liaison", decision="accept")
        self.act(handovers.acknowledge_as_sector, hazard, "leader", decision="accept")
        self.step(handovers.complete_rectify_handover, hazard, "leader")
        if track:
            self.track(hazard)
        return hazard

    def plan(self, hazard: Hazard, login: str = "boss", **data: Any) -> None:
        """The five implementations."""
        given = {
            "person": "厂长",
            "measures": "拆锁清障。",
            "fund_yuan": 120000,
            "deadline": clock.today().isoformat(),
            "emergency_plan": "停用车间。",
            "onsite_notice_photo": [sha("notice")],
        }
        self.act(rectifications.submit_plan, hazard, login, **{**given, **data})

    def finish(self, hazard: Hazard, login: str = "boss", **data: Any) -> None:
        """The finish report."""
        given = {"finish_report": "已整改完毕。", "after_photos": [sha("after1"), sha("after2")]}
        self.act(rectifications.finish_rectification, hazard, login, **{**given, **data})

    def rectified(self, **data: Any) -> Hazard:
        """A hazard reported as finished."""
        hazard = self.rectifying(**data)
        self.plan(hazard)
        self.finish(hazard)
        return hazard

    def verify(self, hazard: Hazard, login: str = "enforcer1", **data: Any) -> Any:
        """The finding of the leading verifier."""
        given = {
            "onsite_at": clock.now().isoformat(),
            "members": [str(self.id("enforcer2"))],
            "check_items": ["person", "measures"],
            "result": "PASS",
            "photos": [sha("on1"), sha("on2")],
            "opinion": "隐患已消除。",
        }
        return self.act(verifications.verify, hazard, login, **{**given, **data})

    def verified(self, **data: Any) -> Hazard:
        """A hazard that passed."""
        hazard = self.rectified(**data)
        self.pass_(hazard)
        return hazard

    def pass_(self, hazard: Hazard) -> None:
        """Verify and confirm a finished hazard."""
        self.verify(hazard)
        self.act(verifications.confirm_verification, hazard, "enforcer2", agree="yes")
        self.step(verifications.pass_verification, hazard, "enforcer2")

    def apply(self, hazard: Hazard, login: str = "liaison", **more: Any) -> None:
        """The application for closure."""
        self.act(closures.apply_for_closure, hazard, login, summary="申请销号。", checklist=["plan"], **more)

    def to_signature(self, hazard: Hazard) -> None:
        """Application, town review, tracker's opinion."""
        self.apply(hazard)
        self.act(closures.review_in_town, hazard, "deputy", decision="approve", opinion="同意。")
        self.act(closures.give_tracking_opinion, hazard, "tracker", decision="agree", opinion="同意。")

    def closed(self, **data: Any) -> Hazard:
        """A signed hazard."""
        hazard = self.verified(**data)
        self.to_signature(hazard)
        self.act(closures.sign_closure, hazard, "magistrate", decision="sign")
        self.step(closures.close_hazard, hazard, "magistrate")
        return hazard

    def published(self, **data: Any) -> Hazard:
        """A hazard whose result is public."""
        hazard = self.closed(**data)
        self.act(disclosures.draft_disclosure, hazard, "staff", exempt=False, content="该隐患已整改并销号。")
        self.act(disclosures.approve_disclosure, hazard, "director", decision="accept")
        return hazard
