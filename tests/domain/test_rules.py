"""Rules without I/O."""

from datetime import date, datetime, timedelta
from threading import Thread
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows import (
    clock,
    closures,
    disclosures,
    dues,
    duties,
    extensions,
    feedbacks,
    inspections,
    people,
    rectifications,
    reminders,
    verifications,
)
from workflows.hazards import rules

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


# ---- credit code (GB 32100-2015) ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["91350100M000100Y43", "91999901MA0000001P", "91999901MA0000002T"])
def test_a_credit_code_with_its_check_digit_is_one(code):
    """GB 32100: the first is the standard's own example."""
    assert people.is_uscc(code)


@pytest.mark.parametrize("code", ["", "91350100M000100Y44", "91350100m000100Y43", "9135010OM000100Y43", "350100000012345"])
def test_anything_else_is_no_credit_code(code):
    """Wrong check digit, lower case, a letter O, and the old 15-digit number."""
    assert not people.is_uscc(code)


@given(st.text(ALPHABET, min_size=17, max_size=17), st.integers(0, 16), st.sampled_from(ALPHABET))
def test_one_wrong_character_never_passes(body, place, other):
    """The check digit exists for this: 31 is prime and no weight is 0."""
    code = next(body + digit for digit in ALPHABET if people.is_uscc(body + digit))
    changed = code[:place] + other + code[place + 1 :]
    assert people.is_uscc(changed) == (changed == code)


# ---- Thursdays (AC-12) -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("handed_over", "due"),
    [("2023-06-07", "2023-06-08"), ("2023-06-08", "2023-06-15"), ("2023-06-15", "2023-06-25"), ("2023-09-29", "2023-10-07")],
)
def test_the_first_feedback_is_due_on_the_next_thursday_or_after_the_holiday(handed_over, due):
    """AC-12: Dragon Boat 06-22 → 06-25 and National Day 10-05 → 10-07, both make-up working days."""
    week = feedbacks.week_after(date.fromisoformat(handed_over))
    assert feedbacks.due_on(week) == date.fromisoformat(due)


@given(st.dates(date(2023, 1, 1), date(2026, 12, 1)))
def test_a_week_is_a_thursday_within_seven_days_and_opens_before_it_is_due(day):
    """AC-12: strictly after the day; the report opens on the Monday."""
    week = feedbacks.week_after(day)
    assert week.weekday() == 3
    assert day < week <= day + timedelta(days=7)
    assert clock.local(clock.end_of(feedbacks.opens_after(week))).weekday() == 0


def test_a_week_is_owed_from_the_end_of_its_day():
    """⑦: due by Thursday 24:00, that day included."""
    friday = clock.end_of(date(2023, 6, 8))
    assert feedbacks.weeks(date(2023, 6, 7), friday - timedelta(seconds=1)) == []
    assert feedbacks.weeks(date(2023, 6, 7), friday) == [date(2023, 6, 8)]


# ---- reminders (P16) ---------------------------------------------------------------------------------------------------


def test_thresholds_are_counted_in_working_days_from_the_day_the_term_ends():
    """P16: a term that ends on Friday 2026-03-13, 24:00."""
    due_at = clock.end_of(date(2026, 3, 13))
    assert reminders.moment_of(-5, due_at) == clock.at(date(2026, 3, 6))
    assert reminders.moment_of(0, due_at) == due_at
    assert reminders.moment_of(3, due_at) == clock.end_of(date(2026, 3, 18))


def test_levels_follow_the_order_of_the_thresholds():
    """P16: 0 卡, 3 单, 7 函, 15 令; before the deadline there is none."""
    assert [reminders.level_of(each, [0, 3, 7, 15]) for each in (-5, 0, 3, 7, 15)] == [0, 1, 2, 3, 4]


# ---- separation of duties (2.2) ----------------------------------------------------------------------------------------

FORBIDDEN = ["RV", "RT", "RK", "RS", "VT", "VS", "TK", "TS", "KS", "AT", "AK", "AS"]


