"""From sign-in to the county leader's signature with the keyboard alone; where one is can always be seen (WCAG 2.1.1, 2.4.7, 2.4.11)."""

from playwright.sync_api import Page, expect

from service import demo
from service.demo import PASSWORD
from tests.browser import ways
from tests.service.test_tasks import bring_to
from workflows import people, steps
from workflows.db import Database
from workflows.engine import Subject

CASE = "键盘一号"
WHERE = """() => {
  const at = document.activeElement, shown = at.closest(".upload") ?? at, box = shown.getBoundingClientRect(), style = getComputedStyle(shown);
  const middle = document.elementFromPoint(box.x + box.width / 2, box.y + Math.min(box.height / 2, 20));
  return {
    name: at === document.body ? "" : [at.ariaLabel, at.labels?.[0]?.innerText, at.innerText, at.value].find(Boolean) ?? at.tagName,
    isMarked: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    isBare: middle !== null && (shown.contains(middle) || middle.contains(shown) || !!at.labels?.[0]?.contains(middle)),
  };
}"""
MOST = 60  # presses of Tab until one has gone too far


def tab_to(page: Page, name: str) -> None:
    """Press Tab until one stands on what is called so; everything on the way is marked and covered by nothing."""
    passed = []
    for _ in range(MOST):
        page.keyboard.press("Tab")
        at = page.evaluate(WHERE)
        passed.append(at["name"])
        if at["name"]:
            assert at["isMarked"] and at["isBare"], at
        if at["name"].strip().startswith(name):
            return
    raise AssertionError(f"{name} is not among {passed}")


def test_a_signature_with_the_keyboard_alone(page, server):
    database = Database(f"sqlite:///{server.home / 'bihuan.db'}")
    driver = demo.Driver(database, server.home, steps.RULES)
    with database.reading() as session:
        subject = people.find_unit_named(session, ways.SUBJECT)
    hazard = driver.report("zhifa1", subject_on_file=True, subject_id=str(subject.id), description=f"{CASE}：喷漆间与焊接间未分隔。")
    bring_to(driver, hazard, "sign")
    keys = page.keyboard
    page.goto("/sign-in")
    tab_to(page, "登录名")
    keys.type("fuxianzhang")
    tab_to(page, "密码")
    keys.type(PASSWORD)
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("待办")
    tab_to(page, "隐患、编号或环节")
    keys.type(CASE)
    keys.press("Enter")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.wait_for_load_state("networkidle")
    tab_to(page, "办理：县签字")
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("县签字")
    tab_to(page, "同意销号")
    keys.press("Space")
    tab_to(page, "登录密码")
    keys.type(PASSWORD)
    tab_to(page, "签字并提交")
    keys.press("Enter")
    expect(page.locator(".notice.good")).to_contain_text("“县签字”已提交")
    with database.reading() as session:
        assert steps.RULES.subject(session, Subject("hazard", hazard)).status == "CLOSED"
    database.engine.dispose()
