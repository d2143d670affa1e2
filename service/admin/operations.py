"""运行情况: what the service does by itself, what of it did not succeed, and a button that tries it once more.

The system administrator sees diagrams, steps and running numbers, never what a case is about (INV-20): what exactly failed stands
in the server's log under that number.
"""

import shutil

from flask import flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from service import house
from service.admin import allow, blueprint
from workflows import people
from workflows.engine import Subject, history, jobs, pulses, timers

RECORD = Subject("operations", 1)  # one chain for all that was tried again
GIGABYTE = 2**30
SCARCE = 2  # gigabytes on the disk: so little is told in red, it may last a few days of photos

JOBS = {
    "documents.write": "制发文书",
    "ledger.export": "导出台账",
    "terms.count_anew": "重算期限",
    "history.anchor": "写每日锚点",
    "tasks.readdress": "核对任务由谁办",
    "urges.begin": "发起督促",
    "look_backs.draw": "抽取回头看",
    "weeks.collect": "汇总周报告",
    "returns.open": "月报开窗",
    "bulletins.open": "发起三公开",
    "drafts.clear": "清理过期草稿",
    "exports.expire": "清理过期的导出文件",
    "strays.clear": "清理没有提交的附件",
}


@blueprint.get("/operations", endpoint="operations")
def index() -> ResponseReturnValue:
    """Whether all is well, what failed, who tried it again."""
    allow("administer")
    lines = history.lines(g.session, RECORD)
    return render_template(
        "admin/operations.html",
        is_sweeping=pulses.is_beating(g.session),
        swept_at=pulses.last_at(g.session),
        anchored_at=history.anchored_at(g.session),
        timers=timers.counts(g.session),
        failed_timers=timers.failures(g.session),
        failed_jobs=jobs.failures(house().database),
        job_names=JOBS,
        free=shutil.disk_usage(house().config.home).free / GIGABYTE,
        scarce=SCARCE,
        lines=lines,
        names=people.names(g.session, [each.by for each in lines]),
    )


@blueprint.post("/operations/timers/<int:timer_id>")
def try_timer(timer_id: int) -> ResponseReturnValue:
    """Try a timer at the next sweep, instead of when it was put off to."""
    allow("administer")
    timers.try_now(g.session, timer_id)
    history.record(g.session, RECORD, "timer_tried", by=current_user.id, timer=timer_id)
    flash("几秒钟后再试一次。刷新本页看结果：办成的不再列出。", "good")
    return redirect(url_for("admin.operations"))


@blueprint.post("/operations/jobs/<job_id>")
def order_job_again(job_id: str) -> ResponseReturnValue:
    """Do an effect that was given up once more."""
    allow("administer")
    failed = jobs.order_again(g.session, job_id)
    history.record(g.session, RECORD, "job_ordered_again", by=current_user.id, job=job_id, what=JOBS[failed.name])
    flash(f"“{JOBS[failed.name]}”已重新交办，在后台执行。再次失败的会重新列出。", "good")
    return redirect(url_for("admin.operations"))
