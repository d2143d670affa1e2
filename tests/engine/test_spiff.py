"""The door to SpiffWorkflow: what a run promises to the rest of the engine (design, section 5; facts, section 1)."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.engine.diagrams import TERMINATE, definitions, many, operator, timer
from workflows.engine import expressions, spiff
from workflows.errors import Conflict, Forbidden, Invalid

LATER = datetime(2026, 3, 9, 8, tzinfo=UTC)


class World:
    """Answers by functions that a test may change."""

    def __init__(self, **functions):
        self.functions = {"at": lambda: LATER} | functions
        self.calls = []
        self.result = None

    def evaluate(self, expression, data):
        return expressions.parse(expression).evaluate(data, self.functions)

    def call(self, step, parameters, data):
        self.calls.append((step, dict(parameters), dict(data)))
        return self.result


class Case:
    """A run that is frozen and thawed after everything."""

    def __init__(self, spec, world=None):
        self.spec, self.world = spec, world or World()
        self.keep(spiff.begin(spec, self.world))

    def keep(self, run):
        self.state = spiff.freeze(run)
        self.run = spiff.thaw(self.spec, self.state, self.world)

    def open(self):
        return sorted(t.element.id for t in spiff.open_tasks(self.run))

    def armed(self):
        return sorted(t.element.id for t in spiff.armed(self.run))

    def do(self, element, index=0, **data):
        task = next(t for t in spiff.open_tasks(self.run) if (t.element.id, t.index) == (element, index))
        spiff.complete(self.run, task.id, data)
        self.keep(self.run)

    def fire(self, element):
        spiff.fire(self.run, next(t.id for t in spiff.armed(self.run) if t.element.id == element))
        self.keep(self.run)


def user(id, body="", more=""):
    return f'<b:userTask id="{id}" {more}>{body}</b:userTask>'


def gateway(id, kind="exclusive", default=""):
    return f'<b:{kind}Gateway id="{id}"{default and f" default={chr(34)}{default}{chr(34)}"}/>'


def inside(nodes, paths):
    """Nodes, and flows from lines such as "s > a > e" or "g > b : decision == 'x'"; s and e are start and end."""
    flows = []
    for line in paths.strip().splitlines():
        path, _, condition = line.partition(" : ")
        ends = path.split(">")
        for one, next in zip(ends, ends[1:], strict=False):
            body = f"<b:conditionExpression>{condition}</b:conditionExpression>" if condition else ""
            a, b = one.strip(), next.strip()
            flows.append(f'<b:sequenceFlow id="{a}_{b}" sourceRef="{a}" targetRef="{b}">{body}</b:sequenceFlow>')
    return nodes + "".join(flows)


def process(nodes, paths, id="p"):
    ends = '<b:startEvent id="s"/><b:endEvent id="e"/>'
    return f'<b:process id="{id}" isExecutable="true">{inside(ends + nodes, paths)}</b:process>'


def sub(id, nodes, paths):
    ends = f'<b:startEvent id="{id}_s"/><b:endEvent id="{id}_e"/>'
    return f'<b:subProcess id="{id}">{inside(ends + nodes, paths)}</b:subProcess>'


def read(nodes, paths):
    return spiff.read(definitions(process(nodes, paths)))


LOOP = (user("a") + gateway("m") + gateway("g", default="g_e"), "s > m > a > g\ng > e\ng > m : decision == 'again'")
ONE = (user("a") + user("b"), "s > a > b > e")


# ---- reading ------------------------------------------------------------------------------------------


def test_elements_carry_what_the_diagram_says():
    said = '<b:extensionElements><s:properties><s:property name="duty" value="R"/></s:properties></b:extensionElements>'
    about = said.replace("duty", "subject").replace('"R"', '"hazard"')
    lanes = (
        '<b:laneSet id="l"><b:lane id="l1" name="外"><b:flowNodeRef> a </b:flowNodeRef><b:childLaneSet id="c">'
        '<b:lane id="l2" name=" 内 "><b:flowNodeRef>a</b:flowNodeRef></b:lane></b:childLaneSet></b:lane></b:laneSet>'
    )
    inner = sub("box", user("deep", said), "box_s > deep > box_e")
    spec = read(about + lanes + user("a", said, 'name=" 整改 "') + inner, "s > a > box > e")
    assert spec.process_id == "p"
    assert spec.properties == {"subject": "hazard"}
    assert spec.elements["a"] == spiff.Element("a", "整改", "userTask", "p", "内", {"duty": "R"})
    assert spec.elements["deep"] == spiff.Element("deep", "", "userTask", "box", None, {"duty": "R"})
    assert {e.kind for e in spec.elements.values()} == {"startEvent", "endEvent", "userTask", "subProcess"}


def test_the_process_that_no_other_calls_is_the_main_one():
    call = '<b:callActivity id="c" calledElement="q"/>'
    file = definitions(
        process(user("a"), "s > a > e", "q")
        .replace('"s', '"s2')
        .replace('"e"', '"e2"')
        .replace('"a_e"', '"f"')
        .replace('targetRef="e"', 'targetRef="e2"'),
        process(call, "s > c > e"),
    )
    assert spiff.read(file).process_id == "p"
    assert spiff.read(file, "q").process_id == "q"
    with pytest.raises(Invalid, match="没有编号为"):
        spiff.read(file, "none")
    with pytest.raises(Invalid, match="正好有一个主流程"):
        spiff.read(definitions(process(*ONE), process(*ONE, "q")))


@pytest.mark.parametrize(
    "xml",
    [
        b"",
        b"<a/>",
        b"\xff\xfe",
        definitions('<b:process id="p"/>'),
        definitions(process(user("a"), "s > a > nowhere")),
        definitions(process('<b:complexGateway id="a"/>', "s > a > e")),
        definitions(process('<b:callActivity id="a" calledElement="nobody"/>', "s > a > e")),
        definitions(process('<b:callActivity id="a"/>', "s > a > e")),
        definitions(process(user("a", "<b:multiInstanceLoopCharacteristics/>"), "s > a > e")),
        definitions(process(user("a") + user("b"), "s > a > e\na > b > e")),
        definitions(process('<b:serviceTask id="a"/>', "s > a > e")),
        definitions(process(gateway("g") + user("a"), "s > g > a > e\ng > e")),
        definitions(process('<b:subProcess id="a"/>', "s > a > e")),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(xml):
    with pytest.raises(Invalid) as refused:
        spiff.read(xml)
    assert refused.value.message.endswith("。")


def test_conditions_are_tried_in_the_order_of_the_file():
    """The library would sort a gateway's ways by their height in the drawing."""
    nodes = user("a") + user("b") + gateway("g", default="g_e")
    body = process(nodes, "s > g\ng > a : yes()\ng > b : yes()\ng > e\na > e\nb > e")
    di = 'xmlns:d="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:c="http://www.omg.org/spec/DD/20100524/DC"'
    shape = '<d:BPMNShape id="sh_{0}" bpmnElement="{0}"><c:Bounds x="0" y="{1}" width="1" height="1"/></d:BPMNShape>'
    drawing = f"<d:BPMNDiagram {di}><d:BPMNPlane>{shape.format('a', 900)}{shape.format('b', 1)}</d:BPMNPlane></d:BPMNDiagram>"
    assert Case(spiff.read(definitions(body, drawing)), World(yes=lambda: True)).open() == ["a"]


