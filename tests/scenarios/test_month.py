"""A month of the county played forward (AC-03, 16, 17): its form recounted from what is exported, before and after later events."""

from datetime import date

import pytest

from service import documents as pages
from tests.recount import exported, recount
from tests.scenarios.ways import FURNITURE, GAS, NOODLES, bring, close, feed_back, found, kinds, state, waiting
from workflows import bulletins, clock, daily, dispatch, people, weekly_reports
from workflows.engine import Subject, history, tasks

assert pages.write  # the effect is declared where its pages are
MARCH, APRIL = date(2026, 3, 25), date(2026, 4, 25)
AGREE = {"decision": "agree", "opinion": "情况属实，同意。"}
CHECKED = {"checklist": ["tipster", "personal", "secret", "channels"]}
PLACES = {"甲县": "999901", "乙镇": "999901101", "丙村": "999901101201", "丁村": "999901101202"}


class Month:
    """Drives what belongs to the month beside the hazards: returns, disclosures, weekly reports."""

    def __init__(self, town, clock_at):
        self.town, self.clock_at = town, clock_at

    def do(self, ref, element, login, **data):
        """Hand in the open task at an element."""
        with self.town.database.transaction() as session:
            task = next(each for each in tasks.open_of(session, ref) if each.element_id == element)
            caller = people.caller(session, self.town.person(login))
            tasks.complete(session, self.town.rules, tasks.get(session, task.id, caller), caller, data)

    def returned(self, name, day):
        """A unit's return of a month, and the version in force."""
        with self.town.database.reading() as session:
            county = people.find_unit_named(session, "甲县")
            rows = dispatch.returns(session, county, "ZB2024", day)
            row = next(row for row, unit in rows if unit.name == name)
            kept = dispatch.find_last(session, row)
            return row, kept, dispatch.explanation(session, row)

    def freeze(self, day):
        """The window of a month is opened, and its cut comes."""
        self.clock_at(f"{day:%Y-%m}-20 09:00")
        assert daily.open_returns(self.town.database) == len(PLACES)
        return self

    def cut(self, day):
        """24:00 of the day is over."""
        self.clock_at(f"{day:%Y-%m}-26 00:00:05")
        self.town.sweep()

    def publish(self, day, **data):
        """Draft, decide: by two persons; answers the lists."""
        self.clock_at(f"{day:%Y-%m}-26 00:40")
        daily.open_bulletins(self.town.database)
        with self.town.database.reading() as session:
            bulletin = next(row for row, _ in bulletins.of(session, people.caller(session, self.town.person("banshi1"))))
        self.do(bulletin.ref, "draft_bulletin", "banshi1", **CHECKED, **data)
        self.do(bulletin.ref, "decide_bulletin", "zhuren", decision="accept")
        with self.town.database.reading() as session:
            rows = bulletins.rows_of(session, bulletins.find_published(session, bulletin))
        return {name: [row.hazard_id for row in rows if row.list == name] for name in bulletins.LISTS}

    def forms(self, *moments):
        """The form of every place at every moment, as the product counts it and as the exported records have it."""
        with self.town.database.reading() as session:
            hazards, returns = exported(session, self.town.home)
            units = {name: people.find_unit_named(session, name) for name in PLACES}
            ours = {
                (name, moment): {c: v for c, v in dispatch.compute(session, unit, moment, "ZB2024").values.items() if v}
                for name, unit in units.items()
                for moment in moments
            }
        theirs = {
            (name, moment): recount(
                hazards, returns, within=PLACES[name], level=units[name].kind, campaign="ZB2024", as_of=moment
            )
            for name, moment in ours
        }
        return ours, theirs


@pytest.fixture
def month(monday, clock_at):
    return Month(monday, clock_at)


def void(town, hazard, **data):
    """The whole way of a voiding that the county need not file."""
    photo = {"photos": [town.photo("void")]}
    usual = {"kind": "MISTAKE", "reason": "把一般问题误录为重大事故隐患。", "comparison": "检查记录所列为灯具损坏。", **photo}
    town.begin(hazard, "voiding", "zhifa1", **usual | data)
    town.do(hazard, "check_voiding", onsite_at=clock.now().isoformat(), **photo, **AGREE)
    for element in ("office_opinion", "deputy_decision"):
        town.do(hazard, element, **AGREE)


