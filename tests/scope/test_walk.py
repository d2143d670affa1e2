"""INV-16: whatever the address, nobody is told of a case outside his scope; what he tried stands in the record."""

import io
import zipfile

import pytest
from lxml import html

from tests.scope import routes
from tests.scope.conftest import NEXT_DOOR, NextDoor
from tests.service.inspector import faults_of, token_of
from tests.service.test_tasks import picture
from workflows import people
from workflows.engine import Subject, history

STRANGERS = [*people.ROLES, ""]
HELD = {role: {role} for role in people.ROLES} | {"": set()}
HELD["VILLAGE_LIAISON"] |= {"VILLAGE"}  # stands in for him
REGISTER = frozenset({"subject", "address", "code"})  # what the file of enterprises says: two administrators work with it
NEIGHBOURS = frozenset({"乙镇", "乙镇食品站", "乙镇建筑领导组", "甲县", "甲县住建局", "甲县应急管理局"})
"""Whose posts lie in the town or county of the case: he may report at any subject there, and so finds its name on the form."""


def test_every_route_is_classified(next_door: NextDoor):
    """Who adds a route says in routes.py what it may tell."""
    rules = list(next_door.app.url_map.iter_rules())
    assert {rule.endpoint for rule in rules if "GET" in rule.methods} <= routes.READ
    assert {rule.endpoint for rule in rules if "POST" in rule.methods} <= routes.WRITTEN
    assert {rule.endpoint for rule in rules} == routes.READ | routes.WRITTEN
    assert NEXT_DOOR.keys() < people.ROLES.keys()


@pytest.mark.parametrize("role", STRANGERS)
def test_a_stranger_is_told_nothing(next_door: NextDoor, role):
    """Pages of the case: 404; lists, counts, charts, exports: nothing of it; what is not for his post: 403."""
    walk = Walk(next_door, role)
    for addresses in routes.OF_A_CASE.values():
        walk.expect(404, "GET", addresses)
    for addresses in routes.DONE_TO_A_CASE.values():
        walk.expect(404, "POST", addresses)
    for action, addresses in (routes.LISTS | routes.PARTS).values():
        walk.read(addresses, may=not action or bool(HELD[role] & people.ACTIONS[action]))
    for method, owned in (("GET", routes.OWN), ("POST", routes.DONE_TO_OWN)):
        for action, addresses in owned.values():
            walk.expect(404 if HELD[role] & people.ACTIONS[action] else 403, method, addresses)
    for action, addresses in routes.DONE_TO_PARTS.values():
        if not HELD[role] & people.ACTIONS[action]:
            walk.expect(403, "POST", addresses)
    assert walk.recorded() == walk.refused


def test_nobody_signed_in_is_told_nothing(next_door: NextDoor):
    browser = next_door.app.test_client()
    told = routes.LISTS | routes.PARTS | {name: ("", addresses) for name, addresses in routes.OF_A_CASE.items()}
    for _, addresses in told.values():
        for address in addresses:
            answer = browser.get(address.format(**next_door.named))
            assert answer.headers["Location"].startswith("/sign-in"), address
            assert answer.status_code == 302


def test_within_the_scope_it_is_all_there(next_door: NextDoor):
    """So that the walk above would find what it looks for."""
    inside = next_door.inside()
    for endpoint in ("hazards.show", "dossiers.show", "dossiers.download", "photos.show", "papers.show", "papers.of_case"):
        assert inside.get(routes.OF_A_CASE[endpoint][0].format(**next_door.named)).status_code == 200
    told = ["/hazards", "/ledger", "/ledger/export.xlsx", "/board"]
    texts = [whole(inside.get(address)) for address in told]
    assert all(next_door.secrets["number"] in text for text in texts[:3])
    assert all(next_door.secrets["subject"] in text for text in texts[:3])
    assert next_door.secrets["what was typed"] in texts[2]
    assert [figures(texts[each])["发现"] for each in (1, 3)] == ["2", "2"]


def test_the_discipline_office_reads_what_it_inquires_into_and_nothing_else_of_its_town(next_door: NextDoor):
    """Domain 2.1: 追溯卷. Of the two cases one is inquired into; their first photo is the same file."""
    browser = next_door.app.test_client()
    browser.sign_in("discipline")
    assert browser.get("/inquiries/{inquiry}".format(**next_door.named)).status_code == 200
    for endpoint in ("hazards.show", "dossiers.show", "dossiers.download", "inbox.task", "papers.show", "documents.download"):
        for address in routes.OF_A_CASE[endpoint]:
            assert browser.get(address.format(**next_door.named)).status_code == 404, address
    listed = whole(browser.get("/hazards"))
    assert next_door.secrets["subject"] in listed
    assert next_door.secrets["number"] not in listed


