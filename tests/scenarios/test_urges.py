"""Escalation (P16, M078, INV-10): 卡 → 单 → 函 → 令, each once, signed, received and answered; nobody it is against can stop it."""

import importlib
import io
from contextlib import suppress
from datetime import date

import pytest
from docx import Document as Word
from sqlalchemy import event, select

from service import documents as pages
from tests.recount import exported, recount
from tests.scenarios.test_voidings import void
from tests.scenarios.ways import appoint, bring, feed_back, found, kinds, refused, state
from workflows import clock, daily, dispatch, documents, duties, facts, hazards, people, staffing, steps, urges
from workflows.engine import Cause, Subject, history, instances, tasks
from workflows.errors import Conflict, Forbidden, Invalid, NotFound
from workflows.urges import Urge

assert pages.write  # the effect is declared where its pages are

DUE = {"issue_rectify": {"due_date": "2026-03-31"}}
LEVELS = [("2026-04-01 00:01", 1), ("2026-04-04 00:01", 2), ("2026-04-11 00:01", 3), ("2026-04-23 00:01", 4)]
ANSWER = {"answer": "厂房线路改造缺料，本周五前完成。"}


@pytest.fixture
def late(monday, clock_at):
    """A hazard of the furniture maker, due on 2026-03-31, at 0:01 of the day after."""
    hazard = bring(monday, found(monday), "rectify", **DUE)
    monday.sweep()
    feed_back(monday, hazard)
    clock_at("2026-04-01 00:01")
    monday.sweep()
    return hazard


def rows(town, hazard):
    """Its urges, oldest first."""
    with town.database.reading() as session:
        return list(session.scalars(select(Urge).where(Urge.hazard_id == hazard).order_by(Urge.id)))


def waiting(town, urge):
    """Where an urge waits."""
    with town.database.reading() as session:
        return sorted(task.element_id for task in tasks.open_of(session, Subject("urge", urge)))


def do(town, urge, element, login, **data):
    """Let a person do an urge's task."""
    with town.database.transaction() as session:
        task = next(each for each in tasks.open_of(session, Subject("urge", urge)) if each.element_id == element)
        caller = people.caller(session, town.person(login))
        tasks.complete(session, town.rules, tasks.get(session, task.id, caller), caller, data)


def asked(town, urge, element):
    """Who may do an urge's task, by login."""
    with town.database.reading() as session:
        task = next(each for each in tasks.open_of(session, Subject("urge", urge)) if each.element_id == element)
        named = {task.assignee_id} - {None} | {each.id for each in people.holders(session, tasks.posts_of(session, task))}
        return sorted(people.get(session, id).login for id in named)


def test_a_card_reaches_the_lead_by_itself_and_is_signed_received_and_answered(monday, late):
    """自动产生的只是提醒，成文须人签发: the card waits for its receiver and for the office at once."""
    (card,) = rows(monday, late)
    assert (card.level, card.ground, card.missed_on) == (1, "DEADLINE", date(2026, 3, 31))
    assert waiting(monday, card.id) == ["receive_card", "sign_card"]
    assert asked(monday, card.id, "receive_card") == ["baocun"]
    do(monday, card.id, "receive_card", "baocun")
    do(monday, card.id, "sign_card", "banshi1", demand="请把配电箱先停用。")
    refused(Invalid, "回复", do, monday, card.id, "answer_card", "baocun", answer="好")
    do(monday, card.id, "answer_card", "baocun", **ANSWER)
    with monday.database.reading() as session:
        assert instances.find(session, card.ref, "escalation").ended_how == "completed"
        (paper,) = documents.of(session, Subject("hazard", late), "URGE_CARD")  # kept with the case
        assert (paper.is_internal, urges.papers_of(session, urges.get(session, card.id))) == (False, [paper])
        assert history.verify(session, hazards.get(session, late).ref) == []
    assert paper.no == "乙安卡〔2026〕1号"
    documents.write(monday.database, monday.home, paper.id)
    with monday.database.reading() as session:
        sha256 = documents.get(session, paper.id).sha256
    word = Word(io.BytesIO((monday.home / f"papers/{sha256[:2]}/{sha256}.docx").read_bytes()))
    text = "\n".join(paragraph.text for paragraph in word.paragraphs)
    told = ("包村干部兼分管领导：", "2026年3月31日", "超期1天", "请把配电箱先停用。", "签发人：办公室经办甲")
    assert [words for words in told if words not in text] == []
    lines = ["urge_begun", "urge_received", "urge_signed", "urge_answered"]
    assert [kind for kind in kinds(monday, late) if kind.startswith("urge")] == lines


