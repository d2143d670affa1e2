"""What a file is, by its content: a PDF or a Word document that tells the same to every reader, or a sentence why not.

Checked here are the shapes by which such files harm: two kinds in one (polyglots), bombs, macros, scripts, things fetched
from outside. It is no virus scanner; what passes is still only ever served as a download.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from itertools import chain

from lxml import etree

PDF_START = re.compile(rb"%PDF-[12]\.\d")
PDF_END = re.compile(rb"startxref\s+(\d{1,10})\s+%%EOF\s*\Z")
PDF_TABLE = re.compile(rb"\s*(xref\b|\d+\s+\d+\s+obj\b)")
LONGEST_HEAD = 4096  # of the dictionary before a stream
ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
ACTIVE = re.compile(rb"/(JavaScript|JS|Launch|EmbeddedFile|EmbeddedFiles|RichMedia|XFA|ImportData)(?![A-Za-z0-9])")
MOST_UNPACKED = 60 * 1024 * 1024
MOST_XML = 20 * 1024 * 1024  # of one part; five thousand pages are less
MOST_PARTS = 3000
CHUNK = 256 * 1024
WORD = ("[Content_Types].xml", "word/document.xml")
MACROS = re.compile(r"vba(project|data)|activex|oleobject|\.(bin|exe|dll|js|vbs|html?)$", re.IGNORECASE)
OLD_WORD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def kind_of(data: bytes) -> str:
    """pdf, docx, jpg, png, doc, or "" for anything else. Only the beginning is looked at; `fault` looks at the rest."""
    starts = {b"%PDF-": "pdf", b"PK\x03\x04": "docx", b"\xff\xd8\xff": "jpg", b"\x89PNG\r\n": "png", OLD_WORD: "doc"}
    return next((kind for start, kind in starts.items() if data.startswith(start)), "")


def fault(kind: str, data: bytes) -> str | None:
    """Why a pdf or docx is not taken, as the end of a sentence about it; None if it is in order."""
    return _pdf_fault(data) if kind == "pdf" else _docx_fault(data)


# ---- pdf ---------------------------------------------------------------------------------------------------------------


def _pdf_fault(data: bytes) -> str | None:
    end = PDF_END.search(data[-2048:])
    if not PDF_START.match(data) or end is None or not _has_table(data, int(end[1])):
        return "不是完整的 PDF 文件，请重新导出后再传。"
    if zipfile.is_zipfile(io.BytesIO(data)):
        return "里面还夹带了别的文件，不能上传；请重新导出为普通 PDF。"
    streams = list(_streams(data))
    plain = _between(data, streams)
    if re.search(rb"/Encrypt(?![A-Za-z0-9])", _unescaped(plain)):
        return "加了密码或权限限制，日后可能打不开；请去掉限制后再传。"
    try:
        is_active = any(ACTIVE.search(_unescaped(part)) for part in chain([plain], _object_streams(data, streams)))
    except zlib.error:
        return "不是完整的 PDF 文件，请重新导出后再传。"
    return "含有脚本、附件或可执行的内容，不能上传；请重新打印成普通 PDF。" if is_active else None


def _has_table(data: bytes, offset: int) -> bool:
    return 0 < offset < len(data) and PDF_TABLE.match(data, offset) is not None


def _unescaped(part: bytes) -> bytes:
    """Names with their #4A escapes resolved: /J#61vaScript is /JavaScript."""
    return ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), part)


def _streams(data: bytes) -> Iterator[tuple[int, int]]:
    """From where to where each stream lies. Searched forwards only: a regular expression could be kept busy for hours."""
    start = 0
    while (start := data.find(b"stream", start)) >= 0:
        start += len(b"stream")
        if data[start : start + 1] in (b"\r", b"\n"):
            end = data.find(b"endstream", start)
            if end < 0:
                return
            yield start, end
            start = end + len(b"endstream")


def _between(data: bytes, streams: list[tuple[int, int]]) -> bytes:
    """The file without its streams: in packed pictures any short word occurs by chance."""
    starts, ends = [0, *(end for _, end in streams)], [*(start for start, _ in streams), len(data)]
    return b"\n".join(data[start:end] for start, end in zip(starts, ends, strict=True))


