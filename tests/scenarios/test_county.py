"""The demo county: what it promises (AC-01, AC-02 on the pages), on a small scale in `make test`, in full in `make soak`.

BIHUAN_COUNTY=full makes it as large as `make run` does.
"""

import os
from collections import Counter, defaultdict
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text

from service import create_app, demo, setup
from service.config import Config
from service.demo import county, plans
from service.demo.stands import FULL, LEADS, Size, Stand
from tests.recount import exported, recount
from tests.service.inspector import Inspector
from workflows import clock, dispatch, hazards, ledger, people, report_drafts, steps
from workflows.db import Base, Database
from workflows.dispatch import Return
from workflows.engine import tasks
from workflows.engine.definitions import Definition
from workflows.engine.history import Line
from workflows.engine.instances import Instance
from workflows.engine.tasks import Submission
from workflows.engine.worklist import Task
from workflows.hazards.questions import DIGITS
from workflows.hazards.tables import Hazard

IS_FULL = os.environ.get("BIHUAN_COUNTY") == "full"
SMALL = Size(
    {"SELF": 1, "ENFORCE": 3},
    {
        "SELF": (Stand("plan", 2, "refused"), Stand("rectify", 9, "forgetful", 10)),
        "ENFORCE": (Stand("apply", 2, "lead gone"), Stand("tracker_opinion", 3, "tracker gone"), Stand("sign", 2)),
    },
    days=75,
)
WANTED = FULL if IS_FULL else SMALL


@pytest.fixture(scope="module")
def lived(tmp_path_factory, sqlite_template):
    """The county, made once: its database and its home."""
    home = tmp_path_factory.mktemp("county")
    database = Database(f"sqlite:///{home / 'bihuan.db'}")
    setup.prepare(database, jobs=True)
    demo.build(database, home, steps.RULES, size=WANTED)
    yield database, home
    database.engine.dispose()


@pytest.fixture
def browse(lived):
    """Sign in to the county's pages as one of its people."""
    database, home = lived
    app = create_app(Config(home=home, database_url=database.url, secret_key="for tests " * 4), database, steps.RULES)
    app.test_client_class = Inspector

    def sign_in(login):
        browser = app.test_client()
        assert browser.sign_in(login).status_code == 302
        return browser

    return sign_in


def asked(lived, query):
    """The rows of a question."""
    with lived[0].reading() as session:
        return list(session.execute(query))


# ---- what there is -------------------------------------------------------------------------------------------------------


def test_its_units_and_its_people(lived):
    """Two towns, 16 villages, 152 enterprises, nine leading groups, somebody for each role of domain 2.1."""
    kinds = Counter(kind for (kind,) in asked(lived, select(people.Unit.kind)))
    assert (kinds["COUNTY"], kinds["TOWN"], kinds["VILLAGE"], kinds["ENTERPRISE"], kinds["GROUP"]) == (1, 2, 16, 152, 9)
    held = {role for (role,) in asked(lived, select(people.Appointment.role))}
    assert set(people.ROLES) - held == {"PUBLIC", "ANON"}  # who tips off has no account
    posts = Counter(person for (person,) in asked(lived, select(people.Appointment.person_id)))
    assert sum(number > 1 for number in posts.values()) > 10


def test_the_counts_are_exact(lived):
    """AC-01 (without B1): each source found and closed as planned, the others open; leads without a number count nowhere."""
    found = {source: WANTED.closed[source] + len(WANTED.open[source]) for source in ("SELF", "ENFORCE")}
    closed, total = sum(WANTED.closed.values()), sum(found.values())
    with lived[0].reading() as session:
        counts = ledger.count(session)
    assert (counts.items["A1"], counts.items["A3"]) == (found["SELF"], found["ENFORCE"])
    assert (counts.items["A2"], counts.items["A4"]) == (WANTED.closed["SELF"], WANTED.closed["ENFORCE"])
    assert (counts.items["A5"], counts.items["A7"]) == (0, 0)
    assert (counts.total.found, counts.open, counts.rate) == (total, total - closed, ledger.percentage(closed, total))
    assert asked(lived, select(func.count()).select_from(Hazard).where(Hazard.hazard_no.is_(None))) == [(len(LEADS),)]


def test_the_full_county_is_the_one_of_the_acceptance():
    """AC-01: 42 + 98 found, 31 + 70 closed, 39 open."""
    full = FULL
    assert {source: full.closed[source] + len(full.open[source]) for source in full.closed} == {"SELF": 42, "ENFORCE": 98}
    assert (sum(full.closed.values()), sum(map(len, full.open.values()))) == (101, 39)


