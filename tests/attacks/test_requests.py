"""Tampered requests: addresses, forms, cookies, headers, sizes. Each gets a page with a sentence; none an error of ours.

Every value is walked on the first kind of database; on another one those that a database may stumble over, and nothing of what
never reaches it.
"""

import io
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from service import App, create_app
from service.config import Config
from tests.databases import KINDS
from tests.documents import pdf
from tests.scenarios.ways import found
from tests.scope import routes
from tests.service.inspector import Inspector, token_of
from tests.service.test_tasks import bring_to
from workflows import people, steps
from workflows.hazards import page as hazards_page

# ---- addresses ---------------------------------------------------------------------------------------------------------------

VALUES = [
    "-1", "0", "1e9", "0x10", "99999999999999999999", "9223372036854775808", "１２", "²", "null", "NaN", "inf", "None", "true",
    "'", '"', "' or '1'='1", "1; drop table hazards", "%", "_", "\\", "a" * 3000, "\0", "a\0b", "\r\nX-Evil: 1", "\x1b[31m",
    "\u202e", "\ufeff", "\ud800", "𝟙", "../../etc/passwd", "{{ 7 * 7 }}", "${7*7}", "%s%n", "<script>alert(1)</script>",
    "2026-02-30", "9999-99-99", "0001-01-01", "9999-12-31", "99999-01-01", "2026-06-25T00:00:00", "二〇二六年",
]  # fmt: skip
FOR_DATABASES = [
    "-1", "1e9", "99999999999999999999", "9223372036854775808", "'", "%", "\\", "\0", "a\0b", "\ud800", "𝟙", "2026-02-30", "9999-99-99",
    "0001-01-01", "9999-12-31",
]  # fmt: skip
ASKED = {  # page: what it may be asked
    "/": ["after", "q", "box", "due"],
    "/hazards": ["after", "q", "status", "source"],
    "/ledger": ["after", "q", "sector", "source", "status", "term", "mark", "age", "as_of"],
    "/board": ["unit"],
    "/board/signing": ["after"],
    "/hazards/new": ["draft"],
    "/sign-in": ["next"],
}
WAITS = "/definitions/hazard_closed_loop/1/waits"
ALONE = frozenset({"as_of", "unit", "subject"})  # what is refused or finds nothing, so that others are never asked
OF_EVERYBODY = {
    "guanli": {
        "/admin/persons": ["after", "q", "state"],
        "/admin/enterprises": ["after", "q", "town"],
        "/admin/parameters": ["campaign"],
        "/admin/units/new/VILLAGE": ["at"],
        "/admin/calendar": ["year"],
    },
    "anquan": {"/admin/appointments": ["after", "q", "role", "state"], "/admin/substitutions": ["after", "q", "state"]},
    "shenji": {"/audit": ["after", "subject", "id", "who", "kind", "since", "until"]},
    "sheji": {"/definitions": ["after"], "/designer": ["key"]},
    "zhuren": ASKED,
}


@pytest.fixture
def once(database_kind: str) -> None:
    """What asks no database anything runs on one kind alone."""
    if database_kind != KINDS[0]:
        pytest.skip("the same on every database")


@pytest.fixture
def values(database_kind: str) -> list[str]:
    """What is put in everywhere."""
    return VALUES if database_kind == KINDS[0] else FOR_DATABASES


def test_what_databases_stumble_over_is_among_the_values():
    assert set(FOR_DATABASES) <= set(VALUES)


@pytest.mark.parametrize("login", OF_EVERYBODY)
def test_no_question_in_an_address_breaks_a_page(signed_in, values, login):
    """Negative and huge numbers, cursors of nobody, NULs, duplicated questions: a page, or a sentence."""
    browser = signed_in(login)
    for address, names in OF_EVERYBODY[login].items():
        together = "&".join(f"{name}={{0}}" for name in names if name not in ALONE)
        for question in [together, *(f"{name}={{0}}" for name in names if name in ALONE)]:
            for value in values:
                answer = browser.get(f"{address}?{question.format(quote(value, errors='surrogatepass'))}")
                assert answer.status_code in (200, 302, 404, 422), (address, question, value)
                assert "X-Evil" not in answer.headers
                assert "<script>alert(1)" not in answer.text
        twice = "&".join(f"{name}=1&{name}=%00&{name}=x" for name in names)
        assert browser.get(f"{address}?{twice}").status_code in (200, 302, 404, 422), address


@pytest.mark.usefixtures("once")
@pytest.mark.parametrize("address", ["/ledger?from_on={}", "/ledger?to_on={}", "/ledger?late_for={}", "/ledger/export.xlsx?to_on={}",
    "/dispatch?as_of={}", "/thursdays?week={}", "/thursdays/owed?week={}", f"{WAITS}?since={{}}", f"{WAITS}?until={{}}"])  # fmt: skip
