"""A form between schema, browser and data."""

import pytest
from werkzeug.datastructures import MultiDict

from service import forms, labels

SCHEMA = {
    "title": "试表",
    "type": "object",
    "properties": {
        "decision": {"title": "意见", "oneOf": [{"const": "yes", "title": "同意"}, {"const": "no", "title": "退回"}]},
        "reason": {"title": "原因", "type": "string", "x-widget": "text", "x-visible-when": "decision == 'no'"},
        "fund": {"title": "资金", "type": "integer", "x-widget": "money"},
        "count": {"title": "数量", "type": "integer"},
        "urgent": {"title": "紧急", "type": "boolean"},
        "on": {"title": "日期", "type": "string", "format": "date"},
        "at": {"title": "时间", "type": "string", "format": "date-time"},
        "members": {"title": "成员", "type": "array", "items": {"type": "string"}, "x-options": "people"},
        "photos": {"title": "照片", "type": "array", "x-widget": "photos", "minItems": 1},
        "password": {"title": "密码", "type": "string", "x-widget": "password"},
    },
    "required": ["decision"],
}
TYPED = {
    "decision": ["no"],
    "reason": [" 缺照片 "],
    "fund": ["12,000.50"],
    "count": ["3"],
    "urgent": ["false"],
    "on": ["2026-11-22"],
    "at": ["2026-11-22T09:05"],
    "members": ["7", "8"],
    "password": ["secret"],
    "csrf_token": ["x"],
}
DATA = {
    "decision": "no",
    "reason": "缺照片",
    "fund": 1200050,
    "count": 3,
    "urgent": False,
    "on": "2026-11-22",
    "at": "2026-11-22T09:05:00+08:00",
    "members": ["7", "8"],
    "photos": ["a" * 64],
}


def options(_name):
    return [("7", "甲"), ("8", "乙"), ("9", "丙")]


def test_reads_what_a_browser_sends():
    assert forms.read(SCHEMA, MultiDict(TYPED), {"photos": ["a" * 64]}) == (DATA, {})


@pytest.mark.parametrize(
    ("key", "typed"),
    [
        ("fund", "一万"),
        ("fund", "1.005"),
        ("fund", "NaN"),
        ("fund", "Infinity"),
        ("fund", "1e5000"),
        ("fund", "1e999999"),
        ("count", "2.5"),
        ("count", "nan"),
        ("on", "明天"),
        ("at", "9点"),
    ],
)
def test_what_cannot_be_read_stays_as_typed_and_is_told(key, typed):
    data, faults = forms.read(SCHEMA, MultiDict({key: typed}), {})
    assert data == {key: typed}
    assert set(faults) == {key}
    shown = {field.key: field for field in forms.view(SCHEMA, data, faults, options=options, functions={})}
    assert shown[key].value == typed
    assert shown[key].fault


def test_a_date_comes_in_parts():
    typed = {"on.year": "2026", "on.month": "3", "on.day": "5"}
    typed |= {"at.year": "2026", "at.month": "11", "at.day": "22", "at.hour": "9", "at.minute": "5"}
    data, faults = forms.read(SCHEMA, MultiDict(typed), {})
    assert (data, faults) == ({"on": "2026-03-05", "at": "2026-11-22T09:05:00+08:00"}, {})


def test_half_a_date_is_told_and_shown_again():
    data, faults = forms.read(SCHEMA, MultiDict({"on.year": "2026", "on.month": "3", "on.day": ""}), {})
    assert set(faults) == {"on"}
    shown = {field.key: field for field in forms.view(SCHEMA, data, faults, options=options, functions={})}
    assert shown["on"].parts == [("year", "年", "2026"), ("month", "月", "03"), ("day", "日", "")]


@pytest.mark.parametrize("typed", ["30", "30.25", "-0.5", "0"])
def test_a_number_is_shown_as_it_was_typed(typed):
    schema = {"properties": {"lat": {"title": "纬度", "type": "number"}}}
    data, _ = forms.read(schema, MultiDict({"lat": typed}), {})
    assert forms.view(schema, data, {}, options=options, functions={})[0].value == typed


def test_shows_data_as_it_was_typed():
    shown = {field.key: field for field in forms.view(SCHEMA, DATA, {}, options=options, functions={})}
    assert shown["fund"].value == "12000.5"
    assert shown["at"].value == "2026-11-22T09:05"
    assert shown["urgent"].values == ("false",)
    assert shown["members"].values == ("7", "8")
    assert shown["reason"].is_visible
    assert "password" not in shown
    assert [field.kind for field in shown.values()] == [
        "choice", "text", "money", "number", "choice", "date", "moment", "many", "photos"]  # fmt: skip


def test_an_unanswered_question_hides_what_hangs_on_it():
    shown = {field.key: field for field in forms.view(SCHEMA, {}, {}, options=options, functions={})}
    assert not shown["reason"].is_visible


def test_tells_a_submission_in_the_words_of_the_form():
    told = {answer.label: answer for answer in forms.tell(SCHEMA, DATA, lambda rows, value: dict(options(rows))[value])}
    assert told["意见"].texts == ("退回",)
    assert told["资金"].texts == ("12,000.50 元",)
    assert told["紧急"].texts == ("否",)
    assert told["日期"].texts == ("2026年11月22日 周日",)
    assert told["时间"].texts == ("2026年11月22日 09:05",)
    assert told["成员"].texts == ("甲", "乙")
    assert told["照片"].is_photos


@pytest.mark.parametrize(
    ("due", "words", "tone"),
    [
        ("2026-11-26 00:00", "剩余3天", "amber"),  # 24:00 of the 25th
        ("2026-11-27 00:00", "剩余4天", "green"),
        ("2026-11-23 00:00", "今天到期", "amber"),
        ("2026-11-22 11:30", "剩余2小时", "amber"),
        ("2026-11-22 09:00", "刚逾期", "red"),
        ("2026-11-21 00:00", "逾期2天", "red"),
    ],
)
def test_says_how_long_is_left(clock_at, due, words, tone):
    moment = clock_at(due)
    clock_at("2026-11-22 09:05")
    assert labels.remaining(moment) == words
    assert labels.tone_of_due(moment) == tone
