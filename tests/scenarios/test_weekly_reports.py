"""The weekly report to the county (P13, M012): collected by itself, checked, signed, made an official paper, delivered."""

import importlib
import io
from datetime import date

import pytest
from docx import Document as Word

from service import documents as pages
from tests.scenarios.ways import FURNITURE, GAS, bring, feed_back, found, refused, state
from workflows import daily, documents, people, weekly_reports
from workflows.engine import Subject, history, instances, tasks
from workflows.errors import Forbidden, Invalid, NotFound

assert pages.write  # the effect is declared where its pages are


@pytest.fixture
def friday(monday, clock_at):
    """Two hazards handed over on Monday 2026-03-02; one was reported on by Thursday, the other not; it is Friday."""
    due = {"issue_rectify": {"due_date": "2026-06-30"}}
    first, _ = [bring(monday, found(monday, at=at), "rectify", **due) for at in (FURNITURE, GAS)]
    clock_at("2026-03-04 09:00")
    monday.sweep()
    feed_back(monday, first)
    clock_at("2026-03-05 23:59")
    assert daily.collect_weeks(monday.database) == 0  # not before the cut
    clock_at("2026-03-06 00:40")
    return monday


def collected(town):
    """The one report there is, collected by the daily job."""
    assert daily.collect_weeks(town.database) == 1
    with town.database.reading() as session:
        return weekly_reports.get(session, 1)


def waiting(town):
    with town.database.reading() as session:
        return [task.element_id for task in tasks.open_of(session, Subject("weekly_report", 1))]


def do(town, element, login, **data):
    with town.database.transaction() as session:
        (task,) = tasks.open_of(session, Subject("weekly_report", 1))
        assert task.element_id == element
        caller = people.caller(session, town.person(login))
        tasks.complete(session, town.rules, tasks.get(session, task.id, caller), caller, data)


def test_a_week_is_collected_once_on_the_first_working_day_after_its_cut(friday):
    """应报 = 已报 + 补报 + 漏报; the second run finds it collected."""
    report = collected(friday)
    assert (report.week_on, report.region_code) == (date(2026, 3, 5), "999901101000")
    assert report.counts == {"在办": 2, "应报": 2, "已报": 1, "补报": 0, "漏报": 1}
    assert sorted((line["主体"], line["报送"]) for line in report.lines) == [(GAS, "漏报"), (FURNITURE, "已报")]
    assert daily.collect_weeks(friday.database) == 0
    assert waiting(friday) == ["check_weekly"]


def test_a_holiday_puts_the_collection_off():
    """民法典 203: Thursday 2026-10-01 is a holiday until the 7th, so the cut is the 8th and the collection the 9th."""
    assert weekly_reports.collect_on(date(2026, 10, 1)) == date(2026, 10, 9)
    assert weekly_reports.collect_on(date(2026, 3, 5)) == date(2026, 3, 6)


def test_checked_signed_made_a_paper_and_received(friday):
    """主任核定 → 副组长签发 → 公文（文号不编虚位，签发人，主送，抄送）→ 县办签收."""
    collected(friday)
    do(friday, "check_weekly", "zhuren", decision="accept")
    do(friday, "sign_weekly", "zhuren", decision="sign")
    with friday.database.reading() as session:
        (paper,) = documents.of(session, Subject("weekly_report", 1))
    documents.write(friday.database, friday.home, paper.id)
    with friday.database.reading() as session:
        sha256 = documents.get(session, paper.id).sha256
    word = Word(io.BytesIO((friday.home / f"papers/{sha256[:2]}/{sha256}.docx").read_bytes()))
    text = "\n".join(paragraph.text for paragraph in word.paragraphs)
    told = ("乙政报〔2026〕1号", "签发人：副组长兼办公室主任", "县专项领导组：", "抄送：县有关部门", "2026年3月6日", "漏报1份")
    assert [words for words in told if words not in text] == []
    assert len(word.tables[0].rows) == 3  # the heading and a row for each hazard
    do(friday, "receive_weekly", "xianban")
    with friday.database.reading() as session:
        report = weekly_reports.get(session, 1)
        assert (report.state, report.received_by) == ("DELIVERED", friday.person("xianban"))
        assert instances.find(session, report.ref, "weekly_report").ended_how == "completed"
        assert history.verify(session, report.ref) == []


def test_sent_back_and_collected_again_it_holds_what_came_late(friday, clock_at):
    """A late report cures what was missed; only a signature fixes the figures."""
    collected(friday)
    do(friday, "check_weekly", "zhuren", decision="accept")
    refused(Invalid, "退回原因", do, friday, "sign_weekly", "zhuren", decision="redo")
    do(friday, "sign_weekly", "zhuren", decision="redo", reason="等换瓶点补报后再报。")
    feed_back(friday, 2)
    do(friday, "check_weekly", "zhuren", decision="again")
    do(friday, "check_weekly", "zhuren", decision="accept")
    with friday.database.reading() as session:
        assert weekly_reports.get(session, 1).counts == {"在办": 2, "应报": 2, "已报": 1, "补报": 1, "漏报": 0}


