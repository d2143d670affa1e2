"""What must not be made public (INV-15): numbers of persons, names on file, words that point to who tipped off.

Numbers are never made public; what else is found is rewritten, or explained by the drafter and read by the approver.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """Something in a text that may not be made public, or only with an explanation."""

    what: str  # 手机号, 姓名 …
    found: str  # as it stands in the text
    is_absolute: bool  # no explanation helps


# ---- rules -------------------------------------------------------------------------------------------------------------

NUMBERS = {
    "身份证号": re.compile(r"(?<!\d)\d{6}[ -]?\d{8}[ -]?\d{3}[\dXx](?![\dA-Za-z])"),
    "手机号": re.compile(r"(?<!\d)1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)"),
    "固定电话": re.compile(r"(?<!\d)\(?0\d{2,3}[-) ] ?\d{7,8}(?!\d)|(?<=电话)[::为是]? ?\d{7,8}(?!\d)"),
}
EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
OF_TIPSTERS = ("举报", "吹哨", "投诉", "信访", "反映人", "线索人", "知情人")


def findings(text: str, names: Iterable[str] = ()) -> list[Finding]:
    """Everything in a text that is not for the public. `names`: of the persons on file. Full-width signs count as plain ones."""
    plain = unicodedata.normalize("NFKC", text)
    found = [Finding(what, each.group(), True) for what, pattern in NUMBERS.items() for each in pattern.finditer(plain)]
    found += [Finding("电子邮箱", each.group(), False) for each in EMAIL.finditer(plain)]
    found += [Finding("姓名", name, False) for name in sorted(set(names)) if len(name) > 1 and name in plain]
    return found + [Finding("可能指向举报人的词", word, False) for word in OF_TIPSTERS if word in plain]
