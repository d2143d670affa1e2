"""One card, order, letter or directive, and what has become of it."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from workflows import people
from workflows.db import Base, Key
from workflows.engine import Subject
from workflows.hazards.tables import Hazard
from workflows.urges import rules


class Urge(Base):
    """One card, order, letter or directive. A level comes once for what was missed."""

    __tablename__ = "urges"
    __table_args__ = (UniqueConstraint("hazard_id", "ground", "part", "missed_on", "level"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    hazard_id: Mapped[int] = mapped_column(ForeignKey("hazards.id"))
    region_code: Mapped[str] = mapped_column(String(12))  # the hazard's: its document is numbered there
    ground: Mapped[str] = mapped_column(String(10))  # DEADLINE or THURSDAY
    part: Mapped[str] = mapped_column(String(10))  # THURSDAY: whose report, TERRITORY or SECTOR; else ""
    missed_on: Mapped[date]  # the deadline's last day, or the week's Thursday
    level: Mapped[int]  # 1–4: 卡 单 函 令
    person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))  # THURSDAY: who owed the report
    begun_at: Mapped[datetime]
    document_id: Mapped[int | None] = mapped_column(Key)  # its document, once it is signed
    demand: Mapped[str] = mapped_column(Text)  # what the signer asks for besides
    signed_by: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    signer: Mapped[str] = mapped_column(String(60))  # 签发人, as he was called then
    signed_at: Mapped[datetime | None]
    received_by: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    received_at: Mapped[datetime | None]
    answer: Mapped[str | None] = mapped_column(Text)
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    answered_at: Mapped[datetime | None]
    copied_at: Mapped[datetime | None]  # the county's office has received its copy
    talk: Mapped[str | None] = mapped_column(String(10))  # one of TALKS
    ended_at: Mapped[datetime | None]
    ended_why: Mapped[str] = mapped_column(String(200))  # "" unless it was ended from outside
    hazard: Mapped[Hazard] = relationship()
    person: Mapped[people.Person | None] = relationship(foreign_keys=[person_id])

    @property
    def ref(self) -> Subject:
        """The urge as a subject of instances and history."""
        return Subject("urge", self.id)

    @property
    def is_internal(self) -> bool:
        """A missed report is between the officials."""
        return self.ground == "THURSDAY"

    @property
    def told(self) -> dict[str, str]:
        """What its document says beside the hazard's own facts; 受文人 only where the hazard does not say who it is."""
        owed_by = self.person.name if self.person else ""
        return {"督促事由": rules.reason(self), "督促要求": self.demand, "签发人": self.signer, "受文人": owed_by}
