"""What holds for every version: its fingerprint, what keeps it from being made, and how the engine runs it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workflows.db import canonical
from workflows.engine import checks, spiff
from workflows.engine.examinations import Examination
from workflows.engine.proof import Proof
from workflows.errors import Invalid

STATES = {
    "DRAFT": "编辑中",
    "HANDED_IN": "待发布审批",
    "RETURNED": "已退回",
    "PUBLISHED": "已发布",
    "DISCARDED": "已作废",
}


@dataclass(frozen=True)
class Version:
    """A definition as the engine runs it: read once a process, shared by all its instances and threads."""

    spec: spiff.Spec
    forms: Mapping[str, Any]


class Rejected(Invalid):
    """The diagram was not deployed; `findings` say why, element by element."""

    def __init__(self, findings: list[checks.Finding]) -> None:
        self.findings = findings
        elements = dict.fromkeys(finding.element_id for finding in findings)
        super().__init__({id: "".join(each.in_full for each in findings if each.element_id == id) for id in elements})


def must_be_sound(examined: Examination, *, reason: str = "") -> Proof:
    """Its proof; Rejected if anything is wrong with a diagram. What was too large to prove goes on only with a reason."""
    if examined.proof is None or examined.errors:
        raise Rejected(examined.errors)
    if examined.proof.verdict == "unproven" and not reason.strip():
        raise Invalid("reason", f"{examined.proof.sentence}仍要发布的，请写明理由，理由会留痕。")
    return examined.proof


def told(proof: Proof, reason: str) -> dict[str, Any]:
    """What is kept of a proof: the verdict and how it was reached. `sha256` is the diagram's alone."""
    kept = {"verdict": proof.verdict, "states": proof.states, "acts": proof.acts, "sha256": proof.sha256}
    timed = {"milliseconds": proof.milliseconds, "sentence": proof.sentence}
    return kept | timed | ({"reason": reason.strip()} if proof.verdict == "unproven" else {})


def fingerprint(xml: bytes, forms: Mapping[str, Any]) -> str:
    """Hex SHA-256 over diagram and forms."""
    return hashlib.sha256(xml + canonical(forms).encode()).hexdigest()


def text_of(xml: bytes) -> str:
    """The file as text; Invalid unless it is UTF-8."""
    try:
        return xml.decode("utf-8")
    except UnicodeDecodeError:
        raise Invalid("", "流程图文件请以 UTF-8 编码保存后再发布。") from None


def forms_of(spec: spiff.Spec, forms: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the forms that the diagram names, by key."""
    named = {form for element in spec.elements.values() if (form := element.properties.get("form"))}
    return {key: forms[key] for key in sorted(named)}
