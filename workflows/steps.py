"""STEPS: the one list of what a diagram may call; and RULES, all that the engine is told of the domain."""

from collections.abc import Callable
from functools import partial, wraps
from typing import Any

from sqlalchemy.orm import Session

from workflows import (
    archives,
    bulletins,
    campaigns,
    changes,
    closures,
    disclosures,
    dispatch,
    documents,
    extensions,
    feedbacks,
    handovers,
    hazards,
    inquiries,
    listings,
    look_backs,
    loops,
    papers,
    people,
    petitions,
    phases,
    rectifications,
    reminders,
    reopenings,
    stops,
    subjects,
    urges,
    verifications,
    voidings,
    weekly_reports,
)
from workflows.bulletins import Bulletin
from workflows.db import Database
from workflows.engine import Cause, Rules, Step, beginnings, instances, jobs, tasks, timers
from workflows.errors import Conflict
from workflows.fields import Data
from workflows.functions import FUNCTIONS
from workflows.hazards.tables import Hazard
from workflows.options import OPTIONS


def _task(call: Any, title: str, **returns: str) -> Step:
    return Step(call, title, "task", returns=returns)


def _service(call: Any, title: str) -> Step:
    return Step(call, title, "service")


def _making(call: Callable[..., Any], *kinds: str) -> Callable[..., Any]:
    """A step, and with it the documents that it brings about (制发): fixed in its transaction, written after the commit."""

    @wraps(call)
    def step(session: Session, thing: Any, **given: Any) -> Any:
        decided = call(session, thing, **given)
        session.flush()
        documents.order_borne(session, thing, kinds, by=given["cause"].by if "cause" in given else given["by"])
        return decided

    return step


def grant_extension(session: Session, hazard: Hazard, *, cause: Cause) -> None:
    """批准延期: the new deadline, and whatever waits for the old one follows it."""
    extensions.grant_extension(session, hazard, cause=cause)
    instances.rearm(session, RULES, hazard.ref, cause)


def void_hazard(session: Session, hazard: Hazard, *, cause: Cause) -> None:
    """核减: whatever else runs about the hazard that leaves ends first, so that nobody moves it meanwhile."""
    gone = voidings.leaving(session, hazard)
    instances.cancel(session, gone.ref, by=cause.by, reason="隐患已核减，流程终止。")
    voidings.void_hazard(session, hazard, cause=cause)
    petitions.cancel(session, gone, *PETITIONS)
    _end_urges(session, gone, "隐患已核减，督促终止。", cause.by)


def take_over(session: Session, hazard: Hazard, *, by: int, on_behalf_of: int | None, task: Any, data: Data) -> None:
    """接任签收: whoever takes over gets the open tasks as well, those by which his predecessor was urged among them."""
    if changes.answer_change(session, hazard, by=by, on_behalf_of=on_behalf_of, task=task, data=data):
        for subject in (hazard.ref, *(urge.ref for urge in urges.of(session, hazard))):
            instances.readdress_about(session, RULES, subject, but=task)


def remind(session: Session, hazard: Hazard, *, cause: Cause) -> None:
    """提醒与升级: a level that is reached brings its card, order, letter or directive."""
    reminders.remind(session, hazard, cause=cause)
    start_urge(session, urges.begin_for_deadline(session, hazard))


def start_urge(session: Session, urge: urges.Urge | None) -> bool:
    """Start the diagram of an urge that has begun, if one has."""
    if urge is not None:
        instances.start(session, RULES, urges.PROCESS, urge.ref, by=None)
    return urge is not None


def _end_urges(session: Session, hazard: Hazard, why: str, by: int | None, *, ground: str = "") -> None:
    """End what is under way of a hazard's urges (of one ground): what they asked for is there."""
    for urge in urges.of(session, hazard):
        if ground in ("", urge.ground) and instances.find(session, urge.ref, urges.PROCESS, only_running=True):
            instances.cancel(session, urge.ref, by=by, reason=why)
            urges.end(session, urge, why, by=by)


