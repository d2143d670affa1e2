"""What the command line does to a database: make it, deploy diagrams into it, look after sign-ins."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import workflows
from workflows import audits, clock, migrations, passwords, people, staffing, steps, vocabulary
from workflows.db import Database
from workflows.engine import checks, definitions, examinations
from workflows.engine import jobs as effects
from workflows.errors import Invalid

SHIPPED = Path(workflows.__file__).parent.parent / "bpmn"
# shipped file → process id, so that a start need not parse them
PROCESSES = {
    "hazard_loop": "hazard_closed_loop",
    "extension": "extension",
    "voiding": "voiding",
    "reopening": "reopening",
    "listing": "listing",
    "unlisting": "unlisting",
    "stop_order": "stop_order",
    "resumption": "resumption",
    "change_responsible": "change_responsible",
    "change_tracker": "change_tracker",
    "bulletin": "bulletin",
    "return_village": "return_village",
    "return_town": "return_town",
    "return_county": "return_county",
    "return_correction": "return_correction",
    "weekly_report": "weekly_report",
    "escalation": "escalation",
    "look_back": "look_back",
    "inquiry": "inquiry",
}

ADMINISTRATORS = {"xitong": "SYS_ADMIN", "anquan": "SEC_ADMIN", "shenji": "AUDITOR"}


@dataclass(frozen=True)
class FileFinding:
    """A finding of `bihuan check`, with the file it stands in."""

    file: str
    severity: str
    element_id: str
    rule: str
    message: str

    def line(self) -> str:
        """One line for the screen."""
        kind = "错误" if self.severity == "error" else "提醒"
        return f"{self.file}：{kind}：{self.element_id or '（整个文件）'}：{self.message} [{self.rule}]"


def prepare(database: Database, *, jobs: bool = False) -> None:
    """Bring the tables to the newest structure, give a fresh database its campaigns, and deploy the shipped diagrams.

    `jobs`: also the tables of the jobs, which a server or worker otherwise makes when it starts them.
    """
    migrations.upgrade(database)
    with database.transaction() as session:
        steps.seed(session)
    deploy_shipped(database)
    if jobs:
        effects.prepare(database)


def deploy_shipped(database: Database) -> None:
    """Deploy each shipped diagram that has no version yet; a version somebody changed since is left alone."""
    with database.transaction() as session:
        deployed = {each.key for each in definitions.latest(session)}
        for file in sorted(SHIPPED.glob("*.bpmn")):
            if PROCESSES[file.stem] not in deployed:
                definitions.deploy(session, vocabulary.known(forms_beside(file)), file.read_bytes(), forms_beside(file))


@dataclass
class Checked:
    """What `bihuan check` found in some files."""

    findings: list[FileFinding] = field(default_factory=list)
    unusable: list[FileFinding] = field(default_factory=list)  # files that cannot be read at all
    proofs: list[str] = field(default_factory=list)  # a line for each that was tried


def check_files(files: Iterable[Path], *, foreign: bool) -> Checked:
    """Check and prove some diagrams. `foreign`: another system's, of which only the structure is asked."""
    checked = Checked()
    for file in files:
        try:
            data = file.read_bytes()
        except OSError:
            checked.unusable.append(FileFinding(str(file), "error", "", "unreadable", "无法读取这个文件。"))
            continue
        examined = _structure(data) if foreign else examinations.examine(data, vocabulary.known(forms_beside(file)))
        for each in examined.findings:
            found = FileFinding(str(file), each.severity, each.element_id, each.rule, each.in_full)
            (checked.unusable if each.rule == "file-unreadable" else checked.findings).append(found)
        if examined.proof:
            checked.proofs.append(f"{file}：{examined.proof.sentence}用时 {examined.proof.milliseconds} 毫秒。")
    return checked


def _structure(data: bytes) -> examinations.Examination:
    return examinations.Examination(tuple(checks.check(data, checks.Known())), None)


def deploy_files(database: Database, files: Iterable[Path], *, reason: str = "") -> Iterator[str]:
    """Deploy diagrams; yields a line for each. Rejected (Invalid) undoes only its own file. `reason`: why one that could
    not be proven goes on."""
    for file in files:
        with database.transaction() as session:
            forms = forms_beside(file)
            made = definitions.deploy(session, vocabulary.known(forms), _read(file), forms, reason=reason)
            proof = f"{made.proof['sentence']}用时 {made.proof['milliseconds']} 毫秒。" if made.proof else ""
            yield f"{file}：{made.name}，第 {made.version} 版。{proof}"


def forms_beside(file: Path) -> dict[str, Any]:
    """The forms in the folder `forms` beside a diagram, else the shipped ones."""
    folder = file.parent / "forms"
    folder = folder if folder.is_dir() else SHIPPED / "forms"
    return {each.stem: _form(each) for each in sorted(folder.glob("*.json"))}


def record_faults(database: Database) -> list[str]:
    """What does not add up in the record."""
    with database.reading() as session:
        return audits.faults(session)


def has_people(database: Database) -> bool:
    """Whether anybody has an account."""
    with database.reading() as session:
        return bool(people.everybody(session))


def list_people(database: Database) -> Iterator[str]:
    """One line a person: login, name, posts."""
    with database.reading() as session:
        everybody = people.everybody(session)
        held = people.posts_with_names(session, [person.id for person in everybody])
        for person in everybody:
            posts = "、".join(people.post_name(unit, role) for role, unit in held[person.id])
            yield f"{person.login}\t{person.name}\t{posts}"


def found_county(database: Database, code: str, name: str) -> list[tuple[str, str]]:
    """A first county with its three administrators (三员, domain 9): (login, initial password) of each, shown once."""
    with database.transaction() as session:
        if staffing.tree(session):
            raise Invalid("", "库中已有单位。增加单位请登录系统，由系统管理员办理。")
        county = staffing.add_unit(session, "COUNTY", name, code)
        issued = []
        for login, role in ADMINISTRATORS.items():
            person, password = staffing.add_with_issued_password(session, people.role_name(role), login)
            staffing.appoint(session, person, role, county, clock.today())
            issued.append((login, password))
        return issued


def add_person(database: Database, login: str, name: str, password: str, certificate: str | None) -> None:
    """A new person with a sign-in, and no post yet."""
    with database.transaction() as session:
        staffing.add_person(session, name, login, password, certificate_no=certificate)


def appoint(database: Database, login: str, role: str, unit_name: str, document: str | None) -> str:
    """Give a person a post from today on; answers what was done in words. The role by its code or its Chinese name."""
    with database.transaction() as session:
        person = _person(session, login)
        unit = people.find_unit_named(session, unit_name)
        if unit is None:
            raise Invalid("unit", f"没有名称为“{unit_name}”的单位，或不止一个。")
        code = next((code for code, name in people.ROLES.items() if name == role), role)
        staffing.appoint(session, person, code, unit, clock.today(), document_no=document)
        steps.readdress(session, person.id)
        return f"已任命“{person.name}”为{unit.name}{people.role_name(code)}。"


def set_password(database: Database, login: str, password: str) -> None:
    """Give a person a new password, lift his lockout, and end his sign-ins elsewhere."""
    with database.transaction() as session:
        passwords.give(session, _person(session, login), password)


def _person(session: Any, login: str) -> people.Person:
    if person := people.find_by_login(session, login):
        return person
    raise Invalid("login", f"没有登录名为“{login}”的人员。")


def _form(file: Path) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except ValueError:
        raise Invalid("", f"表单文件 {file.name} 不是有效的 JSON。") from None


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        raise Invalid("", f"无法读取文件 {file}。") from None
