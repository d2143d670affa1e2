"""Definitions: numbered versions of a diagram and its forms, and the drafts they come from.

A version is one BPMN file (called processes live in the same file) plus every form it names, so that it is whole by itself. It
never changes; running cases stay on theirs. A draft belongs to one designer; a publisher who is not a designer of it makes it a
version.
"""

from workflows.engine.definitions.drafts import (
    approve,
    begin,
    begin_new,
    discard,
    draft,
    draft_behind,
    drafts,
    examine_as,
    findings,
    hand_in,
    life_of,
    save,
    send_back,
    take_over,
    whole_draft,
)
from workflows.engine.definitions.questions import find, get, get_drawn, latest, newest, version_of, versions
from workflows.engine.definitions.rules import Rejected, Version
from workflows.engine.definitions.tables import Definition, DiagramDraft
from workflows.engine.definitions.verbs import deploy, rehearse

__all__ = [
    "Definition",
    "DiagramDraft",
    "Rejected",
    "Version",
    "approve",
    "begin",
    "begin_new",
    "deploy",
    "discard",
    "draft",
    "draft_behind",
    "drafts",
    "examine_as",
    "find",
    "findings",
    "get",
    "get_drawn",
    "hand_in",
    "latest",
    "life_of",
    "newest",
    "rehearse",
    "save",
    "send_back",
    "take_over",
    "version_of",
    "versions",
    "whole_draft",
]