def test_urges_of_an_earlier_version_find_their_documents(monday, late, clock_at):
    """As it left them: no urge knew its document, and that of a missed report lay with the urge, open to the enterprise."""
    clock_at(LEVELS[1][0])
    monday.sweep()
    daily.urge_what_is_late(monday.database)
    signers = {1: ("sign_card", "banshi1"), 2: ("sign_order", "zhuren"), 3: ("sign_letter", "zhuren"), 4: ("sign_directive", "shuji")}
    for urge in rows(monday, late):
        do(monday, urge.id, *signers[urge.level])
    was = {urge.id: (urge.document_id, urge.ground) for urge in rows(monday, late)}
    assert {ground for _, ground in was.values()} == {"DEADLINE", "THURSDAY"}
    with monday.database.transaction() as session:
        for id, (document_id, ground) in was.items():
            urges.get(session, id).document_id = None
            if ground == "THURSDAY":
                paper = documents.get(session, document_id)
                paper.subject_kind, paper.subject_id, paper.is_internal = "urge", id, False
        session.flush()
        importlib.import_module("workflows.migrations.versions.0031_find_documents_of_urges").find_documents(session.connection())
    with monday.database.reading() as session:
        found_again = {urge.id: (urge.document_id, urge.ground) for urge in urges.of(session, hazards.get(session, late))}
        internal = {documents.get(session, document_id).is_internal: ground for document_id, ground in was.values()}
    assert (found_again, internal) == (was, {False: "DEADLINE", True: "THURSDAY"})


def test_each_level_comes_once_whatever_was_answered(monday, late, clock_at):
    """到期+0卡、+3单、+7函、+15令 (04-04 to 04-06 is a holiday); a second sweep and the daily job find them begun."""
    for moment, level in LEVELS:
        clock_at(moment)
        for _ in range(2):
            monday.sweep()
            daily.urge_what_is_late(monday.database)
        mine = [row for row in rows(monday, late) if row.ground == "DEADLINE"]
        assert [row.level for row in mine] == list(range(1, level + 1))
    assert [asked(monday, row.id, waiting(monday, row.id)[-1]) for row in mine] == [
        ["banshi1", "banshi2", "zhuren"],
        ["zhuren"],
        ["zhuren"],
        ["shuji"],
    ]


def test_a_server_that_dies_on_the_way_leaves_all_or_nothing(monday, clock_at):
    """The reminder, the mark and the card are one transaction: cut before its end there is none of them, and the next sweep brings
    all three."""
    hazard = bring(monday, found(monday), "rectify", **DUE)
    clock_at("2026-04-01 00:01")
    with suppress(KeyboardInterrupt), monday.database.transaction() as session:
        thing = hazards.get(session, hazard)
        steps.remind(session, thing, cause=Cause(("timer", "wait_reminder"), clock.now()))
        assert (thing.overdue_level, [row.level for row in urges.of(session, thing)]) == (1, [1])
        raise KeyboardInterrupt
    assert (state(monday, hazard).overdue_level, rows(monday, hazard)) == (0, [])
    monday.sweep()
    assert (state(monday, hazard).overdue_level, [row.level for row in rows(monday, hazard)]) == (1, [1])


