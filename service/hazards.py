"""隐患: the list, one case, and what is known of a hazard in words."""

from collections.abc import Iterable

from flask import Blueprint, Flask, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from service import cases, documents, forms, house, labels, matters, pictures
from workflows import closures, listings, look_backs, people, petitions, rectifications, stops, urges
from workflows.codes import find_key
from workflows.engine import Subject, history, instances, tasks
from workflows.hazards import PROCESS, Hazard, Marked, marked, merged_into
from workflows.hazards import deadlines as hazard_deadlines
from workflows.hazards import get as get_hazard
from workflows.hazards import get_for as get_hazard_for
from workflows.hazards import page as page_of_hazards

blueprint = Blueprint("hazards", __name__, url_prefix="/hazards")


def init_app(app: Flask) -> None:
    """Hang the pages up."""
    cases.KINDS["hazard"] = cases.Kind(
        get_hazard_for, facts, ("hazards.show", "hazard_id"), "hazards.index", "这件隐患", "隐患情况", photos=pictures.of
    )
    app.register_blueprint(blueprint)


# ---- pages -------------------------------------------------------------------------------------------------------------


@blueprint.get("")
def index() -> ResponseReturnValue:
    """隐患: what the caller may see, newest first."""
    asked = {name: request.args.get(name, "").strip() for name in ("q", "status", "source", "sector", "due")}
    after = find_key(request.args.get("after", ""))
    found = page_of_hazards(
        g.session,
        current_user.caller,
        search=asked["q"],
        status=asked["status"],
        source=asked["source"],
        sector=asked["sector"],
        late=asked["due"] == "late",
        after=after,
    )
    return render_template(
        "hazards/index.html",
        rows=found.rows,
        marks=marks,
        next=found.next,
        asked=asked,
    )


@blueprint.get("/<int:hazard_id>")
def show(hazard_id: int) -> ResponseReturnValue:
    """One case: facts, everything handed in, the record, and where it stands on the diagram."""
    hazard = get_hazard_for(g.session, current_user.caller, hazard_id)
    lines, urged = history.lines(g.session, hazard.ref), urges.seen(g.session, current_user.caller, hazard)
    persons = [id for line in lines for id in (line.by, line.on_behalf_of)] + urges.persons(urged)
    checked = history.verify(g.session, hazard.ref) if request.args.get("check") else None
    main = loop(hazard.ref)
    return render_template(
        "hazards/show.html",
        hazard=hazard,
        title=house().rules.title(hazard),
        marks=marks(hazard),
        lines=lines,
        names=people.names(g.session, persons),
        checked=checked,
        enterprise_url=_enterprise_url(hazard),
        matters=matters.beside(hazard.ref, main),
        documents=documents.shown(hazard.ref),
        documents_offered=documents.offered(hazard),
        urges=urged,
        **cases.context(hazard.ref, hazard, cases.options_of(hazard), main),
    )


# ---- what is known of a hazard ------------------------------------------------------------------------------------------


def brief(hazard: Hazard) -> tuple[list[cases.Fact], list[pictures.Picture]]:
    """What is known of a case, and its photos in the order they were handed in; for a page that shows several cases."""
    return facts(hazard, cases.options_of(hazard)), pictures.of(hazard, tasks.submissions(g.session, hazard.ref))[::-1]


def marks(hazard: Hazard | Marked) -> list[tuple[str, str]]:
    """The tags beside a hazard's status."""
    found = [
        ("紧急", "red", hazard.immediate_danger and hazard.closed_at is None),
        ("挂牌督办", "red", hazard.listed_supervision),
        ("停产停业", "red", hazard.stop_production),
        ("弄虚作假", "red", hazard.false_rectification),
        (labels.URGED.get(hazard.overdue_level, ""), "red", hazard.overdue_level),
        (f"退回{hazard.return_count}次", "amber", hazard.return_count),
        (f"延期{hazard.extension_count}次", "amber", hazard.extension_count),
        (f"重新打开{hazard.reopened_count}次", "amber", hazard.reopened_count),
        ("移送中", "amber", hazard.transferred),
    ]
    return [(text, tone) for text, tone, is_so in found if is_so and text]


def marks_of(subjects: Iterable[Subject]) -> dict[Subject, list[tuple[str, str]]]:
    """The tags of several hazards, for a list of tasks."""
    ids = [subject.id for subject in subjects if subject.kind == "hazard"]
    return {Subject("hazard", row.id): marks(row) for row in marked(g.session, ids)} if ids else {}


