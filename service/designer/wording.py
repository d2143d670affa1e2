"""What changed, said to a publisher: the engine's differences in the words of the house."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from service.designer.telling import Version
from workflows import dues, vocabulary
from workflows.engine.checks import diagrams
from workflows.engine.definitions.changes import Change

DONE = {"ADDED": "新增", "REMOVED": "删除", "CHANGED": "修改"}
TONES = {"ADDED": "green", "REMOVED": "red", "CHANGED": "amber"}
KINDS = {"form": "表单", "field": "填报项", **diagrams.NAMES, **diagrams.REFUSED}
ASPECTS = {
    "name": "名称",
    "kind": "类型",
    "sourceRef": "起点",
    "targetRef": "终点",
    "attachedToRef": "所附环节",
    "default": "默认出口",
    "calledElement": "调用的流程",
    "cancelActivity": "是否中断",
    "conditionExpression": "条件",
    "timeDate": "到期时刻",
    "loopCardinality": "会签人数",
    "completionCondition": "会签完成条件",
    "documentation": "说明",
    "text": "文字",
    "role": "岗位",
    "unit": "单位",
    "person": "人员",
    "form": "表单",
    "duty": "职责",
    "due": "期限",
    "verb": "办理步骤",
    "step": "系统步骤",
    "subject": "办理对象",
    "loop": "闭环规则",
    "begin": "发起按钮上的字",
    "when": "什么时候可以发起",
    "title": "名称",
    "description": "提示",
    "order": "填报项的次序",
    "x-reauthenticate": "提交前再输密码",
    "x-again": "退回后带出上次内容",
}
FIELD_ASPECTS = {
    "title": "名称",
    "description": "提示",
    "type": "类型",
    "format": "格式",
    "required": "必填",
    "minLength": "最少字数",
    "maxLength": "最多字数",
    "minimum": "最小值",
    "maximum": "最大值",
    "minItems": "最少项数",
    "maxItems": "最多项数",
    "uniqueItems": "不可重复",
    "oneOf": "选项",
    "items": "选项",
    "pattern": "格式规则",
    "default": "默认值",
    "x-widget": "形式",
    "x-options": "名单",
    "x-visible-when": "显示条件",
    "x-required-when-visible": "显示时必填",
    "x-decides": "用于流程判断",
    "x-unit": "计量单位",
}
FIELD_VALUES = {
    "type": {"string": "文字或选项", "integer": "整数", "number": "数字", "boolean": "是或否", "array": "多项"},
    "format": {"date": "日期", "date-time": "日期和时间"},
    "x-widget": {"line": "单行", "text": "多行", "photos": "照片", "papers": "附件", "money": "金额", "password": "密码"},
    "x-options": vocabulary.OPTIONS,
    "items": vocabulary.OPTIONS,
}
REFERENCES = ("sourceRef", "targetRef", "attachedToRef", "default", "calledElement")
CONDITIONS = ("conditionExpression", "completionCondition", "when", "x-visible-when")
LISTS = {
    "role": "roles",
    "unit": "units",
    "person": "persons",
    "duty": "duties",
    "due": "dues",
    "verb": "verbs",
    "step": "steps",
    "subject": "subjects",
    "loop": "loops",
}


@dataclass(frozen=True)
class Told:
    """One change as a row: what was done to what, and before and after where there is one."""

    done: str
    tone: str
    kind: str
    name: str
    aspect: str
    before: str
    after: str


def _row(change: Change) -> tuple[str, str, str]:
    """What stands in one row of the table."""
    return change.what, change.where, "" if change.what == "ADDED" else change.aspect


class Wording:
    """Words for the changes between two versions: each value in the words of its own version."""

    def __init__(self, session: Any, old: Version, new: Version) -> None:
        self._words = vocabulary.words(session)
        self._old, self._new = old, new

    def tell(self, changes: Iterable[Change]) -> list[Told]:
        """A row for each change; what was added is one row, with all that it says."""
        return [self._together([self._told(each) for each in same]) for _, same in groupby(changes, _row)]

    def _together(self, rows: list[Told]) -> Told:
        """The first says what was added; the others, what it says."""
        first, *others = rows
        return replace(first, after="；".join(f"{each.aspect}：{each.after}" for each in others)) if others else first

    def _told(self, change: Change) -> Told:
        sort, _, name = change.aspect.rpartition(" ")
        said = FIELD_ASPECTS if sort == "field" else ASPECTS
        aspect = f"参数 {name}" if sort == "parameter" else said.get(name, name)
        before, after = self._value(change, change.before, self._old), self._value(change, change.after, self._new)
        called = change.name or self._new.name(change.where) or self._old.name(change.where) or "整个流程图"
        return Told(DONE[change.what], TONES[change.what], KINDS.get(change.kind, change.kind), called, aspect, before, after)

    def _value(self, change: Change, value: str, version: Version) -> str:
        if not value:
            return ""
        sort, _, keyword = change.aspect.rpartition(" ")
        if keyword in CONDITIONS:
            return version.condition(change.where, value)
        if sort:  # of a field or a parameter
            return FIELD_VALUES.get(keyword, {}).get(value, value)
        if keyword in REFERENCES:
            return version.name(value)
        match keyword:
            case "cancelActivity":
                return "否" if value == "false" else "是"
            case "kind":
                return KINDS.get(value, value)
            case "form":
                return version.form(value)
            case "loopCardinality":
                return version.count(value)
            case "timeDate":
                return vocabulary.MOMENTS.get(value.removesuffix("()"), value)
            case "due" if term := dues.TERM.fullmatch(value):
                return f"{term[1]} {dues.UNITS[term[2]]}"
        names = {word["code"]: word["name"] for word in self._words.get(LISTS.get(keyword, ""), ())}
        codes = [code.strip() for code in value.split(",")] if keyword == "role" else [value]
        return "、".join(names.get(code, code) for code in codes)
