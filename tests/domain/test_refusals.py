"""What the verbs refuse although a form let it pass: subjects, places, sources and numbers that are none."""

import pytest

from tests.domain.town import OTHER, TOWN, Town
from workflows.errors import Invalid


def fault_of(call, *args, **kwargs):
    """The fields that the refused call names, with their sentences."""
    with pytest.raises(Invalid) as caught:
        call(*args, **kwargs)
    return caught.value.fields


# ---- report ------------------------------------------------------------------------------------------------------------

STALL = {"subject_id": "", "subject_type": "STALL", "subject_name": "早餐摊", "sector": "FOOD", "address": "村口"}


@pytest.mark.parametrize(
    ("field", "data"),
    [
        ("region_code", {"region_code": "999901101999"}),
        ("region_code", {"region_code": TOWN}),
        ("region_code", {"region_code": "９９９９０１１０１２０２"}),
        ("sector", {"sector": "MAGIC"}),
        ("subject_type", {"subject_type": "PALACE"}),
    ],
)
def test_a_subject_lies_in_a_known_village_and_industry(town: Town, field, data):
    """①: what was typed is compared with the lists the form offers."""
    given = {**STALL, "region_code": OTHER}
    assert town.report(**given).region_code == OTHER
    assert list(fault_of(town.report, **{**given, **data})) == [field]


def test_only_an_enterprise_is_a_subject_on_file(town: Town):
    """①: neither a village nor a unit that is not there."""
    for unit_id in (town.units["village"].id, 4711):
        assert list(fault_of(town.report, subject_id=str(unit_id))) == ["subject_id"]
