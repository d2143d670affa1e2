"""A bucket as the store of evidence: signed as published, whole or unavailable, and everything that a folder can."""

import hashlib
from datetime import UTC, datetime

import pytest

from service import create_app, demo, setup
from service.config import Config, Misconfigured
from tests import bucket
from tests.scenarios.ways import found
from tests.service.inspector import Inspector
from workflows import backups, buckets, clock, hazards, photos, steps, store
from workflows.db import Database
from workflows.errors import Conflict, NotFound, Unavailable

EXAMPLE = buckets.Key("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "us-east-1")
HOST = {"host": "examplebucket.s3.amazonaws.com"}
NOTHING = {"x-amz-content-sha256": hashlib.sha256(b"").hexdigest()}
STORED = {
    "date": "Fri, 24 May 2013 00:00:00 GMT",
    "x-amz-content-sha256": hashlib.sha256(b"Welcome to Amazon S3.").hexdigest(),
    "x-amz-storage-class": "REDUCED_REDUNDANCY",
}


@pytest.fixture
def service():
    with bucket.serving() as running:
        yield running


# The examples that Amazon publishes with the specification ("Authenticating Requests: Using the Authorization Header").
@pytest.mark.parametrize(
    ("method", "path", "query", "headers", "signature"),
    [
        ("GET", "/test.txt", "", {"range": "bytes=0-9", **NOTHING}, "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"),
        ("PUT", "/test%24file.text", "", STORED, "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"),
        ("GET", "/", "lifecycle=", NOTHING, "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
        ("GET", "/", "max-keys=2&prefix=J", NOTHING, "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"),
    ],
)
def test_requests_are_signed_as_published(method, path, query, headers, signature):
    signed = buckets.sign(EXAMPLE, method, path, query, HOST | headers, at=datetime(2013, 5, 24, tzinfo=UTC))
    assert signed["authorization"].rpartition("Signature=")[2] == signature


def test_a_bucket_gives_back_what_it_was_given_once(service):
    kept = store.at(service.place)
    assert not kept.has("papers/ab/附件.pdf")
    kept.put("papers/ab/附件.pdf", b"first")
    kept.put("papers/ab/附件.pdf", b"another")  # a name is a digest: what is there stays
    with kept.open("papers/ab/附件.pdf") as file:
        assert file.read(2) == b"fi"
        file.seek(0)
        assert file.read() == b"first"
    with pytest.raises(NotFound):
        kept.open("papers/no")


def test_names_come_over_several_answers_and_from_one_folder(service, tmp_path):
    names = [f"photos/a{number}/x.jpg" for number in range(5)]
    for kept in (store.at(service.place), store.at(tmp_path)):
        for name in [*names, "papers/b/y.pdf"]:
            kept.put(name, b"x")
        assert list(kept.names("photos")) == names
        assert list(kept.names("papers")) == ["papers/b/y.pdf"]
    assert service.asked.count("GET") == 4  # three pages of photos, one of papers


def test_a_moved_clock_does_not_spoil_a_signature(service):
    with clock.travel(datetime(2023, 6, 1, tzinfo=UTC)):
        store.at(service.place).put("photos/x", b"x")
    assert service.objects == {"/evidence/photos/x": b"x"}


def test_a_service_that_fails_refuses_or_is_gone_is_away(service):
    wrong = store.at(service.place.replace("county:", "somebody:"))
    with pytest.raises(Unavailable):
        wrong.put("photos/x", b"x")
    service.fails = True
    for act in (lambda kept: kept.has("x"), lambda kept: kept.open("x"), lambda kept: list(kept.names("photos"))):
        with pytest.raises(Unavailable):
            act(store.at(service.place))
    with pytest.raises(Unavailable):
        store.at("s3+http://a:b@127.0.0.1:9/evidence").has("x")  # nobody listens at the discard port


@pytest.mark.parametrize("address", ["s3://a:b@host/bucket", "s3+https://host/bucket", "s3+https://a:b@host/Two/parts", "/folder"])
def test_a_setting_that_makes_no_sense_stops_the_start_without_telling_the_secret(address, tmp_path):
    with pytest.raises(Misconfigured) as refused:
        Config.from_env({"BIHUAN_STORE": address, "BIHUAN_HOME": str(tmp_path)})
    assert address not in str(refused.value)


def test_a_bucket_may_be_named_by_the_host():
    named = buckets.read("s3+https://a:b@evidence.example.test?region=cn-north-1")
    assert (named.host, named.path, named.key.region) == ("evidence.example.test", "", "cn-north-1")


# ---- the whole house over a bucket -----------------------------------------------------------------------------------


def test_photos_papers_and_dossiers_are_served_from_a_bucket(service, settled, tmp_path):
    config = Config(home=tmp_path / "home", store=service.place, database_url=settled.url, secret_key="for tests " * 4)
    app = create_app(config, settled, steps.RULES)
    app.test_client_class = Inspector
    driver = demo.Driver(settled, config.place, steps.RULES)
    hazard_id = found(driver)
    browser = app.test_client()
    browser.sign_in("zhifa1")
    with settled.reading() as session:
        sha = photos.of(session, hazards.get(session, hazard_id))[0][1].sha256
    shown = browser.get(f"/photos/{sha}")
    assert shown.status_code == 200
    assert hashlib.sha256(shown.data).hexdigest() == sha
    assert browser.get(f"/hazards/{hazard_id}/dossier.zip").data.count(sha.encode()) > 0
    assert not (tmp_path / "home").exists()  # nothing of it fell into the home folder
    service.fails = True
    away = browser.get(f"/photos/{sha}")
    assert away.status_code == 503
    assert "暂时连接不上存放照片和附件的地方" in away.text


def test_a_backup_goes_from_a_bucket_into_a_folder_and_from_there_into_a_bucket(service, tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'one.db'}")
    setup.prepare(database, jobs=True)
    demo.build_town(database)
    hazard_id = found(demo.Driver(database, service.place, steps.RULES))
    before = dict(service.objects)
    backups.make(database, service.place, tmp_path / "one.tar")
    other, folder = Database(f"sqlite:///{tmp_path / 'two.db'}"), tmp_path / "folder"
    backups.restore(other, folder, tmp_path / "one.tar")
    assert {f"/evidence/{name}": (folder / name).read_bytes() for name in store.at(folder).names("photos")} == before
    with other.reading() as session:
        assert hazards.get(session, hazard_id).subject_name
    backups.make(other, folder, tmp_path / "two.tar")
    service.objects["/evidence/photos/aa/other.jpg"] = b"x"
    with pytest.raises(Conflict):  # the bucket is not empty: it holds what this backup does not
        backups.restore(Database(f"sqlite:///{tmp_path / 'three.db'}"), service.place, tmp_path / "two.tar")
    service.objects.clear()
    backups.restore(Database(f"sqlite:///{tmp_path / 'three.db'}"), service.place, tmp_path / "two.tar")
    assert service.objects == before