def test_each_open_hazard_waits_where_it_was_to(lived):
    """Exactly there. What else is open of its loop (the handover for tracking goes its own way) is not its people's turn yet: it
    was opened so lately that they take longer."""
    planned = {(case.report["subject_id"], case.report["description"]): case for case in plans.plan(lived[0], WANTED).cases}
    mine = select(Hazard, Task).join(Task, (Task.subject_kind == "hazard") & (Task.subject_id == Hazard.id))
    waiting = defaultdict(list)
    loop = select(Instance.id).join(Definition).where(Definition.key == hazards.PROCESS)
    mine = mine.where(Task.status == "OPEN", ~Task.element_id.startswith("feedback"), Task.instance_id.in_(loop))
    for hazard, task in asked(lived, mine):
        waiting[str(hazard.enterprise_id), hazard.description].append(task)
    assert waiting.keys() == {key for key, case in planned.items() if case.stops}
    for key, there in waiting.items():
        case, open_at = planned[key], Counter(task.element_id for task in there)
        assert all(open_at[stop] == 1 for stop in case.stops), (case, open_at)
        for task in there:
            turn = clock.add_working_days(clock.on(task.opened_at), case.delays.get(task.element_id, 1))
            assert task.element_id in case.stops or clock.next_working_day(turn) >= clock.today(), (case, task.element_id)


def test_nobody_did_what_nobody_may(lived):
    """Every task that is done has its submission; what nobody may do any more is blocked and says why."""
    blocked = {element for (element,) in asked(lived, select(Task.element_id).where(Task.status == "OPEN", Task.blocked != ""))}
    assert {"apply", "tracker_opinion"} <= blocked


def test_what_went_wrong_on_the_way_is_there(lived):
    """Refusals and who was named instead; records by others for enterprises without an account (代录)."""
    kinds = Counter(kind for (kind,) in asked(lived, select(Line.kind).where(Line.subject_kind == "hazard")))
    assert min(kinds["refused"], kinds["reassigned"]) >= 1
    handed_in = asked(lived, select(Submission.data).where(Submission.element_id.in_(("plan", "rectify"))))
    proxies = Counter(data["by_proxy"] for (data,) in handed_in)
    assert min(proxies[True], proxies[False]) >= 1


def test_others_acted_while_somebody_was_away(lived):
    """An acting leader signed by his dated appointment; a substitution lasts today; whoever stood in acted for his principal."""
    with lived[0].reading() as session:
        acting, leader = (people.find_by_login(session, login).id for login in ("changwu", "fuxianzhang"))
        (appointed,) = asked(lived, select(people.Appointment).where(people.Appointment.person_id == acting))[0]
    signed = select(Task.done_by, Task.done_at).where(Task.element_id == "sign", Task.status == "DONE")
    by = {person: {clock.on(at) for each, at in asked(lived, signed) if each == person} for person in (acting, leader)}
    assert by[leader]
    assert (appointed.role, bool(appointed.document_no)) == ("COUNTY_LEADER", True)
    assert all(appointed.from_on <= day <= appointed.to_on for day in by[acting])
    lasting = select(func.count()).select_from(people.Substitution).where(people.Substitution.to_on >= clock.today())
    assert asked(lived, lasting) == [(1,)]
    if IS_FULL:  # in a few cases nobody need have come by while he was away
        assert by[acting]
        assert asked(lived, select(func.count()).select_from(Task).where(Task.on_behalf_of.is_not(None)))[0][0] > 0


def test_some_were_listed_and_one_was_recorded_twice(lived, browse):
    """P06, P09: what the county supervises in public, on the public's page; of two that are one the earlier number counts."""
    with lived[0].reading() as session:
        counts = ledger.count(session)
        (gone,) = session.scalars(select(Hazard).where(Hazard.status == "MERGED"))
        main = session.get_one(Hazard, gone.merged_into_id)
    assert (counts.items["A9"], counts.items["A10"], counts.gone["MERGED"]) == (1 + IS_FULL, 1, 1)
    assert (main.enterprise_id, main.hazard_no < gone.hazard_no) == (gone.enterprise_id, True)
    text = browse("xianban").get("/public/listed").text
    assert [text.count(words) for words in (">已摘牌<", ">督办中<")] == [1, int(IS_FULL)]


# ---- the record ----------------------------------------------------------------------------------------------------------


def test_every_chain_verifies(lived):
    assert setup.record_faults(lived[0]) == []


def test_no_noun_has_a_row_without_its_line(lived):
    """No table was written but through verbs: what a row's verb records is there, row by row."""
    lines = Counter((kind, subject) for kind, subject in asked(lived, select(Line.kind, Line.subject_kind)))
    finished = sum("finish" in body for (body,) in asked(lived, select(Line.body).where(Line.kind == "RECTIFIED")))
    tables = Base.metadata.tables

    def number(table, where="1=1"):
        return asked(lived, select(func.count()).select_from(tables[table]).where(text(where)))[0][0]

    both = [
        (number("units"), lines["unit_added", "unit"]),
        (number("persons"), lines["person_added", "person"]),
        (number("appointments"), lines["appointed", "person"]),
        (number("hazards"), lines["REPORTED", "hazard"]),
        (number("handovers", "kind = 'RECTIFY'"), lines["handover_rectify_issued", "hazard"]),
        (number("handovers", "kind = 'TRACK'"), lines["handover_track_issued", "hazard"]),
        (number("acknowledgements", "not is_accepted"), lines["refused", "hazard"]),
        (number("plans"), lines["plan_submitted", "hazard"]),
        (number("finishes"), finished),  # 退回验收 is a line without one
        (number("verifications"), lines["verification_written", "hazard"]),
        (number("inspections"), lines["inspection_recorded", "hazard"]),
        (number("disclosures"), lines["disclosure_drafted", "hazard"]),
    ]
    assert [pair for pair in both if pair[0] != pair[1]] == []
    unsaid = select(func.count()).select_from(tables["facts"]).where(text("line_id is null"))
    assert asked(lived, unsaid) == [(0,)]
    done = select(func.count()).select_from(Task).where(Task.status == "DONE", Task.done_by.is_not(None))
    assert asked(lived, done)[0][0] == number("submissions")


