"""The only door to DBOS: effects outside the database, and daily schedules. DBOS is loaded when it is first needed.

An effect (mail, webhook, document, export) is enqueued in the caller's transaction: no commit, no effect; and whoever wrote
the row never waits for the network. After the commit a server or a worker runs it, and runs it *again* after a crash or a
failure; so an effect is written to be repeated. Rows it writes go into a transaction that asks `is_first`.

When not to use it: for deadlines (they are state, see timers.py), and for anything that can be a row in the same transaction.
"""

from workflows.engine import history
from workflows.engine.jobs.failures import Failure, count_given_up, failures, order_again
from workflows.engine.jobs.orders import daily, effect, enqueue, is_first
from workflows.engine.jobs.running import AT_ONCE, go_on, prepare, start, stop
from workflows.engine.jobs.tending import forget

__all__ = [
    "AT_ONCE",
    "Failure",
    "count_given_up",
    "daily",
    "effect",
    "enqueue",
    "failures",
    "forget",
    "go_on",
    "is_first",
    "order_again",
    "prepare",
    "start",
    "stop",
]

# The day's anchor over all chains of history (design §6), soon after midnight.
daily("history.anchor", 0, 10)(history.anchor)
