"""公开: what towns have published, for everybody, without sign-in, cookies or scripts. What is not approved never shows.

The pages are the same for everybody, so they may be kept by browsers and proxies for a few minutes.
"""

import csv
import io
import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from flask import Blueprint, Flask, Response, g, make_response, render_template, request
from flask.typing import ResponseReturnValue

from service.bulletins import lists
from service.sheets import harmless
from workflows import bulletins, listings, people
from workflows.bulletins import LISTS, Published
from workflows.errors import NotFound

blueprint = Blueprint("public", __name__, url_prefix="/public")

KEPT = "public, max-age=300"
MONTH = re.compile(r"(\d{4})-(\d{2})")
STATES = {  # by the list in which a hazard stands last
    "LIST": ("已列入清单", "blue"),
    "PROGRESS": ("正在整改", "blue"),
    "RESULT": ("已治理完成", "green"),
    "CORRECTION": ("有更正", "amber"),
}
HEADS = ("清单", "编号", "主体", "村（社区）", "行业领域", "情况", "日期", "是否超期")


def init_app(app: Flask) -> None:
    """Hang the pages up."""
    app.register_blueprint(blueprint)


@blueprint.after_request
def keep(response: Response) -> Response:
    """Let caches keep what was found."""
    if response.status_code == 200:
        response.headers["Cache-Control"] = KEPT
        response.add_etag()
        response.make_conditional(request)
    return response


@blueprint.context_processor
def words() -> dict[str, Any]:
    """Whose pages these are; asked by the page alone, and not by that of a refusal."""
    return {"county_name": lambda: "、".join(unit.name for unit in people.units(g.session, "COUNTY"))}


@blueprint.get("")
def index() -> ResponseReturnValue:
    """The months of all towns, or the lines with certain words."""
    asked = _asked()
    found = bulletins.search(g.session, asked["q"], asked["town"]) if asked["q"] else []
    return render_template(
        "public/index.html",
        asked=asked,
        towns=bulletins.towns(g.session),
        months=[] if asked["q"] else bulletins.published(g.session, asked["town"]),
        found=found[: bulletins.MOST_FOUND],
        are_more=len(found) > bulletins.MOST_FOUND,
        states=STATES,
        contacts=people.units(g.session, "TOWN"),
    )


@blueprint.get("/listed")
def listed() -> ResponseReturnValue:
    """挂牌督办: what the county supervises in public, and what it has taken the plate off."""
    return render_template("public/listed.html", rows=listings.published(g.session))


@blueprint.get("/<town>/<month>")
def show(town: str, month: str) -> ResponseReturnValue:
    """One month of a town: its three lists; an older edition stays readable."""
    asked, all_editions = _asked(), _published(town, month)
    shown = all_editions[0]
    every = bulletins.public_rows(g.session, shown.edition)
    wanted = asked["village"] or asked["q"]
    rows = bulletins.public_rows(g.session, shown.edition, village=asked["village"], search=asked["q"]) if wanted else every
    return render_template(
        "public/show.html",
        bulletin=shown.bulletin,
        edition=shown.edition,
        others=sorted(all_editions[1:], key=lambda each: each.edition.number or 0),
        title=bulletins.title(shown.bulletin),
        asked=asked,
        villages=sorted({row.village_code: row.village_name for row in every}.items()),
        lists=lists(rows),
        number=len(rows),
        month=month,
        contact=people.find_unit(g.session, "TOWN", town),
    )


@blueprint.get("/<town>/<month>.csv")
def download(town: str, month: str) -> ResponseReturnValue:
    """The same as a sheet."""
    asked, shown = _asked(), _published(town, month)[0]
    rows = bulletins.public_rows(g.session, shown.edition, village=asked["village"], search=asked["q"])
    answer = make_response(_sheet(shown, rows))
    answer.mimetype = "text/csv"
    answer.headers["Content-Disposition"] = f'attachment; filename="{town}-{month}.csv"'
    return answer


def _asked() -> dict[str, str]:
    return {name: request.args.get(name, "").strip()[:60].replace("\0", "") for name in ("q", "town", "village")}


def _published(town: str, month: str) -> list[Published]:
    """The editions of a town's month, the one to be shown first."""
    parts = MONTH.fullmatch(month)
    version = request.args.get("version", "")
    if not parts or not 1 <= int(parts[2]) <= 12 or int(parts[1]) < 1 or (version and not version.isdecimal()):
        raise NotFound("没有找到这一期公开。")
    number = int(version) if version and len(version) < 6 else None
    return bulletins.get_published(g.session, town, date(int(parts[1]), int(parts[2]), 1), number)


def _sheet(shown: Published, rows: Iterable[Any]) -> str:
    """CSV as Excel opens it: with a mark of its encoding, and nothing in it that runs as a formula."""
    written = io.StringIO()
    sheet = csv.writer(written)
    sheet.writerow([harmless(f"{bulletins.title(shown.bulletin)}（第{shown.edition.number}版）")])
    sheet.writerow(HEADS)
    for row in rows:
        told = (row.hazard_no, row.subject_name, row.village_name, row.sector, row.text)
        day = row.on_day.isoformat() if row.on_day else ""
        sheet.writerow([LISTS[row.list], *map(harmless, told), day, "是" if row.is_late else ""])
    return "\ufeff" + written.getvalue()
