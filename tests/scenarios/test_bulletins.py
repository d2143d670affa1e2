"""Monthly disclosure (三公开, P12, INV-15, AC-16): drafted by one, approved by another, frozen; corrected by a further edition."""

from datetime import date

import pytest
from sqlalchemy import event, func, select

from tests.scenarios.ways import FURNITURE, bring, found, refused, state
from workflows import bulletins, campaigns, clock, daily, hazards, people, staffing
from workflows.bulletins import Edition, Row
from workflows.engine import history, tasks
from workflows.errors import Conflict, Forbidden, Invalid, NotFound, Unavailable

CHECKED = {"checklist": ["tipster", "personal", "secret", "channels"]}
PROOF = {"TIPOFF": {"tip_ref": "JB-2026-001"}, "ASSIGNED": {"superior_doc_no": "甲安办〔2026〕3号"}}
REPORTERS = {"SELF": "changzhang", "ENFORCE": "zhifa1", "TIPOFF": "banshi2", "ASSIGNED": "xianban"}
SAFE = "车间安全出口上锁，通道堆放货物，起火时人员无法疏散。"


def report(town, source, description=SAFE, to="issue_rectify"):
    """A hazard of this source, registered."""
    hazard = found(town, REPORTERS[source], at=FURNITURE, source=source, description=description, **PROOF.get(source, {}))
    return bring(town, hazard, to)


def open_month(town, clock_at, moment="2026-03-26 00:40"):
    """Let the daily job open the months that are cut; answers 乙镇's bulletin."""
    clock_at(moment)
    daily.open_bulletins(town.database)
    with town.database.reading() as session:
        return bulletins.of(session, people.caller(session, town.person("banshi1")))[0][0]


def task_of(town, bulletin):
    with town.database.reading() as session:
        return tasks.open_of(session, bulletin.ref)[0]


def do(town, bulletin, login, **data):
    """Hand in the bulletin's open task as this person."""
    task = task_of(town, bulletin)
    with town.database.transaction() as session:
        caller = people.caller(session, town.person(login))
        tasks.complete(session, town.rules, tasks.get(session, task.id, caller), caller, data)


def publish(town, bulletin, **data):
    do(town, bulletin, "banshi1", **CHECKED, **data)
    do(town, bulletin, "zhuren", decision="accept")


def lists(town, bulletin, *, public=True):
    """{list: [hazard ids]} of what is public, or of the newest draft."""
    with town.database.reading() as session:
        edition = bulletins.find_published(session, bulletin) if public else bulletins.editions(session, bulletin)[-1]
        rows = bulletins.rows_of(session, edition)
    return {name: [row.hazard_id for row in rows if row.list == name] for name in (*bulletins.LISTS, "EXEMPT")}


def public(town):
    with town.database.reading() as session:
        return [each.bulletin.id for each in bulletins.published(session)]


def test_ten_hazards_of_which_six_are_published(monday, clock_at):
    """AC-16: SELF 4, ENFORCE 3, TIPOFF 2, ASSIGNED 1: six in the list, three documents, no person's data."""
    numbers = {"SELF": 4, "ENFORCE": 3, "TIPOFF": 2, "ASSIGNED": 1}
    of = {source: [report(monday, source) for _ in range(number)] for source, number in numbers.items()}
    bulletin = open_month(monday, clock_at)
    assert public(monday) == []
    publish(monday, bulletin)
    told = lists(monday, bulletin)
    assert sorted(told["LIST"]) == sorted(of["ENFORCE"] + of["TIPOFF"] + of["ASSIGNED"])
    assert told["PROGRESS"] == told["LIST"]
    assert told["RESULT"] == told["CORRECTION"] == []
    with monday.database.reading() as session:
        edition = bulletins.find_published(session, bulletin)
        assert bulletins.findings(bulletins.rows_of(session, edition), None, bulletins.names_on_file(session)) == []
        assert bulletins.faults(session) == history.verify(session, bulletin.ref) == []


def test_the_channels_for_tips_are_tried_each_month(monday, clock_at):
    """M055: whoever drafts the month says that telephone and mailbox work; without it there is no draft."""
    report(monday, "ENFORCE")
    bulletin = open_month(monday, clock_at)
    refused(Invalid, "4", do, monday, bulletin, "banshi1", checklist=CHECKED["checklist"][:3])
    do(monday, bulletin, "banshi1", **CHECKED)


