"""Checking a dossier from outside: with the zip alone, without database and settings. Every fault is a sentence.

What it cannot see: whether somebody wrote the whole chain anew. So it names the chain's head, to be compared with the system or
with a head that was noted earlier.
"""

import hashlib
import json
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from workflows.db import canonical
from workflows.dossiers import CHUNK, FORMAT, MANIFEST, PAGE, RECORD
from workflows.engine import Subject, history

MOST_TEXT = 200 * 1024 * 1024  # of record.json; a case of ten years stays far below
MOST_PARTS = 20_000
NAMED = re.compile(r"([0-9a-f]{64})(/.+)?")
UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError)
BROKEN = (ValueError, KeyError, TypeError, AttributeError, RecursionError)


@dataclass
class Checked:
    """What was found: faults, and what was looked at, in sentences."""

    faults: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def check(file: Path, anchors: Sequence[history.Anchor] = ()) -> Checked:
    """Check manifest, files, documents and chain of a dossier; and the chain against daily anchors, if there are any."""
    found = Checked()
    try:
        with zipfile.ZipFile(file) as packed:
            found.faults += _package_faults(packed)
            if not found.faults:
                _check(packed, found, anchors)
    except BROKEN:
        found.faults.append("清单或记录不是本系统写出的格式，无法核对。")
    except (OSError, *UNREADABLE):
        found.faults.append("文件不是完整的卷宗压缩包，无法读取。")
    return found


def _package_faults(packed: zipfile.ZipFile) -> Iterator[str]:
    names = packed.namelist()
    if len(names) > MOST_PARTS or len(set(names)) != len(names):
        yield "压缩包里有重名或过多的文件，不是本系统写出的卷宗。"
    yield from (f"缺少 {name}。" for name in (MANIFEST, RECORD, PAGE) if name not in names)
    if any(packed.getinfo(name).file_size > MOST_TEXT for name in (MANIFEST, RECORD) if name in names):
        yield "清单或记录过大，不是本系统写出的卷宗。"


def _check(packed: zipfile.ZipFile, found: Checked, anchors: Sequence[history.Anchor]) -> None:
    manifest, told = _read(packed, MANIFEST, found), _read(packed, RECORD, found)
    if manifest["format"] != FORMAT or told["format"] != FORMAT:
        found.faults.append("卷宗的格式版本不认识，请用新版程序核对。")
        return
    digests = {name: _digest(packed, name) for name in packed.namelist() if name != MANIFEST}
    found.faults += _manifest_faults(manifest["parts"], digests)
    found.faults += _chain_faults(manifest, told)
    found.faults += _submission_faults(told)
    found.faults += _file_faults(told, digests)
    found.faults += _document_faults(told)
    sealed = sum(1 for line in told["lines"] if line.get("sealed"))
    counts = [len(told[key]) for key in ("lines", "submissions", "files")] + [len(_documents(told))]
    found.notes.append("卷宗 {}：留痕 {} 条，提交 {} 份，文件 {} 个，文书 {} 份。".format(told["number"] or "未编号", *counts))
    if sealed:
        found.notes.append(f"其中 {sealed} 条留痕的内容未随卷宗提供，只核对了前后衔接。")
    if anchors:
        _compare(told, anchors, found)
    found.notes.append(f"留痕最后一条的校验值：{told['lines'][-1]['hash']}，可与系统中的这一条核对。")


def _compare(told: Mapping[str, Any], anchors: Sequence[history.Anchor], found: Checked) -> None:
    """The lines that anchors hold fast are the dossier's own; what came after the dossier was made, it cannot know."""
    hashes = {line["seq"]: line["hash"] for line in told["lines"]}
    held = {seq: hash for each in anchors for kind, id, seq, hash in each.heads if [kind, id] == told["subject"]}
    known = {seq: hash for seq, hash in held.items() if seq <= max(hashes)}
    found.faults += [f"留痕第 {seq} 条与每日锚点不符。" for seq, hash in known.items() if hashes.get(seq) != hash]
    last = f"最后一次锁定到第 {max(known)} 条" if known else "锚点里还没有这件隐患"
    found.notes.append(f"与每日锚点核对了 {len(known)} 处，{last}。")


def _read(packed: zipfile.ZipFile, name: str, found: Checked) -> dict[str, Any]:
    text = packed.read(name).decode()
    read: dict[str, Any] = json.loads(text)
    if canonical(read) != text:
        found.faults.append(f"{name} 不是系统写出的原样。")
    return read


def _digest(packed: zipfile.ZipFile, name: str) -> str:
    """The digest of a part; "", which is nobody's, of one that is damaged."""
    digest = hashlib.sha256()
    try:
        with packed.open(name) as opened:
            while piece := opened.read(CHUNK):
                digest.update(piece)
    except UNREADABLE:
        return ""
    return digest.hexdigest()


