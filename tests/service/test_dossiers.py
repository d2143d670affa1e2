"""The dossier: one page, one zip, which somebody outside can check; and which tells when it was tampered with."""

import hashlib
import io
import json
import subprocess
import sys
import zipfile

import pytest
from click.testing import CliRunner
from lxml import html

from service.__main__ import main
from tests.documents import pdf
from tests.service.test_tasks import bring_to, hazard_id, task_id_of  # noqa: F401
from workflows import anchors, documents, papers, people
from workflows.db import canonical
from workflows.dossiers import checking
from workflows.engine import Caller, Post, Subject, history


@pytest.fixture
def case(driver, hazard_id):  # noqa: F811
    """A hazard that is signed, with a paper among its photos."""
    stored = papers.receive(driver.home, io.BytesIO(pdf()), "限期整改指令书.pdf")
    papers.keep(driver.database, [stored], by=driver.person("zhuren"))
    bring_to(driver, hazard_id, "issue_rectify")
    driver.do(hazard_id, "issue_rectify", directive=[stored.reference])
    bring_to(driver, hazard_id, "sign")
    driver.do(hazard_id, "sign")
    with driver.database.reading() as session:
        ordered = documents.of(session, Subject("hazard", hazard_id))
    for row in ordered:
        documents.write(driver.database, driver.home, row.id)
    return hazard_id


MADE: list[bytes] = []


@pytest.fixture
def dossier(request, tmp_path):
    """Its zip, as the office downloads it; driven and downloaded once, because what follows only reads the file."""
    if not MADE:
        browser, hazard_id = request.getfixturevalue("signed_in")("banshi1"), request.getfixturevalue("case")
        MADE.append(fetch(browser, hazard_id, tmp_path).read_bytes())
    file = tmp_path / "dossier.zip"
    file.write_bytes(MADE[0])
    return file


def fetch(browser, hazard_id, folder):  # noqa: F811
    answer = browser.get(f"/hazards/{hazard_id}/dossier.zip")
    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    file = folder / "dossier.zip"
    file.write_bytes(answer.data)
    return file


def parts_of(file):
    with zipfile.ZipFile(file) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def rewrite(file, *, renews_manifest=False, **changes):
    """The dossier with some parts changed (None: left out); a careful forger also renews the manifest."""
    parts = parts_of(file)
    for name, change in changes.items():
        name = {"page": "dossier.html", "record": "record.json", "manifest": "MANIFEST.json"}.get(name, name)
        content = change(parts[name]) if callable(change) else change
        parts = {each: kept for each, kept in parts.items() if each != name} | ({name: content} if content is not None else {})
    if renews_manifest:
        manifest, told = json.loads(parts.pop("MANIFEST.json")), json.loads(parts["record.json"])
        manifest["parts"] = {name: hashlib.sha256(content).hexdigest() for name, content in parts.items()}
        manifest["head"] = {key: told["lines"][-1][key] for key in ("seq", "hash")}
        parts["MANIFEST.json"] = canonical(manifest).encode()
    with zipfile.ZipFile(file, "w") as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return file


def in_record(change):
    """A change of the record as a change of its text."""

    def turned(content):
        told = json.loads(content)
        change(told)
        return canonical(told).encode()

    return turned


def verify(file, *words):
    answer = CliRunner().invoke(main, ["audit", "verify", "--dossier", str(file), *words])
    return answer.exit_code, answer.output


def test_the_page_holds_everything(signed_in, case):
    page = signed_in("banshi1").get(f"/hazards/{case}/dossier").text
    for title in ("两移交与签收", "整改方案（五落实）", "完工报告", "验收与成员确认", "申请、审核与签字", "照片和附件", "留痕"):
        assert title in page
    assert "属地签收" in page
    assert "跟踪人签收" in page
    assert "县政府分管领导签字" in page
    assert "限期整改指令书.pdf" in page
    assert hashlib.sha256(pdf()).hexdigest() in page
    assert all(words in page for words in ("交办单", "整改复查意见书", "销号申请表", "销号审批表", "乙销批〔"))
    assert "<svg" in page


def test_the_hazards_page_shows_before_and_after_side_by_side(signed_in, case):
    page = html.fromstring(signed_in("banshi1").get(f"/hazards/{case}").text)
    before, after = page.xpath("//div[contains(@class, 'compared')]/div")
    assert [len(side.xpath(".//img")) for side in (before, after)] == [1, 2]
    assert before.findtext("h3") == "整改前"


