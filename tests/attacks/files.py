"""Hostile BPMN files: each is answered with findings, none is stored. GOOD is a file that is taken; most are GOOD with one thing in it."""

import gzip
import zlib
from itertools import chain as joined

from tests.documents import archive, docx, pdf
from tests.engine.checks.files import (
    BOMB,
    GOOD,
    NAMESPACES,
    around,
    chain,
    diagram,
    end,
    file,
    flow,
    many,
    node,
    process,
    properties,
    service,
    start,
    step,
    timer,
    user,
)

TEXT = GOOD.decode()
BODY = TEXT.split(">", 1)[1]
HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
OUTSIDE = ("file:///etc/passwd", "http://127.0.0.1:9/x", "ftp://127.0.0.1/x", "jar:file:///x!/y", "netdoc:/etc/passwd", "\\\\host\\share")


def inside(extra: str, *, before: str = "</bpmn:process>") -> bytes:
    """GOOD with something more in its first process."""
    return TEXT.replace(before, extra + before, 1).encode()


def task(extra: str) -> bytes:
    """A small diagram whose only task has something more in it."""
    return around(user("u", extra))


ENTITIES = {
    **{f"entity {where}": f'<!DOCTYPE a [<!ENTITY x SYSTEM "{where}">]>{TEXT.replace("环节a", "&x;")}'.encode() for where in OUTSIDE},
    **{f"dtd {where}": f'<!DOCTYPE a SYSTEM "{where}">{TEXT}'.encode() for where in OUTSIDE},
    **{f"parameter entity {where}": f'<!DOCTYPE a [<!ENTITY % x SYSTEM "{where}"> %x;]>{TEXT}'.encode() for where in OUTSIDE},
    "public dtd": f'<!DOCTYPE a PUBLIC "-//X//Y//EN" "http://127.0.0.1:9/x.dtd">{TEXT}'.encode(),
    "empty doctype": f"<!DOCTYPE definitions []>{TEXT}".encode(),
    "billion laughs": f'<!DOCTYPE a [<!ENTITY a0 "ha">{BOMB}]>{TEXT.replace("环节a", "&a9;")}'.encode(),
    "quadratic": f'<!DOCTYPE a [<!ENTITY q "{"q" * 50_000}">]>{TEXT.replace("环节a", "&q;" * 5_000)}'.encode(),
    "entity in itself": f'<!DOCTYPE a [<!ENTITY a "&b;"><!ENTITY b "&a;">]>{TEXT.replace("环节a", "&a;")}'.encode(),
    "unknown entity": TEXT.replace("环节a", "&nobody;").encode(),
    "attlist default": f'<!DOCTYPE a [<!ATTLIST userTask id CDATA "x">]>{TEXT}'.encode(),
    "notation": f'<!DOCTYPE a [<!NOTATION n SYSTEM "/bin/sh">]>{TEXT}'.encode(),
    "doctype after a comment": f"<!-- x --><!DOCTYPE a>{TEXT}".encode(),
}
ENCODINGS = {
    "utf-16 doctype": f'<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a>{TEXT}'.encode("utf-16"),
    "utf-16 without a mark": f'<?xml version="1.0" encoding="UTF-16"?>{TEXT}'.encode("utf-16-le"),
    "utf-7": (b'<?xml version="1.0" encoding="UTF-7"?>' + f"<!DOCTYPE a>{TEXT}".encode("utf-7")),
    "klingon": b'<?xml version="1.0" encoding="klingon"?><a/>',
    "ebcdic that lies": b'<?xml version="1.0" encoding="IBM037"?>' + GOOD,
    "utf-8 that is latin": HEAD.encode() + TEXT.replace("环节a", "\xe9\xe8").encode("latin-1", "ignore"),
    "nul": GOOD.replace(b"hazard", b"haz\0ard"),
    "control characters": GOOD.replace("环节a".encode(), b"a\x01\x08\x1b"),
    "a surrogate": GOOD.replace("环节a".encode(), b"\xed\xa0\x80"),
    "overlong utf-8": GOOD.replace("环节a".encode(), b"\xc0\xbc\xc0\xae"),
    "char reference to nul": TEXT.replace("环节a", "&#0;").encode(),
    "char reference to ffff": TEXT.replace("环节a", "&#xFFFF;").encode(),
}
NOT_XML = {
    "nothing": b"",
    "spaces": b" \r\n\t ",
    "binary": bytes(range(256)),
    "gzip": gzip.compress(GOOD),
    "zlib": zlib.compress(GOOD),
    "zip": archive(x=TEXT),
    "docx": docx(),
    "pdf": pdf(),
    "png": b"\x89PNG\r\n\x1a\n" + GOOD,
    "json": b'{"definitions": {}}',
    "html": b"<!doctype html><html><script>alert(1)</script></html>",
    "php": b"<?php system($_GET['c']); ?>" + GOOD,
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "xslt": b'<xsl:stylesheet xmlns:xsl="http://www.w3.org/1999/XSL/Transform" version="1.0"/>',
    "half": GOOD[: len(GOOD) // 2],
    "twice": GOOD + GOOD,
    "text after the end": GOOD + b"x",
    "text before": b"x" + GOOD,
    "large": GOOD + b" " * 2_000_000,
    "deep": b"<a>" * 5_000 + b"</a>" * 5_000,
    "deep in a task": task("<bpmn:documentation>" + "<a>" * 3_000 + "</a>" * 3_000 + "</bpmn:documentation>"),
    "a long name": f"<{'a' * 1_900_000}/>".encode(),
    "many attributes": ("<a " + " ".join(f"b{i}='1'" for i in range(100_000)) + "/>").encode(),
    "the same attribute twice": TEXT.replace('id="a"', 'id="a" id="b"', 1).encode(),
    "unbound prefix": TEXT.replace("<bpmn:process", "<evil:process", 1).replace("</bpmn:process>", "</evil:process>", 1).encode(),
}
NAMESPACED = {
    "no namespace": TEXT.replace("bpmn:", "").encode(),
    "bpmn 1.0": TEXT.replace("20100524/MODEL", "20000000/MODEL").encode(),
    "another root": f'<x xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL">{BODY}'.encode(),
    "the root in a wrapper": f"<soap>{TEXT}</soap>".encode(),
    "a look-alike namespace": TEXT.replace("www.omg.org", "www.оmg.org").encode(),
    "a namespace with a space": TEXT.replace("20100524/MODEL", "20100524/MODEL ").encode(),
    "bpmn under a second prefix": inside('<x:scriptTask xmlns:x="http://www.omg.org/spec/BPMN/20100524/MODEL" id="x1"><x:script>1</x:script></x:scriptTask>'),
    "a spiff script": task('<s:preScript xmlns:s="http://spiffworkflow.org/bpmn/schema/1.0/core">import os</s:preScript>'),
}
XINCLUDE = 'xmlns:xi="http://www.w3.org/2001/XInclude"'
FETCHED = {
    **{f"xinclude {where}": inside(f'<xi:include {XINCLUDE} href="{where}" parse="text"/>') for where in OUTSIDE},
    "stylesheet": b'<?xml-stylesheet type="text/xsl" href="http://127.0.0.1:9/x.xsl"?>' + GOOD,
    "an instruction in a task": task("<?php system('id'); ?>"),
    "an instruction after the end": GOOD + b"<?x y?>",
}
RUNNING = {
    f"{kind} with code": around(node(kind, "u", f"<bpmn:script>{code}</bpmn:script>", 'scriptFormat="python"'))
    for kind in ("scriptTask", "businessRuleTask", "task", "sendTask", "receiveTask", "manualTask")
    for code in ("import os", "__import__('os').system('id')")
} | {
    f"extension {name}": around(
        '<bpmn:userTask id="u" name="环节">'
        + properties(role="ENT_SAFETY", form="report").replace("</bpmn:ext", f"{text}</bpmn:ext")
        + "</bpmn:userTask>"
    )
    for name, text in {
        "preScript": "<s:preScript>import os</s:preScript>",
        "postScript": "<s:postScript>import os</s:postScript>",
        "unitTests": "<s:unitTests><s:unitTest id='x'/></s:unitTests>",
        "messagePayload": "<s:messagePayload>x</s:messagePayload>",
    }.items()
}  # fmt: skip
STEPS = {
    "an unknown step": around(service("u", '<s:serviceTaskOperator id="os.system"/>')),
    "a step of python": around(service("u", '<s:serviceTaskOperator id="__import__"/>')),
    "a private step": around(service("u", '<s:serviceTaskOperator id="_close"/>')),
    "a step with dots": around(service("u", '<s:serviceTaskOperator id="close.__globals__"/>')),
    "a step with a parameter too many": around(service("u", step("close", 'id="by" type="str" value="1"'))),
    "a parameter with code": around(service("u", step("remind", 'id="level" type="str" value="().__class__"'))),
    "a parameter with a lambda": around(service("u", step("remind", 'id="level" type="str" value="lambda: 1"'))),
    "a hidden parameter": around(service("u", step("remind", 'id="__class__" type="str" value="1"'))),
    "an unknown verb": around(user("u", role="ENT_SAFETY", form="report", verb="drop_everything")),
    "an unknown role": around(user("u", role="ROOT", form="report")),
    "everybody's role": around(user("u", role="*", form="report")),
    "an unknown unit": around(user("u", role="ENT_SAFETY", form="report", unit="../..")),
    "an unknown person": around(user("u", person="1 or 1", form="report")),
    "an unknown form": around(user("u", role="ENT_SAFETY", form="../../etc/passwd")),
    "a form of a file": around(user("u", role="ENT_SAFETY", form="file:///etc/passwd")),
    "an unknown duty": around(user("u", role="ENT_SAFETY", form="report", duty="X")),
    "a due date of python": around(user("u", role="ENT_SAFETY", form="report", due="__import__('os')")),
    "an endless due date": around(user("u", role="ENT_SAFETY", form="report", due="9" * 400 + "wd")),
}
COUNTED = {
    f"{what} {text[:24]}": made
    for text in ("().__class__", "10**9", "lambda: 1", "open('/etc/passwd')", "[x for x in y]", "f'{n}'", "n := 9", "'9' * 999.real")
    for what, made in {
        "cardinality": around(user("u", many(text))),
        "completion": around(user("u", many("member_count", f"<bpmn:completionCondition>{text}</bpmn:completionCondition>"))),
        "moment": around(node("intermediateCatchEvent", "u", timer(text))),
        "condition": around(node("exclusiveGateway", "g", attributes='default="g_e"'), user(), flow("g", "u", text), flow("g", "e"), first="g"),
    }.items()
}  # fmt: skip
EVENTS = {
    f"{kind}": around(node("intermediateCatchEvent", "u", f"<bpmn:{kind}/>"))
    for kind in (
        "messageEventDefinition signalEventDefinition escalationEventDefinition compensateEventDefinition "
        "conditionalEventDefinition linkEventDefinition errorEventDefinition cancelEventDefinition"
    ).split()
} | {f"a timer by {kind}": around(node("intermediateCatchEvent", "u", timer("'R999999999/PT0S'", kind))) for kind in ("timeCycle", "timeDuration")}
ROW = [f"u{i}" for i in range(10_000)]
BIG = {
    "10,000 nodes": diagram(start(), end(), *(node("manualTask", each) for each in ROW), *(flow("s", "u0"), flow("u9999", "e"))),
    "10,000 gateways in a row": diagram(*(node("parallelGateway", each) for each in ROW))[:1_999_000],
    "nested sub-processes": around(
        "".join(f'<bpmn:subProcess id="u{"" if i == 0 else i}">' for i in range(200)) + "</bpmn:subProcess>" * 200
    ),
    "5,000 processes": file(*(process(process_id=f"p{i}") for i in range(5_000))),
    "a crowd into one join": diagram(
        start(), end(), node("parallelGateway", "j"), *(node("parallelGateway", each) for each in ROW[:400]),
        *joined.from_iterable((flow("s", each), flow(each, "j")) for each in ROW[:400]), flow("j", "e"),
    ),
}  # fmt: skip
KNOTTED = {
    "the same id twice": around(user(), user()),
    "one id for a flow and a task": around(user("u"), chain("u", "u")),
    "an id with code": around(user("u;import os"), first="u;import os", last="u;import os"),
    "an id with a path": around(user("../u"), first="../u", last="../u"),
    "an id with markup": around(user("&lt;script&gt;"), first="&lt;script&gt;", last="&lt;script&gt;"),
    "an id of python": around(user("__class__"), user("u")),
    "no ids": TEXT.replace('id="a"', "", 1).encode(),
    "a flow to nowhere": around(user(), flow("u", "nowhere")),
    "a flow out of a flow": around(user(), flow("s_u", "u", flow_id="f")),
    "a process that calls itself": file(process(start(), node("callActivity", "u", attributes='calledElement="p"'), end(), chain("s", "u", "e"))),
    "two that call each other": file(
        process(start(), node("callActivity", "u", attributes='calledElement="q"'), end(), chain("s", "u", "e")),
        process(start("s2"), node("callActivity", "v", attributes='calledElement="p"'), end("e2"), chain("s2", "v", "e2"), process_id="q"),
    ),
    "a call of a file": around(node("callActivity", "u", attributes='calledElement="file:///etc/passwd"')),
    "a call of nobody": around(node("callActivity", "u", attributes='calledElement="nobody"')),
    "a call by an expression": around(node("callActivity", "u", attributes='calledElement="${x}"')),
    "an automatic loop": around(node("exclusiveGateway", "u"), node("exclusiveGateway", "w"), chain("u", "w", "u"), last="w"),
    "a lane that is no role": TEXT.replace('name="主任"', 'name="&lt;img src=x&gt;"', 1).encode(),
    "a lane of a node that is not there": TEXT.replace(">by_lane</bpmn:flowNodeRef>", ">ghost</bpmn:flowNodeRef>", 1).encode(),
    "a boundary on nothing": around(user(), node("boundaryEvent", "b", timer(), 'attachedToRef="ghost"')),
    "a default that is not there": around(node("exclusiveGateway", "u", attributes='default="ghost"')),
    "no process": f'<bpmn:definitions {NAMESPACES} targetNamespace="t"/>'.encode(),
    "a process that is not executable": file(process(start(), user("u"), end(), chain("s", "u", "e"), attributes='isExecutable="false"')),
    "a transaction": around('<bpmn:transaction id="u"/>'),
    "an ad-hoc sub-process": around('<bpmn:adHocSubProcess id="u"/>'),
    "a complex gateway": around(node("complexGateway", "u")),
    "a call choreography": around(node("callChoreography", "u")),
    "an unknown element": around(node("evilTask", "u")),
}

IGNORED = {
    "elements of nobody": inside('<evil:task xmlns:evil="urn:evil" id="evil1"/>'),
    "an import": TEXT.replace(
        "<bpmn:collaboration", '<bpmn:import importType="x" location="{address}" namespace="u"/><bpmn:collaboration', 1
    ).encode(),
    "a listener of another tool": task('<bpmn:extensionElements><camunda:taskListener class="x" event="create"/></bpmn:extensionElements>'),
    "a schema": TEXT.replace(
        "<bpmn:definitions", '<bpmn:definitions xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:schemaLocation="u {address}"', 1
    ).encode(),
}
"""What other tools write and this house never looks at: taken, and nothing of it is fetched or run."""

HOSTILE: dict[str, bytes] = {
    **ENTITIES, **ENCODINGS, **NOT_XML, **NAMESPACED, **FETCHED, **RUNNING, **STEPS, **COUNTED, **EVENTS, **BIG, **KNOTTED,
}  # fmt: skip