@pytest.mark.parametrize("pair", FORBIDDEN)
def test_the_pairs_of_the_formula_exclude_each_other_both_ways(pair):
    """INV-1, domain 2.2."""
    first, second = pair
    assert duties.why_not(first, [(second, 0)], 0)
    assert duties.why_not(second, [(first, 0)], 0)


@pytest.mark.parametrize("pair", ["RA", "VA", "VK", "RR", "VV"])
def test_other_pairs_do_not(pair):
    """Domain 2.2: A may be of R; nothing is said of V and A or K."""
    assert duties.why_not(pair[0], [(pair[1], 0)], 0) is None


def test_rectifying_is_carried_across_rounds_and_verifying_is_not():
    """Domain 2.2: V, A, T by round; R across."""
    assert duties.why_not("V", [("R", 0)], 1)
    assert duties.why_not("T", [("V", 0)], 1) is None


def test_who_verified_a_faked_rectification_never_verifies_it_again():
    """Domain 2.2: 假整改件的原 V 不得再验."""
    assert duties.why_not("V", [("V", 0)], 1, is_false=True)
    assert duties.why_not("V", [("V", 0)], 1) is None


def test_drafter_and_approver_of_a_disclosure_are_two():
    """INV-15."""
    assert duties.why_not("P2", [("P1", 0)], 0)


# ---- verification and closure (INV-2) ----------------------------------------------------------------------------------

MORNING = datetime(2026, 3, 3, 1, tzinfo=clock.SHANGHAI)


def member(person_id, certificate=None, agreed=True):
    return SimpleNamespace(person_id=person_id, certificate_no=certificate, is_agreed=agreed)


FINISH = SimpleNamespace(id=1, at=MORNING)
TWO = [member(1, "ZF-1"), member(2)]


def verification(**changes):
    good = {"finish_id": 1, "result": "PASS", "photo_count": 2, "onsite_at": MORNING, "members": TWO}
    return SimpleNamespace(**{**good, **changes})


@pytest.mark.parametrize(
    ("row", "word"),
    [
        (verification(result="FAIL"), "合格"),
        (verification(photo_count=1), "照片"),
        (verification(onsite_at=MORNING - timedelta(minutes=1)), "早于"),
        (verification(finish_id=0), "之后还没有验收"),
        (verification(members=[member(1, "ZF-1")]), "不足 2 人"),
        (verification(members=[member(1), member(2)]), "执法证"),
        (verification(members=[member(1, "ZF-1"), member(1, "ZF-1")]), "不足 2 人"),
        (verification(members=[member(1, "ZF-1"), member(2, agreed=None)]), "确认"),
        (None, "还没有验收"),
    ],
)
def test_one_fault_keeps_a_verification_from_being_a_pass(row, word):
    """INV-2, AC-14."""
    assert any(word in sentence for sentence in verifications.faults_of(row, FINISH))


def test_a_pass_has_two_confirmed_members_one_certificate_two_photos_and_comes_after_the_report():
    """INV-2."""
    assert verifications.faults_of(verification(), FINISH) == []


APPLY, TOWN, TRACKER, SIGN = ("APPLY", "apply"), ("TOWN", "approve"), ("TRACKER", "agree"), ("SIGN", "sign")


@pytest.mark.parametrize(
    ("reviews", "missing"),
    [
        ([APPLY, TOWN, TRACKER, SIGN], 0),
        ([APPLY, TOWN, TRACKER], 1),
        ([TOWN, TRACKER, SIGN], 4),
        ([APPLY, TOWN, TRACKER, ("SIGN", "town"), SIGN], 3),
        ([APPLY, TOWN, TRACKER, ("SIGN", "town"), TOWN, TRACKER, SIGN], 0),
        ([APPLY, TOWN, ("TRACKER", "apply"), APPLY, TRACKER, SIGN], 3),
        ([APPLY, ("TOWN", "verify"), TOWN, TRACKER, SIGN], 1),
        ([APPLY, TOWN, TRACKER, ("SIGN", "rectify"), SIGN], 1),
    ],
)
def test_the_way_to_the_signature_has_no_gap(reviews, missing):
    """INV-2: a return takes back what stood behind it."""
    assert len(closures.way_faults(reviews, "SIGN")) == missing


