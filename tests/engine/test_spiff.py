"""The door to SpiffWorkflow: what a run promises to the rest of the engine (design, section 5; facts, section 1)."""

import threading
from datetime import date

import pytest

from tests.engine.diagrams import definitions, many, operator
from tests.engine.small import LATER, Case, World, gateway, process, read, sub, user
from workflows.engine import spiff
from workflows.errors import Conflict, Forbidden, Invalid

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


def test_a_join_merges_in_the_order_of_arrival():
    """The last one to come wins: which is why the modelling rules let a gateway behind a join ask functions only."""
    tasks = "".join(user(id) for id in "abcz")
    nodes = tasks + gateway("f", "parallel") + gateway("j", "parallel")
    spec = read(nodes, "s > f > a > j > z > e\nf > b > j\nf > c > j")
    for order in ("abc", "cab", "bca", "cba"):
        case = Case(spec)
        for id in order:
            case.do(id, **({"x": id} if id != order[2] else {}))
        assert case.run.data == {"x": order[1]}, order


def test_a_service_task_gets_its_parameters_and_gives_scalars():
    parameters = '<s:parameters><s:parameter id="days" type="int" value="n + 1"/></s:parameters>'
    step = f'<b:extensionElements><s:serviceTaskOperator id="do_it">{parameters}</s:serviceTaskOperator></b:extensionElements>'
    case = Case(read(user("a") + f'<b:serviceTask id="x">{step}</b:serviceTask>' + user("b"), "s > a > x > b > e"))
    case.world.result = {"member_count": 3}
    case.do("a", n=4)
    assert case.world.calls == [("do_it", {"days": 5}, {"n": 4})]
    assert case.run.data == {"n": 4, "member_count": 3}


def test_a_refusal_of_the_domain_comes_out_and_nothing_is_saved():
    def refuse():
        raise Forbidden("本人不得验收自己整改的隐患。")

    nodes = user("a") + user("b") + gateway("g", default="g_e")
    case = Case(read(nodes, "s > a > g > e\ng > b : refuse()\nb > e"), World(refuse=refuse))
    before = case.state
    with pytest.raises(Forbidden, match="不得验收"):
        case.do("a")
    assert case.run.is_broken
    with pytest.raises(RuntimeError):
        spiff.freeze(case.run)
    with pytest.raises(RuntimeError):
        spiff.rearm(case.run)
    again = spiff.thaw(case.spec, before, World(refuse=lambda: False))
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
