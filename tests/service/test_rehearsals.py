"""演练: a draft is played as each role, by the real rules; and nothing of it is left in the house."""

import re
from datetime import timedelta

import pytest
from lxml import html

from service.rehearsals import openings, stages
from tests.service.inspector import faults_of, token_of
from tests.service.test_designer import content, save
from workflows import clock
from workflows.db import Base
from workflows.engine import history, instances

LOOP = "hazard_closed_loop"


@pytest.fixture
def designer(signed_in):
    """The process designer's browser."""
    return signed_in("sheji")


@pytest.fixture
def draft_id(designer):
    """A draft of the loop."""
    return draft_of(designer, LOOP)


@pytest.fixture
def address(designer, draft_id):
    """The page of its rehearsal, begun."""
    address = f"/designer/{draft_id}/rehearsal"
    assert designer.submit(address, {}).status_code == 302
    return address


def draft_of(designer, key):
    """A draft that began as the first version of a diagram."""
    return int(designer.submit("/designer", {"key": key, "version": 1}).location.rsplit("/", 1)[1])


def offered(page):
    """{(task, person): address} of what may be done now."""
    found = re.findall(r'action="([^"]+/tasks/\d+/\d+)".*?aria-label="以(.*?)的身份填写：(.*?)"', page, re.S)
    return {(task, person): at for at, person, task in found}


def do(browser, address, *steps):
    """Do these tasks as usual, each as the first who may; answers what may be done then."""
    page = browser.get(address).text
    for step in steps:
        at = next(at for (task, _), at in offered(page).items() if task == step)
        answer = browser.post(at, data={"csrf_token": token_of(page), "usual": "1"})
        assert answer.status_code == 302, faults_of(answer.text)
        page = browser.get(address).text
    return offered(page)


def rows(town):
    """How many rows each table of the house holds."""
    with town.reading() as session:
        return {table.name: session.query(table).count() for table in Base.metadata.sorted_tables}


def test_a_case_is_played_as_each_role_and_the_house_knows_nothing_of_it(designer, town, address):
    before = rows(town)
    assert list(offered(designer.get(address).text)) == [("发现上报", "执法队员甲")]
    steps = ("发现上报", "登记拟办", "主任核定", "移交一签发", "属地签收", "整改方案", "整改实施", "验收")
    assert ("成员确认", "执法队员乙") in do(designer, address, *steps)
    assert "提交“整改实施”" in designer.get(address).text
    designer.submit(f"{address}/clock", {"to": "week"}, page=address)
    assert rows(town) == before
    assert designer.get(f"{address}/diagram.bpmn").mimetype == "application/xml"


def test_a_form_comes_filled_in_and_what_is_typed_counts(designer, address):
    at = do(designer, address, "发现上报", "登记拟办", "主任核定")["移交一签发", "副组长兼办公室主任"]
    page = designer.get(at).text
    assert "自动附上示意图" in page
    assert 'type="file"' not in page
    typed = {"territory_person": "1", "sector_person": "1", "lead_unit": "TERRITORY", "mode": "DEADLINE", "requirements": "逐项整改。"}
    late = {"due_date.year": "2020", "due_date.month": "1", "due_date.day": "1"}
    refused = designer.submit(at, {**typed, **late}, page=address)
    assert refused.status_code == 422
    assert "due_date" in faults_of(refused.text)
    assert "逐项整改。" in refused.text
    immediate = designer.submit(at, {**typed, "mode": "IMMEDIATE", "requirements": "立即清空通道，专人看护。"}, page=address)
    assert immediate.status_code == 302, faults_of(immediate.text)
    open_now = {task for task, _ in do(designer, address, "属地签收")}
    assert "整改实施" in open_now  # no plan is asked when it is mended at once


