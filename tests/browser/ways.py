"""The steps of the loop as its people do them through the pages, in the words they read there."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import expect

from service.demo import PASSWORD
from tests.browser.desk import NOW, Answer, Desk
from workflows import clock

Desks = Callable[..., Desk]
SUBJECT = "乙镇木家具厂"


def report(desk: Desk, case: str, shown: list[Path], *, subject: str = SUBJECT) -> None:
    """Fill in a report whose description begins with the word `case`, and press 上报 twice, as people do."""
    desk.page.goto("/hazards/new")
    given: dict[str, Answer] = {
        "主体": subject,
        "隐患描述": f"{case}：喷漆间与焊接间未分隔，通风装置损坏。",
        "现场照片": shown,
        "是否紧急": "否",
        "来源": "执法检查",
        "检查类型": "日常、督导检查",
        "检查日期": clock.today(),
        "检查人员": "执法队员甲",
    }
    desk.answer(given)
    desk.page.get_by_role("button", name="上报", exact=True).dblclick()
    expect(desk.page.get_by_role("heading", level=1)).to_contain_text(case)


REGISTRATION: dict[str, Answer] = {
    "拟办意见": "属重大隐患，编号建账",
    "认定等级": "重大事故隐患",
    "认定依据": "判定条款",
    "判定条款": "工贸｜特种作业人员未取得相应资格",
    "主要来源": "执法检查",
    "查重结果": "未发现重复",
}
CHECKED = ["责任人已落实", "措施已落实", "资金已落实", "期限已落实", "应急预案已落实", "判定条款所列情形已消除"]
COMPLETE = ["两移交均已签收", "五落实齐全", "整改前后照片齐全", "验收合格，成员均已确认", "周四反馈无欠报"]
HARMLESS = ["不含举报人信息和指向举报人的线索", "不含个人电话、身份证号", "不含国家秘密、商业秘密"]


def register(desks: Desks, case: str) -> None:
    """②: registered, sent back once, confirmed."""
    desks("banshi1").do("登记拟办", case, REGISTRATION)
    desks("zhuren").do("主任核定", case, {"核定结果": "退回补正", "理由": "请补写形成原因。"})
    staff = desks("banshi1")
    staff.open("登记拟办", case)
    expect(staff.page.locator("main")).to_contain_text("请补写形成原因。")
    expect(staff.field("认定等级").get_by_label("重大事故隐患")).to_be_checked()
    staff.answer({"判定条款": "工贸｜有限空间作业未执行审批"})
    staff.submit()
    desks("zhuren").do("主任核定", case, {"核定结果": "属重大，编号建账"})


def hand_over(desks: Desks, case: str) -> None:
    """③ and ④: both handovers; territory, industry and tracker each refuse once, the department objects once."""
    issued: dict[str, Answer] = {
        "属地责任人（块）": "包村干部兼分管领导",
        "行业责任人（条）": "应急消防站站长",
        "牵头": "行业责任人牵头",
        "整改方式": "限期整改",
        "整改期限": clock.today() + timedelta(days=30),
        "整改要求": "立即分隔，恢复通风。",
    }
    desks("zhuren").do("移交一签发", case, issued)
    desks("zhuren").do("移交二签发", case, {"县有关部门": "甲县应急管理局"})
    desks("baocun").do("属地签收", case, {"签收意见": "拒收", "拒收理由": "本周外出学习。"})
    desks("zhuren").do("裁定改派（块）", case, {"属地责任人（块）": "包村干部兼分管领导", "裁定理由": "维持原派，返岗后签收。"})
    desks("baocun").do("属地签收", case, {"签收意见": "签收"})
    desks("zhanzhang").do("行业签收", case, {"签收意见": "拒收", "拒收理由": "该厂另有主管站所。"})
    desks("zhuren").do("裁定改派（条）", case, {"行业责任人（条）": "应急消防站站长", "裁定理由": "按行业仍归本站。"})
    desks("zhanzhang").do("行业签收", case, {"签收意见": "签收"})
    desks("yingji").do("指定跟踪人", case, {"部门答复": "有异议", "异议理由": "请确认是否归住建。"})
    desks("xianban").do("县办裁定", case, {"承接部门": "甲县应急管理局", "裁定理由": "属工贸行业。"})
    desks("yingji").do("指定跟踪人", case, {"部门答复": "接收并指定跟踪人", "跟踪人": "县跟踪督办人甲"})
    desks("genzong1").do("跟踪人签收", case, {"签收意见": "拒收", "拒收理由": "近期抽调在外。"})
    desks("yingji").do("指定跟踪人", case, {"部门答复": "接收并指定跟踪人", "跟踪人": "县跟踪督办人甲"})
    desks("genzong1").do("跟踪人签收", case, {"签收意见": "签收"})


def rectify(desks: Desks, case: str, photos: Callable[..., list[Path]], time: str) -> None:
    """⑥: finished, by the enterprise."""
    answers: dict[str, Answer] = {"完工报告": f"{time}完工。", "整改后照片": photos(f"{time}后", f"{time}侧")}
    desks("anquanyuan").do("整改实施", case, answers)


def verify(desks: Desks, case: str, photos: Callable[..., list[Path]], result: str, agree: dict[str, Answer]) -> None:
    """⑧: one writes the finding, the other confirms it on his own sign-in."""
    answers: dict[str, Answer] = {
        "现场验收时间": NOW,
        "验收成员": ["执法队员丙"],
        "逐条核对": CHECKED if result == "合格" else ["责任人已落实"],
        "验收结论": result,
        "现场照片": photos(f"{result}验", f"{result}收"),
        "验收意见": f"现场核对，{result}。",
    }
    desks("zhifa2").do("验收", case, answers)
    desks("zhifa3").do("成员确认", case, agree)


def put_right(desks: Desks, case: str, photos: Callable[..., list[Path]]) -> None:
    """⑤ to ⑧: planned, finished; failed, finished again; not agreed to, agreed to. Who leads may not verify."""
    plan: dict[str, Answer] = {
        "责任人": "厂长",
        "整改措施": "砌墙分隔，更换风机。",
        "整改资金（元）": "12,000.50",
        "完成期限": clock.today() + timedelta(days=20),
        "应急预案": "停用喷漆间，专人值守。",
        "现场公示照片": photos("公示"),
    }
    desks("changzhang").do("整改方案", case, plan)
    rectify(desks, case, photos, "首次")
    expect(desks("zhanzhang").find("验收", case)).to_contain_text("您不能办理")
    verify(desks, case, photos, "不合格", {"是否同意验收结论": "同意"})
    rectify(desks, case, photos, "再次")
    verify(desks, case, photos, "合格", {"是否同意验收结论": "不同意", "不同意的理由": "风机还没有接电。"})
    verify(desks, case, photos, "合格", {"是否同意验收结论": "同意"})


def apply(desks: Desks, case: str) -> None:
    """⑨ and ⑩: applied for by who leads, and passed by the town."""
    desks("zhanzhang").do("申请销号", case, {"整改情况小结": "已整改并验收合格。", "材料核对": COMPLETE})


def review(desks: Desks, case: str) -> None:
    """⑩: passed by the town."""
    desks("zhuren").do("镇审核", case, {"审核结果": "通过，报县", "审核意见": "材料齐全，同意报县。"})


def track(desks: Desks, case: str) -> None:
    """⑪: agreed to by the county's tracker."""
    opinion: dict[str, Answer] = {"跟踪意见": "同意销号", "是否到过现场": "是", "意见说明": "现场查看属实。"}
    desks("genzong1").do("县跟踪意见", case, opinion)