def facts(hazard: Hazard, options: forms.Options) -> list[cases.Fact]:
    """What is known of a hazard, in the order one asks for it; what is not known is left out."""
    named = (hazard.lead_person_id, hazard.territory_person_id, hazard.sector_person_id, hazard.tracker_id)
    names = people.names(g.session, named)
    found = [
        cases.Fact("编号", hazard.hazard_no or "", "" if hazard.hazard_no else "登记核定后编号"),
        cases.Fact("状态", labels.status(hazard.status), tone=labels.status_tone(hazard.status)),
        cases.Fact("主体", hazard.subject_name, _join(labels.subject_type(hazard.subject_type), hazard.uscc)),
        cases.Fact("行业领域", labels.sector(hazard.sector)),
        cases.Fact("地址", hazard.address or "", cases.region(hazard.region_code)),
        cases.Fact("隐患描述", hazard.description),
        cases.Fact("临时措施", hazard.interim_measures or ""),
        cases.Fact("判定依据", _clause(hazard, options) or hazard.key_check_item or ""),
        cases.Fact("来源", labels.source(hazard.source), _join(hazard.superior_doc_no, hazard.tip_ref)),
        cases.Fact("发现时间", labels.moment(hazard.found_at)),
        cases.Fact("整改方式", labels.mode(hazard.mode)),
        _deadline(hazard),
        _listing(hazard),
        _stop(hazard),
        cases.Fact("牵头责任人", names.get(hazard.lead_person_id or 0, "")),
        cases.Fact("属地责任人", names.get(hazard.territory_person_id or 0, "")),
        cases.Fact("行业责任人", names.get(hazard.sector_person_id or 0, "")),
        cases.Fact("县跟踪人", names.get(hazard.tracker_id or 0, "")),
        *_merged(hazard),
        *_revoked(hazard),
        *_look_back(hazard),
        cases.Fact("完成方式", "关停取缔" if hazard.closed_at and rectifications.is_shut_down(g.session, hazard) else ""),
        cases.Fact("销号时间", labels.moment(hazard.closed_at), "以县政府分管领导签字为准"),
    ]
    return [fact for fact in found if fact.text]


def _merged(hazard: Hazard) -> list[cases.Fact]:
    """Into which number it went, and what came in: the sources of those that were merged into it stay its own (并入来源)."""
    into = get_hazard(g.session, hazard.merged_into_id).hazard_no if hazard.merged_into_id else None
    taken = [f"{each.hazard_no or '未编号'}（{labels.source(each.source)}）" for each in merged_into(g.session, hazard)]
    return [cases.Fact("已并入", into or ""), cases.Fact("并入来源", "、".join(taken))]


def _revoked(hazard: Hazard) -> list[cases.Fact]:
    """The signatures of earlier rounds: kept, and no longer in force."""
    rows = closures.revoked(g.session, hazard) if hazard.reopened_count else []
    names = people.names(g.session, [row.by for row in rows])
    return [cases.Fact("原销号签字", f"{names[row.by]}，{labels.moment(row.at)}", "已失效，留存备查", "grey") for row in rows]


def _look_back(hazard: Hazard) -> list[cases.Fact]:
    """What a look-back found, or until when it is due."""
    row = look_backs.find_last(g.session, hazard) if hazard.closed_at or hazard.reopened_count else None
    if row is None:
        return []
    when = labels.moment(row.onsite_at) if row.onsite_at else f"最晚 {labels.day(row.due_on)}"
    tone = {"HELD": "green", "REBOUND": "red"}.get(row.state, "grey")
    return [cases.Fact("回头看", look_backs.STATES[row.state], _join(when, row.finding), tone)]


def _clause(hazard: Hazard, options: forms.Options) -> str:
    """The clause as it was registered; of one registered before clauses were written out, what its list or its code says."""
    if hazard.clause_text or not hazard.standard_clause:
        return hazard.clause_text or ""
    return dict(options("clauses")).get(hazard.standard_clause, hazard.standard_clause)


def _deadline(hazard: Hazard) -> cases.Fact:
    if hazard.due_at is None:
        return cases.Fact("整改期限", "")
    latest = hazard_deadlines(g.session, hazard)[-1:]
    source = latest[0].source if latest else ""
    left = labels.remaining(hazard.due_at) if hazard.closed_at is None else ""
    return cases.Fact("整改期限", labels.due_words(hazard.due_at), _join(left, source))


def _listing(hazard: Hazard) -> cases.Fact:
    """Who supervises it in public, and until when."""
    row = petitions.find_granted(g.session, listings.Listing, hazard) if hazard.listed_supervision else None
    if row is None:
        return cases.Fact("挂牌督办", "")
    supervisor = people.get_unit(g.session, row.supervisor_id).name
    return cases.Fact("挂牌督办", f"{supervisor}督办，至{labels.day(row.until_on)}", listings.GROUNDS[row.ground])


def _stop(hazard: Hazard) -> cases.Fact:
    """What must not go on until the town has agreed that it may."""
    row = petitions.find_granted(g.session, stops.Stop, hazard) if hazard.stop_production else None
    if row is None:
        return cases.Fact("停产撤人", "")
    ordered = "；".join(stops.MEASURES[each] for each in row.measures)
    return cases.Fact("停产撤人", ordered, _join(row.scope, f"{labels.moment(row.decided_at)}起，审查同意以前不得恢复"))


def _join(*parts: str | None) -> str:
    return " · ".join(part for part in parts if part)


def _enterprise_url(hazard: Hazard) -> str | None:
    """The page of its enterprise, if there is one and it is the caller's business."""
    subject = Subject("unit", hazard.enterprise_id) if hazard.enterprise_id else None
    return cases.url(subject) if subject and cases.may_see(subject) else None


def loop(subject: Subject) -> instances.Instance | None:
    """The newest instance of a hazard's closed loop."""
    return instances.find(g.session, subject, PROCESS)
