"""Random diagrams for the walks: everything the engine allows, nested at random, safe by construction.

A block is a piece of diagram with one way in and one way out; blocks stand inside one another. Whatever is chosen after a task
is chosen by that task's own decision; everywhere else gateways ask functions (`q0()` …), as the modelling rules demand.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple
from xml.sax.saxutils import escape, quoteattr

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
SPIFF = "http://spiffworkflow.org/bpmn/schema/1.0/core"
QUESTIONS = 5  # functions q0() … q4(), yes or no
TERMINATE = "<b:terminateEventDefinition/>"


class Block(NamedTuple):
    """Ids of the first and the last node."""

    first: str
    last: str


@dataclass
class Scope:
    """The nodes and flows of one process or sub-process, written as XML at once."""

    nodes: list[str] = field(default_factory=list)
    flows: list[str] = field(default_factory=list)


@dataclass
class Diagram:
    """What a walk needs: the file, and what each task may answer."""

    xml: bytes
    process_id: str
    decides: dict[str, list[dict[str, str | int]]]


def timer(expression: str = "at()") -> str:
    return f"<b:timerEventDefinition><b:timeDate>{expression}</b:timeDate></b:timerEventDefinition>"


def many(cardinality: str, until: str, *, sequential: bool) -> str:
    condition = f"<b:completionCondition>{escape(until)}</b:completionCondition>" if until else ""
    return (
        f'<b:multiInstanceLoopCharacteristics isSequential="{str(sequential).lower()}">'
        f"<b:loopCardinality>{cardinality}</b:loopCardinality>{condition}</b:multiInstanceLoopCharacteristics>"
    )


def operator(step: str) -> str:
    return f'<b:extensionElements><s:serviceTaskOperator id="do_{step}"/></b:extensionElements>'


def definitions(*processes: str) -> bytes:
    """A BPMN file of these processes."""
    head = f'<b:definitions xmlns:b="{BPMN}" xmlns:s="{SPIFF}" id="file" targetNamespace="test">'
    return f"{head}{''.join(processes)}</b:definitions>".encode()


class Builder:
    """Grows one random diagram."""

    def __init__(self, rnd: random.Random, blocks: list[str]) -> None:
        self.rnd, self.blocks = rnd, blocks
        self.count = 0
        self.decides: dict[str, list[dict[str, str | int]]] = {}
        self.called: list[str] = []
        self.scope = Scope()

    # ---- pieces ---------------------------------------------------------------------------------------

    def node(self, tag: str, body: str = "", **attributes: str) -> str:
        self.count += 1
        id = f"{tag[:4]}{self.count}"
        given = "".join(f" {name}={quoteattr(value)}" for name, value in attributes.items())
        self.scope.nodes.append(f'<b:{tag} id="{id}"{given}>{body.replace("SELF", id)}</b:{tag}>')
        return id

    def flow(self, source: str, target: str, condition: str = "") -> str:
        self.count += 1
        body = f"<b:conditionExpression>{escape(condition)}</b:conditionExpression>" if condition else ""
        id = f"f{self.count}"
        ends = f'sourceRef="{source}" targetRef="{target}"'
        self.scope.flows.append(f'<b:sequenceFlow id="{id}" {ends}>{body}</b:sequenceFlow>')
        return id

    def default(self, gateway: str, target: str) -> None:
        flow = self.flow(gateway, target)
        self.scope.nodes = [n.replace(f'id="{gateway}"', f'id="{gateway}" default="{flow}"') for n in self.scope.nodes]

    def within(self, fill: Callable[[], None]) -> str:
        """The XML of a scope of its own, filled by `fill`."""
        outer, self.scope = self.scope, Scope()
        fill()
        text = "".join(self.scope.nodes + self.scope.flows)
        self.scope = outer
        return text

    def question(self) -> str:
        """A function, or its opposite."""
        asked = f"q{self.rnd.randrange(QUESTIONS)}()"
        return self.rnd.choice((asked, f"not {asked}"))

    def sequence(self, *blocks: Block) -> Block:
        for one, next in zip(blocks, blocks[1:], strict=False):
            self.flow(one.last, next.first)
        return Block(blocks[0].first, blocks[-1].last)

    # ---- blocks ---------------------------------------------------------------------------------------

    def block(self, size: int) -> Block:
        """A block with about `size` tasks."""
        if size <= 1:
            return getattr(self, self.rnd.choice(("task", "task", "task", "service", "wait")))()
        if self.rnd.random() < 0.3:
            return self.sequence(self.block(size // 2), self.block(size - size // 2))
        return getattr(self, self.rnd.choice(self.blocks))(size)

    def task(self, _: int = 1) -> Block:
        id = self.node("userTask")
        return Block(id, id)

    def service(self, _: int = 1) -> Block:
        id = self.node("serviceTask", operator("SELF"))
        return Block(id, id)

    def wait(self, _: int = 1) -> Block:
        id = self.node("intermediateCatchEvent", timer())
        return Block(id, id)

    def deciding(self, choices: int) -> Block:
        id = self.node("userTask")
        self.decides[id] = [{"decision": f"d{n}"} for n in range(choices)]
        return Block(id, id)

    def parts(self, size: int, count: int) -> list[Block]:
        return [self.block(max(1, (size - 1) // count)) for _ in range(count)]

    def choice(self, size: int) -> Block:
        """One of two or three ways; an empty way at times."""
        count = self.rnd.choice((2, 2, 3))
        decides = self.rnd.random() < 0.6
        head = self.deciding(count) if decides else self.service()
        split, merge = self.node("exclusiveGateway"), self.node("exclusiveGateway")
        self.flow(head.last, split)
        for n, way in enumerate(self.parts(size, count)):
            if n == 0:
                self.default(split, way.first)
            else:
                self.flow(split, way.first, f"decision == 'd{n}'" if decides else self.question())
            self.flow(way.last, merge)
        if self.rnd.random() < 0.3:
            self.flow(split, merge, "decision == 'dx'" if decides else self.question())
            self.decides.get(head.first, []).append({"decision": "dx"})
        return Block(head.first, merge)

    def loop(self, size: int) -> Block:
        """Rework: back to the beginning, or into the middle, as the deciding task at its end says."""
        body, more = self.block(size // 2), self.block(size // 2)
        start, middle, split = self.node("exclusiveGateway"), self.node("exclusiveGateway"), self.node("exclusiveGateway")
        end = self.deciding(3)
        self.sequence(Block(start, start), body, Block(middle, middle), more, end, Block(split, split))
        self.flow(split, start, "decision == 'd1'")
        self.flow(split, middle, "decision == 'd2'")
        out = self.node("exclusiveGateway")
        self.default(split, out)
        return Block(start, out)

    def both(self, size: int) -> Block:
        """Two or three branches side by side; the loops within them turn while the others stay live."""
        fork, join = self.node("parallelGateway"), self.node("parallelGateway")
        for branch in self.parts(size, self.rnd.choice((2, 2, 3))):
            self.flow(fork, branch.first)
            self.flow(branch.last, join)
        return Block(fork, join)

    def some(self, size: int) -> Block:
        """Inclusive: some of two or three branches, one of them by default."""
        fork, join = self.node("inclusiveGateway"), self.node("inclusiveGateway")
        for n, branch in enumerate(self.parts(size, self.rnd.choice((2, 2, 3)))):
            if n == 0:
                self.default(fork, branch.first)
            else:
                self.flow(fork, branch.first, self.question())
            self.flow(branch.last, join)
        return Block(fork, join)

    def knot(self, size: int) -> Block:
        """Gateways that join and fork at once, of one kind."""
        kind = self.rnd.choice(("parallelGateway", "inclusiveGateway"))
        gateways = [self.node(kind) for _ in range(3)]
        for fork, join in zip(gateways, gateways[1:], strict=False):
            for n, branch in enumerate(self.parts(size // 2, self.rnd.choice((2, 3)))):
                if kind == "inclusiveGateway" and n == 0:
                    self.default(fork, branch.first)
                else:
                    self.flow(fork, branch.first, self.question() if kind == "inclusiveGateway" else "")
                self.flow(branch.last, join)
        return Block(gateways[0], gateways[-1])

    def astray(self, size: int) -> Block:
        """An inclusive fork with branches that may end on their own instead of coming to the join, or come to it late."""
        fork, join, late = (self.node("inclusiveGateway") for _ in range(3))
        for n, branch in enumerate(self.parts(size, 3)):
            if n == 0:
                self.default(fork, branch.first)
            else:
                self.flow(fork, branch.first, self.question())
            end, split = self.deciding(3), self.node("exclusiveGateway")
            self.sequence(branch, end, Block(split, split))
            self.flow(split, late, "decision == 'd1'")
            self.flow(split, self.node("endEvent"), "decision == 'd2'")
            self.default(split, join)
        self.sequence(Block(join, join), self.block(1), Block(late, late))
        return Block(fork, late)

    def stray(self, size: int) -> Block:
        """`astray` in a sub-process of its own: where no branch comes to the join, nothing comes out."""
        id = self.node("subProcess", self.within(lambda: self.enclose(self.astray(size))))
        return Block(id, id)

    def race(self, size: int) -> Block:
        """An event-based gateway: the first of two or three moments."""
        gateway, merge = self.node("eventBasedGateway"), self.node("exclusiveGateway")
        for way in self.parts(size, self.rnd.choice((2, 3))):
            self.flow(gateway, event := self.wait().first)
            self.flow(event, way.first)
            self.flow(way.last, merge)
        return Block(gateway, merge)

    def several(self, _: int) -> Block:
        """A multi-instance task, after a task that says how many; it ends at the first "no" or when all are done."""
        head = self.node("userTask")
        self.decides[head] = [{"n": n} for n in (1, 2, 3)]
        until = self.rnd.choice(("", "agree == 'no'"))
        task = self.node("userTask", many("n", until, sequential=self.rnd.random() < 0.5))
        self.decides[task] = [{"agree": a} for a in ("yes", "yes", "yes", "no")]
        self.flow(head, task)
        return Block(head, task)

    def members(self, size: int) -> Block:
        """A multi-instance task, and a way for its refusal."""
        head, task = self.several(size)
        split, merge = self.node("exclusiveGateway"), self.node("exclusiveGateway")
        self.flow(task, split)
        refused = self.block(max(1, size - 2))
        self.flow(split, refused.first, "agree == 'no'")
        self.default(split, merge)
        self.flow(refused.last, merge)
        return Block(head, merge)

    def sub(self, size: int) -> Block:
        """A sub-process that ends by its last token, or by a terminate end event beside a recurring duty."""
        id = self.node("subProcess", self.within(lambda: self.fill(max(1, size - 1))))
        return Block(id, id)

    def call(self, size: int) -> Block:
        """A called process of its own."""
        name, place = f"called{len(self.called)}", len(self.called)
        self.called.append("")
        body = self.within(lambda: self.fill(max(1, size - 1)))
        self.called[place] = f'<b:process id="{name}" isExecutable="true">{body}</b:process>'
        id = self.node("callActivity", calledElement=name)
        return Block(id, id)

    def late(self, size: int) -> Block:
        """Boundary timers on a task, a multi-instance task, a sub-process or a call. What a non-interrupting one starts
        must be over before its host can be entered again, so both stand in a sub-process of their own."""
        kinds = [self.rnd.random() < 0.6 for _ in range(self.rnd.choice((1, 1, 2)))]
        if all(kinds):
            return self.guarded(size, kinds)
        id = self.node("subProcess", self.within(lambda: self.enclose(self.guarded(size, kinds))))
        return Block(id, id)

    def late_loose(self, size: int) -> Block:
        """`late` without that care."""
        return self.guarded(size, [self.rnd.random() < 0.4 for _ in range(self.rnd.choice((1, 1, 2)))])

    def guarded(self, size: int, kinds: list[bool]) -> Block:
        make = getattr(self, self.rnd.choice(("task", "several", "sub", "call")))
        block, merge = make(max(1, size - 2)), self.node("exclusiveGateway")
        self.flow(block.last, merge)
        for interrupts in kinds:
            event = self.node("boundaryEvent", timer(), attachedToRef=block.last, cancelActivity=str(interrupts).lower())
            handler = self.block(max(1, size // 3))
            self.flow(event, handler.first)
            self.flow(handler.last, merge if interrupts else self.node("endEvent"))
        return Block(block.first, merge)

    def enclose(self, block: Block) -> None:
        self.flow(self.node("startEvent"), block.first)
        self.flow(block.last, self.node("endEvent"))

    def fill(self, size: int) -> None:
        """Start, a block, and an end of some kind."""
        start, kind = self.node("startEvent"), self.rnd.random()
        if kind < 0.5:
            self.flow(start, (body := self.block(size)).first)
            self.flow(body.last, self.node("endEvent"))
        elif kind < 0.75:
            self.duty(start, self.block(size))
        else:
            self.refill(start, size)

    def duty(self, start: str, main: Block) -> None:
        """A recurring duty beside the main branch, whose terminate end event ends both."""
        fork, merge = self.node("parallelGateway"), self.node("exclusiveGateway")
        again = self.sequence(Block(merge, merge), self.wait(), self.block(2))
        self.flow(start, fork)
        self.flow(fork, main.first)
        self.flow(fork, merge)
        self.flow(again.last, merge)
        self.flow(main.last, self.node("endEvent", TERMINATE))

    def refill(self, start: str, size: int) -> None:
        """Two branches meet; the join gives the second one's token back at once, so that every later round of the first
        passes the same join. Ended by terminate. This is how both handovers of the main loop meet."""
        fork, join, stays = (self.node("parallelGateway") for _ in range(3))
        again, kept, split = (self.node("exclusiveGateway") for _ in range(3))
        work, other, end = self.block(size // 2), self.block(size // 2), self.deciding(2)
        self.flow(start, fork)
        self.flow(fork, again)
        self.flow(fork, other.first)
        self.sequence(Block(again, again), work, Block(join, join), Block(stays, stays), end, Block(split, split))
        self.sequence(other, Block(kept, kept), Block(join, join))
        self.flow(stays, kept)
        self.flow(split, again, "decision == 'd1'")
        self.default(split, self.node("endEvent", TERMINATE))


BLOCKS = ["choice", "loop", "loop", "both", "both", "some", "knot", "stray", "race", "members", "sub", "call", "late"]

LOOSE = ["late_loose", "astray", "loop", "both", "some", "sub"]


def grow(seed: int, blocks: list[str] = BLOCKS) -> Diagram:
    """The random diagram of a seed: some of the kinds of blocks, four to eighteen tasks or so."""
    rnd = random.Random(seed)
    builder = Builder(rnd, rnd.sample(blocks, k=rnd.randint(2, len(blocks))))
    main = builder.within(lambda: builder.fill(rnd.randint(4, 18)))
    process = f'<b:process id="main" isExecutable="true">{main}</b:process>'
    return Diagram(definitions(process, *builder.called), "main", builder.decides)