def test_nobody_states_that_a_channel_works_which_is_not_there(monday, clock_at):
    """M055: a town without telephone and mailbox is told who enters them where, before anything is drafted; one of them is enough."""
    report(monday, "ENFORCE")
    bulletin = open_month(monday, clock_at)
    tell(monday, report_phone=None, report_email=None)
    refused(Invalid, "乙镇还没有登记举报电话或邮箱", do, monday, bulletin, "banshi1", **CHECKED)
    with monday.database.reading() as session:
        assert bulletins.editions(session, bulletin) == []
    tell(monday, report_phone="12350", report_email=None)
    publish(monday, bulletin)
    assert public(monday) == [bulletin.id]


def tell(town, **channels):
    """Where the administrator says that hazards may be reported to 乙镇."""
    with town.database.transaction() as session:
        staffing.change_unit(session, people.find_unit_named(session, "乙镇"), **channels)


def test_results_take_step_13_of_their_hazards_with_them(monday, clock_at):
    """⑬ is done once: with the month's list both tasks of each hazard are done by the same two persons; exempt ones too."""
    closed, own = report(monday, "ENFORCE", to="draft_disclosure"), report(monday, "SELF", to="draft_disclosure")
    bulletin = open_month(monday, clock_at)
    do(monday, bulletin, "banshi1", **CHECKED)
    assert [each.element_id for each in monday.open_tasks(closed)] == ["approve_disclosure"]
    do(monday, bulletin, "zhuren", decision="accept")
    assert lists(monday, bulletin) == {"LIST": [closed], "PROGRESS": [], "RESULT": [closed], "CORRECTION": [], "EXEMPT": [own]}
    assert [state(monday, each).status for each in (closed, own)] == ["ARCHIVED", "ARCHIVED"]
    assert [bool(state(monday, each).exemption) for each in (closed, own)] == [False, True]
    with monday.database.reading() as session:
        handed = {each.element_id: each.by for each in tasks.submissions(session, hazards.get(session, closed).ref)}
    assert (handed["draft_disclosure"], handed["approve_disclosure"]) == (monday.person("banshi1"), monday.person("zhuren"))


def test_step_13_is_due_with_the_month(monday, clock_at):
    """⑬: in the first publication after the signature (P12: five working days after the cut), not five days after it."""
    hazard = report(monday, "ENFORCE", to="draft_disclosure")
    task = monday.open_tasks(hazard)[0]
    assert clock.last_day(task.due_at) == date(2026, 4, 1)
    assert clock.last_day(task_of(monday, open_month(monday, clock_at)).due_at) == date(2026, 4, 1)


def test_a_month_is_cut_with_its_returns_when_the_county_has_another_day(monday, clock_at):
    """Domain 10: cutoff_day is a parameter; the bulletin, and what is due with it, follow as the returns do."""
    with monday.database.transaction() as session:
        by = monday.person("guanli")
        campaigns.set_param(session, "ZB2024", "cutoff_day", 20, by=by, reason="县专项办通知")
    task = monday.open_tasks(report(monday, "ENFORCE", to="draft_disclosure"))[0]
    bulletin = open_month(monday, clock_at, "2026-03-21 00:40")
    assert (bulletin.month, clock.last_day(bulletin.cut_at)) == (date(2026, 3, 1), date(2026, 3, 20))
    assert clock.last_day(task.due_at) == clock.last_day(task_of(monday, bulletin).due_at) == date(2026, 3, 27)


def test_a_return_sends_both_back_and_a_second_draft_goes_through(monday, clock_at):
    """Redo: the month and step ⑬ of its hazards are drafted again."""
    closed = report(monday, "ENFORCE", to="draft_disclosure")
    bulletin = open_month(monday, clock_at)
    do(monday, bulletin, "banshi1", **CHECKED)
    do(monday, bulletin, "zhuren", decision="redo", reason="请核对村名。")
    assert public(monday) == []
    assert [each.element_id for each in monday.open_tasks(closed)] == ["draft_disclosure"]
    publish(monday, bulletin)
    assert lists(monday, bulletin)["RESULT"] == [closed]


