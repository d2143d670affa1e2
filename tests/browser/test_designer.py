"""A designer draws, a publisher decides, a case runs on the new version."""

import re

from playwright.sync_api import Page, expect

# What is no Chinese and has to be: the watermark of bpmn.io, keys, the ids of a diagram, and examples of expressions.
LATIN = re.compile(r"[A-Za-z]{3,}")
ALLOWED = re.compile(r"bpmn\.io|BPMN|Ctrl\+|^[a-z_0-9]+$|流程编号|如 [a-z_]+\b")
TEXTS = """() => {
  const found = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const { parentElement, textContent } = walker.currentNode;
    if (!parentElement.closest("script, style, noscript")) found.add(textContent.trim());
  }
  for (const each of document.querySelectorAll("[title], [aria-label], [placeholder]"))
    for (const name of ["title", "aria-label", "placeholder"]) found.add(each.getAttribute(name) ?? "");
  return [...found];
}"""


def english(page: Page) -> list[str]:
    """The texts and tips on the page that an official could not read."""
    return [each for each in page.evaluate(TEXTS) if LATIN.search(each) and not ALLOWED.search(each)]


def begin(page: Page) -> None:
    page.goto("/designer")
    page.get_by_role("button", name="新建草稿：重大事故隐患闭环").click()
    expect(page.locator("[data-designer][data-ready]")).to_be_attached()


BRING = """id => {
  const canvas = designer.modeler.get("canvas");
  designer.modeler.get("selection").select(null);
  canvas.zoom(0.9);
  canvas.scrollToElement(id, 250);
}"""


def pick(page: Page, element: str) -> None:
    """Click on an element of the canvas, after bringing it into sight."""
    page.evaluate(BRING, element)
    page.locator(f".djs-element[data-element-id='{element}'] .djs-hit").first.dispatch_event(
        "click"
    )  # a line's middle need not lie on it
    expect(page.locator(f".djs-element[data-element-id='{element}'].selected")).to_be_attached()


def test_from_a_draft_to_a_new_version(desks) -> None:
    designer = desks("sheji").page
    begin(designer)
    expect(designer.locator(".findings h2")).to_have_text("检查结果：没有发现问题")
    pick(designer, "county_names")  # no other test here passes by it: from now on it is the house's newest version
    designer.get_by_label("名称", exact=True).fill("县办代为指定")
    designer.keyboard.press("Tab")
    designer.get_by_label("怎样算").select_option(label="自己定一个时限")
    expect(designer.locator(".properties")).to_contain_text("任务到达后 3 个工作日")
    expect(designer.locator("[data-part='saved']")).to_contain_text("已保存")

    designer.get_by_label("表单", exact=True).select_option(label="没有")
    expect(designer.locator(".findings")).to_contain_text("没有指定表单")
    expect(designer.locator(".djs-overlays .finding")).to_have_count(1)
    designer.get_by_role("button", name="撤销").click()
    expect(designer.locator(".findings h2")).to_have_text("检查结果：没有发现问题")
    designer.get_by_label("修改说明").fill("改称代为指定")
    designer.get_by_role("button", name="提交发布").click()
    expect(designer.locator(".notice.good")).to_contain_text("已提交")

    publisher = desks("fabu").page
    publisher.goto("/designer")
    publisher.get_by_role("link", name="审阅").first.click()
    expect(publisher.locator("[data-diff][data-ready]")).to_be_attached()
    expect(publisher.locator("[data-part='new'] .is-changed")).to_have_count(1)
    expect(publisher.locator("main")).to_contain_text("县办代为指定")
    publisher.get_by_role("button", name="批准发布").click()
    expect(publisher.locator(".notice.good")).to_contain_text("第 2 版")


