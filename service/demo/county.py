"""The fictional county around the town of nine: a second town, fourteen more villages, 149 more enterprises, nine leading groups
in all, and somebody for each role that has an account (domain 2.1). Places and posts are made up; nobody has a name of his own.
"""

from collections.abc import Iterator
from datetime import date
from functools import cache
from itertools import count
from typing import Any

from service.demo.town import COUNTY, PASSWORD, PEOPLE, TOWN, UNITS, People, Units, settle
from workflows import clock, people
from workflows.db import Database
from workflows.engine import tasks

SECOND_TOWN = "999901102000"
FOUNDED_ON = date(2023, 1, 3)

OFFICES: Units = {
    "traffic": ("COUNTY_DEPT", "甲县交通运输局", COUNTY, "county", {"sectors": ["TRAFFIC"]}),
    "fire": ("COUNTY_DEPT", "甲县消防救援大队", COUNTY, "county", {"sectors": ["FIRE", "HIGH_RISE"]}),
    "market": ("COUNTY_DEPT", "甲县市场监督管理局", COUNTY, "county", {"sectors": ["SPECIAL_EQUIPMENT", "FOOD"]}),
    "police": ("STATION", "乙镇派出所", TOWN, "town", {"sectors": []}),
    "fires": ("GROUP", "乙镇消防领导组", TOWN, "town", {"sectors": ["FIRE"]}),
    "houses": ("GROUP", "乙镇自建房和建筑施工领导组", TOWN, "town", {"sectors": ["SELF_BUILT", "CONSTRUCTION"]}),
    "roads": ("GROUP", "乙镇道路交通领导组", TOWN, "town", {"sectors": ["TRAFFIC"]}),
    "town2": ("TOWN", "戊镇", SECOND_TOWN, "county", {"report_phone": "0000-6022350", "report_email": "jubao@wuzhen.example"}),
    "station2": (
        "STATION",
        "戊镇应急管理站",
        SECOND_TOWN,
        "town2",
        {"sectors": ["INDUSTRY", "HAZCHEM", "FIREWORKS", "GAS", "FIRE", "SPECIAL_EQUIPMENT"]},
    ),
    "police2": ("STATION", "戊镇派出所", SECOND_TOWN, "town2", {"sectors": []}),
    "chemicals2": ("GROUP", "戊镇危化烟花领导组", SECOND_TOWN, "town2", {"sectors": ["HAZCHEM", "FIREWORKS"]}),
    "industry2": ("GROUP", "戊镇工贸和特种设备领导组", SECOND_TOWN, "town2", {"sectors": ["INDUSTRY", "SPECIAL_EQUIPMENT"]}),
    "gas2": ("GROUP", "戊镇燃气领导组", SECOND_TOWN, "town2", {"sectors": ["GAS"]}),
    "houses2": ("GROUP", "戊镇消防和房屋建筑领导组", SECOND_TOWN, "town2", {"sectors": ["FIRE", "SELF_BUILT", "CONSTRUCTION"]}),
    "roads2": ("GROUP", "戊镇道路交通领导组", SECOND_TOWN, "town2", {"sectors": ["TRAFFIC"]}),
}
VILLAGES = {  # name: (code, its town's key, the key of its unit)
    "丙村": ("999901101201", "town", "village"),
    "丁村": ("999901101202", "town", "village2"),
    **{f"{stem}村": (f"999901101{203 + place}", "town", f"v{place + 3}") for place, stem in enumerate("己庚辛壬癸子")},
    **{f"{stem}村": (f"999901102{201 + place}", "town2", f"v{place + 9}") for place, stem in enumerate("丑寅卯辰巳午未申")},
}
TRADES = {  # what there is in villages: (name, sector, kind of subject)
    "木家具厂": ("INDUSTRY", "ENTERPRISE"),
    "加油站": ("HAZCHEM", "ENTERPRISE"),
    "小饭店": ("GAS", "NINE_SMALL"),
    "自建出租房": ("SELF_BUILT", "SELF_BUILT"),
    "超市": ("FIRE", "NINE_SMALL"),
    "运输队": ("TRAFFIC", "ENTERPRISE"),
    "五金加工厂": ("INDUSTRY", "ENTERPRISE"),
    "液化气供应站": ("GAS", "ENTERPRISE"),
    "安置楼工地": ("CONSTRUCTION", "ENTERPRISE"),
    "烟花爆竹零售点": ("FIREWORKS", "INDIVIDUAL"),
    "浴池锅炉房": ("SPECIAL_EQUIPMENT", "INDIVIDUAL"),
    "面粉厂": ("INDUSTRY", "ENTERPRISE"),
    "宾馆": ("FIRE", "ENTERPRISE"),
    "涂料仓库": ("HAZCHEM", "ENTERPRISE"),
    "早餐店": ("GAS", "NINE_SMALL"),
    "砂石料场": ("TRAFFIC", "ENTERPRISE"),
    "铸造厂": ("INDUSTRY", "ENTERPRISE"),
    "棋牌室": ("FIRE", "NINE_SMALL"),
    "沿街自建房": ("SELF_BUILT", "SELF_BUILT"),
    "废旧塑料加工点": ("INDUSTRY", "UNLICENSED"),
    "物流仓库": ("FIRE", "ENTERPRISE"),
}
OF_NINE = {"丙村": 7, "丁村": 8}  # what the town of nine's two villages get beside the three it has
PLACES = ("村东头", "村西路口", "中心街", "集市旁", "村委北侧", "省道边", "老粮站院内", "学校路南", "水渠东", "工业小区")

