"""The month (P11) and the dispatch form (domain 5): computed for any moment, frozen at the cut, equal when asked again."""

import random
from dataclasses import replace
from datetime import date

import pytest

from tests.scenarios.ways import bring, close, feed_back, found, refused
from workflows import clock, daily, dispatch, facts, hazards, people
from workflows.engine import Step, Subject, beginnings, history, tasks, timers
from workflows.errors import Conflict, Forbidden, Invalid, NotFound

JUNE, JULY = date(2023, 6, 25), date(2023, 7, 25)


def unit(town, name):
    """A unit by its name."""
    with town.database.reading() as session:
        kinds = ("COUNTY", "TOWN", "VILLAGE")
        return next(each for kind in kinds for each in people.units(session, kind) if each.name == name)


def values(town, name, as_of, campaign="ZD2023"):
    """The values of a form that are not 0."""
    with town.database.reading() as session:
        found = dispatch.compute(session, unit(town, name), as_of, campaign).values
    return {code: value for code, value in found.items() if value}


def returned(town, name, day=JUNE):
    """The return of a unit."""
    with town.database.reading() as session:
        rows = dispatch.returns(session, unit(town, name), "ZD2023", day)
        row = next(row for row, each in rows if each.name == name)
        assert row.unit.name == name
        kept = dispatch.find_last(session, row)
        assert kept is None or kept.lines is not None  # read while there is a session
        return row, kept


def do(town, name, element, login, day=JUNE, **data):
    """Do a task of a return."""
    row, _ = returned(town, name, day)
    with town.database.transaction() as session:
        task = next(each for each in tasks.open_of(session, row.ref) if each.element_id == element)
        caller = people.caller(session, town.person(login))
        tasks.complete(session, town.rules, tasks.get(session, task.id, caller), caller, data)


def waiting(town, name, day=JUNE):
    """Where a return waits."""
    row, _ = returned(town, name, day)
    with town.database.reading() as session:
        return [each.element_id for each in tasks.open_of(session, row.ref)]


def proof(town, text="证明"):
    """A photo as the proof of a figure."""
    return [f"{town.photo(text)}/{text}.jpg"]


@pytest.fixture
def june(clock_at, town):
    """2023-06-20, 9:00: the window of the first period has just been opened."""
    clock_at("2023-06-20 09:00")
    assert daily.open_returns(town.database) == 4
    return town


def test_the_window_opens_once_for_every_village_town_and_county(clock_at, town):
    """P11: from the 20th; the first period of ZD2023 is June, its last one 12-31: eight returns a unit."""
    clock_at("2023-05-22 09:00")
    assert daily.open_returns(town.database) == 0
    clock_at("2023-06-19 23:59")
    assert daily.open_returns(town.database) == 0
    clock_at("2023-06-20 00:05")
    assert [daily.open_returns(town.database) for _ in range(2)] == [4, 0]
    with town.database.reading() as session:
        days = [day for _, day in dispatch.questions.window(session, "ZD2023")]
    assert [day.isoformat()[5:] for day in days] == "06-25 07-25 08-25 09-25 10-25 11-25 12-25 12-31".split()


def test_one_second_parts_two_periods_and_the_make_up_sunday_does_not_move_the_cut(june, clock_at):
    """AC-11, M083: 2023-06-25 23:59:59 belongs to June, 06-26 00:00:01 to July only."""
    early, late = found(june), found(june, at="丙村液化气换瓶点")
    for hazard, moment in ((early, "2023-06-25 23:59:59"), (late, "2023-06-26 00:00:01")):
        clock_at(moment)
        bring(june, hazard, "issue_rectify")
        june.sweep()
    for name in ("丙村", "乙镇", "甲县"):
        kept = returned(june, name)[1]
        assert {code: value for code, value in kept.values.items() if value} == {"A3": 1}
        assert [line[0] for line in kept.lines] == [early]
        assert kept.as_of == clock.end_of(JUNE)
    clock_at("2023-07-20 09:00")
    daily.open_returns(june.database)
    clock_at("2023-07-26 00:00:01")
    june.sweep()
    kept = returned(june, "乙镇", JULY)[1]
    assert kept.values["A3"] == 2
    assert sorted((line[0], line[3]) for line in kept.lines) == [(early, False), (late, True)]


