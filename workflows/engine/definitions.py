"""Definitions: numbered versions of a diagram and its forms. A version never changes; running cases stay on theirs.

A version is one BPMN file (called processes live in the same file) plus every form it names, so that it is whole by itself.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from workflows import clock
from workflows.db import Base, Key, canonical
from workflows.engine import Subject, checks, history, spiff
from workflows.errors import Invalid, NotFound


class Definition(Base):
    """One version of one diagram. `key` is the id of its process."""

    __tablename__ = "definitions"
    __table_args__ = (UniqueConstraint("key", "version"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    key: Mapped[str] = mapped_column(String(100))
    version: Mapped[int]
    name: Mapped[str] = mapped_column(String(200))
    xml: Mapped[str] = mapped_column(Text, deferred=True)
    forms: Mapped[dict[str, Any]] = mapped_column(deferred=True)
    sha256: Mapped[str] = mapped_column(String(64))  # over diagram and forms
    deployed_at: Mapped[datetime]
    deployed_by: Mapped[int | None] = mapped_column(Key)


@dataclass(frozen=True)
class Version:
    """A definition as the engine runs it: read once a process, shared by all its instances and threads."""

    spec: spiff.Spec
    forms: Mapping[str, Any]


class Rejected(Invalid):
    """The diagram was not deployed; `findings` say why, element by element."""

    def __init__(self, findings: list[checks.Finding]) -> None:
        self.findings = findings
        super().__init__({finding.element_id: finding.message for finding in findings})


# ---- verbs -----------------------------------------------------------------------------------------------------------


def deploy(
    session: Session, known: checks.Known, xml: bytes, forms: Mapping[str, Any], *, by: int | None = None
) -> Definition:
    """Make a new version of the diagram, or answer the latest one if nothing changed. Rejected if `checks` finds an error."""
    errors = [finding for finding in checks.check(xml, known) if finding.severity == "error"]
    if errors:
        raise Rejected(errors)
    text, spec = _text(xml), spiff.read(xml)
    used = {key: forms[key] for key in sorted(_forms_of(spec))}
    sha256 = hashlib.sha256(xml + canonical(used).encode()).hexdigest()
    latest = find(session, spec.process_id)
    if latest and latest.sha256 == sha256:
        return latest
    made = Definition(
        key=spec.process_id,
        version=latest.version + 1 if latest else 1,
        name=spec.name,
        xml=text,
        forms=used,
        sha256=sha256,
        deployed_at=clock.now(),
        deployed_by=by,
    )
    session.add(made)
    session.flush()
    history.record(session, Subject("definition", made.id), "deployed", by=by, key=made.key, version=made.version, sha256=sha256)
    return made


# ---- questions -------------------------------------------------------------------------------------------------------


def latest(session: Session) -> list[Definition]:
    """The newest version of each diagram, by key."""
    newest: dict[str, Definition] = {}
    for each in session.scalars(select(Definition).order_by(Definition.key, Definition.version)):
        newest[each.key] = each
    return list(newest.values())


def find(session: Session, key: str, version: int | None = None) -> Definition | None:
    """One version of a diagram, the newest unless told; None if there is none."""
    wanted = select(Definition).where(Definition.key == key)
    if version is not None:
        wanted = wanted.where(Definition.version == version)
    return session.scalar(wanted.order_by(Definition.version.desc()).limit(1))


def get(session: Session, key: str, version: int | None = None) -> Definition:
    """Like `find`, or NotFound."""
    if found := find(session, key, version):
        return found
    raise NotFound("没有这个流程图，或没有这个版本。")


def version_of(session: Session, definition_id: int, sha256: str) -> Version:
    """What the engine needs to run a definition, kept for the life of the process: a version never changes."""
    if known := _versions.get(sha256):
        return known
    definition = session.get_one(Definition, definition_id)
    spec = spiff.read(definition.xml.encode("utf-8"), definition.key)
    return _versions.setdefault(sha256, Version(spec, definition.forms))


_versions: dict[str, Version] = {}  # by sha256


def _text(xml: bytes) -> str:
    try:
        return xml.decode("utf-8")
    except UnicodeDecodeError:
        raise Invalid("", "流程图文件请以 UTF-8 编码保存后再发布。") from None


def _forms_of(spec: spiff.Spec) -> set[str]:
    return {form for element in spec.elements.values() if (form := element.properties.get("form"))}
