"""Generic BPM over SpiffWorkflow. It does not know what a hazard is: `Rules` tells it all that it may ask."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, NamedTuple

from sqlalchemy.orm import Session


class Post(NamedTuple):
    """A post (岗位): a role held at a unit."""

    role: str
    unit_id: int


def own(person_id: int) -> Post:
    """The place at which one person alone is asked, beside a task's posts; no role and no unit bear its words."""
    return Post("PERSON", person_id)


class Subject(NamedTuple):
    """What an instance is about: ("hazard", 17)."""

    kind: str
    id: int


@dataclass(frozen=True)
class Caller:
    """Who acts, as values: the posts he holds today, and those of the persons he stands in for today (principal's id → posts)."""

    person_id: int
    posts: frozenset[Post] = frozenset()
    stands_in: Mapping[int, frozenset[Post]] = field(default_factory=dict)

    @property
    def all_posts(self) -> frozenset[Post]:
        """His own posts and those he stands in for."""
        return self.posts.union(*self.stands_in.values())

    @property
    def places(self) -> Mapping[int, frozenset[Post]]:
        """Where tasks may wait for him: his own posts and name, and those of each person he stands in for; by person's id."""
        held = {self.person_id: self.posts, **self.stands_in}
        return {person_id: posts | {own(person_id)} for person_id, posts in held.items()}

    @property
    def all_places(self) -> frozenset[Post]:
        """All of them together."""
        return frozenset().union(*self.places.values())


@dataclass(frozen=True)
class Cause:
    """What made a step run. `what` is ("task", id), ("timer", element id), ("instance", id) when the case begins, or
    ("calendar", 0) when its terms are counted anew."""

    what: tuple[str, int | str]
    at: datetime
    by: int | None = None
    on_behalf_of: int | None = None


@dataclass(frozen=True)
class Want:
    """What a diagram says about who should do a task: its properties `role`, `unit`, `person`, `duty`, and its lane's name,
    which is a role's where no role is given; `index` counts a multi-instance task's instances from 0."""

    element_id: str
    roles: tuple[str, ...]
    lane: str
    unit: str
    person: str
    duty: str
    index: int


@dataclass(frozen=True)
class Address:
    """Whose task it is: posts, or one named person. `note` tells a readdressing, `blocked` why nobody may do it (受阻).

    A place made by `own` stands among the posts for a person who is asked beside them: whoever claims it first has it.
    """

    posts: frozenset[Post] = frozenset()
    person_id: int | None = None
    note: str = ""
    blocked: str = ""


@dataclass(frozen=True)
class Due:
    """When a task is due and which law, plan or local parameter says so."""

    at: datetime
    source: str


@dataclass(frozen=True)
class Step:
    """A named Python function that a diagram may call.

    of "task":    call(session, thing, *, by, on_behalf_of, task, data) → dict of scalars | None    (by: person id)
    of "service": call(session, thing, *, cause, **parameters) → dict of scalars | None
    """

    call: Callable[..., Mapping[str, Any] | None]
    title: str
    of: Literal["task", "service"]
    parameters: Mapping[str, str] = field(default_factory=dict)
    returns: Mapping[str, str] = field(default_factory=dict)  # name → what people call it: the diagram may ask for it by name


END = "end"


@dataclass(frozen=True)
class LoopRule:
    """What the proof demands of every process that says loop="…": `what` only after `after` since the last `since`.

    Each is a set of words, any of which counts. A word is what an element calls, so that elements may be renamed, moved and
    doubled: a verb, a step, "duty:V"; "if:one_person()" is an arrow taken because this holds; END is the end of the case.
    """

    loop: str
    what: frozenset[str]
    after: frozenset[str]
    since: frozenset[str]  # empty: since the case began
    demand: str  # the rule as a sentence: 县签字须在验收通过之后; {} stands for what is lacking
    lacking: str  # what `after` is called: 验收通过
    source: str  # which article or invariant demands it


@dataclass(frozen=True)
class Rules:
    """All that the engine knows of the domain, handed over once at start. A thing (`Any`) is what `subject` loads.

    `forbidden(session, pairs, person)` tells which of the (subject, duty) pairs this person may not bear, and why;
    `stands_at(session, person, posts)` whether he stands at one of these posts today, for himself or for somebody else.
    `keep_files(session, thing, task, files by field, person)` keeps what a form brings and the step it names did not take.
    """

    subject: Callable[[Session, Subject], Any]
    title: Callable[[Any], str]
    steps: Mapping[str, Step]
    functions: Mapping[str, Callable[[Session, Any], Any]]
    options: Mapping[str, Callable[[Session, Any], list[tuple[str, str]]]]
    address: Callable[[Session, Any, Want], Address]
    due: Callable[[Session, Any, str, datetime], Due | None]
    forbidden: Callable[[Session, Collection[tuple[Subject, str]], int], Mapping[tuple[Subject, str], str]]
    stands_at: Callable[[Session, int, Collection[Post]], bool]
    loop_rules: tuple[LoopRule, ...] = ()
    keep_files: Callable[[Session, Any, Any, Mapping[str, list[str]], int], None] = lambda *_: None