def _object_streams(data: bytes, streams: list[tuple[int, int]]) -> Iterator[bytes]:
    """The unpacked object streams, in which newer writers keep dictionaries; together no more than MOST_UNPACKED.

    zlib.error for one that is packed in another way than all writers do: what cannot be looked into is not taken.
    """
    left = MOST_UNPACKED
    for start, end in streams:
        first = max(start - LONGEST_HEAD, 0)
        head = _unescaped(data[max(data.rfind(b"obj", first, start), first) : start])
        if b"/ObjStm" not in head:
            continue
        content = data[start:end].removeprefix(b"\r").removeprefix(b"\n")
        unpacked = zlib.decompressobj().decompress(content, left) if b"/Filter" in head else content
        left -= len(unpacked)
        if left <= 0:
            raise zlib.error("more than a document needs")
        yield unpacked


# ---- docx --------------------------------------------------------------------------------------------------------------


def _docx_fault(data: bytes) -> str | None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            return _parts_fault(packed, data) or _word_fault(packed)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError):
        return "不是完整的 docx 文件，请用 Word 或 WPS 重新保存后再传。"


def _parts_fault(packed: zipfile.ZipFile, data: bytes) -> str | None:
    """What is wrong with it as a package, before any XML is read."""
    parts = packed.infolist()
    names = [part.filename for part in parts]
    if data[-22:-18] != b"PK\x05\x06" or len(set(names)) != len(names) or any(part.flag_bits & 1 for part in parts):
        return "里面夹带了别的内容或加了密码，不能上传；请用 Word 或 WPS 重新保存。"
    if not set(WORD) <= set(names):
        return "不是 Word 文档（docx）；只收 pdf、docx、jpg、png。"
    if any(MACROS.search(name) for name in names):
        return "含有宏或嵌入的程序，不能上传；请另存为不带宏的 docx。"
    if any(name.endswith((".xml", ".rels")) and packed.getinfo(name).file_size > MOST_XML for name in names):
        return "展开后过大，不能上传。"
    if len(names) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED or not _unpacks(packed):
        return "展开后过大，不能上传；请压缩文中的图片后再传。"
    if any(name.startswith(("/", "\\")) or ".." in name.split("/") or "\\" in name for name in names):
        return "内部结构不正常，不能上传；请用 Word 或 WPS 重新保存。"
    return None


def _unpacks(packed: zipfile.ZipFile) -> bool:
    """Unpack each part piece by piece, checksums and all, and stop at the limit: declared sizes may lie."""
    left = MOST_UNPACKED
    for part in packed.infolist():
        with packed.open(part) as opened:
            while piece := opened.read(CHUNK):
                left -= len(piece)
                if left < 0:
                    return False
    return True


def _word_fault(packed: zipfile.ZipFile) -> str | None:
    """What is wrong with it as a Word document."""
    if b"macroenabled" in packed.read(WORD[0]).lower():
        return "含有宏，不能上传；请另存为不带宏的 docx。"
    for name in packed.namelist():
        if name.endswith((".xml", ".rels")) and _has_doctype(packed, name):
            return "内部结构不正常，不能上传；请用 Word 或 WPS 重新保存。"
        if name.endswith(".rels") and _fetches(packed.read(name)):
            return "引用了外部模板或程序，不能上传；请去掉引用后再保存。"
    if _root_of(packed, WORD[1]) != "document":
        return "不是完整的 docx 文件，请用 Word 或 WPS 重新保存后再传。"
    return None


def _has_doctype(packed: zipfile.ZipFile, name: str) -> bool:
    """A DOCTYPE is the door of entity bombs; Word never writes one. UTF-16 hides it from a plain look."""
    return b"<!doctype" in packed.read(name).replace(b"\0", b"").lower()


def _fetches(rels: bytes) -> bool:
    """Whether a part has something run from elsewhere; a link that a reader must click is none of this."""
    wanted = rb"attachedTemplate|oleObject|frame|subDocument|externalLink"
    rels = rels.replace(b"\0", b"")  # as UTF-16 has it
    return any(
        re.search(wanted, each) and re.search(rb"TargetMode\s*=\s*[\"']External", each, re.IGNORECASE)
        for each in re.findall(rb"<[^<>]*>", rels)
    )


def _root_of(packed: zipfile.ZipFile, name: str) -> str:
    """The local name of an XML part's root; "" if it is no XML. Only its first tag is read."""
    with packed.open(name) as opened:
        try:
            _, root = next(etree.iterparse(opened, events=("start",), resolve_entities=False, no_network=True, load_dtd=False))
        except (etree.XMLSyntaxError, StopIteration):
            return ""
    return etree.QName(root).localname
