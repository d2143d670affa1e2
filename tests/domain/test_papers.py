"""Papers: by content, never by name; bounded; nothing that runs; seen only within the scope (domain 3.3, INV-16)."""

import contextlib
import io
from time import process_time

import pytest

from tests.documents import BODY, PLAIN, TYPES, archive, docx, pdf
from tests.domain.test_photos import picture
from tests.domain.town import Town, sha
from workflows import papers, people, photos
from workflows.errors import Invalid, NotFound

MACROS = TYPES.format(
    '<Override PartName="/word/document.xml" ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/>'
)
REMOTE = '<Relationships><Relationship Type="http://x/attachedTemplate" Target="http://x/t.dotm" TargetMode="External"/></Relationships>'
LINK = '<Relationships><Relationship Type="http://x/hyperlink" Target="http://x/" TargetMode="External"/></Relationships>'
DOCTYPE = '<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "aaaa">]>' + BODY.split("?>", 1)[1]
BOMB = b"<a>" + b" " * (19 * 1024 * 1024)


def receive(tmp_path, data, name="指令书.pdf"):
    return papers.receive(tmp_path, io.BytesIO(data), name)


def kept(tmp_path):
    return [file for file in tmp_path.rglob("*") if file.is_file()]


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (pdf(), "指令书.pdf", "pdf"),
        (pdf(), "指令书.exe", "pdf"),
        (pdf(packed=b"1 0 << /Type /Page >>"), "新版.pdf", "pdf"),
        (docx(), "预案.docx", "docx"),
        (docx(), "预案.pdf", "docx"),
        (docx({"word/_rels/document.xml.rels": LINK}), "带链接.docx", "docx"),
        (picture().getvalue(), "扫描.pdf", "jpg"),
        (picture("PNG").getvalue(), "扫描.png", "jpg"),
    ],
)
def test_what_a_file_is_its_content_says(tmp_path, data, name, kind):
    """Sniffed, not trusted: the name it is called by afterwards ends as its content deserves."""
    refers = papers.read(receive(tmp_path, data, name).reference)
    assert (refers.kind, refers.name) == (kind, f"{name.split('.')[0]}.{kind}")
    assert (tmp_path / papers.stored_as(refers.sha256, kind)).is_file()
    assert len(kept(tmp_path)) == 1


def test_a_document_is_kept_byte_by_byte_and_once(tmp_path):
    """SHA-256 as name (domain 3.3)."""
    first, second = receive(tmp_path, pdf(), "甲.pdf"), receive(tmp_path, pdf(), "乙.pdf")
    assert papers.read(first.reference).sha256 == papers.read(second.reference).sha256
    assert [file.read_bytes() for file in kept(tmp_path)] == [pdf()]


