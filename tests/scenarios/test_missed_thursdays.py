"""Escalation of Thursday reports that are missed (P16, domain 3.3 ⑦): counted in a row, by person, cleared by a late report."""

from datetime import date

import pytest

from tests.scenarios.test_urges import asked, rows, waiting
from tests.scenarios.ways import appoint, bring, feed_back, found
from workflows import daily, urges


@pytest.fixture
def silent(monday):
    """A hazard on which nobody reports; due far away."""
    return bring(monday, found(monday), "rectify", issue_rectify={"due_date": "2026-08-28"})


FRIDAYS = ["2026-03-06 00:10", "2026-03-13 00:10", "2026-03-20 00:10", "2026-03-27 00:10", "2026-04-03 00:10"]


def test_missed_thursdays_bring_card_order_letter_directive(monday, silent, clock_at):
    """漏报即日卡、连续两次单、三次函、四次令; one person for both parts gets one; a fifth brings no second directive."""
    clock_at("2026-03-05 23:59")
    assert daily.urge_what_is_late(monday.database) == 0
    for number, moment in enumerate(FRIDAYS, 1):
        clock_at(moment)
        monday.sweep()
        assert [daily.urge_what_is_late(monday.database) for _ in range(2)] == [int(number < 5), 0]
    assert [(row.level, row.missed_on.day) for row in rows(monday, silent)] == [(1, 5), (2, 12), (3, 19), (4, 26)]
    card = rows(monday, silent)[0]
    assert asked(monday, card.id, "receive_card") == ["baocun"]
    assert "周四反馈没有按时报送" in urges.reason(_fresh(monday, card.id))


def _fresh(town, urge_id):
    with town.database.reading() as session:
        urge = urges.get(session, urge_id)
        assert urge.hazard.territory_person_id  # loaded while the session is open
        return urge


def test_a_late_report_ends_what_was_urged_and_counts_as_missed(monday, silent, clock_at):
    """补报即清欠，漏报记录保留: the next miss in a row is the second."""
    clock_at(FRIDAYS[0])
    monday.sweep()
    daily.urge_what_is_late(monday.database)
    feed_back(monday, silent)
    (card,) = rows(monday, silent)
    assert (card.ended_why, waiting(monday, card.id)) == ("已补报清欠，督促终止。", [])
    clock_at(FRIDAYS[1])
    monday.sweep()
    assert daily.urge_what_is_late(monday.database) == 1
    assert [row.level for row in rows(monday, silent)] == [1, 2]


def test_a_report_in_time_begins_the_count_anew(monday, silent, clock_at):
    clock_at(FRIDAYS[0])
    monday.sweep()
    daily.urge_what_is_late(monday.database)
    clock_at("2026-03-11 09:00")
    monday.sweep()
    assert feed_back(monday, silent) == 2
    clock_at(FRIDAYS[2])
    monday.sweep()
    daily.urge_what_is_late(monday.database)
    assert [(row.level, row.missed_on.day) for row in rows(monday, silent)] == [(1, 5), (1, 19)]


def test_what_the_predecessor_missed_is_not_the_newcomer_s(monday, silent, clock_at):
    """Whoever takes over begins with a card; what he took over is still owed, and he is urged for no week before his."""
    for moment in FRIDAYS[:2]:
        clock_at(moment)
        monday.sweep()
        daily.urge_what_is_late(monday.database)
    clock_at("2026-03-16 09:00")
    appoint(monday, "banshi2", "VILLAGE_LIAISON", "丙村")
    newcomer = {"part": "TERRITORY", "territory_person": str(monday.person("banshi2")), "reason": "原责任人调离，工作已交接。"}
    monday.begin(silent, "change_responsible", "zhuren", **newcomer)
    monday.do(silent, "take_over", "banshi2", decision="accept")
    assert daily.urge_what_is_late(monday.database) == 0
    clock_at(FRIDAYS[2])
    monday.sweep()
    daily.urge_what_is_late(monday.database)
    begun = [(row.part, row.level, row.missed_on.day) for row in rows(monday, silent)]
    assert begun == [("TERRITORY", 1, 5), ("TERRITORY", 2, 12), ("TERRITORY", 1, 19), ("SECTOR", 3, 19)]


def test_weeks_in_a_row():
    """The last weeks without a report in time."""
    first, second, third = (date(2026, 3, day) for day in (5, 12, 19))
    assert urges.in_a_row([first, second, third], {second}) == [third]
    assert urges.in_a_row([first, second, third], set()) == [first, second, third]
    assert urges.in_a_row([first, second], {second}) == []
    assert [urges.level_of_misses(number) for number in (1, 2, 3, 4, 9)] == [1, 2, 3, 4, 4]
