"""The inbox and the page of a task, clicked through as the people of the demo town."""

import io
import re

import pytest
from lxml import html
from PIL import Image

from service.demo import PASSWORD
from tests.bench import cases
from tests.scenarios.ways import FURNITURE, GAS, appoint, found, subject
from tests.service.inspector import faults_of, token_of
from workflows import clock, duties, hazards, people, photos, staffing
from workflows.engine import tasks


@pytest.fixture
def hazard_id(driver):
    """A reported hazard, waiting for its registration."""
    return found(driver, "cunwei", source="SELF")


def task_id_of(driver, hazard_id, element):
    """The open task of a hazard at an element."""
    return next(task.id for task in driver.open_tasks(hazard_id) if task.element_id == element)


def picture(colour="red"):
    """A small photo as a browser sends it."""
    stream = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(stream, "JPEG")
    stream.seek(0)
    return stream, "现场.jpg"


REGISTERED = {
    "proposal": "reject",
    "level_final": "ORDINARY",
    "primary_source": "SELF",
    "dup_check": "NONE",
    "reason": "到现场核实，情况不属实。",
}


def test_the_inbox_lists_what_waits_for_my_posts(signed_in, hazard_id):
    page = signed_in("banshi1").get("/").text
    assert "登记拟办" in page
    assert "乙镇木家具厂" in page
    assert "本地参数：登记 1 个工作日" in page  # the deadline shows its source
    assert "目前没有待办任务" in signed_in("xianban").get("/").text


def test_searching_the_inbox(signed_in, hazard_id):
    browser = signed_in("banshi1")
    assert "乙镇木家具厂" in browser.get("/?q=木家具").text
    assert "没有符合条件的任务" in browser.get("/?q=没有这样的").text


def test_narrowing_the_inbox_to_a_step(signed_in, driver, hazard_id):
    """The steps offered are those that wait, with their number; paging and the figures above stay as they are."""
    found(driver, "cunwei", at=GAS, source="SELF")
    driver.do(hazard_id, "register", "banshi1")
    browser = signed_in("banshi1")
    page = browser.get("/").text
    assert '<option value="登记拟办">登记拟办（1）</option>' in page
    assert "主任核定（" not in page
    page = browser.get("/?step=登记拟办").text
    assert '<option value="登记拟办" selected>' in page
    assert "换瓶点" in page
    assert "没有符合条件的任务" in browser.get("/?step=县签字").text
    assert "没有符合条件的任务" in browser.get("/?step=登记拟办&due=late").text
    assert '<option value="登记拟办" selected>登记拟办（1）</option>' in browser.get("/done?step=登记拟办").text
    assert "乙镇木家具厂" not in browser.get("/done?step=县签字").text


def test_a_task_of_another_post_is_not_found(signed_in, driver, hazard_id):
    task_id = task_id_of(driver, hazard_id, "register")
    assert signed_in("banshi1").get(f"/tasks/{task_id}").status_code == 200
    assert signed_in("changzhang").get(f"/tasks/{task_id}").status_code == 404


def test_claiming_tells_the_colleagues(signed_in, driver, hazard_id):
    task_id = task_id_of(driver, hazard_id, "register")
    mine, other = signed_in("banshi1"), signed_in("banshi2")
    assert mine.submit(f"/tasks/{task_id}/claim", {}, page=f"/tasks/{task_id}").status_code == 302
    page = other.get(f"/tasks/{task_id}").text
    assert "办公室经办甲 已签领这项任务" in page
    assert 'id="f-password"' not in page
    answer = other.post(f"/tasks/{task_id}", data={"csrf_token": token_of(page), **REGISTERED})
    assert answer.status_code == 409
    mine.submit(f"/tasks/{task_id}/release", {}, page=f"/tasks/{task_id}")
    assert "已签领这项任务" not in other.get(f"/tasks/{task_id}").text


def test_a_faulty_form_shows_each_fault_at_its_field_and_keeps_what_was_typed(signed_in, driver, hazard_id):
    task_id = task_id_of(driver, hazard_id, "register")
    answer = signed_in("banshi1").submit(f"/tasks/{task_id}", {"proposal": "reject", "cause": "长期未检修"})
    assert answer.status_code == 422
    assert {"level_final", "primary_source", "dup_check", "reason"} <= set(faults_of(answer.text))
    assert "长期未检修" in answer.text
    assert re.search(r'value="reject"[^>]* checked', answer.text)
    assert task_id_of(driver, hazard_id, "register") == task_id


