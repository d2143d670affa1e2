"""The live picture: from when to when a case was at each step, by when it should have left it, who left it and how."""

from lxml import html

from tests.scenarios import ways


def rows(page):
    """[(element, {column: text})] of the table below the picture."""
    found = html.fromstring(page).xpath("//details[@data-part='stays']//tr[@data-element]")
    texts = ({cell.get("data-label"): " ".join(cell.text_content().split()) for cell in row} for row in found)
    return list(zip((row.get("data-element") for row in found), texts, strict=True))


def test_every_stay_is_told_with_its_times_and_its_end(driver, signed_in, clock_at):
    clock_at("2026-03-02 09:00")
    hazard = ways.bring(driver, ways.found(driver), "verify")
    clock_at("2026-03-04 09:00")
    driver.do(hazard, "verify", result="FAIL", opinion="应急照明未安装，退回整改。")
    ways.bring(driver, hazard, "verify")
    clock_at("2026-04-20 09:00")
    told = rows(signed_in("zhuren").get(f"/hazards/{hazard}").text)
    first, second = (said for element, said in told if element == "verify")
    assert (first["进入"], first["离开"], first["用时"]) == ("2026年3月2日 09:00", "2026年3月4日 09:00", "2天")
    assert (first["结果"], first["谁办的"]) == ("不合格", "执法队员甲")
    assert (second["离开"], second["结果"]) == ("还在", "正在办理")
    assert second["期限"].endswith("逾期37天")
    assert [said["环节"] for element, said in told if said["谁办的"] == "系统"] == ["等待周四", "等待提醒"]


def test_who_may_not_see_the_case_learns_nothing_of_its_stays(driver, signed_in):
    hazard = ways.found(driver)
    assert signed_in("qizhan").get(f"/hazards/{hazard}").status_code == 404
