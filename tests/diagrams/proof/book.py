"""Sixty-odd small diagrams with known verdicts: half of them sound, half broken in one way each.

The rules of the loop "test" are: X only after Y since the last Z; W only after U or where `kind() == 'fast'`; and every case
that does not leave by Q does M before it ends.
"""

from tests.diagrams.proof.notation import Drawing
from workflows.engine import END, LoopRule


def rule(what: str, after: tuple[str, ...], since: tuple[str, ...] = ()) -> LoopRule:
    """A rule of the loop "test", told in the words themselves."""
    lacking = after[0]
    return LoopRule("test", frozenset({what}), frozenset(after), frozenset(since), f"{what}须在{{}}之后", lacking, "试验")


RULES = (
    rule("X", ("Y",), ("Z",)),
    rule("W", ("U", "if:kind() == 'fast'", "if:kind() != 'slow'")),
    rule(END, ("M", "Q")),
)


def plain(line: str, **parts: str) -> Drawing:
    """A diagram that names no loop."""
    return Drawing(line, parts)


def loop(line: str, **parts: str) -> Drawing:
    """A diagram of the loop "test", which passes M on its way out unless its line says otherwise."""
    return Drawing(line if "M" in line or "Q" in line else line.replace("> e", "> M > e"), parts, loop="test")


# Five branches of three tasks side by side: 1,025 states.
WIDE = plain("s > p1 ; " + " ; ".join(f"p1 > A{n} > B{n} > C{n} > p2" for n in range(1, 6)) + " ; p2 > e")

