"""What a click asks of the database. The numbers stand at what was reached: they may fall, and must not creep up."""

from service import demo
from service.demo.town import FROM
from tests.bench import cases, http, plain
from tests.scenarios.ways import found
from workflows import hazards, people, staffing
from workflows.options import OPTIONS

PLAIN, APPLICATION, REVIEW, CASE = 12, 26, 40, 45


def listed(counted):
    return "\n".join([f"{counted.statements} statements:", *(text[:150] for text in counted.said)])


def test_a_plain_task(tmp_path):
    """Who he is, the task, the lock, what was handed in, the record, the next task: no business."""
    database = plain.prepare(tmp_path)
    app = plain.make_app(http.config(tmp_path, database), database)
    counted = http.completing(app, plain.LOGIN, plain.PASSWORD, http.new_task(database), plain.ANSWER)
    assert (counted.statements <= PLAIN, counted.commits) == (True, 1), listed(counted)
    database.engine.dispose()


def test_the_application_for_closure(driver, app):
    """⑨: everything the closure rests on is asked of the record again."""
    hazard_id = cases.at_application(driver)
    element, login, fields = cases.ROUND[0]
    task = cases.waiting(driver, hazard_id, element)
    counted = http.completing(app, login, demo.PASSWORD, task.id, fields)
    assert (counted.statements <= APPLICATION, counted.commits) == (True, 1), listed(counted)
    lines = [text for text in counted.said if text.startswith("INSERT INTO history")]
    assert len(lines) == 1, "the lines of one click go in as one statement"


def test_the_towns_review(driver, app):
    """⑩, the dearest step of the loop: it orders a document, with the first number of its year."""
    hazard_id = cases.at_application(driver)
    (element, login, fields), (review, reviewer, opinion) = cases.ROUND[:2]
    driver.do(hazard_id, element, login, **fields)
    counted = http.completing(app, reviewer, demo.PASSWORD, cases.waiting(driver, hazard_id, review).id, opinion)
    assert (counted.statements <= REVIEW, counted.commits) == (True, 1), listed(counted)


def test_a_cases_page(driver, app):
    """Facts, past, what may be begun beside it by eleven more diagrams: the units around are looked for once."""
    hazard_id = cases.at_application(driver)
    browser = http.client(app, "zhuren", demo.PASSWORD)
    browser.get(f"/hazards/{hazard_id}")
    with http.counting(app.house.database) as counted:
        assert browser.get(f"/hazards/{hazard_id}").status_code == 200
    assert counted.statements <= CASE, listed(counted)


def test_a_list_of_persons_asks_for_all_their_posts_at_once(driver):
    """Whoever may be named is offered with his posts; one more person is not one more question."""
    hazard_id = found(driver)
    asked = []
    for more in range(2):
        with driver.database.transaction() as session, http.counting(driver.database) as counted:
            offered = OPTIONS["verifiers"](session, hazards.get(session, hazard_id))
        asked.append((len(offered), counted.statements))
        with driver.database.transaction() as session:
            person = staffing.add_person(session, "执法队员丁", f"zhifa9{more}", demo.PASSWORD, certificate_no="ZF-9901-009")
            staffing.appoint(session, person, "ENFORCER", people.units(session, "TOWN")[0], FROM)
    (few, before), (more, after) = asked
    assert (more, after) == (few + 1, before)
