"""The pages about cases and diagrams."""

import pytest

from tests.domain.test_photos import picture, told
from tests.scenarios.ways import found
from workflows import clock, photos
from workflows.engine import definitions


@pytest.fixture
def hazard_id(driver):
    """A reported hazard."""
    with driver.database.reading() as session:
        named = driver.rules.options["subjects"](session, None)
    subject = next(value for value, text in named if "乙镇木家具厂" in text)
    return driver.report("cunwei", subject_on_file=True, subject_id=subject, source="SELF")


def test_the_list_of_hazards(signed_in, hazard_id):
    browser = signed_in("banshi1")
    assert f"/hazards/{hazard_id}" in browser.get("/hazards").text
    assert f"/hazards/{hazard_id}" in browser.get("/hazards?q=安全出口&status=REPORTED&source=SELF").text
    assert "没有符合条件的隐患" in browser.get("/hazards?status=ARCHIVED").text
    assert browser.get("/hazards?after=x&status=<script>").status_code == 200


def test_narrowing_the_list_of_hazards(signed_in, driver, hazard_id):
    """By industry and by lateness, beside status and source; what is late is so by its own deadline."""
    with driver.database.reading() as session:
        named = driver.rules.options["subjects"](session, None)
    gas = driver.report("cunwei", subject_on_file=True, subject_id=next(v for v, t in named if "换瓶点" in t), source="SELF")
    for element in ("register", "confirm_registration", "issue_rectify"):
        driver.do(hazard_id, element)
    here, there = f'href="/hazards/{hazard_id}"', f'href="/hazards/{gas}"'
    page = signed_in("banshi1").get("/hazards?sector=GAS").text
    assert there in page
    assert here not in page
    assert "没有符合条件的隐患" in signed_in("banshi1").get("/hazards?due=late").text
    with clock.travel(clock.now() + 40 * clock.DAY):
        page = signed_in("banshi1").get("/hazards?due=late").text
        assert here in page
        assert there not in page
        assert "没有符合条件的隐患" in signed_in("banshi1").get("/hazards?due=late&sector=GAS").text


def test_a_case_with_its_record_checked(signed_in, hazard_id):
    page = signed_in("banshi1").get(f"/hazards/{hazard_id}?check=1").text
    assert "记录校验通过" in page
    assert "发现上报" in page
    assert "<svg" in page
    assert "系统记录" not in page  # every line of the record has a name


def test_a_case_out_of_ones_scope_is_not_found(signed_in, hazard_id):
    assert signed_in("cunwei2").get(f"/hazards/{hazard_id}").status_code == 404
    assert f"/hazards/{hazard_id}" not in signed_in("cunwei2").get("/hazards").text


def test_a_changed_record_is_told(signed_in, hazard_id, driver):
    with driver.database.engine.begin() as connection:
        connection.exec_driver_sql(f"update history set body = '{{}}' where subject_id = {hazard_id} and seq = 2")
    assert "记录校验未通过" in signed_in("banshi1").get(f"/hazards/{hazard_id}?check=1").text


def test_diagrams(signed_in, town):
    browser = signed_in("sheji")
    with town.reading() as session:
        newest = definitions.get(session, "hazard_closed_loop")
        drawn = newest.xml
    listed = browser.get("/definitions").text
    assert newest.name in listed
    assert "已证明" in listed
    page = browser.get(f"/definitions/{newest.key}/{newest.version}").text
    assert "<svg" in page
    assert "县签字" in page
    assert f"走遍全部 {newest.proof['states']} 个状态" in page
    assert newest.proof["sha256"] in page
    xml = browser.get(f"/definitions/{newest.key}/{newest.version}.bpmn")
    assert xml.mimetype == "application/xml"
    assert xml.text == drawn
    assert browser.get(f"/definitions/{newest.key}/99").status_code == 404


def test_the_form_keeps_its_order(town):
    """The fields of a form come back from the database in the order they were written in."""
    with town.reading() as session:
        fields = list(definitions.get(session, "hazard_closed_loop").forms["report"]["properties"])
    assert fields[0].startswith("subject")
    assert fields.index("description") < fields.index("photos") < fields.index("cause")


@pytest.mark.parametrize(("login", "sees"), [("banshi1", True), ("changzhang", False)])
def test_navigation_shows_what_one_may(signed_in, login, sees):
    browser = signed_in(login)
    assert ('href="/definitions"' in browser.get("/").text) == sees
    assert browser.get("/definitions").status_code == (200 if sees else 403)


def test_an_enterprises_people_are_offered_their_own_subject_only(signed_in):
    """INV-16: who else is on file is not theirs to know."""
    page = signed_in("qizhan").get("/hazards/new").text
    assert "丙村液化气换瓶点" in page
    assert "乙镇木家具厂" not in page


def test_a_photo_says_when_and_where_it_was_taken(driver, signed_in):
    """Domain 3.3: read from the picture before its EXIF is removed, shown beside it."""
    stored = photos.receive(driver.home, picture(exif=told()), "a.jpg")
    photos.keep(driver.database, [stored], by=driver.person("zhifa1"))
    page = signed_in("zhifa1").get(f"/hazards/{found(driver, photos=[stored.sha256])}").text
    assert "拍摄于 2026年3月3日 08:15" in page
    assert "北纬 31.50000°，东经 112.26000°" in page
