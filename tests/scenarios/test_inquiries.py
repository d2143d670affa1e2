"""一案三查 (P07, AC-17, M027, M028, M077): three inquiries beside each other, closed only with all three, counted in C9."""

from datetime import date, timedelta

import pytest
from sqlalchemy import event

from tests import make
from tests.recount import exported, recount
from tests.scenarios.ways import appoint, bring, close, found, kinds, refused, state
from workflows import clock, dispatch, duties, hazards, inquiries, people, staffing
from workflows.engine import history, tasks
from workflows.errors import Conflict, Forbidden, Invalid, NotFound

FAKE = {"result": "FAIL", "false_rectification": True, "opinion": "门锁未拆除，照片系伪造。"}
FALSE = {"kind": "FAILED", "reason": "回头看发现出口又上了锁。", "false_rectification": True}
AGREE = {"decision": "agree", "opinion": "同意。"}
OPEN = {"decision": "open", "opinion": "整改弄虚作假，应当立案倒查。"}
PARTS = ("inquire_enterprise", "inquire_leader", "inquire_liaison")


class Case:
    """Drives an inquiry by whose tasks they are."""

    def __init__(self, town, number=1):
        self.town, self.number = town, number

    @property
    def row(self):
        with self.town.database.reading() as session:
            row = inquiries.get(session, self.number)
            assert row.hazard.hazard_no  # read while there is a session
            return row

    def waiting(self):
        """Where it waits."""
        with self.town.database.reading() as session:
            return sorted(task.element_id for task in tasks.open_of(session, self.row.ref))

    def do(self, element, login, **data):
        """Do a task of it."""
        with self.town.database.transaction() as session:
            task = next(each for each in tasks.open_of(session, self.row.ref) if each.element_id == element)
            caller = people.caller(session, self.town.person(login))
            tasks.complete(session, self.town.rules, tasks.get(session, task.id, caller), caller, data)

    def look(self, element, held=""):
        """One of the three."""
        told = {"whom": "负责人", "found": "验收前临时移走货物，验收后又堆放。", "statement": "承认没有落实。"}
        self.do(element, "shuji2", **told, held=held or None)


@pytest.fixture
def case(monday):
    """A closed hazard was rectified for show: it is open again, and an inquiry waits for the head of the leading group."""
    with monday.database.transaction() as session:
        make.person(session, ("TOWN_DISCIPLINE", people.find_unit_named(session, "乙镇")), login="shuji2", name="镇纪委书记")
    hazard = close(monday, found(monday)).id
    monday.begin(hazard, "reopening", "zhanzhang", photos=[monday.photo("again")], **FALSE)
    monday.do(hazard, "deputy_decision", **AGREE)
    return Case(monday)


def test_it_is_begun_by_itself_and_closed_only_with_all_three(monday, case, clock_at):
    """AC-17, M027, M028: the head decides, three inquiries run beside each other, whoever is held accountable counts once in C9,
    as of any moment, and as the exported records have it."""
    assert state(monday, case.row.hazard_id).status == "RECTIFYING"
    assert (case.row.state, case.row.ground, case.waiting()) == ("SUGGESTED", "FALSE", ["decide_inquiry"])
    case.do("decide_inquiry", "shuji", **OPEN)
    assert case.waiting() == sorted(PARTS)
    case.look(PARTS[0], "张三\n 李四 \n张三")
    case.look(PARTS[1], "王五")
    assert case.waiting() == [PARTS[2]]
    with monday.database.transaction() as session:  # whatever a diagram says
        by = {"by": monday.person("shuji2"), "on_behalf_of": None}
        told = {"task": None, "data": {"conclusion": "企业负责人弄虚作假。"}}
        refused(Conflict, "包村干部还没有查", inquiries.conclude_inquiry, session, inquiries.get(session, 1), **by, **told)
    case.look(PARTS[2], "李四")
    case.do("conclude_inquiry", "shuji2", conclusion="企业负责人弄虚作假，分管领导失察。", advice="党内警告，企业依法处罚。")
    case.do("approve_inquiry", "shuji", decision="refuse", opinion="请写明依据。")
    case.do("conclude_inquiry", "shuji2", conclusion="企业负责人弄虚作假，分管领导失察，依据见笔录。")
    before = clock.now()
    clock_at("2026-03-04 09:00")
    case.do("approve_inquiry", "shuji", **AGREE)
    assert (case.row.state, case.row.held_count, case.waiting()) == ("CLOSED", 3, [])
    with monday.database.reading() as session:
        records, chains = exported(session, monday.home)
        for name, within, level in (("甲县", "999901", "COUNTY"), ("丙村", "999901101201", "VILLAGE")):
            unit = people.find_unit_named(session, name)
            for moment, held in ((before, 0), (clock.now(), 3)):
                asked = {"within": within, "level": level, "campaign": "ZB2024", "as_of": moment}
                assert dispatch.compute(session, unit, moment, "ZB2024").values["C9"] == held
                assert recount(records, chains, **asked).get("C9", 0) == held
        assert history.verify(session, case.row.ref) == []