OFFICIALS: People = {
    "baocun2": (
        "乙镇包村干部兼交通分管领导",
        None,
        [*(("VILLAGE_LIAISON", key) for key in ("v3", "v4", "v5")), ("SECTOR_LEADER", "roads")],
    ),
    "baocun3": (
        "乙镇包村干部兼消防建房分管领导",
        None,
        [*(("VILLAGE_LIAISON", key) for key in ("v6", "v7", "v8")), ("SECTOR_LEADER", "fires"), ("SECTOR_LEADER", "houses")],
    ),
    "zhanyuan": ("乙镇应急消防站经办", None, [("STATION_STAFF", "station"), ("SECTOR_MEMBER", "industry")]),
    "paichusuo": ("乙镇派出所所长", None, [("POLICE_STATION", "police")]),
    "jiwei": ("乙镇纪委书记", None, [("TOWN_DISCIPLINE", "town")]),
    "wushuji": ("戊镇党委书记（双组长）", None, [("GROUP_HEAD", "town2")]),
    "wuzhenzhang": ("戊镇镇长（双组长）", None, [("GROUP_HEAD", "town2")]),
    "wufuzu": ("戊镇常务副组长", None, [("GROUP_DEPUTY", "town2")]),
    "wuzhuren": ("戊镇领导组办公室主任", None, [("OFFICE_DIRECTOR", "town2")]),
    "wubanshi1": ("戊镇办公室经办甲", None, [("OFFICE_STAFF", "town2")]),
    "wubanshi2": ("戊镇办公室经办乙", None, [("OFFICE_STAFF", "town2"), ("TIP_OFFICER", "town2")]),
    **{
        f"wuzhifa{place}": (f"戊镇执法队员{stem}", f"ZF-9902-{place:03}", [("ENFORCER", "town2")])
        for place, stem in enumerate("甲乙丙丁", start=1)
    },
    "wuzhanzhang": ("戊镇应急管理站站长", "ZF-9902-005", [("STATION_HEAD", "station2")]),
    "wuzhanyuan": ("戊镇应急管理站经办", None, [("STATION_STAFF", "station2")]),
    "wupaichusuo": ("戊镇派出所所长", None, [("POLICE_STATION", "police2")]),
    "wujiwei": ("戊镇纪委书记", None, [("TOWN_DISCIPLINE", "town2")]),
    "wufenguan1": (
        "戊镇工贸危化分管领导",
        None,
        [("SECTOR_LEADER", "industry2"), ("SECTOR_LEADER", "chemicals2"), ("VILLAGE_LIAISON", "v9")],
    ),
    "wufenguan2": ("戊镇燃气交通分管领导", None, [("SECTOR_LEADER", "gas2"), ("SECTOR_LEADER", "roads2")]),
    "wufenguan3": ("戊镇消防房建分管领导", None, [("SECTOR_LEADER", "houses2"), ("VILLAGE_LIAISON", "v10")]),
    "wuchengyuan": ("戊镇领导组成员", None, [("SECTOR_MEMBER", "industry2"), ("SECTOR_MEMBER", "gas2")]),
    "wubaocun1": ("戊镇包村干部甲", None, [("VILLAGE_LIAISON", key) for key in ("v9", "v10", "v11")]),
    "wubaocun2": ("戊镇包村干部乙", None, [("VILLAGE_LIAISON", key) for key in ("v12", "v13")]),
    "wubaocun3": ("戊镇包村干部丙", None, [("VILLAGE_LIAISON", key) for key in ("v14", "v15")]),
    "wubaocun4": ("戊镇包村干部丁", None, [("VILLAGE_LIAISON", "v16")]),
    "jiaotong": ("县交通运输局局长", None, [("COUNTY_DEPT", "traffic")]),
    "xiaofang": ("县消防救援大队大队长", None, [("COUNTY_DEPT", "fire")]),
    "shichang": ("县市场监督管理局局长", None, [("COUNTY_DEPT", "market")]),
    "genzong3": ("县跟踪督办人丙", None, [("COUNTY_TRACKER", "traffic")]),
    "genzong4": ("县跟踪督办人丁", None, [("COUNTY_TRACKER", "fire")]),
    "genzong5": ("县跟踪督办人戊", None, [("COUNTY_TRACKER", "market")]),
    "genzong6": ("县跟踪督办人己", None, [("COUNTY_TRACKER", "emergency")]),
    "genzong7": ("县跟踪督办人庚", None, [("COUNTY_TRACKER", "traffic")]),
    "ducha": ("县安委会督查组组长", None, [("COUNTY_INSPECTION", "county")]),
    "huanbao": ("县生态环境分局联络员", None, [("EXT_ECO", "county")]),
    "gongan": ("县公安局联络员", None, [("EXT_POLICE", "county")]),
    "jianwei": ("县纪委监委联络员", None, [("EXT_DISCIPLINE", "county")]),
    "sifa": ("县司法机关联络员", None, [("EXT_JUDICIAL", "county")]),
    "zhuanjia": ("安全生产专家", None, [("EXPERT", "county")]),
    "changwu": ("常务副县长", None, []),  # acts for the leader in charge while he is away, by a dated appointment
}
WITH_ACCOUNT = 3  # every third enterprise has somebody who signs in; for the others the lead or the village records (代录)