def _manifest_faults(listed: Mapping[str, str], digests: Mapping[str, str]) -> Iterator[str]:
    yield from (f"清单所列的 {name} 不在卷宗里。" for name in sorted(set(listed) - set(digests)))
    yield from (f"{name} 不在清单上。" for name in sorted(set(digests) - set(listed)))
    yield from (f"{name} 的内容与清单不符。" for name in sorted(digests) if listed.get(name, digests[name]) != digests[name])


def _chain_faults(manifest: Mapping[str, Any], told: Mapping[str, Any]) -> Iterator[str]:
    """The chain as the system itself would verify it; the lines that came sealed by their links."""
    lines = told["lines"]
    if not lines:
        yield "卷宗里没有留痕。"
        return
    subject = Subject(*told["subject"])
    sealed = {line["seq"] for line in lines if line.get("sealed")}
    yield from history.faults_of(subject, [_line(subject, line) for line in lines], sealed=sealed)
    if manifest["head"] != {"seq": lines[-1]["seq"], "hash": lines[-1]["hash"]}:
        yield "留痕的最后一条与清单不符，可能缺少末尾的记录。"


def _line(subject: Subject, line: Mapping[str, Any]) -> history.Line:
    return history.Line(
        subject_kind=subject.kind,
        subject_id=subject.id,
        seq=line["seq"],
        at=datetime.fromisoformat(line["at"]),
        kind=line["kind"],
        by=line.get("by"),
        on_behalf_of=line.get("on_behalf_of"),
        body=line.get("body", {}),
        algorithm=line["algorithm"],
        previous=line["previous"],
        hash=line["hash"],
    )


def _submission_faults(told: Mapping[str, Any]) -> Iterator[str]:
    """Everything handed in has its hash in the chain, and nothing that the chain tells of is missing."""
    lines = {line["body"]["submission"]: line for line in told["lines"] if line["kind"] == "task_completed"}
    given = {each["id"]: each for each in told["submissions"]}
    for id, each in given.items():
        line = lines.get(id)
        if line is None:
            yield f"“{each['name']}”的提交在留痕中没有记载。"
        elif history.digest(each["data"]) != line["body"]["sha256"] or each["name"] != line["body"]["name"]:
            yield f"“{each['name']}”的提交与留痕第 {line['seq']} 条不符。"
        elif (each["by"], each["on_behalf_of"]) != (line["by"], line["on_behalf_of"]):
            yield f"“{each['name']}”的提交人与留痕第 {line['seq']} 条不符。"
    lost = [line for id, line in lines.items() if id not in given]
    yield from (f"留痕第 {line['seq']} 条“{line['body']['name']}”的提交不在卷宗里。" for line in lost)


def _file_faults(told: Mapping[str, Any], digests: Mapping[str, str]) -> Iterator[str]:
    """A file is what its name says, and every file that was handed in is there."""
    listed = {file["sha256"]: file["path"] for file in (*told["files"], *_documents(told))}
    for sha256, path in listed.items():
        if path not in digests:
            yield f"记录所列的文件 {path} 不在卷宗里。"
        elif digests[path] != sha256:
            yield f"文件 {path} 的内容已被改动。"
    yield from (f"{path} 不是记录所列的文件。" for path in digests if path.startswith("files/") and path not in listed.values())
    for each in told["submissions"]:
        lost = [sha256 for sha256 in _named(each["data"]) if sha256 not in listed]
        yield from (f"“{each['name']}”提交的文件 {sha256[:12]}… 不在记录所列的文件中。" for sha256 in lost)


def _document_faults(told: Mapping[str, Any]) -> Iterator[str]:
    """Every document has its digest in the chain under its number, and none that the chain tells of is missing."""
    written = [line for line in told["lines"] if line["kind"] == "document_written" and not line.get("sealed")]
    lines = {line["body"]["document"]: line for line in written}
    made = {each["id"]: each for each in _documents(told)}
    for id, each in made.items():
        line = lines.get(id)
        if line is None:
            yield f"文书 {each['no']} 在留痕中没有记载。"
        elif (each["no"], each["sha256"]) != (line["body"]["no"], line["body"]["sha256"]):
            yield f"文书 {each['no']} 与留痕第 {line['seq']} 条不符。"
    lost = [line for id, line in lines.items() if id not in made]
    yield from (f"留痕第 {line['seq']} 条的文书 {line['body']['no']} 不在卷宗里。" for line in lost)


def _documents(told: Mapping[str, Any]) -> list[Any]:
    """The documents of a dossier; one from before they came along has none."""
    return list(told.get("documents", []))


def _named(data: Mapping[str, Any]) -> Iterator[str]:
    """The digests a submission refers to: photos by themselves, papers with their names."""
    for value in data.values():
        for text in value if isinstance(value, list) else ():
            if isinstance(text, str) and (found := NAMED.fullmatch(text)):
                yield found[1]
