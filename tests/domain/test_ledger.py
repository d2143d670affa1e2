"""What counts as found and as rectified, as of any moment (domain 3.2, 5)."""

from datetime import timedelta

from tests.domain.town import TOWN, Town
from workflows import clock, closures, hazards, ledger


def test_only_a_signature_counts_as_rectified(town: Town):
    """AC-02: approved by the town is not rectified, it stands apart as 已改待销."""
    hazard = town.verified()
    town.to_signature(hazard)
    town.closed()
    before = ledger.count(town.session)
    assert (before.total.found, before.total.closed, before.total.awaiting, before.rate) == (2, 1, 1, 50.0)
    town.act(closures.sign_closure, hazard, "magistrate", decision="sign")
    town.step(closures.close_hazard, hazard, "magistrate")
    assert (ledger.count(town.session).items["A4"], ledger.count(town.session).rate) == (2, 100.0)


def test_voided_hazards_are_subtracted_and_never_rectified(town: Town):
    """AC-03, INV-14."""
    found = [town.registered() for _ in range(3)]
    assert ledger.count(town.session).items["A3"] == 3
    for hazard in found:
        hazards.move(town.session, hazard, "VOIDED", by=town.id("deputy"), reason="误录")
    town.session.flush()
    counts = ledger.count(town.session)
    assert (counts.total.found, counts.total.closed, counts.gone["VOIDED"]) == (0, 0, 3)
    assert all(hazard.hazard_no for hazard in found)


def test_the_month_ends_on_the_25th_at_midnight(town: Town, clock_at):
    """AC-11, by the server's clock at which it was recorded."""
    clock_at("2023-06-25 23:59:59")
    town.registered()
    moment = clock_at("2023-06-26 00:00:01")
    town.registered()
    june = ledger.cutoff(moment.date().replace(day=1))
    assert ledger.count(town.session, as_of=june).total.found == 1
    assert ledger.count(town.session, as_of=june + timedelta(days=30)).total.found == 2


def test_the_ledger_stays_within_region_and_source(town: Town):
    """INV-11, INV-16."""
    town.registered()
    town.registered(source="SELF")
    assert ledger.count(town.session, within=town.units["village"]).total.found == 2
    assert ledger.count(town.session, within=town.units["other"]).total.found == 0
    assert town.units["town"].region_code == TOWN
    items = ledger.count(town.session).items
    assert (items["A1"], items["A3"], items["A9"]) == (1, 1, 0)


def test_a_past_ledger_does_not_change(town: Town, clock_at):
    """INV-12: recomputed for any moment."""
    hazard = town.verified()
    town.to_signature(hazard)
    then = clock.now()
    clock_at("2026-03-04 09:00")
    town.act(closures.sign_closure, hazard, "magistrate", decision="sign")
    town.step(closures.close_hazard, hazard, "magistrate")
    assert ledger.count(town.session, as_of=then).total.closed == 0
    assert ledger.status_at(town.session, hazard, then) == "TOWN_APPROVED"
    assert ledger.count(town.session).total.closed == 1