def feed_back(session: Session, hazard: Hazard, *, by: int, on_behalf_of: int | None, task: Any, data: Data) -> None:
    """周反馈: once no report is owed any more, what was urged because of reports ends (补报即清欠)."""
    feedbacks.feed_back(session, hazard, by=by, on_behalf_of=on_behalf_of, task=task, data=data)
    if urges.of(session, hazard) and not feedbacks.missing(session, hazard):
        _end_urges(session, hazard, "已补报清欠，督促终止。", by, ground="THURSDAY")


def pass_verification(session: Session, hazard: Hazard, *, cause: Cause) -> None:
    """验收通过: the hazard is put right, so nobody is urged any more."""
    verifications.pass_verification(session, hazard, cause=cause)
    _end_urges(session, hazard, "隐患已整改并验收通过，督促终止。", cause.by)


def close_hazard(session: Session, hazard: Hazard, *, cause: Cause) -> None:
    """销号: what was asked for about it and nobody has decided yet falls."""
    closures.close_hazard(session, hazard, cause=cause)
    for kind in IN_HAND:
        if petitions.find_asked(session, kind, hazard):
            instances.cancel(session, hazard.ref, by=cause.by, reason="隐患已销号，申请终止。", only=IN_HAND[kind])
            petitions.cancel(session, hazard, kind)


def suggest_inquiry(session: Session, hazard: Hazard, ground: str, *, cause: Cause) -> None:
    """建议倒查: whether a case is opened, the head of the leading group decides (P07)."""
    if inquiry := inquiries.suggest(session, hazard, ground, cause=cause):
        instances.start(session, RULES, inquiries.PROCESS, inquiry.ref, by=cause.by)


def fail_verification(session: Session, hazard: Hazard, *, cause: Cause) -> None:
    """验收不通过: what was faked is inquired into (倒查)."""
    verifications.fail_verification(session, hazard, cause=cause)
    if verifications.get_last(session, hazard).is_false:
        suggest_inquiry(session, hazard, "FALSE", cause=cause)


ENDS = frozenset({hazards.PROCESS, look_backs.PROCESS})  # what of a closed hazard ends when it is opened again


def reopen_hazard(session: Session, hazard: Hazard, *, cause: Cause) -> None:
    """重新打开: what is left of the old round's loop ends, and the loop begins again."""
    instances.cancel(session, hazard.ref, by=cause.by, reason="隐患已重新打开，原流程终止。", only=ENDS)
    reopenings.reopen_hazard(session, hazard, cause=cause)
    look_backs.drop(session, hazard)
    if petitions.of(session, reopenings.Reopening, hazard)[-1].is_false:
        suggest_inquiry(session, hazard, "FALSE", cause=cause)
    instances.start(session, RULES, hazards.PROCESS, hazard.ref, by=cause.by)
    if any(task.verb == "report" for task in tasks.open_of(session, hazard.ref)):
        raise Conflict("现行的闭环流程图没有“重新打开”的走法，请由流程设计员补画并发布后再批准。")


def note_rebound(session: Session, hazard: Hazard, *, cause: Cause) -> None:
    """反弹: whoever looked applies for the reopening at once, if nobody has and it is his to ask; an inquiry is suggested."""
    suggest_inquiry(session, hazard, "REBOUND", cause=cause)
    assert cause.by is not None, "a look-back is a person's"
    caller, told = people.caller(session, cause.by), look_backs.application(look_backs.get_last(session, hazard))
    if any(each.key == reopenings.PROCESS for each in beginnings.offered(session, RULES, hazard.ref, caller)):
        beginnings.begin(session, RULES, reopenings.PROCESS, hazard.ref, caller, told)


