"""What people hand in and what they have not handed in yet. The tasks themselves are the worklist's (`engine.worklist`)."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from workflows.db import Base, Key


class Submission(Base):
    """What somebody handed in for a task, whole and unchanged for ever; a correction is a new row."""

    __tablename__ = "submissions"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("tasks.id"), index=True)
    subject_kind: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[int] = mapped_column(Key, index=True)
    element_id: Mapped[str] = mapped_column(String(100))
    name: Mapped[str] = mapped_column(String(200))
    form: Mapped[str] = mapped_column(String(100))
    data: Mapped[dict[str, Any]]
    by: Mapped[int] = mapped_column(Key)
    on_behalf_of: Mapped[int | None] = mapped_column(Key)
    at: Mapped[datetime]
    sha256: Mapped[str] = mapped_column(String(64))  # over data; the history line carries it too


class TaskDraft(Base):
    """What a person has typed for a task and not handed in yet (暂存); one a person and task, without checks."""

    __tablename__ = "drafts"
    __table_args__ = (UniqueConstraint("task_id", "person_id"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("tasks.id"))
    person_id: Mapped[int] = mapped_column(Key)
    data: Mapped[dict[str, Any]]
    saved_at: Mapped[datetime]
