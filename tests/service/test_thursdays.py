"""周四反馈表: one sheet, one submission, and who owes what (domain 3.3 ⑦, M011)."""

import pytest
from lxml import html

from service import setup
from service.demo import PASSWORD
from tests.scenarios.test_voidings import void
from tests.scenarios.ways import FURNITURE, GAS, bring, feed_back, found, state
from tests.service.inspector import faults_of
from workflows import daily, feedbacks, hazards, thursdays, vocabulary
from workflows.engine import Subject, definitions, tasks

TOLD = {"situation": "已到现场督促，门锁已拆除。", "progress_pct": "60", "next_step": "下周增设应急照明。"}


@pytest.fixture
def two(driver, clock_at):
    """Two hazards under rectification, handed over on Monday 2026-03-02; on the Tuesday their first week is open."""
    clock_at("2026-03-02 09:00")
    due = {"issue_rectify": {"due_date": "2026-06-30"}}
    made = [bring(driver, found(driver, at=at), "rectify", **due) for at in (FURNITURE, GAS)]
    clock_at("2026-03-03 09:00")
    driver.sweep()
    return made


def sheet(browser, week=""):
    """The ids of the lines of the sheet."""
    return html.fromstring(browser.get(f"/thursdays?week={week}").text).xpath("//input[@name='line']/@value")


def typed(lines, **change):
    """What one types into these lines; `change` for the last of them."""
    answers = {f"{line}-{key}": value for line in lines for key, value in TOLD.items()}
    return {"line": lines, **answers, **{f"{lines[-1]}-{key}": value for key, value in change.items()}}


def reports(driver, hazard):
    with driver.database.reading() as session:
        return [(row.part, row.week_on.isoformat(), row.is_late) for row in feedbacks.of(session, hazards.get(session, hazard))]


def test_one_submission_completes_every_line(signed_in, driver, two):
    """每人每周一张表，一件一行，一次提交; territory and industry are one person here, so a line stands for both parts."""
    browser = signed_in("baocun")
    assert "打开周四反馈表" in browser.get("/").text
    lines = sheet(browser)
    assert len(lines) == 2
    answer = browser.submit("/thursdays", typed(lines))
    assert answer.status_code == 302
    for hazard in two:
        assert reports(driver, hazard) == [("TERRITORY", "2026-03-05", False), ("SECTOR", "2026-03-05", False)]
    page = browser.get("/thursdays").text
    assert "目前没有要报的周四反馈" in page
    assert "共 2 件" in page


def test_one_faulty_line_keeps_all_of_them_and_what_was_typed(signed_in, driver, two):
    """All or nothing; 422 with each fault at its line."""
    browser = signed_in("baocun")
    lines = sheet(browser)
    answer = browser.submit("/thursdays", typed(lines, situation="", progress_pct="七成"))
    assert answer.status_code == 422
    assert set(faults_of(answer.text)) == {f"{lines[-1]}-situation", f"{lines[-1]}-progress_pct"}
    assert answer.text.count(TOLD["next_step"]) == 2
    assert "七成" in answer.text
    assert [reports(driver, hazard) for hazard in two] == [[], []]


def test_a_line_that_is_gone_is_named_and_the_rest_stays(signed_in, driver, two):
    """A colleague, or oneself in another window, was faster: nothing is handed in twice, nothing typed is lost."""
    browser = signed_in("baocun")
    lines = sheet(browser)
    driver.do(two[0], "feedback_territory")
    answer = browser.submit("/thursdays", typed(lines))
    assert answer.status_code == 422
    assert "已经办结，没有重复提交" in answer.text
    assert answer.text.count(TOLD["next_step"]) == 1
    assert reports(driver, two[1]) == []
    assert browser.submit("/thursdays", typed(sheet(browser))).status_code == 302


def test_lines_are_kept_as_a_draft(signed_in, driver, two):
    """暂存: unchecked, there again; the script's own way wants no page."""
    browser = signed_in("baocun")
    lines = sheet(browser)
    assert browser.submit("/thursdays/draft", typed(lines, situation=""), page="/thursdays").status_code == 302
    assert browser.get("/thursdays").text.count(TOLD["next_step"]) == 2
    assert reports(driver, two[0]) == []


