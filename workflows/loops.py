"""The closed loop as rules for diagrams: what the proof asks of every process that says loop="hazard" (INV-2, 3, 8, 17).

They speak of verbs, steps and duties, never of element ids, so a designer may rename, move and double elements: after a
second verification the newest one counts, in a called process as well as in the main one. At run time the same holds again
in the verbs, on the record itself (`closures.faults`); there it also counts who, how many and which photos.

People read 闭环规则第 2 条 for INV-2; the whole list stands beside each proof (发布审批).
"""

from workflows.engine import END, LoopRule

LOOP = "hazard"

# Whatever of this happens makes what was found before it worthless.
REWORK = ("finish_rectification", "duty:V", "fail_verification")
# A case that never became a major hazard of its own.
EXITS = ("downgrade_hazard", "reject_lead", "merge_hazard")


def _only(what: str, *after: str, since: tuple[str, ...] = (), says: tuple[str, str, str]) -> LoopRule:
    """`what` only after one of `after`, since the last of `since`. `says`: the demand, what is lacking, and who demands it."""
    return LoopRule(LOOP, frozenset({what}), frozenset(after), frozenset(since), *says)


# A hazard that was closed before has its number already: of its new round, the registration alone is asked no more.
REOPENED = "if:reopened()"


def _mandatory(node: str, *after: str) -> LoopRule:
    """Every way to an end passes this node, save those that leave by an exit."""
    return _only(END, *after, *EXITS, says=("办结以前必须有{}", node, "闭环规则第 17 条"))


LOOP_RULES = (
    _only(
        "pass_verification",
        "verify",
        since=("finish_rectification", "fail_verification"),
        says=("验收通过须在整改后的现场验收之后", "现场验收", "闭环规则第 2 条"),
    ),
    _only(
        "pass_verification",
        "confirm_verification",
        since=("finish_rectification", "fail_verification", "verify"),
        says=("验收通过须在成员确认之后", "成员确认", "闭环规则第 2 条"),
    ),
    _only(
        "fail_verification",
        "if:result() == 'FAIL'",
        "if:result() != 'PASS'",
        "if:agree == 'no'",
        "if:agree != 'yes'",
        since=("verify",),
        says=("验收合格的不能按不通过退回", "不合格的验收结论", "闭环第⑧步"),
    ),
    _only(
        "sign_closure",
        "pass_verification",
        since=REWORK,
        says=("县签字须在最近一次整改、验收合格之后", "验收通过", "闭环规则第 2 条"),
    ),
    _only("sign_closure", "review_in_town", since=REWORK, says=("县签字须在镇审核之后", "镇审核", "闭环第⑩、⑫步")),
    _only("sign_closure", "give_tracking_opinion", since=REWORK, says=("县签字须在县跟踪意见之后", "县跟踪意见", "闭环第⑪、⑫步")),
    _only("close_hazard", "sign_closure", since=REWORK, says=("销号须在县签字之后", "县签字", "闭环规则第 2 条")),
    _only(
        "apply_for_closure",
        "pass_verification",
        since=REWORK,
        says=("申请销号须在最近一次整改、验收合格之后", "验收通过", "闭环规则第 2 条"),
    ),
    _only(
        "apply_for_closure",
        "acknowledge_as_territory",
        since=("issue_for_rectification", "reassign_territory"),
        says=("申请销号须在属地签收之后", "属地签收", "闭环规则第 3 条"),
    ),
    _only(
        "apply_for_closure",
        "acknowledge_as_sector",
        "if:one_person()",
        since=("issue_for_rectification", "reassign_sector"),
        says=("申请销号须在行业签收之后", "行业签收", "闭环规则第 3 条"),
    ),
    _only(
        "apply_for_closure",
        "complete_rectify_handover",
        since=("issue_for_rectification",),
        says=("申请销号须在移交一完成之后", "移交一完成", "闭环规则第 3 条"),
    ),
    _only(
        "apply_for_closure",
        "complete_track_handover",
        since=("issue_for_tracking",),
        says=("申请销号须在移交二完成之后", "移交二完成", "闭环规则第 3 条"),
    ),
    _only(
        "apply_for_closure",
        "acknowledge_as_tracker",
        since=("issue_for_tracking", "name_tracker", "name_tracker_instead"),
        says=("申请销号须在县跟踪人签收之后", "跟踪人签收", "闭环规则第 3 条"),
    ),
    _only(
        "complete_rectify_handover",
        "issue_for_rectification",
        says=("移交一完成须在移交一签发之后", "移交一签发", "闭环第③步"),
    ),
    _only(
        "complete_track_handover",
        "issue_for_tracking",
        says=("移交二完成须在移交二签发之后", "移交二签发", "闭环第④步"),
    ),
    _only(
        "finish_rectification",
        "submit_plan",
        "if:mode() == 'IMMEDIATE'",
        "if:mode() != 'DEADLINE'",
        since=("issue_for_rectification",),
        says=("限期整改须在五落实方案齐全之后", "整改方案", "闭环规则第 8 条"),
    ),
    _only(
        "approve_disclosure",
        "draft_disclosure",
        since=("close_hazard",),
        says=("公开审定须在公开拟稿之后", "公开拟稿", "闭环第⑬步"),
    ),
    _only("approve_disclosure", "close_hazard", says=("公开须在销号之后", "销号", "闭环第⑬步")),
    _only("archive_hazard", "approve_disclosure", since=("close_hazard",), says=("归档须在公开之后", "公开审定", "闭环第⑭步")),
    *(
        _only(
            exit,
            "decide_registration",
            since=("issue_for_rectification", "issue_for_tracking"),
            says=("不按重大隐患办理的，须由主任核定，且在移交以前", "主任核定", "闭环第②步"),
        )
        for exit in EXITS
    ),
    _mandatory("登记", "decide_registration", REOPENED),
    _mandatory("移交一", "complete_rectify_handover"),
    _mandatory("移交二", "complete_track_handover"),
    _mandatory("整改", "finish_rectification"),
    _mandatory("验收", "pass_verification"),
    _mandatory("镇审核", "review_in_town"),
    _mandatory("县签字", "sign_closure"),
    _mandatory("销号", "close_hazard"),
    _mandatory("公开", "approve_disclosure"),
    _mandatory("归档", "archive_hazard"),
)
