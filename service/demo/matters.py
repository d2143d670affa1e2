"""What is begun about hazards of the demo county beside their loop: two are put under listed supervision, one was recorded twice.

Begun as on the hazard's page; what comes of it is done by whose task it is, like everything else.
"""

from collections.abc import Mapping
from datetime import timedelta

from service.demo.driving import Driver
from service.demo.lives import Begin
from workflows import clock, hazards, people

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


BESIDE: Mapping[str, Mapping[str, Begin]] = {  # twist → element → what begins once it is done
    "listed": {"plan": put_up},
    "taken off": {"plan": put_up, "sign": take_down},
    "twice": {"confirm_registration": merge},
}