def test_what_is_refused_on_stage_is_no_line_of_the_record(designer, town, address):
    at = do(designer, address, "发现上报")["登记拟办", "办公室经办甲"]
    of_the_reporter = re.sub(r"\d+$", "2", at)
    refused = designer.submit(of_the_reporter, {"usual": "1"}, page=address)
    assert (refused.status_code, "没有这项任务" in refused.text) == (409, True)
    assert designer.get(of_the_reporter).status_code == 409
    do(designer, address, "登记拟办")
    twice = designer.submit(at, {"usual": "1"}, page=address)
    assert (twice.status_code, "已经办结" in twice.text) == (409, True)
    with town.reading() as session:
        assert history.search(session, kind="refused").rows == []


def test_the_clock_brings_what_is_due(designer, address):
    do(designer, address, "发现上报")
    assert "下一个时限：" in designer.get(address).text
    designer.submit(f"{address}/clock", {"to": "next"}, page=address)
    designer.submit(f"{address}/clock", {"to": "week"}, page=address)
    page = designer.get(address).text
    assert "逾期" in page
    shown = re.search(r"演练的时钟：(\d+)年(\d+)月(\d+)日", page)
    assert int(shown[3]) != clock.today().day or int(shown[2]) != clock.today().month
    assert clock.now() - clock.real() < timedelta(seconds=1)  # the house's own clock stands where it stood


def test_a_new_field_is_asked_as_it_was_drawn(designer, draft_id):
    now = content(designer, draft_id)
    sign = now["forms"]["register"]
    field = {"title": "现场负责人手机", "type": "string", "minLength": 5, "maxLength": 20}
    sign = {**sign, "properties": {**sign["properties"], "phone": field}, "required": [*sign.get("required", []), "phone"]}
    save(designer, draft_id, forms={**now["forms"], "register": sign})
    address = f"/designer/{draft_id}/rehearsal"
    designer.submit(address, {})
    at = do(designer, address, "发现上报")["登记拟办", "办公室经办甲"]
    assert "现场负责人手机" in designer.get(at).text
    assert ("主任核定", "副组长兼办公室主任") in do(designer, address, "登记拟办")


def test_a_draft_with_errors_is_not_played_one_with_a_hole_is(designer, draft_id):
    address, now = f"/designer/{draft_id}/rehearsal", content(designer, draft_id)
    save(designer, draft_id, now["xml"].replace('name="form" value="sign"', 'name="form" value="nothing"'))
    refused = designer.submit(address, {})
    assert (refused.status_code, "改正后才能演练" in refused.text) == (422, True)
    assert "“nothing”不存在" in refused.text
    save(designer, draft_id, now["xml"].replace('sourceRef="rectify" targetRef="m_verify"', 'sourceRef="rectify" targetRef="sv_passed"'))
    assert designer.submit(address, {}).status_code == 302


def test_a_process_beside_the_loop_begins_where_one_chooses(designer):
    address = f"/designer/{draft_of(designer, 'extension')}/rehearsal"
    assert designer.submit(address, {"at": "nowhere"}).status_code == 422
    assert designer.submit(address, {"at": "rectify"}).status_code == 302
    assert ("申请延期", "木家具厂厂长") in offered(designer.get(address).text)


@pytest.mark.parametrize(("key", "steps"), [("extension", ["申请延期"]), ("change_tracker", ["变更跟踪人", "接任签收"])])
def test_what_is_refused_at_first_gives_way_to_an_answer_that_will_do(designer, key, steps):
    """照常办理: a later day, another person, until the step is taken; its own task stands before those of the loop."""
    address = f"/designer/{draft_of(designer, key)}/rehearsal"
    assert designer.submit(address, {"at": "rectify"}).status_code == 302
    (first, _), at = next(iter(offered(designer.get(address).text).items()))
    assert first == steps[0]
    shown = next(form for form in html.fromstring(designer.get(at).text).forms if form.action == at)
    assert steps[-1] not in {task for task, _ in do(designer, address, *steps)}
    assert designer.submit(address, {"at": "rectify"}).status_code == 302
    assert designer.post(at, data=dict(shown.form_values())).status_code == 302  # the form is filled in with that answer
    do(designer, address, *steps[1:])
    page = designer.get(address).text
    assert ("这个流程走完了" in page) == (key == "change_tracker")  # that of an extension goes on with whoever reviews it
    assert "另一个流程：重大事故隐患闭环" in page