def test_one_published_alone_stands_in_the_list_all_the_same(monday, clock_at):
    """⑬ may still be done for one hazard; the month then has nothing left to do for it, but tells it."""
    alone = bring(monday, report(monday, "ENFORCE", to="draft_disclosure"), "")
    publish(monday, bulletin := open_month(monday, clock_at))
    assert lists(monday, bulletin)["RESULT"] == [alone]


def test_nobody_approves_his_own_draft(monday, clock_at):
    """INV-15, per person: a drafter who also holds an approving post; and one who drafted a hazard of it alone."""
    closed = report(monday, "ENFORCE", to="draft_disclosure")
    bulletin = open_month(monday, clock_at)
    with monday.database.transaction() as session:
        town = people.find_unit(session, "TOWN", bulletin.region_code)
        staffing.appoint(session, people.get(session, monday.person("zhuren")), "OFFICE_STAFF", town, bulletin.month)
    do(monday, bulletin, "zhuren", **CHECKED)
    refused(Forbidden, "拟稿人", do, monday, bulletin, "zhuren", decision="accept")
    assert public(monday) == []
    do(monday, bulletin, "shuji", decision="accept")
    assert lists(monday, bulletin)["RESULT"] == [closed]


@pytest.mark.parametrize("number", ["13912345678", "１３９１２３４５６７８", "139 1234 5678", "0771-1234567", "11010519491231002X"])
def test_numbers_are_never_published(monday, clock_at, number):
    """INV-15: no explanation helps; rewritten, it goes through, and the ledger keeps what was typed."""
    hazard = report(monday, "ENFORCE", f"出口上锁，请联系{number}处理这一隐患。")
    bulletin = open_month(monday, clock_at)
    excuse = {"explanation": "当事人同意公开这个号码。"}
    refused(Invalid, "不得公开", do, monday, bulletin, "banshi1", **CHECKED, **excuse)
    with monday.database.transaction() as session:
        thing = hazards.get(session, hazard)
        refused(Invalid, "请删去", bulletins.word, session, bulletin, thing, "某厂", f"电话{number}", by=monday.person("banshi1"))
        bulletins.word(session, bulletin, thing, "乙镇某家具厂", SAFE, by=monday.person("banshi1"))
    publish(monday, bulletin)
    with monday.database.reading() as session:
        assert not bulletins.search(session, number)
        (told,) = bulletins.search(session, "某家具厂")
        assert [row.subject_name for _, row in told.lines] == ["乙镇某家具厂"] * 2
    assert number in state(monday, hazard).description


def test_other_findings_are_explained_or_mended(monday, clock_at):
    """Names on file, e-mail, words pointing to who tipped off: the explanation is kept for the approver."""
    report(monday, "TIPOFF", "据举报，执法队员甲到场，出口上锁，联系 a.b@example.com。")
    bulletin = open_month(monday, clock_at)
    refusal = refused(Invalid, "说明为什么可以公开", do, monday, bulletin, "banshi1", **CHECKED)
    assert all(word in refusal.message for word in ("执法队员甲", "a.b@example.com", "举报"))
    publish(monday, bulletin, explanation="已征得本人同意，且不指向具体举报人。")
    with monday.database.reading() as session:
        edition = bulletins.find_published(session, bulletin)
    assert len(edition.findings) == 3
    assert "本人同意" in edition.explanation


def test_what_is_left_out_with_a_reason_stays_out(monday, clock_at):
    """Exempt with reason and approval: in no public list, this month and later."""
    kept, secret = report(monday, "ENFORCE"), report(monday, "ASSIGNED")
    bulletin = open_month(monday, clock_at)
    refused(Invalid, "不公开的理由", do, monday, bulletin, "banshi1", **CHECKED, left_out=[str(secret)])
    publish(monday, bulletin, left_out=[str(secret)], left_out_reason="涉及企业商业秘密。")
    assert (lists(monday, bulletin)["LIST"], lists(monday, bulletin)["EXEMPT"]) == ([kept], [secret])
    later = open_month(monday, clock_at, "2026-04-26 00:40")
    publish(monday, later)
    assert (lists(monday, later)["LIST"], lists(monday, later)["PROGRESS"], lists(monday, later)["EXEMPT"]) == ([], [kept], [])