@cache
def units() -> Units:
    """Every unit of the county, what lies above before what lies below."""
    villages = {key: ("VILLAGE", name, code, town, {}) for name, (code, town, key) in VILLAGES.items() if key not in UNITS}
    return {**UNITS, **OFFICES, **villages, **dict(_enterprises())}


def _enterprises() -> Iterator[tuple[str, tuple[str, str, str, str | None, dict[str, Any]]]]:
    numbers = count(1)
    for place, (village, (code, _, key)) in enumerate(VILLAGES.items()):
        names = list(TRADES)
        names = names[place * 8 % len(names) :] + names[: place * 8 % len(names)]
        for house, trade in enumerate(names[: OF_NINE.get(village, 10 if place < 10 else 9)]):
            number = next(numbers)
            sector, kind = TRADES[trade]
            more = {"subject_type": kind, "sector_code": sector, "address": f"{village}{PLACES[house]} {number % 27 + 1} 号"}
            if kind == "ENTERPRISE":
                more["uscc"] = _uscc(f"91999901MA{number + 100:07d}")
            yield f"e{number}", ("ENTERPRISE", f"{village}{trade}", code, key, more)


def _uscc(body: str) -> str:
    """A unified social credit code with its check digit."""
    return next(body + sign for sign in "0123456789ABCDEFGHJKLMNPQRTUWXY" if people.is_uscc(body + sign))