COMING = [
    ("bulletin", "", "月度公开拟稿"),
    ("return_village", "", "填报月报"),
    ("return_correction", "VILLAGE", "申请更正"),
    ("weekly_report", "", "核定周报告"),
    ("escalation", "2", "签发督办单"),
    ("inquiry", "", "决定是否立案"),
    ("look_back", "", "现场回头看"),
    ("resumption", "stopped", "申请恢复生产"),
    ("unlisting", "listed", "申请解除挂牌"),
]


@pytest.mark.parametrize(("key", "at", "first"), COMING)
def test_what_follows_from_something_else_is_played_too(designer, town, key, at, first):
    address = f"/designer/{draft_of(designer, key)}/rehearsal"
    before = rows(town)
    begun = designer.submit(address, {"at": at})
    assert begun.status_code == 302, begun.text
    task = next(at for (task, _), at in offered(designer.get(address).text).items() if task == first)
    assert designer.get(task).status_code == 200
    assert rows(town) == before


def test_where_it_may_not_begin_is_said(designer):
    address = f"/designer/{draft_of(designer, 'reopening')}/rehearsal"
    page = html.fromstring(designer.get(address).text)
    assert page.xpath("//select[@name='at']/option/@value") == ["", "listed"]
    (said,) = (each.text_content() for each in page.xpath("//p[@class='padded hint']"))
    assert "发起条件是“现在可以申请重新打开”是“是”" in said
    assert "隐患正在整改，方案已报" in said
    refused = designer.submit(address, {"at": "plan"})
    assert (refused.status_code, "还不符合流程属性里写的发起条件" in refused.text) == (422, True)


def test_what_is_said_to_hold_at_a_place_holds_there(driver):
    """The places on the way of a hazard are come to one after the other, the others each by itself."""
    stands, hazard = openings.STANDS["hazard"], openings.STANDS["hazard"]["plan"].bring(driver)
    assert set().union(*openings.HOLDS.values()) <= stands.keys()
    for at, stand in stands.items():
        on_the_way = at in ("plan", "rectify", "verify", "sign", "")
        if on_the_way:
            driver.bring(hazard.id, at)
        subject = hazard if on_the_way else stand.bring(driver)
        with driver.database.reading() as session:
            answers = instances.functions(session, driver.rules, driver.rules.subject(session, subject))
            holds = {function for function in openings.HOLDS if answers[function]()}
        assert holds == {function for function, places in openings.HOLDS.items() if at in places}, at


def test_a_changed_draft_is_said_to_be_older_on_stage(designer, address, draft_id):
    save(designer, draft_id)
    assert "草稿又改过" in designer.get(address).text
    designer.submit(address, {})
    assert "草稿又改过" not in designer.get(address).text


def test_each_has_a_stage_of_his_own_and_one_at_a_time(designer, signed_in, address, draft_id):
    publisher = signed_in("fabu")
    assert "开始演练" in publisher.get(address).text
    publisher.submit(address, {})
    do(publisher, address, "发现上报")
    assert list(offered(designer.get(address).text)) == [("发现上报", "执法队员甲")]
    other = f"/designer/{draft_of(designer, LOOP)}/rehearsal"
    designer.submit(other, {})
    assert designer.get(f"{address}/tasks/1/2").location == address
    assert "演练已经结束" in designer.get(address).text
    for login in ("zhuren", "guanli"):
        assert signed_in(login).get(address).status_code == 403


def test_nothing_is_left_of_what_ended_or_was_forgotten(designer, app, clock_at, address, monkeypatch):
    places = app.house.config.home / "rehearsals"
    assert len(list(places.iterdir())) == 1
    designer.submit(f"{address}/end", {}, page=address)
    assert list(places.iterdir()) == []
    for name in range(stages.MOST):
        (places / f"{name}.old").mkdir()
    full = designer.submit(address, {})
    assert (full.status_code, "演练的人太多" in full.text) == (422, True)
    monkeypatch.setattr(stages, "KEPT", timedelta(0))
    assert designer.submit(address, {}).status_code == 302
    assert len(list(places.iterdir())) == 1
