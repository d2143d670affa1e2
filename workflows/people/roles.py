"""The roles there are (岗位名称), and what each allows beside the tasks that are addressed to it."""

from workflows.engine import Caller

ROLES = {
    "ENT_HEAD": "企业主要负责人",
    "ENT_SAFETY": "企业安全管理人员",
    "ENT_CONTROLLER": "实际控制人",
    "VILLAGE": "村委",
    "VILLAGE_LIAISON": "包村干部",
    "STATION_HEAD": "站所负责人",
    "STATION_STAFF": "站所经办",
    "SECTOR_LEADER": "分管领导",
    "SECTOR_MEMBER": "行业领域领导组成员",
    "ENFORCER": "综合行政执法队员",
    "POLICE_STATION": "派出所",
    "OFFICE_STAFF": "领导组办公室工作人员",
    "OFFICE_DIRECTOR": "领导组办公室主任",
    "TIP_OFFICER": "举报受理员",
    "GROUP_DEPUTY": "领导组副组长",
    "GROUP_HEAD": "领导组组长",
    "TOWN_DISCIPLINE": "镇纪委",
    "COUNTY_OFFICE": "县专项领导组办公室",
    "COUNTY_DEPT": "县有关部门负责人",
    "COUNTY_TRACKER": "专职跟踪督办人",
    "COUNTY_LEADER": "县政府分管领导",
    "COUNTY_INSPECTION": "县安委会督查组",
    "EXT_ECO": "生态环境部门",
    "EXT_POLICE": "公安机关",
    "EXT_DISCIPLINE": "纪委监委",
    "EXT_JUDICIAL": "司法机关",
    "PUBLIC": "群众",
    "ANON": "匿名举报人",
    "EXPERT": "专家",
    "PROC_DESIGNER": "流程设计员",
    "PROC_PUBLISHER": "流程发布审批人",
    "SYS_ADMIN": "系统管理员",
    "SEC_ADMIN": "安全管理员",
    "AUDITOR": "审计员",
}

ENTERPRISE_ROLES = frozenset({"ENT_HEAD", "ENT_SAFETY"})  # who rectify
ENTERPRISE_PEOPLE = ENTERPRISE_ROLES | {"ENT_CONTROLLER"}
VERIFIER_ROLES = ("ENFORCER", "STATION_HEAD", "STATION_STAFF")
NOT_DELEGABLE = frozenset({"COUNTY_LEADER"})  # 县签字不可代办、不可授权 (domain 3.3 ⑫)
SYSTEM_ROLES = frozenset({"PROC_DESIGNER", "PROC_PUBLISHER", "SYS_ADMIN", "SEC_ADMIN", "AUDITOR"})  # no business (INV-20)
REPORTERS = frozenset(
    "ENT_HEAD ENT_SAFETY VILLAGE VILLAGE_LIAISON STATION_HEAD STATION_STAFF SECTOR_LEADER SECTOR_MEMBER ENFORCER "
    "POLICE_STATION OFFICE_STAFF OFFICE_DIRECTOR TIP_OFFICER COUNTY_OFFICE COUNTY_DEPT COUNTY_TRACKER COUNTY_INSPECTION".split()
)
OFFICIALS = frozenset(ROLES) - SYSTEM_ROLES - ENTERPRISE_PEOPLE - {"PUBLIC", "ANON", "EXPERT"}
WEEKLY_REPORTERS = frozenset("VILLAGE VILLAGE_LIAISON SECTOR_LEADER STATION_HEAD STATION_STAFF OFFICE_DIRECTOR".split())
MONTHLY = frozenset("OFFICE_STAFF OFFICE_DIRECTOR GROUP_DEPUTY GROUP_HEAD COUNTY_OFFICE COUNTY_LEADER COUNTY_INSPECTION".split())
SUPERVISORS = MONTHLY | frozenset("SECTOR_LEADER COUNTY_DEPT COUNTY_TRACKER".split())
ACTIONS = {
    "report": REPORTERS,
    "see_hazards": OFFICIALS | ENTERPRISE_PEOPLE,
    "see_ledger": OFFICIALS - {"EXT_ECO", "EXT_POLICE", "EXT_DISCIPLINE", "EXT_JUDICIAL"},
    "see_board": SUPERVISORS,
    "make_documents": WEEKLY_REPORTERS | frozenset("ENFORCER OFFICE_STAFF GROUP_DEPUTY COUNTY_OFFICE COUNTY_DEPT".split()),
    "see_thursdays": WEEKLY_REPORTERS | SUPERVISORS,
    "see_bulletins": MONTHLY,
    "see_inquiries": frozenset("GROUP_HEAD TOWN_DISCIPLINE COUNTY_OFFICE COUNTY_LEADER COUNTY_INSPECTION".split()),
    "see_dispatch": MONTHLY | {"VILLAGE", "VILLAGE_LIAISON"},  # the form is not split by industry
    "see_definitions": OFFICIALS | {"PROC_DESIGNER", "PROC_PUBLISHER", "SYS_ADMIN", "AUDITOR"},
    "design": frozenset({"PROC_DESIGNER"}),
    "deploy": frozenset({"PROC_PUBLISHER"}),
    "see_drafts": frozenset({"PROC_DESIGNER", "PROC_PUBLISHER"}),
    "administer": frozenset({"SYS_ADMIN"}),
    "set_parameters": frozenset({"SYS_ADMIN"}),
    "authorise": frozenset({"SEC_ADMIN"}),
    "see_administration": frozenset({"SYS_ADMIN", "SEC_ADMIN"}),
    "see_audit": frozenset({"AUDITOR"}),
}


def role_name(code: str) -> str:
    """A role in Chinese; the code itself if it is unknown."""
    return ROLES.get(code, code)


def post_name(unit: str, role: str) -> str:
    """A post as one says it: 甲县政府分管领导, not 甲县县政府分管领导; 甲县应急管理局负责人, without 县有关部门."""
    role = role.removeprefix("县有关部门")
    role = role.removeprefix("站所") if unit.endswith(("站", "所")) else role
    if unit.endswith(role):  # 乙镇派出所
        return unit
    return unit + (role[1:] if role[0] in "县镇" and unit.endswith(role[0]) else role)


def may(caller: Caller, action: str) -> bool:
    """Whether one of the caller's own posts allows an action that is not about one hazard."""
    return any(post.role in ACTIONS[action] for post in caller.posts)


def is_official(caller: Caller) -> bool:
    """Whether the caller holds a post beside those of an enterprise: he reads what is between the officials."""
    return bool({post.role for post in caller.all_posts} - ENTERPRISE_PEOPLE)
