"""Ordering and writing documents, and replacing templates. What reads and writes docx is loaded when it is first needed: it
takes as long as half a start."""

import hashlib
from collections.abc import Callable, Iterable
from typing import Any, BinaryIO

from sqlalchemy.orm import Session

from workflows import clock, people, serials, store
from workflows.db import Database
from workflows.documents import kinds, questions
from workflows.documents.tables import Document, DocumentSequence, DocumentTemplate
from workflows.engine import Subject, history, instances, jobs
from workflows.errors import Conflict, Invalid

MOST_BYTES = 5 * 1024 * 1024  # of a template


def order(session: Session, thing: Any, kind_code: str, *, by: int | None) -> Document:
    """Make a document of a thing: what it says is fixed now, under a number of its own; the file is written after the commit.

    Asked for again while nothing has changed, the one that is there is given back; once something has, a new one with a new
    number is made, and the old one stays as it was. Conflict with the reason where the record does not bear one yet.
    """
    if sentence := kinds.KINDS[kind_code].lacks(session, thing):
        raise Conflict(sentence)
    return _order(session, thing, kind_code, by=by)


def order_borne(session: Session, thing: Any, kind_codes: Iterable[str], *, by: int | None) -> None:
    """Make those of several documents that the record bears now: what a step of the loop brings about (制发)."""
    for code in kind_codes:
        if kinds.KINDS[code].lacks(session, thing) is None:
            _order(session, thing, code, by=by)


def _order(session: Session, thing: Any, kind_code: str, *, by: int | None) -> Document:
    kind = kinds.KINDS[kind_code]
    told, about = kind.fill(session, thing), kind.about(thing)
    digest = history.digest(told)
    template = questions.find_template(session, people.county_code(thing.region_code), kind_code)
    last = questions.find_last(session, about, kind_code)
    if last and (last.data_sha256, last.template_sha256) == (digest, template and template.sha256):
        return last
    town, county = _places(session, thing.region_code)
    issuer = county if kind.of_county else town
    place_code = (people.county_code if kind.of_county else people.town_code)(thing.region_code)
    number = _next_number(session, kinds.short(issuer) + kind.mark, place_code)
    head = (number, kinds.day(clock.today()), issuer + "人民政府", county, town)
    made = Document(
        kind=kind_code,
        no=number,
        subject_kind=about.kind,
        subject_id=about.id,
        data=dict(zip(kinds.COMMON, head, strict=True)) | told,
        data_sha256=digest,
        template_sha256=template.sha256 if template else None,
        is_internal=kind.internal(thing),
        by=by,
        ordered_at=clock.now(),
    )
    session.add(made)
    session.flush()
    body: dict[str, Any] = {"document": made.id, "document_kind": kind.title, "no": number, "data": digest}
    history.record(session, about, "document_ordered", by=by, **body)
    jobs.enqueue(session, "documents.write", document_id=made.id)
    return made


def _places(session: Session, region_code: str) -> tuple[str, str]:
    """What the town and the county of a code are called."""
    around = people.levels(session, region_code)
    county = around["COUNTY"].name if "COUNTY" in around else ""
    return around["TOWN"].name if "TOWN" in around else county, county


def _next_number(session: Session, mark: str, place_code: str) -> str:
    """×政报〔2026〕3号: counted per issuer, mark and year, without padding zeros (GB/T 9704-2012, 7.2.5)."""
    year = clock.today().year
    return f"{mark}〔{year}〕{serials.following(session, DocumentSequence, f'{place_code}-{mark}-{year}')}号"


def write(database: Database, place: store.Place, document_id: int) -> None:
    """Write an ordered document's file into the store and its digest into its row. Run twice, it changes nothing."""
    from workflows.documents import templates

    with database.reading() as session:
        row = session.get_one(Document, document_id)
        template_sha256, kind, data, is_written = row.template_sha256, row.kind, row.data, row.sha256 is not None
    if is_written:
        return
    template = questions.template_bytes(place, kind, template_sha256)
    content = templates.fill(template, data)
    sha256 = hashlib.sha256(content).hexdigest()
    store.at(place).put(questions.stored_as(sha256), content)
    with database.transaction() as session:
        row = session.get_one(Document, document_id)
        instances.hold(session, row.subject)
        session.refresh(row, with_for_update=True)  # somebody else may have written it while we waited
        if row.sha256 is None:
            row.sha256, row.written_at = sha256, clock.now()
            mark = {"internal": True} if row.is_internal else {}
            history.record(session, row.subject, "document_written", document=row.id, no=row.no, sha256=sha256, **mark)


def receive_template(
    place: store.Place, kind_code: str, stream: BinaryIO, announce: Callable[[str], None] = store.silently
) -> str:
    """Take in an office's own template and store it; answers its digest. Invalid with a sentence that names the wrong field.
    `announce` is told the file's name before it is written.
    Before the first question to the database: a row never names what is not there, and no transaction waits for a store."""
    from workflows.documents import templates

    data = stream.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise Invalid("file", "模板超过 5 MB，请去掉大图片后再上传。")
    if sentence := templates.fault(kinds.KINDS[kind_code], data):
        raise Invalid("file", sentence)
    sha256 = hashlib.sha256(data).hexdigest()
    announce(questions.stored_as(sha256))
    store.at(place).put(questions.stored_as(sha256), data)
    return sha256


def replace_template(session: Session, region_code: str, kind_code: str, sha256: str, *, by: int) -> DocumentTemplate:
    """Put a received template in force in its county. Documents that exist keep theirs."""
    kind = kinds.KINDS[kind_code]
    before = questions.find_template(session, region_code, kind_code)
    if before and before.sha256 == sha256:
        return before
    version = before.version + 1 if before else 1
    row = DocumentTemplate(region_code=region_code, kind=kind_code, version=version, sha256=sha256, by=by, at=clock.now())
    session.add(row)
    session.flush()
    body: dict[str, Any] = {"document_kind": kind.title, "version": version, "sha256": sha256, "region": region_code}
    history.record(session, Subject("document_template", row.id), "template_replaced", by=by, **body)
    return row
