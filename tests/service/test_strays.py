"""Files that nobody handed in go after seven days, and nothing else does."""

import contextvars
import io
import os
import re
from concurrent.futures import ThreadPoolExecutor, wait
from functools import partial

import pytest
from PIL import Image

from service import App, create_app, demo
from service.config import Config
from tests import bucket
from tests.documents import pdf
from tests.scenarios.ways import found
from tests.service.inspector import Inspector
from tests.service.test_tasks import bring_to
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
    hazard = found(driver)
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
    found(driver, description=f"照片编号 {named}，通道堵塞。")
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


def test_a_form_that_carries_a_file_along_keeps_it(town, signed_in, place, clock_at):
    """It is handed in on the eighth day: whatever is cleared that night, what the form has just been given again is there."""
    clock_at(DAY.format(1))
    owner = signed_in("zhifa1")
    page = owner.submit("/hazards/new", {"description": "太短", "files-photos": picture("red")})
    clock_at(DAY.format(9))
    again = signed_in("zhifa1").submit("/hazards/new", {"description": "太短", "kept-photos": kept(page.text, "photos")})
    assert kept(again.text, "photos") == kept(page.text, "photos")
    assert strays.clear(town, place=place) == 0
    assert len(lying(place)) == 1


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


def loose_ends(town):
    """The files that perhaps have no row."""
    with town.reading() as session:
        return {each.name for each in session.query(strays.LooseEnd)}


def take_in(town, place, file=None):
    """A file as the page takes it in: noted, then written; its row comes after that."""
    return papers.receive(place, *(file or picture("red")), partial(strays.announce, town))


@pytest.mark.parametrize("bring", [picture, lambda color: (io.BytesIO(pdf(color.encode())), "a.pdf")], ids=["photo", "paper"])
def test_what_a_kill_left_without_a_row_goes_after_seven_days(town, driver, place, clock_at, bring):
    """Between the file and its row. What somebody brings again meanwhile stays his."""
    clock_at(DAY.format(1))
    for color in ("red", "blue"):
        take_in(town, place, bring(color))
    left = lying(place)
    assert (len(left), loose_ends(town)) == (2, left)
    clock_at(DAY.format(5))
    papers.keep(town, [take_in(town, place, bring("red"))], by=driver.person("zhifa1"))
    clock_at("2026-03-08 08:59")
    assert (strays.clear(town, place=place), lying(place)) == (0, left)
    clock_at("2026-03-08 09:01")
    assert strays.clear(town, place=place) == 1
    kept = lying(place)
    assert (kept < left, len(kept), loose_ends(town)) == (True, 1, kept)
    clock_at(DAY.format(14))
    assert (strays.clear(town, place=place), lying(place), loose_ends(town)) == (1, set(), set())


def test_what_has_its_row_is_no_loose_end_for_long(town, signed_in, place, clock_at):
    """The page notes what it takes in; what a draft names stays without it."""
    clock_at(DAY.format(1))
    begun = {"draft_key": "a-report-begun", "files-photos": picture("red")}
    signed_in("zhifa1").submit("/hazards/drafts", begun, page="/hazards/new")
    assert len(lying(place)) == 1
    assert loose_ends(town) == lying(place)
    clock_at(DAY.format(9))
    assert strays.clear(town, place=place) == 0
    assert (len(lying(place)), loose_ends(town)) == (1, set())


def rows_of(town):
    """The files that rows name."""
    with town.reading() as session:
        return {photos.stored_as(each.sha256) for each in session.query(photos.Photo)}


def test_a_photo_that_is_cleared_between_its_file_and_its_row_is_spared(town, driver, place, clock_at):
    """The same content lay there as a stray, so nothing was written anew."""
    by = driver.person("zhifa1")
    clock_at(DAY.format(1))
    papers.keep(town, [take_in(town, place)], by=by)
    clock_at(DAY.format(9))
    stored = take_in(town, place)
    strays.clear(town, place=place)
    papers.keep(town, [stored], by=by)
    assert len(rows_of(town)) == 1
    assert rows_of(town) == lying(place)


def test_whoever_brings_a_photo_that_is_just_being_removed_writes_it_anew(town, driver, clock_at):
    """He waits until it is gone; a file that goes after he has looked for it would leave his row without one."""
    by = driver.person("zhifa1")
    with bucket.serving() as service, ThreadPoolExecutor(1) as pool:
        clock_at(DAY.format(1))
        papers.keep(town, [take_in(town, service.place)], by=by)
        clock_at(DAY.format(9))
        bringing = []

        def meanwhile():
            again = partial(contextvars.copy_context().run, lambda: papers.keep(town, [take_in(town, service.place)], by=by))
            bringing.append(pool.submit(again))
            wait(bringing, timeout=0.3)

        service.before_delete = meanwhile
        strays.clear(town, place=service.place)
        assert bringing[0].result() is None
        assert len(rows_of(town)) == 1
        assert rows_of(town) == lying(service.place)
