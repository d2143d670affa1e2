"""The month (P11): a return opens on the 20th, is filled and checked, is frozen at the cut in whatever state it is, and goes
up signed. A freeze is one transaction: whole or absent."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from workflows import clock, fields
from workflows.dispatch import questions, rules
from workflows.dispatch.tables import Frozen, Return, Value
from workflows.engine import Cause, Rules, history, instances
from workflows.errors import Conflict, Forbidden, Invalid
from workflows.fields import Data
from workflows.people import Unit

PROCESSES = {"VILLAGE": "return_village", "TOWN": "return_town", "COUNTY": "return_county"}
STATED = rules.COMPUTED
"""What a unit may state beside what the system counts: its own count of part A, for the table of differences."""


def open_return(session: Session, engine: Rules, unit: Unit, campaign: str, as_of_on: date) -> Return:
    """Open a unit's return and start its process; the one it has already, if it has one. Invalid for a day that is none of the
    campaign's (⑧), Conflict before its window opens."""
    if row := questions.find(session, unit, campaign, as_of_on):
        return row
    opens = {day: opens_on for opens_on, day in questions.window(session, campaign)}
    if as_of_on not in opens:
        raise Invalid("as_of_on", "统计截止日应为每月的截止日，或行动的最后一天。")
    if clock.today() < opens[as_of_on]:
        raise Conflict(f"{rules.month_name(as_of_on)}的月报从 {opens[as_of_on].isoformat()} 起填报。")
    row = Return(
        unit_id=unit.id,
        region_code=unit.region_code,
        level=unit.kind,
        campaign=campaign,
        as_of_on=as_of_on,
        state="OPEN",
        opened_at=clock.now(),
    )
    session.add(row)
    session.flush()
    history.record(session, row.ref, "return_opened", by=None, unit=unit.name, campaign=campaign, as_of=as_of_on)
    instances.start(session, engine, PROCESSES[unit.kind], row.ref, by=None)
    return row


def fill_return(session: Session, row: Return, *, by: int, on_behalf_of: int | None, task: Any, data: Data) -> None:
    """填报: what the office knows beside the system: B and C by hand, with reason and proof; its own count of part A, if it
    differs. The rest is computed."""
    _must_be(row, "OPEN")
    stated = _whole_numbers(data, STATED)
    entered = _entered(data)
    computed = questions.compute(session, row.unit, None, row.campaign).values
    own = questions.own_values(session, row)
    changed = {code: value for code, value in entered.items() if value != own.get(code, 0)}
    _must_be_proven(changed, own, data)
    result = {**computed, **stated, **{code: computed[code] - own.get(code, 0) + value for code, value in entered.items()}}
    _must_add_up(result, {**own, **entered})
    reason, proof = fields.find_text(data, "reason") or "", fields.shas(data, "proof")
    for code, value in changed.items():
        _enter(session, row, code, value, reason, proof, by=by, on_behalf_of=on_behalf_of, valid_at=clock.now())
    row.handed_in, row.handed_in_at, row.filler_id = result, clock.now(), by
    body = {"values": result, "task": task.id}
    history.record(session, row.ref, "return_filled", by=by, on_behalf_of=on_behalf_of, **body)


def check_return(session: Session, row: Return, *, by: int, on_behalf_of: int | None, task: Any, data: Data) -> None:
    """包村干部审核: right, or back to the village."""
    _must_be(row, "OPEN")
    if row.filler_id in _persons(by, on_behalf_of):
        raise Forbidden("填报人不能审核自己填的月报，请由另一人审核。")
    row.reviewer_id = by
    _decide(session, row, "return_checked", by=by, on_behalf_of=on_behalf_of, task=task, data=data)


def freeze_return(session: Session, row: Return, *, cause: Cause) -> None:
    """定稿: at the cut, in whatever state it is, as of the cut. Conflict before it."""
    if clock.now() < row.cut_at:
        raise Conflict(f"本期数据截至 {row.as_of_on.isoformat()} 24:00，未到截止时点不能定稿。")
    if row.state == "OPEN":
        _freeze(session, row, "到截止时点自动定稿", by=cause.by)
        row.state = "FROZEN"


def collect_return(session: Session, row: Return, *, by: int, on_behalf_of: int | None, task: Any, data: Data) -> None:
    """汇总: the office looks through the frozen form and the table of differences, and explains what fell (⑥)."""
    _must_be_cut(row)
    explanation = fields.find_text(data, "explanation")
    if fallen := _fallen(session, row):
        explanation = fields.text(data, "explanation", f"核减说明（{'、'.join(fallen)} 比上期减少）", least=5, most=2000)
    row.explanation, row.reviewer_id = explanation, by
    body = {"explanation": explanation, "task": task.id}
    history.record(session, row.ref, "return_collected", by=by, on_behalf_of=on_behalf_of, **body)


