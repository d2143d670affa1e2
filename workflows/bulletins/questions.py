"""Asking for bulletins: inside the house with the caller's scope; outside it only for what is published."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Select, exists, false, func, or_, select
from sqlalchemy.orm import Session, aliased

from workflows import campaigns, clock, dues, people, ways_up
from workflows.bulletins import rules
from workflows.bulletins.tables import Bulletin, Edition, Row
from workflows.engine import Address, Caller, Due, Subject, Want
from workflows.errors import Conflict, NotFound

MOMENT = timedelta(microseconds=1)  # before 24:00 it is still the day that ends then

IN_TOWN = frozenset("OFFICE_STAFF OFFICE_DIRECTOR GROUP_DEPUTY GROUP_HEAD".split())
IN_COUNTY = frozenset("COUNTY_OFFICE COUNTY_LEADER COUNTY_INSPECTION".split())
DRAFTERS = frozenset({"OFFICE_STAFF", "OFFICE_DIRECTOR"})
MOST_FOUND = 50  # hazards a public search shows


@dataclass(frozen=True)
class Published:
    """A published edition with its bulletin."""

    bulletin: Bulletin
    edition: Edition


@dataclass(frozen=True)
class Told:
    """A hazard as the public has been told of it: its lines, the newest first, each with the month in which it stands."""

    lines: list[tuple[Bulletin, Row]]

    @property
    def newest(self) -> Row:
        """How it stands by what was published last."""
        return self.lines[0][1]

    @property
    def first(self) -> Row:
        """What was found there."""
        return self.lines[-1][1]

    @property
    def months(self) -> list[Bulletin]:
        """In which months it stands, the newest first."""
        return list(dict.fromkeys(bulletin for bulletin, _ in self.lines))


# ---- inside the house ----------------------------------------------------------------------------------------------------


def get(session: Session, bulletin_id: int) -> Bulletin:
    """The bulletin, or NotFound. For the engine and for verbs; pages ask `get_for`."""
    if found := session.get(Bulletin, bulletin_id):
        return found
    raise NotFound("没有找到这一期公开。")


def get_for(session: Session, caller: Caller, bulletin_id: int) -> Bulletin:
    """The bulletin, if the caller may see it; NotFound otherwise."""
    found = session.scalar(select(Bulletin).where(Bulletin.id == bulletin_id, scope(session, caller)))
    if found is None:
        raise NotFound("没有找到这一期公开。")
    return found


def address(session: Session, bulletin: Bulletin, want: Want) -> Address:
    """The town's office drafts; of those who may decide, somebody else than who drafted."""
    edition = find_drafted(session, bulletin) if want.duty == "P2" else None
    drafters = {edition.drafted_by, edition.drafted_for} if edition else frozenset()
    return ways_up.of_unit(session, bulletin, want, barred=drafters)


def due(session: Session, bulletin: Bulletin, text: str, opened_at: datetime) -> Due | None:
    """A month is published so many working days after its cut; a correction after it was begun."""
    begun_at = opened_at if is_correction(session, bulletin) else bulletin.cut_at - MOMENT
    return dues.term(session, campaigns.current(session, clock.on(begun_at)).code, text, begun_at)


def of(session: Session, caller: Caller, limit: int = 60) -> list[tuple[Bulletin, Edition | None]]:
    """The bulletins the caller may see with the newest edition of each, newest month first."""
    newest = select(func.max(Edition.id)).where(Edition.bulletin_id == Bulletin.id).correlate(Bulletin).scalar_subquery()
    found = select(Bulletin, Edition).join(Edition, Edition.id == newest, isouter=True).where(scope(session, caller))
    rows = session.execute(found.order_by(Bulletin.month.desc(), Bulletin.region_code).limit(limit))
    return [(bulletin, edition) for bulletin, edition in rows]


