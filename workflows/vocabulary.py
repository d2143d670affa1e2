"""What a process designer may choose from, each with its Chinese name: he chooses, he does not type codes.

`known` tells the checks which words exist; the rest tells people what they mean. A word without a name here is offered by its
code, so that a new step or function is there at once; a test asks for its name.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from workflows import campaigns, dues, duties, functions, loops, options, parameters, people, steps, subjects
from workflows.engine import checks

Word = dict[str, Any]
"""{"code", "name"}, and what else the designer shows."""

OUTSIDERS = frozenset({"PUBLIC", "ANON"})  # who reports without an account
ROLES = {code: name for code, name in people.ROLES.items() if code not in people.SYSTEM_ROLES | OUTSIDERS}
"""Whose a task may be."""
UNITS = {
    "enterprise": "所在企业（没有账号时由村和牵头人代录）",
    "responsible": "对整改负责的人（企业和牵头责任人）",
    "village": "所在村（社区）",
    "town": "所在镇",
    "sector": "镇行业站所和领导组",
    "county": "县",
    "county_dept": "县有关部门（隐患移交二以后，为承接的部门）",
    "supervisor": "挂牌督办的督办单位",
    "around": "有关各方（企业、村、站所、镇、县部门、县）",
    "own": "月报所属的村、镇、县本身",
    "urged": "被督促的人",
}
PERSONS = {
    "reporter": "上报人",
    "lead": "牵头责任人",
    "territory": "属地责任人（块）",
    "sector": "行业责任人（条）",
    "tracker": "县跟踪人",
    "successor": "被提名接任的人",
    "verification.member": "验收成员（会签，每人一份）",
    "station_leader": "签发站所反馈的分管领导（会签，每人一份）",
}
YES_NO = (("True", "是"), ("False", "否"))
FUNCTIONS: dict[str, tuple[str, tuple[tuple[str, str], ...]]] = {  # name, and the values it answers with
    "mode": ("整改方式", (("'IMMEDIATE'", "立即整改"), ("'DEADLINE'", "限期整改"))),
    "one_person": ("属地和行业由同一人负责", YES_NO),
    "verified": ("已验收合格、等待签字", YES_NO),
    "result": ("本轮验收结论", (("'PASS'", "合格"), ("'FAIL'", "不合格"))),
    "may_correct": ("已定稿，可以更正", YES_NO),
    "archive_complete": ("归档材料齐全", YES_NO),
    "may_extend": ("现在可以申请延期", YES_NO),
    "lead_asked": ("延期由牵头责任人本人申请", YES_NO),
    "listed": ("挂牌督办", YES_NO),
    "may_list": ("现在可以申请挂牌督办", YES_NO),
    "may_unlist": ("现在可以申请解除挂牌", YES_NO),
    "county_asked": ("挂牌由县里直接提出", YES_NO),
    "may_stop": ("现在可以责令停产撤人", YES_NO),
    "may_resume": ("现在可以申请恢复生产", YES_NO),
    "cuts_power": ("拟责令停止供电", YES_NO),
    "may_void": ("现在可以申请核减", YES_NO),
    "known_to_county": ("县里已收到移交二", YES_NO),
    "may_change_responsible": ("现在可以变更责任人", YES_NO),
    "may_change_tracker": ("现在可以变更跟踪人", YES_NO),
    "may_reopen": ("现在可以申请重新打开", YES_NO),
    "reopened": ("销号后重新打开", YES_NO),
    "takes_back": ("重新打开的情形是签字撤销", YES_NO),
    "urge_level": ("督促的级别", (("1", "提示卡"), ("2", "督办单"), ("3", "督促函"), ("4", "整改指令"))),
    "station_leaders": ("要签发站所反馈的分管领导人数", (("0", "没有"), ("1", "一人"))),
    "is_correction": ("本期已公开过（这次是更正）", YES_NO),
}
NEEDS = {
    "next_feedback_on": "issue_for_rectification",
    "lead_asked": "apply_for_extension",
    "county_asked": "propose_listing",
    "listing_reminder_at": "list_hazard",
    "cuts_power": "draft_stop",
    "takes_back": "apply_for_reopening",
}
"""What has no answer about a hazard that was just reported, and the step that gives it one."""
MOMENTS = {
    "next_feedback_on": "下一个周四反馈日",
    "next_reminder_at": "下一次到期提醒",
    "listing_reminder_at": "挂牌督办期限届满前的提醒",
    "cut_at": "本期统计截止时点（截止日 24:00）",
    "tracker_due_at": "县部门指定跟踪人的期限",
}
DUES = {
    "hazard.due_on": "交办单上的整改期限",
    "hazard.register_due": "登记时限（自上报起，紧急的按小时，其余按工作日）",
    "hazard.verify_due": "验收时限（自完工报告或退回验收起）",
    "hazard.extension_due": "延期审批时限（自提出申请起）",
    "return.cut_at": "月报的截止时点（截止日 24:00）",
    "hazard.look_back_due": "回头看的最后一天（自销号起，按本地参数）",
    "hazard.listed_until": "挂牌督办的期限",
    "feedback_on": "本周四 24:00（遇节假日顺延）",
}
OPTIONS = {
    "villages": "村（社区）名单",
    "sectors": "行业领域",
    "clauses": "判定标准",
    "duplicates": "疑似重复的隐患",
    "certificates": "上报人同岗位人员的执法证号",
    "subjects": "建档企业",
    "units": "镇里的单位（站所、领导组、村、镇）",
    "county_depts": "县有关部门",
    "territory_persons": "属地责任人人选",
    "sector_persons": "行业责任人人选",
    "trackers": "跟踪人人选",
    "next_territory_persons": "可接任的属地责任人",
    "next_sector_persons": "可接任的行业责任人",
    "next_trackers": "可接任的跟踪人",
    "verifiers": "验收人员",
    "bulletin_hazards": "本期公开清单中的隐患",
}
SUBJECTS = {
    "hazard": "隐患",
    "bulletin": "月度公开",
    "return": "月报",
    "weekly_report": "周报告",
    "urge": "督促",
    "inquiry": "一案三查",
    "unit": "企业",
}
PAGES = {
    "hazard": "一件隐患的页面",
    "bulletin": "三公开里一个月的页面",
    "return": "调度表里一份月报的页面",
    "weekly_report": "周四反馈里一份周报告的页面",
    "urge": "一件督促的页面",
    "inquiry": "一案三查里一起倒查的页面",
    "unit": "一家企业的页面",
}
"""Where a process that people begin about something has its button."""
LOOPS = {"hazard": "隐患闭环（须证明）"}


def known(forms: Iterable[str] | None = None) -> checks.Known:
    """The words a diagram may use, for `checks`; `forms`: the names of the forms that come with it, None if not at hand."""
    return checks.Known(
        task_steps=frozenset(name for name, step in steps.STEPS.items() if step.of == "task"),
        service_steps={name: frozenset(step.parameters) for name, step in steps.STEPS.items() if step.of == "service"},
        returns={name: step.returns for name, step in steps.STEPS.items() if step.returns},
        functions=frozenset(functions.FUNCTIONS),
        roles={name: code for code, name in people.ROLES.items()},
        forms=frozenset(forms) if forms is not None else None,
        units=frozenset().union(*(kind.units for kind in subjects.KINDS.values())),
        persons=frozenset().union(*(kind.persons for kind in subjects.KINDS.values())),
        dues=dues.known(),
        duties=frozenset(duties.NAMES),
        options=frozenset(options.OPTIONS),
        loop_rules=loops.LOOP_RULES,
        subjects={code: SUBJECTS.get(code, code) for code in subjects.KINDS},
        only=_only(),
        needs=NEEDS,
        names=_names(),
    )


def _only() -> dict[tuple[str, str], frozenset[str]]:
    """Of each word that is not for everything: for which kinds of subject it is, by what it is and its code."""
    said = {
        **{("verb" if step.of == "task" else "step", code): step.call for code, step in steps.STEPS.items()},
        **{("function", code): function for code, function in functions.FUNCTIONS.items()},
        **{("options", code): offer for code, offer in options.OPTIONS.items()},
    }
    told = subjects.said()
    words = {key for words in told.values() for key in words}
    by_kind = {key: frozenset(code for code, words in told.items() if key in words) for key in words}
    return by_kind | {key: subjects.kinds_of(call) for key, call in said.items()}


def _names() -> dict[tuple[str, str], str]:
    """What the words are called, by what they are and their code."""
    lists: dict[str, Mapping[str, str]] = {
        "role": people.ROLES,
        "unit": UNITS,
        "person": PERSONS,
        "duty": duties.NAMES,
        "due": DUES,
        "options": OPTIONS,
        "function": MOMENTS | {code: name for code, (name, _) in FUNCTIONS.items()},
        "verb": {code: step.title for code, step in steps.STEPS.items()},
        "step": {code: step.title for code, step in steps.STEPS.items()},
    }
    return {(key, code): name for key, names in lists.items() for code, name in names.items()}


def words(session: Session) -> dict[str, list[Word]]:
    """All lists of the designer, by what they are for."""
    every = known()
    listed = _listed(session, every)
    for key, of in OF_LIST.items():
        listed[key] = [{**word, "subjects": sorted(every.only.get((of, word["code"]), every.subjects))} for word in listed[key]]
    return listed


OF_LIST = {
    "roles": "role",
    "units": "unit",
    "persons": "person",
    "duties": "duty",
    "dues": "due",
    "verbs": "verb",
    "steps": "step",
    "functions": "function",
    "moments": "function",
    "options": "options",
}
"""What the words of a list are, as the checks call it."""


def _listed(session: Session, known: checks.Known) -> dict[str, list[Word]]:
    return {
        "roles": [_word(code, name) for code, name in ROLES.items()],
        "units": _named(known.units, UNITS),
        "persons": _named(known.persons, PERSONS),
        "duties": [_word(code, name, rule=_bars(code)) for code, name in duties.NAMES.items()],
        "dues": [*_named(set(DUES) & known.dues, DUES), *_terms(session)],
        "verbs": [_verb(code) for code, step in steps.STEPS.items() if step.of == "task"],
        "steps": [_step(code) for code, step in steps.STEPS.items() if step.of == "service"],
        "functions": [_function(code) for code in sorted(set(functions.FUNCTIONS) - set(MOMENTS))],
        "moments": [_word(code, MOMENTS.get(code, code)) for code in sorted(set(functions.FUNCTIONS) - set(FUNCTIONS))],
        "options": _named(known.options, OPTIONS),
        "subjects": _named(set(subjects.KINDS), SUBJECTS),
        "loops": _named({rule.loop for rule in known.loop_rules}, LOOPS),
    }


def due_name(session: Session, text: str) -> str:
    """Until when a task is to be done, by the text in its diagram (`3wd`, a parameter's name …); "" without a term."""
    if found := dues.TERM.fullmatch(text):
        return f"{found[1]} {dues.UNITS[found[2]]}"
    names = {word["code"]: word["name"] for word in [*_named(set(DUES), DUES), *_terms(session)]}
    return str(names.get(text, text))


def _word(code: str, name: str, **more: Any) -> Word:
    return {"code": code, "name": name, **more}


def _named(codes: frozenset[str] | set[str], names: dict[str, str]) -> list[Word]:
    """In the order of the names, then what has none."""
    ordered = [code for code in names if code in codes] + sorted(codes - names.keys())
    return [_word(code, names.get(code, code)) for code in ordered]


def _terms(session: Session) -> list[Word]:
    """The local parameters that are terms, with what they are today."""
    today = campaigns.params(session, campaigns.current(session).code)
    terms = [name for name in campaigns.DEFAULTS if name in dues.known() - set(DUES) and name in today]
    return [
        _word(name, f"{parameters.SPECS[name].title}：{today[name]} {parameters.SPECS[name].unit}", is_parameter=True)
        for name in terms
        if name in parameters.SPECS
    ]


def _verb(code: str) -> Word:
    step = steps.STEPS[code]
    return _word(code, step.title, returns=[_word(name, title) for name, title in step.returns.items()])


def _step(code: str) -> Word:
    step = steps.STEPS[code]
    return _word(code, step.title, parameters=[_word(name, about) for name, about in step.parameters.items()])


def _function(code: str) -> Word:
    name, values = FUNCTIONS.get(code, (code, ()))
    return _word(code, name, values=[_word(value, text) for value, text in values])


def _bars(duty: str) -> str:
    """Which duties the same person may not bear beside this one, in words."""
    others = [duties.NAMES[other] for pair in duties.EXCLUDES if duty in pair for other in pair - {duty}]
    return f"与{'、'.join(sorted(others))}不能是同一人" if others else ""
