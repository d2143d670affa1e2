"""What is asked of a diagram before anybody may work by it: first `checks`, then, where they find no error, the proof."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workflows.engine import checks, proof, xml
from workflows.engine.checks import Finding, Known, diagrams


@dataclass(frozen=True)
class Examination:
    """All findings, errors first; and the proof, None where an error kept it from being tried."""

    findings: tuple[Finding, ...]
    proof: proof.Proof | None

    @property
    def errors(self) -> list[Finding]:
        """What keeps the diagram from being deployed, whatever reason anybody has."""
        return [finding for finding in self.findings if finding.severity == "error"]


def examine(data: bytes, known: Known, forms: Mapping[str, Any] | None = None, *, limit: int = proof.LIMIT) -> Examination:
    """Never raises, whatever the bytes are. `forms`: those that come with it, by key."""
    found = checks.check(data, known, forms)
    if any(finding.severity == "error" for finding in found):
        return Examination(tuple(found), None)
    proven = proof.prove(data, _main(data), known.loop_rules, limit=limit)
    faults = [checks.error(fault.element_id, fault.rule, fault.message) for fault in proven.faults]
    unproven = [checks.warning("", "proof-unproven", proven.sentence)] if proven.verdict == "unproven" else []
    return Examination((*faults, *unproven, *found), proven)


def _main(data: bytes) -> str:
    """The process that no other calls; `checks` has seen that there is one."""
    diagram = diagrams.read(xml.parse(data))
    return next(scope.id for scope in diagram.scopes if scope.parent is None and scope.id not in diagram.called)
