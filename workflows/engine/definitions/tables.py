"""The tables: versions, and the drafts they come from."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from workflows.db import Base, Key
from workflows.engine import Subject


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
    proof: Mapped[dict[str, Any] | None]  # as `rules.told` writes it; None: made before there were proofs


class DiagramDraft(Base):
    """What will be the next version of a diagram, perhaps. It may be broken; a version may not."""

    __tablename__ = "definition_drafts"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    key: Mapped[str] = mapped_column(String(100), index=True)  # whose next version it wants to be
    base_version: Mapped[int]  # the version it began as; 0: a process that there was not yet
    name: Mapped[str] = mapped_column(String(100))
    note: Mapped[str] = mapped_column(String(1000), default="")  # what it changes and why, for the publisher
    xml: Mapped[str] = mapped_column(Text, deferred=True)
    forms: Mapped[dict[str, Any]] = mapped_column(deferred=True)
    state: Mapped[str] = mapped_column(String(20), default="DRAFT")  # see rules.STATES
    revision: Mapped[int] = mapped_column()  # one more with every change; who saves names the one he has seen
    owner_id: Mapped[int] = mapped_column(Key)  # the one who may change it
    designers: Mapped[list[Any]]  # the ids of all who have owned it: none of them may publish it
    saved_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(String(1000), default="")  # why the publisher sent it back, or went on without a proof
    definition_id: Mapped[int | None] = mapped_column(ForeignKey("definitions.id"))  # the version it became

    __mapper_args__ = {"version_id_col": revision}

    @property
    def subject(self) -> Subject:
        """Whose chain holds its life."""
        return Subject("draft", self.id)

    @property
    def is_open(self) -> bool:
        """Whether its owner may still change it."""
        return self.state in ("DRAFT", "RETURNED")
