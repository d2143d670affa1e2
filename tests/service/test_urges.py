"""督促升级 on the pages: the card in the inbox, signed there, on the hazard's page, in the list and on the board."""

import importlib
import io

import pytest
from sqlalchemy import update

from tests.documents import pdf
from tests.scenarios.test_urges import do
from tests.scenarios.ways import bring, found
from tests.service.inspector import faults_of, text_of
from tests.service.test_dossiers import fetch, parts_of, verify
from tests.service.test_tasks import picture
from workflows import clock, daily, documents, hazards, papers, photos, urges
from workflows.engine import Subject, tasks

MARKUP = "<img src=x onerror=alert(1)>"


@pytest.fixture
def late(driver, clock_at):
    """A hazard whose deadline passed a minute ago."""
    clock_at("2026-03-02 09:00")
    hazard = bring(driver, found(driver), "rectify", issue_rectify={"due_date": "2026-03-31"})
    clock_at("2026-04-01 00:01")
    driver.sweep()
    return hazard


def task(driver, element):
    with driver.database.reading() as session:
        return next(each.id for each in tasks.open_of(session, Subject("urge", 1)) if each.element_id == element)


def test_a_card_is_received_answered_and_signed_on_the_pages(signed_in, driver, late):
    """The lead finds it in his inbox, the office signs; an answer that says nothing comes back with its sentence."""
    lead, office = signed_in("baocun"), signed_in("banshi1")
    assert "签收提示卡" in text_of(lead.get("/"))
    receive, sign = (f"/tasks/{task(driver, element)}" for element in ("receive_card", "sign_card"))
    assert lead.get(sign).status_code == 404
    shown = text_of(lead.get(receive))
    assert [words for words in ("尚未整改完毕", "乙镇木家具厂") if words not in shown] == []
    assert lead.submit(receive, {}).status_code == 302
    assert lead.submit(receive, {}).status_code == 409
    answer = f"/tasks/{task(driver, 'answer_card')}"
    refused = lead.submit(answer, {"answer": "好"})
    assert (refused.status_code, set(faults_of(refused.text))) == (422, {"answer"})
    assert lead.submit(answer, {"answer": f"线路改造缺料{MARKUP}，周五前完成。"}).status_code == 302
    assert office.submit(sign, {"demand": f"先停用{MARKUP}配电箱。"}).status_code == 302
    page = text_of(office.get("/urges/1"))
    told = ("乙安卡〔2026〕1号", f"先停用{MARKUP}配电箱。", f"线路改造缺料{MARKUP}，周五前完成。", "办公室经办甲")
    assert [words for words in told if words not in page] == []
    page = text_of(office.get(f"/hazards/{late}"))
    assert [words for words in ("督促升级（1 件）", "已回复") if words not in page] == []


def test_the_list_and_the_board_count_what_is_not_answered(signed_in, driver, late):
    office, lead = signed_in("zhuren"), signed_in("baocun")
    assert "1督促升级" in text_of(office.get("/board"))
    assert "乙镇木家具厂" in text_of(office.get("/urges"))
    lead.submit(f"/tasks/{task(driver, 'receive_card')}", {})
    lead.submit(f"/tasks/{task(driver, 'answer_card')}", {"answer": "线路改造缺料，周五前完成。"})
    assert "没有未回复的督促" in text_of(office.get("/urges"))
    assert "乙镇木家具厂" in text_of(office.get("/urges?all=1"))
    assert signed_in("changzhang").get("/urges").status_code == 403
    assert signed_in("cunwei2").get("/urges/1").status_code == 404


def test_an_enterprise_is_told_of_its_own_lateness_not_of_an_official_s(signed_in, driver, late, clock_at):
    """漏报 is between the officials; what the enterprise itself is urged to do it sees on the hazard's page."""
    daily.urge_what_is_late(driver.database)
    with driver.database.reading() as session:
        grounds = {urge.id: urge.ground for urge in urges.of(session, hazards.get(session, late))}
    assert sorted(grounds.values()) == ["DEADLINE", "THURSDAY"]
    boss, office = signed_in("changzhang"), signed_in("banshi1")
    assert "督促升级（1 件）" in text_of(boss.get(f"/hazards/{late}"))
    assert "督促升级（2 件）" in text_of(office.get(f"/hazards/{late}"))
    for id, ground in grounds.items():
        assert boss.get(f"/urges/{id}").status_code == (200 if ground == "DEADLINE" else 404)


