"""流程设计: who may draw, hand in and decide; what the room is told; what is refused and recorded."""

import re

import pytest

from tests.service.inspector import token_of
from workflows import clock, people, staffing, vocabulary
from workflows.engine import Subject, definitions, history

KEY = "hazard_closed_loop"
JSON = {"Accept": "application/json"}


@pytest.fixture
def designer(signed_in):
    """The process designer's browser."""
    return signed_in("sheji")


@pytest.fixture
def draft_id(designer):
    """A draft that began as the newest version."""
    begun = designer.submit("/designer", {"key": KEY, "version": 1})
    return int(begun.location.rsplit("/", 1)[1])


@pytest.fixture
def other_designer(town, signed_in):
    """A second designer."""
    with town.transaction() as session:
        county = people.units(session, "COUNTY")[0]
        person = staffing.add_person(session, "流程设计员乙", "sheji2", "Bihuan-2026")
        staffing.appoint(session, person, "PROC_DESIGNER", county, clock.today())
    return signed_in("sheji2")


def content(browser, draft_id):
    return browser.get(f"/designer/{draft_id}/content.json").json


def send(browser, address, body, page="/designer"):
    headers = {**JSON, "X-CSRFToken": token_of(browser.get(page).text)}
    return browser.post(address, json=body, headers=headers)


def save(browser, draft_id, xml=None, **changed):
    now = content(browser, draft_id)
    changed = {"xml": xml or now["xml"].replace('name="县签字"', 'name="县领导签字"'), **changed}
    return send(browser, f"/designer/{draft_id}/save", {**now, **changed})


def hand_in(browser, draft_id):
    return browser.submit(f"/designer/{draft_id}/hand-in", {}, page="/designer")


def refusals(town):
    with town.reading() as session:
        return [line.body["path"] for line in history.search(session, kind="refused").rows]


def test_a_draft_is_drawn_handed_in_and_published(designer, signed_in, town, draft_id):
    page = designer.get(f"/designer/{draft_id}")
    assert "style-src-attr 'unsafe-inline'" in page.headers["Content-Security-Policy"]
    assert save(designer, draft_id, note="签字改叫县领导签字").json == {"revision": 2}
    assert hand_in(designer, draft_id).location.endswith("/review")
    publisher = signed_in("fabu")
    assert "待发布审批" in publisher.get("/designer").text
    review = publisher.get(f"/designer/{draft_id}/review").text
    for said in ("签字改叫县领导签字", "县领导签字", "检查没有发现问题", "已证明", "办理中的案件：没有", "批准发布"):
        assert said in review
    done = publisher.submit(f"/designer/{draft_id}/approve", {}, page="/designer")
    assert done.location == f"/definitions/{KEY}/2"
    assert "流程设计员 设计，流程发布审批人" in designer.get(done.location).text
    assert "县领导签字" in publisher.get(f"/designer/{draft_id}/review").text  # against the version it began as
    with town.reading() as session:
        made = definitions.get(session, KEY)
        assert (made.version, "县领导签字" in made.xml) == (2, True)
        line = history.lines(session, Subject("definition", made.id))[-1]
        assert (line.kind, line.by) == ("deployed", made.deployed_by)
        assert history.verify(session) == []


def test_what_changed_is_told_in_words(designer, draft_id):
    now = content(designer, draft_id)
    xml = now["xml"].replace('name="due" value="hazard.register_due"', 'name="due" value="3wd"', 1)
    xml = xml.replace('name="form" value="register"', 'name="form" value="sign"', 1).replace("OFFICE_STAFF", "TIP_OFFICER", 1)
    sign = {**now["forms"]["sign"], "x-again": True}
    decision = {**sign["properties"]["decision"], "description": "请核对。"}
    sign = {**sign, "properties": {**sign["properties"], "decision": decision}}
    save(designer, draft_id, xml, forms={**now["forms"], "sign": sign})
    page = designer.get(f"/designer/{draft_id}/review").text
    for said in ("3 个工作日", "县签字", "举报受理员", "领导组办公室工作人员", "退回后带出上次内容", "请核对。", "登记时限"):
        assert said in page, said
    assert 'data-label="什么"><span>期限' in page