def test_a_month_from_the_first_report_to_the_county(monday, month, clock_at):
    """P11–P13, P08, P09, domain 3.4: each of them once, and the form says the same however it is asked."""
    signed = close(monday, found(monday)).id
    mistaken, twice = bring(monday, found(monday), "issue_rectify"), bring(monday, found(monday, at=NOODLES), "issue_rectify")
    assigned = {"source": "ASSIGNED", "superior_doc_no": "甲安办〔2026〕3号", "found_by": "COUNTY"}
    again = bring(monday, found(monday, "xianban", at=NOODLES, **assigned), "issue_rectify")
    month.freeze(MARCH)
    month.cut(MARCH)
    assert month.publish(MARCH)["RESULT"] == [signed]
    march = month.returned("甲县", MARCH)[1]
    assert {code: value for code, value in march.values.items() if value} == {"A3": 4, "A4": 1}

    # ---- April: two are handed over, one of them is not reported on by Thursday, and the week goes to the county
    clock_at("2026-04-07 09:00")
    slow, dear = (bring(monday, found(monday, at=at), "rectify", issue_rectify={"due_date": "2026-04-30"}) for at in (FURNITURE, GAS))
    clock_at("2026-04-08 09:00")
    monday.sweep()
    assert feed_back(monday, dear) == 1
    clock_at("2026-04-10 00:40")
    assert daily.collect_weeks(monday.database) == 1
    week = Subject("weekly_report", 1)
    month.do(week, "check_weekly", "zhuren", decision="accept")
    month.do(week, "sign_weekly", "zhuren", decision="sign")
    month.do(week, "receive_weekly", "xianban")
    with monday.database.reading() as session:
        report = weekly_reports.get(session, week.id)
        assert (report.state, report.counts) == ("DELIVERED", {"在办": 2, "应报": 2, "已报": 1, "补报": 0, "漏报": 1})
    clock_at("2026-04-13 09:00")
    monday.sweep()
    assert feed_back(monday, slow) == 2  # last week's, late, and this week's

    # ---- one extension, one voiding, one merging, one that was rectified for show
    ask = {"until_on": "2026-05-20", "reason": "到货延后。", "progress": "已拆除。", "safety_measures": "停用该区域。"}
    monday.begin(dear, "extension", "qizhan", **ask)
    while opinions := [each for each in waiting(monday, dear) if each.endswith(("_opinion", "_decision"))]:
        monday.do(dear, opinions[0], **AGREE)
    assert state(monday, dear).due_on == date(2026, 5, 20)
    void(monday, mistaken)
    void(monday, again, kind="DUPLICATE", merge_into=state(monday, twice).hazard_no)
    clock_at("2026-04-17 09:00")
    false = {"kind": "FAILED", "reason": "回头看发现出口又上了锁。", "false_rectification": True}
    monday.begin(signed, "reopening", "zhanzhang", photos=[monday.photo("again")], **false)
    monday.do(signed, "deputy_decision", **AGREE)

    # ---- the returns: filled, checked, cut, signed, received; what fell is explained from the record
    month.freeze(APRIL)
    village, town_row = (month.returned(name, APRIL)[0].ref for name in ("丙村", "乙镇"))
    month.do(village, "fill_return", "cunwei", B1=3, B2=1, reason="抽查记录三份。", proof=[f"{monday.photo('proof')}/a.jpg"])
    month.do(village, "check_return", "baocun", decision="agree")
    month.do(town_row, "fill_return", "banshi1", C3a=1, C3b=5000, reason="处罚决定书。", proof=[f"{monday.photo('fine')}/b.jpg"])
    clock_at("2026-04-24 09:00")
    prompt = close(monday, found(monday)).id
    month.cut(APRIL)
    late = bring(monday, found(monday), "issue_rectify")
    row, kept, explanation = month.returned("乙镇", APRIL)
    assert {code: value for code, value in kept.values.items() if value} == {
        "A3": 5, "A4": 1, "B1": 3, "B2": 1, "C3a": 1, "C3b": 500_000
    }  # fmt: skip
    assert [words in explanation for words in ("误录核减", "并入", "回头看发现出口又上了锁")] == [True] * 3
    month.do(town_row, "collect_return", "banshi1", explanation=explanation)
    month.do(town_row, "review_return", "zhuren", decision="agree")
    month.do(town_row, "sign_return", "shuji", decision="agree")
    month.do(town_row, "receive_return", "xianban")
    assert month.returned("乙镇", APRIL)[0].state == "RECEIVED"
    told = month.publish(APRIL)
    assert sorted(told["CORRECTION"]) == sorted([signed, mistaken, again])
    assert (told["RESULT"], late in told["LIST"]) == ([prompt], False)

    # ---- recounted, and asked again after later events
    moments = [clock.end_of(MARCH), clock.at(date(2026, 4, 14)), clock.end_of(APRIL), clock.now()]
    before, recounted = month.forms(*moments)
    assert before == recounted
    assert before["甲县", moments[2]] == {code: value for code, value in month.returned("甲县", APRIL)[1].values.items() if value}
    clock_at("2026-05-04 09:00")
    monday.sweep()
    feed_back(monday, dear)
    close(monday, dear)
    void(monday, late)
    after, recounted = month.forms(*moments)
    assert after == before == recounted
    with monday.database.reading() as session:
        assert dispatch.differs(session, row) == ()
        assert [fault for each in range(1, late + 1) for fault in history.verify(session, Subject("hazard", each))] == []
        assert [each.element_id for each in tasks.open_of(session, Subject("inquiry", 1))] == ["decide_inquiry"]  # AC-17
    assert "signature_revoked" in kinds(monday, signed)