def test_what_is_urged_of_an_official_lies_in_the_case_and_not_in_the_enterprise_s_copy(signed_in, driver, late, tmp_path):
    """The directive for a missed report is in the dossier, with its hash; the enterprise neither reads nor gets it, and both verify."""
    daily.urge_what_is_late(driver.database)
    with driver.database.reading() as session:
        urge = next(each for each in urges.of(session, hazards.get(session, late)) if each.ground == "THURSDAY")
        (sign,) = tasks.open_of(session, urge.ref)
    assert signed_in("shuji").submit(f"/tasks/{sign.id}", {"demand": f"今天补报{MARKUP}。"}).status_code == 302
    with driver.database.reading() as session:
        made = documents.of(session, Subject("hazard", late))
    for row in made:
        documents.write(driver.database, driver.home, row.id)
    office, boss, kept = signed_in("banshi1"), signed_in("changzhang"), made[-1]
    assert (kept.kind, kept.is_internal) == ("URGE_DIRECTIVE", True)
    assert kept.no in text_of(office.get(f"/urges/{urge.id}"))
    for browser, is_there in ((office, True), (boss, False)):
        assert (kept.no in text_of(browser.get(f"/hazards/{late}"))) == is_there
        assert browser.get(f"/documents/{kept.id}").status_code == (200 if is_there else 404)
        file = fetch(browser, late, tmp_path)
        assert (kept.no in parts_of(file)["record.json"].decode()) == is_there
        assert (verify(file)[0], len([name for name in parts_of(file) if name.endswith(".docx")])) == (0, 2 + is_there)


@pytest.mark.parametrize(("kind", "is_old"), [("pdf", False), ("jpg", False), ("pdf", True)])
def test_what_comes_with_a_talk_between_officials_the_enterprise_does_not_get(
    signed_in, driver, late, tmp_path, kind, is_old
):
    """The record of a talk about missed reports is in the officials' dossier; the enterprise has neither the file nor its name;
    nor what an earlier version took in (`is_old`)."""
    daily.urge_what_is_late(driver.database)
    with driver.database.reading() as session:
        urge = next(each for each in urges.of(session, hazards.get(session, late)) if each.ground == "THURSDAY")
    do(driver, urge.id, "sign_directive", "shuji")
    record = papers.receive(driver.home, io.BytesIO(pdf() if kind == "pdf" else picture()[0].read()), f"丙村约谈记录.{kind}")
    papers.keep(driver.database, [record], by=driver.person("zhuren"))
    talk = {"kind": "TALK", "against": "UNIT", "whom": "丙村村委", "said": "连续漏报周四反馈，今后须按时报送。"}
    do(driver, urge.id, "hold_talk", "zhuren", **talk, held_at=clock.now().isoformat(), attachments=[record.reference])
    sha256 = papers.read(record.reference).sha256
    if is_old:
        with driver.database.transaction() as session:
            for uses in (papers.PaperUse, photos.PhotoUse):
                session.execute(update(uses).values(is_internal=False))
            importlib.import_module("workflows.migrations.versions.0029_keep_talks_between_officials").mark_missed(session.connection())
    for login, is_there in (("banshi1", True), ("changzhang", False)):
        browser = signed_in(login)
        file = fetch(browser, late, tmp_path)
        assert (f"files/{sha256}.{kind}" in parts_of(file), sha256 in parts_of(file)["record.json"].decode()) == (is_there, is_there)
        assert (sha256 in browser.get(f"/hazards/{late}/dossier").text, verify(file)[0]) == (is_there, 0)
        assert (sha256 in browser.get(f"/hazards/{late}").text) == (is_there and kind == "jpg")
        assert browser.get(f"/{'papers' if kind == 'pdf' else 'photos'}/{sha256}").status_code == (200 if is_there else 404)
