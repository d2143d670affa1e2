"""The only door to SpiffWorkflow 3.2.0: read, begin, thaw, complete, fire, freeze. No session, no tables in here.

1. A version is read once per process and shared by all its instances and threads, read-only (`reading`).
2. An instance lives in memory for one step: thaw, complete or fire, freeze. Between steps it is a text (`codec`).
3. After every step the tree of tasks is contracted (`pruning`), so a case costs the same after 1 and after 300 rounds.
4. Where the library is wrong or slow, `library` says so and replaces it. The version is pinned: this code touches its
   private fields.

When not to trust it: a diagram that `engine.checks` refuses may run wrongly without a word.
"""

from workflows.engine.spiff.codec import freeze, thaw
from workflows.engine.spiff.reading import Element, Spec, read
from workflows.engine.spiff.running import (
    Armed,
    OpenTask,
    Run,
    World,
    armed,
    begin,
    complete,
    fire,
    open_tasks,
    rearm,
    tokens,
)

__all__ = [
    "Armed",
    "Element",
    "OpenTask",
    "Run",
    "Spec",
    "World",
    "armed",
    "begin",
    "complete",
    "fire",
    "freeze",
    "open_tasks",
    "read",
    "rearm",
    "thaw",
    "tokens",
]