SOUND = {
    # ---- order, choice, repetition
    "a row": plain("s > A > do1 > B > e"),
    "a choice": plain("s > A > x1 ; x1 > B > x2 ; x1 > C > x2 ; x2 > e"),
    "a choice of ends": plain("s > A > x1 ; x1 > B > e1 ; x1 > e2"),
    "a way past": plain("s > A > x1 ; x1 > B > x2 ; x1 > x2 ; x2 > e"),
    "rework": plain("s > x1 > A > x2 ; x2 > x1 ; x2 > e"),
    "rework in rework": plain("s > x1 > A > x2 > B > x3 ; x3 > x1 ; x3 > x2 ; x3 > e"),
    # ---- side by side
    "both": plain("s > p1 ; p1 > A > p2 ; p1 > B > p2 ; p2 > e"),
    "three, one empty": plain("s > p1 ; p1 > A > p2 ; p1 > B > p2 ; p1 > p2 ; p2 > e"),
    "both in both": plain("s > p1 ; p1 > A > p2 ; p1 > p3 ; p3 > B > p4 ; p3 > C > p4 ; p4 > p2 ; p2 > e"),
    "rework beside work": plain("s > p1 ; p1 > x1 > A > x2 ; x2 > x1 ; x2 > p2 ; p1 > B > p2 ; p2 > e"),
    "both, again and again": plain("s > x1 > p1 ; p1 > A > p2 ; p1 > B > p2 ; p2 > x2 ; x2 > x1 ; x2 > e"),
    "both, each with an end of its own": plain("s > p1 ; p1 > A > e1 ; p1 > B > e2"),
    "both at once, each to an end of its own": plain("s > p1 ; p1 > do1 > e1 ; p1 > do2 > e2"),
    "both at once, joined": plain("s > p1 ; p1 > do1 > p2 ; p1 > do2 > p2 ; p2 > e"),
    "both come to one end": plain("s > p1 ; p1 > A > x1 ; p1 > B > x1 ; x1 > e"),
    # ---- inclusive, event-based
    "some": plain("s > A > i1 ; i1 > B > i2 ; i1 > C > i2 ; i1 > D > i2 ; i2 > e"),
    "some, one goes astray": plain("s > A > i1 ; i1 > B > x1 ; x1 > e1 ; x1 > i2 ; i1 > C > i2 ; i2 > e2"),
    "some, again": plain("s > x1 > A > i1 ; i1 > B > i2 ; i1 > C > i2 ; i2 > D > x2 ; x2 > x1 ; x2 > e"),
    "both, joined as some": plain("s > p1 ; p1 > A > i1 ; p1 > B > i1 ; i1 > e"),
    "the first of two moments": plain("s > v1 ; v1 > t1 > A > x1 ; v1 > t2 > x1 ; x1 > e"),
    # ---- several instances
    "several at once": plain("s > A > B* > C > e"),
    "several at once until the first no": plain("s > A > B*? > x1 ; x1 > C > x2 ; x1 > x2 ; x2 > e"),
    "several in turn": plain("s > B** > e"),
    "several in turn until the first no, again": plain("s > x1 > B**? > x2 ; x2 > x1 ; x2 > e"),
    # ---- sub-processes, called processes, timers
    "a sub-process": plain("s > sub1 > B > e", sub1="s1 > A > e1"),
    "a sub-process with two ends": plain("s > sub1 > e", sub1="s1 > p1 ; p1 > A > e1 ; p1 > B > e2"),
    "a duty beside the work, ended by terminate": plain(
        "s > sub1 > B > e", sub1="s1 > p1 ; p1 > A > k1 ; p1 > x1 > t1 > D > x1"
    ),
    "a join that gives a token back": plain(
        "s > sub1 > e", sub1="s1 > p1 ; p1 > x1 > A > p2 ; p1 > B > x2 > p2 ; p2 > p3 ; p3 > x2 ; p3 > C > x3 ; x3 > x1 ; x3 > k1"
    ),
    "a called process": plain("s > call1 > B > e", call1="s1 > A > e1"),
    "one called twice, in two calls": plain("s > p1 ; p1 > call1 > p2 ; p1 > sub1 > p2 ; p2 > e", call1="s1 > A > e1", sub1="s2 > C > e2"),
    "a call in a sub-process in rework": plain("s > x1 > sub1 > x2 ; x2 > x1 ; x2 > e", sub1="s1 > call1 > e1", call1="s2 > A > x3 ; x3 > e2 ; x3 > e3"),
    "a timer interrupts": plain("s > A > x1 ; b1@A > B > x1 ; x1 > e"),
    "a timer interrupts a sub-process": plain("s > sub1 > x1 ; b1@sub1 > B > x1 ; x1 > e", sub1="s1 > p1 ; p1 > A > p2 ; p1 > C > p2 ; p2 > e1"),
    "a timer interrupts several": plain("s > A*? > x1 ; b1@A > x1 ; x1 > e"),
    "a timer beside": plain("s > A > e1 ; n1@A > B > e2"),
    "a timer beside, in a sub-process of its own": plain("s > x1 > sub1 > x2 ; x2 > x1 ; x2 > e", sub1="s1 > A > e1 ; n1@A > B > e2"),
    "terminate ends what is open": plain("s > p1 ; p1 > A > k1 ; p1 > B > e"),
    # ---- loop rules
    "X after Y": loop("s > Z > Y > X > e"),
    "X after Y in every round": loop("s > x1 > Z > Y > X > x2 ; x2 > x1 ; x2 > e"),
    "back to behind Z": loop("s > Z > x1 > Y > X > x2 ; x2 > x1 ; x2 > e"),
    "two Y after one another": loop("s > Z > Y > Y2 > X > e"),
    "Y on each way": loop("s > Z > x1 ; x1 > Y > x2 ; x1 > Y2 > x2 ; x2 > X > e"),
    "Y beside, joined before X": loop("s > Z > p1 ; p1 > Y > p2 ; p1 > A > p2 ; p2 > X > e"),
    "Y in a called process": loop("s > Z > call1 > X > e", call1="s1 > Y > e1"),
    "everything in called processes": loop("s > call1 > call2 > e", call1="s1 > Z > Y > e1", call2="s2 > X > e2"),
    "Y by all members": loop("s > Z > Y* > X > e"),
    "Y by all members in turn": loop("s > Z > Y**? > X > e"),
    "leaving by Q": loop("s > A > x1 ; x1 > Q > e1 ; x1 > M > e2"),
    "M twice is M": loop("s > A > x1 ; x1 > M > e1 ; x1 > M2 > e2"),
    "W without U where it is fast": loop("s > x1 ; x1 > x2 : kind() == 'fast' ; x1 > U > x2 ; x2 > W > e"),
    "W without U where it is not slow": loop("s > x1 ; x1 > U > x2 : kind() == 'slow' ; x1 > x2 ; x2 > W > e"),
}

