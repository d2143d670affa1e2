"""What is begun in the demo county beside the loops of its hazards: two are put under listed supervision, one was recorded twice,
and a village's head has not finished his report.

Begun as on the pages; what comes of it is done by whose task it is, like everything else.
"""

from collections.abc import Mapping
from datetime import timedelta

from service.demo.driving import Driver
from service.demo.lives import Begin
from workflows import clock, hazards, people, report_drafts

SUPERVISED = timedelta(days=120)


def put_up(driver: Driver, hazard_id: int) -> None:
    """申请挂牌督办, by the county itself."""
    with driver.database.reading() as session:
        hazard = hazards.get(session, hazard_id)
        supervisor = driver.options(session, "county_depts", hazard)[0]
        department = people.get_unit(session, int(supervisor)).name
    until_on = clock.today() + SUPERVISED
    driver.begin(
        hazard_id,
        "listing",
        "xianban",
        ground="OTHER",
        reason="危及周边人员，整改难度大，需要县有关部门督促。",
        supervisor=supervisor,
        until_on=until_on.isoformat(),
        requirements="每周到现场督查一次，督促按期整改到位。",
        public_text=f"{hazard.subject_name}：{hazard.description}由{department}挂牌督办，期限至{until_on:%Y}年{until_on.month}月{until_on.day}日。",
    )


def take_down(driver: Driver, hazard_id: int) -> None:
    """申请解除挂牌, once the county leader has signed."""
    with driver.database.reading() as session:
        name = hazards.get(session, hazard_id).subject_name
    reason = "整改完毕，验收合格，县政府分管领导已签字销号。"
    told = f"{name}的重大事故隐患已治理完成并销号，解除挂牌督办。"
    driver.begin(hazard_id, "unlisting", "xianban", reason=reason, public_text=told)


def merge(driver: Driver, hazard_id: int) -> None:
    """申请核减 of what was recorded twice, by who reported it again; the earlier number stays."""
    with driver.database.transaction() as session:
        hazard = hazards.get(session, hazard_id)
        login = people.get(session, hazard.reporter_id).login
        main = hazards.likely_duplicates(session, hazard)[-1]
        photos = driver.photos_of(session, hazard, "before", by=hazard.reporter_id)
    driver.begin(
        hazard_id,
        "voiding",
        login,
        kind="DUPLICATE",
        merge_into=main.hazard_no,
        reason="与已登记的是同一处、同一问题，两次检查分别上报。",
        comparison=f"{main.hazard_no} 的检查记录与本件写的是同一处部位。",
        photos=photos,
    )


def leave_unfinished(driver: Driver) -> None:
    """暂存: the next day a village's head still has the report of a shop before him, without a photo."""
    with driver.database.transaction() as session:
        caller = people.caller(session, driver.person("cunwei"))
        shop = next(unit for unit in people.units(session, "ENTERPRISE") if unit.name == "丙村液化气换瓶点")
        typed = {"subject_on_file": True, "subject_id": str(shop.id), "description": "实瓶和空瓶混放，未设可燃气体报警器。"}
        report_drafts.save(session, caller, report_drafts.new_key(), {**typed, "immediate_danger": False, "source": "SELF"})


BESIDE: Mapping[str, Mapping[str, Begin]] = {  # twist → element → what begins once it is done
    "listed": {"plan": put_up},
    "taken off": {"plan": put_up, "sign": take_down},
    "twice": {"confirm_registration": merge},
}
