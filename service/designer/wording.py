"""What changed, said to a publisher: the engine's differences in the words of the house."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from workflows import dues, vocabulary
from workflows.engine.checks import diagrams
from workflows.engine.definitions.changes import Change
from workflows.engine.xml import BPMN, parse

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
CONDITIONS = ("conditionExpression", "completionCondition", "when", "field x-visible-when")
SIMPLE = re.compile(r"(not )?(\w+)(\(\))?(?:\s*(==|!=|<=|>=|<|>)\s*('[^']*'|-?[\d.]+|True|False))?")
COMPARED = {"==": "是", "!=": "不是", "<": "小于", "<=": "不大于", ">": "大于", ">=": "不小于"}
LISTS = {"role": "roles", "unit": "units", "person": "persons", "duty": "duties", "due": "dues", "verb": "verbs", "step": "steps"}


@dataclass(frozen=True)
class Told:
    """One change as a row: what was done to what, and before and after where there is one."""

    done: str
    tone: str
    where: str
    kind: str
    name: str
    aspect: str
    before: str
    after: str


def _row(change: Change) -> tuple[str, str, str]:
    """What stands in one row of the table."""
    return change.what, change.where, "" if change.what == "ADDED" else change.aspect


class Wording:
    """Words for the changes between two files. `where(id)` is what an element is called in either of them."""

    def __init__(self, session: Any, files: Iterable[bytes], forms: Iterable[Mapping[str, Any]]) -> None:
        self._words = vocabulary.words(session)
        forms = list(forms)
        self._names = {id: name for file in reversed(list(files)) for id, name in _named(file)}
        self._forms = {key: str(form.get("title", key)) for each in forms for key, form in each.items()}
        asked = [field for each in forms for form in each.values() for field in form["properties"].items()]
        self._fields = {key: field for key, field in asked if all(other == field for name, other in asked if name == key)}

    def where(self, id: str) -> str:
        """An element by its name, else by what it is; the whole file for ""."""
        return self._names.get(id, id) or "整个流程图"

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
        before, after = self._value(change.aspect, change.before), self._value(change.aspect, change.after)
        kind, called = KINDS.get(change.kind, change.kind), change.name or self.where(change.where)
        return Told(DONE[change.what], TONES[change.what], change.where, kind, called, aspect, before, after)

    def _value(self, aspect: str, value: str) -> str:
        if aspect in ("sourceRef", "targetRef", "attachedToRef", "default", "calledElement"):
            return self.where(value) if value else ""
        if aspect == "kind":
            return KINDS.get(value, value)
        if aspect in CONDITIONS:
            return self._condition(value)
        sort, _, keyword = aspect.rpartition(" ")
        if sort == "field":
            return FIELD_VALUES.get(keyword, {}).get(value, value)
        if aspect == "form":
            return self._forms.get(value, value)
        if aspect == "due" and (term := dues.TERM.fullmatch(value)):
            return f"{term[1]} {dues.UNITS[term[2]]}"
        names = {word["code"]: word["name"] for word in self._words.get(LISTS.get(aspect, ""), ())}
        codes = [code.strip() for code in value.split(",")] if aspect == "role" else [value]
        return "、".join(names.get(code, code) for code in codes)

    def _condition(self, text: str) -> str:
        """“本轮验收结论”是“合格”, as the room itself tells it. What is no simple comparison stays as it is, and what asks for an
        item that several forms have in different words."""
        said = SIMPLE.fullmatch(text)
        if said is None or (said[1] and said[4]) or not (said[3] or said[2] in self._fields):
            return text
        name, values = self._function(said[2]) if said[3] else self._field(said[2])
        value = said[5] or ("False" if said[1] else "True")
        return f"“{name}”{COMPARED[said[4] or '==']}“{values.get(value, value.strip(chr(39)))}”"

    def _function(self, code: str) -> tuple[str, dict[str, str]]:
        name, values = vocabulary.FUNCTIONS.get(code, (code, ()))
        return name, dict(values)

    def _field(self, key: str) -> tuple[str, dict[str, str]]:
        field = self._fields[key]
        choices = {repr(each.get("const")): str(each.get("title")) for each in field.get("oneOf", ())}
        return str(field.get("title", key)), {"True": "是", "False": "否", **choices}


def _named(file: bytes) -> Iterator[tuple[str, str]]:
    """What each element of a file is called. An arrow without a name is called by its ends."""
    elements = {each.get("id", ""): each for each in parse(file).iter(f"{{{BPMN}}}*")}
    for id, each in elements.items():
        if diagrams.kind_of(each) != "sequenceFlow" or each.get("name"):
            yield id, diagrams.label(each).strip("“”")
            continue
        ends = [elements.get(each.get(end, "")) for end in ("sourceRef", "targetRef")]
        yield id, "从{}到{}".format(*(diagrams.label(end) if end is not None else "“”" for end in ends))