def test_what_is_frozen_is_found_again_after_whatever_happened_since(june, clock_at):
    """INV-12: the same as_of, asked before and after later events, is the frozen form cell for cell; the chain holds."""
    hazard = found(june)
    bring(june, hazard, "rectify")
    clock_at("2023-06-26 00:00:05")
    june.sweep()
    before = returned(june, "甲县")[1]
    feed_back(june, hazard)
    close(june, hazard)
    other = found(june, source="TIPOFF", tip_ref="2023-7")
    bring(june, other, "issue_rectify")
    row, after = returned(june, "甲县")
    assert (before.values["A3"], before.values["A4"], before.sha256) == (1, 0, after.sha256)
    assert values(june, "甲县", clock.now()) == {"A3": 1, "A4": 1, "A5": 1}
    assert values(june, "甲县", row.cut_at) == {"A3": 1}
    with june.database.reading() as session:
        assert dispatch.differs(session, row) == ()
        assert history.verify(session, row.ref) == []
        assert facts.faults(session) == []


def test_what_was_found_before_the_cut_and_registered_after_it_is_told_beside_the_form(june, clock_at):
    """Domain 5, 时点: found on the 24th, registered on the 27th, it is July's; 发现口径 tells it of June, and the frozen form stays."""
    clock_at("2023-06-24 10:00")
    prompt, late, mistaken = (found(june, found_at="2023-06-24T09:00:00+08:00") for _ in range(3))
    bring(june, prompt, "issue_rectify")
    clock_at("2023-06-26 00:00:05")
    june.sweep()
    clock_at("2023-06-27 09:00")
    bring(june, late, "issue_rectify")
    bring(june, mistaken, "confirm_registration")
    june.do(mistaken, "confirm_registration", decision="reject", reason="现场核查未发现所述情况。")
    bring(june, found(june), "issue_rectify")  # found in July's period as well
    _, kept = returned(june, "乙镇")
    assert (kept.values["A3"], values(june, "乙镇", kept.as_of), values(june, "乙镇", clock.end_of(JULY))) == (1, {"A3": 1}, {"A3": 3})
    with june.database.reading() as session:
        town = unit(june, "乙镇")
        told = {
            day: [(each.counted, each.later) for each in dispatch.by_finding(session, town, clock.end_of(day), "ZD2023", counted)]
            for day, counted in ((JUNE, kept.values), (date(2023, 6, 23), {**kept.values, "A3": 0}))
        }
        assert dispatch.by_finding(session, town, None, "ZD2023", kept.values) == []
    assert told == {JUNE: [(0, 0), (1, 1), (0, 0), (0, 0)], date(2023, 6, 23): [(0, 0)] * 4}


def test_the_month_goes_from_the_village_to_the_county(june, clock_at):
    """P11: village → liaison → frozen by the clock → office → director → head → county."""
    do(june, "丙村", "fill_return", "cunwei", B1=3, B2=1, reason="抽查记录三份。", proof=proof(june))
    do(june, "丙村", "check_return", "baocun", decision="redo", opinion="B2 请再核对。")
    do(june, "丙村", "fill_return", "cunwei", B2=2, reason="再查一家。", proof=proof(june))
    do(june, "丙村", "check_return", "baocun", decision="agree")
    do(june, "乙镇", "fill_return", "banshi1", C3a=24, C3b=101800, reason="处罚决定书。", proof=proof(june))
    assert (waiting(june, "丙村"), waiting(june, "丁村"), waiting(june, "甲县")) == ([], ["fill_return"], ["fill_return"])
    clock_at("2023-06-26 08:00")
    june.sweep()
    assert waiting(june, "丁村") == []
    assert waiting(june, "乙镇") == ["collect_return"]
    kept = returned(june, "甲县")[1].values
    assert [kept[code] for code in ("B1", "B2", "C3a", "C3b")] == [3, 2, 24, 10_180_000]
    assert dispatch.shown("C3b", kept["C3b"]) == "10.18"  # AC-09
    do(june, "乙镇", "collect_return", "banshi1")
    do(june, "乙镇", "review_return", "zhuren", decision="agree")
    do(june, "乙镇", "sign_return", "shuji", decision="redo", opinion="请补充说明丁村未报的原因。")
    do(june, "乙镇", "collect_return", "banshi1", explanation="丁村本月未报，已提醒。")
    do(june, "乙镇", "review_return", "zhuren", decision="agree")
    do(june, "乙镇", "sign_return", "shuji", decision="agree")
    do(june, "乙镇", "receive_return", "xianban")
    assert returned(june, "乙镇")[0].state == "RECEIVED"
    with june.database.reading() as session:
        assert [each.name for each in dispatch.missing(session, returned(june, "乙镇")[0])] == ["丁村"]
        gaps = {each.code: each.gap for each in dispatch.differences(session, returned(june, "乙镇")[0]) if each.gap}
    assert gaps == {"C3a": 24, "C3b": 10_180_000}  # the town's own entries: no village handed them in


