"""What is done with a hazard up to its registration, and the two changes that every later verb uses: status and deadline."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflows import campaigns, clock, facts, fields, inspections, people, photos, sectors, serials, standards
from workflows.engine import Caller, Cause, Rules, beginnings, history, tasks
from workflows.errors import Conflict, Forbidden, Invalid
from workflows.fields import Data
from workflows.hazards import rules as hazard_rules
from workflows.hazards.tables import Deadline, Hazard, Sequence

PROCESS = "hazard_closed_loop"


# ---- what every verb uses ------------------------------------------------------------------------------------------------


def move(
    session: Session, hazard: Hazard, status: str, *, by: int | None, on_behalf_of: int | None = None, **body: Any
) -> facts.Fact:
    """Change the status and write it as a dated fact with its history line. Conflict if it may not follow (domain 3.2)."""
    if not hazard_rules.may_move(hazard.status, status):
        before, after = hazard_rules.STATUSES[hazard.status], hazard_rules.STATUSES[status]
        raise Conflict(f"这件隐患现为“{before}”，不能直接变为“{after}”。")
    hazard.status = status
    return facts.record(session, hazard.id, status, by=by, on_behalf_of=on_behalf_of, **body)


def must_be(hazard: Hazard, *statuses: str) -> None:
    """Refuse with Conflict unless the hazard has one of these statuses: a diagram that lost a node cannot get past this."""
    if hazard.status not in statuses:
        wanted = "、".join(f"“{hazard_rules.STATUSES[status]}”" for status in statuses)
        raise Conflict(f"这件隐患现为“{hazard_rules.STATUSES[hazard.status]}”，只有{wanted}的才能办理这一步。")


def set_deadline(
    session: Session, hazard: Hazard, due_at: datetime, *, by: int | None, source: str, reason: str = ""
) -> Deadline:
    """Put a deadline in force. The only writer of deadlines; the older ones stay (INV-9)."""
    fact = facts.record(session, hazard.id, "DUE", by=by, effective_at=due_at, source=source, reason=reason)
    row = Deadline(
        hazard_id=hazard.id,
        due_at=due_at,
        source=source,
        reason=reason,
        set_at=clock.now(),
        set_by=by,
        line=fact.line,
    )
    session.add(row)
    hazard.due_at, hazard.due_on = due_at, clock.on(due_at - timedelta(microseconds=1))
    return row


# ---- ① report ------------------------------------------------------------------------------------------------------------


def open(session: Session, rules: Rules, caller: Caller, data: Data) -> Hazard:
    """Start a case: the draft's row, the running diagram, and its first task 发现上报 handed in with `data`."""
    if not people.may(caller, "report"):
        raise Forbidden("您的岗位不能上报隐患。")
    hazard = begin(session, caller)
    beginnings.begin(session, rules, PROCESS, hazard.ref, caller, data)
    return hazard


def begin(session: Session, caller: Caller) -> Hazard:
    """A case of which nothing is told yet: what the loop's first task is about."""
    hazard = Hazard(campaign=campaigns.current(session).code, reporter_id=caller.person_id)
    session.add(hazard)
    session.flush()
    return hazard


def report(session: Session, hazard: Hazard, *, by: int, on_behalf_of: int | None, task: Any, data: Data) -> None:
    """①发现上报: take in what was found, where, on whom, with photos and the proof of its source (domain 3.3 ①)."""
    must_be(hazard, "DRAFT")
    hazard.source = fields.choice(data, "source", "来源", hazard_rules.SOURCES)
    _take_subject(session, hazard, data)
    _take_findings(hazard, data)
    _take_proof(session, hazard, data, by)
    _must_be_his_own(session, hazard, by)
    shown = photos.attach(session, hazard, task, "photos", fields.shas(data, "photos"), by=by)
    photos.attach(session, hazard, task, "after_photos", fields.shas(data, "after_photos"), by=by)
    if not shown and hazard.source in ("ENFORCE", "TIPOFF"):
        raise Invalid("photos", "执法检查和群众举报的隐患，请至少上传 1 张现场照片。")
    hazard.reported_at = clock.now()
    facts_of = {"source": hazard.source, "subject": hazard.subject_name, "photos": shown}
    move(session, hazard, "REPORTED", by=by, on_behalf_of=on_behalf_of, effective_at=hazard.found_at, **facts_of)


