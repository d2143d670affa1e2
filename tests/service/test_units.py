"""单位, 企业和场所: added, renamed, given industries, ended; never deleted."""

import pytest

from tests.service.administering import days, person_id, unit_id
from tests.service.inspector import faults_of
from workflows import people
from workflows.engine import Subject, history


def test_a_village_is_added_renamed_and_ended(signed_in, town):
    browser = signed_in("guanli")
    page = "/admin/units/new/VILLAGE"
    assert browser.submit(page, {"name": "戊村", "region_code": "999901101203"}).status_code == 302
    made = unit_id(town, "戊村")
    assert browser.submit(f"/admin/units/{made}/change", {"name": "戊社区"}).status_code == 302
    assert browser.submit(f"/admin/units/{made}/end", days(to_on=-1)).status_code == 302
    with town.reading() as session:
        lines = history.lines(session, Subject("unit", made))
        assert [(line.kind, line.by) for line in lines] == [(kind, person_id(town, "guanli")) for kind in ("unit_added", "unit_changed", "unit_ended")]
        assert lines[1].body == {"before": {"name": "戊村"}, "after": {"name": "戊社区"}}
        assert "戊社区" not in [unit.name for unit in people.units(session, "VILLAGE")]
        assert people.get_unit(session, made).parent_id == people.find_unit_named(session, "乙镇").id
    assert "戊社区" not in browser.get("/admin/units").text
    assert "戊社区" in browser.get("/admin/units?ended=1").text


@pytest.mark.parametrize(
    ("kind", "data", "field", "part"),
    [
        ("VILLAGE", {"name": "戊村", "region_code": "99990110120"}, "region_code", "12 位"),
        ("VILLAGE", {"name": "戊村", "region_code": "999901101000"}, "region_code", "后 3 位不为 0"),
        ("VILLAGE", {"name": "戊村", "region_code": "999901199201"}, "region_code", "没有区划代码为 999901199000"),
        ("VILLAGE", {"name": "戊村", "region_code": "999901101201"}, "region_code", "已登记为“丙村”"),
        ("TOWN", {"name": "己镇", "region_code": "999901000000"}, "region_code", "后 3 位为 0"),
        ("STATION", {"name": "应急站", "region_code": "999901101000"}, "sectors", "主管行业领域"),
        ("STATION", {"name": "应急站", "region_code": "000000000000", "sectors": "FIRE"}, "region_code", "从列出的选项"),
        ("ENTERPRISE", {"subject_type": "ENTERPRISE"}, "uscc", "企业须填写"),
        ("ENTERPRISE", {"subject_type": "ENTERPRISE", "uscc": "91999901MA0000001Q"}, "uscc", "校验位不符"),
        ("ENTERPRISE", {"subject_type": "ENTERPRISE", "uscc": "91999901MA0000001P"}, "uscc", "已登记为“乙镇木家具厂”"),
    ],
)
def test_what_is_wrong_with_a_unit_is_said_at_its_field(signed_in, kind, data, field, part):
    given = {"name": "某厂", "region_code": "999901101201", "sector_code": "GAS", "address": "村东"} if kind == "ENTERPRISE" else {}
    answer = signed_in("guanli").submit(f"/admin/units/new/{kind}", {**given, **data})
    assert answer.status_code == 422
    assert part in faults_of(answer.text)[field]


def test_the_unlicensed_need_no_code(signed_in, town):
    data = {"name": "路口烧烤摊", "region_code": "999901101201", "sector_code": "GAS", "address": "路口", "subject_type": "STALL"}
    assert signed_in("guanli").submit("/admin/units/new/ENTERPRISE", data).status_code == 302
    assert "路口烧烤摊" in signed_in("guanli").get("/admin/enterprises?q=烧烤").text


def test_a_unit_with_people_does_not_end(signed_in, town):
    answer = signed_in("guanli").submit(f"/admin/units/{unit_id(town, '丙村')}/end", days(to_on=0))
    assert answer.status_code == 422
    assert "下属单位、2 项任职没有终止" in faults_of(answer.text)["to_on"]


def test_a_station_of_another_industry_gets_its_hazards(signed_in, town):
    """M034: routing follows the industries at once."""
    station = unit_id(town, "乙镇应急消防站")
    data = {"name": "乙镇应急消防站", "sectors": ["MINE", "FIRE"]}
    assert signed_in("guanli").submit(f"/admin/units/{station}/change", data).status_code == 302
    with town.reading() as session:
        assert people.get_unit(session, station).sectors == ["MINE", "FIRE"]