def scope(session: Session, caller: Caller) -> ColumnElement[bool]:
    """Which bulletins a caller may see before they are public: his town's, of its office and leading group, or his county's."""
    held = sorted(caller.all_posts)
    codes = {post.unit_id: people.get_unit(session, post.unit_id).region_code for post in held}
    own = [codes[post.unit_id][:9] for post in held if post.role in IN_TOWN]
    own += [codes[post.unit_id][:6] for post in held if post.role in IN_COUNTY]
    return or_(false(), *(Bulletin.region_code.startswith(code, autoescape=True) for code in own))


def may_draft(session: Session, caller: Caller, bulletin: Bulletin) -> bool:
    """Whether the caller's posts are those that draft for this town."""
    town = people.find_unit(session, "TOWN", bulletin.region_code)
    return town is not None and any(post.role in DRAFTERS and post.unit_id == town.id for post in caller.all_posts)


def towns_without(session: Session, month: date) -> list[people.Unit]:
    """The towns that have no bulletin for a month yet."""
    there = set(session.scalars(select(Bulletin.region_code).where(Bulletin.month == month)))
    return [town for town in people.units(session, "TOWN") if town.region_code not in there]


def names_on_file(session: Session) -> set[str]:
    """The names of all persons with an account, for the check."""
    return set(session.scalars(select(people.Person.name)))


def editions(session: Session, bulletin: Bulletin) -> list[Edition]:
    """Every draft and every published edition, oldest first."""
    return list(session.scalars(select(Edition).where(Edition.bulletin_id == bulletin.id).order_by(Edition.id)))


def find_published(session: Session, bulletin: Bulletin) -> Edition | None:
    """The newest edition that is public."""
    mine = select(Edition).where(Edition.bulletin_id == bulletin.id, Edition.state == "PUBLISHED")
    return session.scalars(mine.order_by(Edition.number.desc()).limit(1)).first()


def find_drafted(session: Session, bulletin: Bulletin) -> Edition | None:
    """The draft that waits for its decision."""
    mine = select(Edition).where(Edition.bulletin_id == bulletin.id, Edition.state == "DRAFTED")
    return session.scalars(mine.order_by(Edition.id.desc()).limit(1)).first()


def get_drafted(session: Session, bulletin: Bulletin) -> Edition:
    """Like `find_drafted`; Conflict if there is none."""
    if found := find_drafted(session, bulletin):
        return found
    raise Conflict("没有待审定的公开稿。")


def rows_of(session: Session, edition: Edition) -> list[Row]:
    """The lines of an edition, list by list."""
    return list(session.scalars(select(Row).where(Row.edition_id == edition.id).order_by(Row.position)))


def is_correction(session: Session, bulletin: Bulletin) -> bool:
    """Something of this month is public already, so that what is drafted now corrects it."""
    return find_published(session, bulletin) is not None


def forbidden(session: Session, bulletin: Bulletin, person_id: int) -> str | None:
    """Why this person may not decide on the draft; None if he may (INV-15)."""
    edition = find_drafted(session, bulletin)
    if edition is not None and person_id in (edition.drafted_by, edition.drafted_for):
        return "您是这一期的拟稿人，不能再做审定人（职责分离）。"
    return None


def among(session: Session, wanted: Iterable[tuple[Subject, str]], person_id: int) -> dict[tuple[Subject, str], str]:
    """Which of several (bulletin, duty) pairs a person may not bear, with the sentence."""
    mine = [pair for pair in wanted if pair[0].kind == "bulletin" and pair[1] == "P2"]
    told = {pair: forbidden(session, get(session, pair[0].id), person_id) for pair in mine}
    return {pair: sentence for pair, sentence in told.items() if sentence}


def faults(session: Session) -> list[str]:
    """Published editions that differ from the hash they were published under: sentences for the auditor."""
    published = session.execute(select(Bulletin, Edition).join(Edition).where(Edition.state == "PUBLISHED"))
    return [
        f"{rules.title(bulletin)}第 {edition.number} 版的内容与其校验值不符。"
        for bulletin, edition in published
        if rules.digest(bulletin, edition.correction, rows_of(session, edition)) != edition.sha256
    ]