@pytest.mark.parametrize(
    ("data", "field", "word"),
    [
        ({"B1": 3, "reason": "抽查记录。"}, "proof", "佐证"),
        ({"B1": 3, "proof": ["x"]}, "reason", "理由"),
        ({"B1": 1, "B2": 2, "reason": "抽查。", "proof": ["x"]}, "B2", "不能大于"),
        ({"C3b": 500, "reason": "罚款。", "proof": ["x"]}, "C3a", "次数"),
        ({"C3a": 1, "C4": 2, "reason": "罚款。", "proof": ["x"]}, "C4", "不能大于"),
        ({"A2": 5}, "A2", "不能大于发现数"),
        ({"B1": -1}, "B1", ""),
        ({"C3b": 500, "C3a": 0, "reason": "罚款。", "proof": ["x"]}, "C3a", "次数"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(june, data, field, word):
    """The checks ①②④⑤⑦: rectified above found, a part above its whole, an entry without reason or proof."""
    if "proof" in data:
        data = {**data, "proof": proof(june)}
    refusal = refused(Invalid, "", do, june, "丙村", "fill_return", "cunwei", **data)
    assert word in refusal.fields[field]
    assert values(june, "丙村", clock.now()) == {}


def test_money_and_decisions_are_one_units_own(june):
    """⑤ of each unit by itself: a town's fines are not covered by what its villages entered, nor taken from under them."""
    do(june, "丙村", "fill_return", "cunwei", C3a=1, reason="村里记的一次。", proof=proof(june))
    fines = {"C3b": 500, "reason": "罚款。", "proof": proof(june)}
    assert "次数" in refused(Invalid, "", do, june, "乙镇", "fill_return", "banshi1", **fines).fields["C3a"]
    do(june, "乙镇", "fill_return", "banshi1", C3a=1, **fines)
    assert values(june, "乙镇", clock.now()) == {"C3a": 2, "C3b": 50_000}


def test_nothing_goes_up_before_the_cut_and_nobody_checks_himself(june):
    """Bad input: a report for a month not yet cut; the filler is not the checker."""
    row, _ = returned(june, "乙镇")
    with june.database.transaction() as session:
        again = dispatch.get(session, row.id)
        who = {"by": june.person("banshi1"), "on_behalf_of": None, "task": None, "data": {}}
        for verb in (dispatch.collect_return, dispatch.sign_return, dispatch.receive_return):
            refused(Conflict, "截止时点", verb, session, again, **who)
        refused(Invalid, "截止日", dispatch.open_return, session, june.rules, again.unit, "ZD2023", date(2023, 6, 24))
        refused(Conflict, "起填报", dispatch.open_return, session, june.rules, again.unit, "ZD2023", JULY)
        dispatch.get(session, returned(june, "丙村")[0].id).filler_id = june.person("baocun")
        check = {**who, "by": june.person("baocun"), "data": {"decision": "agree"}}
        refused(Forbidden, "另一人", dispatch.check_return, session, dispatch.get(session, returned(june, "丙村")[0].id), **check)
        session.rollback()


def test_a_fall_is_explained_before_anything_is_signed(june, clock_at):
    """AC-03, AC-17, check ⑥: what is voided counts nowhere, and the form says so; without an explanation nothing goes on."""
    hazard = found(june)
    bring(june, hazard, "issue_rectify")
    clock_at("2023-06-26 00:01")
    june.sweep()
    clock_at("2023-07-20 09:00")
    daily.open_returns(june.database)
    with june.database.transaction() as session:
        hazards.move(session, hazards.get(session, hazard), "VOIDED", by=june.person("zhuren"))
    clock_at("2023-07-26 08:00")
    june.sweep()
    row, kept = returned(june, "乙镇", JULY)
    assert (kept.values["A3"], kept.values["A4"]) == (0, 0)
    assert [rule for rule, _ in kept.findings] == [6]
    with june.database.reading() as session:
        reduced = dispatch.reductions(session, row)
    assert [(each.hazard.id, each.what) for each in reduced] == [(hazard, "误录核减")]
    refused(Invalid, "", do, june, "乙镇", "collect_return", "banshi1", JULY)
    do(june, "乙镇", "collect_return", "banshi1", JULY, explanation="误录 1 件，已核减。")
    do(june, "乙镇", "review_return", "zhuren", JULY, decision="agree")
    do(june, "乙镇", "sign_return", "shuji", JULY, decision="agree")
    assert returned(june, "乙镇", JULY)[0].explanation == "误录 1 件，已核减。"


def test_a_correction_is_a_new_version_by_two_persons(june, clock_at):
    """Check ⑨: the frozen version stays; the newer one is what the same moment gives when asked again."""
    do(june, "丙村", "fill_return", "cunwei", B1=30, reason="抽查记录。", proof=proof(june))
    clock_at("2023-06-26 08:00")
    june.sweep()
    row, first = returned(june, "丙村")
    ask = {"B1": 3, "reason": "多写了一个零。", "proof": proof(june)}
    with june.database.transaction() as session:
        caller = people.caller(session, june.person("cunwei"))
        beginnings.begin(session, june.rules, "return_correction", row.ref, caller, ask)
    do(june, "丙村", "decide_correction", "baocun", decision="agree")
    row, second = returned(june, "丙村")
    assert (first.version, first.values["B1"], second.version, second.values["B1"]) == (1, 30, 2, 3)
    assert second.reason == "多写了一个零。"
    with june.database.reading() as session:
        assert dispatch.differs(session, row) == ()
        assert len(dispatch.versions(session, row)) == 2
        town_row = returned(june, "乙镇")[0]
        assert dispatch.differs(session, town_row) == ("B1",)  # the town's form now wants its own correction


def test_a_correction_of_an_earlier_month_leaves_what_came_later(june, clock_at):
    """⑨: what is put right is what the unit had entered by that cut; what it has entered since stands."""
    do(june, "丙村", "fill_return", "cunwei", B1=30, B2=1, reason="抽查记录。", proof=proof(june))
    clock_at("2023-06-26 08:00")
    june.sweep()
    clock_at("2023-07-20 09:00")
    daily.open_returns(june.database)
    do(june, "丙村", "fill_return", "cunwei", JULY, B1=35, B2=1, reason="抽查记录。", proof=proof(june))
    row, _ = returned(june, "丙村")
    unchanged, ask = ({"B1": number, "B2": 1, "reason": "多写了一个零。", "proof": proof(june)} for number in (30, 3))
    with june.database.transaction() as session:
        caller = people.caller(session, june.person("cunwei"))
        refused(Invalid, "要更正的数", beginnings.begin, session, june.rules, "return_correction", row.ref, caller, unchanged)
        session.rollback()
    with june.database.transaction() as session:
        beginnings.begin(session, june.rules, "return_correction", row.ref, caller, ask)
    do(june, "丙村", "decide_correction", "baocun", decision="agree")
    assert returned(june, "丙村")[1].values["B1"] == 3
    assert values(june, "丙村", clock.now()) == {"B1": 35, "B2": 1}


@pytest.mark.parametrize(
    ("source", "more", "in_town", "in_county"),
    [
        ("ENFORCE", {}, "A3", "A3"),
        ("ASSIGNED", {"superior_doc_no": "甲安办〔2023〕1号", "found_by": "COUNTY"}, "A7", "A3"),
        ("ASSIGNED", {"superior_doc_no": "甲安办〔2023〕2号", "found_by": "COUNTY_TIP"}, "A7", "A5"),
        ("ASSIGNED", {"superior_doc_no": "省督〔2023〕3号", "found_by": "ABOVE"}, "A7", "A7"),
    ],
)
def test_the_source_is_judged_by_level(june, source, more, in_town, in_county):
    """Domain 5, 来源随层级重判: item by item they differ, the sum of A1+A3+A5+A7 is the same."""
    bring(june, found(june, source=source, **more), "issue_rectify")
    assert values(june, "丙村", clock.now()) == values(june, "乙镇", clock.now()) == {in_town: 1}
    assert values(june, "甲县", clock.now()) == {in_county: 1}


@pytest.mark.parametrize(
    "report", [{"source": "ENFORCE"}, {"source": "ASSIGNED", "superior_doc_no": "甲安办〔2023〕1号", "found_by": "COUNTY"}]
)
def test_a_source_that_the_office_puts_right_is_judged_anew(june, report):
    """Domain 5: what turns out to be the enterprise's own find is nobody's above, whoever reported it."""
    bring(june, found(june, "xianban", **report), "issue_rectify", register={"primary_source": "SELF"})
    assert values(june, "乙镇", clock.now()) == values(june, "甲县", clock.now()) == {"A1": 1}


def test_ordinary_hazards_are_not_in_the_form(june):
    """AC-04: what is downgraded to the ordinary ledger counts nowhere."""
    hazard = found(june)
    bring(june, hazard, "register")
    june.do(hazard, "register", proposal="downgrade", level_final="ORDINARY", station_opinion="属一般隐患。", reason="不属于重大。")
    june.do(hazard, "confirm_registration", decision="downgrade", station_opinion="属一般隐患。", reason="不属于重大。")
    assert values(june, "甲县", clock.now()) == {}


def test_the_freeze_is_whole_or_absent(june, clock_at):
    """A freeze that breaks off leaves nothing, and is made up for by the next sweep, as of the same cut."""
    clock_at("2023-06-26 00:00:05")
    broken = Step(_freeze_and_break, "月报定稿", "service")
    timers.sweep(june.database, replace(june.rules, steps={**june.rules.steps, "freeze_return": broken}))
    assert all(returned(june, name)[1] is None and returned(june, name)[0].state == "OPEN" for name in ("丙村", "甲县"))
    clock_at("2023-06-26 01:00")
    june.sweep()
    assert returned(june, "丙村")[1].version == 1


def _freeze_and_break(session, row, *, cause):
    """Freeze as it should be, and then the machine fails before the transaction ends."""
    dispatch.freeze_return(session, row, cause=cause)
    session.flush()
    raise OSError("the disk is full")


def test_random_tables_are_found_out():
    """The nine checks against a plain reading of the rules, over a thousand random tables."""
    chance = random.Random(5)
    for _ in range(1000):
        made = {item.code: chance.randint(0, 4) for item in dispatch.ITEMS}
        found_out = {each.rule for each in dispatch.check(made)}
        parts = [made[f"A{n}"] > made[f"A{n - 1}"] for n in (2, 4, 6, 8, 10)]
        listed = made["A9"] > sum(made[f"A{n}"] for n in (1, 3, 5, 7)) or made["A10"] > sum(made[f"A{n}"] for n in (2, 4, 6, 8))
        asked = any(made[f"B{n}"] > made["B1"] for n in range(2, 9))
        fined = made["C8b"] > made["C8a"] or made["C4"] > made["C3a"] or (made["C3b"] > 0 and made["C3a"] == 0)
        assert found_out == {rule for rule, is_so in ((2, any(parts)), (3, listed), (4, asked), (5, fined)) if is_so}
    assert len({item.number for item in dispatch.ITEMS}) == 28
    assert len(dispatch.ITEMS) == 31


def test_a_return_is_nobody_elses(june):
    """Scope: another village's person sees none of it; posts of one industry see no form at all."""
    row, _ = returned(june, "丙村")
    with june.database.reading() as session:
        assert dispatch.get_for(session, people.caller(session, june.person("cunwei")), row.id).ref == row.ref
        for login in ("cunwei2", "zhanzhang", "changzhang", "guanli"):
            refused(NotFound, "月报", dispatch.get_for, session, people.caller(session, june.person(login)), row.id)
    assert row.ref == Subject("return", row.id)