HOSTILE = {
    "empty": (b"", "不是 pdf"),
    "a page": (b"<html><script>alert(1)</script>", "不是 pdf"),
    "old Word": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "旧版"),
    "cut pdf": (pdf()[:-12], "不是完整的 PDF"),
    "pdf header alone": (b"%PDF-1.7\n<script>alert(1)</script>", "不是完整的 PDF"),
    "pdf with a wrong table": (pdf().replace(b"startxref\n", b"startxref\n9"), "不是完整的 PDF"),
    "something before the pdf": (b"MZ\x90\x00" + pdf(), "不是 pdf"),
    "pdf and zip": (pdf() + archive(a="1"), "不是完整的 PDF"),
    "zip that ends like a pdf": (pdf()[:-7] + archive(a="1")[:-2] + b"\x1a\x00startxref\n9\n%%EOF\n      ", "PDF"),
    "pdf with a script": (pdf(b"/OpenAction << /S /JavaScript /JS (app.alert(1)) >>"), "含有脚本"),
    "pdf with a hidden script": (pdf(b"/OpenAction << /S /J#61vaScript >>"), "含有脚本"),
    "pdf with a packed script": (pdf(packed=b"1 0 << /S /JavaScript >>"), "含有脚本"),
    "the same, told in another way": (pdf(packed=b"1 0 << /S /JavaScript >>", head=b"/DecodeParms << /Predictor 1 >> "), "含有脚本"),
    "pdf packed so that nobody sees": (pdf(packed=b"1 0 << /S /JavaScript >>", is_broken=True), "不是完整的 PDF"),
    "pdf that is a bomb": (pdf(packed=bytes(61 * 1024 * 1024)), "不是完整的 PDF"),
    "pdf that starts a program": (pdf(b"/AA << /S /Launch /F (cmd.exe) >>"), "含有脚本"),
    "pdf with a file in it": (pdf(b"/Names << /EmbeddedFiles 9 0 R >>"), "含有脚本"),
    "locked pdf": (pdf(b"/Encrypt 9 0 R"), "加了密码"),
    "another zip": (archive(a="1"), "不是 Word"),
    "docx without a document": (archive(**{"[Content_Types].xml": PLAIN}), "不是 Word"),
    "docx whose document is no XML": (docx(body="MZ"), "不是完整的 docx"),
    "docx whose document is something else": (docx(body="<html/>"), "不是完整的 docx"),
    "cut docx": (docx()[:-40], "不是完整的 docx"),
    "docx with a broken part": (docx()[:60] + b"XX" + docx()[62:], "docx"),
    "docx with macros": (docx({"word/vbaProject.bin": b"x"}), "宏"),
    "docx with macros elsewhere": (docx({"custom/VBAPROJECT.BIN": b"x"}), "宏"),
    "docx that says macros": (docx(types=MACROS), "宏"),
    "docx with an object": (docx({"word/embeddings/oleObject1.bin": b"x"}), "宏"),
    "docx with ActiveX": (docx({"word/activeX/activeX1.xml": "<a/>"}), "宏"),
    "docx with a template from outside": (docx({"word/_rels/settings.xml.rels": REMOTE}), "外部"),
    "the same in UTF-16": (docx({"word/_rels/settings.xml.rels": REMOTE.encode("utf-16")}), "外部"),
    "docx with entities": (docx(body=DOCTYPE), "不正常"),
    "docx with entities behind a long comment": (docx({"a.xml": "<!--" + "x" * 9000 + "--><!DOCTYPE a><a/>"}), "不正常"),
    "docx that climbs": (docx({"../../etc/passwd": "x"}), "不正常"),
    "docx with something behind": (docx() + b"<script>", "夹带"),
    "a bomb": (docx({f"word/media/{number}.xml": BOMB for number in range(4)}), "过大"),
    "one large part": (docx({"word/a.xml": BOMB + b" " * 2 * 1024 * 1024}), "过大"),
    "too many parts": (docx({f"word/{number}": b"" for number in range(3001)}), "过大"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_what_could_harm_is_refused_with_a_sentence_and_not_kept(tmp_path, case):
    """Issue: uploads (polyglots, bombs); domain 3.3: pdf, docx."""
    data, sentence = HOSTILE[case]
    with pytest.raises(Invalid, match=sentence) as refused:
        receive(tmp_path, data, "指令书.pdf")
    assert "指令书.pdf" in refused.value.message
    assert kept(tmp_path) == []


def test_a_bomb_that_lies_about_its_size_is_refused(tmp_path):
    """Declared sizes are not believed: the checksum of what was declared does not fit."""
    data = docx({"word/media/1.png": b"\0" * 5_000_000})
    size, lie = (5_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little")
    assert data.count(size) == 2
    with pytest.raises(Invalid, match="docx"):
        receive(tmp_path, data.replace(size, lie))


@pytest.mark.parametrize("part", [b"stream\n", b"stream\nendstream", b"obj /ObjStm stream\n", b"<", b"#4"])
def test_a_file_made_to_keep_us_busy_does_not(tmp_path, part):
    """Looking at a file takes a time that grows with its size, not with its square."""
    began = process_time()
    with contextlib.suppress(Invalid):
        receive(tmp_path, pdf(part * (4_000_000 // len(part))))
    with contextlib.suppress(Invalid):
        receive(tmp_path, docx({"word/_rels/document.xml.rels": b"<" + b"Relationship " * 200_000}))
    assert process_time() - began < 5


def test_more_than_20_mb_is_refused(tmp_path):
    """Domain 3.3: 单件≤20MB."""
    with pytest.raises(Invalid, match="20 MB"):
        receive(tmp_path, pdf() + bytes(photos.MOST_BYTES))


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\temp\\方案.pdf", "方案.pdf"),
        ("a\r\nSet-Cookie: x=1.pdf", "aSet-Cookie x=1.pdf"),
        ("报告\u202efdp.exe", "报告fdp.pdf"),
        ('"><img src=x>.pdf', "img src=x.pdf"),
        ("=HYPERLINK(1).pdf", "HYPERLINK(1).pdf"),
        ("....pdf", "附件.pdf"),
        ("", "附件.pdf"),
        ("长" * 300 + ".pdf", "长" * 60 + ".pdf"),
    ],
)
def test_a_name_is_made_safe(given, safe):
    """It stands in pages, headers and in the folder of a dossier."""
    assert papers.safe_name(given, "pdf") == safe
    assert papers.read(f"{'a' * 64}/{safe}").name == safe


@pytest.mark.parametrize("text", ["x", f"{'a' * 64}/../x.pdf", f"{'a' * 64}/x.exe", f"{'g' * 64}/x.pdf", f"{'a' * 64}/.pdf"])
def test_only_a_reference_is_a_reference(text):
    """No path of the user's making."""
    with pytest.raises(Invalid):
        papers.read(text)


def test_a_paper_is_evidence_and_seen_with_its_hazard_only(town: Town, tmp_path):
    """INV-16; a papers field takes photos as well, and a digest of an earlier form."""
    stored = receive(tmp_path, pdf())
    refers = papers.read(stored.reference)
    town.session.add(papers.Paper(sha256=refers.sha256, kind="pdf", size=1, received_at=town.registered().reported_at))
    hazard = town.registered()
    town.issue(hazard, directive=[stored.reference, f"{sha('scan')}/扫描.jpg", sha("old")])
    [(use, paper)] = papers.of(town.session, hazard)
    assert (use.field, use.name, paper.sha256) == ("directive", "指令书.pdf", refers.sha256)
    assert {each.sha256 for each, _ in photos.of(town.session, hazard)} >= {sha("scan"), sha("old")}
    assert papers.get_for(town.session, people.caller(town.session, town.id("director")), refers.sha256)[1] is paper
    for login, digest in (("other_boss", refers.sha256), ("director", "0" * 64)):
        with pytest.raises(NotFound):
            papers.get_for(town.session, people.caller(town.session, town.id(login)), digest)


def test_a_paper_that_was_never_received_is_refused(town: Town):
    """A digest alone is no document; nor is one kind another."""
    with pytest.raises(Invalid) as refused:
        town.issue(town.registered(), directive=[f"{'0' * 64}/指令书.pdf"])
    assert "directive" in refused.value.fields