def redesigned(driver, clock_at, change):
    """A hazard of a loop whose weekly report a designer has changed, on the Tuesday of its first week."""
    file = setup.SHIPPED / "hazard_loop.bpmn"
    asked = setup.forms_beside(file)
    change(asked["feedback"])
    with driver.database.transaction() as session:
        definitions.deploy(session, vocabulary.known(asked), file.read_bytes(), asked)
    clock_at("2026-03-02 09:00")
    hazard = bring(driver, found(driver), "rectify", issue_rectify={"due_date": "2026-06-30"})
    clock_at("2026-03-03 09:00")
    driver.sweep()
    return hazard


def test_a_report_that_asks_for_the_password_is_handed_in_on_its_own_page(signed_in, driver, clock_at):
    hazard = redesigned(driver, clock_at, lambda form: form.update({"x-reauthenticate": True}))
    (report,) = [each.id for each in driver.open_tasks(hazard) if each.element_id == "feedback_territory"]
    browser = signed_in("baocun")
    assert sheet(browser) == []
    assert browser.submit("/thursdays", typed([str(report)])).status_code == 404
    assert browser.submit(f"/tasks/{report}", {**TOLD, "password": PASSWORD}).status_code == 302
    assert reports(driver, hazard)


def test_a_question_that_depends_on_another_can_be_answered_on_the_sheet(signed_in, driver, clock_at):
    """Whatever a designer adds to the form of the weekly report: it is not hidden for good, and asked for where it applies."""
    why = {"title": "进度慢的原因", "type": "string", "minLength": 2, "x-visible-when": "progress_pct < 50", "x-required-when-visible": True}
    hazard, browser = redesigned(driver, clock_at, lambda form: form["properties"].update(why=why)), signed_in("baocun")
    (line,) = lines = sheet(browser)
    (question,) = html.fromstring(browser.get("/thursdays").text).xpath(f"//*[@data-key='{line}-why']")
    assert question.get("data-asleep") is None
    refused = browser.submit("/thursdays", typed(lines, progress_pct="20"))
    assert set(faults_of(refused.text)) == {f"{line}-why"}
    assert browser.submit("/thursdays", typed(lines, progress_pct="20", why="等配件。")).status_code == 302
    assert reports(driver, hazard)


def test_a_line_of_somebody_else_is_not_found(signed_in, driver, two):
    lines = sheet(signed_in("baocun"))
    answer = signed_in("zhanzhang").submit("/thursdays", typed(lines))
    assert answer.status_code == 404


def test_a_signature_is_no_line_of_the_sheet(signed_in, driver, two):
    """Domain 8.3: who signs types his password once more. The sheet asks for none, so it takes nothing in that needs one."""
    driver.bring(two[0], "sign")
    task = next(each for each in driver.open_tasks(two[0]) if each.element_id == "sign")
    leader = signed_in("fuxianzhang")
    smuggled = {"line": [str(task.id)], f"{task.id}-decision": "sign", f"{task.id}-opinion": "同意。"}
    for address in ("/thursdays", "/thursdays/draft"):
        assert leader.submit(address, smuggled, page="/thursdays").status_code == 404
    assert state(driver, two[0]).closed_at is None
    assert task.id in [each.id for each in driver.open_tasks(two[0])]


def test_a_missed_week_is_cured_late_and_stays_on_record(signed_in, driver, two, clock_at):
    """漏报记录保留，补报即清欠; the office sees by person who owes what, week by week."""
    clock_at("2026-03-06 09:00")  # the Friday after
    office = signed_in("zhuren")
    page = office.get("/thursdays/owed?week=2026-03-05").text
    assert "漏报" in page
    assert "2 件" in page
    with driver.database.reading() as session:
        row = state(driver, two[0])
        owed = thursdays.owed(session, feedbacks.week_after(row.reported_at.date()), hazards.Hazard.id.in_(two))
        assert [each.state for each in owed] == ["MISSED", "MISSED"]
    browser = signed_in("baocun")
    assert "补报" in browser.get("/thursdays").text
    assert browser.submit("/thursdays", typed(sheet(browser))).status_code == 302
    assert reports(driver, two[0]) == [("TERRITORY", "2026-03-05", True), ("SECTOR", "2026-03-05", True)]
    standing = html.fromstring(office.get("/thursdays/owed?week=2026-03-05").text)
    cells = [cell.text_content().strip() for cell in standing.xpath("//tbody/tr/td")][:7]
    assert cells == ["包村干部兼分管领导", "2", "0", "2", "0", "0", "0"]
    driver.sweep()
    assert sheet(browser, "2026-03-05") == []  # the next week opens on its Monday


