"""The only way in for a BPMN file: bytes that a person uploaded become a tree, or a sentence says why not."""

from lxml import etree

from workflows.errors import Invalid

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
DI = "http://www.omg.org/spec/BPMN/20100524/DI"
DC = "http://www.omg.org/spec/DD/20100524/DC"
SPIFF = "http://spiffworkflow.org/bpmn/schema/1.0/core"
XINCLUDE = "http://www.w3.org/2001/XInclude"

MAX_BYTES = 2_000_000


def parse(data: bytes) -> etree._Element:
    """The root (`definitions`) of a BPMN file, without comments.

    Raises Invalid("", sentence) for what is too large, no XML, has a DOCTYPE (the door of entity bombs and of
    reading this machine's files), processing instructions or XInclude, or is XML of another kind.
    """
    if not data.strip():
        raise Invalid("", "文件是空的，请重新选择 BPMN 文件。")
    if len(data) > MAX_BYTES:
        raise Invalid("", "文件超过 2 MB，无法读取；请删去图中嵌入的图片等内容，或拆分成几个流程。")
    root = _tree(data)
    if _has_doctype(root):
        raise Invalid("", "文件含有 DOCTYPE 声明，出于安全不予读取；请用建模工具重新导出 BPMN 2.0 文件。")
    if root.getroottree().xpath("//processing-instruction()"):
        raise Invalid("", "文件含有处理指令（“<?”开头的内容），出于安全不予读取；请用建模工具重新导出 BPMN 2.0 文件。")
    if next(root.iter(f"{{{XINCLUDE}}}*"), None) is not None:
        raise Invalid("", "文件要把别的文件包含进来（XInclude），出于安全不予读取；请用建模工具重新导出 BPMN 2.0 文件。")
    if root.tag != f"{{{BPMN}}}definitions":
        raise Invalid("", "这不是 BPMN 2.0 流程图文件；请在建模工具中选择“导出为 BPMN 2.0 XML”。")
    return root


def _tree(data: bytes) -> etree._Element:
    try:
        return etree.fromstring(data, _parser())
    except (etree.XMLSyntaxError, ValueError, LookupError) as problem:  # LookupError: an encoding nobody knows
        line = getattr(problem, "lineno", None)
        where = f"（第 {line} 行附近）" if line else ""
        if getattr(problem, "code", None) == etree.ErrorTypes.WAR_NS_URI:
            said = f"文件里“xmlns”后面的地址{where}有空格等不允许的字符，无法读取；请用文本编辑器删去这些字符。"
            raise Invalid("", said) from None
        raise Invalid("", f"文件不是完整的 XML{where}，无法读取；请用建模工具重新导出。") from None


def _parser() -> etree.XMLParser:
    """A comment inside a condition would cut its text in two, so comments go. Made anew: threads must not share one."""
    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True
    )


def _has_doctype(root: etree._Element) -> bool:
    info = root.getroottree().docinfo
    return info.internalDTD is not None or info.externalDTD is not None
