"""Making versions."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from workflows import clock
from workflows.engine import Subject, checks, history, spiff
from workflows.engine.definitions.questions import find
from workflows.engine.definitions.rules import Rejected, fingerprint, forms_of, must_be_sound, text_of, told
from workflows.engine.definitions.tables import Definition
from workflows.engine.examinations import examine


def deploy(
    session: Session,
    known: checks.Known,
    xml: bytes,
    forms: Mapping[str, Any],
    *,
    by: int | None = None,
    reason: str = "",
    **about: Any,
) -> Definition:
    """Make a new version of the diagram, or answer the latest one if nothing changed.

    Rejected if `checks` finds an error or the proof a counter-example. What could not be proven because it is too large
    goes on only with a `reason`, which stays in the version's chain. `about`: what else its line in the record tells.
    """
    proof = must_be_sound(examine(xml, known, forms), reason=reason)
    made = _next(session, xml, forms)
    if made.id is None:
        made.deployed_by, made.proof = by, told(proof, reason)
        session.add(made)
        session.flush()
        line = {"key": made.key, "version": made.version, "sha256": made.sha256, "proof": made.proof, **about}
        history.record(session, Subject("definition", made.id), "deployed", by=by, **line)
    return made


def rehearse(session: Session, known: checks.Known, xml: bytes, forms: Mapping[str, Any]) -> Definition:
    """Put a diagram in force where nothing counts. Rejected if `checks` finds an error, because then it does not run; what the
    proof would say of it may be what one wants to see happen."""
    if errors := [each for each in checks.check(xml, known, forms) if each.severity == "error"]:
        raise Rejected(errors)
    made = _next(session, xml, forms)
    session.add(made)
    session.flush()
    return made


def _next(session: Session, xml: bytes, forms: Mapping[str, Any]) -> Definition:
    """The version that this would be, not kept yet; the newest one if it says the same."""
    text, spec = text_of(xml), spiff.read(xml)
    used = forms_of(spec, forms)
    sha256 = fingerprint(xml, used)
    before = find(session, spec.process_id)
    if before and before.sha256 == sha256:
        return before
    return Definition(
        key=spec.process_id,
        version=before.version + 1 if before else 1,
        name=spec.name,
        xml=text,
        forms=used,
        sha256=sha256,
        deployed_at=clock.now(),
    )
