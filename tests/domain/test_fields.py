"""What fields take in: ids that are ids, sums and texts that the tables can hold."""

import json
from pathlib import Path

import pytest
from sqlalchemy import String

from tests.domain.town import Town
from workflows import fields
from workflows.db import Base
from workflows.errors import Invalid

FORMS = Path(__file__).parents[2] / "bpmn" / "forms"
NO_IDS = ["²", "٣", "1.0", "-1", "+1", "x", True, str(2**63), "1" + "0" * 30, "9" * 5000]
NOT_FROM_FORMS = {"tasks", "parameters", "deadlines", "definition_drafts", "phases", "inquiry_parts"}  # their `reason`, `whom` … are others'
OF_RETURNS = {"frozen_returns", "return_values"}  # their `reason` is that of the returns' own forms, which allow less
OTHER_NAMES = {"exempt_reason": "exemption", "directive_no": "document_no", "letter_no": "document_no"}


@pytest.mark.parametrize("value", NO_IDS)
def test_what_is_no_id_is_refused(value):
    """Never an error of the database, nor a wrong row."""
    for read in (lambda: fields.find_id({"a": value}, "a"), lambda: fields.ids({"a": [value]}, "a")):
        with pytest.raises(Invalid) as caught:
            read()
        assert list(caught.value.fields) == ["a"]


def test_ids_are_read_from_text_and_numbers():
    """Forms hand over text, the import numbers; nothing chosen is nothing."""
    assert [fields.find_id({"a": value}, "a") for value in ("7", 7, "", None, str(2**63 - 1))] == [7, 7, None, None, 2**63 - 1]
    assert fields.ids({"a": ["7", 8, "7"]}, "a") == [7, 8]


def test_a_fund_has_a_bound(town: Town):
    """⑤: a billion yuan at most, in fen."""
    for form in ("plan", "rectify"):
        assert json.loads((FORMS / f"{form}.json").read_text())["properties"]["fund_yuan"]["maximum"] == 100_000_000_000
    hazard = town.rectifying()
    with pytest.raises(Invalid, match="整改资金"):
        town.plan(hazard, fund_yuan=100_000_000_001)
    town.plan(hazard, fund_yuan=100_000_000_000)


def test_columns_hold_what_the_forms_allow():
    """PostgreSQL refuses a longer text with an error, SQLite does not notice."""
    most: dict[str, int] = {}
    for file in FORMS.glob("*.json"):
        for name, schema in json.loads(file.read_text())["properties"].items():
            name = OTHER_NAMES.get(name, name)
            most[name] = max(most.get(name, 0), schema.get("maxLength", 0))
    tables = [table for table in Base.metadata.sorted_tables if table.name not in NOT_FROM_FORMS | OF_RETURNS]
    columns = [column for table in tables for column in table.columns]
    bounded = [each for each in columns if isinstance(each.type, String) and each.type.length is not None and each.name in most]
    assert {"external_no", "inspectors", "person"} <= {each.name for each in bounded}
    assert [(each.table.name, each.name) for each in bounded if most[each.name] > each.type.length] == []


def test_columns_of_returns_hold_what_their_forms_allow():
    """The same for the month's returns, which have a reason of their own."""
    schemas = [json.loads(file.read_text())["properties"] for file in FORMS.glob("return_*.json")]
    most = max(schema["reason"]["maxLength"] for schema in schemas if "reason" in schema)
    assert [most <= Base.metadata.tables[name].columns["reason"].type.length for name in sorted(OF_RETURNS)] == [True, True]