def test_the_room_speaks_chinese(desks) -> None:
    page = desks("sheji").page
    begin(page)
    assert english(page) == []
    for element in ("register", "gw_register", "gw_register__sv_reject", "sv_archive", "wait_thursday", "confirm_verification"):
        pick(page, element)
        assert english(page) == [], element
    assert page.get_by_label("人数").locator("option:checked").inner_text() == "验收成员数"
    for entry in page.locator(".djs-context-pad .entry, .djs-palette .entry").all():
        title = entry.get_attribute("title")
        assert title and not LATIN.search(title)
    page.locator(".djs-context-pad .entry[data-action=replace]").click()
    assert english(page) == []
    page.keyboard.press("Escape")
    page.get_by_text("流转演示").click()
    assert english(page) == []
    assert page.evaluate("[...designer.missing]") == []
    expect(page.locator(".bjs-powered-by")).to_be_visible()


def test_one_finds_a_shape_and_makes_room_beside_it(desks) -> None:
    page = desks("sheji").page
    begin(page)
    page.get_by_role("button", name="查找").click()
    page.keyboard.type("验收结论")
    page.keyboard.press("Shift")  # Playwright types Chinese without a key; an input method ends with one
    page.locator(".djs-search-result").first.click()
    expect(page.locator(".djs-element[data-element-id=gw_result].selected")).to_be_attached()
    assert page.evaluate("designer.modeler.get('canvas').zoom()") >= 0.7  # its name can be read
    places = "['gw_result', 'sign', 'end_archived'].map((id) => designer.modeler.get('elementRegistry').get(id).x)"
    before = page.evaluate(places)
    page.locator(".djs-palette .entry[data-action=space-tool]").click()
    right = page.locator(".djs-element[data-element-id=gw_result]").bounding_box()
    x, y = right["x"] + right["width"] + 5, right["y"] + right["height"] / 2  # on an arrow
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 70, y, steps=5)
    page.mouse.up()
    moved = [after - place for after, place in zip(page.evaluate(places), before, strict=True)]
    assert moved == [0, moved[1], moved[1]] and moved[1] > 50  # in every lane alike, as deep as they lie


