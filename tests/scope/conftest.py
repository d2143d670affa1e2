"""The house next door: a case with everything a case can have, and a person of every role whose scope just misses it."""

import io
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import event

from service import App, create_app, demo
from service.config import Config
from tests import make
from tests.documents import pdf
from tests.service.inspector import Inspector
from tests.service.test_tasks import bring_to
from workflows import (
    bulletins,
    campaigns,
    clock,
    dispatch,
    documents,
    feedbacks,
    hazards,
    papers,
    people,
    photos,
    staffing,
    steps,
    weekly_reports,
)
from workflows.db import Database
from workflows.engine import beginnings, tasks

COUNTY2, TOWN2 = "999902000000", "999901102000"
UNITS: dict[str, tuple[str, str, str, str | None, dict[str, list[str]]]] = {
    "county": ("COUNTY", "邻县", COUNTY2, None, {}),
    "town": ("TOWN", "邻镇", TOWN2, "甲县", {}),
    "station": ("STATION", "乙镇食品站", "999901101000", "乙镇", {"sectors": ["FOOD", "CONSTRUCTION"]}),
    "group": ("GROUP", "乙镇建筑领导组", "999901101000", "乙镇", {"sectors": ["CONSTRUCTION"]}),
}
NEXT_DOOR = {  # role: the unit that lies nearest to the case without reaching it; else 甲县 itself, whose post opens no case
    **dict.fromkeys(("ENT_HEAD", "ENT_SAFETY", "ENT_CONTROLLER"), "丙村液化气换瓶点"),
    **dict.fromkeys(("VILLAGE", "VILLAGE_LIAISON"), "丁村"),
    **dict.fromkeys(("STATION_HEAD", "STATION_STAFF", "ENFORCER"), "乙镇食品站"),
    **dict.fromkeys(("SECTOR_LEADER", "SECTOR_MEMBER"), "乙镇建筑领导组"),
    **dict.fromkeys(("POLICE_STATION", "TIP_OFFICER"), "乙镇"),
    **dict.fromkeys(("OFFICE_STAFF", "OFFICE_DIRECTOR", "GROUP_DEPUTY", "GROUP_HEAD", "TOWN_DISCIPLINE"), "邻镇"),
    **dict.fromkeys(("COUNTY_OFFICE", "COUNTY_LEADER", "COUNTY_INSPECTION"), "邻县"),
    "COUNTY_DEPT": "甲县住建局",
    "COUNTY_TRACKER": "甲县应急管理局",  # the very department that tracks it: he is not the one who does (M010)
}
SUBJECT = "乙镇木家具厂"
MARK = "隔墙那一件"  # stands in whatever was typed about the case
KEPT = {"photo": "onsite_notice_photo", "paper": "emergency_paper"}


@dataclass
class NextDoor:
    """The app, what fills the addresses of `routes.py`, what must not be told, and who is a stranger."""

    app: App
    database: Database
    named: dict[str, object]
    secrets: dict[str, str]
    browsers: dict[str, Inspector]

    def browser(self, role: str) -> Inspector:
        """Signed in as the stranger of this role; "" is one who holds no post."""
        if role not in self.browsers:
            self.browsers[role] = self.app.test_client()
            assert self.browsers[role].sign_in(role.lower() or "nobody").status_code == 302
        return self.browsers[role]

    def inside(self) -> Inspector:
        """Somebody in whose scope the case lies."""
        browser = self.app.test_client()
        browser.sign_in("banshi1")
        return browser