def test_a_month_tells_what_stood_at_its_cut(monday, clock_at):
    """As of the 25th 24:00: what is registered a second later waits for the next month (AC-11)."""
    clock_at("2026-03-25 23:59:59")
    before = report(monday, "ENFORCE")
    clock_at("2026-03-26 00:00:01")
    after = report(monday, "ENFORCE")
    publish(monday, bulletin := open_month(monday, clock_at, "2026-03-27 09:00"))
    assert lists(monday, bulletin)["LIST"] == [before]
    refused(Conflict, "截至25日", open_too_early, monday)
    publish(monday, later := open_month(monday, clock_at, "2026-04-26 09:00"))
    assert lists(monday, later)["LIST"] == [after]


def open_too_early(town):
    with town.database.transaction() as session:
        bulletins.open_month(session, town.rules, people.units(session, "TOWN")[0], date(2026, 4, 1))


def test_months_come_one_after_the_other_and_once(monday, clock_at):
    """A second run of the job opens nothing; a later month waits for the earlier one."""
    first = open_month(monday, clock_at)
    assert daily.open_bulletins(monday.database) == 0
    later = open_month(monday, clock_at, "2026-04-26 00:40")
    refused(Conflict, "请先办完", do, monday, later, "banshi1", **CHECKED)
    publish(monday, first)
    publish(monday, later)
    assert public(monday) == [later.id, first.id]


def test_a_correction_is_another_edition_and_says_why(monday, clock_at):
    """Errors are corrected, never replaced in silence: the old edition stays readable."""
    hazard = report(monday, "ENFORCE")
    publish(monday, bulletin := open_month(monday, clock_at))
    with monday.database.transaction() as session:
        office, stranger = (people.caller(session, monday.person(login)) for login in ("banshi1", "zhifa1"))
        refused(Forbidden, "办公室", bulletins.correct, session, monday.rules, bulletin, stranger)
        bulletins.word(session, bulletin, hazards.get(session, hazard), "乙镇家具厂（丙村）", SAFE, by=office.person_id)
        bulletins.correct(session, monday.rules, bulletin, office)
    refused(Invalid, "更正了什么", do, monday, bulletin, "banshi1", **CHECKED)
    publish(monday, bulletin, correction="主体名称写错，更正为乙镇家具厂（丙村）。")
    with monday.database.reading() as session:
        newest, old = bulletins.get_published(session, bulletin.region_code, bulletin.month)
        names = [bulletins.public_rows(session, each.edition)[0].subject_name for each in (newest, old)]
        assert names == ["乙镇家具厂（丙村）", FURNITURE]
        assert (newest.edition.number, old.edition.number) == (2, 1)
        assert bulletins.faults(session) == []


def test_what_comes_back_after_it_was_told_is_corrected(monday, clock_at):
    """A reopened hazard brings a correction in the next month, once, and its result again when it is closed again (3.4)."""
    hazard = report(monday, "ENFORCE", to="draft_disclosure")
    publish(monday, open_month(monday, clock_at))
    clock_at("2026-04-10 09:00")
    move(monday, hazard, "RECTIFYING")
    publish(monday, later := open_month(monday, clock_at, "2026-04-26 09:00"))
    told = lists(monday, later)
    assert (told["CORRECTION"], told["PROGRESS"], told["RESULT"]) == ([hazard], [hazard], [])
    publish(monday, last := open_month(monday, clock_at, "2026-05-26 09:00"))
    assert (lists(monday, last)["CORRECTION"], lists(monday, last)["PROGRESS"]) == ([], [hazard])


