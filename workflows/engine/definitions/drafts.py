"""Drafts: how a version comes about. The owner draws and hands in; a publisher who never owned the draft decides.

Whether somebody is a designer or a publisher at all is for the page to ask; here it is told per person who may do what with
this draft.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from workflows import clock
from workflows.db import canonical
from workflows.engine import checks, history, spiff, xml
from workflows.engine.definitions import questions, verbs
from workflows.engine.definitions.rules import STATES, Rejected, fingerprint, forms_of
from workflows.engine.definitions.tables import Definition, DiagramDraft
from workflows.engine.examinations import Examination, examine
from workflows.errors import Conflict, Forbidden, Invalid, NotFound

LONGEST_NAME, LONGEST_TEXT = 100, 1000
MAX_FORMS = 1_000_000  # characters of all forms together


# ---- verbs -----------------------------------------------------------------------------------------------------------


def begin(session: Session, base: Definition, *, by: int) -> DiagramDraft:
    """A new draft that begins as a version is, the newest or an older one."""
    return _begin(session, base.key, base.version, base.name, base.xml, base.forms, by=by)


def begin_new(session: Session, key: str, name: str, diagram: bytes, forms: Mapping[str, Any], *, by: int) -> DiagramDraft:
    """A draft of a process that there has not been yet. Invalid if its key is taken, by a version or by somebody's open draft."""
    is_open = DiagramDraft.state.in_(("DRAFT", "RETURNED", "HANDED_IN"))
    taken = select(DiagramDraft).where(DiagramDraft.key == key, is_open).limit(1)
    if questions.find(session, key) is not None or session.scalar(taken) is not None:
        raise Invalid("key", f"已经有编号为“{key}”的流程，请换一个编号；要修改它，请以它的现行版本为底稿。")
    return _begin(session, key, 0, name, diagram.decode("utf-8"), forms, by=by)


def _begin(
    session: Session, key: str, version: int, name: str, diagram: str, forms: Mapping[str, Any], *, by: int
) -> DiagramDraft:
    made = DiagramDraft(
        key=key,
        base_version=version,
        name=name,
        xml=diagram,
        forms=dict(forms),
        owner_id=by,
        designers=[by],
        saved_at=clock.now(),
    )
    session.add(made)
    session.flush()
    history.record(session, made.subject, "draft_begun", by=by, key=key, version=version)
    return made


def save(
    session: Session,
    mine: DiagramDraft,
    *,
    by: int,
    revision: int,
    diagram: bytes,
    forms: Mapping[str, Any],
    name: str,
    note: str,
) -> DiagramDraft:
    """Keep what the owner has drawn, right or wrong, as long as it is a BPMN file of this process at all.

    `revision` is the one he began from: Conflict if the draft has been saved elsewhere since, and nothing is overwritten.
    """
    _must_own(mine, by)
    _must_be_open(mine)
    if mine.revision != revision:
        raise Conflict("这份草稿刚才在另一个窗口保存过，这里的修改没有保存。请先把图下载保存，再刷新页面核对。")
    if not name.strip() or len(name) > LONGEST_NAME or len(note) > LONGEST_TEXT:
        raise Invalid("name", f"草稿名称须填写，最多 {LONGEST_NAME} 个字；修改说明最多 {LONGEST_TEXT} 个字。")
    if not all(checks.is_form(form) for form in forms.values()):
        raise Invalid("forms", "表单写法有误，没有保存。请刷新页面后再试。")
    if len(canonical(forms)) > MAX_FORMS:
        raise Invalid("forms", "表单内容过大，没有保存。请删去不用的表单或选项。")
    xml.parse(diagram)
    mine.xml, mine.forms = diagram.decode("utf-8"), dict(forms)
    mine.name, mine.note = name.strip(), note.strip()
    mine.saved_at = clock.now()
    session.flush()
    return mine


def hand_in(session: Session, mine: DiagramDraft, known: checks.Known, *, by: int) -> None:
    """Ask for publication. Rejected while there is an error; nobody should be asked to read what cannot be published."""
    _must_own(mine, by)
    _must_be_open(mine)
    _must_be_sound(mine, known)
    _must_differ(session, mine)
    mine.state, mine.reason = "HANDED_IN", ""
    history.record(session, mine.subject, "draft_handed_in", by=by, sha256=_sha256(mine), note=mine.note)


def send_back(session: Session, handed_in: DiagramDraft, *, by: int, reason: str) -> None:
    """Give a draft back to its designer, who reads why."""
    _must_decide(handed_in, by)
    if not reason.strip() or len(reason) > LONGEST_TEXT:
        raise Invalid("reason", f"退回时请写明原因，最多 {LONGEST_TEXT} 个字。")
    handed_in.state, handed_in.reason = "RETURNED", reason.strip()
    history.record(session, handed_in.subject, "draft_returned", by=by, reason=handed_in.reason)


