"""The open tasks that wait for a person, as statements: a source for each name in which he acts and for each post.

Every look at an inbox asks them, and to put one together takes ten times as long as to run it. So each is put together once
for so many names, so many posts and such filters; the names, the posts and what the filters look for go in as parameters.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    Subquery,
    and_,
    bindparam,
    case,
    func,
    literal,
    or_,
    select,
    tuple_,
    union,
)

from workflows.engine import Caller, Post
from workflows.engine.worklist import Task, TaskPost

SHAPES = 100  # statements of each kind that are kept: few people hold the same number of posts

FILTERS: Mapping[str, ColumnElement[bool]] = {
    "search": or_(*(column.icontains(bindparam("search"), escape="/") for column in (Task.title, Task.name))),
    "step": Task.name == bindparam("step"),
    "verb": Task.verb == bindparam("verb"),
    "duties": Task.duty.in_(bindparam("duties", expanding=True)),
    "but": tuple_(Task.subject_kind, Task.subject_id).not_in(bindparam("but", expanding=True)),
}
"""What a list may be narrowed by, by the name of its parameter."""


class Shape(NamedTuple):
    """What tells one statement from another: how many names are asked, how many posts at which the caller is alone and how many
    that he shares, and the names of the filters."""

    names: int
    alone: int
    shared: int
    filters: frozenset[str]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to ask: a box may hold nobody's tasks."""
        return not (self.names or self.alone or self.shared)


def shape_of(caller: Caller, box: str, filters: Mapping[str, Any], alone: Collection[Post] = ()) -> tuple[Shape, dict[str, Any]]:
    """How the caller asks for a box, "mine" (in his name, or in that of whom he stands in for; where he is alone), "posts" (the
    other posts) or "all", with the parameters that go with it. `filters`: what they look for, by the name of the parameter."""
    is_mine, is_posts = box in ("mine", "all"), box in ("posts", "all")
    names = (caller.person_id, *caller.stands_in) if is_mine else ()
    posts = sorted(caller.all_places)
    own, shared = (
        [post for post in posts if post in alone and is_mine],
        [post for post in posts if post not in alone and is_posts],
    )
    values: dict[str, Any] = {f"person{n}": person for n, person in enumerate(names)}
    for n, post in enumerate((*own, *shared)):
        values |= {f"role{n}": post.role, f"unit{n}": post.unit_id}
    return Shape(len(names), len(own), len(shared), frozenset(filters)), {**values, **filters}


@lru_cache(SHAPES)
def page(shape: Shape) -> Select[Any]:
    """The first due tasks, up to `limit`."""
    found = _found(shape, is_limited=True)
    ids = select(found.c.id).order_by(found.c.due_key, found.c.id).limit(_LIMIT)
    return select(Task).where(Task.id.in_(ids)).order_by(Task.due_key, Task.id)


@lru_cache(SHAPES)
def every(shape: Shape) -> Select[Any]:
    """All of them, the first due first."""
    found = _found(shape, is_limited=False)
    return select(Task).where(Task.id.in_(select(found.c.id))).order_by(Task.due_key, Task.id)


@lru_cache(SHAPES)
def figures(shape: Shape) -> Select[Any]:
    """By box and step: how many tasks, how many of them are late `now`, how many will be by `soon`; of each source the first
    due are counted, up to `limit`."""
    found = _found(shape, is_limited=True)
    now: Any = bindparam("now")
    soon: Any = bindparam("soon")
    in_time = (found.c.due_key < now, and_(found.c.due_key >= now, found.c.due_key < soon))
    counted = (func.sum(case((which, 1), else_=0)) for which in in_time)
    of_step = select(found.c.box, Task.name, func.count(), *counted).join(Task, Task.id == found.c.id)
    return of_step.group_by(found.c.box, Task.name)


_LIMIT = bindparam("limit", type_=Integer)


def _found(shape: Shape, *, is_limited: bool) -> Subquery:
    """What the sources hold, each task once, in the caller's box before that of his posts. Each source is an equality look-up on
    an index that holds its tasks in the order in which they are due."""
    sources = [_in_name(n, shape.filters) for n in range(shape.names)]
    sources += [_at_post(n, "mine" if n < shape.alone else "posts", shape.filters) for n in range(shape.alone + shape.shared)]
    each = union(*(select((source.limit(_LIMIT) if is_limited else source).subquery()) for source in sources)).subquery()
    once = select(each.c.id, each.c.due_key, func.min(each.c.box).label("box")).group_by(each.c.id, each.c.due_key)
    return once.subquery()


def _in_name(n: int, filters: Collection[str]) -> Select[int, datetime, str]:
    mine = select(Task.id, Task.due_key, literal("mine").label("box"))
    mine = mine.where(Task.assignee_id == bindparam(f"person{n}"), Task.status == "OPEN", *narrowing(filters))
    return mine.where(*_span(Task.due_key, Task.id, filters)).order_by(Task.due_key, Task.id)


def _at_post(n: int, box: str, filters: Collection[str]) -> Select[int, datetime, str]:
    """The span stands on the post's own key, where its index knows it; only other filters need the task."""
    at, id = TaskPost, TaskPost.task_id
    waiting = select(id.label("id"), at.due_key, literal(box).label("box"))
    waiting = waiting.where(at.role == bindparam(f"role{n}"), at.unit_id == bindparam(f"unit{n}"), at.state == "WAITING")
    if narrowed := list(narrowing(filters)):
        waiting = waiting.join(Task, Task.id == id).where(*narrowed)
    return waiting.where(*_span(at.due_key, id, filters)).order_by(at.due_key, id)


def narrowing(filters: Collection[str]) -> Iterator[ColumnElement[bool]]:
    """The conditions on a task."""
    return (condition for name, condition in FILTERS.items() if name in filters)


def _span(key: Any, id: Any, filters: Collection[str]) -> Iterator[ColumnElement[bool]]:
    """The conditions on when it is due: from, before, and behind the last one of the page before."""
    if "since" in filters:
        yield key >= bindparam("since")
    if "until" in filters:
        yield key < bindparam("until")
    if "after" in filters:
        yield or_(key > bindparam("after"), and_(key == bindparam("after"), id > bindparam("after_id")))