def test_what_was_published_alone_and_comes_back_is_corrected_too(monday, clock_at):
    """The dated fact 须发更正公开 counts, whichever way its result had been made public; corrected once (3.4)."""
    hazard = bring(monday, report(monday, "ENFORCE", to="draft_disclosure"), "")
    ask = {"kind": "FAILED", "reason": "安全出口又上了锁。", "false_rectification": True, "photos": [monday.photo("again")]}
    monday.begin(hazard, "reopening", "zhanzhang", **ask)
    monday.do(hazard, "deputy_decision", decision="agree", opinion="情况属实。")
    publish(monday, bulletin := open_month(monday, clock_at))
    assert lists(monday, bulletin) == {
        "LIST": [hazard], "PROGRESS": [hazard], "RESULT": [], "CORRECTION": [hazard], "EXEMPT": []
    }  # fmt: skip
    publish(monday, later := open_month(monday, clock_at, "2026-04-26 00:40"))
    assert lists(monday, later)["CORRECTION"] == []


def move(town, hazard, status):
    with town.database.transaction() as session:
        hazards.move(session, hazards.get(session, hazard), status, by=None)


def test_a_publication_is_whole_or_absent(monday, clock_at):
    """Broken off at any of its statements, nothing is public and nothing half done; then it goes through."""
    closed = report(monday, "ENFORCE", to="draft_disclosure")
    bulletin = open_month(monday, clock_at)
    do(monday, bulletin, "banshi1", **CHECKED)
    total = min(statements(monday, bulletin, stop_at=None) for _ in range(2))  # what a process keeps it asks for once
    for stop_at in range(1, total + 1, max(1, total // 12)):
        with pytest.raises((Stop, Unavailable)):
            statements(monday, bulletin, stop_at=stop_at)
        assert public(monday) == []
        assert state(monday, closed).status == "CLOSED"
        assert task_of(monday, bulletin).element_id == "decide_bulletin"
    do(monday, bulletin, "zhuren", decision="accept")
    assert public(monday) == [bulletin.id]
    assert state(monday, closed).status == "ARCHIVED"


class Stop(BaseException):
    """The machine goes down here."""


def statements(town, bulletin, *, stop_at):
    """Publish, up to a statement; without one, go through all and break off at the very end. Answers how many there were."""
    count = 0

    def counted(*_):
        nonlocal count
        count += 1
        if count == stop_at:
            raise Stop

    task = task_of(town, bulletin)
    event.listen(town.database.engine, "before_cursor_execute", counted)
    try:
        with town.database.transaction() as session:
            caller = people.caller(session, town.person("zhuren"))
            tasks.complete(session, town.rules, tasks.get(session, task.id, caller), caller, {"decision": "accept"})
            session.flush()
            if stop_at is None:
                raise Conflict("enough")
    except Conflict:
        return count
    finally:
        event.remove(town.database.engine, "before_cursor_execute", counted)
    return count


def test_a_changed_line_is_found_and_not_published(monday, clock_at):
    """What is frozen is hashed: a line changed behind the verbs' back is refused, and found by the auditor once public."""
    report(monday, "ENFORCE")
    bulletin = open_month(monday, clock_at)
    do(monday, bulletin, "banshi1", **CHECKED)
    original = tamper(monday, "别的内容。")
    refused(Conflict, "校验值", do, monday, bulletin, "zhuren", decision="accept")
    tamper(monday, original)
    do(monday, bulletin, "zhuren", decision="accept")
    tamper(monday, "别的内容。")
    with monday.database.reading() as session:
        assert len(bulletins.faults(session)) == 1
        assert session.scalar(select(func.count()).select_from(Edition)) == 1


def tamper(town, text):
    with town.database.transaction() as session:
        row = session.scalars(select(Row).where(Row.list == "LIST")).first()
        before, row.text = row.text, text
    return before


def test_strangers_neither_see_nor_begin(monday, clock_at):
    """INV-16: before it is public only the town's office and leading group, and who looks at the county."""
    bulletin = open_month(monday, clock_at)
    with monday.database.reading() as session:
        seen = {
            login: [each.id for each, _ in bulletins.of(session, people.caller(session, monday.person(login)))]
            for login in ("banshi1", "zhuren", "xianban", "zhifa1", "changzhang", "guanli")
        }
        with pytest.raises(NotFound):
            bulletins.get_for(session, people.caller(session, monday.person("zhifa1")), bulletin.id)
        with pytest.raises(NotFound):
            bulletins.get_published(session, bulletin.region_code, bulletin.month)
    assert {login for login, ids in seen.items() if ids} == {"banshi1", "zhuren", "xianban"}
