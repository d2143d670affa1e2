"""Signing in and out, as a person sees it."""

from playwright.sync_api import Page, expect

from tests.browser.visit import sign_in


def test_an_official_signs_in_and_sees_his_inbox(page: Page) -> None:
    sign_in(page, "banshi1")
    expect(page).to_have_url("/")
    expect(page.locator("body")).to_contain_text("办公室经办甲")


def test_a_wrong_password_is_told_beside_the_form(page: Page) -> None:
    page.goto("/sign-in")
    page.get_by_label("登录名").fill("banshi1")
    page.get_by_label("密码").fill("不对")
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("alert")).to_have_text("登录名或密码不正确。")