@pytest.mark.parametrize("role", ["VILLAGE", "OFFICE_STAFF", "COUNTY_INSPECTION"])
def test_nobody_reports_at_a_subject_out_of_his_reach(next_door: NextDoor, role):
    """The form offers what lies around one's posts, and what it does not offer is not taken."""
    data = {"subject_on_file": "true", "subject_id": str(next_door.named["unit"]), "source": "SELF", "immediate_danger": "false"}
    data |= {"description": "从地址栏直接提交的一件。", "files-photos": picture()}
    answer = next_door.browser(role).submit("/hazards/new", data)
    assert answer.status_code == 422
    assert "subject_id" in faults_of(answer.text)
    assert next_door.secrets["subject"] not in answer.text


def test_a_designer_previews_a_form_without_what_is_on_file(next_door: NextDoor):
    """Domain 2.1: 流程定义，无业务数据."""
    browser = next_door.browser("PROC_DESIGNER")
    for rows in ("subjects", "units", "county_depts", "territory_persons", "verifiers"):
        form = {"title": "试看", "type": "object", "properties": {"who": {"type": "string", "title": "选", "x-options": rows}}}
        token = token_of(browser.get("/").text)
        answer = browser.post("/designer/preview", json={"form": form}, headers={"X-CSRFToken": token})
        assert answer.status_code == 200
        shown = html.fromstring(answer.json["html"]).text_content()
        assert "选" in shown
        assert not [unit for unit in (next_door.secrets["subject"], "乙镇", "甲县") if unit in shown], rows


class Walk:
    """One stranger's walk, and what was refused him on it."""

    def __init__(self, next_door: NextDoor, role: str) -> None:
        self.next_door, self.role, self.browser = next_door, role, next_door.browser(role)
        self.token = self.browser.get("/").text.split('name="csrf_token" value="')[1].split('"')[0]
        self.refused: list[tuple[int, str, str]] = []

    def expect(self, status: int, method: str, addresses: list[str]) -> None:
        """Each of these addresses is refused in this way."""
        for template in addresses:
            address = template.format(**self.next_door.named)
            data = {"csrf_token": self.token} if method == "POST" else None
            answer = self.browser.open(address, method=method, data=data)
            assert answer.status_code == status, (method, address)
            self.refused.append((status, method, address.partition("?")[0]))
            self.look_for_secrets(answer, address)

    def read(self, addresses: list[str], *, may: bool) -> None:
        """Each of these answers, and tells nothing; or is refused."""
        if not may:
            return self.expect(403, "GET", addresses)
        for template in addresses:
            address = template.format(**self.next_door.named)
            answer = self.browser.get(address)
            assert answer.status_code in (200, 302), address
            self.look_for_secrets(answer, address)
            counted = figures(whole(answer))
            assert counted.get("发现", "0") == "0", address
        return None

    def look_for_secrets(self, answer, address: str) -> None:
        """Nothing of the case stands in the answer but what the address itself said."""
        text = whole(answer)
        said = {name for name, secret in self.next_door.secrets.items() if secret in address}
        known = said | self.known_at(address)
        assert [name for name, secret in self.next_door.secrets.items() if name not in known and secret in text] == [], address

    def known_at(self, address: str) -> frozenset[str]:
        """What this person's post opens to him there, case or no case."""
        if self.role == "AUDITOR" and address.startswith("/audit"):
            return frozenset(self.next_door.secrets)
        if self.role in ("SYS_ADMIN", "SEC_ADMIN") and address.startswith("/admin"):
            return REGISTER
        is_neighbour = NEXT_DOOR.get(self.role, "甲县") in NEIGHBOURS
        return frozenset({"subject"}) if is_neighbour and address == "/hazards/new" else frozenset()

    def recorded(self) -> list[tuple[int, str, str]]:
        """The refusals in this person's chain."""
        with self.next_door.database.reading() as session:
            person = people.find_by_login(session, self.role.lower() or "nobody")
            lines = history.lines(session, Subject("person", person.id))
        return [tuple(line.body[key] for key in ("status", "method", "path")) for line in lines if line.kind == "refused"]


def whole(answer) -> str:
    """All that an answer says, packed files unpacked."""
    if not answer.data.startswith(b"PK"):
        return answer.data.decode(errors="replace")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as packed:
        return "\n".join(packed.read(name).decode(errors="replace") for name in packed.namelist())


def figures(text: str) -> dict[str, str]:
    """{what: number} of the tiles of ledger and board."""
    tiles = html.fromstring(text).xpath("//div[contains(@class, 'figures')]/*") if "figures" in text else []
    return {"".join(tile.xpath("text()")).strip(): tile.findtext("b") for tile in tiles}
