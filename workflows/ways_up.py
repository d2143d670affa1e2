"""Ways up (上转表): the posts by which a diagram addresses its tasks, and who is next above them.

A task goes to posts. If nobody who holds them today may do the task (vacant, or barred by separation of duties), it goes up by
the table in domain 3.3, and says so; where the way ends, it is blocked and says that.
"""

from collections.abc import Callable, Collection, Iterable
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from workflows import people
from workflows.engine import Address, Post, Want
from workflows.hazards.questions import DIGITS
from workflows.people import Unit
from workflows.staffing.rules import place_fault

UP: dict[str, tuple[tuple[str, str], ...]] = {  # role → the (role, unit word) it goes up to, one after the other
    "GROUP_DEPUTY": (("GROUP_HEAD", "town"), ("COUNTY_OFFICE", "county")),
    "GROUP_HEAD": (("COUNTY_OFFICE", "county"),),
    "TOWN_DISCIPLINE": (("COUNTY_OFFICE", "county"),),  # 【设】 not 纪委监委, who receive referrals
    "OFFICE_DIRECTOR": (("GROUP_DEPUTY", "town"), ("GROUP_HEAD", "town")),
    "OFFICE_STAFF": (("OFFICE_DIRECTOR", "town"),),
    "COUNTY_DEPT": (("COUNTY_OFFICE", "county"),),
    "ENFORCER": (("COUNTY_DEPT", "county_depts"),),
}
BESIDE = {"around": ("STATION", "GROUP", "COUNTY_DEPT"), "county_depts": ("COUNTY_DEPT",)}  # word → units beside the three levels


# ---- rules -------------------------------------------------------------------------------------------------------------


def asked(want: Want) -> tuple[tuple[str, ...], str]:
    """The roles a task is for, and the word for where they are held. Without a role the lane names it (design 5), wherever around
    the thing somebody holds it."""
    of_lane = tuple(code for code, name in people.ROLES.items() if name == want.lane)
    return want.roles or of_lane, want.unit or ("town" if want.roles else "around")


def held_at(roles: Iterable[str], units: Collection[Unit]) -> frozenset[Post]:
    """Each of some roles at each of some units where there is such a post."""
    return frozenset(Post(role, unit.id) for role in roles for unit in units if place_fault(role, unit.kind) is None)


def first_who_may(
    want: Want,
    units: Callable[[str], Collection[Unit]],
    may: Callable[[frozenset[Post]], bool],
    *,
    instead: frozenset[Post] | None = None,
) -> Address:
    """The posts a task is for, or the first on the way up that somebody holds who may do it. `units`: those that a word means;
    `instead`: the posts it is for, where they are not those the diagram names."""
    roles, word = asked(want)
    at_first = held_at(roles, units(word)) if instead is None else instead
    if may(at_first):
        return Address(at_first)
    named = "、".join(people.role_name(role) for role in roles)
    for role, above in _way_up(roles):
        posts = held_at((role,), units(above))
        if may(posts):
            return Address(posts, note=f"{named}空缺或因职责分离不能办理，已上转{people.role_name(role)}。")
    return Address(blocked=f"{named}空缺或因职责分离不能办理，且没有可上转的岗位，请补充人员。")


def _way_up(roles: tuple[str, ...]) -> list[tuple[str, str]]:
    """The (role, unit word) pairs above some roles, nearest first."""
    steps = [step for role in roles for step in UP.get(role, ())]
    return [step for step in dict.fromkeys(steps) if step[0] not in roles]


# ---- questions ---------------------------------------------------------------------------------------------------------


def of_unit(session: Session, thing: Any, want: Want, *, barred: Collection[int | None] = ()) -> Address:
    """Whose task it is when the thing belongs to a village, town or county: the roles that the diagram names, at the unit it
    names around the thing's `region_code` (or at its own, by `unit_id`)."""

    def may(posts: frozenset[Post]) -> bool:
        return any(person.id not in barred for person in people.holders(session, posts))

    return first_who_may(want, partial(_around, session, thing), may)


def _around(session: Session, thing: Any, word: str) -> list[Unit]:
    if word == "own":
        return [people.get_unit(session, thing.unit_id)]
    code = thing.region_code
    levels = {"village": code, "town": people.town_code(code), "county": people.county_code(code)}
    wanted = {"around": levels, "county_depts": ()}.get(word, [word if word in levels else "town"])
    found = [unit for each in wanted if (unit := people.find_unit(session, each.upper(), levels[each]))]
    return found + [unit for kind in BESIDE.get(word, ()) for unit in people.units(session, kind, code[: DIGITS[kind]])]
