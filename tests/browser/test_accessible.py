"""WCAG 2.2 AA by axe-core: one instance of every page, at a desk and on a phone, for somebody who may see it."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from service import demo
from service.rehearsals import stages
from tests import make
from tests.browser import ways
from tests.browser.conftest import Server
from tests.scope import routes
from tests.service.test_tasks import bring_to
from workflows import (
    bulletins,
    campaigns,
    clock,
    dispatch,
    feedbacks,
    people,
    report_drafts,
    staffing,
    steps,
    weekly_reports,
)
from workflows.db import Database, Session
from workflows.engine import definitions

AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
LOOK = """() => axe.run(document, {
  runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], resultTypes: ["violations"],
}).then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`)))"""
TALL = "() => Math.max(844, document.documentElement.scrollHeight)"
WIDE = "() => document.documentElement.scrollWidth > innerWidth"
DESK, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}

WHO = {  # the action that opens a page: who holds it, if not the director
    "report": "zhifa1",
    "see_thursdays": "baocun",
    "see_definitions": "sheji",
    "see_drafts": "sheji",
    "design": "sheji",
    "administer": "guanli",
    "see_administration": "guanli",
    "set_parameters": "guanli",
    "authorise": "anquan",
    "see_audit": "shenji",
    "see_inquiries": "shuji",
}
WHO_ELSE = {"matters.new": "changzhang", "inquiries.show": "shuji"}
NO_PAGES = frozenset(
    "static probes.healthz probes.metrics photos.show photos.kept papers.show papers.of_case papers.kept dossiers.download ledger.download "
    "ledger.export definitions.xml exports.download admin.roster_template designer.xml room.content room.words audit.export_anchors "
    "rehearsals.xml documents.download dispatch.sheet dispatch.return_sheet admin.template public.download".split()
)
"""What answers GET with a file or for machines (ledger.export only leads on)."""

NO_INSTANCE = frozenset("bulletins.word exports.show public.show".split())
"""Pages of which the town of the browser tests has no instance: nothing is published, nor registered before the last cut."""


def pages() -> Iterator[tuple[str, str, str]]:
    """(endpoint, who, address) of every page; of an endpoint that is classified twice, both."""
    yield "auth.sign_in", "", "/sign-in"
    for told in (routes.OF_A_CASE, routes.LISTS, routes.OWN, routes.PARTS):
        for endpoint, said in told.items():
            action, addresses = said if isinstance(said, tuple) else ("", said)
            if endpoint not in NO_PAGES | NO_INSTANCE:
                yield endpoint, WHO_ELSE.get(endpoint) or WHO.get(action, "zhuren"), addresses[0]
    yield "inbox.task", "changzhang", "/tasks/{rectify}"
    yield "inbox.task", "fuxianzhang", "/tasks/{sign}"
    yield "hazards.show", "changzhang", "/hazards/{hazard}"
    yield "matters.new", "banshi1", "/matters/return/{return}/return_correction"
    yield "public.index", "", "/public"
    yield "public.listed", "", "/public/listed"
    yield "", "fuxianzhang", "/no-such-page"


@pytest.fixture(scope="module")
def named(server: Server) -> dict[str, object]:
    """What fills the addresses of `routes.py`, in the town of the running server."""
    database = Database(f"sqlite:///{server.home / 'bihuan.db'}")
    driver = demo.Driver(database, server.home, steps.RULES)
    with database.reading() as session:
        subject = people.find_unit_named(session, ways.SUBJECT)
    hazard, other, third = (driver.report("zhifa1", subject_on_file=True, subject_id=str(subject.id)) for _ in range(3))
    found: dict[str, object] = {"hazard": hazard, "unit": subject.id, "person": driver.person("zhuren"), "year": clock.today().year}
    found |= {"task": bring_to(driver, third, "issue_rectify")}
    found |= {"rectify": bring_to(driver, hazard, "rectify"), "sign": bring_to(driver, other, "sign")}
    with database.transaction() as session:
        found |= {"urge": make.urge(session, hazard), "inquiry": make.inquiry(session, hazard)}
        report_drafts.save(session, people.caller(session, driver.person("zhifa1")), "a-report-begun", {"description": "暂存的一件。"})
        base, designer = definitions.get(session, "hazard_closed_loop"), driver.person("sheji")
        draft = definitions.begin(session, base, by=designer)
        found["diagram_draft"] = draft.id
        play = stages.Play(draft.id, draft.revision, draft.xml.encode(), draft.forms)
        stages.begin(server.home, play, by=designer, at="")
        today = clock.today()
        stands_in = (session.get(people.Person, driver.person(login)) for login in ("zhanzhang", "cunwei"))
        found |= _month(session)
        found["substitution"] = staffing.substitute(session, *stands_in, today, today + timedelta(days=1)).id
    driver.sweep()  # the cut of the month is past
    database.engine.dispose()
    return {**found, "draft": "a-report-begun"}


def _month(session: Session) -> dict[str, object]:
    """The town's return and disclosure of the last month, and its report on this week."""
    town, month = people.find_unit_named(session, "乙镇"), (clock.today().replace(day=1) - clock.DAY).replace(day=25)
    row = dispatch.open_return(session, steps.RULES, town, campaigns.current(session, month).code, month)
    bulletin = bulletins.open_month(session, steps.RULES, town, bulletins.due_month(session))
    report = weekly_reports.collect(session, town, feedbacks.week_after(clock.today()))
    return {"return": row.id, "bulletin": bulletin.id, "weekly_report": report.id}


def test_every_page_is_looked_at():
    """A new page is one more of those above, or stands among what is no page."""
    assert {endpoint for endpoint, _, _ in pages()} - {""} == routes.READ - NO_PAGES - NO_INSTANCE - {"auth.sign_out", "guide.put_away"}


@pytest.mark.parametrize("login", sorted({who for _, who, _ in pages()}))
def test_nothing_keeps_anybody_out(desks, context, named, login):
    """No violation at either size; on a phone nothing scrolls sideways."""
    page = desks(login, live=True).page if login else context.new_page()
    page.add_init_script(path=AXE)
    wrong = []
    for _, who, template in pages():
        if who != login:
            continue
        address = template.format(**named)
        page.set_viewport_size(DESK)
        assert page.goto(address).status == (404 if address == "/no-such-page" else 200), address
        if "data-designer" in page.content():
            page.locator("[data-designer][data-ready]").wait_for(state="attached")
        wrong += [f"{address} at a desk: {each}" for each in page.evaluate(LOOK)]
        page.set_viewport_size(PHONE)
        page.set_viewport_size({**PHONE, "height": page.evaluate(TALL)})  # so that the bar that sticks below covers nothing
        wrong += [f"{address} on a phone: {each}" for each in page.evaluate(LOOK)]
        if page.evaluate(WIDE):
            wrong.append(f"{address} on a phone: scrolls sideways")
    assert wrong == []