# ---- tasks --------------------------------------------------------------------------------------------


def test_a_task_is_done_once():
    case = Case(read(*ONE))
    (task,) = spiff.open_tasks(case.run)
    assert (task.element.id, task.index) == ("a", 0)
    spiff.complete(case.run, task.id, {"decision": "accept"})
    assert case.run.data == {"decision": "accept"}
    for again in (task.id, "unknown"):
        with pytest.raises(Conflict):
            spiff.complete(case.run, again, {})
    case.keep(case.run)
    with pytest.raises(Conflict):
        spiff.complete(case.run, task.id, {})
    assert case.open() == ["b"]
    assert not case.run.is_ended
    case.do("b", remark="好")
    assert case.run.is_ended
    assert case.run.data == {"decision": "accept", "remark": "好"}
    assert spiff.tokens(case.run) == []


@pytest.mark.parametrize("value", [[1], {"a": 1}, LATER, date(2026, 3, 1), (1,)])
def test_only_scalars_enter_an_instance(value):
    case = Case(read(*ONE))
    with pytest.raises(TypeError):
        case.do("a", value=value)


def test_a_loop_costs_the_same_after_any_number_of_rounds():
    """Facts, section 1, defects 1 to 3: the library ends falsely at 500 rounds and breaks at 200."""
    case, sizes = Case(read(*LOOP)), set()
    for _ in range(600):
        case.do("a", decision="again")
        sizes.add(len(case.state))
    assert case.open() == ["a"]
    assert len(sizes) == 1
    case.do("a", decision="over")
    assert case.run.is_ended