def test_a_faked_finish_and_a_second_finding_are_one_case(monday, case):
    """M028: a verification that finds a fake suggests an inquiry as well; while one is under way there is no second."""
    hazard = bring(monday, case.row.hazard_id, "verify")
    monday.do(hazard, "verify", **FAKE)
    bring(monday, hazard, "rectify")
    assert kinds(monday, hazard).count("inquiry_suggested") == 2
    other = bring(monday, found(monday), "verify")
    monday.do(other, "verify", **FAKE)
    bring(monday, other, "rectify")
    with monday.database.reading() as session:
        assert [row.hazard_id for row in inquiries.page(session, people.caller(session, monday.person("shuji")))] == [other, hazard]


def test_who_inquires_does_not_decide(monday, case):
    """Domain 2.2: the head who holds the discipline office's post as well, or stands in for it, inquires into nothing that he
    has decided, and whoever has inquired does not approve: what the town has nobody else for waits for somebody else."""
    appoint(monday, "shuji", "TOWN_DISCIPLINE", "乙镇")
    appoint(monday, "shuji2", "GROUP_HEAD", "乙镇")
    with monday.database.transaction() as session:
        both = [people.get(session, monday.person(login)) for login in ("shuji2", "shuji")]
        staffing.substitute(session, *both, clock.today(), clock.today())
    case.do("decide_inquiry", "shuji", **OPEN)
    told = {"whom": "负责人", "found": "验收前临时移走货物，验收后又堆放。", "statement": "承认没有落实。"}
    refused(Forbidden, "倒查审批人", case.do, PARTS[0], "shuji", **told)
    for part in PARTS:
        case.look(part)
    refused(Forbidden, "倒查审批人", case.do, "conclude_inquiry", "shuji", conclusion="企业负责人弄虚作假。")
    case.do("conclude_inquiry", "shuji2", conclusion="企业负责人弄虚作假，分管领导失察。")
    refused(Forbidden, "倒查调查人", case.do, "approve_inquiry", "shuji2", **AGREE)
    case.do("approve_inquiry", "shuji", **AGREE)
    assert case.row.state == "CLOSED"


def test_who_led_the_industry_or_reviewed_the_closure_is_concerned(monday, case):
    """P07: the second inquiry is into the leader in charge, whoever else answered for the industry, and though he leads it no
    more; who reviewed the faked closure does not decide on it either."""
    with monday.database.transaction() as session:
        group, first = people.find_unit_named(session, "乙镇工贸燃气领导组"), date(2023, 1, 1)
        for login, last in (("cunwei2", clock.today()), ("banshi2", clock.today() - timedelta(days=1))):
            staffing.appoint(session, people.get(session, monday.person(login)), "SECTOR_LEADER", group, first, last)
    with monday.database.reading() as session:
        about = inquiries.concerned(session, inquiries.get(session, 1))
        assert inquiries.leaders(session, inquiries.get(session, 1)) == sorted(map(monday.person, ("baocun", "cunwei2")))
    logins = ("cunwei2", "zhuren", "zhanzhang", "banshi2", "shuji", "shuji2")
    assert [monday.person(login) in about for login in logins] == [True, True, False, False, False, False]


