"""The whole loop through the pages, one browser per person: what an official does and sees, with every return on the way."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from service.demo import PASSWORD
from tests.browser import ways
from tests.browser.desk import Desk, picture

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


@pytest.fixture
def photos(tmp_path: Path) -> Callable[..., list[Path]]:
    """Photos by what is on them: `photos("前")`, `photos("后", "侧")`."""
    return lambda *texts: [picture(tmp_path, text) for text in texts]


def test_a_hazard_goes_from_a_phone_to_the_archive(desks: ways.Desks, photos: Callable[..., list[Path]]) -> None:
    """Every step by who is meant to do it, every return once; in the end the record is whole and every submission is there."""
    case = "环线一号"
    found_by = desks("zhifa1", live=True, **PHONE)
    ways.report(found_by, case, photos("前"))
    place = found_by.page.url
    ways.register(desks, case)
    ways.hand_over(desks, case)
    ways.put_right(desks, case, photos)
    ways.close(desks, case)
    ways.disclose(desks, case)
    page = found_by.page
    page.goto(f"{place}?check=1")
    expect(page.locator("main")).to_contain_text("已归档")
    expect(page.get_by_role("status")).to_contain_text("记录校验通过")
    expect(page.locator(".steps > li")).to_have_count(44)
    expect(page.locator(".steps > li.sent-back")).to_have_count(11)
    page.locator(".diagram").scroll_into_view_if_needed()
    expect(page.locator(".diagram .live .is-done").first).to_be_visible()


def test_a_double_click_reports_once(desks: ways.Desks, photos: Callable[..., list[Path]]) -> None:
    desk = desks("zhifa2")
    ways.report(desk, "双击一号", photos("双"))
    desk.page.goto("/hazards?q=双击一号")
    expect(desk.page.locator("tbody tr")).to_have_count(1)


def test_what_is_wrong_is_said_at_its_question(desks: ways.Desks) -> None:
    """422: a summary, a sentence at each question, and what was typed is still there."""
    desk = desks("zhifa2")
    desk.page.goto("/hazards/new")
    desk.answer({"隐患描述": "太短", "来源": "群众举报"})
    desk.submit("上报", done=False)
    expect(desk.faults()).to_contain_text("处需要修改，本次尚未提交")
    expect(desk.field("隐患描述")).to_contain_text("10")
    expect(desk.field("隐患描述").get_by_role("textbox")).to_have_value("太短")
    expect(desk.field("举报编号").locator(".fault")).not_to_be_empty()
    desk.answer({"举报编号": "JB-2026-001"})
    expect(desk.field("举报编号")).not_to_have_class(re.compile("faulty"))
    expect(desk.field("隐患描述")).to_have_class(re.compile("faulty"))


def test_a_draft_is_there_again_and_a_stale_page_is_told_so(desks: ways.Desks, photos: Callable[..., list[Path]]) -> None:
    """A draft outlives the sign-out; what a colleague has done meanwhile is answered with a sentence, not done twice."""
    case = "暂存一号"
    ways.report(desks("zhifa2"), case, photos("暂"))
    mine, colleague = desks("banshi1"), desks("banshi2")
    colleague.open("登记拟办", case)
    mine.open("登记拟办", case)
    mine.answer({"拟办意见": "属重大隐患，编号建账", "认定等级": "重大事故隐患"})
    mine.submit("暂存")
    mine.page.get_by_role("button", name="退出").click()
    expect(mine.page.get_by_role("status")).to_contain_text("您已退出登录")
    _enter(mine)
    mine.open("登记拟办", case)
    expect(mine.page.locator("main")).to_contain_text("暂存的内容，尚未提交")
    expect(mine.field("认定等级").get_by_label("重大事故隐患")).to_be_checked()
    mine.answer(ways.REGISTRATION)
    mine.submit()
    colleague.answer(ways.REGISTRATION)
    colleague.submit(done=False)
    expect(colleague.page.get_by_role("heading", level=1)).to_have_text("情况已有变化")
    expect(colleague.page.get_by_role("alert")).to_contain_text("已经办结")


def _enter(desk: Desk) -> None:
    desk.page.get_by_label("登录名").fill(desk.login)
    desk.page.get_by_label("密码").fill(PASSWORD)
    desk.page.get_by_role("button", name="登录").click()


def test_a_case_of_another_unit_is_not_found(desks: ways.Desks, photos: Callable[..., list[Path]]) -> None:
    """Neither by its address nor by its task's: the page says so in Chinese and leads back."""
    found_by = desks("zhifa2")
    ways.report(found_by, "外单位一号", photos("外"))
    case = found_by.page.url
    desks("banshi1").open("登记拟办", "外单位一号")
    other = desks("qizhan").page
    for address in (case, desks("banshi1").page.url):
        answer = other.goto(address)
        assert answer is not None and answer.status == 404
        expect(other.get_by_role("heading", level=1)).to_have_text("没有找到")
        expect(other.get_by_role("link", name="返回待办任务")).to_be_visible()


def test_what_is_overdue_is_seen_in_the_inbox(desks: ways.Desks) -> None:
    """The demo county has let some terms pass; they stand first and can be listed alone."""
    page = desks("baocun").page
    page.get_by_role("link", name="已逾期").click()
    expect(page.locator("tbody tr").first).to_contain_text(re.compile(r"逾期\d+天"))
    page.goto("/")
    expect(page.locator("tbody tr").first).to_contain_text("逾期")