def _take_subject(session: Session, hazard: Hazard, data: Data) -> None:
    """The subject: a known enterprise brings its data, what was typed goes before; Invalid for each fault at once."""
    unit = _find_enterprise(session, data)
    hazard.enterprise_id = unit.id if unit else None
    hazard.subject_type = fields.find_text(data, "subject_type") or (unit and (unit.subject_type or "ENTERPRISE")) or ""
    hazard.subject_name = fields.find_text(data, "subject_name") or (unit.name if unit else "")
    hazard.uscc = fields.find_text(data, "uscc") or (unit and unit.uscc) or None
    hazard.region_code = fields.find_text(data, "region_code") or (unit.region_code if unit else "")
    hazard.sector = fields.find_text(data, "sector") or (unit and unit.sector_code) or None
    hazard.address = fields.find_text(data, "address") or (unit and unit.address) or None
    faults = _subject_faults(session, hazard)
    if "region_code" not in faults and people.find_unit(session, "VILLAGE", hazard.region_code) is None:
        faults["region_code"] = "请选择隐患所在的村（社区）。"
    if faults:
        raise Invalid(faults)


def _find_enterprise(session: Session, data: Data) -> people.Unit | None:
    unit_id = fields.find_id(data, "subject_id")
    if unit_id is None:
        return None
    unit = people.find_enterprise(session, unit_id)
    if unit is None:
        raise Invalid("subject_id", "没有找到这个主体，请从列表中重新选择。")
    return unit


def _subject_faults(session: Session, hazard: Hazard) -> dict[str, str]:
    faults = {}
    if not hazard.subject_name or len(hazard.subject_name) > 120:
        faults["subject_name"] = "请填写主体名称，不超过 120 个字。"
    if hazard.subject_type not in hazard_rules.SUBJECT_TYPES:
        faults["subject_type"] = "请选择主体类型。"
    if hazard.uscc and not people.is_uscc(hazard.uscc):
        faults["uscc"] = "统一社会信用代码有误，校验位不符，请核对 18 位代码。"
    elif not hazard.uscc and hazard.subject_type == "ENTERPRISE":
        faults["uscc"] = "主体是企业的，请填写统一社会信用代码。"
    if fault := hazard_rules.region_fault(hazard.region_code):
        faults["region_code"] = fault
    if hazard.sector not in sectors.names(session):
        faults["sector"] = "请选择行业领域。"
    if not hazard.address:
        faults["address"] = "请填写隐患所在的地址。"
    return faults


def _take_findings(hazard: Hazard, data: Data) -> None:
    hazard.description = fields.text(data, "description", "隐患描述", least=10, most=2000)
    hazard.found_at = fields.past(data, "found_at", "发现时间") if data.get("found_at") else clock.now()
    hazard.cause = fields.find_text(data, "cause")
    hazard.harm_analysis = fields.find_text(data, "harm_analysis")
    hazard.level_proposed = fields.find_text(data, "level_proposed") or "MAJOR"
    hazard.immediate_danger = fields.answer(data, "immediate_danger", "是否有紧急危险")
    hazard.interim_measures = fields.find_text(data, "interim_measures")
    hazard.lat, hazard.lng = fields.find_number(data, "lat"), fields.find_number(data, "lng")
    if hazard.immediate_danger and not hazard.interim_measures:
        raise Invalid("interim_measures", "有紧急危险的，请写明已采取的撤人、停用等临时措施。")


def _take_proof(session: Session, hazard: Hazard, data: Data, by: int) -> None:
    """The proof of the source. Of a tip only its reference is taken: who gave it never gets here (INV-5)."""
    hazard.external_no = fields.find_text(data, "external_no")
    if hazard.source == "ENFORCE" and data.get("inspection_kind"):
        hazard.inspection_id = inspections.record(session, hazard, by=by, data=data).id
    elif hazard.source == "TIPOFF":
        hazard.tip_ref = fields.find_text(data, "tip_ref")
    elif hazard.source == "ASSIGNED":
        hazard.superior_doc_no = fields.find_text(data, "superior_doc_no")
    hazard.found_by = _finder(session, hazard, data, by)
    if lacking := _proof_fault(hazard):
        raise Invalid(lacking)


def _finder(session: Session, hazard: Hazard, data: Data, by: int) -> str | None:
    """Who above the town found it: as the report of an assigned one says; of what the county itself reports, the county."""
    if hazard.source == "ASSIGNED":
        said = fields.find_text(data, "found_by")
        return said if said in hazard_rules.FINDERS else None
    county = people.has_role_in(session, by, hazard_rules.COUNTY_FINDERS, people.county_code(hazard.region_code)[:6])
    return {"ENFORCE": "COUNTY", "TIPOFF": "COUNTY_TIP"}.get(hazard.source or "") if county else None