def test_only_the_room_allows_style_attributes(designer, draft_id):
    assert "style-src-attr" not in designer.get(f"/designer/{draft_id}/review").headers["Content-Security-Policy"]


def test_a_return_needs_a_reason_and_gives_the_draft_back(designer, signed_in, draft_id):
    save(designer, draft_id)
    hand_in(designer, draft_id)
    publisher = signed_in("fabu")
    empty = publisher.submit(f"/designer/{draft_id}/return", {"reason": " "}, page="/designer")
    assert (empty.status_code, "请写明原因" in empty.text) == (422, True)
    publisher.submit(f"/designer/{draft_id}/return", {"reason": "名称不规范"}, page="/designer")
    assert "退回原因：名称不规范" in designer.get("/designer").text
    assert "名称不规范" in designer.get(f"/designer/{draft_id}").text


def test_publishing_ones_own_by_address_is_refused_and_recorded(designer, signed_in, town, draft_id):
    """Nobody holds both posts on one day; but a designer may have become a publisher since he handed in."""
    save(designer, draft_id)
    hand_in(designer, draft_id)
    with town.transaction() as session:
        person = people.find_by_login(session, "sheji")
        held = session.query(people.Appointment).filter_by(person_id=person.id).one()
        staffing.end_appointment(session, held, clock.today() - clock.DAY, "转岗", by=person.id)
        staffing.appoint(session, person, "PROC_PUBLISHER", people.get_unit(session, held.unit_id), clock.today())
    address = f"/designer/{draft_id}/approve"
    publisher = signed_in("sheji")
    refused = publisher.submit(address, {}, page="/designer")
    assert (refused.status_code, "职责分离" in refused.text) == (403, True)
    assert "批准发布" not in publisher.get(f"/designer/{draft_id}/review").text
    assert refusals(town) == [address]


@pytest.mark.parametrize("login", ["banshi1", "guanli", "fabu"])
def test_who_is_no_designer_draws_nothing(signed_in, town, draft_id, login):
    browser = signed_in(login)
    for address in (f"/designer/{draft_id}", f"/designer/{draft_id}/content.json", "/designer/words.json"):
        assert browser.get(address).status_code == 403
    token = {"csrf_token": token_of(browser.get("/").text)}
    assert browser.post(f"/designer/{draft_id}/hand-in", data=token).status_code == 403
    assert browser.post("/designer", data={**token, "key": KEY}).status_code == 403
    assert len(refusals(town)) == 5


def test_who_is_no_publisher_decides_nothing(designer, town, draft_id):
    save(designer, draft_id)
    hand_in(designer, draft_id)
    for verb in ("approve", "return"):
        assert designer.submit(f"/designer/{draft_id}/{verb}", {"reason": "x"}, page="/designer").status_code == 403
    assert len(refusals(town)) == 2


def test_a_second_designer_looks_but_does_not_overwrite(designer, other_designer, town, draft_id):
    assert other_designer.get(f"/designer/{draft_id}").location == f"/designer/{draft_id}/review"
    assert "您只能查看" in other_designer.get(f"/designer/{draft_id}/review").text
    refused = save(other_designer, draft_id)
    assert (refused.status_code, "只能查看" in refused.json["message"]) == (403, True)
    assert refusals(town) == [f"/designer/{draft_id}/save"]
    other_designer.submit(f"/designer/{draft_id}/take-over", {}, page=f"/designer/{draft_id}/review")
    assert save(other_designer, draft_id).status_code == 200
    assert save(designer, draft_id).status_code == 403


def test_the_fields_of_a_form_keep_their_order(designer, town, draft_id):
    with town.reading() as session:
        kept = definitions.get(session, KEY).forms
    save(designer, draft_id)
    forms = content(designer, draft_id)["forms"]
    assert {key: list(form["properties"]) for key, form in forms.items()} == {key: list(form["properties"]) for key, form in kept.items()}


def test_a_stale_window_gets_a_sentence(designer, draft_id):
    stale = content(designer, draft_id)
    save(designer, draft_id)
    refused = send(designer, f"/designer/{draft_id}/save", stale)
    assert (refused.status_code, "另一个窗口" in refused.json["message"]) == (409, True)


