"""Checking and filling templates: docx whose fields stand between braces, as docxtpl reads them.

A template comes from an office, so it is untrusted: what may stand between the braces is a field's name, `for … in …` over the
lines of a list, and `if` on a field. No calls, no filters, no arithmetic: with these a template could hang or break the house.
The file a filling gives depends on template and data alone, so that a job that runs twice writes the same bytes.
"""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment
from lxml import etree

from workflows.documents.kinds import ROWS, Kind
from workflows.papers import sniffing

ALLOWED = (nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Getattr, nodes.For, nodes.If, nodes.Not)
BROKEN = (TemplateError, etree.LxmlError, zipfile.BadZipFile, KeyError, ValueError, AttributeError)
NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
STAMP = (1980, 1, 1, 0, 0, 0)
MARKS = "只能写字段名、{% for … in … %} 和 {% if … %}"


def fault(kind: Kind, data: bytes) -> str | None:
    """Why a file cannot be the template of a kind, as a sentence that names the wrong field; None if it can."""
    if sniffing.kind_of(data) != "docx":
        return "模板应为 docx 文件。"
    if why := sniffing.fault("docx", data):
        return f"这个文件{why}"
    try:
        for part in _parts(data):
            if why := _marks_fault(kind, _environment().parse(part)):
                return why
        fill(data, sample(kind))
    except TemplateSyntaxError as error:
        return f"模板里的标记没有写完整或者写错了：{MARKS}。出错的地方附近：{_near(error)}"
    except BROKEN:
        return "模板不能填写：请检查花括号是否成对、循环的开头和结尾是否都在。"
    return None


def fill(template: bytes, data: Mapping[str, Any]) -> bytes:
    """The document: the template with its fields filled."""
    document = DocxTemplate(io.BytesIO(template))
    document.render(_clean(data), _environment(), autoescape=True)
    written = io.BytesIO()
    document.save(written)
    return _stable(written.getvalue())


def sample(kind: Kind) -> dict[str, Any]:
    """Data that fills every field of a kind with its own name: to try a template, and to show an office what goes where."""
    return {name: [dict.fromkeys(ROWS[name], "……")] if name in ROWS else f"【{name}】" for name in kind.all_fields}


def _environment() -> ImmutableSandboxedEnvironment:
    return ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=True)


def _parts(data: bytes) -> Iterator[str]:
    """The texts in which fields may stand, as docxtpl will read them: body, headers, footers."""
    document = DocxTemplate(io.BytesIO(data))
    document.init_docx()
    yield document.patch_xml(document.get_xml())
    for uri in (document.HEADER_URI, document.FOOTER_URI):
        for _, part in document.get_headers_footers(uri):
            yield document.patch_xml(document.get_part_xml(part))


def _marks_fault(kind: Kind, tree: nodes.Template) -> str | None:
    loops = dict(pair for each in tree.find_all(nodes.For) if (pair := _loop(each)))
    for node in _all(tree):
        if not isinstance(node, ALLOWED) or (isinstance(node, nodes.For) and _loop(node) is None):
            return f"模板里有不能用的写法，{MARKS}。"
        if isinstance(node, nodes.Getattr):
            of = ROWS.get(loops.get(getattr(node.node, "name", ""), ""), ())
            if node.attr not in of:
                return f"模板里的字段“{node.attr}”不存在。" + (f"每一行可用的字段有：{'、'.join(of)}。" if of else "")
        elif isinstance(node, nodes.Name) and node.name not in kind.all_fields and node.name not in loops:
            return f"模板里的字段“{node.name}”不存在。《{kind.title}》可用的字段有：{'、'.join(kind.all_fields)}。"
    return None


def _loop(node: nodes.For) -> tuple[str, str] | None:
    """(the name of a line, its list) of a loop over one of the lists; None for any other loop."""
    target, over = node.target, node.iter
    is_bare = not (node.test or node.recursive or node.else_)
    if is_bare and isinstance(target, nodes.Name) and isinstance(over, nodes.Name) and over.name in ROWS:
        return target.name, over.name
    return None


def _all(node: nodes.Node) -> Iterator[nodes.Node]:
    yield node
    for child in node.iter_child_nodes():
        yield from _all(child)


def _near(error: TemplateSyntaxError) -> str:
    """The words around a syntax error without the XML."""
    lines = (error.source or "").splitlines()
    line = lines[error.lineno - 1] if 0 < error.lineno <= len(lines) else ""
    marks = re.findall(r"{[{%][^<>]{0,40}", re.sub(r"<[^>]*>", "", line))
    return "、".join(mark.strip() for mark in marks[:3]) or "（没有找到）"


def _clean(value: Any) -> Any:
    """The data without characters that XML cannot hold."""
    if isinstance(value, Mapping):
        return {key: _clean(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_clean(each) for each in value]
    return NOT_IN_XML.sub("", str(value))


def _stable(data: bytes) -> bytes:
    """The same parts packed without the time of packing."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(zipfile.ZipInfo(name, STAMP), source.read(name), zipfile.ZIP_DEFLATED)
    return packed.getvalue()
