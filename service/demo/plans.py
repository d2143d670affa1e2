"""What is to happen in the demo county: which hazards are found when and where, what goes wrong, where they stand today.

Planned with a seeded random from the office's today, so that the same day always makes the same county. What waits today was
reported just so long ago that it came there in the days its people take.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from random import Random
from typing import Any

from service.demo import county, events
from service.demo.findings import FINDINGS, HARM, Finding
from service.demo.lives import Answers, Case, Event
from service.demo.matters import BESIDE
from service.demo.stands import DELAYS, FULL, LEADS, ON_THE_WAY, TAKEN_OFF, TWISTS, UNPUBLISHED, Size, Stand, stop_on, way_of
from service.demo.town import TOWN
from workflows import clock, people
from workflows.db import Database

SEED = 20230425


@dataclass(frozen=True)
class Plan:
    """The cases, what happens to people meanwhile, and the random that goes on choosing."""

    cases: list[Case]
    events: list[Event]
    random: Random


def plan(database: Database, size: Size) -> Plan:
    """Plan a county of a size, up to the office's today."""
    return _Planner(database, size).plan()


class _Planner:
    """Holds what planning a case needs: the random, the subjects not used up, the days."""

    def __init__(self, database: Database, size: Size) -> None:
        self.size, self.random, self.today = size, Random(SEED), clock.today()
        self.first = self.today - timedelta(days=size.days) if size.days else date(2023, 5, 8)
        with database.reading() as session:
            self.unit_ids = {unit.name: unit.id for unit in people.units(session, "ENTERPRISE")}
            self.person_ids = {person.login: person.id for person in people.everybody(session)}
        self.houses = self._houses()

    def plan(self) -> Plan:
        """Everything."""
        still_open = list(self._open())
        leads = self._leads() if self.size.leads else ()
        cases = [*self._closed(), *still_open, _again(still_open), *leads]
        return Plan(cases, list(events.between(self.first, self.today)), self.random)

    # ---- where ---------------------------------------------------------------------------------------------------------

    def _houses(self) -> list[tuple[str, Finding]]:
        """(unit's key, finding) pairs in a random order, each once: nothing is found twice at one place."""
        pairs = [
            (key, finding)
            for key, (kind, name, _, _, _) in county.units().items()
            if kind == "ENTERPRISE" and not name.startswith("申村")  # kept for the one whose lead leaves
            for finding in FINDINGS.get(_trade(name), ())
        ]
        self.random.shuffle(pairs)
        owned = {unit for _, _, posts in county.persons().values() for role, unit in posts if role == "ENT_HEAD"}
        return sorted(pairs, key=lambda pair: (pair[0] in owned) * self.random.random())  # mostly, not only, with an account

    def _house(self, twist: str) -> tuple[str, Finding]:
        if twist == "lead gone":
            key = next(key for key, unit in county.units().items() if unit[0] == "ENTERPRISE" and unit[1].startswith("申村"))
            return key, FINDINGS[_trade(county.units()[key][1])][0]
        if twist == "tracker gone":
            found = next(pair for pair in self.houses if county.units()[pair[0]][4]["sector_code"] == "TRAFFIC")
            self.houses.remove(found)
            return found
        return self.houses.pop()

    # ---- when ----------------------------------------------------------------------------------------------------------

    def _closed(self) -> Iterator[Case]:
        twists = [*ON_THE_WAY, *[""] * 12]
        special = [TAKEN_OFF, *UNPUBLISHED] if self.size is FULL else [TAKEN_OFF]
        for source, number in self.size.closed.items():
            for place in range(number):
                if source == "ENFORCE" and special:
                    stand = special.pop()
                    yield self._case(source, stand, stand.twist)
                    continue
                yield self._case(source, None, twists[place % len(twists)])

    def _open(self) -> Iterator[Case]:
        for source, stands in self.size.open.items():
            for stand in stands:
                yield self._case(source, stand, stand.twist)

    def _case(self, source: str, stand: Stand | None, twist_name: str = "") -> Case:
        twist = TWISTS[twist_name]
        delays = {element: self.random.randint(*span) for element, span in DELAYS.items()} | dict(twist.delays)
        way = way_of(twist, is_immediate=twist_name == "immediate")
        stops = tuple(stand.stops.split()) if stand else ()
        until, passes = stop_on(way, stops[0]) if stops else (len(way), 0)
        both = {"ack_territory": max(delays["ack_territory"], delays["ack_sector"])}  # what follows waits for the two of them
        days = sum((delays | both)[element] for element in way[:until])
        key, finding = self._house(twist_name)
        if stand:
            reported_on = clock.add_working_days(self.today, -(days + stand.waited))
        else:
            reported_on = self._day(clock.add_working_days(self.today, -(days + 12)))
        login, report = self._report(source, key, finding, reported_on)
        due_days = stand.due_days if stand else self.random.choice((30, 45, 60, 60, 75, 90))
        answers = self._answers(finding, twist_name, key, due_days)
        return Case(reported_on, login, report, stops, answers, passes, delays, BESIDE.get(twist_name, {}))

    def _day(self, last: date) -> date:
        """A working day in the county's time, oftener a late one than an early one."""
        span = max((last - self.first).days, 1)
        day = self.first + timedelta(days=int(span * self.random.random() ** 0.8))
        return min(clock.next_working_day(day), max(last, self.first))

    # ---- what ----------------------------------------------------------------------------------------------------------

    def _report(self, source: str, key: str, finding: Finding, on: date) -> tuple[str, dict[str, Any]]:
        _, name, code, village, more = county.units()[key]
        sector = more["sector_code"]
        is_urgent = self.random.random() < 0.12
        report = {
            "subject_on_file": True,
            "subject_id": str(self.unit_ids[name]),
            "description": finding.wrong,
            "harm_analysis": HARM[sector],
            "immediate_danger": is_urgent,
            "source": source,
        }
        if is_urgent:
            report["interim_measures"] = "已责令停用相关设备和场所，撤出人员并拉设警戒。"
        if source == "SELF":
            owners = [login for login, (_, _, posts) in county.persons().items() if ("ENT_HEAD", key) in posts]
            return (owners or [_head_of(village or "")])[0], report
        persons = county.persons()
        at_town = ("ENFORCER", "town" if code.startswith(TOWN[:9]) else "town2")
        team = [login for login, (_, _, posts) in persons.items() if at_town in posts]
        first, second = self.random.sample(team, 2)
        inspection = {
            "inspection_kind": "ENFORCEMENT",
            "inspection_on": on.isoformat(),
            "inspectors": f"{persons[first][0]}、{persons[second][0]}",
            "certificate_1": persons[first][1],
            "certificate_2": persons[second][1],
        }
        return first, report | inspection

    def _answers(self, finding: Finding, twist: str, key: str, due_days: int) -> Answers:
        """What is said of this hazard in particular; the answers of the twist go before."""
        sector = county.units()[key][4]["sector_code"]
        is_immediate, special = twist == "immediate", TWISTS[twist].answers
        said: dict[str, dict[str, Any]] = {
            "issue_rectify": {} if is_immediate else {"due_date": partial(_in_days, due_days)},
            "plan": {"measures": finding.measures, "fund_yuan": self.random.randrange(2, 160) * 50_000},
            "rectify": {"finish_report": finding.done} | ({"measures": finding.measures} if is_immediate else {}),
        }
        if sector == "TRAFFIC":  # one of its department's two trackers leaves; he has this one hazard only
            said["name_tracker"] = {"tracker": str(self.person_ids["genzong3" if twist == "tracker gone" else "genzong7"])}
        return {
            element: [{**said.get(element, {}), **each} for each in special.get(element, ())] + [said.get(element, {})] * 4
            for element in {*said, *special}
        }

    # ---- leads and people ------------------------------------------------------------------------------------------------

    def _leads(self) -> Iterator[Case]:
        """Reports without a number: two wait for the office, two for its director; two were none."""
        for stop, ago, decided in LEADS:
            case = self._case("ENFORCE", Stand(stop or "issue_rectify", ago))
            answers = {**case.answers, "confirm_registration": [decided]} if decided else case.answers
            yield Case(case.reported_on, case.login, case.report, (stop,) if stop else (), answers, 0, case.delays)


def _again(cases: Sequence[Case]) -> Case:
    """What has waited longest for its rectification was found once more a week later, and recorded under a second number."""
    main = min((case for case in cases if "rectify" in case.stops), key=lambda case: case.reported_on)
    on = clock.add_working_days(main.reported_on, 5)
    inspected = {"inspection_on": on.isoformat()} if "inspection_on" in main.report else {}
    report = {**main.report, **inspected, "description": f"复查时仍然存在：{main.report['description']}"}
    return Case(on, main.login, report, delays={**main.delays, **TWISTS["twice"].delays}, beside=BESIDE["twice"])


def _in_days(days: int) -> str:
    return (clock.today() + timedelta(days=days)).isoformat()


def _trade(name: str) -> str:
    return next((trade for trade in FINDINGS if name.endswith(trade)), "")


def _head_of(village: str) -> str:
    """Who speaks for a village."""
    return next(login for login, (_, _, posts) in county.persons().items() if ("VILLAGE", village) in posts)