def review_return(session: Session, row: Return, *, by: int, on_behalf_of: int | None, task: Any, data: Data) -> None:
    """主任核: right, or back to be explained."""
    _must_be_cut(row)
    row.reviewer_id = by
    _decide(session, row, "return_reviewed", by=by, on_behalf_of=on_behalf_of, task=task, data=data)


def sign_return(session: Session, row: Return, *, by: int, on_behalf_of: int | None, task: Any, data: Data) -> None:
    """组长签: the return goes to the county. Nothing is signed while a fall stands unexplained (⑥)."""
    _must_be_cut(row)
    decision = _decide(session, row, "return_signed", by=by, on_behalf_of=on_behalf_of, task=task, data=data)
    if decision == "agree":
        if _fallen(session, row) and not row.explanation:
            raise Conflict("有数据比上期减少而没有核减说明，请退回汇总环节补充。")
        row.state = "SIGNED"


def receive_return(session: Session, row: Return, *, by: int, on_behalf_of: int | None, task: Any, data: Data) -> None:
    """县收: the county has it."""
    _must_be_cut(row)
    row.state = "RECEIVED"
    body = {"opinion": fields.find_text(data, "opinion"), "task": task.id}
    history.record(session, row.ref, "return_received", by=by, on_behalf_of=on_behalf_of, **body)


def ask_for_correction(session: Session, row: Return, *, by: int, on_behalf_of: int | None, task: Any, data: Data) -> None:
    """申请更正: a frozen form changes only by a new version with its reason (⑨); here what was entered by hand is put right.
    What the system counted is not put right by hand: that is done to the hazards themselves."""
    _must_be_cut(row)
    own = questions.own_values(session, row)
    entered = {code: value for code, value in _entered(data).items() if value != own.get(code, 0)}
    if not entered:
        raise Invalid("B1", "请改要更正的数；A 区由系统按台账计算，不在这里更正。")
    _must_be_proven(entered, own, data)
    kept = questions.find_last(session, row)
    before = kept.values if kept else {}
    after = {code: before.get(code, 0) - own.get(code, 0) + value for code, value in entered.items()}
    _must_add_up({**before, **after}, {**own, **entered})
    reason = fields.text(data, "reason", "更正理由", least=5, most=400)
    body = {"reason": reason, "entered": entered, "proof": fields.shas(data, "proof"), "task": task.id}
    history.record(session, row.ref, "return_correction_asked", by=by, on_behalf_of=on_behalf_of, **body)


def decide_correction(session: Session, row: Return, *, by: int, on_behalf_of: int | None, task: Any, data: Data) -> None:
    """审定更正: by another person than who asked."""
    asked = _correction(session, row)
    if _persons(asked.by, asked.on_behalf_of) & _persons(by, on_behalf_of):
        raise Forbidden("申请更正的人不能审定自己的申请。")
    _decide(session, row, "return_correction_decided", by=by, on_behalf_of=on_behalf_of, task=task, data=data)


def correct_return(session: Session, row: Return, *, cause: Cause) -> None:
    """更正版: what was asked for counts from the cut on, and the same cut is frozen again as the next version."""
    asked = _correction(session, row)
    said = asked.body
    assert asked.by is not None
    for code, value in said["entered"].items():
        entry = (code, value, said["reason"], said["proof"])
        _enter(session, row, *entry, by=asked.by, on_behalf_of=asked.on_behalf_of, valid_at=row.cut_at)
    session.flush()
    _freeze(session, row, str(said["reason"]), by=cause.by)


# ---- what the verbs share ------------------------------------------------------------------------------------------------


def _freeze(session: Session, row: Return, reason: str, *, by: int | None) -> Frozen:
    version, cut = len(questions.versions(session, row)) + 1, row.cut_at
    form = questions.compute(session, row.unit, cut, row.campaign)
    lines = questions.listed(session, row.unit, cut, questions.since(session, row), row.campaign)
    earlier = questions.find_last(session, questions.before(session, row))
    days = [day for _, day in questions.window(session, row.campaign)]
    found = rules.check(form.values, earlier=earlier.values if earlier else None, as_of_on=row.as_of_on, days=days)
    told: dict[str, Any] = {"version": version, "as_of": cut, "unit": row.region_code, "campaign": row.campaign}
    told["values"] = dict(form.values)
    sha256 = rules.fingerprint(told, lines)
    said = {**told, "lines": len(lines), "form_sha256": sha256, "reason": reason}
    line = history.record(session, row.ref, "return_frozen", by=by, **said)
    session.flush()
    kept = Frozen(
        return_id=row.id,
        version=version,
        as_of=cut,
        values=dict(form.values),
        findings=[[each.rule, each.sentence] for each in found],
        lines=lines,
        sha256=sha256,
        reason=reason,
        frozen_at=clock.now(),
        frozen_by=by,
        line_id=line.id,
    )
    session.add(kept)
    session.flush()
    return kept