def test_no_day_breaks_a_page(signed_in, address):
    """The first and the last there are have no day before or after them, and no moment on another clock."""
    browser = signed_in("zhuren")
    for day in ("0001-01-01", "9999-12-31", "9999-99-99", "2026-02-30", "二〇二六年"):
        assert browser.get(address.format(quote(day))).status_code in (200, 422), day


def test_no_word_in_a_path_breaks_a_page(signed_in, values):
    browser = signed_in("zhuren")
    paths = ("/hazards/{}", "/photos/{}", "/papers/kept/{}", "/definitions/{}/1")
    for value in values:
        for path in paths:
            answer = browser.get(path.format(quote(value, safe="", errors="surrogatepass")))
            assert answer.status_code in (302, 308, 404, 422), (path, value)


# ---- forms ---------------------------------------------------------------------------------------------------------------------


def test_no_answer_breaks_a_form(signed_in, values):
    """Typed into every field of the report at once: 422 with sentences, the text is there again, nothing is stored."""
    browser = signed_in("zhifa1")
    fields = ("subject_on_file subject_id subject_name subject_type uscc region_code sector address geo found_at description cause "
              "immediate_danger interim_measures source inspection_kind inspection_on inspectors certificate tip_ref superior_doc_no "
              "draft_key kept-photos kept-after_photos").split()  # fmt: skip
    token = token_of(browser.get("/hazards/new").text)
    for value in values:
        sent = value.encode("utf-8", "surrogatepass")
        answer = browser.post("/hazards/new", data={"csrf_token": token, **dict.fromkeys(fields, sent)})
        assert answer.status_code == 422, value
        assert "<script>alert(1)" not in answer.text
        assert browser.post("/sign-in", data={"csrf_token": token, "login": sent, "password": "x"}).status_code == 422, value


def test_hidden_fields_change_nothing(signed_in, driver):
    """Who did it, for which case, and what comes of it stand in no form."""
    hazard_id = found(driver)
    task = driver.open_tasks(hazard_id)[0]
    browser = signed_in("banshi1")
    page = browser.get(f"/tasks/{task.id}").text
    evil = {"by": "1", "on_behalf_of": "1", "hazard_id": "99", "task_id": "99", "status": "CLOSED", "role": "COUNTY_LEADER"}
    evil |= {"closed_at": "2026-01-01", "decision": "sign", "level_final": ["MAJOR", "ORDINARY"], "proposal": ["accept", "reject"]}
    answer = browser.post(f"/tasks/{task.id}", data={"csrf_token": token_of(page), **evil})
    assert answer.status_code == 422
    with driver.database.reading() as session:
        caller = people.caller(session, driver.person("banshi1"))
        [row] = hazards_page(session, caller).rows
        assert (row.status, row.closed_at, row.id) == ("REPORTED", None, hazard_id)
    assert [each.id for each in driver.open_tasks(hazard_id)] == [task.id]


# ---- cookies -------------------------------------------------------------------------------------------------------------------


def test_a_cookie_of_ones_own_making_is_worth_nothing(app: App, town, tmp_path, client):
    client.sign_in("banshi1")
    good = client.get_cookie("bihuan").value
    payload, _, signature = good.rpartition(".")
    stranger = create_app(Config(home=tmp_path, database_url=town.url, secret_key="somebody else's " * 3), town, steps.RULES)
    stranger.test_client_class = Inspector
    other = stranger.test_client()
    other.sign_in("banshi1")
    tampered = [payload, payload + ".", f"{payload}.{signature[:-2]}AA", f"{payload[:-2]}AA.{signature}", f".{good}", good + "x", "", "x" * 3000]
    tampered += [f"{'A' if payload[0] != 'A' else 'B'}{payload[1:]}.{signature}", other.get_cookie("bihuan").value]
    for value in tampered:
        browser = app.test_client()
        browser.set_cookie("bihuan", value)
        assert browser.get("/").headers.get("Location", "").startswith("/sign-in"), value
    assert client.get("/").status_code == 200


@pytest.mark.parametrize("key", ["x", "1", "1.", "1.x", ".1", "-1.0", "99999999999999999999.0", "1.0.0", "１.0", ""])
def test_a_signed_cookie_of_nobody_signs_nobody_in(client, key):
    """Even whoever knew the secret would have to name a person and his password's epoch."""
    client.sign_in("banshi1")
    with client.session_transaction() as cookie:
        cookie["_user_id"] = key
    assert client.get("/").status_code == 302


# ---- headers -------------------------------------------------------------------------------------------------------------------

HARDENED = ("Content-Security-Policy", "X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy", "X-Request-ID")