def test_a_hostile_file_is_told_and_the_draft_stays_a_good_one_is_one_step_of_undo(desks) -> None:
    page = desks("sheji").page
    begin(page)
    drawn = "designer.modeler.saveXML().then(({ xml }) => xml)"
    before = page.evaluate(drawn)
    for text, said in (("<a/>", "不是 BPMN"), ('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "DOCTYPE"), ("x" * 2_000_001, "2 MB")):
        file = {"name": "坏.bpmn", "mimeType": "application/xml", "buffer": text.encode()}
        page.get_by_label("上传流程图文件").set_input_files(file)
        expect(page.locator("[data-part='saved']")).to_contain_text(said)
    assert page.evaluate(drawn) == before
    undo, redo = (page.get_by_role("button", name=name, exact=True) for name in ("撤销", "重做"))
    expect(undo).to_be_disabled()
    good = {"name": "好.bpmn", "mimeType": "application/xml", "buffer": before.replace("县签字", "县领导签字").encode()}
    page.get_by_label("上传流程图文件").set_input_files(good)
    expect(page.locator("[data-part='saved']")).to_contain_text("已载入“好.bpmn”")
    page.locator(".djs-container svg").first.click(position={"x": 300, "y": 20})
    page.keyboard.press("Control+z")
    expect(undo).to_be_disabled()
    expect(redo).to_be_enabled()
    assert page.evaluate(drawn) == before
    redo.click()
    expect(redo).to_be_disabled()
    assert "县领导签字" in page.evaluate(drawn)


def test_a_new_field_and_a_branch_on_it_need_no_code(desks) -> None:
    page = desks("sheji").page
    begin(page)
    drawn = "designer.modeler.get('elementFactory').create('shape', { type: 'bpmn:Task' }).type"
    assert page.evaluate(drawn) == "bpmn:UserTask"  # what is drawn as a task runs as one
    expect(page.locator(".djs-palette .entry[data-action^='create.data']")).to_have_count(0)  # what is refused is not offered
    pick(page, "plan")
    panel = page.locator(".properties")
    panel.get_by_role("button", name="打开这张表单").click()
    page.get_by_role("button", name="添加填报项").click()
    field = page.locator(".details")
    field.get_by_label("名称", exact=True).fill("是否涉及学校")
    page.keyboard.press("Tab")
    field.get_by_label("类型").select_option(label="单选，从系统名单")
    listed = field.get_by_label("名单", exact=True).locator("option").all_inner_texts()
    assert "跟踪人人选" in listed
    assert "本期公开清单中的隐患" not in listed  # that is for another kind of subject
    field.get_by_label("类型").select_option(label="是或否")
    page.get_by_label("是否涉及学校：用于流程判断").check()
    expect(page.locator(".stage").get_by_role("group", name="是否涉及学校")).to_be_in_viewport()
    page.get_by_role("button", name="流程图", exact=True).click()
    pick(page, "gw_result__sv_passed")
    panel.get_by_label("看什么").select_option(label="整改方案：是否涉及学校")
    expect(panel).to_contain_text("“整改方案：是否涉及学校”是“是”")
    panel.get_by_label("与什么比").select_option(label="否")
    said = "designer.modeler.get('elementRegistry').get('gw_result__sv_passed').businessObject.conditionExpression.body"
    assert page.evaluate(said) == "item_1 == False"
    panel.get_by_label("看什么").select_option(label="自己写表达式")
    expect(panel.get_by_label("表达式", exact=True)).to_have_value("(item_1 == False)")
    for _ in range(3):
        page.get_by_role("button", name="撤销").click()
    assert page.evaluate(said) == "result() == 'PASS'"


PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
VIEW = "designer.modeler.get('canvas').viewbox()"


def touch(page: Page, *moments: list[tuple[float, float]]) -> None:
    """Fingers come down, move from moment to moment, and are lifted."""
    browser = page.context.new_cdp_session(page)
    for number, fingers in enumerate(moments):
        points = [{"x": x, "y": y, "id": finger} for finger, (x, y) in enumerate(fingers)]
        browser.send("Input.dispatchTouchEvent", {"type": "touchMove" if number else "touchStart", "touchPoints": points})
    browser.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_on_a_phone_one_reads_with_ones_fingers(desks) -> None:
    page = desks("sheji", **PHONE).page
    begin(page)
    expect(page.locator(".djs-palette")).to_be_hidden()
    page.locator(".drawing").scroll_into_view_if_needed()
    before = page.evaluate(VIEW)
    assert before["scale"] >= 0.7  # where it begins, large enough to be read
    place = page.locator(".drawing").bounding_box()
    x, y = place["x"] + 150, place["y"] + 200
    touch(page, [(x, y)], [(x - 30, y)], [(x - 60, y)])
    moved = page.evaluate(VIEW)
    assert abs(moved["x"] - before["x"] - 60 / before["scale"]) < 1
    touch(page, [(x, y), (x + 60, y)], [(x, y), (x + 90, y)])
    assert abs(page.evaluate(VIEW)["scale"] - before["scale"] * 1.5) < 0.01
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


BEND = """() => {
  const known = designer.modeler.get("elementRegistry");
  const target = known.get("sv_passed");
  designer.modeler.get("modeling").reconnectEnd(known.get("rectify").outgoing[0], target, { x: target.x, y: target.y + 40 });
}"""


def test_a_counter_example_is_walked_through_on_the_canvas(desks) -> None:
    page = desks("sheji").page
    begin(page)
    page.evaluate(BEND)
    page.get_by_role("button", name="在图上逐步看").first.click()
    walk = page.get_by_role("group", name="反例的走法")
    expect(walk.get_by_role("status")).to_contain_text("第 1 步")
    expect(walk.get_by_role("button", name="上一步")).to_be_disabled()
    while walk.get_by_role("button", name="下一步").is_enabled():
        walk.get_by_role("button", name="下一步").click()
    expect(walk.get_by_role("status")).to_contain_text("办完“整改实施”，经“验收通过”")
    expect(page.locator("[data-element-id=sv_passed].is-latest")).to_be_attached()
    walk.get_by_role("button", name="结束").click()
    expect(page.locator(".is-latest, .is-passed, .is-token")).to_have_count(0)
