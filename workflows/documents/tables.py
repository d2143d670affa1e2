"""The documents, their numbers, and the templates that offices have put in the place of the delivered ones."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from workflows.db import Base, Key
from workflows.engine import Subject


class DocumentTemplate(Base):
    """A template of one kind in one county; the newest is in force, older ones stay."""

    __tablename__ = "document_templates"
    __table_args__ = (UniqueConstraint("region_code", "kind", "version"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    region_code: Mapped[str] = mapped_column(String(12))  # the county's
    kind: Mapped[str] = mapped_column(String(20))
    version: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))  # under which it lies in the store
    by: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    at: Mapped[datetime]


class DocumentSequence(Base):
    """The last serial given per town or county, mark and year."""

    __tablename__ = "document_sequences"

    key: Mapped[str] = mapped_column(String(60), primary_key=True)
    last: Mapped[int]


class Document(Base):
    """One document. What it says is fixed when it is ordered; a job writes the file, whose digest is then fixed too."""

    __tablename__ = "documents"
    __table_args__ = (Index("ix_documents_subject", "subject_kind", "subject_id"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    no: Mapped[str] = mapped_column(String(60))  # 发文字号; given once in each county, see DocumentSequence
    subject_kind: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[int] = mapped_column(Key)
    data: Mapped[dict[str, Any]]  # field → text, as it was then
    data_sha256: Mapped[str] = mapped_column(String(64))  # of the data without number and date: the same twice is one document
    template_sha256: Mapped[str | None] = mapped_column(String(64))  # None: the delivered one
    sha256: Mapped[str | None] = mapped_column(String(64))  # of the file; None while it is being written
    is_internal: Mapped[bool]  # between the officials: who is of the enterprise neither sees nor gets it
    by: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    ordered_at: Mapped[datetime]
    written_at: Mapped[datetime | None]

    @property
    def subject(self) -> Subject:
        """What it is about."""
        return Subject(self.subject_kind, self.subject_id)