@pytest.mark.parametrize(
    ("typed", "counted"),
    [("张三、李四，王五；张三\n赵六", 4), ("买买提·艾力", 1), ("王五（副镇长）", None), ("王五 副镇长", None), ("2人", None), ("", 0)],
)
def test_c9_counts_names_and_refuses_what_is_none(typed, counted):
    """C9: 去重人. What would be counted wrong without a word is refused at its field."""
    if counted is None:
        assert "不是姓名" in refused(Invalid, "", inquiries.names, typed).fields["held"]
    else:
        assert len(inquiries.names(typed)) == counted


def test_a_duty_taken_on_the_hazard_meanwhile_is_noticed(monday, case):
    """Domain 2.2: who inquires has not verified, also if he does so in that very moment, in another process."""
    if monday.database.is_sqlite:
        pytest.skip("SQLite's writers queue")
    case.do("decide_inquiry", "shuji", **OPEN)
    shuji2, done = monday.person("shuji2"), []

    def meanwhile(_connection, _cursor, statement, *_rest):
        if statement.startswith("INSERT INTO duties") and not done:
            done.append(True)
            with monday.database.transaction() as session:
                hazard = hazards.get(session, case.row.hazard_id)
                duties.take(session, hazard, "V", by=shuji2)
                history.record(session, hazard.ref, "elsewhere", by=shuji2)

    event.listen(monday.database.engine, "after_cursor_execute", meanwhile)
    refused(Conflict, "", case.look, PARTS[0])
    event.remove(monday.database.engine, "after_cursor_execute", meanwhile)
    assert done
    refused(Forbidden, "回避", case.look, PARTS[0])


def test_the_hazard_learns_that_a_duty_was_taken_and_no_more(monday, case):
    """So that a verification in another process notices; who conducts the case stands in the case's own chain."""
    before = kinds(monday, case.row.hazard_id)
    case.do("decide_inquiry", "shuji", **OPEN)
    case.look(PARTS[0])
    with monday.database.reading() as session:
        told = history.lines(session, case.row.hazard.ref)[len(before) :]
    assert [(line.kind, line.by, line.body) for line in told] == [("duty_noted", None, {})] * 2


def test_who_is_concerned_neither_sees_nor_conducts_it(monday, case):
    """Domain 2.2, P07: its file is the head's and the discipline office's; who answers for the rectification is kept out of it,
    also where he holds such a post."""
    appoint(monday, "baocun", "GROUP_HEAD", "乙镇")  # he answers for territory and industry
    for login in (login for login, sees in SEES.items() if not sees):
        with monday.database.reading() as session:
            caller = people.caller(session, monday.person(login))
            refused(NotFound, "没有找到", inquiries.get_for, session, caller, 1)
    refused(Forbidden, "回避", case.do, "decide_inquiry", "baocun", **OPEN)  # whatever a page shows him
    with monday.database.reading() as session:
        seen = {login: len(inquiries.page(session, people.caller(session, monday.person(login)))) == 1 for login in SEES}
    assert seen == SEES
    refused(Invalid, "理由", case.do, "decide_inquiry", "shuji", decision="drop", opinion="")
    case.do("decide_inquiry", "shuji", decision="drop", opinion="经核实系认定有误。")
    assert (case.row.state, case.waiting()) == ("DROPPED", [])


SEES = {"shuji": True, "shuji2": True, "baocun": False, "zhuren": False, "banshi1": False, "xianban": False, "changzhang": False}
