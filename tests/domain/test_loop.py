"""The whole way of one hazard, verb by verb, without a diagram (domain 3.3)."""



from tests.domain.town import Town, sha
from workflows import archives, facts
from workflows.engine import history


def test_a_hazard_goes_from_report_to_archive(town: Town):
    """Domain 3.3, the whole of it."""
    hazard = town.published()
    town.step(archives.check_archive, hazard, "staff")
    assert archives.missing(town.session, hazard) == []
    town.step(archives.archive_hazard, hazard, "staff")
    assert hazard.status == "ARCHIVED"
    kept = archives.find(town.session, hazard)
    assert sha("before") in kept.manifest["photos"]
    assert history.verify(town.session) == []
    assert facts.faults(town.session) == archives.faults(town.session) == []
    kept.manifest = {**kept.manifest, "photos": []}
    town.session.flush()
    assert "校验值清单与留痕" in archives.faults(town.session)[0]