def test_a_join_waits_in_every_round():
    fork = gateway("f", "parallel") + gateway("j", "parallel")
    nodes = fork + user("a") + user("b") + user("c") + gateway("m") + gateway("g", default="g_e")
    case = Case(read(nodes, "s > m > f > a > j > c > g > e\nf > b > j\ng > m : decision == 'again'"))
    for _ in range(30):
        case.do("a")
        assert case.open() == ["b"]
        assert set(spiff.tokens(case.run)) == {"b", "j"}
        case.do("b")
        case.do("c", decision="again")
    assert len(case.state) < 700


def test_a_service_task_gets_its_parameters_and_gives_scalars():
    parameters = '<s:parameters><s:parameter id="days" type="int" value="n + 1"/></s:parameters>'
    step = f'<b:extensionElements><s:serviceTaskOperator id="do_it">{parameters}</s:serviceTaskOperator></b:extensionElements>'
    case = Case(read(user("a") + f'<b:serviceTask id="x">{step}</b:serviceTask>' + user("b"), "s > a > x > b > e"))
    case.world.result = {"member_count": 3}
    case.do("a", n=4)
    assert case.world.calls == [("do_it", {"days": 5}, {"n": 4})]
    assert case.run.data == {"n": 4, "member_count": 3}


def test_a_refusal_of_the_domain_comes_out_and_nothing_is_saved():
    class Refusing(World):
        def call(self, step, parameters, data):
            raise Forbidden("本人不得验收自己整改的隐患。")

    nodes = user("a") + f'<b:serviceTask id="x">{operator("it")}</b:serviceTask>'
    case = Case(read(nodes, "s > a > x > e"), Refusing())
    before = case.state
    with pytest.raises(Forbidden, match="不得验收"):
        case.do("a")
    assert case.run.is_broken
    with pytest.raises(RuntimeError):
        spiff.freeze(case.run)
    with pytest.raises(RuntimeError):
        spiff.rearm(case.run)
    again = spiff.thaw(case.spec, before, World())
    spiff.complete(again, spiff.open_tasks(again)[0].id, {})
    assert again.is_ended


def test_no_way_out_of_a_gateway_is_a_sentence():
    for kind in ("exclusive", "inclusive"):
        nodes = user("a") + user("b") + user("c") + gateway("g", kind)
        case = Case(read(nodes, "s > a > g\ng > b : decision == 'x'\ng > c : decision == 'y'\nb > e\nc > e"))
        with pytest.raises(Invalid, match="没有一条路"):
            case.do("a", decision="z")


def test_what_never_comes_to_rest_is_stopped():
    nodes = user("a") + gateway("m") + f'<b:serviceTask id="x">{operator("it")}</b:serviceTask>' + gateway("g", default="g_m")
    with pytest.raises(Invalid, match="循环不止"):
        Case(read(nodes, "s > a > m > x > g\ng > m\ng > e : no()"), World(no=lambda: False)).do("a")