HOSTILE = {"no xml": "没有图", "doctype": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "other": "<a/>", "large": "x" * 2_000_001}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_a_finding_and_the_draft_stays(designer, draft_id, name):
    before = content(designer, draft_id)
    body = {"key": KEY, "xml": HOSTILE[name], "forms": before["forms"]}
    found = send(designer, "/designer/findings", body).json["findings"]
    assert [each["rule"] for each in found if not each["element_id"].startswith("form:")] == ["file-unreadable"]
    assert save(designer, draft_id, HOSTILE[name]).status_code == 422
    assert content(designer, draft_id) == before


HALF = "\ud800"  # of a sign


@pytest.mark.parametrize(
    "body",
    [None, [], {"xml": "<a/>"}, {"xml": 7, "forms": []}, {"revision": "x"}, {"xml": HALF, "forms": {}}, {"forms": {"f": {"title": HALF}}}],
)
def test_what_is_no_draft_is_refused_with_a_sentence(designer, draft_id, body):
    for address in (f"/designer/{draft_id}/save", "/designer/findings", "/designer/preview"):
        refused = send(designer, address, body)
        assert (refused.status_code, refused.json["message"][-1]) == (422, "。")


def test_findings_name_the_element(designer, draft_id):
    now = content(designer, draft_id)
    now["key"] = KEY
    body = {**now, "xml": now["xml"].replace('name="form" value="sign"', 'name="form" value="nothing"')}
    assert [(each["rule"], each["element_id"]) for each in send(designer, "/designer/findings", body).json["findings"]] == [
        ("form-unknown", "sign")
    ]
    whole = send(designer, "/designer/findings", now).json
    assert (whole["findings"], whole["proof"]["verdict"]) == ([], "proven")


def test_what_changes_is_told_in_words(designer, draft_id):
    """Conditions as the room tells them, and arrows without a name by their ends: a publisher reads no codes."""
    now = content(designer, draft_id)["xml"]
    changed = now.replace("result() == 'PASS'", "not one_person()").replace("decision == 'accept'", "decision == 'merge'")
    changed = changed.replace("agree == 'no'", "agree != 'yes' and not reopened()").replace(">member_count<", ">2<")
    changed = changed.replace('id="rectify__m_verify"', 'id="Flow_0yjfla5"').replace(">rectify__m_verify<", ">Flow_0yjfla5<")
    save(designer, draft_id, changed.replace('bpmnElement="rectify__m_verify"', 'bpmnElement="Flow_0yjfla5"'))
    page = designer.get(f"/designer/{draft_id}/review").text
    for told in (
        "“本轮验收结论”是“合格”",
        "“属地和行业由同一人负责”是“否”",
        "从“整改实施”到“整改实施”后面的排他网关",
        "“主任核定：核定结果”是“属重大，编号建账”",  # the same code, with another name in each form that feeds an arrow
        "“主任核定：核定结果”是“重复，并入已有编号”",
        "“属地签收：签收意见”是“签收”",
        "“成员确认：是否同意验收结论”是“不同意”",
        "“成员确认：是否同意验收结论”不是“同意”，而且“销号后重新打开”是“否”",
        "验收成员数",
    ):
        assert told in page, told
    assert not re.search(r"decision|result\(\)|agree|member_count", re.sub(r"<script.*?</script>", "", page, flags=re.S))


def test_a_condition_is_told_by_the_forms_of_its_own_version(designer, draft_id):
    """A field that is called otherwise from now on was called so before; its arrow's condition stood in those words."""
    now = content(designer, draft_id)
    form = now["forms"]["confirm_registration"]
    renamed = {**form["properties"]["decision"], "title": "主任意见"}
    forms = {**now["forms"], "confirm_registration": {**form, "properties": {**form["properties"], "decision": renamed}}}
    save(designer, draft_id, now["xml"].replace("decision == 'merge'", "decision == 'reject' or decision == 'merge'"), forms=forms)
    page = designer.get(f"/designer/{draft_id}/review").text
    assert "“主任核定：核定结果”是“重复" in page
    assert "“主任核定：主任意见”是“线索不属实" in page