def test_completing_and_completing_again(signed_in, driver, hazard_id):
    task_id = task_id_of(driver, hazard_id, "register")
    browser = signed_in("banshi1")
    token = token_of(browser.get(f"/tasks/{task_id}").text)
    data = {"csrf_token": token, **REGISTERED}
    assert browser.post(f"/tasks/{task_id}", data=data).headers["Location"] == "/"
    again = browser.post(f"/tasks/{task_id}", data=data)
    assert again.status_code == 409
    assert "没有重复提交" in again.text
    page = browser.get(f"/tasks/{task_id}").text
    assert "情况不属实" in page
    assert "已办结" in page
    assert "登记拟办" in browser.get("/done").text


def test_after_a_return_texts_are_there_again_and_confirmations_are_not(signed_in, driver, hazard_id):
    """What was written is put right; to tick a checklist is to have looked again."""
    apply = bring_to(driver, hazard_id, "apply")
    assert "已载入上次提交的内容" not in signed_in("baocun").get(f"/tasks/{apply}").text
    driver.do(hazard_id, "apply")
    driver.do(hazard_id, "town_review", decision="apply", opinion="小结请写明资金使用情况。")
    page = html.fromstring(signed_in("baocun").get(f"/tasks/{task_id_of(driver, hazard_id, 'apply')}").text)
    assert page.xpath("string(//textarea[@name='summary'])").strip() == "整改完成并验收通过，申请销号。"
    assert len(page.xpath("//input[@name='checklist']")) == 5
    assert page.xpath("//input[@name='checklist'][@checked]") == []


def test_a_draft_is_there_again(signed_in, driver, hazard_id):
    task_id = task_id_of(driver, hazard_id, "register")
    signed_in("banshi1").submit(f"/tasks/{task_id}/draft", {"reason": "写到一半", "proposal": "reject"}, page=f"/tasks/{task_id}")
    assert "写到一半" in signed_in("banshi1").get(f"/tasks/{task_id}").text
    assert "写到一半" not in signed_in("banshi2").get(f"/tasks/{task_id}").text


def test_autosave_wants_no_page(signed_in, driver, hazard_id):
    task_id = task_id_of(driver, hazard_id, "register")
    browser = signed_in("banshi1")
    token = token_of(browser.get(f"/tasks/{task_id}").text)
    data = {"csrf_token": token, "reason": "自动"}
    assert browser.post(f"/tasks/{task_id}/draft", data=data, headers={"X-Autosave": "1"}).status_code == 204


def test_reporting_with_photos_kept_over_a_refusal(app, signed_in, driver):
    browser = signed_in("cunwei")
    token = token_of(browser.get("/hazards/new").text)
    data = {"csrf_token": token, "subject_on_file": "true", "description": "太短", "files-photos": picture()}
    refused = browser.post("/hazards/new", data=data)
    assert refused.status_code == 422
    assert "description" in faults_of(refused.text)
    kept = re.findall(r'name="kept-photos" value="([^"]+)"', refused.text)
    assert len(kept) == 1
    assert browser.get(f"/photos/kept/{kept[0]}").mimetype == "image/jpeg"
    assert signed_in("banshi1").get(f"/photos/kept/{kept[0]}").status_code == 404
    data = {
        "csrf_token": token,
        "subject_on_file": "true",
        "subject_id": subject(driver, FURNITURE),
        "description": "二层唯一安全出口上锁，楼梯间堆满半成品。",
        "immediate_danger": "false",
        "source": "SELF",
        "kept-photos": kept[0],
        "files-photos": picture("blue"),
    }
    answer = browser.post("/hazards/new", data=data)
    assert answer.status_code == 302, faults_of(answer.text)
    with driver.database.reading() as session:
        found = photos.of(session, hazards.get(session, int(answer.headers["Location"].rsplit("/", 1)[1])))
        shas = [use.sha256 for use, _ in found]
    assert len(shas) == 2
    assert browser.get(f"/photos/{shas[0]}").mimetype == "image/jpeg"
    assert signed_in("qizhan").get(f"/photos/{shas[0]}").status_code == 404  # another enterprise