# ---- timers -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (LATER, LATER),
        (datetime(2026, 3, 9, 16, tzinfo=UTC).astimezone(), datetime(2026, 3, 9, 16, tzinfo=UTC)),
        (date(2026, 3, 9), datetime(2026, 3, 9, 16, tzinfo=UTC)),  # 24:00 in Shanghai
        ("2026-03-09", datetime(2026, 3, 9, 16, tzinfo=UTC)),
        ("2026-03-09T08:00:00+08:00", datetime(2026, 3, 9, tzinfo=UTC)),
        ("2026-03-09T08:00:00Z", datetime(2026, 3, 9, 8, tzinfo=UTC)),
    ],
)
def test_a_timer_takes_moments_and_dates(value, expected):
    case = Case(
        read(f'<b:intermediateCatchEvent id="t">{timer()}</b:intermediateCatchEvent>', "s > t > e"), World(at=lambda: value)
    )
    (armed,) = spiff.armed(case.run)
    assert (armed.element.kind, armed.due_at, armed.due_at.tzinfo) == ("intermediateCatchEvent", expected, UTC)


@pytest.mark.parametrize("value", [None, 3, True, "P3D", "bald", datetime(2026, 3, 9)])
def test_a_timer_without_a_certain_moment_is_refused(value):
    with pytest.raises(Invalid, match="没有得到确定的时间"):
        Case(read(f'<b:intermediateCatchEvent id="t">{timer()}</b:intermediateCatchEvent>', "s > t > e"), World(at=lambda: value))


def guarded(cancel="true", host=user("a"), name="a"):
    event = f'<b:boundaryEvent id="t" attachedToRef="{name}" cancelActivity="{cancel}">{timer()}</b:boundaryEvent>'
    return read(host + event + user("late"), f"s > {name} > e\nt > late > e")


def test_a_timer_fires_only_when_it_is_told_to():
    case = Case(guarded(), World(at=lambda: datetime(2000, 1, 1, tzinfo=UTC)))
    assert (case.open(), case.armed()) == (["a"], ["t"])
    timer_id = spiff.armed(case.run)[0].id
    case.fire("t")
    assert (case.open(), case.armed()) == (["late"], [])
    with pytest.raises(Conflict):
        spiff.fire(case.run, timer_id)


def test_a_timer_that_does_not_interrupt_leaves_its_task_open():
    case = Case(guarded("false"))
    kept = spiff.open_tasks(case.run)[0].id
    case.fire("t")
    assert case.open() == ["a", "late"]
    assert kept in {t.id for t in spiff.open_tasks(case.run)}
    case.do("a")
    assert case.open() == ["late"]
    case.do("late")
    assert case.run.is_ended


def test_a_done_task_takes_its_timers_along():
    case = Case(guarded())
    timer_id = spiff.armed(case.run)[0].id
    case.do("a")
    assert case.run.is_ended
    with pytest.raises(Conflict):
        spiff.fire(case.run, timer_id)


def test_rearming_asks_again_and_keeps_the_id():
    case = Case(guarded())
    (before,) = spiff.armed(case.run)
    case.world.functions["at"] = lambda: LATER + timedelta(days=7)
    assert spiff.armed(case.run) == [before]
    spiff.rearm(case.run)
    case.keep(case.run)
    (after,) = spiff.armed(case.run)
    assert (after.id, after.due_at) == (before.id, LATER + timedelta(days=7))


def test_the_first_of_several_moments_wins():
    catch = "".join(f'<b:intermediateCatchEvent id="t{n}">{timer()}</b:intermediateCatchEvent>' for n in (1, 2))
    case = Case(read(catch + gateway("g", "eventBased") + user("a") + user("b"), "s > g > t1 > a > e\ng > t2 > b > e"))
    assert case.armed() == ["t1", "t2"]
    case.fire("t2")
    assert (case.open(), case.armed()) == (["b"], [])


# ---- several instances, sub-processes, calls ----------------------------------------------------------


