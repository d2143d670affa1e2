"""Diagrams as other tools write them: what is wrong is told once, in its own words, with what to draw instead."""

import pytest

from tests.engine.checks.files import (
    KNOWN,
    around,
    assert_readable,
    chain,
    diagram,
    end,
    file,
    flow,
    many,
    node,
    process,
    rules,
    start,
    timer,
    user,
)
from workflows.engine.checks import Known, check


def on_border(inside: str = "", host: str = "u") -> str:
    """An event on the border of a task, and where it leads."""
    return node("boundaryEvent", "b", inside, f'attachedToRef="{host}"') + end("late") + flow("b", "late")


def extended(setting: str) -> str:
    return f"<bpmn:extensionElements><camunda:{setting}/></bpmn:extensionElements>"


def waiting(kind: str) -> bytes:
    """start → something that waits → end."""
    return around(node("intermediateCatchEvent", "x", f"<bpmn:{kind}EventDefinition/>"), first="x", last="x")


def choice(one: str, other: str) -> bytes:
    arrows = (flow("g", "u", one), flow("g", "e", other))
    return diagram(start(), node("exclusiveGateway", "g"), user(), end(), chain("s", "g"), chain("u", "e"), *arrows)


def unmarked(process_id: str, *inside: str) -> str:
    return process(*inside, process_id=process_id, attributes=f'isExecutable="false" name="流程{process_id}"')


WHOLE = (start(), user(), end(), chain("s", "u", "e"))
OTHER = (start("s2"), user("inner"), end("e2"), chain("s2", "inner", "e2"))
CALL = node("callActivity", "call", attributes='calledElement="a"')
UNDO = (
    node("boundaryEvent", "b", "<bpmn:compensateEventDefinition/>", 'attachedToRef="v"'),
    node("serviceTask", "undo", attributes='isForCompensation="true"'),
    node("association", "a", attributes='sourceRef="b" targetRef="undo"'),
)
STEP = '<bpmn:extensionElements><s:serviceTaskOperator id="close"/></bpmn:extensionElements>'
TIMED = "边界事件请用定时，并写明到期时刻。"

