"""Who may bring files is asked before any of them is read."""

import io

import pytest

from service import TAKES_FILES
from service.designer import room
from tests.scenarios.ways import found
from tests.service.inspector import token_of
from tests.service.test_tasks import picture, task_id_of
from workflows import photos

HEAD = b"--cut\r\nContent-Disposition: form-data; name=\"files-photos\"; filename=\"x.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n"


class Body(io.RawIOBase):
    """Fifty megabytes on their way; counts how much of it was taken in."""

    size = 50 * 1024 * 1024
    taken = 0

    def readable(self):
        return True

    def readinto(self, buffer):
        left = min(len(buffer), self.size - self.taken)
        buffer[:left] = (HEAD + b"x" * left)[:left] if self.taken == 0 else b"x" * left
        self.taken += left
        return left


def bring(browser, address):
    """Post the body; answers the status and how many bytes were read."""
    body = Body()
    sent = {"wsgi.input": body, "CONTENT_LENGTH": str(body.size)}
    answer = browser.post(address, content_type="multipart/form-data; boundary=cut", environ_overrides=sent)
    return answer.status_code, body.taken


@pytest.fixture
def task_id(driver):
    """登记拟办, which waits for the office."""
    hazard_id = found(driver, "cunwei", source="SELF")
    return task_id_of(driver, hazard_id, "register")


@pytest.mark.parametrize("address", ["/tasks/{}", "/tasks/{}/draft", "/hazards/new", "/hazards/drafts", "/admin/import"])
def test_nothing_is_read_of_one_who_is_not_signed_in(client, task_id, address):
    assert bring(client, address.format(task_id)) == (302, 0)


@pytest.mark.parametrize(("login", "address"), [("", "/sign-in"), ("banshi1", "/password"), ("fuxianzhang", "/board/signing")])
def test_nothing_is_read_where_no_files_belong(client, login, address):
    if login:
        client.sign_in(login)
    assert bring(client, address) == (413, 0)


def test_a_drawing_that_does_not_say_how_long_it_is_is_not_read_on_and_on(signed_in):
    """It comes as JSON, which is read as a whole into memory."""
    browser, body = signed_in("sheji"), Body()
    headers = {"X-CSRFToken": token_of(browser.get("/designer").text)}
    endless = {"wsgi.input": body, "wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}
    answer = browser.post("/designer/findings", content_type="application/json", headers=headers, environ_overrides=endless)
    assert (answer.status_code, body.taken) == (422, room.MOST)


def test_what_takes_files_is_there(app):
    assert set(app.view_functions) >= TAKES_FILES


@pytest.mark.parametrize(
    ("login", "address", "status"),
    [
        ("changzhang", "/tasks/{}", 404),
        ("changzhang", "/tasks/{}/draft", 404),
        ("sheji", "/hazards/new", 403),
        ("sheji", "/hazards/drafts", 403),
        ("banshi1", "/admin/import", 403),
        ("sheji", "/matters/hazard/1/voiding", 404),
        ("changzhang", "/matters/nonsense/1/voiding", 404),
    ],
)
def test_nothing_is_read_of_one_without_the_right(signed_in, task_id, login, address, status):
    assert bring(signed_in(login), address.format(task_id)) == (status, 0)


def test_of_one_with_the_right_it_is_read_and_the_token_is_asked_for(signed_in, task_id):
    browser = signed_in("banshi1")
    much = {"files-photos": (io.BytesIO(b"x" * 1024 * 1024), "x.jpg")}
    assert browser.post(f"/tasks/{task_id}", data=much).status_code == 400
    page = browser.get(f"/tasks/{task_id}").text
    much = {"files-photos": (io.BytesIO(b"x" * 1024 * 1024), "x.jpg"), "csrf_token": token_of(page)}
    assert browser.post(f"/tasks/{task_id}", data=much).status_code == 422


def test_more_than_a_form_may_bring_is_refused_unread(app, signed_in, task_id):
    app.config["MAX_CONTENT_LENGTH"] = 1024 * 1024
    browser = signed_in("banshi1")
    assert token_of(browser.get(f"/tasks/{task_id}").text)
    assert bring(browser, f"/tasks/{task_id}") == (413, 0)


def test_where_nothing_can_be_written_the_page_says_so_and_nothing_is_kept(app, signed_in, town):
    """The folder's name is taken by a file: as good as a full disk."""
    (app.house.config.home / "photos").write_text("")
    answer = signed_in("zhifa1").submit("/hazards/new", {"description": "安全出口上锁。", "files-photos": picture()})
    assert answer.status_code == 503
    assert "可能已满" in answer.text
    with town.reading() as session:
        assert session.query(photos.Photo).count() == 0
