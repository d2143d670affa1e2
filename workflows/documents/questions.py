"""Asking for documents and templates."""

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from workflows import store
from workflows.documents.kinds import KINDS
from workflows.documents.tables import Document, DocumentTemplate
from workflows.engine import Subject
from workflows.errors import NotFound
from workflows.hazards.tables import Hazard


def get(session: Session, document_id: int) -> Document:
    """The document, or NotFound; pages ask for the right to its subject besides."""
    if document := session.get(Document, document_id):
        return document
    raise NotFound("没有找到这份文书。")


def of(session: Session, subject: Subject, kind: str = "") -> list[Document]:
    """Every document about a subject (of one kind), oldest first."""
    mine = select(Document).where(Document.subject_kind == subject.kind, Document.subject_id == subject.id)
    if kind:
        mine = mine.where(Document.kind == kind)
    return list(session.scalars(mine.order_by(Document.id)))


_LAST = (
    select(Document)
    .where(
        Document.subject_kind == bindparam("about"), Document.subject_id == bindparam("id"), Document.kind == bindparam("kind")
    )
    .order_by(Document.id.desc())
    .limit(1)
)
_TEMPLATE = (
    select(DocumentTemplate)
    .where(DocumentTemplate.region_code == bindparam("region"), DocumentTemplate.kind == bindparam("kind"))
    .order_by(DocumentTemplate.version.desc())
    .limit(1)
)


def find_last(session: Session, subject: Subject, kind: str) -> Document | None:
    """The newest document of a kind about a subject."""
    return session.scalar(_LAST, {"about": subject.kind, "id": subject.id, "kind": kind})


def offered(session: Session, hazard: Hazard) -> dict[str, str]:
    """The kinds of document that may be ordered by hand and the hazard's record bears now: code → title."""
    kinds = {code: kind for code, kind in KINDS.items() if kind.subject == "hazard" and kind.by_hand}
    return {code: kind.title for code, kind in kinds.items() if kind.lacks(session, hazard) is None}


def find_template(session: Session, region_code: str, kind: str) -> DocumentTemplate | None:
    """The county's own template in force; None while the delivered one is."""
    return session.scalar(_TEMPLATE, {"region": region_code, "kind": kind})


def last_templates(session: Session, region_code: str) -> dict[str, DocumentTemplate]:
    """Every template of a county's own that is in force, by kind."""
    newest = select(func.max(DocumentTemplate.id)).where(DocumentTemplate.region_code == region_code)
    rows = session.scalars(select(DocumentTemplate).where(DocumentTemplate.id.in_(newest.group_by(DocumentTemplate.kind))))
    return {row.kind: row for row in rows}


def template_bytes(place: store.Place, kind: str, sha256: str | None) -> bytes:
    """A template as a file: a county's own by its digest, else the delivered one."""
    if sha256 is None:
        from workflows.documents import layout  # loaded when it is first needed, like all that writes docx

        return layout.delivered(kind)
    with store.at(place).open(stored_as(sha256)) as file:
        return file.read()


def stored_as(sha256: str) -> str:
    """Under which name a document or template lies in the store; among the papers, so that backups hold it."""
    return f"papers/{sha256[:2]}/{sha256}.docx"
