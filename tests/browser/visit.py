"""What every browser test does first."""

from playwright.sync_api import Page, expect

from service.demo import PASSWORD


def sign_in(page: Page, login: str, password: str = PASSWORD) -> None:
    """Sign in as a person of the demo county (service/demo.py lists them) and arrive at the inbox."""
    page.context.clear_cookies()
    page.goto("/sign-in")
    page.get_by_label("登录名").fill(login)
    page.get_by_label("密码").fill(password)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("heading", level=1)).not_to_have_text("登录")
