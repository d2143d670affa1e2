"""No hostile BPMN file is taken: each gets a sentence, within a bound of processor time, and nothing is stored."""

import shutil
import socket
import time

import pytest

from tests.attacks.expressions import HOSTILE as EXPRESSIONS
from tests.attacks.files import GOOD, HOSTILE, IGNORED, TEXT
from tests.engine.checks.files import KNOWN
from workflows.db import Database
from workflows.engine import definitions, spiff
from workflows.engine.checks import check
from workflows.errors import Invalid

SECONDS = 3.0  # of processor time; a guard, not a measurement


@pytest.fixture(scope="module")
def shelf(sqlite_template, tmp_path_factory):
    """A database for versions, shared by all: in the end it must be empty."""
    file = tmp_path_factory.mktemp("shelf") / "shelf.db"
    shutil.copy(sqlite_template, file)
    database = Database(f"sqlite:///{file}")
    yield database
    with database.reading() as session:
        assert definitions.latest(session) == []
    database.engine.dispose()


def test_there_are_enough():
    assert len(HOSTILE) > 160
    assert len(HOSTILE) + len(EXPRESSIONS) > 400
    assert len({*HOSTILE.values()}) == len(HOSTILE)


@pytest.mark.parametrize("name", HOSTILE)
def test_it_is_not_taken(shelf, name):
    began = time.process_time()
    with pytest.raises(Invalid) as refused, shelf.transaction() as session:
        definitions.deploy(session, KNOWN, HOSTILE[name], {})
    assert time.process_time() - began < SECONDS
    assert refused.value.message.endswith("。")
    for finding in getattr(refused.value, "findings", ()):
        assert finding.message.endswith("。")
        assert "\n" not in finding.message


@pytest.mark.parametrize("name", IGNORED)
def test_what_is_ignored_changes_nothing(name):
    """The diagram that is run is the one without it."""
    assert [finding for finding in check(IGNORED[name], KNOWN) if finding.severity == "error"] == []
    if name != "a listener of another tool":
        assert spiff.read(IGNORED[name]).elements == spiff.read(GOOD).elements


def test_nothing_is_fetched():
    """Whatever a file points to: nobody comes to fetch it."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        door.setblocking(False)
        address = f"http://127.0.0.1:{door.getsockname()[1]}/x"
        pointing = [
            f'<!DOCTYPE a SYSTEM "{address}">{TEXT}',
            f'<!DOCTYPE a [<!ENTITY % x SYSTEM "{address}"> %x;]>{TEXT}',
            f'<!DOCTYPE a [<!ENTITY x SYSTEM "{address}">]>{TEXT.replace("环节a", "&x;")}',
            f'<?xml-stylesheet type="text/xsl" href="{address}"?>{TEXT}',
            TEXT.replace("</bpmn:process>", f'<i:include xmlns:i="http://www.w3.org/2001/XInclude" href="{address}"/></bpmn:process>', 1),
            *(IGNORED[name].decode().replace("{address}", address) for name in ("an import", "a schema")),
        ]
        for text in pointing:
            check(text.encode(), KNOWN)
        with pytest.raises(BlockingIOError):
            door.accept()