def test_who_may_not_see_the_case_sees_no_dossier(signed_in, client, case):
    """INV-16."""
    for login in ("qizhan", "cunwei2", "sheji"):  # another enterprise, another village, no business post
        for address in ("dossier", "dossier.zip"):
            assert signed_in(login).get(f"/hazards/{case}/{address}").status_code == 404
    assert client.get(f"/hazards/{case}/dossier.zip").status_code == 302


def test_a_good_dossier_verifies_on_another_machine(dossier, tmp_path):
    """With nothing but the program and the zip: no home, no database, no settings."""
    command = [sys.executable, "-m", "service", "audit", "verify", "--dossier", str(dossier)]
    env = {"BIHUAN_HOME": "/nowhere", "DATABASE_URL": "nothing://", "PYTHONIOENCODING": "utf-8", "PATH": ""}
    answer = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "卷宗完好" in answer.stdout


def test_the_zip_can_be_read_by_itself(dossier):
    parts = parts_of(dossier)
    page = html.fromstring(parts["dossier.html"].decode())
    assert not page.xpath("//script | //link | //form | //*[@onclick]")
    assert page.xpath("//style")
    addresses = page.xpath("//img/@src | //a/@href")
    assert addresses
    assert all(address in parts for address in addresses)
    told = json.loads(parts["record.json"])
    assert hashlib.sha256(pdf()).hexdigest() in {file["sha256"] for file in told["files"]}


def first_photo(file):
    return next(name for name in parts_of(file) if name.endswith(".jpg"))


def _opinion(told):
    next(line for line in told["lines"] if line["kind"] == "reviewed")["body"]["opinion"] = "不同意。"


def _answer(told):
    next(each for each in told["submissions"] if each["form"] == "sign")["data"]["opinion"] = "改过的批示。"


def _signer(told):
    next(each for each in told["submissions"] if each["form"] == "sign")["by"] = 1


def _seal(told):
    line = next(line for line in told["lines"] if line["kind"] == "task_completed")
    line["sealed"] = True
    del line["body"]


FORGED = {
    "the page": ({"page": lambda content: content + b"<p>x</p>"}, False, "dossier.html 的内容与清单不符"),
    "a line, manifest renewed": ({"record": in_record(_opinion)}, True, "校验值不符"),
    "what was handed in": ({"record": in_record(_answer)}, True, "不符"),
    "who signed": ({"record": in_record(_signer)}, True, "提交人"),
    "a line in the middle": ({"record": in_record(lambda told: told["lines"].pop(5))}, True, "第 6 条记录缺失"),
    "the tail": ({"record": in_record(lambda told: told["lines"].pop())}, False, "缺少末尾"),
    "the tail, manifest renewed": ({"record": in_record(lambda told: told["lines"].__delitem__(slice(-9, None)))}, True, "没有记载"),
    "a submission left out": ({"record": in_record(lambda told: told["submissions"].pop())}, True, "不在卷宗里"),
    "a line sealed": ({"record": in_record(_seal)}, True, "格式"),
    "a file less in the record": ({"record": in_record(lambda told: told["files"].pop(0))}, True, "不在记录所列的文件中"),
    "a part more": ({"files/x.exe": b"MZ"}, False, "不在清单上"),
    "a part more, manifest renewed": ({"files/x.exe": b"MZ"}, True, "不是记录所列的文件"),
    "another spelling": ({"record": lambda content: content + b" "}, True, "不是系统写出的原样"),
    "no record": ({"record": None}, False, "缺少 record.json"),
    "no JSON": ({"record": b"[" * 100_000}, False, "格式"),
    "no manifest": ({"manifest": None}, False, "缺少 MANIFEST.json"),
    "another format": ({"record": in_record(lambda told: told.update(format="x"))}, True, "格式"),
}


@pytest.mark.parametrize("name", FORGED)
def test_a_tampered_dossier_is_found(dossier, name):
    changes, renews_manifest, sentence = FORGED[name]
    code, output = verify(rewrite(dossier, renews_manifest=renews_manifest, **changes))
    assert code == 1
    assert sentence in output


