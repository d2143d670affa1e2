"""Making versions."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from workflows import clock
from workflows.engine import Subject, checks, history, spiff
from workflows.engine.definitions.questions import find
from workflows.engine.definitions.rules import Rejected, fingerprint, forms_of, text_of
from workflows.engine.definitions.tables import Definition


def deploy(
    session: Session, known: checks.Known, xml: bytes, forms: Mapping[str, Any], *, by: int | None = None, **about: Any
) -> Definition:
    """Make a new version of the diagram, or answer the latest one if nothing changed. Rejected if `checks` finds an error.

    `about`: what else its line in the record tells.
    """
    if errors := [finding for finding in checks.check(xml, known, forms) if finding.severity == "error"]:
        raise Rejected(errors)
    text, spec = text_of(xml), spiff.read(xml)
    used = forms_of(spec, forms)
    sha256 = fingerprint(xml, used)
    before = find(session, spec.process_id)
    if before and before.sha256 == sha256:
        return before
    made = Definition(
        key=spec.process_id,
        version=before.version + 1 if before else 1,
        name=spec.name,
        xml=text,
        forms=used,
        sha256=sha256,
        deployed_at=clock.now(),
        deployed_by=by,
    )
    session.add(made)
    session.flush()
    told = {"key": made.key, "version": made.version, "sha256": sha256, **about}
    history.record(session, Subject("definition", made.id), "deployed", by=by, **told)
    return made
