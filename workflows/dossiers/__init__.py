"""The dossier (卷宗) of a hazard: its record and its files in one zip that anybody can check without this system.

`record.json` is what counts: the chain, line by line, and everything handed in. Each submission's hash stands in the chain, and
each file's hash in a submission, so the chain's head vouches for all of it. `dossier.html` is the same for the eye.
Whoever is of the enterprise gets no more than the timeline shows him: the other lines come sealed, as links of the chain only.
"""

import hashlib
import zipfile
from collections.abc import Iterable
from datetime import datetime
from typing import Any, BinaryIO

from sqlalchemy.orm import Session

from workflows import clock, documents, papers, people, photos, store
from workflows.db import canonical
from workflows.engine import history, tasks
from workflows.hazards import Hazard

FORMAT = "bihuan-dossier/1"
PAGE, RECORD, MANIFEST = "dossier.html", "record.json", "MANIFEST.json"
OPEN_TO_ENTERPRISE = frozenset({"task_completed", "document_written"})  # they prove what comes along, and the page shows that
CHUNK = 256 * 1024
Record = dict[str, Any]


# ---- rules -------------------------------------------------------------------------------------------------------------


def file_path(sha256: str, kind: str) -> str:
    """Where a file lies in the zip."""
    return f"files/{sha256}.{kind}"


def _is_open(line: history.Line) -> bool:
    """Whether who is of the enterprise gets a line whole; of what is between the officials only its link."""
    return line.kind in OPEN_TO_ENTERPRISE and not line.body.get("internal")


def _line(line: history.Line, *, is_open: bool) -> Record:
    """A line of the chain; sealed, it keeps its place and its hashes and says nothing of its content."""
    links = {"seq": line.seq, "kind": line.kind, "at": line.at, "algorithm": line.algorithm}
    links |= {"previous": line.previous, "hash": line.hash}
    if not is_open:
        return {**links, "sealed": True}
    return {**links, "by": line.by, "on_behalf_of": line.on_behalf_of, "body": line.body}


# ---- questions ---------------------------------------------------------------------------------------------------------


def record(session: Session, hazard: Hazard, *, is_whole: bool) -> Record:
    """All that counts of a hazard, ready to be written down canonically. `is_whole`: with what is between the officials."""
    lines = history.lines(session, hazard.ref)
    handed_in = tasks.submissions(session, hazard.ref)
    files = list(_files(session, hazard, is_whole=is_whole))
    told = [_line(line, is_open=is_whole or _is_open(line)) for line in lines]
    made = [row for row in documents.of(session, hazard.ref) if row.sha256 and (is_whole or not row.is_internal)]
    acted = [(each.get("by"), each.get("on_behalf_of")) for each in told] + [(each.by, each.on_behalf_of) for each in handed_in]
    names = people.names(session, {id for pair in acted for id in pair if id})
    return {
        "format": FORMAT,
        "subject": list(hazard.ref),
        "number": hazard.hazard_no,
        "status": hazard.status,
        "made_at": clock.now(),
        "persons": {str(id): name for id, name in sorted(names.items())},
        "lines": told,
        "submissions": [_submission(each) for each in handed_in],
        "files": files,
        "documents": [_document(row) for row in made],
    }


def _submission(given: tasks.Submission) -> Record:
    shown = ("id", "task_id", "element_id", "name", "form", "data", "by", "on_behalf_of", "at", "sha256")
    return {key: getattr(given, key) for key in shown}


def _document(row: documents.Document) -> Record:
    """An official document of the case (文书) that is written; its digest stands in the chain under its number."""
    assert row.sha256 is not None
    named = {"id": row.id, "title": documents.KINDS[row.kind].title, "no": row.no, "ordered_at": row.ordered_at}
    return {**named, "kind": "docx", "sha256": row.sha256, "path": file_path(row.sha256, "docx")}


def _files(session: Session, hazard: Hazard, *, is_whole: bool) -> Iterable[Record]:
    """Every file of the hazard once, photos first, with the fields it stands in."""
    found: dict[str, Record] = {}
    for photo_use, photo in photos.of(session, hazard, is_whole=is_whole):
        taken = {"taken_at": photo.taken_at, "lat": photo.lat, "lng": photo.lng}
        _add(found, photo_use, photo.sha256, "jpg", name="", **taken)
    for paper_use, paper in papers.of(session, hazard, is_whole=is_whole):
        _add(found, paper_use, paper.sha256, paper.kind, name=paper_use.name)
    return found.values()


def _add(found: dict[str, Record], use: Any, sha256: str, kind: str, **more: Any) -> None:
    at: datetime = use.at
    file = found.setdefault(sha256, {"sha256": sha256, "kind": kind, "path": file_path(sha256, kind), "uses": [], **more})
    file["uses"].append({"task_id": use.task_id, "field": use.field, "by": use.by, "at": at})


# ---- file work -----------------------------------------------------------------------------------------------------------


def write(out: BinaryIO, kept: store.Store, told: Record, page: str) -> None:
    """Write the zip, file by file; what the store has lost is left out, and whoever checks the zip will be told."""
    parts: dict[str, str] = {}
    with zipfile.ZipFile(out, "w") as packed:
        for name, text in ((PAGE, page), (RECORD, canonical(told))):
            packed.writestr(name, text.encode(), zipfile.ZIP_DEFLATED)
            parts[name] = hashlib.sha256(text.encode()).hexdigest()
        for file in (*told["files"], *told["documents"]):
            place = papers.stored_as(file["sha256"], file["kind"])
            if kept.has(place):
                parts[file["path"]] = _copy(kept, place, packed, file["path"])
        packed.writestr(MANIFEST, canonical(_manifest(told, parts)).encode(), zipfile.ZIP_DEFLATED)


def _copy(kept: store.Store, place: str, packed: zipfile.ZipFile, path: str) -> str:
    digest = hashlib.sha256()
    with kept.open(place) as source, packed.open(path, "w") as target:
        while piece := source.read(CHUNK):
            digest.update(piece)
            target.write(piece)
    return digest.hexdigest()


def _manifest(told: Record, parts: dict[str, str]) -> Record:
    last = told["lines"][-1]
    head = {"seq": last["seq"], "hash": last["hash"]}
    return {"format": FORMAT, "number": told["number"], "made_at": told["made_at"], "head": head, "parts": parts}
