"""The hazards of the demo: reported on different days, driven day by day to where they stand today."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from service.demo.driving import Driver
from workflows import clock, people


@dataclass(frozen=True)
class Case:
    """A hazard of the demo: on which day before today it was reported, by whom, and where it stands today."""

    days_ago: int
    login: str
    stop: str  # it waits at this element; "" runs to the archive
    report: dict[str, Any]
    changes: dict[str, list[dict[str, Any]]] = field(default_factory=dict)  # element → answers of its 1st, 2nd … time
    passes: int = 0  # how often it goes through the element it will wait at


def drive_cases(driver: Driver) -> None:
    """Let every case live from its report to where it stands, day by day, with the sweep running each morning."""
    today = clock.today()
    running: list[tuple[Case, int, dict[str, int]]] = []
    cases = _cases(driver)
    for days_ago in range(max(case.days_ago for case in cases), 0, -1):
        day = today - timedelta(days=days_ago)
        with clock.travel(clock.at(day, 8)):
            driver.sweep()
        for case in (each for each in cases if each.days_ago == days_ago):
            with clock.travel(clock.at(day, 9)):
                running.append((case, driver.report(case.login, **case.report), {}))
        if clock.is_working_day(day):
            for number, (case, hazard_id, seen) in enumerate(running):
                _work(driver, case, hazard_id, seen, clock.at(day, 10) + timedelta(minutes=7 * number))


def _work(driver: Driver, case: Case, hazard_id: int, seen: dict[str, int], moment: datetime) -> None:
    """One working day of a case: what is open in the morning is done, but for the element it stops at."""
    for minute, task in enumerate(driver.open_tasks(hazard_id)):
        if task.element_id == case.stop and seen.get(case.stop, 0) >= case.passes:
            continue
        with clock.travel(moment + timedelta(minutes=minute)):
            changes = case.changes.get(task.element_id, [])
            times = seen.get(task.element_id, 0)
            seen[task.element_id] = times + 1
            if any(each.id == task.id for each in driver.open_tasks(hazard_id)):
                driver.do(hazard_id, task.element_id, **(changes[times] if times < len(changes) else {}))


def _cases(driver: Driver) -> list[Case]:
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
        Case(38, "zhifa1", "", found["dust"]),
        Case(34, "qizhan", "sign", found["distance"]),
        Case(31, "banshi2", "rectify", found["kitchen"]),
        Case(30, "xianban", "rectify", found["stock"], returned, passes=1),
        Case(27, "zhifa2", "apply", found["paint"], fails),
        Case(17, "cunwei2", "verify", found["hose"], immediate),
        Case(10, "zhifa3", "plan", found["exit"]),
        Case(5, "anquanyuan", "ack_territory", found["spray"]),
        Case(2, "zhifa1", "confirm_registration", found["lamp"]),
        Case(1, "cunwei2", "register", found["fuel"]),
    ]
