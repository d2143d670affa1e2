"""谁办什么, the first-day panel of the inbox, and the help above the pages."""

import pytest
from lxml import html

from service import demo, outlines
from service.demo.town import UNITS
from service.setup import SHIPPED
from workflows import clock, people, staffing
from workflows.engine import definitions

FIRST_DAY = "第一天，从这里开始"


@pytest.fixture(scope="module")
def loop():
    """The stages of the shipped loop, by name."""
    return {stage.name: stage for stage in outlines.outline((SHIPPED / "hazard_loop.bpmn").read_text(encoding="utf-8"))}


def station(loop, name):
    return next(each for stage in loop.values() for each in stage.stations if each.name == name)


# ---- the outline ---------------------------------------------------------------------------------------------------------


def test_the_stages_come_in_the_order_of_the_work(loop):
    """Domain 3.1: registration, two handovers, rectification and verification, closure, disclosure."""
    names = [name for name in loop if name not in ("周四反馈", "提醒")]
    assert names == ["发现上报至主任核定", "移交一：整改治理", "移交二：跟踪管理", "整改与验收", "销号", "公开拟稿至退补"]


def test_every_task_stands_in_it_once(loop):
    text = (SHIPPED / "hazard_loop.bpmn").read_text(encoding="utf-8")
    ids = [each.id for stage in loop.values() for each in stage.stations]
    assert len(ids) == len(set(ids)) == text.count("<bpmn:userTask ")


def test_each_answer_leads_where_its_arrow_goes(loop):
    ways = {way.label: (way.targets, way.is_back) for way in station(loop, "县签字").ways}
    assert ways == {
        "同意销号": (("公开拟稿",), False),
        "退回镇审核": (("镇审核",), True),
        "退回整改": (("整改实施",), True),
        "退回验收": (("验收",), True),
    }


def test_what_both_must_have_done_is_said(loop):
    labels = [way.label for way in station(loop, "成员确认").ways]
    assert "均同意，合格，跟踪已落实且验收通过" in labels


def test_a_missed_term_is_a_way_too(loop):
    assert {way.label: way.targets for way in station(loop, "指定跟踪人").ways}["逾期未指定"] == ("县办指定跟踪人",)
    assert not any(way.is_back for way in station(loop, "县办指定跟踪人").ways)


# ---- the page ------------------------------------------------------------------------------------------------------------


def test_it_says_who_does_what_until_when_and_what_follows(signed_in):
    page = html.fromstring(signed_in("zhuren").get("/guide").text)
    row = next(each for each in page.xpath("//tr[td]") if each.xpath("string(td[1])").startswith("镇审核"))
    who, due, ways = (" ".join(each.text_content().split()) for each in row.xpath("td")[1:])
    assert (who, due) == ("领导组副组长所在镇", "镇审核时限：3 个工作日")
    assert "退回整改：回到整改实施" in ways
    assert "您的岗位" in row.text_content()


def test_another_process_has_its_own_tab(signed_in, town):
    with town.reading() as session:
        keys = {each.key: each.name for each in definitions.latest(session)}
    other = next(key for key in keys if key != "hazard_closed_loop")
    text = signed_in("changzhang").get(f"/guide/{other}").text
    assert f"谁办什么：{keys[other]}" in text


def test_a_diagram_that_is_not_there_is_not_found(signed_in):
    assert signed_in("zhuren").get("/guide/nothing").status_code == 404


# ---- the first day -------------------------------------------------------------------------------------------------------


def test_the_first_day_tells_what_the_posts_do(signed_in):
    text = signed_in("zhuren").get("/").text
    assert FIRST_DAY in text
    assert "<strong>领导组办公室主任</strong>：发现上报、主任核定、移交一签发" in text