def approve(session: Session, handed_in: DiagramDraft, known: checks.Known, *, by: int, reason: str = "") -> Definition:
    """Make the draft the newest version. Cases that are running stay on theirs. `reason`: why it goes on without a proof."""
    _must_decide(handed_in, by)
    _must_be_sound(handed_in, known)
    _must_differ(session, handed_in)
    about = {"draft": handed_in.id, "designers": handed_in.designers}
    made = verbs.deploy(session, known, handed_in.xml.encode(), handed_in.forms, by=by, reason=reason, **about)
    handed_in.state, handed_in.definition_id = "PUBLISHED", made.id
    history.record(session, handed_in.subject, "draft_published", by=by, version=made.version, sha256=made.sha256)
    return made


def discard(session: Session, mine: DiagramDraft, *, by: int) -> None:
    """Put a draft away for good; its record stays."""
    _must_own(mine, by)
    _must_be_open(mine)
    mine.state = "DISCARDED"
    history.record(session, mine.subject, "draft_discarded", by=by)


def take_over(session: Session, theirs: DiagramDraft, *, by: int) -> None:
    """Go on with a colleague's draft; from now on it is his no more. Neither of them may publish it."""
    _must_be_open(theirs)
    if theirs.owner_id == by:
        raise Conflict("这份草稿本来就由您编辑。")
    before, theirs.owner_id = theirs.owner_id, by
    theirs.designers = [*dict.fromkeys([*theirs.designers, by])]
    history.record(session, theirs.subject, "draft_taken_over", by=by, before=before)


def _must_own(mine: DiagramDraft, by: int) -> None:
    if mine.owner_id != by:
        raise Forbidden("这份草稿由别的流程设计员编辑，您只能查看。需要接着修改时，请先接手。")


def _must_be_open(draft: DiagramDraft) -> None:
    if not draft.is_open:
        raise Conflict(f"这份草稿{STATES[draft.state]}，不能再改。")


def _must_decide(handed_in: DiagramDraft, by: int) -> None:
    if by in handed_in.designers:
        raise Forbidden("自己设计的流程图不能由自己审批发布（职责分离）。")
    if handed_in.state != "HANDED_IN":
        raise Conflict(f"这份草稿{STATES[handed_in.state]}，不在待发布审批中。")


def _must_differ(session: Session, draft: DiagramDraft) -> None:
    now = questions.find(session, draft.key)
    if now is not None and now.sha256 == _sha256(draft):
        raise Invalid("", "草稿与现行版本完全相同，没有可发布的内容。")


def _must_be_sound(draft: DiagramDraft, known: checks.Known) -> None:
    if errors := [each for each in findings(draft, known) if each.severity == "error"]:
        raise Rejected(errors)


# ---- questions -------------------------------------------------------------------------------------------------------


def draft(session: Session, draft_id: int) -> DiagramDraft:
    """The draft, or NotFound."""
    if found := session.get(DiagramDraft, draft_id):
        return found
    raise NotFound("没有这份草稿。")


def whole_draft(session: Session, draft_id: int) -> DiagramDraft:
    """The draft with its diagram and forms, which are otherwise read when they are asked for; or NotFound."""
    whole = undefer(DiagramDraft.xml), undefer(DiagramDraft.forms)
    found = session.scalar(select(DiagramDraft).where(DiagramDraft.id == draft_id).options(*whole))
    if found is None:
        raise NotFound("没有这份草稿。")
    return found


def drafts(session: Session, *states: str) -> list[DiagramDraft]:
    """The drafts in these states, those touched last first."""
    wanted = select(DiagramDraft).where(DiagramDraft.state.in_(states))
    return list(session.scalars(wanted.order_by(DiagramDraft.saved_at.desc(), DiagramDraft.id.desc())))


def draft_behind(session: Session, definition: Definition) -> DiagramDraft | None:
    """The draft that a version was; None for one that was deployed from a file."""
    return session.scalar(select(DiagramDraft).where(DiagramDraft.definition_id == definition.id))


def findings(draft: DiagramDraft, known: checks.Known) -> list[checks.Finding]:
    """What is wrong with a draft."""
    return list(examine_as(draft.key, draft.xml.encode(), known, draft.forms).findings)


def examine_as(key: str, data: bytes, known: checks.Known, forms: Mapping[str, Any]) -> Examination:
    """What `checks` and the proof say of a diagram that wants to be the next version of `key`.

    It has to keep the key: running cases and pages know a diagram by it.
    """
    examined = examine(data, known, forms)
    is_unreadable = any(finding.rule == "file-unreadable" for finding in examined.findings)
    if is_unreadable or key in (process.get("id") for process in xml.parse(data).iterfind(f"{{{xml.BPMN}}}process")):
        return examined
    said = f"图中没有编号为“{key}”的流程，不能作为它的新版本。请把主流程的编号改回“{key}”。"
    return Examination((checks.error("", "key-changed", said), *examined.findings), None)


def life_of(session: Session, draft: DiagramDraft) -> list[history.Line]:
    """What happened to a draft, oldest first."""
    return history.lines(session, draft.subject)


def _sha256(draft: DiagramDraft) -> str:
    """The fingerprint of the version that a sound draft would become."""
    data = draft.xml.encode()
    return fingerprint(data, forms_of(spiff.read(data, draft.key), draft.forms))
