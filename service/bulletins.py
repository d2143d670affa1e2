"""三公开: a town's monthly disclosure inside the house: the lists, what the check finds in them, rewriting, correcting."""

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from flask import Blueprint, Flask, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from service import cases, forms, house, labels, matters
from service.admin.sheets import Sheet, handle, line
from workflows import bulletins, people
from workflows.bulletins import Bulletin
from workflows.engine import history, instances
from workflows.errors import Forbidden, NotFound
from workflows.hazards import get as get_hazard

blueprint = Blueprint("bulletins", __name__, url_prefix="/bulletins")

WORDING = "写明哪里有什么隐患；不写电话、证件号码、姓名和举报情况。"
STATES = {"DRAFTED": ("待审定", "blue"), "RETURNED": ("已退回", "amber"), "PUBLISHED": ("已公开", "green")}


def init_app(app: Flask) -> None:
    """Hang the pages up."""
    page, section = ("bulletins.show", "bulletin_id"), "bulletins.index"
    cases.KINDS["bulletin"] = cases.Kind(bulletins.get_for, facts, page, section, "这一期公开", "本期情况", parts=parts)
    app.jinja_env.globals["bulletin_lists"] = bulletins.LISTS
    app.register_blueprint(blueprint)


# ---- pages -------------------------------------------------------------------------------------------------------------


@blueprint.get("")
def index() -> ResponseReturnValue:
    """三公开: the months the caller may see, newest first."""
    if not people.may(current_user.caller, "see_bulletins"):
        raise Forbidden("您的岗位不办理三公开。已公开的内容，任何人都可以在公开页面查看。")
    return render_template("bulletins/index.html", rows=bulletins.of(g.session, current_user.caller), states=STATES)


@blueprint.get("/<int:bulletin_id>")
def show(bulletin_id: int) -> ResponseReturnValue:
    """One month: the lists as they stand, the editions, what was done, the record."""
    bulletin = bulletins.get_for(g.session, current_user.caller, bulletin_id)
    lines = history.lines(g.session, bulletin.ref)
    instance = instances.find(g.session, bulletin.ref, bulletins.PROCESS)
    editions = bulletins.editions(g.session, bulletin)
    may_draft = bulletins.may_draft(g.session, current_user.caller, bulletin)
    is_running = instance is not None and instance.ended_at is None
    ids = [line.by for line in lines] + [id for each in editions for id in (each.drafted_by, each.decided_by)]
    return render_template(
        "bulletins/show.html",
        bulletin=bulletin,
        title=bulletins.title(bulletin),
        editions=editions,
        states=STATES,
        lines=lines,
        names=people.names(g.session, ids),
        matters=matters.beside(bulletin.ref, instance),
        may_correct=may_draft and not is_running and bulletins.is_correction(g.session, bulletin),
        **cases.context(bulletin.ref, bulletin, cases.options_of(bulletin), instance),
    )


@blueprint.post("/<int:bulletin_id>/correct")
def correct(bulletin_id: int) -> ResponseReturnValue:
    """Begin a correction: its draft is then a task of the town's office."""
    bulletin = bulletins.get_for(g.session, current_user.caller, bulletin_id)
    bulletins.correct(g.session, house().rules, bulletin, current_user.caller)
    flash("更正已发起，请在待办任务中拟稿。", "good")
    return redirect(url_for("bulletins.show", bulletin_id=bulletin_id))


@blueprint.route("/<int:bulletin_id>/hazards/<int:hazard_id>/wording", methods=["GET", "POST"])
def word(bulletin_id: int, hazard_id: int) -> ResponseReturnValue:
    """Rewrite what the public reads of a hazard."""
    bulletin = bulletins.get_for(g.session, current_user.caller, bulletin_id)
    if not bulletins.may_draft(g.session, current_user.caller, bulletin):
        raise Forbidden("公开文字由镇领导组办公室改写。")
    standing = next((each for each in bulletins.contents.standings(g.session, bulletin) if each.hazard_id == hazard_id), None)
    if standing is None:
        raise NotFound("这件隐患不在本期公开范围内。")
    sheet = Sheet(
        title=f"改写公开文字：{standing.hazard_no}",
        fields={
            "subject_name": line("公开时的主体名称", 120, "个人自建房等写成“丙村某户自建房”，不写姓名。"),
            "text": {**line("公开时的隐患情况", 500, WORDING, 5), "x-widget": "text"},
        },
        required=("subject_name", "text"),
        back=url_for("bulletins.show", bulletin_id=bulletin_id),
        done="已改写，本期和以后各期都用这段文字；台账原文不变。",
        intro=f"台账原文：{get_hazard(g.session, hazard_id).description}",
    )

    def keep(data: Mapping[str, Any]) -> None:
        hazard = get_hazard(g.session, hazard_id)
        bulletins.word(g.session, bulletin, hazard, data["subject_name"], data["text"], by=current_user.id)

    return handle(sheet, keep, data={"subject_name": standing.subject_name, "text": standing.text})


# ---- what is known of a bulletin -----------------------------------------------------------------------------------------


def facts(bulletin: Bulletin, _options: forms.Options) -> list[cases.Fact]:
    """What is known of a month."""
    published = bulletins.find_published(g.session, bulletin)
    found = [
        cases.Fact("乡镇", bulletin.town_name),
        cases.Fact("月份", f"{bulletin.month.year}年{bulletin.month.month}月"),
        cases.Fact("数据截至", labels.due_words(bulletin.cut_at)),
        cases.Fact("已公开", f"第 {published.number} 版，{labels.moment(published.decided_at)}" if published else "尚未公开"),
    ]
    drafted = bulletins.find_drafted(g.session, bulletin)
    if drafted is not None:
        found.append(cases.Fact("脱敏检查", "；".join(drafted.findings) or "没有发现"))
        found.append(cases.Fact("脱敏说明", drafted.explanation or ""))
        found.append(cases.Fact("更正说明", drafted.correction or ""))
    return [fact for fact in found if fact.text]


def parts(bulletin: Bulletin) -> dict[str, Any]:
    """The lists beside a task: those of the draft that waits, else as they would be drafted now."""
    drafted = bulletins.find_drafted(g.session, bulletin)
    newest = drafted or bulletins.find_published(g.session, bulletin)
    instance = instances.find(g.session, bulletin.ref, bulletins.PROCESS, only_running=True)
    is_drafting = drafted is None and instance is not None
    is_drafted = newest is not None and not is_drafting
    rows = bulletins.rows_of(g.session, newest) if is_drafted and newest else bulletins.contents.rows(g.session, bulletin)
    found = bulletins.findings(rows, None, bulletins.names_on_file(g.session)) if is_drafting else []
    marked: dict[str, list[str]] = {}
    for place, finding in found:
        marked.setdefault(place, []).append(f"{finding.what}“{finding.found}”")
    may_word = is_drafting and bulletins.may_draft(g.session, current_user.caller, bulletin)
    return {"lists": lists(rows), "marked": marked, "bulletin_id": bulletin.id if may_word else None}


def lists(rows: Iterable[bulletins.Row]) -> dict[str, list[bulletins.Row]]:
    """The lines by list, in order."""
    return {name: list(of_one) for name, of_one in groupby(rows, key=lambda row: row.list)}