@pytest.mark.usefixtures("once")
def test_every_answer_is_hardened(app: App, signed_in):
    """Of every route, for somebody and for nobody, good or refused: no framing, no sniffing, no foreign script."""
    somebody = signed_in("zhuren")
    app.test_client_class = FlaskClient
    nobody = app.test_client()
    with app.test_request_context():
        told = [rule.build(dict.fromkeys(rule.arguments, 1)) for rule in app.url_map.iter_rules()]
    assert len(told) >= len(routes.READ)
    for _, address in told:
        for browser in (somebody, nobody):
            for method in ("GET", "POST", "PUT"):
                answer = FlaskClient.open(browser, address, method=method)
                assert answer.status_code != 500, (method, address)
                assert [name for name in HARDENED if name not in answer.headers] == [], (method, address)
                policy = answer.headers["Content-Security-Policy"]
                assert "frame-ancestors 'none'" in policy or "sandbox" in policy
                assert "script-src 'unsafe" not in policy


@pytest.mark.usefixtures("once")
@pytest.mark.parametrize("given", ["a\tb", "x" * 500, "<script>", "%0d%0aX-Evil: 1", "a b", "é"])
def test_a_request_id_cannot_be_made_up_of_anything(client, given):
    answer = client.get("/sign-in", headers={"X-Request-ID": given})
    assert answer.headers["X-Request-ID"] != given


@pytest.mark.usefixtures("once")
@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "localhost@evil.example"])
def test_a_foreign_host_leads_nobody_away(client, host):
    """Redirects name no host, so one that is made up is never followed."""
    assert client.get("/hazards", headers={"Host": host}).headers["Location"].startswith("/sign-in")


# ---- sizes ---------------------------------------------------------------------------------------------------------------------


class Endless(io.RawIOBase):
    """A body that never ends, and that counts what was read of it."""

    def __init__(self, start: bytes) -> None:
        self.start, self.read_bytes = start, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        part = (self.start[: len(buffer)]).ljust(len(buffer), b"\0")
        self.start = self.start[len(buffer) :]
        buffer[:] = part
        self.read_bytes += len(buffer)
        return len(buffer)


@pytest.fixture
def small(town, tmp_path) -> App:
    """A house that takes one megabyte a form."""
    made = create_app(
        Config(home=tmp_path, database_url=town.url, secret_key="for tests " * 4, upload_megabytes=1), town, steps.RULES
    )
    made.test_client_class = Inspector
    return made


@pytest.mark.usefixtures("once")
@pytest.mark.parametrize("says_its_length", [True, False])
def test_two_gigabytes_are_refused_early(small: App, says_its_length):
    """By what it says of its length before anything is read; without that, as soon as it is too much."""
    browser = small.test_client()
    browser.sign_in("zhifa1")
    head = b'--x\r\nContent-Disposition: form-data; name="files-photos"; filename="a.jpg"\r\n\r\n'
    body = Endless(head)
    length = {"CONTENT_LENGTH": str(2 * 1024**3)} if says_its_length else {"wsgi.input_terminated": True}
    answer = browser.post(
        "/hazards/new", content_type="multipart/form-data; boundary=x", environ_overrides={"wsgi.input": body, **length}
    )
    assert answer.status_code == 413
    assert "过大" in answer.text
    assert body.read_bytes < (2 if not says_its_length else 1) * 1024 * 1024


@pytest.mark.usefixtures("once")
def test_ten_thousand_files_are_refused(signed_in):
    browser = signed_in("zhifa1")
    files = [(io.BytesIO(b"x"), f"{number}.jpg") for number in range(10_000)]
    answer = browser.submit("/hazards/new", {"files-photos": files})
    assert answer.status_code == 413
    assert "过大" in answer.text


NAMES = ["../../evil.pdf", "C:\\evil.pdf", "a%0d%0aX-Evil: 1.pdf", "\u202efdp.exe", "." * 300, "a\0.pdf", "<img>.pdf", "=1+1.pdf"]


@pytest.mark.usefixtures("once")
def test_a_files_name_steers_nothing(signed_in, driver, tmp_path):
    """No path, no header, no markup: what is served is called something harmless, and nothing lies outside the folder."""
    hazard_id = found(driver)
    task = bring_to(driver, hazard_id, "issue_rectify")
    browser = signed_in("zhuren")
    for number, name in enumerate(NAMES):
        files = {"papers-directive": (io.BytesIO(pdf(b"/X %d" % number)), name)}
        browser.submit(f"/tasks/{task}/draft", files, page=f"/tasks/{task}")
        page = browser.get(f"/tasks/{task}").text
        token = page.split('name="kept-directive" value="')[1].split('"')[0]
        answer = browser.get(f"/papers/kept/{token}")
        assert answer.status_code == 200, name
        assert "X-Evil" not in answer.headers
        assert not set("\r\n<>\\/\u202e") & set(answer.headers["Content-Disposition"].replace("filename*=UTF-8''", ""))
        assert "<img>" not in page
    assert [file.name for file in tmp_path.iterdir() if "evil" in file.name] == []
