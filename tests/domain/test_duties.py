"""Separation of duties, whoever tries what (domain 2.2)."""

from contextlib import suppress
from random import Random

import pytest
from sqlalchemy import select

from tests.domain.town import Town
from workflows import closures, duties, verifications
from workflows.errors import Conflict, Forbidden, Invalid


@pytest.mark.parametrize("seed", range(12))
def test_whoever_tries_whatever_no_person_bears_two_duties_that_exclude_each_other(town: Town, seed):
    """INV-1: people with many posts try every step, by themselves and for others; a fourth of the tries are substitutions."""
    choose = Random(seed)
    people_ = ["liaison", "enforcer1", "enforcer2", "deputy", "head", "tracker", "magistrate"]
    posts = ["VILLAGE_LIAISON", "ENFORCER", "GROUP_DEPUTY", "COUNTY_LEADER"]
    for login in people_:
        town.persons[login].certificate_no = f"ZF-{login}"
        for role in choose.sample(posts, 2):
            town.hire(login, role, {"VILLAGE_LIAISON": "village", "COUNTY_LEADER": "county"}.get(role, "town"))
    hazard = town.rectified()
    for _ in range(120):
        login, other = choose.sample(people_, 2)
        more = {"for_": other} if choose.random() < 0.25 else {}
        with suppress(Conflict, Forbidden, Invalid), town.session.begin_nested():
            choose.choice(TRIES)(town, hazard, login, other, more)
    borne = {(row.person_id, row.duty) for row in town.session.scalars(select(duties.Duty))}
    for pair in duties.EXCLUDES:
        first, second = pair
        assert not {person for person, duty in borne if duty == first} & {person for person, duty in borne if duty == second}


TRIES = [
    lambda town, hazard, login, other, more: town.verify(hazard, login, members=[str(town.id(other))], **more),
    lambda town, hazard, login, other, more: town.act(verifications.confirm_verification, hazard, login, agree="yes", **more),
    lambda town, hazard, login, other, more: town.step(verifications.pass_verification, hazard),
    lambda town, hazard, login, other, more: town.apply(hazard, login, **more),
    lambda town, hazard, login, other, more: town.act(
        closures.review_in_town, hazard, login, decision="approve", opinion="同意", **more
    ),
    lambda town, hazard, login, other, more: town.act(
        closures.give_tracking_opinion, hazard, "tracker", decision="agree", opinion="同意", **more
    ),
    lambda town, hazard, login, other, more: town.act(closures.sign_closure, hazard, login, decision="sign", **more),
    lambda town, hazard, login, other, more: town.step(closures.close_hazard, hazard),
]