@pytest.mark.parametrize("sequential", [False, True])
def test_members_answer_and_the_first_no_ends_it(sequential):
    multi = user("v", many("n", "agree == 'no'", sequential=sequential), 'name="成员确认"')
    spec = read(user("a") + multi + user("b"), "s > a > v > b > e")
    case = Case(spec)
    case.do("a", n=3)
    expected = [0] if sequential else [0, 1, 2]
    assert [t.index for t in spiff.open_tasks(case.run)] == expected
    assert {t.element.name for t in spiff.open_tasks(case.run)} == {"成员确认"}
    assert len({t.id for t in spiff.open_tasks(case.run)}) == len(expected)
    case.do("v", 0, agree="yes")
    assert [t.index for t in spiff.open_tasks(case.run)] == ([1] if sequential else [1, 2])
    case.do("v", 1, agree="no")
    assert case.open() == ["b"]
    assert case.run.data["agree"] == "no"
    for n in (1, 2, 5):
        case = Case(spec)
        case.do("a", n=n)
        for index in range(n):
            case.do("v", index, agree="yes")
        assert case.open() == ["b"]


@pytest.mark.parametrize("number", [0, -1, 101, "3", None, 2.0, True])
@pytest.mark.parametrize("sequential", [False, True])
def test_a_senseless_number_of_members_is_refused(number, sequential):
    """Facts: with 0 members the library completes, or hangs after an earlier "no"."""
    case = Case(read(user("a") + user("v", many("n", "", sequential=sequential)), "s > a > v > e"))
    with pytest.raises(Invalid, match="人数必须是"):
        case.do("a", n=number)


def test_terminate_ends_its_own_scope_and_no_other():
    stop = f'<b:endEvent id="stop">{TERMINATE}</b:endEvent>'
    wait = f'<b:intermediateCatchEvent id="t">{timer()}</b:intermediateCatchEvent>'
    box = sub(
        "box",
        stop + wait + user("a") + user("duty") + gateway("m") + gateway("f", "parallel"),
        "box_s > f > a > stop\nf > m > t > duty > m",
    )
    case = Case(read(box + user("after"), "s > box > after > e"))
    for _ in range(120):
        case.fire("t")
        case.do("duty")
    case.fire("t")
    assert case.open() == ["a", "duty"]
    case.do("a")
    assert (case.open(), case.armed()) == (["after"], [])
    case.do("after")
    assert case.run.is_ended


def test_interrupting_a_sub_process_clears_it_at_any_depth():
    inner = sub("inner", user("x", many("3", "", sequential=False)), "inner_s > x > inner_e")
    case = Case(
        guarded(
            host=sub("box", inner + user("y") + gateway("f", "parallel"), "box_s > f > inner > box_e\nf > y > box_e"), name="box"
        )
    )
    assert case.open() == ["x", "x", "x", "y"]
    case.fire("t")
    assert (case.open(), case.armed()) == (["late"], [])
    assert "inner" not in case.state


def test_one_process_called_twice_at_once_runs_twice():
    called = (
        process(user("x") + user("y"), "s > x > y > e", "q")
        .replace('id="s"', 'id="qs"')
        .replace('id="e"', 'id="qe"')
        .replace('"s"', '"qs"')
        .replace('"e"', '"qe"')
    )
    calls = '<b:callActivity id="c1" calledElement="q"/><b:callActivity id="c2" calledElement="q"/>'
    nodes = calls + gateway("f", "parallel") + gateway("j", "parallel") + user("z")
    case = Case(spiff.read(definitions(process(nodes, "s > f > c1 > j > z > e\nf > c2 > j"), called)))
    assert case.open() == ["x", "x"]
    case.do("x")
    assert case.open() == ["x", "y"]
    assert spiff.open_tasks(case.run)[0].element.scope == "q"
    case.do("y")
    assert set(spiff.tokens(case.run)) == {"x", "j"}
    case.do("x")
    case.do("y")
    assert case.open() == ["z"]


def test_threads_share_a_spec():
    shared = read(user("a") + user("v", many("n", "", sequential=False)), "s > a > v > e")
    wrong = []

    def work():
        for n in range(1, 25):
            case = Case(shared)
            case.do("a", n=n % 4 + 1)
            for index in range(n % 4 + 1):
                case.do("v", index)
            wrong.extend([] if case.run.is_ended else [n])

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
