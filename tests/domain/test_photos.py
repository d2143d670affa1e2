"""Photos: by content, without metadata, under their digest, seen only within the scope (domain 3.3, INV-16)."""

import io

import pytest
from PIL import Image

from tests.domain.town import Town, sha
from workflows import clock, people, photos
from workflows.errors import Invalid, NotFound


def picture(kind="JPEG", size=(40, 30), exif=None, mode="RGB") -> io.BytesIO:
    buffer = io.BytesIO()
    Image.new(mode, size, 128 if mode == "L" else None).save(buffer, kind, **({"exif": exif} if exif else {}))
    buffer.seek(0)
    return buffer


def told() -> Image.Exif:
    """What a phone writes: time, place, model."""
    exif = Image.Exif()
    exif[0x0110] = "PHONE-MODEL-X"
    exif.get_ifd(0x8769)[0x9003] = "2026:03:03 08:15:00"
    exif.get_ifd(0x8825).update({1: "N", 2: (31.0, 30.0, 0.0), 3: "E", 4: (112.0, 15.0, 36.0)})
    return exif


def test_time_and_place_are_kept_and_the_file_tells_nothing(tmp_path):
    """Domain 3.3: 去除 EXIF, 含拍摄时间."""
    stored = photos.receive(tmp_path, picture(exif=told()), "a.jpg")
    assert stored.taken_at.astimezone(clock.SHANGHAI).isoformat() == "2026-03-03T08:15:00+08:00"
    assert (stored.lat, stored.lng) == (31.5, 112.26)
    file = tmp_path / photos.stored_as(stored.sha256)
    assert file == tmp_path / "photos" / stored.sha256[:2] / f"{stored.sha256}.jpg"
    assert b"PHONE-MODEL-X" not in file.read_bytes()
    with Image.open(file) as kept:
        assert not kept.getexif()


@pytest.mark.parametrize(("kind", "mode"), [("PNG", "RGBA"), ("PNG", "P"), ("PNG", "L"), ("JPEG", "L"), ("JPEG", "CMYK")])
def test_every_common_kind_is_taken_and_kept_once(tmp_path, kind, mode):
    """Contract: jpg/png; content-addressed."""
    first = photos.receive(tmp_path, picture(kind, mode=mode), "x.bin")
    assert photos.receive(tmp_path, picture(kind, mode=mode), "y.bin") == first
    assert len([file for file in tmp_path.rglob("*") if file.is_file()]) == 1


@pytest.mark.parametrize(
    "data",
    [b"", b"<script>", b"\xff\xd8\xff\xe0cut", b"GIF89a" + bytes(40), picture("BMP").getvalue(), picture().getvalue()[:300]],
)
def test_what_is_no_whole_photo_is_refused_whatever_its_name(tmp_path, data):
    """Sniffed by content; a cut file, another format, no picture."""
    with pytest.raises(Invalid, match="jpg"):
        photos.receive(tmp_path, io.BytesIO(data), "photo.jpg")
    assert not list(tmp_path.rglob("*.jpg"))


def test_too_large_a_file_or_a_bomb_is_refused(tmp_path, monkeypatch):
    """≤ 20 MB; decompression bombs."""
    with pytest.raises(Invalid, match="20 MB"):
        photos.receive(tmp_path, io.BytesIO(bytes(photos.MOST_BYTES + 1)), "a.jpg")
    monkeypatch.setattr(photos, "MOST_PIXELS", 1000)
    with pytest.raises(Invalid, match="像素"):
        photos.receive(tmp_path, picture(size=(40, 30)), "a.jpg")


@pytest.mark.parametrize("name", ["../../etc/passwd", "A" * 64, "ab", "g" * 64])
def test_only_a_digest_becomes_a_path(name):
    """No path of the user's making."""
    with pytest.raises(NotFound):
        photos.stored_as(name)


def test_a_photo_is_seen_with_its_hazard_only(town: Town):
    """INV-16."""
    town.report()
    assert photos.get_for(town.session, people.caller(town.session, town.id("director")), sha("before"))
    for login, name in (("other_boss", "before"), ("director", "unknown")):
        with pytest.raises(NotFound):
            photos.get_for(town.session, people.caller(town.session, town.id(login)), sha(name))


def test_what_a_photo_said_is_kept_before_the_form_is_handed_in(database, tmp_path):
    """A form shown again must not lose time and place; keeping twice is keeping once."""
    stored = photos.receive(tmp_path, picture(exif=told()), "a.jpg")
    with database.transaction() as session:
        person = people.Person(name="甲", login="a")
        session.add(person)
    for _ in range(2):
        photos.keep(database, [stored], by=person.id)
    with database.reading() as session:
        assert session.get_one(photos.Photo, stored.sha256).taken_at == stored.taken_at
