"""Posts, scope, addresses, due moments, parameters, passwords."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from tests import make
from tests.domain.town import Town
from workflows import addresses, campaigns, clock, dues, enterprises, hazards, passwords, people, staffing
from workflows.engine import Post, Want, own
from workflows.errors import Forbidden, Invalid, NotFound
from workflows.hazards import Hazard
from workflows.options import OPTIONS
from workflows.people import Appointment, Substitution


def visible(town: Town, login: str) -> set[int]:
    """The hazards a person sees."""
    caller = people.caller(town.session, town.id(login))
    return set(town.session.scalars(select(Hazard.id).where(hazards.scope(town.session, caller))))


def want(*roles: str, lane: str = "", unit: str = "", person: str = "", duty: str = "") -> Want:
    return Want("task", roles, lane, unit, person, duty, 0)


# ---- scope (INV-16) ----------------------------------------------------------------------------------------------------

SEES = [
    "boss",
    "village",
    "liaison",
    "leader",
    "station",
    "enforcer2",
    "staff",
    "director",
    "head",
    "dept",
    "office",
    "magistrate",
]


@pytest.mark.parametrize("login", SEES)
def test_each_post_sees_its_region_and_industry(town: Town, login):
    """Domain 2.1, 可见数据."""
    hazard = town.report()
    assert visible(town, login) == {hazard.id}


@pytest.mark.parametrize("login", ["other_boss", "other_village", "admin", "tracker"])
def test_others_see_nothing(town: Town, login):
    """INV-16, INV-20: another's enterprise, another village, the system's own people, a tracker of other hazards."""
    hazard = town.report()
    assert visible(town, login) == set()
    with pytest.raises(NotFound):
        hazards.get_for(town.session, people.caller(town.session, town.id(login)), hazard.id)


def test_another_industry_is_not_seen(town: Town):
    """Domain 2.1: role × industry."""
    town.report().sector = "GAS"
    town.session.flush()
    assert [visible(town, login) for login in ("leader", "station", "dept")] == [set()] * 3
    assert visible(town, "director")


def test_a_county_department_sees_what_was_handed_to_it(town: Town):
    """Domain 2.1, ④: whatever the industry, the department sees what handover two gave it; its trackers, what they track (M010)."""
    hazard, other = town.report(), town.report()
    for each in (hazard, other):
        each.sector = "GAS"
    hazard.county_dept_id, other.county_dept_id = town.units["dept"].id, town.units["county"].id
    town.session.flush()
    assert [visible(town, login) for login in ("dept", "tracker")] == [{hazard.id}, set()]
    assert visible(town, "leader") == set()


def test_a_tracker_sees_what_he_tracks_and_a_draft_only_its_reporter(town: Town):
    """Domain 2.1: 被指派件; a draft does not count."""
    hazard = town.rectifying()
    assert visible(town, "tracker") == {hazard.id}
    hazard.status = "DRAFT"
    town.session.flush()
    assert visible(town, "director") == set()
    assert visible(town, "enforcer1") == {hazard.id}


def test_pages_are_keyed_and_searched_within_the_scope(town: Town):
    """Design 6: paged by key."""
    ids = [town.report().id for _ in range(3)]
    caller = people.caller(town.session, town.id("director"))
    first = hazards.page(town.session, caller, limit=2)
    assert [row.id for row in first.rows] == ids[:0:-1]
    assert [row.id for row in hazards.page(town.session, caller, limit=2, after=first.next).rows] == ids[:1]
    assert len(hazards.page(town.session, caller, search="家具").rows) == 3
    assert hazards.page(town.session, caller, search="%").rows == []


# ---- posts -------------------------------------------------------------------------------------------------------------


def test_posts_begin_and_end_on_their_days(town: Town):
    """Design 6: appointments are dated, both days included."""
    post = town.session.scalars(select(Appointment).where(Appointment.person_id == town.id("head"))).one()
    held = Post("GROUP_HEAD", town.units["town"].id)
    for from_days, to_days, holds in ((0, 0, True), (1, None, False), (-9, -1, False)):
        post.from_on = clock.today() + timedelta(days=from_days)
        post.to_on = clock.today() + timedelta(days=to_days) if to_days is not None else None
        town.session.flush()
        assert (held in people.posts(town.session, town.id("head"))) == holds
        assert (town.persons["head"] in people.holders(town.session, [held])) == holds


def test_a_substitute_holds_the_principals_posts_but_never_the_county_leaders(town: Town):
    """⑫: 不可代办、不可授权."""
    for principal in ("deputy", "magistrate"):
        dates = {"from_on": clock.today(), "to_on": clock.today()}
        row = Substitution(principal_id=town.id(principal), substitute_id=town.id("head"), **dates)
        town.session.add(row)
    town.session.flush()
    caller = people.caller(town.session, town.id("head"))
    assert caller.stands_in[town.id("deputy")] == {Post("GROUP_DEPUTY", town.units["town"].id)}
    assert caller.stands_in[town.id("magistrate")] == frozenset()


def test_a_deactivated_person_holds_nothing(town: Town):
    """Design 6."""
    town.persons["head"].is_active = False
    town.session.flush()
    assert people.caller(town.session, town.id("head")).posts == frozenset()


def test_no_day_mixes_system_and_business_posts(town: Town):
    """INV-20: posts that begin later or have ended count on their days, whatever today is."""
    person, unit = make.person(town.session), town.units["county"]
    staffing.appoint(town.session, person, "AUDITOR", unit, date(2027, 1, 1), date(2027, 12, 31))
    for from_on, to_on in ((date(2026, 1, 1), None), (date(2027, 12, 31), None), (date(2026, 1, 1), date(2027, 1, 1))):
        with pytest.raises(Invalid, match="不得兼任"):
            staffing.appoint(town.session, person, "COUNTY_OFFICE", unit, from_on, to_on)
    staffing.appoint(town.session, person, "COUNTY_OFFICE", unit, date(2026, 1, 1), date(2026, 12, 31))
    staffing.appoint(town.session, person, "COUNTY_OFFICE", unit, date(2028, 1, 1))


@pytest.mark.parametrize(("principal", "stand_in"), [("admin", "head"), ("head", "admin")])
def test_nobody_stands_in_across_system_and_business(town: Town, principal, stand_in):
    """INV-20."""
    one, other = town.persons[principal], town.persons[stand_in]
    with pytest.raises(Invalid, match="不得兼任|不得互相代理"):
        staffing.substitute(town.session, one, other, clock.today(), clock.today())
    staffing.substitute(town.session, town.persons["deputy"], town.persons["head"], clock.today(), clock.today())


# ---- addresses -----------------------------------------------------------------------------------------------------------


def test_tasks_go_to_the_posts_of_the_hazards_region_and_industry(town: Town):
    """Design 6: a task is addressed to posts."""
    hazard, units = town.report(), town.units
    office = addresses.address(town.session, hazard, want("OFFICE_STAFF", unit="town"))
    assert office.posts == {Post("OFFICE_STAFF", units["town"].id)}
    assert addresses.address(town.session, hazard, want(lane="领导组办公室工作人员", unit="town")) == office
    enterprise = addresses.address(town.session, hazard, want("ENT_HEAD", "ENT_SAFETY", unit="enterprise", duty="R"))
    assert enterprise.posts == {Post(role, units["factory"].id) for role in ("ENT_HEAD", "ENT_SAFETY")}
    verify = addresses.address(town.session, hazard, want(*people.VERIFIER_ROLES, unit="sector", duty="V"))
    assert Post("ENFORCER", units["town"].id) in verify.posts
    assert Post("STATION_STAFF", units["station"].id) in verify.posts
    assert (verify.note, verify.blocked) == ("", "")


def test_a_stall_is_recorded_by_village_and_lead(town: Town):
    """代录, domain 3.3."""
    stall = {"subject_id": None, "subject_type": "STALL", "subject_name": "无证摊点", "region_code": "999901101201"}
    hazard = town.rectifying(**stall, sector="INDUSTRY", address="村口")
    address = addresses.address(town.session, hazard, want("ENT_HEAD", unit="enterprise", duty="R"))
    assert address.posts == {Post("VILLAGE", town.units["village"].id), own(town.id("liaison"))}


def test_a_barred_reviewer_sends_the_task_up(town: Town):
    """上转表: 副组长→组长→县专项办; each time it says so."""
    town.hire("liaison", "GROUP_DEPUTY", "town")
    for post in town.session.scalars(select(Appointment).where(Appointment.person_id == town.id("deputy"))):
        post.to_on = date(2020, 1, 2)
    hazard = town.rectifying(track=False)
    review = want("GROUP_DEPUTY", unit="town", duty="T")
    up = addresses.address(town.session, hazard, review)
    assert up.posts == {Post("GROUP_HEAD", town.units["town"].id)}
    assert "上转" in up.note
    town.persons["head"].is_active = False
    town.session.flush()
    assert addresses.address(town.session, hazard, review).posts == {Post("COUNTY_OFFICE", town.units["county"].id)}


def test_a_lane_reaches_its_post_wherever_that_is_around_the_thing(town: Town):
    """Without role and unit; only where there is such a post, and of an enterprise only in its own industry."""
    factory, units = town.units["factory"], town.units
    for lane, reached in (("企业主要负责人", {("ENT_HEAD", "factory")}), ("领导组组长", {("GROUP_HEAD", "town")})):
        address = enterprises.address(town.session, factory, want(lane=lane))
        assert address.posts == {Post(role, units[at].id) for role, at in reached}
        assert address.posts == addresses.address(town.session, town.rectifying(track=False), want(lane=lane)).posts
    beside = enterprises.address(town.session, factory, want(lane="站所经办")).posts
    assert Post("STATION_STAFF", units["station"].id) in beside
    assert all(factory.sector_code in (people.get_unit(town.session, post.unit_id).sectors or []) for post in beside if post.unit_id != units["town"].id)


def test_the_county_signature_is_blocked_not_sent_up(town: Town):
    """上转表: 县签字无上转，看板显示“受阻”."""
    town.persons["magistrate"].is_active = False
    town.session.flush()
    address = addresses.address(town.session, town.report(), want("COUNTY_LEADER", unit="county", duty="S"))
    assert address.blocked
    assert not address.posts


def test_words_about_a_plate_say_nothing_where_there_is_none(town: Town):
    """Any designer may choose them for a hazard: without a plate there is no such date, and the task goes up to the county."""
    hazard = town.report()
    assert dues.due(town.session, hazard, "hazard.listed_until", clock.now()) is None
    address = addresses.address(town.session, hazard, want("COUNTY_DEPT", unit="supervisor"))
    assert address.posts == {Post("COUNTY_OFFICE", town.units["county"].id)}


def test_too_few_verifiers_are_joined_by_the_county(town: Town):
    """上转表: 执法队/站所（验收）→县有关部门; two are needed and one certificate."""
    town.persons["enforcer2"].is_active = town.persons["station"].is_active = False
    town.session.flush()
    hazard = town.report()
    address = addresses.address(town.session, hazard, want(*people.VERIFIER_ROLES, unit="sector", duty="V"))
    assert Post("COUNTY_DEPT", town.units["dept"].id) in address.posts
    assert address.note
    assert {person.login for person in addresses.verifiers(town.session, hazard)} == {"enforcer1", "dept"}


def test_named_persons_get_their_tasks(town: Town):
    """Contract: reporter, lead, territory, sector, tracker, verification.member."""
    hazard = town.rectified()
    town.verify(hazard)
    persons = {"reporter": "enforcer1", "lead": "liaison", "territory": "liaison", "sector": "leader", "tracker": "tracker"}
    for word, login in {**persons, "verification.member": "enforcer2"}.items():
        assert addresses.address(town.session, hazard, want(person=word)).person_id == town.id(login)


@pytest.mark.parametrize("name", sorted(OPTIONS))
def test_every_option_list_offers_text_pairs(town: Town, name):
    """Contract: values are ids as text; without a hazard a list may be empty, not fail."""
    for hazard in (None, town.rectifying()):
        assert all(isinstance(part, str) for pair in OPTIONS[name](town.session, hazard) for part in pair)


# ---- due moments ---------------------------------------------------------------------------------------------------------


def test_no_local_parameter_calls_itself_law(town: Town):
    """Design 1.4: each deadline shows its source."""
    hazard = town.rectifying()
    opened = clock.at(date(2026, 3, 6), 15)
    own = ("hazard.look_back_due", "hazard.listed_until")  # of a look-back, of a listed hazard: tried with these
    others = [text for text in dues.known() if text.startswith("return.") or text in own]
    of_hazards = sorted(dues.known() - set(others))
    for text in [*of_hazards, "3wd", "24h", "30d"]:
        due = dues.due(town.session, hazard, text, opened)
        assert due is not None, text
        assert "法定" not in due.source
    assert dues.due(town.session, hazard, "ack_wd", opened).at == clock.end_of(date(2026, 3, 9))
    assert dues.due(town.session, hazard, "", opened) is None


def test_immediate_danger_is_registered_within_two_hours(town: Town):
    """②: ≤1工作日; immediate_danger ≤2小时."""
    hazard = town.report(immediate_danger=True, interim_measures="已撤人停用")
    due = dues.due(town.session, hazard, "hazard.register_due", clock.now())
    assert due.at == clock.now() + timedelta(hours=2)


# ---- parameters ----------------------------------------------------------------------------------------------------------


def test_a_changed_parameter_holds_from_now_on_and_the_old_one_stays(town: Town, clock_at):
    """Domain 10: 改动留痕."""
    before = clock_at("2026-03-03 10:00")
    assert campaigns.param(town.session, "ZB2024", "ack_wd") == 1
    clock_at("2026-03-03 11:00")
    campaigns.set_param(town.session, "ZB2024", "ack_wd", 2, by=town.id("admin"), reason="县里要求")
    town.session.flush()
    assert campaigns.param(town.session, "ZB2024", "ack_wd") == 2
    assert campaigns.param(town.session, "ZD2023", "ack_wd") == 1
    assert campaigns.params_at(town.session, "ZB2024", before)["ack_wd"] == 1
    with pytest.raises(Invalid):
        campaigns.set_param(town.session, "ZB2024", "unknown", 2, by=town.id("admin"), reason="县里要求")


@pytest.mark.parametrize(("on", "code"), [("2023-06-01", "ZD2023"), ("2024-01-01", "ZB2024"), ("2027-05-01", "ZB2024")])
def test_a_day_belongs_to_the_campaign_that_runs(town: Town, on, code):
    """Domain 0: two campaigns."""
    assert campaigns.current(town.session, date.fromisoformat(on)).code == code


# ---- passwords -----------------------------------------------------------------------------------------------------------


def test_five_wrong_passwords_lock_for_15_minutes(database, clock_at):
    """Domain 8.3."""
    clock_at("2026-03-03 09:00")
    with database.transaction() as session:
        person_id = make.person(session, login="a", password=make.PASSWORD).id
    for _ in range(5):
        with pytest.raises(Forbidden, match="不正确"):
            passwords.check(database, "a", "wrong")
    with pytest.raises(Forbidden, match="不正确"):  # also with the right one
        passwords.check(database, "a", make.PASSWORD)
    clock_at("2026-03-03 09:15")
    assert passwords.check(database, "a", make.PASSWORD) == person_id
    passwords.check_own(database, person_id, make.PASSWORD)
    with pytest.raises(Forbidden, match="不正确"):
        passwords.check(database, "nobody", make.PASSWORD)


@pytest.mark.parametrize("password", ["Short-1", "alllowercase1", "ALLUPPER123", "onlyletters"])
def test_a_weak_password_is_refused(town: Town, password):
    """Domain 8.3: 10 characters of 3 kinds."""
    with pytest.raises(Invalid):
        passwords.give(town.session, town.persons["head"], password)