def test_dates_go_forward(lived):
    """The clock never went back, nor past today."""
    told = select(Line.at).where(Line.subject_kind != "definition").order_by(Line.id)
    moments = [moment for (moment,) in asked(lived, told)]
    assert moments == sorted(moments)
    assert moments[-1] <= clock.now()


# ---- the pages -----------------------------------------------------------------------------------------------------------


def test_ledger_and_board_say_the_same(lived, browse):
    """AC-01 on the ledger and on the board."""
    closed = sum(WANTED.closed.values())
    total = closed + sum(map(len, WANTED.open.values()))
    for page in ("/board", "/ledger"):
        text_of = browse("xianban").get(page).text
        assert f"{ledger.percentage(closed, total):.2f}%" in text_of, page


def test_today_has_work_that_is_late_and_work_that_is_due(lived):
    now = clock.now()
    due = [moment for (moment,) in asked(lived, select(Task.due_at).where(Task.status == "OPEN", Task.due_at.is_not(None)))]
    assert any(moment < now for moment in due)
    assert any(now <= moment < now + timedelta(days=3) for moment in due)
    assert any(moment > now + timedelta(days=3) for moment in due)


def test_one_sign_in_a_role(lived):
    told = demo.sign_ins(lived[0])
    lines = [line for line in told.splitlines() if line.startswith("  ")]
    assert len(lines) < len(people.ROLES)
    assert all(people.role_name(role) in told for role in people.ROLES if role not in ("PUBLIC", "ANON"))
    assert all(line.split()[0] in county.persons() for line in lines)


def test_who_is_printed_for_a_role_has_something_to_do_if_anybody_of_it_has(lived):
    """The newcomer opens no empty inbox while there is a full one; a village's head finds the report he has not finished."""
    printed = {line.split()[0] for line in demo.sign_ins(lived[0]).splitlines() if line.startswith("  ")}
    with lived[0].reading() as session:
        active = {person.id: person for person in people.everybody(session) if person.is_active}
        held = people.posts_with_names(session, active)
        busy = {id for id in active if tasks.inbox(session, steps.RULES, people.caller(session, id)).rows}
        for role in {role for id in busy for role, _ in held[id]}:
            holders = [id for id in active if role in dict(held[id]) and active[id].login in printed]
            assert busy & set(holders), role
        cunwei = next(id for id in active if active[id].login == "cunwei")
        assert report_drafts.count(session, people.caller(session, cunwei)) == 1


# ---- the months ----------------------------------------------------------------------------------------------------------


def test_its_months_are_finished_and_recounted_from_what_is_exported(lived):
    """P11: every unit's frozen form of every month is what the exported records say, and what the same moment gives today."""
    database, home = lived
    with database.reading() as session:
        hazards, returns = exported(session, home)
        frozen = [(row, kept) for row in session.scalars(select(Return)) if (kept := dispatch.find_last(session, row))]
        assert {row.level: row.state for row, _ in frozen if row.as_of_on == min(each.as_of_on for each, _ in frozen)} == {
            "VILLAGE": "FROZEN", "TOWN": "RECEIVED", "COUNTY": "FROZEN"
        }  # fmt: skip
        for row, kept in frozen:
            asked = {"within": row.region_code[: DIGITS[row.level]], "level": row.level, "campaign": row.campaign}
            theirs = recount(hazards, returns, **asked, as_of=kept.as_of)
            assert theirs == {code: value for code, value in kept.values.items() if value}, dispatch.title(row)
            assert dispatch.differs(session, row) == ()
    assert len(frozen) >= 2 * (16 + 2 + 1)


def test_its_pages_show_a_finished_month(lived, browse):
    """A newcomer sees living pages: the form and its returns, disclosures, weekly reports, what the public reads."""
    told = {
        ("zhuren", "/dispatch"): "县已收",
        ("banshi1", "/bulletins"): "已公开",
        ("banshi1", "/thursdays/reports"): "县办已签收",
        ("banshi1", "/public"): "乙镇",
    }
    missing = [address for (login, address), words in told.items() if words not in browse(login).get(address).text]
    assert missing == []