IN_HAND: dict[type[petitions.Petition], frozenset[str]] = {  # what is asked for before a hazard is closed: in which diagrams
    extensions.Extension: frozenset({"extension"}),
    voidings.Voiding: frozenset({"voiding"}),
    changes.Change: frozenset({"change_responsible", "change_tracker"}),
    listings.Listing: frozenset({"listing"}),
    stops.Stop: frozenset({"stop_order"}),
}
PETITIONS: tuple[type[petitions.Petition], ...] = (*IN_HAND, reopenings.Reopening, listings.Unlisting, stops.Resumption)


def draft_bulletin(session: Session, bulletin: Bulletin, *, by: int, on_behalf_of: int | None, task: Any, data: Data) -> None:
    """月度公开拟稿: and with it step ⑬ of every hazard whose result stands in it."""
    edition = bulletins.draft(session, bulletin, by=by, on_behalf_of=on_behalf_of, task=task, data=data)
    bulletins.hand_in_drafts(session, RULES, edition, by=by)


def decide_bulletin(session: Session, bulletin: Bulletin, *, by: int, on_behalf_of: int | None, task: Any, data: Data) -> None:
    """月度公开审定: and with it that of every hazard whose result stands in it."""
    edition = bulletins.decide(session, bulletin, by=by, on_behalf_of=on_behalf_of, task=task, data=data)
    bulletins.hand_in_decisions(session, RULES, edition, by=by)


def unlist_hazard(session: Session, hazard: Hazard, *, cause: Cause) -> None:
    """摘牌: nobody waits for the end of the supervision any more."""
    listings.unlist_hazard(session, hazard, cause=cause)
    instances.cancel(session, hazard.ref, by=cause.by, reason="已摘牌，督办终止。", only=frozenset({"listing"}))


