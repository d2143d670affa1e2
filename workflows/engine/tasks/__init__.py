"""Tasks as people meet them: the inbox, claiming, drafts, and completing.

A task is addressed to posts. A person sees the tasks of the posts he holds today, of those he stands in for, and those with
his name on them.
"""

from workflows.engine.tasks.questions import (
    COUNTED_TO,
    NOT_FOUND,
    Counts,
    Inbox,
    Row,
    count_open,
    counts,
    done_steps,
    faults,
    find_draft,
    get,
    inbox,
    is_shared,
    open_of,
    posts_of,
    principal_of,
    schema,
    submissions,
    why_not,
    with_forms,
    with_verb,
)
from workflows.engine.tasks.tables import Submission, TaskDraft
from workflows.engine.tasks.verbs import claim, clear_drafts, complete, complete_together, release, save_draft

__all__ = [
    "COUNTED_TO",
    "NOT_FOUND",
    "Counts",
    "Inbox",
    "Row",
    "Submission",
    "TaskDraft",
    "claim",
    "clear_drafts",
    "complete",
    "complete_together",
    "count_open",
    "counts",
    "done_steps",
    "faults",
    "find_draft",
    "get",
    "inbox",
    "is_shared",
    "open_of",
    "posts_of",
    "principal_of",
    "release",
    "save_draft",
    "schema",
    "submissions",
    "why_not",
    "with_forms",
    "with_verb",
]
