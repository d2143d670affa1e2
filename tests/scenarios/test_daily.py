"""What begins every day: one case that is broken keeps none of the others from beginning, and is not passed over in silence."""

from datetime import date

import pytest

from service import setup
from workflows import daily, dispatch, people, vocabulary
from workflows.engine import definitions
from workflows.errors import Invalid

JUNE = date(2023, 6, 25)


def deploy(town, timer):
    """Deploy the diagram of the villages' returns with timers that wait for this: for no moment, and none can begin."""
    file = setup.SHIPPED / "return_village.bpmn"
    forms = setup.forms_beside(file)
    with town.database.transaction() as session:
        definitions.deploy(session, vocabulary.known(forms), file.read_bytes().replace(b"cut_at()", timer), forms)


def levels(town):
    """Whose returns of June there are."""
    with town.database.reading() as session:
        county = people.find_unit_named(session, "甲县")
        return sorted(row.level for row, _ in dispatch.returns(session, county, "ZD2023", JUNE))


def test_one_that_cannot_begin_stops_no_other_and_makes_the_job_fail(town, clock_at):
    """P11: the town's and the county's returns open though the villages' diagram is broken; mended, the next run makes up."""
    clock_at("2023-06-20 09:00")
    deploy(town, b"1")
    with pytest.raises(Invalid, match="没有得到确定的时间"):
        daily.open_returns(town.database)
    assert levels(town) == ["COUNTY", "TOWN"]
    deploy(town, b"cut_at()")
    assert daily.open_returns(town.database) == 2
    assert levels(town) == ["COUNTY", "TOWN", "VILLAGE", "VILLAGE"]
