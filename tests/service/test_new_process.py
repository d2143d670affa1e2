"""全新的流程: begun in the browser, published by a second person, begun on a hazard's page and done."""

import pytest

from tests.scenarios import ways
from tests.service.inspector import faults_of
from tests.service.test_designer import content, hand_in, send
from workflows.engine import definitions, history, tasks

ANSWERS = {"name": "复查回访", "key": "revisit", "subject": "hazard", "begin": "发起回访", "first": "ENFORCER", "others": ["OFFICE_DIRECTOR"]}


@pytest.fixture
def designer(signed_in):
    """The process designer's browser."""
    return signed_in("sheji")


def test_a_new_process_is_published_by_two_and_a_case_runs_on_it(designer, signed_in, town, driver):
    room = designer.submit("/designer/new", ANSWERS).location
    draft_id = int(room.rsplit("/", 1)[1])
    assert "全新的流程，还没有发布过" in designer.get(room).text
    found = send(designer, "/designer/findings", {**content(designer, draft_id), "key": "revisit"}).json
    assert (found["findings"], found["proof"]["verdict"]) == ([], "proven")
    assert designer.submit(f"{room}/rehearsal", {"at": "rectify"}, page=f"{room}/review").status_code == 302
    assert hand_in(designer, draft_id).status_code == 302
    publisher = signed_in("fabu")
    review = publisher.get(f"{room}/review").text
    for said in ("全新的流程", "新增", "岗位：综合行政执法队员", "表单：发起回访", "类型：文字或选项", "终点：结束"):
        assert said in review, said
    assert publisher.submit(f"{room}/approve", {}, page="/designer").location == "/definitions/revisit/1"
    assert "全新的流程" in publisher.get(f"{room}/review").text

    hazard = ways.bring(driver, ways.found(driver), "rectify")
    enforcer = signed_in("zhifa2")
    assert "发起回访" in enforcer.get(f"/hazards/{hazard}").text
    assert "发起回访" not in signed_in("banshi1").get(f"/hazards/{hazard}").text
    address = f"/matters/hazard/{hazard}/revisit"
    assert enforcer.submit(address, {"reason": ""}).status_code == 422
    assert enforcer.submit(address, {"reason": "整改半年后回访。"}).status_code == 302
    with town.reading() as session:
        subject = ways.state(driver, hazard).ref
        assert [each.element_id for each in tasks.submissions(session, subject)][-1] == "revisit_first"
        assert history.verify(session) == []


@pytest.mark.parametrize(
    ("field", "value", "word"),
    [
        ("key", "Revisit!", "小写字母"),
        ("key", "hazard_closed_loop", "已经有编号"),
        ("key", "close_hazard", "系统步骤"),
        ("name", "", "流程名称"),
        ("first", "SYS_ADMIN", "选项"),
        ("subject", "bulletin", "选项"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(designer, field, value, word):
    refused = designer.submit("/designer/new", {**ANSWERS, field: value})
    assert refused.status_code == 422
    assert word in faults_of(refused.text)[field]
    assert "复查回访" in refused.text or field == "name"


def test_two_drafts_do_not_bear_one_key(designer, town):
    assert designer.submit("/designer/new", ANSWERS).status_code == 302
    assert designer.submit("/designer/new", ANSWERS).status_code == 422
    with town.reading() as session:
        assert [each.key for each in definitions.drafts(session, "DRAFT")] == ["revisit"]


def test_only_a_designer_begins_one(signed_in):
    assert [signed_in(login).get("/designer/new").status_code for login in ("fabu", "zhuren")] == [403, 403]
