"""Asking for versions."""

import threading

from sqlalchemy import func, select
from sqlalchemy.orm import Session, undefer

from workflows.engine import spiff
from workflows.engine.definitions.rules import Version
from workflows.engine.definitions.tables import Definition
from workflows.errors import NotFound

_versions: dict[str, Version] = {}  # by sha256
_keeping = threading.Lock()
MOST_KEPT = 100  # far more than run at a time; every draft that is rehearsed is one
_DRAWN = undefer(Definition.xml)
_NEWEST = select(Definition.id, Definition.sha256).order_by(Definition.id.desc()).limit(1)


def latest(session: Session) -> list[Definition]:
    """The newest version of each diagram, which is the one made last; by key."""
    newest = select(func.max(Definition.id)).group_by(Definition.key)
    return list(session.scalars(select(Definition).where(Definition.id.in_(newest)).order_by(Definition.key)))


def versions(session: Session, key: str) -> list[Definition]:
    """All versions of a diagram, the newest first."""
    return list(session.scalars(select(Definition).where(Definition.key == key).order_by(Definition.version.desc())))


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


def get_drawn(session: Session, definition_id: int) -> Definition:
    """One version with its diagram, which is otherwise read only where it is asked for."""
    return session.get_one(Definition, definition_id, options=[_DRAWN])


def newest(session: Session) -> tuple[int, str] | None:
    """Id and digest of the version made last, whatever it is of; None if there is none. Until it changes, no diagram has."""
    row = session.execute(_NEWEST).first()
    return (row.id, row.sha256) if row else None


def version_of(session: Session, definition_id: int, sha256: str) -> Version:
    """What the engine needs to run a definition, kept from then on: a version never changes."""
    if known := _versions.get(sha256):
        return known
    definition = session.get_one(Definition, definition_id)
    version = Version(spiff.read(definition.xml.encode("utf-8"), definition.key), definition.forms)
    with _keeping:  # whoever goes through the keys must not meet another thread that adds one
        if len(_versions) >= MOST_KEPT:
            del _versions[next(iter(_versions))]
        return _versions.setdefault(sha256, version)