def _enter(
    session: Session,
    row: Return,
    code: str,
    value: int,
    reason: str,
    proof: list[str],
    *,
    by: int,
    on_behalf_of: int | None,
    valid_at: datetime,
) -> None:
    body = {"code": code, "value": value, "reason": reason, "proof": proof, "valid_at": valid_at}
    line = history.record(session, row.ref, "return_value_entered", by=by, on_behalf_of=on_behalf_of, **body)
    session.flush()
    session.add(
        Value(
            return_id=row.id,
            unit_id=row.unit_id,
            region_code=row.region_code,
            campaign=row.campaign,
            code=code,
            value=value,
            reason=reason,
            proof=proof,
            valid_at=valid_at,
            recorded_at=line.at,
            by=by,
            line_id=line.id,
        )
    )


def _decide(session: Session, row: Return, kind: str, *, by: int, on_behalf_of: int | None, task: Any, data: Data) -> str:
    decision = fields.choice(data, "decision", "审核意见", ("agree", "redo"))
    opinion = fields.text(data, "opinion", "意见说明", least=2) if decision == "redo" else fields.find_text(data, "opinion")
    body = {"decision": decision, "opinion": opinion, "task": task.id}
    history.record(session, row.ref, kind, by=by, on_behalf_of=on_behalf_of, **body)
    return decision


def _persons(*ids: int | None) -> set[int]:
    """Who acts and for whom: what one of them may not do, neither may."""
    return {each for each in ids if each is not None}


def _must_be(row: Return, state: str) -> None:
    if row.state != state:
        raise Conflict(f"这份月报现为“{rules.STATES[row.state]}”，不能再办理这一步。")


def _must_be_cut(row: Return) -> None:
    if row.state == "OPEN":
        raise Conflict(f"本期还没有到截止时点（{row.as_of_on.isoformat()} 24:00），截数定稿后才能汇总上报。")


def _fallen(session: Session, row: Return) -> tuple[str, ...]:
    kept, earlier = questions.find_last(session, row), questions.find_last(session, questions.before(session, row))
    return rules.falls(kept.values, earlier.values) if kept and earlier else ()


def _correction(session: Session, row: Return) -> history.Line:
    asked = [line for line in history.lines(session, row.ref) if line.kind == "return_correction_asked"]
    if not asked:
        raise Conflict("没有待审定的更正申请。")
    return asked[-1]


def _whole_numbers(data: Data, codes: tuple[str, ...]) -> dict[str, int]:
    return {code: fields.whole(data, code, rules.BY_CODE[code].title) for code in codes if data.get(code) is not None}


def _entered(data: Data) -> dict[str, int]:
    """What was typed of B and C; C3b in yuan, kept in fen."""
    found = _whole_numbers(data, tuple(code for code in rules.MANUAL if code != "C3b"))
    if (yuan := fields.find_number(data, "C3b")) is not None:
        found["C3b"] = round(yuan * 100)
    return found


def _must_be_proven(changed: Mapping[str, int], own: Mapping[str, int], data: Data) -> None:
    """⑦: what is entered by hand has its reason and proof; so has what is lowered."""
    lowered = [code for code, value in changed.items() if value < own.get(code, 0)]
    faults = {}
    if changed and not fields.find_text(data, "reason"):
        faults["reason"] = f"{'、'.join(lowered)} 比原来减少，请写明理由。" if lowered else "人工补录的数，请写明理由。"
    if changed and not fields.shas(data, "proof"):
        faults["proof"] = "人工补录的数，请上传佐证（文件或照片）。"
    if faults:
        raise Invalid(faults)


def _must_add_up(values: Mapping[str, int], own: Mapping[str, int]) -> None:
    """①–⑤ at the field that is too large; what the unit itself enters holds by itself, whatever the units below it did."""
    if found := [*rules.check(values), *rules.fines(own)]:
        raise Invalid({each.codes[0]: each.sentence for each in reversed(found) if each.codes})