def test_a_counter_example_is_told_step_by_step(designer, draft_id):
    """From the rectification straight to 验收通过: the loop is open."""
    now = content(designer, draft_id)
    bent = now["xml"].replace('sourceRef="rectify" targetRef="m_verify"', 'sourceRef="rectify" targetRef="sv_passed"')
    proof = send(designer, "/designer/findings", {**now, "key": KEY, "xml": bent}).json["proof"]
    assert proof["verdict"] == "refuted"
    fault = next(each for each in proof["faults"] if "没有现场验收" in each["message"])
    assert fault["example"][0]["element_id"] == "start_hazard"
    assert fault["example"][-1]["element_id"] == "rectify"
    save(designer, draft_id, bent)
    assert hand_in(designer, draft_id).status_code == 422


def test_another_process_is_no_next_version(designer, draft_id):
    now = content(designer, draft_id)
    other = {**now, "key": KEY, "xml": now["xml"].replace(KEY, "something_else")}
    assert "key-changed" in {each["rule"] for each in send(designer, "/designer/findings", other).json["findings"]}


def test_a_broken_draft_is_not_handed_in(designer, draft_id):
    save(designer, draft_id, content(designer, draft_id)["xml"].replace('value="sign"', 'value="nothing"'))
    refused = hand_in(designer, draft_id)
    assert refused.status_code == 422
    assert "处错误，不能发布" in refused.text


def test_a_form_is_shown_by_the_macros_of_the_task_page(designer):
    field = {
        "title": "是否同意",
        "type": "string",
        "oneOf": [{"const": "yes", "title": "同意<b>"}, {"const": "no", "title": "不同意"}],
    }
    shown = send(
        designer, "/designer/preview", {"form": {"title": "测试", "type": "object", "properties": {"agree": field}}}
    ).json
    assert 'name="agree" value="yes"' in shown["html"]
    assert "同意&lt;b&gt;" in shown["html"]


def test_a_form_that_would_hang_the_server_is_not_shown(designer):
    field = {"title": "编号", "type": "string", "pattern": "(a+)+$"}
    shown = send(designer, "/designer/preview", {"form": {"title": "测试", "type": "object", "properties": {"a": field}}}).json
    assert "无响应" in shown["faults"][0]
    many = {f"a{number}": {"title": "项", "type": "string"} for number in range(1000)}
    assert "超过上限" in send(designer, "/designer/preview", {"form": {"title": "测试", "properties": many}}).json["faults"][0]


def test_the_words_are_those_of_the_checks(designer):
    words, known = designer.get("/designer/words.json").json, vocabulary.known()
    codes = {name: {word["code"] for word in listed} for name, listed in words.items()}
    assert codes["units"] == known.units
    assert codes["persons"] == known.persons
    assert codes["dues"] <= known.dues
    assert codes["duties"] == known.duties
    assert codes["verbs"] == known.task_steps
    assert codes["steps"] == set(known.service_steps)
    assert codes["functions"] | codes["moments"] == known.functions
    assert codes["options"] == known.options
    assert [word for word, kinds in known.only.items() if not kinds] == []  # each is for something


def test_every_word_has_a_chinese_name(designer):
    words = designer.get("/designer/words.json").json
    assert [word["code"] for listed in words.values() for word in listed if word["name"].isascii()] == []


def test_an_older_version_goes_back_by_two_persons(designer, signed_in, town, draft_id):
    save(designer, draft_id)
    hand_in(designer, draft_id)
    signed_in("fabu").submit(f"/designer/{draft_id}/approve", {}, page="/designer")
    back = designer.submit("/designer", {"key": KEY, "version": 1}).location
    hand_in(designer, int(back.rsplit("/", 1)[1]))
    review = signed_in("fabu").get(f"{back}/review").text
    assert "草稿以第 1 版为底稿，现行的是第 2 版" in review
    assert signed_in("fabu").submit(f"{back}/approve", {}, page="/designer").location == f"/definitions/{KEY}/3"
    with town.reading() as session:
        assert definitions.get(session, KEY, 3).sha256 == definitions.get(session, KEY, 1).sha256


def test_a_discarded_draft_leaves_the_list(designer, draft_id):
    designer.submit(f"/designer/{draft_id}/discard", {}, page="/designer")
    assert "没有编辑中的草稿" in designer.get("/designer").text
    assert "已作废" in designer.get(f"/designer/{draft_id}/review").text
    assert save(designer, draft_id).status_code == 409
