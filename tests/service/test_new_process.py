"""全新的流程: begun in the browser, published by a second person, begun on the page of what it is about and done."""

import io

import pytest
from lxml import html

from tests import make
from tests.documents import pdf
from tests.scenarios import ways
from tests.service.inspector import faults_of
from tests.service.test_designer import content, hand_in, save, send
from tests.service.test_tasks import picture
from workflows import bulletins, campaigns, clock, dispatch, feedbacks, people, steps, subjects, vocabulary, weekly_reports
from workflows.engine import Subject, definitions, history, instances, tasks
from workflows.errors import Conflict

ANSWERS = {"name": "复查回访", "key": "revisit", "subject": "hazard", "begin": "发起回访", "first": "ENFORCER", "others": ["OFFICE_DIRECTOR"]}


@pytest.fixture
def designer(signed_in):
    """The process designer's browser."""
    return signed_in("sheji")


def test_a_new_process_is_published_by_two(designer, signed_in):
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


@pytest.mark.parametrize(
    ("field", "value", "word"),
    [
        ("key", "Revisit!", "小写字母"),
        ("key", "hazard_closed_loop", "已经有编号"),
        ("key", "close_hazard", "系统步骤"),
        ("name", "", "流程名称"),
        ("first", "SYS_ADMIN", "选项"),
        ("subject", "town", "选项"),
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


def test_a_post_that_has_nothing_to_do_with_it_is_no_choice(designer):
    """An enterprise fills in no return; the officials of a village conduct no inquiry."""
    for field, about, role in (("first", "return", "ENT_HEAD"), ("others", "inquiry", "VILLAGE")):
        value = role if field == "first" else [role]
        refused = designer.submit("/designer/new", {**ANSWERS, "subject": about, "first": "GROUP_HEAD", field: value})
        assert refused.status_code == 422
        assert vocabulary.SUBJECTS[about] in faults_of(refused.text)[field]


# ---- about each kind of thing ------------------------------------------------------------------------------------------

WHO = {  # who begins it, at which post, and in whose lane the second task lies
    "hazard": ("zhanzhang", "STATION_HEAD", "GROUP_HEAD"),
    "bulletin": ("banshi1", "OFFICE_STAFF", "GROUP_HEAD"),
    "return": ("cunwei", "VILLAGE", "GROUP_HEAD"),
    "weekly_report": ("xianban", "COUNTY_OFFICE", "OFFICE_DIRECTOR"),
    "urge": ("banshi1", "OFFICE_STAFF", "ENT_HEAD"),
    "inquiry": ("shuji", "GROUP_HEAD", "TOWN_DISCIPLINE"),
    "unit": ("banshi1", "OFFICE_STAFF", "ENT_HEAD"),
}
DOES = {"GROUP_HEAD": "shuji", "OFFICE_DIRECTOR": "zhuren", "ENT_HEAD": "changzhang", "TOWN_DISCIPLINE": "cunwei2"}
PAGE = {
    "hazard": "/hazards/{}",
    "bulletin": "/bulletins/{}",
    "return": "/dispatch/returns/{}",
    "weekly_report": "/thursdays/reports/{}",
    "urge": "/urges/{}",
    "inquiry": "/inquiries/{}",
    "unit": "/enterprises/{}",
}


def thing(driver, about):
    """One of a kind, in the town of the tests."""
    hazard = ways.bring(driver, ways.found(driver), "rectify") if about in ("hazard", "urge", "inquiry", "weekly_report") else 0
    month = (clock.today().replace(day=1) - clock.DAY).replace(day=25)
    with driver.database.transaction() as session:
        at = {name: people.find_unit_named(session, name) for name in ("乙镇", "丙村", "乙镇木家具厂")}
        ids = {
            "hazard": lambda: hazard,
            "bulletin": lambda: bulletins.open_month(session, steps.RULES, at["乙镇"], bulletins.due_month(session)).id,
            "return": lambda: dispatch.open_return(session, steps.RULES, at["丙村"], campaigns.current(session, month).code, month).id,
            "weekly_report": lambda: weekly_reports.collect(session, at["乙镇"], feedbacks.week_after(clock.today())).id,
            "urge": lambda: make.urge(session, hazard),
            "inquiry": lambda: make.inquiry(session, hazard),
            "unit": lambda: at["乙镇木家具厂"].id,
        }
        return Subject(about, ids[about]())


def with_a_second_task(xml, key, role):
    """The blank diagram with one more task, addressed by nothing but its lane."""
    lane, flow = f'name="{people.role_name(role)}"/>', f'targetRef="{key}_end"/>'
    assert (xml.count(lane), xml.count(flow)) == (1, 1)
    xml = xml.replace(lane, lane.replace("/>", f"><bpmn:flowNodeRef>{key}_second</bpmn:flowNodeRef></bpmn:lane>"))
    drawn = f'<bpmn:userTask id="{key}_second" name="回复"/><bpmn:sequenceFlow id="{key}_on" sourceRef="{key}_second" {flow}'
    return xml.replace(flow, f'targetRef="{key}_second"/>{drawn}')


@pytest.mark.parametrize("about", subjects.KINDS)
def test_a_process_of_two_tasks_runs_about_each_kind_of_thing(designer, signed_in, driver, about):
    """Drawn, published, begun on the page of the thing by whose it is and offered to nobody else, done by whose lane it is."""
    (login, first, second), key = WHO[about], f"talk_{about}"
    answers = {**ANSWERS, "key": key, "subject": about, "first": first, "others": [second]}
    room = designer.submit("/designer/new", answers).location
    draft_id = int(room.rsplit("/", 1)[1])
    assert save(designer, draft_id, with_a_second_task(content(designer, draft_id)["xml"], key, second)).status_code == 200
    if about == "unit":  # the others are begun on with what is delivered about them
        assert designer.submit(f"{room}/rehearsal", {"at": ""}, page=f"{room}/review").status_code == 302
    assert hand_in(designer, draft_id).status_code == 302
    assert signed_in("fabu").submit(f"{room}/approve", {}, page="/designer").status_code == 302

    subject = thing(driver, about)
    if about == "inquiry":
        ways.appoint(driver, "cunwei2", "TOWN_DISCIPLINE", "乙镇")
    page, address, browser = PAGE[about].format(subject.id), f"/matters/{about}/{subject.id}/{key}", signed_in(login)
    assert address in browser.get(page).text
    assert address not in signed_in(DOES[second]).get(page).text
    assert browser.submit(address, {"reason": ""}).status_code == 422
    assert browser.submit(address, {"reason": "请到镇里来谈。"}).location == page
    assert "正在办理：复查回访" in browser.get(page).text
    with driver.database.reading() as session:
        task = next(each for each in tasks.open_of(session, subject) if each.name == "回复")
    assert (task.blocked, signed_in(DOES[second]).submit(f"/tasks/{task.id}", {}).status_code) == ("", 302)
    with driver.database.reading() as session:
        instance = instances.find(session, subject, key)
        assert (instance.ended_how, history.verify(session, subject)) == ("completed", [])


@pytest.mark.parametrize("about", ["hazard", "unit"])
def test_what_a_new_process_brings_with_it_is_there_to_see(designer, signed_in, driver, about):
    """Photos and papers of forms that no step of ours knows: on the page of the thing, for whoever may see that."""
    (login, first, _), key = WHO[about], f"seen_{about}"
    room = designer.submit("/designer/new", {**ANSWERS, "key": key, "subject": about, "first": first, "others": []}).location
    draft_id = int(room.rsplit("/", 1)[1])
    form = {**content(designer, draft_id)["forms"][f"{key}_first"]}
    form["properties"] = {**form["properties"], "scene": of_files("photos", "现场照片"), "minutes": of_files("papers", "约谈记录")}
    assert save(designer, draft_id, content(designer, draft_id)["xml"], forms={f"{key}_first": form}).status_code == 200
    assert hand_in(designer, draft_id).status_code == 302
    assert signed_in("fabu").submit(f"{room}/approve", {}, page="/designer").status_code == 302
    subject, browser = thing(driver, about), signed_in(login)
    page = PAGE[about].format(subject.id)
    given = {"reason": "请到镇里来谈。", "files-scene": picture(), "papers-minutes": (io.BytesIO(pdf()), "记录.pdf")}
    assert browser.submit(f"/matters/{about}/{subject.id}/{key}", given).location == page
    (last,) = html.fromstring(browser.get(page).text).xpath("(//dl[@class='told'])[last()]")
    found = [*last.xpath(".//img/@src"), *last.xpath(".//a[contains(., '记录.pdf')]/@href")]
    assert [browser.get(address).status_code for address in found] == [200, 200]
    assert [signed_in("cunwei2").get(address).status_code for address in found] == [404, 404]


def of_files(widget, title):
    return {"title": title, "type": "array", "items": {"type": "string"}, "x-widget": widget}


def _has_no_answer(function):
    try:
        function()
    except Conflict:
        return True
    return False


def test_what_has_no_answer_at_first_is_told_to_need_a_step(town):
    """Else a process that asks for it would be published, and refuse to begin."""
    known = vocabulary.known()
    with town.transaction() as session:
        answers = instances.functions(session, steps.RULES, make.hazard(session, "REPORTED"))
        of_hazards = [name for name in answers if "hazard" in known.only.get(("function", name), {"hazard"})]
        assert {name for name in of_hazards if _has_no_answer(answers[name])} == known.needs.keys()
    assert set(known.needs.values()) <= steps.STEPS.keys()
