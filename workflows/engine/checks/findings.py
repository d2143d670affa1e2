"""What a check answers, and what it may know of the domain."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from workflows.engine import LoopRule


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with a diagram. `message` says to a process designer what is wrong and what to do."""

    severity: Literal["error", "warning"]
    element_id: str  # "" when it is about the whole file; form:KEY or form:KEY/FIELD when about a form
    rule: str  # a slug, for tests and for filtering
    message: str
    codes: str = ""  # what may be written there instead, for whoever edits the file by hand; pages let choose by name

    @property
    def in_full(self) -> str:
        """For the command line."""
        return self.message + self.codes


@dataclass(frozen=True)
class Known:
    """The words a diagram may use. `Known()` checks the structure only, for files of other tools."""

    task_steps: frozenset[str] = frozenset()
    service_steps: Mapping[str, frozenset[str]] = field(default_factory=dict)  # step → names of its parameters
    returns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # step → what it hands to the diagram → its name
    functions: frozenset[str] = frozenset()
    roles: Mapping[str, str] = field(default_factory=dict)  # Chinese name → code
    forms: frozenset[str] | None = None  # None: the forms are not at hand, do not check them
    units: frozenset[str] = frozenset()
    persons: frozenset[str] = frozenset()
    dues: frozenset[str] = frozenset()  # parameter names and moments of the domain, such as hazard.due_on
    duties: frozenset[str] = frozenset()
    options: frozenset[str] = frozenset()  # the lists a form may offer
    loop_rules: tuple[LoopRule, ...] = ()  # what the proof asks of a process that names a loop
    subjects: Mapping[str, str] = field(default_factory=dict)  # what a process may be about: code → Chinese name
    only: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict)  # ("verb", code) → the subjects it is for
    needs: Mapping[str, str] = field(default_factory=dict)  # function → the step without which it has no answer
    names: Mapping[tuple[str, str], str] = field(default_factory=dict)  # ("verb", code) → its Chinese name

    @property
    def is_empty(self) -> bool:
        """Whether only the structure can be checked."""
        return self == Known()


def error(element_id: str, rule: str, message: str, codes: str = "") -> Finding:
    """What keeps a diagram from being deployed."""
    return Finding("error", element_id, rule, message, codes)


def warning(element_id: str, rule: str, message: str, codes: str = "") -> Finding:
    """What a designer should look at, but may leave."""
    return Finding("warning", element_id, rule, message, codes)
