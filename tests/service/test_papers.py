"""Papers through the pages: chosen, refused, kept, handed in, and handed out to who may see the case."""

import io
import re

import pytest

from tests.documents import docx, pdf
from tests.service.inspector import faults_of, token_of
from tests.service.test_tasks import bring_to, hazard_id, picture  # noqa: F401
from workflows import hazards, papers


@pytest.fixture
def task_id(driver, hazard_id):  # noqa: F811
    """The task in which handover one is issued, with a field for the directive."""
    return bring_to(driver, hazard_id, "issue_rectify")


def test_what_is_refused_says_why_and_what_was_chosen_stays(signed_in, driver, hazard_id, task_id):  # noqa: F811
    browser = signed_in("zhuren")
    token = token_of(browser.get(f"/tasks/{task_id}").text)
    chosen = [(io.BytesIO(pdf()), "指令书.exe"), picture(), (io.BytesIO(docx({"word/vbaProject.bin": b"x"})), "宏.docx")]
    refused = browser.post(f"/tasks/{task_id}", data={"csrf_token": token, "papers-directive": chosen})
    assert refused.status_code == 422
    assert "宏.docx" in faults_of(refused.text)["directive"]
    kept = re.findall(r'name="kept-directive" value="([^"]+)"', refused.text)
    assert len(kept) == 2
    assert "指令书.pdf" in refused.text
    got = browser.get(f"/papers/kept/{kept[0]}")
    assert (got.mimetype, got.data) == ("application/pdf", pdf())
    assert signed_in("banshi1").get(f"/papers/kept/{kept[0]}").status_code == 404
    usual = _usual(driver, hazard_id)
    done = browser.post(f"/tasks/{task_id}", data={"csrf_token": token, **usual, "kept-directive": kept})
    assert done.status_code == 302, faults_of(done.text)
    page = browser.get(f"/hazards/{hazard_id}").text
    assert "指令书.pdf" in page
    with driver.database.reading() as session:
        [(_, paper)] = papers.of(session, hazards.get(session, hazard_id))
    got = browser.get(f"/papers/{paper.sha256}")
    assert got.data == pdf()
    assert got.headers["Content-Disposition"].startswith("attachment;")
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in got.headers["Content-Security-Policy"]
    for login in ("qizhan", "cunwei2"):  # another enterprise, another village
        assert signed_in(login).get(f"/papers/{paper.sha256}").status_code == 404


def _usual(driver, hazard_id):  # noqa: F811
    task = next(each for each in driver.open_tasks(hazard_id) if each.element_id == "issue_rectify")
    with driver.database.reading() as session:
        return driver.usual(session, hazards.get(session, hazard_id), task, 0)


def test_a_made_up_reference_is_not_there(signed_in, task_id):
    browser = signed_in("zhuren")
    token = token_of(browser.get(f"/tasks/{task_id}").text)
    made_up = f"{'a' * 64}/x.pdf"
    refused = browser.post(f"/tasks/{task_id}", data={"csrf_token": token, "kept-directive": [made_up, f"{made_up}.forged"]})
    assert "kept-directive" not in refused.text
    assert browser.get(f"/papers/kept/{made_up}").status_code == 404
    assert browser.get("/papers/..%2f..%2fsecret").status_code == 404


def test_a_paper_in_a_field_of_photos_is_refused(signed_in, driver, hazard_id):  # noqa: F811
    """The name of a field is the browser's word; a photo field wants photos all the same."""
    task_id = bring_to(driver, hazard_id, "verify")
    browser = signed_in("zhifa1")
    token = token_of(browser.get(f"/tasks/{task_id}").text)
    for field in ("files-photos", "papers-photos"):
        data = {"csrf_token": token, field: (io.BytesIO(pdf()), "a.pdf")}
        assert browser.post(f"/tasks/{task_id}", data=data).status_code == 422