def test_nobody_else_is_asked(friday):
    """The task of the county's office is not found by the town's, nor the other way round."""
    collected(friday)
    refused(NotFound, "", do, friday, "check_weekly", "xianban", decision="accept")


def test_the_leader_of_the_industry_signs_what_his_station_reported(monday, clock_at):
    """条的责任人为站所时由其填、分管领导签发 (domain 3.3 ⑦): beside the way to the county, which does not wait for it."""
    station = {"sector_person": str(monday.person("zhanzhang")), "due_date": "2026-06-30"}
    hazard = bring(monday, found(monday, at=FURNITURE), "rectify", issue_rectify=station)
    clock_at("2026-03-04 09:00")
    monday.sweep()
    assert feed_back(monday, hazard) == 2
    clock_at("2026-03-06 00:40")
    report = collected(monday)
    assert [(each["person_id"], len(each["lines"])) for each in report.leaders] == [(monday.person("baocun"), 1)]
    assert sorted(waiting(monday)) == ["check_weekly", "sign_stations"]
    refused(NotFound, "", sign, monday, "zhanzhang")
    for element, login, data in WAY:
        with monday.database.transaction() as session:
            task = next(each for each in tasks.open_of(session, report.ref) if each.element_id == element)
            caller = people.caller(session, monday.person(login))
            tasks.complete(session, monday.rules, tasks.get(session, task.id, caller), caller, data)
    assert waiting(monday) == ["sign_stations"]
    sign(monday, "baocun", opinion="属实。")
    with monday.database.reading() as session:
        signed = weekly_reports.get(session, report.id).leaders[0]["signed_at"]
        assert instances.find(session, report.ref, weekly_reports.PROCESS).ended_how == "completed"
        assert [line.at.isoformat() for line in history.lines(session, report.ref) if line.kind == "stations_signed"][0][:16] == signed[:16]
        task = tasks.with_forms(session, report.ref)[0][0]
        call = {"by": monday.person("baocun"), "on_behalf_of": None, "task": task, "data": {}}
        refused(Forbidden, "没有待您签发", weekly_reports.sign_stations, session, weekly_reports.get(session, report.id), **call)


WAY = [("check_weekly", "zhuren", {"decision": "accept"}), ("sign_weekly", "zhuren", {"decision": "sign"}), ("receive_weekly", "xianban", {})]


def sign(town, login, **data):
    """Sign what the stations reported."""
    with town.database.transaction() as session:
        task = next(each for each in tasks.open_of(session, Subject("weekly_report", 1)) if each.element_id == "sign_stations")
        caller = people.caller(session, town.person(login))
        tasks.complete(session, town.rules, tasks.get(session, task.id, caller), caller, data)


def test_a_signature_stays_under_the_lines_it_was_set_to(monday, clock_at):
    """Collected again with a late report, the signed lines and the record keep what the leader saw, by the hazard's number."""
    station = {"sector_person": str(monday.person("zhanzhang")), "due_date": "2026-06-30"}
    early, late = (bring(monday, found(monday, at=at), "rectify", issue_rectify=station) for at in (GAS, FURNITURE))
    clock_at("2026-03-04 09:00")
    monday.sweep()
    feed_back(monday, early)
    clock_at("2026-03-06 00:40")
    report = collected(monday)
    (leader,) = report.leaders
    sign(monday, "baocun")
    feed_back(monday, late)
    do(monday, "check_weekly", "zhuren", decision="again")
    with monday.database.reading() as session:
        (kept,) = weekly_reports.get(session, report.id).leaders
        recorded = next(line.body["lines"] for line in history.lines(session, report.ref) if line.kind == "stations_signed")
    assert kept["lines"] == recorded == leader["lines"]
    assert [line["编号"] for line in recorded] == [state(monday, early).hazard_no]


def test_what_was_signed_by_its_place_in_the_report_is_kept_by_its_lines(monday, clock_at):
    """As an earlier version left it: numbers instead of lines."""
    station = {"sector_person": str(monday.person("zhanzhang")), "due_date": "2026-06-30"}
    hazard = bring(monday, found(monday), "rectify", issue_rectify=station)
    clock_at("2026-03-04 09:00")
    monday.sweep()
    feed_back(monday, hazard)
    clock_at("2026-03-06 00:40")
    report = collected(monday)
    sign(monday, "baocun")
    with monday.database.transaction() as session:
        row = weekly_reports.get(session, report.id)
        (kept,) = row.leaders
        row.leaders = [{"id": kept["person_id"], "lines": [line["序号"] for line in kept["lines"]], "at": kept["signed_at"]}]
        session.flush()
        importlib.import_module("workflows.migrations.versions.0030_keep_what_leaders_signed").keep_lines(session.connection())
    with monday.database.reading() as session:
        assert weekly_reports.get(session, report.id).leaders == [kept]
