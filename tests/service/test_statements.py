"""What a click asks of the database. The numbers stand at what was reached: they may fall, and must not creep up."""

from service import demo
from tests.bench import cases, http, plain

PLAIN, APPLICATION = 15, 30


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
    """⑨, the dearest step of the loop: everything the closure rests on is asked of the record again."""
    hazard_id = cases.at_application(driver)
    element, login, fields = cases.ROUND[0]
    task = cases.waiting(driver, hazard_id, element)
    counted = http.completing(app, login, demo.PASSWORD, task.id, fields)
    assert (counted.statements <= APPLICATION, counted.commits) == (True, 1), listed(counted)
    lines = [text for text in counted.said if text.startswith("INSERT INTO history")]
    assert len(lines) == 1, "the lines of one click go in as one statement"