def test_a_made_up_photo_reference_is_not_there(signed_in, driver):
    browser = signed_in("cunwei")
    token = token_of(browser.get("/hazards/new").text)
    refused = browser.post("/hazards/new", data={"csrf_token": token, "kept-photos": "a" * 64 + ".forged"})
    assert "kept-photos" not in refused.text
    assert "photos" in faults_of(refused.text)


def test_a_file_that_is_no_photo_is_refused_at_its_field(signed_in):
    browser = signed_in("cunwei")
    token = token_of(browser.get("/hazards/new").text)
    data = {"csrf_token": token, "files-photos": (io.BytesIO(b"<script>alert(1)</script>"), "x.jpg")}
    assert "x.jpg" in faults_of(browser.post("/hazards/new", data=data).text)["photos"]


def bring_to(driver, hazard_id, element):
    """Do whatever is open until the hazard waits at an element."""
    for _ in range(60):
        waiting = [task.element_id for task in driver.open_tasks(hazard_id) if not task.element_id.startswith("feedback")]
        if element in waiting:
            return task_id_of(driver, hazard_id, element)
        driver.do(hazard_id, waiting[0])
    raise AssertionError(f"never came to {element}")


def test_every_page_of_the_way_and_the_signature(signed_in, driver, hazard_id):
    """Each task's page is opened by who may do it (and so inspected); the signature asks for the password."""
    task_id = bring_to(driver, hazard_id, "sign")
    browser = signed_in("fuxianzhang")
    page = browser.get(f"/tasks/{task_id}").text
    assert 'type="password"' in page
    data = {"csrf_token": token_of(page), "decision": "sign", "opinion": "同意"}
    for wrong in ({}, {"password": ""}, {"password": "Wrong-2026"}):
        answer = browser.post(f"/tasks/{task_id}", data={**data, **wrong})
        assert answer.status_code == 422
        assert list(faults_of(answer.text)) == ["password"]
        assert "Wrong-2026" not in answer.text
    assert browser.post(f"/tasks/{task_id}", data={**data, "password": PASSWORD}).status_code == 302
    with driver.database.reading() as session:
        hazard = hazards.get(session, hazard_id)
        assert hazard.status == "CLOSED"
        assert PASSWORD not in str([each.data for each in tasks.submissions(session, hazard.ref)])


ELEMENTS = ("register", "confirm_registration", "issue_rectify", "issue_track", "ack_territory", "name_tracker", "ack_tracker", "plan",
            "rectify", "verify", "confirm_verification", "apply", "town_review", "tracker_opinion")  # fmt: skip
ROUND = frozenset(element for element, _, _ in cases.ROUND)


def test_every_form_is_a_good_page(app, driver, hazard_id, signed_in):
    """Open each task on the way to the signature as the person who will do it; the client inspects what it gets."""
    seen = set()
    for _ in range(60):
        waiting = [task for task in driver.open_tasks(hazard_id) if not task.element_id.startswith("feedback")]
        if any(task.element_id == "sign" for task in waiting):
            break
        task = waiting[0]
        with driver.database.reading() as session:
            person_id = driver._whoever_may(session, hazards.get(session, hazard_id), task)
            login = people.get(session, person_id).login
        page = signed_in(login).get(f"/tasks/{task.id}")
        assert page.status_code == 200, task.element_id
        if task.element_id in ROUND:
            assert ("multipart/form-data" in page.text) == (task.element_id in cases.IN_PARTS), task.element_id
        refused = signed_in(login).submit(f"/tasks/{task.id}", {})
        assert refused.status_code in (302, 422), task.element_id
        seen.add(task.element_id)
        if refused.status_code == 422:
            driver.do(hazard_id, task.element_id)
    assert seen >= set(ELEMENTS)


def test_a_duty_greys_the_task_and_says_why(signed_in, driver, hazard_id):
    """Domain 2.2, R∩V=∅: who bears the rectification may not verify. His page is greyed and says so; a colleague's is not."""
    task_id = bring_to(driver, hazard_id, "verify")
    with driver.database.transaction() as session:
        duties.take(session, hazards.get(session, hazard_id), "R", by=driver.person("zhifa1"))
    browser = signed_in("zhifa1")
    page = browser.get(f"/tasks/{task_id}").text
    assert "您不能办理这项任务" in page
    assert "<fieldset disabled>" in page
    assert "您不能办理" in browser.get("/").text
    assert browser.post(f"/tasks/{task_id}", data={"csrf_token": token_of(page)}).status_code == 403
    assert "您不能办理这项任务" not in signed_in("zhifa3").get(f"/tasks/{task_id}").text