def test_who_neither_reports_nor_supervises_has_no_sheet(signed_in):
    """The enterprise rectifies; it does not report for the town."""
    browser = signed_in("changzhang")
    assert browser.get("/thursdays").status_code == 403
    assert "/thursdays" not in browser.get("/").text
    assert signed_in("cunwei").get("/thursdays/owed").status_code == 403


def test_the_week_goes_up_to_the_county(signed_in, driver, two, clock_at):
    """P13 through the pages: the list, the report, the signature with the password."""
    clock_at("2026-03-06 09:00")
    daily.collect_weeks(driver.database)
    office = signed_in("zhuren")
    assert "待核定" in office.get("/thursdays/reports").text
    page = office.get("/thursdays/reports/1").text
    assert "漏报" in page
    assert "木家具厂" in page
    task = open_task(driver)
    assert office.submit(f"/tasks/{task}", {"decision": "accept"}).status_code == 302
    task = open_task(driver)
    assert office.submit(f"/tasks/{task}", {"decision": "sign", "password": "wrong"}).status_code == 422
    assert office.submit(f"/tasks/{task}", {"decision": "sign", "password": PASSWORD}).status_code == 302
    assert "乙政报〔2026〕1号" in office.get("/thursdays/reports/1").text
    assert "已签发，待县办签收" in signed_in("xianban").get("/thursdays/reports").text
    assert signed_in("baocun").get("/thursdays/reports/1").status_code == 404


def open_task(driver):
    with driver.database.reading() as session:
        return tasks.open_of(session, Subject("weekly_report", 1))[0].id


@pytest.fixture
def stationed(driver, clock_at):
    """A hazard on which a station reported, beside another on which nobody did; the week is collected."""
    clock_at("2026-03-02 09:00")
    station = {"issue_rectify": {"sector_person": str(driver.person("zhanzhang")), "due_date": "2026-06-30"}}
    hazard, _ = bring(driver, found(driver), "rectify", **station), bring(driver, found(driver, at=GAS), "rectify")
    clock_at("2026-03-04 09:00")
    driver.sweep()
    feed_back(driver, hazard)
    clock_at("2026-03-06 00:40")
    daily.collect_weeks(driver.database)
    return hazard


def test_a_leader_signs_for_his_station_and_reads_no_more_than_that(signed_in, driver, stationed):
    """The town's sums and who else missed a report are for the office; a director sees both and who has not signed yet."""
    with driver.database.reading() as session:
        sign = next(each.id for each in tasks.open_of(session, Subject("weekly_report", 1)) if each.element_id == "sign_stations")
    leader, office = signed_in("baocun"), signed_in("zhuren")
    assert "签发站所反馈" in leader.get("/").text
    page = leader.get(f"/tasks/{sign}").text
    assert [words in page for words in ("已到现场督促", "待签发", "应报", GAS)] == [True, True, False, False]
    assert all(words in office.get("/thursdays/reports/1").text for words in ("已到现场督促", "待签发", "应报", GAS))
    assert leader.submit(f"/tasks/{sign}", {"opinion": "属实。"}).status_code == 302
    assert "待签发" not in office.get("/thursdays/reports/1").text.replace("待签发，", "")
    assert signed_in("zhanzhang").get(f"/tasks/{sign}").status_code == 404
    void(driver, stationed)
    collect_again(office, driver)
    page = office.get("/thursdays/reports/1").text
    assert ("重新汇总后无须签发" in page, "：已到现场督促" in page) == (False, True)  # his signature stays under what he signed


def collect_again(office, driver):
    """The director has the week collected again."""
    with driver.database.reading() as session:
        check = next(each.id for each in tasks.open_of(session, Subject("weekly_report", 1)) if each.element_id == "check_weekly")
    assert office.submit(f"/tasks/{check}", {"decision": "again"}).status_code == 302


def test_what_a_leader_has_not_signed_yet_follows_the_report(signed_in, driver, stationed):
    """Collected again without his station's hazard, he has nothing to sign; the page says so."""
    void(driver, stationed)
    office = signed_in("zhuren")
    collect_again(office, driver)
    page = office.get("/thursdays/reports/1").text
    assert ("重新汇总后无须签发" in page, "：已到现场督促" in page) == (True, False)
