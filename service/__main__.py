"""The command line: bihuan init | run | worker | demo | check | deploy | backup | restore | audit verify | user …"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

import click

from service.config import Config, Misconfigured
from workflows.db import Database
from workflows.errors import Problem


class _Help(click.HelpFormatter):
    """The help of a command, its headings in Chinese as well."""

    WORDS: ClassVar[dict[str, str]] = {"Options": "选项", "Commands": "命令", "Show this message and exit.": "显示这份说明。"}

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """How the command is typed."""
        super().write_usage(prog, args, prefix or "用法：")

    def write_heading(self, heading: str) -> None:
        """What a list is of."""
        super().write_heading(self.WORDS.get(heading, heading))

    def write_dl(self, rows: Sequence[tuple[str, str]], *widths: int) -> None:
        """A list of words and what each means."""
        super().write_dl([(word, self.WORDS.get(meaning, meaning)) for word, meaning in rows], *widths)


click.Context.formatter_class = _Help


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """闭环：重大事故隐患闭环管理。配置见 README 的 Settings（设置）一节。"""


@main.command()
def init() -> None:
    """建库（或升级到最新结构），部署自带的流程图；可以重复执行。"""
    from service import setup

    setup.prepare(_database(), jobs=True)
    click.echo("数据库已就绪。")


@main.command()
@click.option(
    "--demo",
    type=click.Choice(["county", "town"]),
    is_flag=False,
    flag_value="county",
    help="库中没有人员时，先建一个虚构的演示县（county，一两分钟）或只建其中一个小镇（town）。",
)
def run(demo: str | None) -> None:
    """启动服务：页面、定时扫描、后台任务都在这一个进程里。"""
    from service import serving

    serving.run(Config.from_env(), demo=demo)


@main.command()
def worker() -> None:
    """只启动定时扫描和后台任务，不提供页面（PostgreSQL 上与多个网页进程配合使用）。"""
    from service import serving

    serving.work(Config.from_env())


@main.command()
@click.argument("kind", type=click.Choice(["county", "town"]), default="county")
def demo(kind: str) -> None:
    """建一个虚构的演示县（county，一两分钟）或只建其中一个小镇（town），列出登录名；已有人员的库不动。"""
    from service import serving

    if not serving.make_demo(Config.from_env(), _database(), kind):
        click.echo("库中已有人员，没有改动。")


@main.command()
@click.argument("code")
@click.argument("name")
def county(code: str, name: str) -> None:
    """启用一个新县：登记县，建系统管理员、安全管理员、审计员三个账号；CODE 为 12 位区划代码。"""
    from service import setup
    from workflows import people

    database = _database()
    setup.prepare(database)
    issued = setup.found_county(database, code, name)
    click.echo("初始密码只显示这一次，请分别交给三个人，第一次登录时须改成自己的密码：")
    for login, password in issued:
        click.echo(f"  {login:<10}{password}  {people.role_name(setup.ADMINISTRATORS[login])}")
    click.echo("下一步：bihuan run 启动服务；系统管理员（xitong）登录后，到“管理 → Excel 导入”登记单位和人员。")


@main.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出，供其他程序使用。")
@click.option("--foreign", is_flag=True, help="别的系统画的图：只查画法，不问岗位、表单和步骤是不是本系统有的。")
def check(files: tuple[Path, ...], as_json: bool, foreign: bool) -> None:
    """检查并证明流程图，列出每个问题及其位置。退出码：0 没有问题，1 有问题，2 文件无法读取。"""
    from service import setup

    checked = setup.check_files(files, foreign=foreign)
    found = checked.findings + checked.unusable
    if as_json:
        click.echo(json.dumps([vars(each) for each in found], ensure_ascii=False, indent=1))
    else:
        for line in [*(each.line() for each in found), *checked.proofs] or ["没有发现问题。"]:
            click.echo(line)
    sys.exit(2 if checked.unusable else 1 if checked.findings else 0)


@main.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--reason", default="", help="状态太多、未能证明的图，写明理由才能发布；理由会留痕。")
def deploy(files: tuple[Path, ...], reason: str) -> None:
    """检查、证明并发布流程图，生成新版本；在办的件仍按原版本办理。"""
    from service import setup

    for line in setup.deploy_files(_database(), files, reason=reason):
        click.echo(line)


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
def backup(file: Path) -> None:
    """备份全部数据和照片到一个文件；服务不必停。"""
    from workflows import backups

    rows = backups.make(_database(), Config.from_env().place, file)
    click.echo(f"已备份 {rows} 行数据和全部照片：{file}（{file.stat().st_size / 1e6:.1f} MB）")


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
def restore(file: Path) -> None:
    """把备份恢复到空的数据库和空的 BIHUAN_HOME，并校验每个文件和每条记录。"""
    from workflows import backups

    rows = backups.restore(_database(), Config.from_env().place, file)
    click.echo(f"已恢复 {rows} 行数据和全部照片，记录完好。")


@main.group()
def audit() -> None:
    """记录的校验。"""


@audit.command()
@click.option("--dossier", type=click.Path(path_type=Path), help="只核对一份卷宗（zip），不用数据库。")
@click.option(
    "--anchors",
    type=click.Path(path_type=Path),
    help="核对导出的每日锚点（json）；加 --offline 则不用数据库；和 --dossier 一起用，核对卷宗的留痕与锚点是否相符。",
)
@click.option("--offline", is_flag=True, help="只核对锚点文件本身。")
def verify(dossier: Path | None, anchors: Path | None, *, offline: bool) -> None:
    """重新计算每条记录、每份提交的校验值，并与每日锚点、台账事实核对。退出码：0 完好，1 有出入。"""
    from service import setup

    if dossier:
        sys.exit(_verify_dossier(dossier, anchors))
    if anchors:
        sys.exit(_verify_anchors(anchors, offline=offline))
    faults = setup.record_faults(_database())
    for fault in faults:
        click.echo(fault)
    click.echo("记录完好，未被改动。" if not faults else f"共 {len(faults)} 处不符。")
    sys.exit(1 if faults else 0)


def _verify_anchors(file: Path, *, offline: bool) -> int:
    from workflows import anchors

    text = file.read_text(encoding="utf-8", errors="replace")
    found = anchors.faults(text)
    if not found and not offline:
        with _database().reading() as session:
            found = anchors.differences(session, text)
    for sentence in found:
        click.echo(sentence)
    against = "文件本身前后相符。" if offline else "锚点与系统现存记录相符。"
    click.echo(f"共 {len(found)} 处不符。" if found else against)
    return 1 if found else 0


def _verify_dossier(file: Path, anchored: Path | None) -> int:
    from workflows import anchors
    from workflows.dossiers import checking

    text = anchored.read_text(encoding="utf-8", errors="replace") if anchored else ""
    faults = anchors.faults(text) if anchored else []
    found = checking.check(file, anchors.read(text) if anchored and not faults else ())
    found.faults += faults
    for sentence in found.notes + found.faults:
        click.echo(sentence)
    good = "卷宗完好：清单、文件、文书、提交和留痕全部相符。内容以 record.json 为准。"
    click.echo(f"共 {len(found.faults)} 处不符。" if found.faults else good)
    return 1 if found.faults else 0


@main.group()
def user() -> None:
    """人员的登录名和密码。"""


@user.command("list")
def list_users() -> None:
    """列出全部人员、登录名和岗位。"""
    from service import setup

    for line in setup.list_people(_database()):
        click.echo(line)


@user.command("add")
@click.argument("login")
@click.argument("name")
@click.option("--certificate", help="执法证号。")
@click.password_option(prompt="密码", confirmation_prompt="再输一次", help="密码；不写则提示输入。")
def add_user(login: str, name: str, certificate: str | None, password: str) -> None:
    """新增一个人员；岗位用 user appoint 任命。"""
    from service import setup

    setup.add_person(_database(), login, name, password, certificate)
    click.echo(f"已新增人员“{name}”。")


@user.command("appoint")
@click.argument("login")
@click.argument("role")
@click.argument("unit")
@click.option("--document", default=None, help="任命文号。")
def appoint(login: str, role: str, unit: str, document: str | None) -> None:
    """自今日起任命岗位：ROLE 写角色代码或中文名，UNIT 写单位名称。"""
    from service import setup

    click.echo(setup.appoint(_database(), login, role, unit, document))


@user.command("password")
@click.argument("login")
@click.password_option(prompt="新密码", confirmation_prompt="再输一次", help="新密码；不写则提示输入。")
def password(login: str, password: str) -> None:
    """给一个人设新密码，并解除锁定、退出其已登录的设备。"""
    from service import setup

    setup.set_password(_database(), login, password)
    click.echo("密码已更新。")


def _database() -> Database:
    config = Config.from_env()
    config.home.mkdir(parents=True, exist_ok=True)
    return Database(config.database_url)


def console() -> None:
    """Like `main`, but a refusal is one sentence on the screen and never a traceback."""
    try:
        main.main(standalone_mode=True)
    except (Problem, Misconfigured) as problem:
        click.echo(str(problem), err=True)
        sys.exit(1)


if __name__ == "__main__":
    console()
