"""The data set of standards, and that a hazard is registered by a clause of it (domain 8.2, M095)."""

from datetime import date

import pytest

from workflows import hazards, sectors, standards
from workflows.errors import Invalid
from workflows.options import OPTIONS

NO_STANDARD = ("SCHOOL", "MEDICAL", "FOOD")


def test_every_entry_is_whole():
    assert standards.clauses()
    for clause in standards.clauses().values():
        assert set(clause.standard.sectors) <= set(sectors.DELIVERED), clause.code
        assert clause.standard.to_on is None or clause.standard.from_on <= clause.standard.to_on
        assert clause.title
        assert len(clause.text) <= 400
        assert len(clause.code) <= 60


def test_a_new_version_takes_the_place_of_the_old_one_on_its_day():
    def versions(on):
        return {each.id for each in standards.own_of("CONSTRUCTION", on)}

    assert versions(date(2024, 12, 31)) == {"FW-2022"}
    assert versions(date(2025, 1, 1)) == {"FW-2024"}
    assert "FW-2022/01" in standards.clauses()  # hazards were registered by it


@pytest.mark.parametrize("sector", NO_STANDARD)
def test_industries_without_a_standard_are_offered_what_holds_in_every_industry(sector):
    assert standards.own_of(sector, date(2026, 1, 1)) == []
    assert standards.in_force(date(2026, 1, 1), sector)[0].standard.is_general


def test_the_hazards_own_industry_comes_first(town):
    hazard = town.report()
    texts = [text for _, text in OPTIONS["clauses"](town.session, hazard)]
    own = sectors.DELIVERED[hazard.sector]
    first = [text.startswith(f"{own}｜") for text in texts]
    assert first[0]
    assert first == sorted(first, reverse=True)


def propose(town, hazard, **data):
    given = {"proposal": "accept", "level_final": "MAJOR", "dup_check": "NONE", "primary_source": hazard.source}
    town.act(hazards.propose_registration, hazard, "staff", **given, **data)


def test_the_clause_is_written_out_with_the_hazard(town):
    hazard = town.report()
    propose(town, hazard, standard_clause="GM-2023/09")
    assert hazard.standard_clause == "GM-2023/09"
    assert hazard.clause_text.startswith("有限空间未辨识")
    assert "应急管理部令第10号" in hazard.clause_text


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"standard_clause": "FW-2022/01"}, "standard_clause"),  # ended
        ({"standard_clause": "GM-2023"}, "standard_clause"),  # a standard is no clause
        ({"standard_clause": "RQ-2023/01"}, "standard_clause"),  # another industry's
        ({"key_check_item": "电气线路"}, "key_check_item"),  # the industry has a standard
        ({}, "standard_clause"),  # neither
    ],
)
def test_what_is_no_ground_is_refused_at_its_field(town, data, field):
    hazard = town.report()
    with pytest.raises(Invalid) as refusal:
        propose(town, hazard, **data)
    assert list(refusal.value.fields) == [field]


def test_a_corrected_industry_decides_what_fits(town):
    hazard = town.report()
    propose(town, hazard, sector="GAS", standard_clause="RQ-2023/01")
    assert hazard.sector == "GAS"
    other = town.report()
    propose(town, other, sector="SCHOOL", key_check_item="校舍安全出口")
    assert other.key_check_item == "校舍安全出口"