# ---- outside it: what is published, and nothing else -------------------------------------------------------------------------


def _published() -> Select[Bulletin, Edition]:
    """Every edition that is public, with its bulletin."""
    return select(Bulletin, Edition).join(Edition, Edition.bulletin_id == Bulletin.id).where(Edition.state == "PUBLISHED")


def _newest() -> Select[Bulletin, Edition]:
    """Every bulletin that is public, with its newest edition."""
    later = aliased(Edition)
    is_old = exists().where(later.bulletin_id == Edition.bulletin_id, later.number > Edition.number)
    return _published().where(~is_old)


def published(session: Session, town: str = "", limit: int = 60) -> list[Published]:
    """The newest editions, newest month first; of one town if its code is given."""
    found = _newest().where(Bulletin.region_code == town) if town else _newest()
    rows = session.execute(found.order_by(Bulletin.month.desc(), Bulletin.region_code).limit(limit))
    return [Published(bulletin, edition) for bulletin, edition in rows]


def towns(session: Session) -> dict[str, str]:
    """The towns that have made anything public: code → name, as it is called today."""
    codes = sorted(set(session.scalars(select(Bulletin.region_code).join(Edition).where(Edition.state == "PUBLISHED"))))
    names = {unit.region_code: unit.name for unit in people.units(session, "TOWN")}
    return {code: names.get(code, code) for code in codes}


def get_published(session: Session, town: str, month: date, number: int | None = None) -> list[Published]:
    """A town's month: every edition that is public, the one asked for (else the newest) first; NotFound if there is none."""
    mine = _published().where(Bulletin.region_code == town, Bulletin.month == month).order_by(Edition.number.desc())
    found = [Published(bulletin, edition) for bulletin, edition in session.execute(mine)]
    wanted = [each for each in found if number in (None, each.edition.number)]
    if not wanted:
        raise NotFound("没有找到这一期公开。")
    return [wanted[0], *(each for each in found if each is not wanted[0])]


def public_rows(session: Session, edition: Edition, *, village: str = "", search: str = "") -> list[Row]:
    """The public lines of an edition; of one village, or with these words, if asked."""
    found = select(Row).where(Row.edition_id == edition.id, Row.list.in_(rules.PUBLIC), *_matching(village, search))
    return list(session.scalars(found.order_by(Row.position)))


def search(session: Session, words: str, town: str = "") -> list[Told]:
    """The hazards with these words in any line of a newest edition, each with all its lines; those told of last come first. One
    more than MOST_FOUND says that there are more."""
    newest = _newest().where(Bulletin.region_code == town) if town else _newest()
    lines = newest.add_columns(Row).join(Row, Row.edition_id == Edition.id).where(Row.list.in_(rules.PUBLIC))
    last = func.max(Bulletin.month).desc()
    matching = lines.with_only_columns(Row.hazard_id).where(*_matching("", words)).group_by(Row.hazard_id)
    ids = list(session.scalars(matching.order_by(last, Row.hazard_id.desc()).limit(MOST_FOUND + 1)))
    told: dict[int, list[tuple[Bulletin, Row]]] = {hazard_id: [] for hazard_id in ids}
    in_order = lines.where(Row.hazard_id.in_(ids)).order_by(Bulletin.month.desc(), Row.position.desc())
    for bulletin, _, row in session.execute(in_order):
        told[row.hazard_id].append((bulletin, row))
    return [Told(each) for each in told.values()]


def _matching(village: str, words: str) -> list[ColumnElement[bool]]:
    columns = (Row.hazard_no, Row.subject_name, Row.village_name, Row.sector, Row.text)
    found: list[ColumnElement[bool]] = [Row.village_code == village] if village else []
    return found + ([or_(*(column.icontains(words, autoescape=True) for column in columns))] if words else [])