STEPS = {
    "report": _task(hazards.report, "发现上报"),
    "propose_registration": _task(hazards.propose_registration, "登记拟办"),
    "decide_registration": _task(hazards.decide_registration, "主任核定"),
    "issue_for_rectification": _task(_making(handovers.issue_for_rectification, "HANDOVER", "RECTIFY_ORDER"), "移交一签发"),
    "acknowledge_as_territory": _task(handovers.acknowledge_as_territory, "属地签收"),
    "reassign_territory": _task(handovers.reassign_territory, "裁定改派（块）"),
    "acknowledge_as_sector": _task(handovers.acknowledge_as_sector, "行业签收"),
    "reassign_sector": _task(handovers.reassign_sector, "裁定改派（条）"),
    "issue_for_tracking": _task(handovers.issue_for_tracking, "移交二签发"),
    "name_tracker": _task(handovers.name_tracker, "指定跟踪人"),
    "name_tracker_instead": _task(handovers.name_tracker_instead, "县办指定跟踪人"),
    "acknowledge_as_tracker": _task(handovers.acknowledge_as_tracker, "跟踪人签收"),
    "rule_on_tracking": _task(handovers.rule_on_tracking, "县办裁定"),
    "submit_plan": _task(rectifications.submit_plan, "整改方案"),
    "finish_rectification": _task(rectifications.finish_rectification, "整改实施"),
    "verify": _task(verifications.verify, "验收", member_count="验收成员数"),
    "confirm_verification": _task(verifications.confirm_verification, "成员确认"),
    "apply_for_closure": _task(closures.apply_for_closure, "申请销号"),
    "review_in_town": _task(_making(closures.review_in_town, "CLOSURE_APPLY"), "镇审核"),
    "give_tracking_opinion": _task(closures.give_tracking_opinion, "县跟踪意见"),
    "sign_closure": _task(closures.sign_closure, "县签字"),
    "feed_back": _task(feed_back, "周四反馈"),
    "draft_disclosure": _task(disclosures.draft_disclosure, "公开拟稿"),
    "approve_disclosure": _task(disclosures.approve_disclosure, "公开审定"),
    "draft_bulletin": _task(draft_bulletin, "月度公开拟稿"),
    "decide_bulletin": _task(decide_bulletin, "月度公开审定"),
    "supplement_archive": _task(archives.supplement_archive, "退补"),
    "apply_for_extension": _task(extensions.apply_for_extension, "申请延期"),
    "review_extension": _task(extensions.review_extension, "审核延期"),
    "grant_extension": _service(grant_extension, "批准延期"),
    "refuse_extension": _service(extensions.refuse_extension, "不同意延期"),
    "apply_for_voiding": _task(voidings.apply_for_voiding, "申请核减"),
    "check_voiding": _task(voidings.check_voiding, "核减现场核实"),
    "review_voiding": _task(voidings.review_voiding, "审核核减"),
    "void_hazard": _service(void_hazard, "核减"),
    "refuse_voiding": _service(voidings.refuse_voiding, "不同意核减"),
    "name_successor": _task(changes.name_successor, "变更责任人"),
    "name_next_tracker": _task(changes.name_next_tracker, "变更跟踪人"),
    "take_over": _task(take_over, "接任签收"),
    "apply_for_reopening": _task(reopenings.apply_for_reopening, "申请重新打开"),
    "review_reopening": _task(reopenings.review_reopening, "审批重新打开"),
    "reopen_hazard": _service(reopen_hazard, "重新打开"),
    "refuse_reopening": _service(reopenings.refuse_reopening, "不同意重新打开"),
    "propose_listing": _task(listings.propose_listing, "申请挂牌督办"),
    "review_listing": _task(listings.review_listing, "审批挂牌督办"),
    "publish_listing": _task(listings.publish_listing, "公布挂牌"),
    "list_hazard": _service(_making(listings.list_hazard, "LISTING"), "挂牌"),
    "refuse_listing": _service(listings.refuse_listing, "不予挂牌"),
    "remind_of_listing": _service(listings.remind_of_listing, "提醒督办单位"),
    "report_listing": _task(listings.report_listing, "说明督办情况"),
    "propose_unlisting": _task(listings.propose_unlisting, "申请解除挂牌"),
    "review_unlisting": _task(listings.review_unlisting, "审批解除挂牌"),
    "publish_unlisting": _task(listings.publish_unlisting, "公布摘牌"),
    "unlist_hazard": _service(_making(unlist_hazard, "UNLISTING"), "摘牌"),
    "refuse_unlisting": _service(listings.refuse_unlisting, "不予解除挂牌"),
    "draft_stop": _task(stops.draft_stop, "拟停产撤人决定"),
    "sign_stop": _task(stops.sign_stop, "签发停产撤人决定"),
    "serve_stop": _task(stops.serve_stop, "送达停产撤人决定"),
    "order_stop": _service(_making(stops.order_stop, "STOP_ORDER"), "责令停产撤人"),
    "refuse_stop": _service(stops.refuse_stop, "不予责令停产撤人"),
    "apply_for_resumption": _task(stops.apply_for_resumption, "申请恢复生产"),
    "check_resumption": _task(stops.check_resumption, "恢复生产现场审查"),
    "decide_resumption": _task(stops.decide_resumption, "审批恢复生产"),
    "lift_stop": _service(_making(stops.lift_stop, "RESUMPTION"), "恢复生产"),
    "refuse_resumption": _service(stops.refuse_resumption, "继续停产"),
    "fill_return": _task(dispatch.fill_return, "填报月报"),
    "check_return": _task(dispatch.check_return, "审核月报"),
    "collect_return": _task(dispatch.collect_return, "汇总月报"),
    "review_return": _task(dispatch.review_return, "主任核月报"),
    "sign_return": _task(dispatch.sign_return, "组长签发月报"),
    "receive_return": _task(dispatch.receive_return, "县收月报"),
    "ask_for_correction": _task(dispatch.ask_for_correction, "申请更正月报"),
    "decide_correction": _task(dispatch.decide_correction, "审定月报更正"),
    "freeze_return": _service(dispatch.freeze_return, "月报定稿"),
    "correct_return": _service(dispatch.correct_return, "月报更正版"),
    "check_report": _task(weekly_reports.check_report, "核定周报告"),
    "sign_report": _task(weekly_reports.sign_report, "签发周报告"),
    "sign_stations": _task(weekly_reports.sign_stations, "签发站所反馈"),
    "receive_report": _task(weekly_reports.receive_report, "县办签收周报告"),
    "look_back": _task(look_backs.look_back, "现场回头看"),
    "note_rebound": _service(note_rebound, "反弹，申请重新打开"),
    "decide_inquiry": _task(inquiries.decide_inquiry, "决定是否倒查"),
    "inquire_into_enterprise": _task(partial(inquiries.inquire, part="enterprise"), "倒查企业负责人"),
    "inquire_into_leader": _task(partial(inquiries.inquire, part="leader"), "倒查分管领导"),
    "inquire_into_liaison": _task(partial(inquiries.inquire, part="liaison"), "倒查包村干部"),
    "conclude_inquiry": _task(inquiries.conclude_inquiry, "倒查结论"),
    "approve_inquiry": _task(inquiries.approve_inquiry, "审定倒查结论"),
    "close_inquiry": _service(inquiries.close_inquiry, "倒查结案"),
    "sign_urge": _task(urges.sign_urge, "签发督促"),
    "receive_urge": _task(urges.receive_urge, "签收督促"),
    "answer_urge": _task(urges.answer_urge, "回复督促"),
    "receive_copy": _task(urges.receive_copy, "县办签收抄件"),
    "hold_talk": _task(urges.hold_talk, "约谈或通报"),
    "issue_urge": _service(urges.issue_urge, "督促成文"),
    "collect_again": _service(weekly_reports.collect_again, "重新汇总"),
    "issue_report": _service(weekly_reports.issue_report, "形成公文"),
    "downgrade_hazard": _service(hazards.downgrade_hazard, "转一般台账"),
    "reject_lead": _service(hazards.reject_lead, "线索不属实"),
    "merge_hazard": _service(hazards.merge_hazard, "并入他号"),
    "complete_rectify_handover": _service(handovers.complete_rectify_handover, "移交一完成"),
    "raise_tracking": _service(handovers.raise_tracking, "上转县专项办"),
    "complete_track_handover": _service(handovers.complete_track_handover, "移交二完成"),
    "fail_verification": _service(_making(fail_verification, "REINSPECTION"), "验收不通过"),
    "pass_verification": _service(_making(pass_verification, "REINSPECTION"), "验收通过"),
    "close_hazard": _service(_making(close_hazard, "CLOSURE"), "销号"),
    "note_awaiting_signature": _service(feedbacks.note_awaiting_signature, "自动记待签字"),
    "remind": _service(remind, "提醒与升级"),
    "check_archive": _service(archives.check_archive, "完整性检查"),
    "archive_hazard": _service(archives.archive_hazard, "归档"),
}


# ---- the record handed to the engine ------------------------------------------------------------------------------------

RULES = Rules(
    subject=subjects.get,
    title=subjects.title,
    steps=STEPS,
    functions=FUNCTIONS,
    options=OPTIONS,
    address=subjects.address,
    due=subjects.due,
    forbidden=subjects.forbidden,
    loop_rules=loops.LOOP_RULES,
    stands_at=people.stands_at,
    keep_files=papers.attach_rest,
)


def readdress(session: Session, *person_ids: int) -> int:
    """Ask again whose tasks are, after these persons' posts or sign-ins have changed, and whose the blocked ones are."""
    return instances.readdress(session, RULES, persons=person_ids, posts=people.posts_ever(session, person_ids))


@jobs.effect("terms.count_anew")
def count_anew(database: Database) -> int:
    """Date every open task and timer again, after the calendar has changed."""
    return timers.count_anew(database, RULES)


def seed(session: Session) -> None:
    """What a fresh database needs before the first case: the campaigns, their parameters and their phases."""
    campaigns.seed(session)
    phases.seed(session)
