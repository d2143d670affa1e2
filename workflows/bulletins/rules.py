"""Which hazards stand in which of the three lists, and what the public reads of them, without I/O (P12)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from workflows import clock, privacy
from workflows.bulletins.tables import Bulletin, Row
from workflows.engine import history
from workflows.hazards.rules import AWAITING_SIGNATURE, COUNTED_AS_CLOSED, IN_HAND

LISTS = {"LIST": "隐患清单", "PROGRESS": "整改推进情况", "RESULT": "整改治理结果", "CORRECTION": "更正"}
PUBLIC = tuple(LISTS)
RESULT_TEXT = "已完成整改治理，经现场验收合格，由县政府分管领导签字销号。"
BY_PARAMETER = "这类来源的隐患按本地参数不由镇对外公开，由企业在现场醒目位置公示。"
GONE = {
    "VOIDED": "经核实为误录，已核减。",
    "DOWNGRADED": "经核实不属于重大事故隐患，已核减。",
    "MERGED": "与另一件重复，已并入。",
}
PROGRESS = {
    "REGISTERED": "已登记，正在交办。",
    "HANDED_OVER": "已交办，等待制定整改方案。",
    "RECTIFYING": "正在整改。",
    "RECTIFIED": "已整改，等待现场验收。",
}
REOPENED_TEXT = "此前公布已销号；经复查须重新整改，原公布的结果作废，整改情况另行公开。"
FROZEN = ("list", "hazard_no", "subject_name", "village_code", "village_name", "sector", "text", "on_day", "is_late")


Found = tuple[str, privacy.Finding]
"""Where the check found something (a hazard's number), and what."""


@dataclass(frozen=True)
class Standing:
    """How a hazard stood at the cut, by its dated facts, and what the public reads of it."""

    hazard_id: int
    hazard_no: str
    subject_name: str
    text: str
    village_code: str
    village_name: str
    sector: str
    status: str
    registered_on: date
    due_at: datetime | None
    closed_at: datetime | None
    is_public: bool  # its source is made public by the campaign's parameter
    is_still_closed: bool  # today; a result that no longer holds waits for the next month
    is_unpublished: bool  # closed, and its own step ⑬ still open
    to_correct_at: datetime | None = None  # when it was opened again after its result had been made public, in whichever way

    def row(self, list: str, text: str, on_day: date | None = None, *, is_late: bool = False) -> Row:
        """It as a line of one of the lists, in no edition yet."""
        return Row(
            list=list,
            hazard_id=self.hazard_id,
            hazard_no=self.hazard_no,
            subject_name=self.subject_name,
            village_code=self.village_code,
            village_name=self.village_name,
            sector=self.sector,
            text=text,
            on_day=on_day,
            is_late=is_late,
        )


@dataclass(frozen=True)
class Told:
    """What earlier months told the public of a hazard: the cut of the newest edition that had it in this list."""

    cuts: Mapping[tuple[int, str], datetime] = field(default_factory=dict)

    def since(self, hazard_id: int, list: str, moment: datetime | None = None) -> bool:
        """Whether it was told in this list, after the moment if one is given."""
        cut = self.cuts.get((hazard_id, list))
        return cut is not None and (moment is None or cut >= moment)


def rows(
    standings: Iterable[Standing], told: Told, cut_at: datetime, exempt: Collection[int], left_out: Mapping[int, str]
) -> list[Row]:
    """All lines of an edition, list by list. `exempt`: hazards of which it is decided already that they stay out; `left_out`:
    those of which it is decided with this edition, and why."""
    found: list[Row] = []
    for each in standings:
        if each.hazard_id in left_out:
            found.append(each.row("EXEMPT", left_out[each.hazard_id]))
        elif each.hazard_id in exempt:
            continue
        elif each.is_public:
            found += _of_one(each, told, cut_at)
        elif each.is_unpublished and each.status in COUNTED_AS_CLOSED:
            found.append(each.row("EXEMPT", BY_PARAMETER))
    order = (*PUBLIC, "EXEMPT")
    return sorted(found, key=lambda row: (order.index(row.list), row.hazard_no))


def _of_one(each: Standing, told: Told, cut_at: datetime) -> Iterable[Row]:
    """A hazard stands once in the list of those found, in every month in the one under way, once in the results; and again when
    it comes back. What earlier months told and no longer holds is corrected."""
    is_closed, is_counted = each.status in COUNTED_AS_CLOSED, each.status in IN_HAND | COUNTED_AS_CLOSED
    if is_counted and not told.since(each.hazard_id, "LIST"):
        yield each.row("LIST", each.text, each.registered_on)
    if each.status in IN_HAND:
        last = clock.last_day(each.due_at) if each.due_at else None
        is_late = each.due_at is not None and each.due_at <= cut_at
        yield each.row("PROGRESS", progress(each.status), last, is_late=is_late)
    if is_closed and each.is_still_closed and each.closed_at and not told.since(each.hazard_id, "RESULT", each.closed_at):
        yield each.row("RESULT", RESULT_TEXT, clock.on(each.closed_at))
    corrected = told.cuts.get((each.hazard_id, "CORRECTION"))
    is_owed = each.to_correct_at is not None and (corrected is None or each.to_correct_at > corrected)
    if each.status in IN_HAND and (is_owed or told.since(each.hazard_id, "RESULT", corrected)):
        yield each.row("CORRECTION", REOPENED_TEXT)
    if each.status in GONE and any(told.since(each.hazard_id, list, corrected) for list in ("LIST", "PROGRESS", "RESULT")):
        yield each.row("CORRECTION", GONE[each.status])


def progress(status: str) -> str:
    """How far a hazard is, in plain words."""
    if status in AWAITING_SIGNATURE:
        return "已整改，验收合格，等待审核签字。"
    return PROGRESS[status]


def findings(lines: Iterable[Row], correction: str | None, names: Collection[str]) -> list[Found]:
    """What the check for personal data finds in all that the public would read."""
    told = [(line.hazard_no, f"{line.subject_name} {line.text}") for line in lines if line.list in PUBLIC]
    told += [("更正说明", correction)] if correction else []
    found = [(place, each) for place, text in told for each in privacy.findings(text, names)]
    return list(dict.fromkeys(found))


def sentence(place: str, finding: privacy.Finding) -> str:
    """A finding in words."""
    return f"{place}：{finding.what}“{finding.found}”"


def digest(bulletin: Bulletin, correction: str | None, lines: Sequence[Row]) -> str:
    """SHA-256 over all that the public reads of an edition."""
    told = [[getattr(line, name) for name in FROZEN] for line in lines if line.list in PUBLIC]
    return history.digest(bulletin.region_code, bulletin.month, bulletin.cut_at, correction, told)


def title(bulletin: Bulletin) -> str:
    """乙镇2026年3月重大事故隐患公开."""
    return f"{bulletin.town_name}{bulletin.month.year}年{bulletin.month.month}月重大事故隐患公开"
