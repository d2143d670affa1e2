"""Files that nobody handed in go after seven days, and nothing else does."""

import io
import os
import re

import pytest
from PIL import Image

from service import App, create_app, demo
from service.config import Config
from tests import bucket
from tests.documents import pdf
from tests.service.inspector import Inspector
from tests.service.test_tasks import bring_to, driver_subject
from workflows import clock, papers, photos, steps, store, strays

DAY = "2026-03-{:02d} 09:00"


@pytest.fixture(params=["folder", "bucket"])
def place(request, tmp_path):
    """Where evidence lies."""
    if request.param == "folder":
        yield tmp_path / "evidence"
        return
    with bucket.serving() as service:
        yield service.place


@pytest.fixture
def app(town, tmp_path, place) -> App:
    """The web over the town, with its evidence there."""
    where = {"home": tmp_path, "store": place} if isinstance(place, str) else {"home": place}
    made = create_app(Config(**where, database_url=town.url, secret_key="for tests " * 4), town, steps.RULES)
    made.test_client_class = Inspector
    return made


@pytest.fixture
def driver(town, app, place):
    """Does tasks as the people of the town would."""
    return demo.Driver(town, place, steps.RULES)


def picture(color):
    """A photo of one colour as a browser sends it."""
    stream = io.BytesIO()
    Image.new("RGB", (64, 48), color).save(stream, "JPEG")
    stream.seek(0)
    return stream, f"{color}.jpg"


def kept(page, field):
    """The tokens of the files that a form carries along."""
    return re.findall(f'name="kept-{field}" value="([^"]+)"', page)


def lying(place):
    """What lies in the store."""
    return {name for folder in ("photos", "papers") for name in store.at(place).names(folder)}


def test_what_is_in_a_form_or_a_draft_or_handed_in_stays(town, signed_in, driver, place, clock_at):
    """Kept by a draft, a report's draft, a submission; the one that is only in a page goes with its row."""
    clock_at(DAY.format(1))
    hazard = driver.report("zhifa1", subject_on_file=True, subject_id=driver_subject(driver))
    task = bring_to(driver, hazard, "plan")
    owner, reporter = signed_in("changzhang"), signed_in("zhifa1")
    files = {"files-onsite_notice_photo": picture("red"), "papers-emergency_paper": (io.BytesIO(pdf()), "预案.pdf")}
    owner.submit(f"/tasks/{task}/draft", {"measures": "停用。", **files}, page=f"/tasks/{task}")
    reporter.submit("/hazards/drafts", {"draft_key": "a-report-begun", "files-photos": picture("blue")}, page="/hazards/new")
    used = lying(place)
    left = owner.submit(f"/tasks/{task}", {"files-onsite_notice_photo": picture("green"), "papers-emergency_paper": (io.BytesIO(pdf(b"/X 1")), "弃.pdf")})
    assert left.status_code == 422
    strange = lying(place) - used
    assert len(strange) == 2
    named = driver.photo("named nowhere but in a text")
    driver.report("zhifa1", subject_on_file=True, subject_id=driver_subject(driver), description=f"照片编号 {named}，通道堵塞。")
    before = lying(place)

    clock_at(DAY.format(8))
    assert strays.clear(town, place=place) == 0
    clock_at("2026-03-08 09:01")
    assert strays.clear(town, place=place) == 2
    assert lying(place) == before - strange
    with town.reading() as session:
        rows = {photos.stored_as(each.sha256) for each in session.query(photos.Photo)}
        rows |= {papers.stored_as(each.sha256, each.kind) for each in session.query(papers.Paper)}
    assert rows == before - strange
    assert strays.clear(town, place=place) == 0


def test_a_page_that_lay_open_too_long_says_what_is_gone(town, signed_in, driver, place, clock_at):
    """The file is dropped from the form with a sentence; what is left is still there, and the form can be handed in again."""
    clock_at(DAY.format(1))
    owner = signed_in("zhifa1")
    page = owner.submit("/hazards/new", {"description": "太短", "files-photos": [picture("red"), picture("green")]})
    tokens = kept(page.text, "photos")
    assert len(tokens) == 2
    owner.submit("/hazards/drafts", {"draft_key": "a-report-begun", "kept-photos": tokens[:1]}, page="/hazards/new")
    clock_at(DAY.format(9))
    assert strays.clear(town, place=place) == 1
    again = signed_in("zhifa1")
    page = again.submit("/hazards/new", {"description": "太短", "kept-photos": tokens})
    assert page.status_code == 422
    assert "有 1 个文件上传后超过 7 天没有提交，已被清理，请重新选择。" in page.text
    assert kept(page.text, "photos") == tokens[:1]


def test_what_is_brought_again_starts_anew(town, driver, place, clock_at):
    clock_at(DAY.format(1))
    reference = driver.photo("brought twice")
    clock_at(DAY.format(7))
    with town.transaction() as session:
        photos.write_down(session, [photos.Stored(reference, 64, 48, None, None, None)], by=driver.person("zhifa1"))
    clock_at(DAY.format(9))
    assert strays.clear(town, place=place) == 0
    clock_at(DAY.format(15))
    assert strays.clear(town, place=place) == 1
    assert lying(place) == set()


def test_what_a_kill_left_half_written_goes_after_a_day(town, tmp_path):
    """A part that somebody may be writing just now stays."""
    old, new = (tmp_path / "photos" / "ab" / name for name in ("old.part", "new.part"))
    old.parent.mkdir(parents=True)
    for part in (old, new):
        part.write_bytes(b"half")
    yesterday = (clock.real() - clock.DAY).timestamp() - 1
    os.utime(old, (yesterday, yesterday))
    assert strays.clear(town, place=tmp_path) == 0
    assert [old.exists(), new.exists()] == [False, True]