SAID = {
    "a host with a prefix": (
        around(node("subProcess", "x", "".join(OTHER)), on_border(timer(), "t:x"), first="x", last="x"),
        ["“边界事件 b”所附的“子流程 x”写成了“t:x”，本系统不认冒号前的字。请把它重新拖到边框上。"],
    ),
    "arrows kept in another process": (
        file(process(*WHOLE[:3], CALL, chain("s", "u"), chain("call", "e")), process(*OTHER, flow("u", "call"), process_id="a")),
        ["有 1 条箭头存放在“a”里，两头的图形却在“p”里。请用建模工具重新导出，或删去重画。"],
    ),
    "an arrow into a sub-process": (
        around(user(), node("subProcess", "x", "".join(OTHER)), chain("s2", "x"), first="u", last="x"),
        [
            "从“环节inner”前面的开始事件到“子流程 x”的箭头穿过了子流程的边框。"
            "请让箭头只连接同一层的图形，进出子流程要连在子流程的边框上。",
            "“环节u”后面没有箭头，流程到这里走不下去。请连到下一环节或结束事件。",
            "从开始事件走不到“子流程 x”，它和后面的 1 个图形永远轮不到。请画一条箭头连到它，或删去它。",
        ],
    ),
    "none is marked, and one calls the other": (
        file(unmarked("a", *OTHER), unmarked("b", start(), CALL, end(), chain("s", "call", "e"))),
        ["流程“流程b”没有勾选“可执行”。请在流程属性中勾选。"],
    ),
    "none of two is marked": (
        file(unmarked("a", *OTHER), unmarked("b", *WHOLE)),
        ["流程“流程a”、“流程b”没有勾选“可执行”。请在流程属性中只勾选要办理的那一个。"],
    ),
    "what is waited for, in an extension": (
        around(user(), on_border(extended("customEventDefinition"))),
        [f"“环节u”边框上的边界事件等待什么，写在其他软件的设置里，本系统不认。请删去它重画，{TIMED}"],
    ),
    "a start that waits, in an extension": (
        diagram(node("startEvent", "s", extended("eventType")), *WHOLE[1:]),
        ["“环节u”前面的开始事件等待什么，写在其他软件的设置里，本系统不认。请删去它重画，开始事件请用没有图标的普通开始。"],
    ),
    "how many, in an attribute": (
        around(user("u", '<bpmn:multiInstanceLoopCharacteristics camunda:collection="members"/>')),
        ["“环节u”是会签，人数写在其他软件的设置里，本系统不认。请在属性中填写或选择人数。"],
    ),
    "a start that waits for a time": (
        diagram(node("startEvent", "s", timer("PT1H", "timeDuration")), *WHOLE[1:]),
        ["“环节u”前面的开始事件是定时事件，本系统不支持。开始事件请用没有图标的普通开始。"],
    ),
    "a message": (waiting("message"), ["“中间事件 x”是消息事件，本系统不支持。请删去它，收到的内容由用户任务登记。"]),
    "an id that a tool made up": (
        waiting("message").replace(b'"x"', b'"sid-62A13288-6A3F-471F-9A3B-2235D7B5F74F"'),
        ["未命名的中间事件是消息事件，本系统不支持。请删去它，收到的内容由用户任务登记。"],
    ),
    "a condition": (waiting("conditional"), ["“中间事件 x”是条件事件，本系统不支持。请改用定时，到时再用排他网关判断。"]),
    "an error of a step": (
        around(node("serviceTask", "v", STEP), on_border("<bpmn:errorEventDefinition/>", "v"), first="v", last="v"),
        ["“边界事件 b”是错误事件，本系统不支持。请删去它，在环节后面加排他网关，按结果分流。"],
    ),
    "what undoes": (
        around(node("serviceTask", "v", STEP), *UNDO, first="v", last="v"),
        [
            "“服务任务 undo”标为补偿活动，本系统不支持。请取消标记，把撤销的办法画成普通环节。",
            "“边界事件 b”是补偿事件，本系统不支持。请删去它，把撤销的办法画成普通环节。",
        ],
    ),
    "conditions in braces": (
        choice("${ok}", "${not ok}"),
        [
            "从“环节u”前面的排他网关到“环节u”的箭头的条件“${ok}”是其他软件的写法。请删去它，在属性中重新选择。",
            "从“环节u”前面的排他网关到“环节u”后面的结束事件的箭头的条件“${not ok}”是其他软件的写法。请删去它，在属性中重新选择。",
        ],
    ),
    "a sub-process for each of many": (
        around(node("subProcess", "x", many("${n}") + "".join(OTHER)), first="x", last="x"),
        ["“子流程 x”带有多实例（会签）标记，只有用户任务可以会签。请去掉标记，或把会签放到用户任务上。"],
    ),
    "what an ad hoc sub-process leaves behind": (
        around(node("subProcess", "x", "".join(OTHER) + "<bpmn:completionCondition/>"), first="x", last="x"),
        ["“子流程 x”里含有本系统不支持的内容“completionCondition”。请删去它，或换一个新的图形重画。"],
    ),
    "an event sub-process without an id": (
        around(user(), f'<bpmn:subProcess triggeredByEvent="true">{"".join(OTHER)}</bpmn:subProcess>'),
        ["未命名的子流程是事件子流程，本系统不支持。请改为普通子流程，或在环节上加边界定时事件；里面的内容改好后再查。"],
    ),
    "an empty sub-process": (
        around(node("subProcess", "x"), first="x", last="x"),
        ["“子流程 x”里面是空的。请画出里面的环节，或改为用户任务。"],
    ),
    "arrows without ids": (
        diagram(*WHOLE[:3], chain("s", "u", "e").replace("<bpmn:sequenceFlow id=", "<bpmn:sequenceFlow name=")),
        ["“p”里箭头“s_u”等 2 条没有编号，请在属性中填写，或删去重画。"],
    ),
    "an event that is kept beside the process": (
        file(
            node("escalationEventDefinition", "d"),
            process(*WHOLE, on_border("<bpmn:eventDefinitionRef>d</bpmn:eventDefinitionRef>")),
        ),
        [f"“环节u”边框上的边界事件是写在别处的升级事件，本系统不支持。{TIMED}"],
    ),
    "a timer that is kept beside the process": (
        file(
            node("timerEventDefinition", "d"),
            process(*WHOLE, on_border("<bpmn:eventDefinitionRef>d</bpmn:eventDefinitionRef>")),
        ),
        [f"“环节u”边框上的边界事件是写在别处的定时事件，本系统不支持。{TIMED}"],
    ),
    "a store of data": (
        file(node("dataStore", "d", attributes='name="台账"'), process(*WHOLE)),
        ["文件里的数据存储“台账”在本系统中不起作用。请删去它，需要说明时改用文本注释，需要填写时写在表单里。"],
    ),
    "data of a task": (
        around(user("u", "<bpmn:ioSpecification/>")),
        ["“环节u”里的数据输入和输出在本系统中不起作用。请删去它，需要说明时改用文本注释，需要填写时写在表单里。"],
    ),
    "an arrow back to itself": (
        diagram(start(), node("parallelGateway", "g"), user(), end(), chain("s", "g", "u", "u"), flow("g", "e")),
        [
            "“环节u”的箭头又指回它自己，中间没有排他网关，系统无法执行。请在退回的箭头进入的地方加一个排他网关。",
            "“p”里有一直循环的环节（“环节u”），普通结束停不住它们。"
            "请从这一圈画一条通到结束的箭头；要一直重复到别的环节办完为止的，请把“结束事件 e”改为终止结束事件。",
        ],
    ),
    "a space in a namespace": (
        around(user()).replace(b"<bpmn:definitions ", b'<bpmn:definitions xmlns:t="http://a/b c" '),
        ["文件里“xmlns”后面的地址（第 1 行附近）有空格等不允许的字符，无法读取；请用文本编辑器删去这些字符。"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SAID)
def test_says_once_what_is_wrong_and_what_to_draw_instead(name):
    data, said = SAID[name]
    found = [each for each in check(data, Known()) if each.severity == "error"]
    assert sorted(each.message for each in found) == sorted(said)
    assert_readable(found)


def test_files_of_other_tools_are_checked_for_structure_only():
    data = around(user(role="KING", verb="fly", due="soon", form="gone"), node("laneSet", "ls"))
    assert check(data, Known()) == []


def test_a_file_as_camunda_writes_it_needs_no_change_to_run():
    """Its own forms and assignees are kept and mean nothing; one sentence says so."""
    field = '<camunda:formData><camunda:formField id="amount"/><camunda:formField id="amount"/></camunda:formData>'
    data = file(
        node("message", "m"),
        process(
            node("startEvent", "s", f"<bpmn:extensionElements>{field}</bpmn:extensionElements>"),
            '<bpmn:userTask id="u" name="两&#xD;&#xA;行" camunda:assignee="kermit"/>',
            end(),
            chain("s", "u", "e"),
            attributes='isExecutable="true" camunda:historyTimeToLive="180"',
        ),
    )
    assert rules(check(data, Known())) == {("foreign-extension", "p")}
    assert ("role-missing", "u") in rules(check(data, KNOWN))
