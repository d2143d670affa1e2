"""回头看 on the pages: the task, the hazard, the board, and the list with its seed."""


from tests.scenarios.ways import close, found
from tests.service.inspector import faults_of, text_of
from tests.service.test_tasks import picture
from workflows import daily, duties, hazards
from workflows.engine import Subject, tasks


def test_a_look_back_from_the_draw_to_the_list(signed_in, driver, clock_at):
    clock_at("2026-03-02 09:00")
    hazard = close(driver, found(driver)).id
    clock_at("2026-04-30 00:50")
    assert "还没有抽取过" in text_of(signed_in("zhuren").get("/look-backs"))
    daily.draw_look_backs(driver.database)
    clock_at("2026-05-06 10:00")
    office = signed_in("zhuren")
    assert "1销号后回头看" in text_of(office.get("/board"))
    with driver.database.reading() as session:
        borne = duties.of(session, hazards.get(session, hazard), "V")
        (task,) = tasks.open_of(session, Subject("hazard", hazard))
    looker = next(login for login in ("zhifa1", "zhifa2", "zhifa3") if driver.person(login) not in borne)
    browser, address = signed_in(looker), f"/tasks/{task.id}"
    shown = text_of(browser.get(address))
    assert [words for words in ("2026年5月31日", "本地参数：销号后回头看的日子") if words not in shown] == []
    when = dict(zip(("year", "month", "day", "hour", "minute"), "2026 5 6 9 30".split(), strict=True))
    typed = {f"onsite_at.{part}": said for part, said in when.items()} | {"result": "HELD", "finding": "安全出口<b>畅通</b>。"}
    lacking = browser.submit(address, typed)
    assert (lacking.status_code, set(faults_of(lacking.text))) == (422, {"photos"})
    assert "安全出口&lt;b&gt;畅通&lt;/b&gt;。" in lacking.text
    assert browser.submit(address, {**typed, "files-photos": [picture(), picture("green")]}).status_code == 302
    shown = text_of(office.get("/look-backs"))
    told = ("乙镇：2026年3月销号的", "抽取核对一致", "保持有效", "安全出口<b>畅通</b>。", "共 1 件")
    assert [words for words in told if words not in shown] == []
    assert "回头看 保持有效" in text_of(office.get(f"/hazards/{hazard}"))
    assert signed_in("changzhang").get("/look-backs").status_code == 403
