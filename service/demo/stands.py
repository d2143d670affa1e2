"""Where the demo county's hazards stand today, and what goes wrong on their way there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from service.demo.lives import Answers

WAY = (
    "register confirm_registration issue_rectify ack_territory plan rectify verify confirm_verification apply town_review "
    "tracker_opinion sign draft_disclosure approve_disclosure"
).split()
DELAYS = {  # element → working days, from and to, until somebody does it
    "register": (0, 1),
    "confirm_registration": (0, 1),
    "issue_rectify": (0, 1),
    "issue_track": (0, 1),
    "ack_territory": (0, 1),
    "ack_sector": (0, 1),
    "reassign_territory": (1, 1),
    "name_tracker": (1, 3),
    "ack_tracker": (0, 1),
    "plan": (1, 3),
    "rectify": (5, 16),
    "verify": (1, 6),
    "confirm_verification": (0, 1),
    "apply": (1, 3),
    "town_review": (1, 3),
    "tracker_opinion": (1, 3),
    "sign": (1, 5),
    "draft_disclosure": (1, 4),
    "approve_disclosure": (1, 3),
    "feedback_territory": (0, 3),
    "feedback_sector": (0, 3),
}
FORGETFUL = {"feedback_territory": 8}  # misses a Thursday, reports later


@dataclass(frozen=True)
class Twist:
    """Something that does not go well: what is answered, and the elements it takes once more after one of them."""

    answers: Answers = field(default_factory=dict)
    after: str = ""
    again: tuple[str, ...] = ()
    delays: Mapping[str, int] = field(default_factory=dict)


def _sent_back(at: str, to: str, reason: str) -> Twist:
    """A return on a drawn arrow: from a review or the signature to an earlier element."""
    named = {"decision": to, "reason" if at == "sign" else "opinion": reason}
    target = "town_review" if to == "town" else to
    return Twist({at: [named]}, at, tuple(WAY[WAY.index(target) : WAY.index(at) + 1]))


FAIL = {"result": "FAIL", "check_items": ["person", "deadline", "none"], "opinion": "现场复查发现部分措施未落实，退回整改。"}
TWISTS = {
    "": Twist(),
    "immediate": Twist({"issue_rectify": [{"mode": "IMMEDIATE", "due_date": None}]}, delays={"rectify": 0, "name_tracker": 1}),
    "forgetful": Twist(delays=FORGETFUL),
    "redone": Twist(
        {"confirm_registration": [{"decision": "redo", "reason": "判定依据写得不够具体，请对照条款补充。"}]},
        "confirm_registration",
        ("register", "confirm_registration"),
    ),
    "refused": Twist(
        {"ack_territory": [{"decision": "refuse", "reason": "该企业在两村交界处，请先核实属地。"}]},
        "ack_territory",
        ("reassign_territory", "ack_territory"),
    ),
    "failed": Twist({"verify": [FAIL]}, "confirm_verification", ("rectify", "verify", "confirm_verification")),
    "failed twice": Twist({"verify": [FAIL, FAIL]}, "confirm_verification", ("rectify", "verify", "confirm_verification") * 2),
    "town to application": _sent_back("town_review", "apply", "小结未写明整改资金使用情况，请补充后重新申请。"),
    "town to rectification": _sent_back("town_review", "rectify", "照片看不出改造后的全貌，退回整改补充。"),
    "town to verification": _sent_back("town_review", "verify", "验收未对照判定条款，请重新验收。"),
    "tracker to application": _sent_back("tracker_opinion", "apply", "材料与现场不一致，请核对后重新申请。"),
    "tracker to verification": _sent_back("tracker_opinion", "verify", "县里抽查发现一处未到位，请重新验收。"),
    "signature to rectification": _sent_back("sign", "rectify", "整改标准偏低，请按规范要求继续整改。"),
    "signature to town": _sent_back("sign", "town", "请镇里补充对同类企业的排查意见。"),
    "disclosure redone": Twist(
        {"approve_disclosure": [{"decision": "redo", "reason": "公开内容请写明销号日期。"}]},
        "approve_disclosure",
        ("draft_disclosure", "approve_disclosure"),
    ),
    "tracker gone": Twist(),
    "lead gone": Twist(delays={"feedback_territory": 0, "feedback_sector": 0}),
    "listed": Twist(),
    "taken off": Twist(),
    "twice": Twist(delays={"issue_rectify": 9, "issue_track": 9}),  # it is gone before it is handed over
}


@dataclass(frozen=True)
class Stand:
    """Where a hazard waits today, since how many working days, and what went wrong on its way."""

    stops: str
    waited: int
    twist: str = ""
    due_days: int = 45  # days from the order to the deadline


@dataclass(frozen=True)
class Size:
    """How many hazards of each source are closed, and where the others stand; from how many days ago on."""

    closed: Mapping[str, int]
    open: Mapping[str, Sequence[Stand]]
    leads: bool = True  # beside them a few that have no number, or were no major hazards
    days: int = 0  # 0: since the first campaign began


_SELF_OPEN = (
    Stand("issue_rectify issue_track", 1),
    Stand("ack_territory", 1),
    Stand("plan", 2),
    Stand("plan", 5),
    Stand("rectify", 6),
    Stand("rectify", 12, "forgetful", 10),
    Stand("verify", 4),
    Stand("apply", 1),
    Stand("town_review", 3),
    Stand("tracker_opinion", 1),
    Stand("sign", 2),
)
_ENFORCE_OPEN = (
    Stand("issue_rectify issue_track", 2),
    Stand("ack_territory", 3),
    Stand("reassign_territory", 1, "refused"),
    Stand("ack_sector", 1),
    Stand("name_tracker plan", 1),
    Stand("plan", 1),
    Stand("plan", 3),
    Stand("rectify", 3),
    Stand("rectify", 22, "", 12),
    Stand("rectify", 9, "failed"),
    Stand("rectify", 35, "listed", 18),
    Stand("rectify", 5, "signature to rectification"),
    Stand("rectify", 8, "town to rectification", 30),
    Stand("verify", 2),
    Stand("verify", 8),
    Stand("verify", 3, "tracker to verification"),
    Stand("confirm_verification", 1),
    Stand("confirm_verification", 2),
    Stand("apply", 3),
    Stand("apply", 2, "town to application"),
    Stand("apply", 2, "lead gone"),
    Stand("town_review", 1),
    Stand("town_review", 5),
    Stand("tracker_opinion", 3, "tracker gone"),
    Stand("tracker_opinion", 2),
    Stand("sign", 1),
    Stand("sign", 5),
    Stand("sign", 7, "signature to town"),
)
FULL = Size({"SELF": 31, "ENFORCE": 70}, {"SELF": _SELF_OPEN, "ENFORCE": _ENFORCE_OPEN})  # AC-01
ONCE = ("tracker gone", "lead gone", "listed", "taken off", "twice")
ON_THE_WAY = tuple(each for each in TWISTS if each not in ONCE)
UNPUBLISHED = (Stand("draft_disclosure", 2), Stand("draft_disclosure", 6), Stand("approve_disclosure", 1))  # closed all the same
TAKEN_OFF = Stand("", 25, "taken off")  # closed, and once listed


LEADS: tuple[tuple[str, int, dict[str, str]], ...] = (  # where it waits, since how many working days, how it was decided
    ("register", 1, {}),
    ("register", 3, {}),
    ("confirm_registration", 1, {}),
    ("confirm_registration", 2, {}),
    ("", 30, {"decision": "downgrade", "reason": "现场核对不符合判定条款。", "station_opinion": "同意转一般台账。"}),
    ("", 50, {"decision": "reject", "reason": "现场核查未发现所述情况。"}),
)


# ---- the way ----------------------------------------------------------------------------------------------------------


def way_of(twist: Twist, *, is_immediate: bool) -> list[str]:
    """The elements a case goes through one after the other."""
    way = [element for element in WAY if not (is_immediate and element == "plan")]
    place = way.index(twist.after) + 1 if twist.after else 0
    return way[:place] + list(twist.again) + way[place:]


def stop_on(way: list[str], stop: str) -> tuple[int, int]:
    """(the place in the way where a case waits, how often it was there before)."""
    beside = {"ack_sector": "ack_territory", "name_tracker": "plan", "reassign_territory": "reassign_territory"}
    element = beside.get(stop, stop)
    places = [place for place, each in enumerate(way) if each == element]
    return places[-1], len(places) - 1
