"""The hazards of the demo's small town: ten, reported on different days, standing at different stages today."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from service.demo.driving import Driver
from service.demo.lives import Answers, Case
from workflows import clock, people


def of_the_town(driver: Driver) -> list[Case]:
    """Ten cases, from one that is archived to one that was reported yesterday."""
    with driver.database.reading() as session:
        subjects = {unit.name: str(unit.id) for unit in people.units(session, "ENTERPRISE")}
    furniture, gas, noodles = subjects["乙镇木家具厂"], subjects["丙村液化气换瓶点"], subjects["丁村面馆"]

    def at(subject: str, **more: Any) -> dict[str, Any]:
        return {"subject_on_file": True, "subject_id": subject, **more}

    fails = {"verify": [{"result": "FAIL", "opinion": "应急照明未安装，退回整改。"}]}
    returned = {"sign": [{"decision": "rectify", "reason": "照片不能反映整改全貌，退回整改。"}]}
    immediate = {"issue_rectify": [{"mode": "IMMEDIATE", "due_date": None}]}
    found = {
        "dust": at(furniture, description="木工车间除尘系统未接地，作业面积尘严重，存在粉尘爆炸危险。"),
        "distance": at(gas, source="SELF", description="换瓶点自查发现储瓶间与明火距离不足，且未装报警器。"),
        "kitchen": at(noodles, source="TIPOFF", tip_ref="JB-2026-0031", description="面馆在密闭厨房存放四只五十公斤液化气瓶。"),
        "paint": at(furniture, description="油漆房与焊接作业间未分隔，通风装置损坏，违规动火。"),
        "stock": at(gas, source="ASSIGNED", superior_doc_no="甲安办〔2026〕12号", description="超量存放气瓶，未落实专人值守。"),
        "hose": at(noodles, source="SELF", description="面馆后厨燃气软管老化龟裂，未装熄火保护装置。"),
        "exit": at(furniture, description="二层车间唯一安全出口上锁，楼梯间堆满半成品。"),
        "spray": at(furniture, source="SELF", description="喷漆工序使用非防爆电器，现场无可燃气体报警。"),
        "lamp": at(gas, description="储瓶间防爆灯具损坏，改用普通照明，存在爆燃危险。"),
        "fuel": at(
            noodles,
            source="SELF",
            description="面馆违规使用醇基燃料，储罐紧邻灶台。",
            immediate_danger=True,
            interim_measures="已责令停火停用，人员撤出后厨。",
        ),
    }
    return [
        _case(38, "zhifa1", "", found["dust"]),
        _case(34, "qizhan", "sign", found["distance"]),
        _case(31, "banshi2", "rectify", found["kitchen"]),
        _case(30, "xianban", "rectify", found["stock"], returned, passes=1),
        _case(27, "zhifa2", "apply", found["paint"], fails),
        _case(17, "cunwei2", "verify", found["hose"], immediate),
        _case(10, "zhifa3", "plan", found["exit"]),
        _case(5, "anquanyuan", "ack_territory", found["spray"]),
        _case(2, "zhifa1", "confirm_registration", found["lamp"]),
        _case(1, "cunwei2", "register", found["fuel"]),
    ]


def _case(
    days_ago: int, login: str, stop: str, report: Mapping[str, Any], answers: Answers | None = None, passes: int = 0
) -> Case:
    stops = (stop,) if stop else ()
    return Case(clock.today() - timedelta(days=days_ago), login, report, stops, answers or {}, passes)
