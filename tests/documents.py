"""Documents as people upload them, and as attackers do."""

import io
import zipfile
import zlib

TYPES = '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">{}</Types>'
PLAIN = TYPES.format("")
BODY = (
    '<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
    "<w:body><w:p><w:r><w:t>整改</w:t></w:r></w:p></w:body></w:document>"
)


def pdf(extra: bytes = b"", *, packed: bytes = b"", head: bytes = b"", is_broken: bool = False) -> bytes:
    """A small PDF; `extra` stands in its catalog, `packed` in an object stream whose dictionary has `head` too."""
    parts = [b"%PDF-1.5\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R " + extra + b" >>\nendobj\n"]
    parts += [b"2 0 obj\n<< /Type /Pages /Kids [] /Count 0 >>\nendobj\n"]
    if packed:
        content = packed if is_broken else zlib.compress(packed)
        start = b"3 0 obj\n<< /Type /ObjStm /N 1 /First 0 /Filter /FlateDecode /Length %d " % len(content)
        parts += [start + head + b">>\nstream\n" + content + b"\nendstream\nendobj\n"]
    body = b"".join(parts)
    return body + b"xref\n0 1\n0000000000 65535 f \ntrailer\n<< /Size 1 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(body)


def docx(more: dict[str, bytes | str] | None = None, *, types: str = PLAIN, body: bytes | str = BODY) -> bytes:
    """A small Word document; `more` are further parts, None instead of content leaves out a part."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in {"[Content_Types].xml": types, "word/document.xml": body, **(more or {})}.items():
            packed.writestr(name, content)
    return buffer.getvalue()


def archive(**parts: str) -> bytes:
    """Any other zip."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return buffer.getvalue()
