"""The archive (⑭, 归档): a check that every document is there, supplements, and a list of hashes that fixes the file."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Text, and_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from workflows import (
    clock,
    closures,
    disclosures,
    documents,
    fields,
    handovers,
    hazards,
    papers,
    photos,
    rectifications,
    verifications,
)
from workflows.db import Base, Key
from workflows.engine import Cause, history, tasks
from workflows.errors import Conflict, Invalid
from workflows.facts import Fact
from workflows.fields import Data
from workflows.hazards.tables import Hazard


class Supplement(Base):
    """Something added to the file afterwards; nothing in it is ever replaced."""

    __tablename__ = "supplements"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    hazard_id: Mapped[int] = mapped_column(ForeignKey("hazards.id"), index=True)
    note: Mapped[str] = mapped_column(Text)
    by: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    on_behalf_of: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    at: Mapped[datetime]


class Archive(Base):
    """The closed file: what it holds, by hash."""

    __tablename__ = "archives"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    hazard_id: Mapped[int] = mapped_column(ForeignKey("hazards.id"), index=True)
    manifest: Mapped[dict[str, Any]]  # as `_manifest` tells it; its digest stands in the line that archives
    at: Mapped[datetime]


KEPT = ("HANDOVER", "REINSPECTION", "CLOSURE_APPLY", "CLOSURE")
"""The documents that no file lacks; those of a case from before the loop made them are made now."""

# ---- verbs -------------------------------------------------------------------------------------------------------------


def check_archive(session: Session, hazard: Hazard, *, cause: Cause) -> None:
    """完整性检查: write down what the file lacks; `archive_complete()` then says whether it goes on or back for supplements."""
    hazards.must_be(hazard, "PUBLISHED")
    made = {row.kind for row in documents.of(session, hazard.ref)}
    documents.order_borne(session, hazard, [kind for kind in KEPT if kind not in made], by=cause.by)
    lacks = missing(session, hazard)
    history.record(session, hazard.ref, "archive_checked", by=cause.by, on_behalf_of=cause.on_behalf_of, missing=lacks)


def supplement_archive(session: Session, hazard: Hazard, *, by: int, on_behalf_of: int | None, task: Any, data: Data) -> None:
    """退补: add what is missing, with a note; old documents stay untouched."""
    hazards.must_be(hazard, "PUBLISHED")
    added = papers.attach(session, hazard, task, "attachments", fields.shas(data, "attachments"), by=by)
    if not added:
        raise Invalid("attachments", "请上传补充材料。")
    note = fields.text(data, "note", "补正说明", least=2)
    session.add(Supplement(hazard_id=hazard.id, note=note, by=by, on_behalf_of=on_behalf_of, at=clock.now()))
    body = {"note": note, "files": added, "task": task.id}
    history.record(session, hazard.ref, "supplemented", by=by, on_behalf_of=on_behalf_of, **body)


def archive_hazard(session: Session, hazard: Hazard, *, cause: Cause) -> None:
    """归档: fix the file by the hashes of all that it holds, and these by the line that archives it."""
    if lacks := missing(session, hazard):
        raise Conflict("卷宗还缺：" + "、".join(lacks) + "。")
    hazard.archived_at = clock.now()
    manifest = _manifest(session, hazard)
    digest = history.digest(manifest)
    fact = hazards.move(session, hazard, "ARCHIVED", by=cause.by, on_behalf_of=cause.on_behalf_of, manifest=digest)
    session.add(Archive(hazard_id=hazard.id, manifest=manifest, at=fact.recorded_at))


def _manifest(session: Session, hazard: Hazard) -> dict[str, Any]:
    """{"submissions": [[id, sha256] …], "photos": [sha256 …], "papers": [sha256 …], "documents": [[number, sha256] …],
    "history": [[seq, hash] …]}."""
    shown = sorted({photo.sha256 for _, photo in photos.of(session, hazard)})
    written = sorted({paper.sha256 for _, paper in papers.of(session, hazard)})
    chain = [[line.seq, line.hash] for line in history.lines(session, hazard.ref)]
    handed_in = [[each.id, each.sha256] for each in tasks.submissions(session, hazard.ref)]
    made = [[each.no, each.data_sha256] for each in documents.of(session, hazard.ref)]
    return {"submissions": handed_in, "photos": shown, "papers": written, "documents": made, "history": chain}


def _is_intact(session: Session, hazard: Hazard) -> bool:
    """Whether every submission still is what was handed in."""
    return all(each.sha256 == history.digest(each.data) for each in tasks.submissions(session, hazard.ref))


# ---- questions ---------------------------------------------------------------------------------------------------------


def missing(session: Session, hazard: Hazard) -> list[str]:
    """The documents the file lacks, by their names (domain 3.3 ⑭). A supplement may stand for an on-site notice photo."""
    shown = {use.field for use, _ in photos.of(session, hazard)}
    stages = {review.stage for review in closures.of(session, hazard)}
    public = disclosures.find_last(session, hazard)
    made = {row.kind for row in documents.of(session, hazard.ref)}
    kept = {
        "未被改动的提交": _is_intact(session, hazard),
        "登记编号": hazard.hazard_no is not None,
        "移交一签收": not handovers.rectify_faults(session, hazard),
        "移交二签收": not handovers.track_faults(session, hazard),
        "整改方案": rectifications.find_plan(session, hazard) is not None,
        "现场公示照片": hazard.mode != "DEADLINE" or bool(shown & {"onsite_notice_photo", "attachments"}),
        "完工报告": rectifications.find_finish(session, hazard) is not None,
        "整改后照片": "after_photos" in shown,
        "整改复查意见": not verifications.faults(session, hazard),
        "销号申请": "APPLY" in stages,
        "镇审核意见": "TOWN" in stages,
        "县跟踪意见": "TRACKER" in stages,
        "销号审批签字": hazard.closed_at is not None,
        "信息公开稿": public is not None and public.decision == "accept",
        **{f"《{documents.KINDS[kind].title}》": kind in made for kind in KEPT},
    }
    return [name for name, is_there in kept.items() if not is_there]


def is_complete(session: Session, hazard: Hazard) -> bool:
    """Whether the file lacks nothing."""
    return not missing(session, hazard)


def find(session: Session, hazard: Hazard) -> Archive | None:
    """The newest archive of the hazard."""
    mine = select(Archive).where(Archive.hazard_id == hazard.id)
    return session.scalars(mine.order_by(Archive.id.desc()).limit(1)).first()


def faults(session: Session) -> list[str]:
    """Archives whose list of hashes is not the one that was recorded: sentences for the auditor."""
    same = (Fact.hazard_id == Archive.hazard_id, Fact.kind == "ARCHIVED", Fact.recorded_at == Archive.at)
    kept = select(Archive, history.Line).join(Fact, and_(*same)).join(history.Line, history.Line.id == Fact.line_id)
    return [
        f"隐患 {archive.hazard_id} 归档时的校验值清单与留痕第 {line.seq} 条不符。"
        for archive, line in session.execute(kept.execution_options(yield_per=100))
        if "manifest" in line.body and line.body["manifest"] != history.digest(archive.manifest)  # older ones: none
    ]