def test_likely_duplicates_are_shown_while_reporting_and_registering(signed_in, driver, hazard_id):
    """Domain 3.3 ①: 重复→疑似合并提示（同主体＋同条款＋90 天）; each with a link, its number to be taken over."""
    for element in ("register", "confirm_registration"):
        driver.do(hazard_id, element)
    with driver.database.reading() as session:
        number = hazards.get(session, hazard_id).hazard_no
    again = found(driver, "cunwei", source="SELF")
    task_id = task_id_of(driver, again, "register")
    page = signed_in("banshi1").get(f"/tasks/{task_id}").text
    assert "疑似重复" in page
    assert f'href="/hazards/{hazard_id}"' in page
    assert f'<option value="{number}">' in page
    driver.do(again, "register", "banshi1", proposal="merge", dup_check="DUPLICATE", merge_into=number, reason="同一处。")
    deciding = task_id_of(driver, again, "confirm_registration")
    assert f'<option value="{number}">' in signed_in("zhuren").get(f"/tasks/{deciding}").text
    assert number in signed_in("cunwei").get(f"/hazards/new?subject_id={subject(driver, FURNITURE)}").text
    assert "疑似重复" not in signed_in("cunwei").get("/hazards/new").text
    assert "疑似重复" not in signed_in("cunwei2").get(f"/hazards/new?subject_id={subject(driver, FURNITURE)}").text  # not his village's


def test_who_is_alone_at_his_post_works_without_claiming(signed_in, driver, hazard_id):
    """He sees neither the word nor the button, until a colleague comes to the post."""
    task_id = bring_to(driver, hazard_id, "confirm_registration")
    browser = signed_in("zhuren")
    for address in ("/", f"/tasks/{task_id}"):
        assert "签领" not in page_of(browser, address), "both his posts are his alone"
    assert "由您办理" in browser.get("/?box=mine").text
    assert "没有符合条件的任务" in browser.get("/?box=posts").text
    appoint(driver, "shuji", "OFFICE_DIRECTOR", "乙镇")
    assert "待签领" in page_of(browser, "/")
    assert "没有符合条件的任务" in browser.get("/?box=mine").text
    assert "签领，由我办理" in browser.get(f"/tasks/{task_id}").text
    assert browser.submit(f"/tasks/{task_id}", {"decision": "accept"}).status_code == 302, "a claim is not asked for either"


def test_who_is_stood_in_for_is_not_alone(signed_in, driver, hazard_id):
    """Two may do the task, so each can say that he takes it."""
    task_id = bring_to(driver, hazard_id, "confirm_registration")
    with driver.database.transaction() as session:
        away, here = (people.get(session, driver.person(login)) for login in ("zhuren", "banshi2"))
        staffing.substitute(session, away, here, clock.today(), clock.today())
    browser = signed_in("zhuren")
    assert "待签领" in page_of(browser, "/")
    assert browser.submit(f"/tasks/{task_id}/claim", {}, page=f"/tasks/{task_id}").status_code == 302
    assert "退签" in page_of(browser, f"/tasks/{task_id}")


def page_of(browser, address):
    """What a page says, without the explanation that may be unfolded."""
    tree = html.fromstring(browser.get(address).text).xpath("//main")[0]
    for aside in tree.xpath("//*[contains(@class, 'help') or contains(@class, 'introduction')]"):
        aside.drop_tree()
    return tree.text_content()


@pytest.mark.parametrize(
    ("login", "doors"),
    [
        ("cunwei", ["隐患", "上报隐患", "谁办什么"]),
        ("changzhang", ["隐患", "上报隐患", "谁办什么"]),
        ("sheji", ["谁办什么", "流程设计"]),
        ("guanli", ["谁办什么", "管理"]),
        ("shenji", ["谁办什么", "审计"]),
    ],
)
def test_an_empty_inbox_says_where_to_go_instead(signed_in, login, doors):
    tree = html.fromstring(signed_in(login).get("/").text)
    assert [link.text for link in tree.xpath("//*[@class='empty']//a")] == doors