# ---- the rest ----------------------------------------------------------------------------------------------------------


def test_the_number_is_county_town_campaign_year_serial():
    """Domain 3.5, the numbering rule's own example."""
    assert rules.number("999901101201", "ZD2023", 2023, 17) == "999901101-ZD2023-2023-00017"


def test_nothing_leaves_a_dead_status_and_only_a_signature_closes():
    """INV-14, INV-2: CLOSED is reached from TOWN_APPROVED alone."""
    assert not any(rules.MOVES.get(status) for status in rules.NOT_COUNTED)
    assert [status for status, after in rules.MOVES.items() if "CLOSED" in after] == ["TOWN_APPROVED"]


def test_a_term_is_at_most_180_days():
    """⑥: default 30, at most 180 days."""
    today = date(2026, 3, 3)
    assert rules.due_date_fault(today + timedelta(days=180), today, 180) is None
    assert rules.due_date_fault(today + timedelta(days=181), today, 180)
    assert rules.due_date_fault(today - timedelta(days=1), today, 180)


def test_a_plan_ends_by_the_day_ordered():
    """⑤: deadline ≤ due_date."""
    ordered, today = date(2026, 4, 2), date(2026, 3, 3)
    assert rectifications.deadline_fault(ordered, ordered, today) is None
    assert rectifications.deadline_fault(date(2026, 4, 3), ordered, today)
    assert rectifications.deadline_fault(date(2026, 3, 2), ordered, today)


def test_terms_end_at_midnight_and_hours_to_the_minute():
    """Domain 8.3: safety terms in natural days, office terms in working days (2026-03-06 is a Friday)."""
    friday = clock.at(date(2026, 3, 6), 15, 30)
    assert dues.after(friday, 24, "h") == clock.at(date(2026, 3, 7), 15, 30)
    assert dues.after(friday, 1, "wd") == clock.end_of(date(2026, 3, 9))
    assert dues.after(friday, 1, "d") == clock.end_of(date(2026, 3, 7))


@pytest.mark.parametrize(
    "text", ["联系人电话13912345678。", "身份证11010519491231002X", "据举报人反映，已整改。", "电话0351-1234567"]
)
def test_what_is_private_is_not_published(text):
    """INV-15."""
    assert disclosures.content_fault(text)


def test_an_ordinary_text_is_published():
    """INV-15: numbers of documents and of hazards are none of persons."""
    assert disclosures.content_fault("隐患999901101-ZB2024-2026-00001已于2026年3月3日整改销号。") is None


def test_enforcement_needs_two_certificates():
    """INV-18."""
    assert inspections.certificate_fault("ENFORCEMENT", "ZF-1", None)
    assert inspections.certificate_fault("ENFORCEMENT", "ZF-1", "ZF-1")
    assert not inspections.certificate_fault("ENFORCEMENT", "ZF-1", "ZF-2")
    assert not inspections.certificate_fault("ROUTINE", None, None)


def test_who_travels_alone_takes_nobody_along():
    """A rehearsal moves its clock while others in the process go on with their cases."""
    asked = []
    with clock.travel_alone(clock.at(date(2026, 3, 2), 9)):
        other = Thread(target=lambda: asked.append(clock.today()))
        other.start()
        other.join()
        assert clock.today() == date(2026, 3, 2)
    assert asked == [clock.today()] == [clock.on(clock.real())]


@pytest.mark.parametrize(("total", "days"), [(0.57, 57), (0.29, 29), (1.15, 115), (1, 100)])
def test_a_share_of_the_term_loses_no_day_to_fractions(total, days):
    """P08: 57 % of a hundred days are 57 of them."""
    first = date(2026, 1, 1), date(2026, 4, 11)
    last = first[1] + timedelta(days=days)
    assert extensions.until_fault(last, first, first[1], total) is None
    assert "最晚到" in extensions.until_fault(last + timedelta(days=1), first, first[1], total)