def _proof_fault(hazard: Hazard) -> dict[str, str]:
    has_inspection = hazard.inspection_id is not None
    return hazard_rules.source_proof_fault(hazard.source or "", has_inspection, hazard.tip_ref, hazard.superior_doc_no)


def _must_be_his_own(session: Session, hazard: Hazard, by: int) -> None:
    """An enterprise's people report what they found themselves, at their own enterprise (domain 2.1)."""
    held = people.posts(session, by)
    at_home = {post.unit_id for post in held if post.role in people.ENTERPRISE_PEOPLE}
    if any(post.role not in people.ENTERPRISE_PEOPLE for post in held) or not at_home:
        return
    sentence = "企业人员只能以“企业自查”上报本企业的隐患。"
    subject = "subject_id" if hazard.enterprise_id else "subject_on_file"
    wrong = {"source": hazard.source != "SELF", subject: hazard.enterprise_id not in at_home}
    if any(wrong.values()):
        raise Invalid({field: sentence for field, is_wrong in wrong.items() if is_wrong})


# ---- ② registration --------------------------------------------------------------------------------------------------------


def propose_registration(session: Session, hazard: Hazard, *, by: int, on_behalf_of: int | None, task: Any, data: Data) -> None:
    """②登记拟办: the office checks level, clause and duplicates, and completes what the field left open."""
    must_be(hazard, "REPORTED")
    hazard.level = fields.choice(data, "level_final", "认定等级", hazard_rules.LEVELS)
    _take_source(session, hazard, fields.choice(data, "primary_source", "主要来源", hazard_rules.SOURCES))
    for name in ("cause", "harm_analysis", "address", "sector"):
        setattr(hazard, name, fields.find_text(data, name) or getattr(hazard, name))
    if hazard.sector not in sectors.names(session):
        raise Invalid("sector", "请选择行业领域。")
    _take_ground(session, hazard, data)
    if data.get("proposal", "accept") == "accept":
        _must_have_ground(hazard, "standard_clause")
    shown = ("proposal", "dup_check", "merge_into", "station_opinion", "reason")
    body = {name: data.get(name) for name in shown} | {"level": hazard.level, "task": task.id, "clause": hazard.clause_text}
    history.record(session, hazard.ref, "registration_proposed", by=by, on_behalf_of=on_behalf_of, **body)


def _take_source(session: Session, hazard: Hazard, source: str) -> None:
    """The main source. One that is not as reported is judged anew: who above the town found it went with the other source."""
    if source != hazard.source:
        hazard.source, reported = source, tasks.submissions(session, hazard.ref)[:1]
        hazard.found_by = _finder(session, hazard, reported[0].data if reported else {}, hazard.reporter_id)
    _must_have_proof(hazard, "primary_source")


def _must_have_proof(hazard: Hazard, field: str) -> None:
    """The source may be changed only to one whose proof the report brought (①)."""
    if _proof_fault(hazard):
        named = hazard_rules.SOURCES.get(hazard.source or "", "这一来源")
        raise Invalid(field, f"上报时没有“{named}”的依据（检查记录、举报编号或交办文号），不能登记为这一来源。")


def _take_ground(session: Session, hazard: Hazard, data: Data) -> None:
    """The clause in the version that is in force today, written out; a key item only where the trade has no standard (8.2)."""
    code = hazard.standard_clause = fields.find_text(data, "standard_clause")
    hazard.key_check_item = fields.find_text(data, "key_check_item")
    clause = standards.clauses().get(code or "")
    hazard.clause_text = clause.text if clause else None
    trade = sectors.names(session).get(hazard.sector or "", "")
    if code and (clause is None or not clause.standard.is_in_force(clock.today())):
        raise Invalid("standard_clause", "没有这一判定条款，或者它已经停止使用，请重新选择。")
    if clause and not clause.fits(hazard.sector):
        raise Invalid("standard_clause", f"这一条款不适用于“{trade}”，请从该行业或通用的条款中选择。")
    if hazard.key_check_item and (own := standards.own_of(hazard.sector, clock.today())):
        raise Invalid("key_check_item", f"“{trade}”有判定标准（{own[0].name}），请选择判定条款。")


def _must_have_ground(hazard: Hazard, field: str) -> None:
    """A major hazard is one by a clause of the standards, or by a key item where a trade has none (domain 8.2)."""
    if hazard.level == "MAJOR" and not hazard.standard_clause and not hazard.key_check_item:
        raise Invalid(field, "请选择判定条款；没有判定标准的行业，请填写重点检查事项。")


