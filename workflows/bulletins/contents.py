"""What an edition is made of: the town's hazards as their dated facts had them at the cut, and what was told of them before."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from workflows import campaigns, clock, people, sectors
from workflows.bulletins import rules
from workflows.bulletins.rules import Standing, Told
from workflows.bulletins.tables import Bulletin, Edition, Row, Wording
from workflows.facts import Fact
from workflows.hazards.questions import in_region
from workflows.hazards.rules import COUNTED_AS_CLOSED, STATUSES
from workflows.hazards.tables import Hazard


def rows(session: Session, bulletin: Bulletin, left_out: Mapping[int, str] | None = None) -> list[Row]:
    """The lines of a new edition: as of the cut, without what is exempt. `left_out`: hazard → why, as its drafter says now."""
    told, exempt = _told(session, bulletin), _exempt(session, bulletin)
    return rules.rows(standings(session, bulletin), told, bulletin.cut_at, exempt, left_out or {})


def standings(session: Session, bulletin: Bulletin) -> list[Standing]:
    """The town's numbered hazards as they stood at the cut."""
    town = people.find_unit(session, "TOWN", bulletin.region_code)
    if town is None:
        return []
    known = _facts(session, town, bulletin)
    hazards = session.scalars(select(Hazard).where(in_region(town), Hazard.hazard_no.is_not(None)).order_by(Hazard.id)).all()
    words, named = _wordings(session, town), sectors.names(session)
    villages = {unit.region_code: unit.name for unit in people.units(session, "VILLAGE", town.region_code[:9])}
    sources = {
        code: campaigns.params_at(session, code, bulletin.cut_at)["publish_sources"]
        for code in {each.campaign for each in hazards}
    }
    return [
        Standing(
            hazard_id=each.id,
            hazard_no=each.hazard_no or "",
            subject_name=words[each.id].subject_name if each.id in words else each.subject_name,
            text=words[each.id].text if each.id in words else each.description,
            village_code=each.region_code,
            village_name=villages.get(each.region_code, ""),
            sector=named.get(each.sector or "", ""),
            status=known[each.id]["status"].kind,
            registered_on=clock.on(known[each.id]["REGISTERED"].recorded_at),
            due_at=known[each.id]["DUE"].effective_at if "DUE" in known[each.id] else None,
            closed_at=known[each.id]["CLOSED"].recorded_at if "CLOSED" in known[each.id] else None,
            is_public=each.source in sources[each.campaign],
            is_still_closed=each.status in COUNTED_AS_CLOSED,
            is_unpublished=each.status == "CLOSED",
            to_correct_at=known[each.id]["TO_CORRECT"].recorded_at if "TO_CORRECT" in known[each.id] else None,
        )
        for each in hazards
        if "REGISTERED" in known.get(each.id, {})
    ]


def _facts(session: Session, town: people.Unit, bulletin: Bulletin) -> dict[int, dict[str, Fact]]:
    """Of each hazard the newest fact of each kind up to the cut, and the newest that is a status."""
    mine = select(Fact).join(Hazard, Hazard.id == Fact.hazard_id).where(in_region(town), Fact.recorded_at <= bulletin.cut_at)
    known: dict[int, dict[str, Fact]] = {}
    for fact in session.scalars(mine.order_by(Fact.id)):
        known.setdefault(fact.hazard_id, {})[fact.kind] = fact
        if fact.kind in STATUSES:
            known[fact.hazard_id]["status"] = fact
    return known


def _wordings(session: Session, town: people.Unit) -> dict[int, Wording]:
    found = select(Wording).join(Hazard, Hazard.id == Wording.hazard_id).where(in_region(town))
    return {each.hazard_id: each for each in session.scalars(found.order_by(Wording.id))}


def _exempt(session: Session, bulletin: Bulletin) -> set[int]:
    """The hazards that stay out: as their own step ⑬, an earlier month or an earlier edition of this one has approved."""
    within = Hazard.region_code.startswith(bulletin.region_code[:9], autoescape=True)
    alone = select(Hazard.id).where(within, Hazard.exemption.is_not(None))
    monthly = _published(bulletin, Row.hazard_id).where(Row.list == "EXEMPT", Row.text != rules.BY_PARAMETER)
    monthly = monthly.where(Bulletin.cut_at <= bulletin.cut_at)
    return {*session.scalars(alone), *session.scalars(monthly)}


def _told(session: Session, bulletin: Bulletin) -> Told:
    cuts = _published(bulletin, Row.hazard_id, Row.list, func.max(Bulletin.cut_at)).group_by(Row.hazard_id, Row.list)
    cuts = cuts.where(Bulletin.cut_at < bulletin.cut_at)
    return Told({(hazard_id, list): cut_at for hazard_id, list, cut_at in session.execute(cuts)})


def _published(bulletin: Bulletin, *columns: Any) -> Select[Any]:
    """Something of the lines that the bulletin's town has published."""
    found = select(*columns).select_from(Row).join(Edition, Edition.id == Row.edition_id)
    found = found.join(Bulletin, Bulletin.id == Edition.bulletin_id).where(Edition.state == "PUBLISHED")
    return found.where(Bulletin.region_code == bulletin.region_code)