@pytest.fixture(scope="package")
def next_door(settled_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[NextDoor]:
    """Made once; nothing that is walked changes it."""
    home = tmp_path_factory.mktemp("scope")
    shutil.copy(settled_template, home / "scope.db")
    database = Database(f"sqlite:///{home / 'scope.db'}")
    event.listen(database.engine, "connect", _never_sync)
    app = create_app(Config(home=home, database_url=database.url, secret_key="for tests " * 4), database, steps.RULES)
    app.test_client_class = Inspector
    driver = demo.Driver(database, home, steps.RULES)
    _hire(database)
    yield _case(app, driver)
    database.engine.dispose()


def _never_sync(connection: object, _record: object) -> None:
    connection.execute("PRAGMA synchronous=OFF")  # type: ignore[attr-defined]


def _hire(database: Database) -> None:
    """A stranger for every role, and one without any; all with the password of the town."""
    with database.transaction() as session:
        for kind, name, code, above, more in UNITS.values():
            staffing.add_unit(session, kind, name, code, parent=people.find_unit_named(session, above) if above else None, **more)
        people_of = {role: staffing.add_person(session, role, role.lower(), demo.PASSWORD) for role in people.ROLES}
        staffing.add_person(session, "无岗位", "nobody", demo.PASSWORD)
        discipline = staffing.add_person(session, "本镇纪委", "discipline", demo.PASSWORD)
        staffing.appoint(session, discipline, "TOWN_DISCIPLINE", people.find_unit_named(session, "乙镇"), date(2023, 1, 1))
        for role, person in people_of.items():
            unit = people.find_unit_named(session, NEXT_DOOR.get(role, "甲县"))
            staffing.appoint(session, person, role, unit, date(2023, 1, 1))
        staffing.substitute(
            session, people_of["VILLAGE"], people_of["VILLAGE_LIAISON"], clock.today(), clock.today() + timedelta(days=9)
        )


def _case(app: App, driver: demo.Driver) -> NextDoor:
    """A case that waits for the county's signature, and a second one with a draft of its plan."""
    first, second = _report(driver), _report(driver)
    stored = papers.receive(driver.home, io.BytesIO(pdf()), f"{MARK}的指令书.pdf")
    papers.keep(driver.database, [stored], by=driver.person("zhuren"))
    bring_to(driver, first, "issue_rectify")
    driver.do(first, "issue_rectify", directive=[stored.reference], requirements=f"{MARK}的整改要求。")
    sign, plan = bring_to(driver, first, "sign"), bring_to(driver, second, "plan")
    with driver.database.reading() as session:
        hazard = hazards.get(session, first)
        past = {each.element_id: each.task_id for each in tasks.submissions(session, hazard.ref)}
        named = {"hazard": first, "task": sign, "done_task": past["verify"], "named_task": past["confirm_verification"]}
        named |= {"photo": photos.of(session, hazard)[0][1].sha256, "paper": stored.reference.split("/")[0]}
        named |= {"unit": hazard.enterprise_id, "person": driver.person("zhuren"), "substitution": 1}
        secrets = {"number": hazard.hazard_no, "what was typed": MARK, "address": hazard.address, "code": hazard.uscc}
        named |= {"no": hazard.hazard_no, "subject": SUBJECT, "words": MARK}
        named |= {"yesterday": (clock.today() - timedelta(days=1)).isoformat(), "year": clock.today().year}
    with driver.database.transaction() as session:
        named |= {"urge": make.urge(session, second), "inquiry": make.inquiry(session, second)}
    named |= {**_return(driver), "weekly_report": _weekly_report(driver, first)}
    named |= {**_kept(app, plan), "draft": _draft(app), "export": _export(app), "document": _document(app, driver, first)}
    named |= {"diagram_draft": _diagram_draft(app), "bulletin": _bulletin(driver)}
    secrets |= {"subject": SUBJECT, "photo": named["photo"], "paper": named["paper"]}
    return NextDoor(app, driver.database, named, secrets, {})


def _report(driver: demo.Driver) -> int:
    with driver.database.reading() as session:
        subject = people.find_unit_named(session, SUBJECT)
    return driver.report("zhifa1", subject_on_file=True, subject_id=str(subject.id), description=f"{MARK}：喷漆房与焊接间未分隔。")


def _return(driver: demo.Driver) -> dict[str, object]:
    """The frozen return of the village in which the case lies, and the proof with which its correction was asked for."""
    month = (clock.today().replace(day=1) - timedelta(days=1)).replace(day=25)
    with driver.database.transaction() as session:
        village = people.find_unit_named(session, "丙村")
        row = dispatch.open_return(session, steps.RULES, village, campaigns.current(session, month).code, month)
    driver.sweep()
    proof = driver.photo("proof")
    asked = {"B1": 1, "reason": f"{MARK}的抽查漏记了。", "proof": [f"{proof}/proof.jpg"]}
    with driver.database.transaction() as session:
        caller = people.caller(session, driver.person("cunwei"))
        beginnings.begin(session, steps.RULES, "return_correction", row.ref, caller, asked)
    return {"return": row.id, "return_paper": proof}


def _draft(app: App) -> str:
    """The key of somebody's draft of a report."""
    owner = app.test_client()
    owner.sign_in("zhifa1")
    answer = owner.submit("/hazards/drafts", {"draft_key": "a-draft-of-one", "description": f"{MARK}的草稿。"}, page="/hazards/new")
    assert MARK in owner.get(answer.headers["Location"]).text
    return "a-draft-of-one"


def _export(app: App) -> int:
    """Somebody's export, under way."""
    owner = app.test_client()
    owner.sign_in("banshi1")
    return int(owner.submit(f"/ledger/exports?q={MARK}", {}, page="/ledger/export").headers["Location"].rpartition("/")[2])


def _document(app: App, driver: demo.Driver, hazard: int) -> int:
    """The case's handover order, written."""
    owner = app.test_client()
    owner.sign_in("banshi1")
    assert owner.submit(f"/hazards/{hazard}/documents", {"kind": "HANDOVER"}, page=f"/hazards/{hazard}").status_code == 302
    with driver.database.reading() as session:
        made = documents.of(session, hazards.get(session, hazard).ref, "HANDOVER")[-1]
    documents.write(driver.database, driver.home, made.id)
    return made.id


def _bulletin(driver: demo.Driver) -> int:
    """The town's disclosure of a month, not drafted yet."""
    with driver.database.transaction() as session:
        town = people.find_unit_named(session, "乙镇")
        return bulletins.open_month(session, steps.RULES, town, bulletins.due_month(session)).id


def _weekly_report(driver: demo.Driver, hazard_id: int) -> int:
    """The week of the case's town, collected."""
    with driver.database.transaction() as session:
        town = people.find_unit(session, "TOWN", people.town_code(hazards.get(session, hazard_id).region_code))
        return weekly_reports.collect(session, town, feedbacks.week_after(clock.today())).id


def _diagram_draft(app: App) -> str:
    """The number of a draft that the town's designer has begun."""
    owner = app.test_client()
    owner.sign_in("sheji")
    return owner.submit("/designer", {"key": "hazard_closed_loop"}, page="/designer").headers["Location"].split("/")[-1]


def _kept(app: App, task_id: int) -> dict[str, str]:
    """The tokens of a photo and a paper in somebody's draft."""
    owner = app.test_client()
    owner.sign_in("changzhang")
    picture = io.BytesIO()
    Image.new("RGB", (64, 48), "green").save(picture, "JPEG")
    picture.seek(0)
    files = {"files-onsite_notice_photo": (picture, "a.jpg"), "papers-emergency_paper": (io.BytesIO(pdf(b"/X 1")), f"{MARK}.pdf")}
    owner.submit(f"/tasks/{task_id}/draft", {"measures": f"{MARK}的草稿。", **files}, page=f"/tasks/{task_id}")
    page = owner.get(f"/tasks/{task_id}").text
    tokens = {name: re.findall(f'name="kept-{field}" value="([^"]+)"', page)[0] for name, field in KEPT.items()}
    assert all(owner.get(f"/{name}s/kept/{token}").status_code == 200 for name, token in tokens.items())
    return {f"kept_{name}": token for name, token in tokens.items()}