# name → (what is wrong, at which element, after how many acts, the diagram)
BROKEN = {
    # ---- deadlocks
    "a choice joined as both": ("deadlock", "p1", 1, plain("s > A > x1 ; x1 > B > p1 ; x1 > p1 ; p1 > e")),
    "the first moment joined as both": ("deadlock", "p1", 1, plain("s > v1 ; v1 > t1 > p1 ; v1 > t2 > p1 ; p1 > e")),
    "some joined as both": ("deadlock", "p1", 2, plain("s > A > i1 ; i1 > B > p1 ; i1 > C > p1 ; p1 > e")),
    "a timer's way joined as both": ("deadlock", "p1", 1, plain("s > A > p1 ; b1@A > p1 ; p1 > e")),
    "two joins wait for each other": (
        "deadlock",
        "p2",
        2,
        plain("s > p1 ; p1 > A > p2 ; p1 > B > p3 ; p2 > p4 ; p4 > p3 ; p4 > e1 ; p3 > p5 ; p5 > p2 ; p5 > e2"),
    ),
    "a deadlock in a called process": (
        "deadlock",
        "p1",
        1,
        plain("s > call1 > e", call1="s1 > A > x1 ; x1 > B > p1 ; x1 > p1 ; p1 > e1"),
    ),
    "a deadlock in a sub-process": ("deadlock", "p1", 0, plain("s > sub1 > e", sub1="s1 > x1 ; x1 > A > p1 ; x1 > p1 ; p1 > e1")),
    # ---- tokens left behind
    "one goes astray from both": ("leftover", "p2", 2, plain("s > p1 ; p1 > A > x1 ; x1 > p2 ; x1 > e1 ; p1 > B > p2 ; p2 > e2")),
    "a member's way leaves the join": (
        "leftover",
        "p2",
        2,
        plain("s > p1 ; p1 > A*? > x1 ; x1 > e1 ; x1 > p2 ; p1 > B > p2 ; p2 > e2"),
    ),
    "a token left in a sub-process": (
        "leftover",
        "p2",
        2,
        plain("s > sub1 > e", sub1="s1 > p1 ; p1 > A > x1 ; x1 > p2 ; x1 > e1 ; p1 > B > p2 ; p2 > e2"),
    ),
    # ---- livelocks
    "round and round": ("livelock", "A2", 1, plain("s > A > x1 ; x1 > e ; x1 > x2 > A2 > x2")),
    "a duty without a terminate end": ("livelock", "t1", 1, plain("s > p1 ; p1 > A > e1 ; p1 > x1 > t1 > x1")),
    "a duty in a sub-process without it": (
        "livelock",
        "D",
        1,
        plain("s > sub1 > e", sub1="s1 > p1 ; p1 > A > e1 ; p1 > x1 > t1 > D > x1"),
    ),
    "several for ever": ("livelock", "A", 0, plain("s > x1 > A** > x2 ; x2 > x1 ; x2 > B > x1 ; x3 > e")),
    "a join in vain beside a duty": (
        "livelock",
        "p2",
        1,
        plain("s > sub1 > e", sub1="s1 > p1 ; p1 > x1 > t1 > x1 ; p1 > A > x2 ; x2 > B > p2 ; x2 > p2 ; p2 > k1"),
    ),
    # ---- more and more tokens
    "both come to one task": ("unsafe", "C", 2, plain("s > p1 ; p1 > A > x1 ; p1 > B > x1 ; x1 > C > e")),
    "both meet at once, and only an end follows": ("unsafe", "x1", 0, plain("s > p1 ; p1 > do1 > x1 ; p1 > do2 > x1 ; x1 > e")),
    "a fork in a loop": ("unsafe", "B", 2, plain("s > x1 > A > p1 ; p1 > x1 ; p1 > B > e")),
    "some come to one task": ("unsafe", "D", 3, plain("s > A > i1 ; i1 > B > x1 ; i1 > C > x1 ; i1 > x1 ; x1 > D > e")),
    "a timer beside comes back in": ("unsafe", "A", 1, plain("s > x1 > A > e ; n1@A > x1")),
    "a timer beside, in rework": ("unsafe", "B", 3, plain("s > x1 > A > x2 ; x2 > x1 ; x2 > e1 ; n1@A > B > e2")),
    "both come to one task of several in turn": ("unsafe", "C", 2, plain("s > p1 ; p1 > A > x1 ; p1 > B > x1 ; x1 > C** > e")),
    "both into a sub-process": ("unsafe", "sub1", 1, plain("s > p1 ; p1 > x1 ; p1 > B > x1 ; x1 > sub1 > e", sub1="s1 > A > e1")),
    "both into a call": ("unsafe", "call1", 1, plain("s > p1 ; p1 > x1 ; p1 > B > x1 ; x1 > call1 > e", call1="s1 > A > e1")),
    "both into one place of a join": ("unsafe", "i1", 2, plain("s > p1 ; p1 > A > x1 ; p1 > B > x1 ; x1 > i1 ; p1 > C > i1 ; i1 > e")),
    # ---- elements nobody passes
    "terminated before it begins": ("dead", "A", 0, plain("s > p1 ; p1 > A > e ; p1 > k1")),
    "no arrow leads there": ("dead", "B", 0, plain("s > A > e ; B > e2")),
    "a circle of its own": ("dead", "x1", 0, plain("s > A > e ; x1 > B > C > x1")),
    "behind a join that terminate forestalls": (
        "dead",
        "B",
        0,
        plain("s > p1 ; p1 > A > k1 ; p1 > C > p2 ; p1 > p3 ; p3 > p2 ; p2 > k2 ; B > e"),
    ),
    # ---- loop rules
    "X without Y": ("loop", "X", 1, loop("s > Z > X > e")),
    "X before Y": ("loop", "X", 1, loop("s > Z > X > Y > e")),
    "a way round Y": ("loop", "X", 1, loop("s > Z > x1 ; x1 > Y > x2 ; x1 > x2 ; x2 > X > e")),
    "Z again after Y": ("loop", "X", 3, loop("s > Z > Y > Z2 > X > e")),
    "back to Z, then past Y": (
        "loop",
        "X",
        4,
        loop("s > x1 > Z > x2 ; x2 > Y > x3 > X > x4 ; x4 > x1 ; x4 > e ; x2 > A > Y2 > Z2 > x3"),
    ),
    "Y beside X": ("loop", "X", 0, loop("s > p1 ; p1 > Y > p2 ; p1 > X > p2 ; p2 > e")),
    "Z beside, still open": ("loop", "X", 2, loop("s > Y > p1 ; p1 > Z > p2 ; p1 > A > X > p2 ; p2 > e")),
    "Y interrupted": ("loop", "X", 2, loop("s > Z > Y > x1 ; b1@Y > x1 ; x1 > X > e")),
    "Y in a call that may skip it": ("loop", "X", 1, loop("s > Z > call1 > X > e", call1="s1 > x1 ; x1 > Y > x2 ; x1 > x2 ; x2 > e1")),
    "X in a call, Y not": ("loop", "X", 1, loop("s > Z > call1 > e", call1="s1 > X > e1")),
    "Z by several after Y": ("loop", "X", 2, loop("s > Y > Z* > X > e")),
    "Y only where somebody chose it": ("loop", "X", 3, loop("s > Z > A > i1 ; i1 > Y > i2 ; i1 > B > i2 ; i2 > X > e")),
    "an end without M": ("loop", "e1", 1, loop("s > A > x1 ; x1 > e1 ; x1 > M > e2")),
    "no M at all": ("loop", "e", 1, Drawing("s > A > e", loop="test")),
    "terminate before M": ("loop", "k1", 1, loop("s > p1 ; p1 > A > k1 ; p1 > M > e")),
    "W without U": ("loop", "W", 0, loop("s > x1 ; x1 > U > x2 : kind() == 'fast' ; x1 > x2 ; x2 > W > e")),
    "W without U on some ground": ("loop", "W", 0, loop("s > x1 ; x1 > U > x2 ; x1 > x2 ; x2 > W > e")),
}