@cache
def persons() -> People:
    """Everybody with an account: login → name, certificate, posts."""
    villages = {
        f"cunwei{key[1:]}": (f"{name}村委主任", None, [("VILLAGE", key)])
        for name, (_, _, key) in VILLAGES.items()
        if key not in UNITS
    }
    return {**PEOPLE, **OFFICIALS, **villages, **dict(_owners())}


def _owners() -> Iterator[tuple[str, tuple[str, str | None, list[tuple[str, str]]]]]:
    """Enterprises' people: mostly one for both posts, as in small firms; the largest have a safety officer and an owner."""
    for place, (key, unit) in enumerate(list(_enterprises())[::WITH_ACCOUNT], start=1):
        if unit[4]["subject_type"] == "UNLICENSED":
            continue
        has_officer = place % 8 == 1
        posts = [("ENT_HEAD", key)] if has_officer else [("ENT_HEAD", key), ("ENT_SAFETY", key)]
        yield f"qiye{place}", (f"{unit[1]}负责人", None, posts)
        if has_officer:
            yield f"anquan{place}", (f"{unit[1]}安全员", None, [("ENT_SAFETY", key)])
            yield f"shikong{place}", (f"{unit[1]}实际控制人", None, [("ENT_CONTROLLER", key)])


def build_county(database: Database) -> None:
    """Campaigns, units, persons and their posts, all through verbs, before the first campaign began."""
    with clock.travel(clock.at(FOUNDED_ON, 9)):
        settle(database, units(), persons())


# ---- sign-ins ------------------------------------------------------------------------------------------------------------

LEVELS = {
    "企业、村": "ENT_HEAD ENT_SAFETY ENT_CONTROLLER VILLAGE VILLAGE_LIAISON",
    "乡镇": "ENFORCER STATION_HEAD STATION_STAFF SECTOR_LEADER SECTOR_MEMBER OFFICE_STAFF TIP_OFFICER OFFICE_DIRECTOR "
    "GROUP_DEPUTY GROUP_HEAD POLICE_STATION TOWN_DISCIPLINE",
    "县": "COUNTY_OFFICE COUNTY_DEPT COUNTY_TRACKER COUNTY_LEADER COUNTY_INSPECTION EXPERT "
    "EXT_ECO EXT_POLICE EXT_DISCIPLINE EXT_JUDICIAL",
    "系统": "PROC_DESIGNER PROC_PUBLISHER SYS_ADMIN SEC_ADMIN AUDITOR",
}


def sign_ins(session: Any) -> str:
    """For each role one person who holds it today, in groups, rather one who has something to do; a person with several posts
    stands once."""
    if people.find_by_login(session, next(iter(PEOPLE))) is None:  # a real county: other logins may be the same
        return ""
    active = [person for person in people.everybody(session) if person.is_active]
    held = people.posts_with_names(session, [person.id for person in active])
    posts = {person: held[person.id] for person in active}
    order = {login: place for place, login in enumerate(persons())}
    known = sorted((each for each in posts if each.login in order), key=lambda each: order[each.login])
    lines, shown = [f"演示县的登录名，每个角色列一人（密码都是 {PASSWORD}）："], set[int]()
    for level, roles in LEVELS.items():
        lines.append(f" {level}")
        for role in roles.split():
            holders = [each for each in known if people.role_name(role) in dict(posts[each])]
            holder = next((each for each in holders if _is_busy(session, each)), holders[0] if holders else None)
            if holder and holder.id not in shown:
                shown.add(holder.id)
                lines.append(f"  {holder.login:<12}{_told(posts[holder])}")
    return "\n".join(lines)


def _is_busy(session: Any, person: people.Person) -> bool:
    waiting = tasks.counts(session, people.caller(session, person.id))
    return waiting.mine + waiting.posts > 0


def _told(posts: list[tuple[str, str]]) -> str:
    """Roles and where the first of them is: 领导组副组长、领导组办公室主任（乙镇）."""
    return f"{'、'.join(dict.fromkeys(role for role, _ in posts))}（{posts[0][1]}）"
