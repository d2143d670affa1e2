"""Signing in and out, as a person sees it."""

from playwright.sync_api import Page, expect

from tests.browser.visit import sign_in
from workflows import passwords


def test_an_official_signs_in_and_sees_his_inbox(page: Page) -> None:
    sign_in(page, "banshi1")
    expect(page).to_have_url("/")
    expect(page.locator("body")).to_contain_text("办公室经办甲")


def test_a_wrong_password_is_told_beside_the_form(page: Page) -> None:
    page.goto("/sign-in")
    page.get_by_label("登录名").fill("banshi1")
    page.get_by_label("密码").fill("不对")
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("alert")).to_have_text(passwords.WRONG)


def test_on_a_phone_the_room_where_one_is_stands_in_view(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    sign_in(page, "zhuren")
    page.goto("/board")
    expect(page.get_by_role("navigation", name="主导航").get_by_role("link", name="看板")).to_be_in_viewport(ratio=1)