def close(desks: Desks, case: str) -> None:
    """⑨ to ⑫: the town, the tracker and the county each send it back once; a wrong password signs nothing."""
    apply(desks, case)
    desks("zhuren").do("镇审核", case, {"审核结果": "退回申请销号", "审核意见": "小结过简。"})
    apply(desks, case)
    review(desks, case)
    desks("genzong1").do("县跟踪意见", case, {"跟踪意见": "退回申请销号", "意见说明": "请补述资金使用。"})
    apply(desks, case)
    review(desks, case)
    track(desks, case)
    back: dict[str, Answer] = {"签字意见": "退回镇审核", "退回原因": "请核对资金。"}
    sign(desks("fuxianzhang"), case, back)
    review(desks, case)
    track(desks, case)
    leader = desks("fuxianzhang")
    sign(leader, case, {"签字意见": "同意销号"}, password="不对的密码")
    expect(leader.faults()).to_contain_text("密码不正确，没有签字")
    expect(leader.field("签字意见").get_by_label("同意销号")).to_be_checked()
    sign(leader, case, {"签字意见": "同意销号", "批示": "同意。"})


def sign(desk: Desk, case: str, answers: dict[str, Answer], password: str = PASSWORD) -> None:
    """⑫: the county leader, with his password again."""
    desk.open("县签字", case)
    desk.answer(answers)
    desk.page.get_by_label(re.compile("^登录密码")).fill(password)
    desk.submit("签字并提交", done=password == PASSWORD)


def disclose(desks: Desks, case: str) -> None:
    """⑬: drafted by one, sent back and then approved by another."""
    draft: dict[str, Answer] = {
        "是否申请不公开": "否",
        "公开内容": "乙镇木家具厂喷漆间隐患已整改销号。",
        "公开方式": ["网页", "公告栏"],
        "脱敏核对": HARMLESS,
    }
    desks("banshi2").do("公开拟稿", case, draft)
    desks("shuji").do("公开审定", case, {"审定结果": "退回修改", "退回原因": "请写明销号日期。"})
    desks("banshi2").do("公开拟稿", case, draft)
    desks("shuji").do("公开审定", case, {"审定结果": "同意"})
