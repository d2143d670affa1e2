"""Urges (督促升级, P16): 提示卡 → 督办单 → 督促函 → 整改指令, by working days after the deadline or by Thursdays missed in a row.

The system begins them: the loop's reminders set the level of what is late (`reminders`), the Thursday reports tell what was
missed (`thursdays`). Each level comes once per deadline or week. Whom it is against can neither sign nor stop it: its diagram
has no way out but receipt and answer, an answer puts no hazard right, and the clock that brings the next level runs in the
loop. It ends from outside alone, when what it asks for is there: the verification passed, the missed report handed in, the
hazard voided.
"""

from workflows.urges.questions import (
    address,
    among,
    count_open,
    due,
    get,
    get_for,
    late_without,
    level,
    of,
    page,
    papers_of,
    persons,
    receivers,
    seen,
)
from workflows.urges.rules import GROUNDS, PROCESS, TALKS, in_a_row, level_of_misses, reason, state, title
from workflows.urges.tables import Urge
from workflows.urges.verbs import (
    answer_urge,
    begin_for_deadline,
    begin_for_week,
    end,
    hold_talk,
    issue_urge,
    receive_copy,
    receive_urge,
    sign_urge,
)

__all__ = [
    "GROUNDS",
    "PROCESS",
    "TALKS",
    "Urge",
    "address",
    "among",
    "answer_urge",
    "begin_for_deadline",
    "begin_for_week",
    "count_open",
    "due",
    "end",
    "get",
    "get_for",
    "hold_talk",
    "in_a_row",
    "issue_urge",
    "late_without",
    "level",
    "level_of_misses",
    "of",
    "page",
    "papers_of",
    "persons",
    "reason",
    "receive_copy",
    "receive_urge",
    "receivers",
    "seen",
    "sign_urge",
    "state",
    "title",
]