def test_order_letter_and_directive_go_each_to_its_receiver(monday, late, clock_at):
    """单位负责人、分管领导、企业和牵头人; the directive is copied to the county and followed by a talk (C7, C10)."""
    for moment, _ in LEVELS:
        clock_at(moment)
        monday.sweep()
    order, letter, directive = (row.id for row in rows(monday, late)[1:])
    for urge, element, login in ((order, "order", "zhuren"), (letter, "letter", "zhuren"), (directive, "directive", "shuji")):
        assert waiting(monday, urge) == [f"sign_{element}"]
        do(monday, urge, f"sign_{element}", login)
    assert asked(monday, order, "receive_order") == ["anquanyuan", "changzhang"]
    assert asked(monday, letter, "receive_letter") == ["baocun"]
    assert waiting(monday, directive) == ["copy_county", "hold_talk", "receive_directive"]
    for urge, element, login in ((order, "order", "changzhang"), (letter, "letter", "baocun"), (directive, "directive", "changzhang")):
        do(monday, urge, f"receive_{element}", login)
        do(monday, urge, f"answer_{element}", login, **ANSWER)
    do(monday, directive, "copy_county", "xianban")
    talk = {"kind": "TALK", "against": "ENTERPRISE", "whom": "木家具厂厂长", "held_at": "2026-04-23T00:00:00+08:00"}
    refused(Invalid, "内容和要求", do, monday, directive, "hold_talk", "zhuren", **talk)
    do(monday, directive, "hold_talk", "zhuren", **talk, said="要求五日内完成线路改造，逾期停产。")
    assert waiting(monday, directive) == []
    with monday.database.reading() as session:
        for place, number in (("乙镇", 1), ("丁村", 0)):  # C7 by enterprises; whom the noise village has not
            unit = people.find_unit_named(session, place)
            values = dispatch.compute(session, unit, None, "ZB2024").values
            assert (values["C7"], values["C10"]) == (number, 0)
    assert {"urge_talked", "listing_suggested"} < set(kinds(monday, late))
    assert state(monday, late).status == "RECTIFYING"  # 回复不等于消除


def directed(town, hazard, **talk):
    """Sign the hazard's directive and hold the talk that follows it."""
    directive = rows(town, hazard)[-1].id
    do(town, directive, "sign_directive", "shuji")
    usual = {"kind": "CIRCULAR", "whom": "丙村村委", "held_at": clock.now().isoformat(), "said": "对丙村督促不力予以通报。"}
    do(town, directive, "hold_talk", "zhuren", **{**usual, "against": "UNIT", **talk})


def test_talks_with_villages_and_departments_are_counted_by_times(monday, late, clock_at):
    """C10 (domain 5): 对单位的约谈+通报，按次计; the same for any as_of, recounted from the export, taken back by no voiding."""
    clock_at(LEVELS[-1][0])
    monday.sweep()
    before = clock.now()
    clock_at("2026-04-23 10:00")
    directed(monday, late)
    void(monday, late)
    with monday.database.reading() as session:
        units = {name: people.find_unit_named(session, name) for name in ("甲县", "乙镇", "丙村", "丁村")}
        found = {name: [dispatch.compute(session, each, at, "ZB2024").values["C10"] for at in (before, clock.now(), None)] for name, each in units.items()}
        assert found == {"甲县": [0, 1, 1], "乙镇": [0, 1, 1], "丙村": [0, 1, 1], "丁村": [0, 0, 0]}
        (talk,) = dispatch.talks(session, units["甲县"], clock.now(), "ZB2024")
        assert (talk.hazard.id, talk.body["whom"], talk.held_at) == (late, "丙村村委", clock.now())
        place = {"within": "999901101201", "level": "VILLAGE", "campaign": "ZB2024"}
        assert [recount(*exported(session, monday.home), **place, as_of=at).get("C10", 0) for at in (before, clock.now())] == [0, 1]
        assert (facts.faults(session), history.verify(session, talk.hazard.ref)) == ([], [])


def test_whom_it_is_against_neither_signs_nor_ends_it(monday, late):
    """被督促的人不得签发: not by a post of the office either; and no task of his offers an end."""
    appoint(monday, "baocun", "OFFICE_STAFF", "乙镇")
    (card,) = rows(monday, late)
    refused(Forbidden, "督促签发人", do, monday, card.id, "sign_card", "baocun")
    refused(NotFound, "", do, monday, card.id, "receive_card", "changzhang")
    with monday.database.reading() as session:
        barred = urges.among(session, [(card.ref, "U1")], monday.person("baocun"))
    assert "整改责任人" in barred[(card.ref, "U1")]


def test_a_duty_taken_on_the_hazard_meanwhile_is_noticed(monday, late):
    """Domain 2.2: the signer of an urge may not be who rectifies, also if he becomes so in that very moment, in another process."""
    if monday.database.is_sqlite:
        pytest.skip("SQLite's writers queue")
    (card,) = rows(monday, late)
    banshi, done = monday.person("banshi1"), []

    def meanwhile(_connection, _cursor, statement, *_rest):
        if statement.startswith("INSERT INTO submissions") and not done:
            done.append(True)
            with monday.database.transaction() as session:
                hazard = hazards.get(session, late)
                duties.take(session, hazard, "R", by=banshi)
                history.record(session, hazard.ref, "elsewhere", by=banshi)

    event.listen(monday.database.engine, "after_cursor_execute", meanwhile)
    refused(Conflict, "", do, monday, card.id, "sign_card", "banshi1")
    event.remove(monday.database.engine, "after_cursor_execute", meanwhile)
    assert done
    refused(Forbidden, "督促签发人", do, monday, card.id, "sign_card", "banshi1")


