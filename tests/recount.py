"""Counts a dispatch form out of exported records alone: a plain reading of domain 5 that shares no code with the product.

A hazard's record is the `record.json` of its dossier; a return's is its chain, line by line. Nothing else is asked.
"""

import io
import json
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflows import dossiers, store
from workflows.db import canonical
from workflows.dispatch import Return
from workflows.engine import history
from workflows.hazards import Hazard
from workflows.inquiries import Inquiry

GONE = {"VOIDED", "DOWNGRADED", "MERGED", "REJECTED_LEAD"}
SIGNED = {"CLOSED", "PUBLISHED", "ARCHIVED"}
ON_THE_WAY = {"REPORTED", "REGISTERED", "HANDED_OVER", "RECTIFYING", "RECTIFIED", "VERIFIED", "CLOSE_APPLIED", "TOWN_APPROVED"}
FOUND_AS = {"SELF": "A1", "ENFORCE": "A3", "TIPOFF": "A5", "ASSIGNED": "A7"}
SIGNED_AS = {"A1": "A2", "A3": "A4", "A5": "A6", "A7": "A8"}
TO_THE_COUNTY = {"COUNTY": "ENFORCE", "COUNTY_TIP": "TIPOFF"}
Record = Mapping[str, Any]


# ---- what is handed out --------------------------------------------------------------------------------------------------


def exported(session: Session, place: store.Place) -> tuple[list[Record], list[Record]]:
    """(the records of all hazards, those of all returns and inquiries), as JSON has them."""
    hazards = [_unpacked(session, hazard, place) for hazard in session.scalars(select(Hazard).order_by(Hazard.id))]
    rows: list[Any] = [*session.scalars(select(Return).order_by(Return.id)), *session.scalars(select(Inquiry).order_by(Inquiry.id))]
    return hazards, [json.loads(canonical(_chain(session, row))) for row in rows]


def _unpacked(session: Session, hazard: Hazard, place: store.Place) -> Record:
    out = io.BytesIO()
    dossiers.write(out, store.at(place), dossiers.record(session, hazard, is_whole=True) | {"files": []}, "")
    with zipfile.ZipFile(out) as packed:
        return {**json.loads(packed.read(dossiers.RECORD)), "place": hazard.region_code}


def _chain(session: Session, row: Any) -> Record:
    """A return's; or an inquiry's, which is of its hazard's campaign and of no unit."""
    lines = [{"kind": line.kind, "at": line.at, "body": line.body} for line in history.lines(session, row.ref)]
    campaign = row.hazard.campaign if isinstance(row, Inquiry) else row.campaign
    return {"place": row.region_code, "unit": getattr(row, "unit_id", 0), "campaign": campaign, "lines": lines}


# ---- the counting --------------------------------------------------------------------------------------------------------


def recount(
    hazards: Iterable[Record], returns: Iterable[Record], *, within: str, level: str, campaign: str, as_of: datetime
) -> dict[str, int]:
    """The values of a form that are not 0. `within`: how the region codes of the place begin."""
    found: Counter[str] = Counter()
    subjects = defaultdict[str, set[str]](set)  # of what counts subjects, each once
    for each in hazards:
        if each["place"].startswith(within) and (each["number"] or "").split("-")[1:2] == [campaign]:
            lines = [line for line in each["lines"] if datetime.fromisoformat(line["at"]) <= as_of]
            items = _items(lines, level)
            found.update(items)
            # C10 counts times: a talk that was held stays counted, whatever became of the hazard
            found["C10"] += sum(line["kind"] == "urge_talked" and line["body"]["against"] == "UNIT" for line in lines)
            for item in _of_the_subject(lines, items):
                subjects[item].add(_subject(each))
    found.update({item: len(each) for item, each in subjects.items()})
    newest: dict[tuple[int, str], tuple[datetime, int]] = {}
    for row in returns:
        if row["place"].startswith(within) and row["campaign"] == campaign:
            closed = [line for line in row["lines"] if line["kind"] == "inquiry_closed"]
            found["C9"] += sum(line["body"]["held"] for line in closed if datetime.fromisoformat(line["at"]) <= as_of)
            for body in (line["body"] for line in row["lines"] if line["kind"] == "return_value_entered"):
                valid_at, key = datetime.fromisoformat(body["valid_at"]), (row["unit"], body["code"])
                if valid_at <= as_of and (key not in newest or valid_at >= newest[key][0]):
                    newest[key] = (valid_at, body["value"])
    for (_, code), (_, value) in newest.items():
        found[code] += value
    return {code: value for code, value in found.items() if value}


def _items(lines: list[Record], level: str) -> list[str]:
    """The items in which one hazard counts."""
    registered = [line["body"] for line in lines if line["kind"] == "REGISTERED"]
    statuses = [line["kind"] for line in lines if line["kind"] in GONE | SIGNED | ON_THE_WAY]
    if not registered or statuses[-1] in GONE:
        return []
    item = FOUND_AS[_source(registered[0]["source"], registered[0]["found_by"], level)]
    counted = [item, *([SIGNED_AS[item]] if statuses[-1] in SIGNED else [])]
    if any(line["kind"] == "LISTED" for line in lines):
        counted += ["A9", *(["A10"] if statuses[-1] in SIGNED else [])]
    return counted


def _of_the_subject(lines: list[Record], items: list[str]) -> Iterator[str]:
    """The items in which the subject of one hazard counts, given those in which the hazard does."""
    kinds = [line["kind"] for line in lines]
    if items:
        yield from (item for item, kind in (("C6a", "STOPPED"), ("C7", "TALKED")) if kind in kinds)
    ended = [kind for kind in kinds if kind in ("SHUTDOWN", "REOPENED")]
    if ended[-1:] == ["SHUTDOWN"] and not set(SIGNED_AS.values()).isdisjoint(items):
        yield "C6b"


def _subject(record: Record) -> str:
    """Whose hazard it is: the file of the subject, or its name in its village."""
    report = next(each["data"] for each in record["submissions"] if each["form"] == "report")
    return str(report.get("subject_id") or (record["place"], report["subject_name"]))


def _source(source: str, finder: str | None, level: str) -> str:
    """来源随层级重判: what the county or somebody above it found is assigned to a town; to the county its own finds are its own."""
    if not finder:
        return source
    return TO_THE_COUNTY.get(finder, source) if level == "COUNTY" else "ASSIGNED"