@pytest.mark.parametrize(
    ("role", "at", "said"),
    [
        ("POLICE_STATION", "station", "参加联合排查：发现隐患的在“上报隐患”里上报"),
        ("TOWN_DISCIPLINE", "town", "一案三查（查企业负责人、查分管领导、查包村干部、形成结论）。"),
        ("EXPERT", "county", "意见当面交给验收人"),
        ("COUNTY_OFFICE", "county", "县办指定跟踪人；另有变更跟踪人、督促升级、挂牌督办"),
    ],
)
def test_a_post_that_waits_is_told_what_it_is_there_for(signed_in, town, role, at, said):
    """On the first day, and afterwards as long as nothing waits for it (domain 2.1)."""
    with town.transaction() as session:
        person = staffing.add_person(session, "新到岗的", "xindao", demo.PASSWORD, is_public=True)
        staffing.appoint(session, person, role, people.find_unit_named(session, UNITS[at][1]), clock.today())
    browser = signed_in("xindao")
    assert said in browser.get("/").text
    browser.submit("/guide/introduction", {}, page="/")
    text = browser.get("/").text
    assert FIRST_DAY not in text and said in text


@pytest.mark.parametrize(
    ("login", "step"),
    [
        ("sheji", "新建草稿"),
        ("guanli", "录入下一年度的放假安排"),
        ("anquan", "按任命文件任命岗位"),
        ("shenji", "导出每日锚点"),
        ("fuxianzhang", "按表填写"),
        ("changzhang", "按表填写"),
    ],
)
def test_everybody_is_told_where_to_begin(signed_in, login, step):
    text = signed_in(login).get("/").text
    assert FIRST_DAY in text
    assert step in text
    assert ("不办理具体隐患" in text) == (login in ("sheji", "guanli", "anquan", "shenji"))


def test_who_has_no_post_yet_is_told_whom_to_ask(signed_in, town):
    """Nothing of the audit or of anybody else's work: he cannot do it."""
    with town.transaction() as session:
        staffing.add_person(session, "新来的", "xinlai", demo.PASSWORD, is_public=True)
    text = signed_in("xinlai").get("/").text
    assert text.count("请联系县安全管理员") == 3
    assert "审计" not in text


def test_put_away_it_does_not_come_again_for_him(signed_in, town):
    browser = signed_in("zhuren")
    assert browser.submit("/guide/introduction", {}, page="/").status_code == 302
    assert FIRST_DAY not in browser.get("/").text
    assert FIRST_DAY not in signed_in("zhuren").get("/").text
    assert FIRST_DAY in signed_in("banshi1").get("/").text
    with town.reading() as session:
        first = people.find_by_login(session, "zhuren").introduced_at
    assert browser.submit("/guide/introduction", {}, page="/").status_code == 302  # a second click changes nothing
    with town.reading() as session:
        assert people.find_by_login(session, "zhuren").introduced_at == first


def test_a_narrowed_inbox_is_not_pushed_down_by_it(signed_in):
    assert FIRST_DAY not in signed_in("zhuren").get("/?due=late").text


# ---- help ----------------------------------------------------------------------------------------------------------------


def test_every_page_says_how_it_is_used(app):
    """Each page one reads has its text, and no text is without its page; forms of one field or two explain themselves."""
    texts = app.jinja_env.get_template("help.html").module.TEXTS
    reads = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in rule.methods}
    assert set(texts) - reads == set()
    files = {"download", "sheet", "return_sheet", "xml", "content", "words", "kept", "roster_template", "template", "export_anchors"}
    files |= {"healthz", "metrics", "sign_in"}
    changes = ("new_", "change_", "end_", "rename_", "resume_", "enter_", "issue_", "activate", "deactivate")
    pages = {each for each in reads if not each.startswith(("photos.", "papers.")) and each != "static"}
    shown = {each for each in pages if (name := each.partition(".")[2]) not in files and not name.startswith(changes)}
    assert shown - set(texts) == set()


def test_help_is_folded_and_there(signed_in):
    page = html.fromstring(signed_in("zhuren").get("/hazards").text)
    (folded,) = page.xpath("//details[@class='help']")
    assert folded.get("open") is None
    assert "职责范围" in folded.text_content()