def test_one_flipped_byte_names_the_part_it_is_in(dossier):
    """As a bad copy would leave it: the rest of the package is sound."""
    with zipfile.ZipFile(dossier) as packed:
        part = next(each for each in packed.infolist() if each.filename.startswith("files/"))
    content = bytearray(dossier.read_bytes())
    content[part.header_offset + 30 + len(part.filename.encode()) + part.compress_size // 2] ^= 1
    dossier.write_bytes(content)
    code, said = verify(dossier)
    assert code == 1
    assert f"{part.filename} 的内容与清单不符" in said


def test_an_exchanged_photo_is_found(dossier):
    """The manifest may be renewed: the name of a file is its hash, and the chain holds that."""
    name = first_photo(dossier)
    code, output = verify(rewrite(dossier, renews_manifest=True, **{name: b"\xff\xd8\xff another"}))
    assert (code, "内容已被改动" in output) == (1, True)
    code, output = verify(rewrite(dossier, renews_manifest=True, **{name: None}))
    assert (code, "不在卷宗里" in output) == (1, True)


@pytest.mark.parametrize("content", [b"", b"PK\x05\x06" + bytes(18), b"no zip at all" * 9])
def test_what_is_no_dossier_is_told(tmp_path, content):
    file = tmp_path / "x.zip"
    file.write_bytes(content)
    assert verify(file)[0] == 1
    assert verify(tmp_path / "missing.zip")[0] == 1


def test_a_file_lost_from_the_store_is_told(signed_in, case, driver, tmp_path):
    """The dossier still comes, and says itself what it lacks."""
    for file in (driver.home / "papers").rglob("*.pdf"):
        file.unlink()
    code, output = verify(fetch(signed_in("banshi1"), case, tmp_path))
    assert (code, "不在卷宗里" in output) == (1, True)


def test_whoever_only_owns_the_enterprise_is_none_of_the_office():
    """Domain 2.1: 实际控制人 reads what his enterprise reads, and no line beyond."""
    assert [people.is_official(Caller(1, frozenset({Post(role, 1)}))) for role in ("ENT_CONTROLLER", "VILLAGE")] == [False, True]


def test_the_enterprise_gets_its_own_dossier_with_the_internal_lines_sealed(signed_in, case, tmp_path):
    """No more than its timeline shows: of the other lines only the links of the chain; it verifies all the same."""
    browser = signed_in("changzhang")
    assert browser.get(f"/hazards/{case}/dossier").status_code == 200
    file = fetch(browser, case, tmp_path)
    told = json.loads(parts_of(file)["record.json"])
    assert {line["kind"] for line in told["lines"] if "body" in line} == {"task_completed", "document_written"}
    found = checking.check(file)
    assert found.faults == []
    assert any("只核对了前后衔接" in note for note in found.notes)
    assert verify(file)[0] == 0


def test_the_documents_come_along_and_prove_themselves(dossier):
    """Each under its number and digest, as the chain tells; one changed, left out or renamed is found."""
    told = json.loads(parts_of(dossier)["record.json"])
    assert [each["title"] for each in told["documents"]] == ["交办单", "责令限期整改指令书", "整改复查意见书", "销号申请表", "销号审批表"]
    code, said = verify(dossier)
    assert (code, "文书 5 份" in said) == (0, True), said
    path, no = told["documents"][-1]["path"], told["documents"][-1]["no"]
    code, said = verify(rewrite(dossier, renews_manifest=True, **{path: lambda content: content + b" "}))
    assert (code, f"文件 {path} 的内容已被改动。" in said) == (1, True)
    code, said = verify(rewrite(dossier, renews_manifest=True, record=in_record(lambda told: told["documents"].pop())))
    assert (code, f"的文书 {no} 不在卷宗里。" in said) == (1, True)


def test_a_document_under_another_number_is_found(dossier):
    renamed = in_record(lambda told: told["documents"][0].update(no="乙安交〔2020〕9号"))
    code, said = verify(rewrite(dossier, renews_manifest=True, record=renamed))
    assert (code, "文书 乙安交〔2020〕9号 与留痕第" in said) == (1, True)


def test_a_dossier_is_held_against_the_daily_anchors(signed_in, driver, case, tmp_path):
    """Offline: who writes the whole chain anew is found by an anchor that lies elsewhere."""
    file = fetch(signed_in("banshi1"), case, tmp_path)
    history.anchor(driver.database)
    kept = tmp_path / "anchors.json"
    with driver.database.reading() as session:
        kept.write_text(anchors.told(session))
    code, said = verify(file, "--anchors", str(kept))
    assert (code, "与每日锚点核对了 1 处" in said) == (0, True), said
    forged = json.loads(kept.read_text())
    forged["anchors"][0]["heads"] = [[*head[:3], "0" * 64] for head in forged["anchors"][0]["heads"]]
    made = anchors.read(canonical(forged))
    found = checking.check(file, made)
    assert [fault for fault in found.faults if "与每日锚点不符" in fault]
    kept.write_text("{}")
    assert verify(file, "--anchors", str(kept))[0] == 1
