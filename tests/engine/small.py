"""Small diagrams written by hand, and a case that is frozen and thawed after everything."""

from datetime import UTC, datetime

from tests.engine.diagrams import definitions
from workflows.engine import expressions, spiff

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
