"""导出: a long ledger written in the background; its progress, its file, and a way to stop it."""

import logging
from contextlib import suppress
from pathlib import Path

from flask import Blueprint, Flask, Response, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from service import house, ledger
from workflows import clock, exports, people
from workflows.db import Database
from workflows.engine import jobs
from workflows.errors import Conflict, NotFound, Problem, Unavailable

blueprint = Blueprint("exports", __name__, url_prefix="/ledger/exports")

STATES = {
    "WAITING": ("排队等候", "blue"),
    "RUNNING": ("正在导出", "blue"),
    "READY": ("已完成", "green"),
    "CANCELLED": ("已取消", "grey"),
    "FAILED": ("没有成功", "red"),
    "EXPIRED": ("文件已过期", "grey"),
}
FULL = "存放导出文件的磁盘无法写入（可能已满）。请联系系统管理员处理后再导出。"
log = logging.getLogger(__name__)


class Cancelled(Exception):
    """Somebody does not want the file any more."""


def init_app(app: Flask) -> None:
    """Hang the pages up."""
    app.jinja_env.globals["EXPORT_STATES"] = STATES
    app.register_blueprint(blueprint)


@blueprint.post("")
def order() -> ResponseReturnValue:
    """Order an export of what the ledger shows under these conditions."""
    places, asked = ledger.places_of(), ledger.asked_for()
    told, total = ledger.told_of(g.session, asked, places), ledger.number_of(asked, places)
    folder = house().config.home / "exports"
    made = exports.order(g.session, asked, told=told, total=total, folder=folder, by=current_user.id)
    return redirect(url_for("exports.show", export_id=made.id))


@blueprint.get("/<int:export_id>")
def show(export_id: int) -> ResponseReturnValue:
    """How far it is; asks again every second by itself, and by a reload without JavaScript."""
    ledger.must_see(current_user.caller)
    return render_template("ledger/exported.html", export=exports.get_for(g.session, current_user.id, export_id))


@blueprint.get("/<int:export_id>/file")
def download(export_id: int) -> Response:
    """The finished file, as long as it is kept."""
    ledger.must_see(current_user.caller)
    found = exports.get_for(g.session, current_user.id, export_id)
    if found.status != "READY" or found.expires_at < clock.now() or not Path(found.file).is_file():
        raise NotFound("这个文件还没有导出完，或者已经过期。请回到台账重新导出。")
    return ledger.send(Path(found.file))


@blueprint.post("/<int:export_id>/cancel")
def cancel(export_id: int) -> ResponseReturnValue:
    """Stop it."""
    ledger.must_see(current_user.caller)
    exports.cancel(g.session, exports.get_for(g.session, current_user.id, export_id))
    flash("已取消导出。", "good")
    return redirect(url_for("ledger.index"))


# ---- in the background ---------------------------------------------------------------------------------------------------


@jobs.effect("ledger.export")
def write(database: Database, *, export_id: int) -> None:
    """Write the file of an order. Runs again from the beginning after a crash, so nothing half is ever fetched."""
    with database.transaction() as session:
        export = exports.begin(session, export_id)
    if export is None:
        return
    file = Path(export.file)
    part = file.with_suffix(".part")
    try:
        number = _write(database, export, part)
        part.replace(file)
        with database.transaction() as session:
            if not exports.finish(session, export, number):
                file.unlink()
    except Cancelled:
        part.unlink(missing_ok=True)
    except OSError as error:
        log.error("an export could not be written: %s", error)
        with suppress(OSError):
            part.unlink()
        with database.transaction() as session:
            exports.fail(session, export_id, FULL)
    except (Conflict, Unavailable):  # an outage, or two of one person ended at once: the job is tried again
        raise
    except Problem as problem:  # he may not see the ledger any more, or the place is gone
        part.unlink(missing_ok=True)
        with database.transaction() as session:
            exports.fail(session, export_id, problem.message)


def _write(database: Database, export: exports.Export, part: Path) -> int:
    def passed(number: int) -> None:
        jobs.go_on()
        with database.transaction() as session:
            if not exports.report(session, export.id, number):
                raise Cancelled

    part.parent.mkdir(parents=True, exist_ok=True)
    with database.reading() as session:
        caller = people.caller(session, export.person_id)
        ledger.must_see(caller)
        return ledger.write(session, caller, export.asked, part, passed=passed)
