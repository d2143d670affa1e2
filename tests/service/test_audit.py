"""审计: the auditor reads, filters and verifies the record, and does nothing else."""

import pytest

from workflows import people
from workflows.engine import Subject, history


def test_the_auditor_lists_and_filters(signed_in, town):
    signed_in("cunwei").get("/admin/persons")
    signed_in("guanli").submit("/admin/units/new/VILLAGE", {"name": "戊村", "region_code": "999901101203"})
    browser = signed_in("shenji")
    refused = browser.get("/audit?kind=refused").text
    assert "/admin/persons" in refused and "丙村村委主任" in refused and "戊村" not in refused
    assert "戊村" in browser.get("/audit?subject=unit&who=guanli").text
    assert "没有符合条件的记录" in browser.get("/audit?who=nobody").text
    assert "没有符合条件的记录" in browser.get("/audit?until=2020-01-01").text
    assert browser.get("/audit?after=x").status_code == 200


@pytest.mark.parametrize("question", ["id=x", "since=x", "until=2026-02-30", "until=9999-12-31", "who=nobody"])
def test_what_cannot_be_read_finds_nothing_and_not_everything(signed_in, question):
    """A slip of the hand in one box must not look like an answer."""
    browser = signed_in("shenji")
    assert "没有符合条件的记录" in browser.get(f"/audit?{question}").text
    assert "没有符合条件的记录" not in browser.get("/audit?since=2020年1月1日").text


def test_pages_go_on_where_the_last_one_ended(signed_in, town):
    with town.reading() as session:
        first = history.search(session, limit=7)
        second = history.search(session, limit=7, after=first.next)
        assert [line.id for line in first.rows + second.rows] == sorted((line.id for line in first.rows + second.rows), reverse=True)
        assert len({line.id for line in first.rows + second.rows}) == 14
    assert "下一页" in signed_in("shenji").get("/audit").text


def test_every_line_has_a_name(signed_in, town):
    assert "系统记录" not in signed_in("shenji").get("/audit").text


def test_all_chains_are_verified_and_that_is_a_line(signed_in, town):
    browser = signed_in("shenji")
    assert "完好" in browser.submit("/audit/verify", {}, page="/audit").text
    with town.reading() as session:
        auditor = people.find_by_login(session, "shenji").id
        assert history.lines(session, Subject("person", auditor))[-1].kind == "chains_verified"


def test_a_changed_line_is_found(signed_in, town):
    with town.engine.begin() as connection:
        connection.exec_driver_sql("update history set body = '{}' where subject_kind = 'unit' and subject_id = 1")
    answer = signed_in("shenji").submit("/audit/verify", {}, page="/audit").text
    assert "unit 1：第 1 条的内容与其校验值不符" in answer
    assert "完好" not in answer


@pytest.mark.parametrize("address", ["/hazards", "/admin", "/admin/persons", "/definitions"])
def test_the_auditor_has_no_business_of_his_own(signed_in, address):
    browser = signed_in("shenji")
    if address == "/hazards":
        assert "还没有隐患" in browser.get(address).text
    else:
        assert browser.get(address).status_code == (200 if address == "/definitions" else 403)


@pytest.mark.parametrize("login", ["guanli", "anquan", "zhuren", "fuxianzhang"])
def test_nobody_else_reads_or_verifies(signed_in, town, login):
    browser = signed_in(login)
    assert browser.get("/audit").status_code == 403
    assert browser.submit("/audit/verify", {}, page="/").status_code == 403