def test_whoever_takes_over_gets_the_card_as_well(monday, late):
    """变更责任人: what was urged of the predecessor waits for the newcomer."""
    appoint(monday, "banshi2", "VILLAGE_LIAISON", "丙村")
    (card,) = rows(monday, late)
    newcomer = {"part": "TERRITORY", "territory_person": str(monday.person("banshi2")), "reason": "原责任人调离，工作已交接。"}
    monday.begin(late, "change_responsible", "zhuren", **newcomer)
    monday.do(late, "take_over", "banshi2", decision="accept")
    assert asked(monday, card.id, "receive_card") == ["banshi2"]
    refused(Forbidden, "整改责任人", do, monday, card.id, "sign_card", "banshi2")  # who is urged now may sign no more


def test_a_card_for_somebody_who_has_left_says_so(monday, late):
    with monday.database.transaction() as session:
        staffing.deactivate(session, people.get(session, monday.person("baocun")), "调离本县", by=monday.person("guanli"))
        steps.readdress(session, monday.person("baocun"))
    with monday.database.reading() as session:
        (card,) = rows(monday, late)
        (task,) = [each for each in tasks.open_of(session, card.ref) if each.element_id == "receive_card"]
        assert "已离岗" in task.blocked


def test_only_a_verification_that_passed_ends_it(monday, late, clock_at):
    """A finish report puts nothing right by itself: the card stays; the pass ends what is open, and later levels do not come."""
    (card,) = rows(monday, late)
    monday.do(late, "rectify")
    assert waiting(monday, card.id) == ["receive_card", "sign_card"]
    clock_at("2026-04-04 00:01")
    monday.sweep()
    daily.urge_what_is_late(monday.database)
    assert [row.level for row in rows(monday, late) if row.ground == "DEADLINE"] == [1]  # reported finished, it waits for others
    bring(monday, late, "apply")
    card = rows(monday, late)[0]
    assert (waiting(monday, card.id), urges.state(card)) == ([], "已终止")
    assert "验收通过" in card.ended_why
    with monday.database.reading() as session:
        assert instances.find(session, card.ref, "escalation").ended_how == card.ended_why


def test_sent_back_late_it_goes_on_at_the_level_it_has_reached(monday, late, clock_at):
    """Nobody gains time by reporting it finished: after a failed verification the level of the day comes at once."""
    monday.do(late, "rectify")
    clock_at("2026-04-13 09:00")
    monday.sweep()
    monday.do(late, "verify", result="FAIL", opinion="通道仍堆放货物。")
    monday.do(late, "confirm_verification")
    daily.urge_what_is_late(monday.database)
    assert [row.level for row in rows(monday, late) if row.ground == "DEADLINE"] == [1, 3]


def test_nothing_is_received_before_it_is_signed(monday, late):
    """At run time the verbs refuse what a diagram without the signature would allow."""
    with monday.database.reading() as session:
        thing = hazards.get(session, late)
        order = Urge(hazard=thing, level=2, signed_at=None, received_at=None)
        task = tasks.open_of(session, thing.ref)[0]
        call = {"by": monday.person("changzhang"), "on_behalf_of": None, "task": task, "data": ANSWER}
        refused(Conflict, "还没有签发", urges.receive_urge, session, order, **call)
        refused(Conflict, "请先签收", urges.answer_urge, session, order, **call)
        refused(Conflict, "还没有签发", documents.order, session, order, "URGE_ORDER", by=None)


def test_a_campaign_without_cards_sends_none(town, clock_at):
    """卡单函令默认只在 ZB2024 启用; in 2023 the level is marked all the same."""
    clock_at("2023-08-24 09:00")
    hazard = bring(town, found(town), "rectify", issue_rectify={"due_date": "2023-09-22"})
    clock_at("2023-09-23 09:00")
    town.sweep()
    assert daily.urge_what_is_late(town.database) == 0
    assert (rows(town, hazard), state(town, hazard).overdue_level) == ([], 1)


def test_a_voided_hazard_is_urged_no_more(monday, late):
    assert void(monday, late).status == "VOIDED"
    assert [row.ended_why for row in rows(monday, late)] == ["隐患已核减，督促终止。"]