def decide_registration(session: Session, hazard: Hazard, *, by: int, on_behalf_of: int | None, task: Any, data: Data) -> None:
    """②主任核定: accept gives the number; the other four say why."""
    must_be(hazard, "REPORTED")
    decision = fields.choice(data, "decision", "核定意见", ("accept", "redo", "downgrade", "reject", "merge"))
    if decision != "accept":
        fields.text(data, "reason", "理由", least=2)
    if decision == "downgrade":
        fields.text(data, "station_opinion", "站所意见", least=2)
    if decision == "merge":
        hazard.merged_into_id = get_main(session, hazard, data).id
    body = {name: data.get(name) for name in ("opinion", "reason", "station_opinion", "merge_into")}
    body |= {"decision": decision, "task": task.id}
    history.record(session, hazard.ref, "registration_decided", by=by, on_behalf_of=on_behalf_of, **body)
    if decision == "accept":
        register(session, hazard, by=by, on_behalf_of=on_behalf_of)


def get_main(session: Session, hazard: Hazard, data: Data) -> Hazard:
    """The registered hazard of the same town whose number is given in `merge_into`, if it may take another in; or Invalid."""
    number = fields.text(data, "merge_into", "并入的隐患编号")
    in_town = Hazard.region_code.startswith(people.town_code(hazard.region_code)[:9], autoescape=True)
    main = session.scalar(select(Hazard).where(Hazard.hazard_no == number, in_town))
    if main is None or main.id == hazard.id:
        raise Invalid("merge_into", "没有找到这个编号的在册隐患，请核对。")
    if sentence := hazard_rules.main_fault(main.status):
        raise Invalid("merge_into", sentence)
    return main


def register(session: Session, hazard: Hazard, *, by: int, on_behalf_of: int | None) -> None:
    """Give the hazard its number and put it into the ledger (②). Only what was found to be major gets there (INV-21)."""
    if hazard.level != "MAJOR":
        raise Invalid("decision", "这件拟定为一般隐患，不能登记为重大隐患；请退回重拟或转一般台账。")
    _must_have_ground(hazard, "decision")
    _must_have_proof(hazard, "decision")
    hazard.registered_at = clock.now()
    hazard.hazard_no = _next_number(session, hazard)
    body = {"hazard_no": hazard.hazard_no, "level": hazard.level, "source": hazard.source, "found_by": hazard.found_by}
    move(session, hazard, "REGISTERED", by=by, on_behalf_of=on_behalf_of, effective_at=hazard.reported_at, **body)


def _next_number(session: Session, hazard: Hazard) -> str:
    """The next serial of town × campaign × year, without gaps."""
    year = clock.today().year
    serial = serials.following(session, Sequence, f"{hazard.region_code[:9]}-{hazard.campaign}-{year}")
    return hazard_rules.number(hazard.region_code, hazard.campaign, year, serial)


# ---- service steps: the side exits -------------------------------------------------------------------------------------------


def downgrade_hazard(session: Session, hazard: Hazard, *, cause: Cause) -> None:
    """Not major: goes to the ordinary ledger and is never counted as rectified (INV-14, INV-21)."""
    hazard.level = "ORDINARY"
    move(session, hazard, "DOWNGRADED", by=cause.by, on_behalf_of=cause.on_behalf_of)


def reject_lead(session: Session, hazard: Hazard, *, cause: Cause) -> None:
    """The lead proved untrue."""
    move(session, hazard, "REJECTED_LEAD", by=cause.by, on_behalf_of=cause.on_behalf_of)


def merge_hazard(session: Session, hazard: Hazard, *, cause: Cause) -> None:
    """A repetition: it stays to be asked for, points to the main hazard, and is counted only there (INV-13)."""
    if hazard.merged_into_id is None:
        raise Conflict("没有写明并入哪个编号，不能合并。")
    merge(session, hazard, session.get_one(Hazard, hazard.merged_into_id), cause=cause)


def merge(session: Session, hazard: Hazard, main: Hazard, *, cause: Cause, **body: Any) -> None:
    """Take a hazard out of the ledger in favour of the main one, which keeps its source (并入来源)."""
    hazard.merged_into_id = main.id
    body |= {"into": main.hazard_no, "source": hazard.source}
    move(session, hazard, "MERGED", by=cause.by, on_behalf_of=cause.on_behalf_of, **body)
    merged = {"merged": hazard.id, "merged_source": hazard.source}
    history.record(session, main.ref, "merged_in", by=cause.by, on_behalf_of=cause.on_behalf_of, **merged)
