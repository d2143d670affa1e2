"""The fictional town and county: units, persons and the posts they hold."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from workflows import people, staffing, steps
from workflows.db import Database

PASSWORD = "Bihuan-2026"
COUNTY, TOWN, VILLAGE, OTHER_VILLAGE = "999901000000", "999901101000", "999901101201", "999901101202"
FROM = date(2023, 1, 1)

# key: (kind, name, region, parent's key, further columns)
Units = Mapping[str, tuple[str, str, str, str | None, dict[str, Any]]]
# login: (name, certificate, [(role, unit's key)])
People = Mapping[str, tuple[str, str | None, list[tuple[str, str]]]]

UNITS: Units = {
    "county": ("COUNTY", "甲县", COUNTY, None, {}),
    "emergency": ("COUNTY_DEPT", "甲县应急管理局", COUNTY, "county", {"sectors": ["INDUSTRY", "HAZCHEM", "FIREWORKS"]}),
    "housing": ("COUNTY_DEPT", "甲县住建局", COUNTY, "county", {"sectors": ["GAS", "CONSTRUCTION", "SELF_BUILT"]}),
    "town": ("TOWN", "乙镇", TOWN, "county", {"report_phone": "0000-6012350", "report_email": "jubao@yizhen.example"}),
    "station": ("STATION", "乙镇应急消防站", TOWN, "town", {"sectors": ["INDUSTRY", "HAZCHEM", "GAS", "FIRE"]}),
    "industry": ("GROUP", "乙镇工贸燃气领导组", TOWN, "town", {"sectors": ["INDUSTRY", "HAZCHEM", "GAS"]}),
    "village": ("VILLAGE", "丙村", VILLAGE, "town", {}),
    "village2": ("VILLAGE", "丁村", OTHER_VILLAGE, "town", {}),
    "furniture": (
        "ENTERPRISE",
        "乙镇木家具厂",
        VILLAGE,
        "village",
        {"uscc": "91999901MA0000001P", "subject_type": "ENTERPRISE", "sector_code": "INDUSTRY", "address": "丙村东头 1 号"},
    ),
    "gas": (
        "ENTERPRISE",
        "丙村液化气换瓶点",
        VILLAGE,
        "village",
        {"uscc": "91999901MA0000002T", "subject_type": "ENTERPRISE", "sector_code": "GAS", "address": "丙村集市 8 号"},
    ),
    "noodles": (
        "ENTERPRISE",
        "丁村面馆",
        OTHER_VILLAGE,
        "village2",
        {"subject_type": "NINE_SMALL", "sector_code": "GAS", "address": "丁村路口"},
    ),
}

PEOPLE: People = {
    "baocun": (
        "包村干部兼分管领导",
        None,
        [("VILLAGE_LIAISON", "village"), ("VILLAGE_LIAISON", "village2"), ("SECTOR_LEADER", "industry")],
    ),
    "zhifa1": ("执法队员甲", "ZF-9901-001", [("ENFORCER", "town")]),
    "zhifa2": ("执法队员乙", "ZF-9901-002", [("ENFORCER", "town")]),
    "zhifa3": ("执法队员丙", "ZF-9901-003", [("ENFORCER", "town")]),
    "zhanzhang": ("应急消防站站长", None, [("STATION_HEAD", "station")]),
    "banshi1": ("办公室经办甲", None, [("OFFICE_STAFF", "town")]),
    "banshi2": ("办公室经办乙", None, [("OFFICE_STAFF", "town"), ("TIP_OFFICER", "town")]),
    "zhuren": ("副组长兼办公室主任", None, [("GROUP_DEPUTY", "town"), ("OFFICE_DIRECTOR", "town")]),
    "shuji": ("领导组组长", None, [("GROUP_HEAD", "town")]),
    "cunwei": ("丙村村委主任", None, [("VILLAGE", "village")]),
    "cunwei2": ("丁村村委主任", None, [("VILLAGE", "village2")]),
    "changzhang": ("木家具厂厂长", None, [("ENT_HEAD", "furniture")]),
    "anquanyuan": ("木家具厂安全员", None, [("ENT_SAFETY", "furniture")]),
    "qizhan": ("换瓶点负责人", None, [("ENT_HEAD", "gas")]),
    "xianban": ("县专项办主任", None, [("COUNTY_OFFICE", "county")]),
    "yingji": ("县应急管理局局长", None, [("COUNTY_DEPT", "emergency")]),
    "zhujian": ("县住建局局长", None, [("COUNTY_DEPT", "housing")]),
    "genzong1": ("县跟踪督办人甲", None, [("COUNTY_TRACKER", "emergency")]),
    "genzong2": ("县跟踪督办人乙", None, [("COUNTY_TRACKER", "housing")]),
    "fuxianzhang": ("分管副县长", None, [("COUNTY_LEADER", "county")]),
    "sheji": ("流程设计员", None, [("PROC_DESIGNER", "county")]),
    "fabu": ("流程发布审批人", None, [("PROC_PUBLISHER", "county")]),
    "guanli": ("系统管理员", None, [("SYS_ADMIN", "county")]),
    "anquan": ("安全管理员", None, [("SEC_ADMIN", "county")]),
    "shenji": ("审计员", None, [("AUDITOR", "county")]),
}


def build_town(database: Database) -> None:
    """The town of nine with its county: campaigns, units, persons and their posts, all through verbs."""
    settle(database, UNITS, PEOPLE)


def settle(database: Database, all_units: Units, all_people: People) -> None:
    """Make units, persons and their posts."""
    with database.transaction() as session:
        steps.seed(session)
        units: dict[str, people.Unit] = {}
        for key, (kind, name, region, parent, more) in all_units.items():
            units[key] = staffing.add_unit(session, kind, name, region, parent=units.get(parent or ""), **more)
        for login, (name, certificate, posts) in all_people.items():
            person = staffing.add_person(session, name, login, PASSWORD, certificate_no=certificate, is_public=True)
            for role, unit in posts:
                staffing.appoint(session, person, role, units[unit], FROM)
