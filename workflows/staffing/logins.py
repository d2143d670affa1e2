"""The login of a person who was given none: his name in pinyin, with a number where somebody has that already.

Who stands in a workbook without a login may be on file: whoever bears his name and holds the post of his row, or no post yet
(the security administrator brings the posts after the persons). Whoever bears the name and holds other posts may be he or not:
that only a person can say, because two accounts of one person would let him sign his own work.
"""

import os
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import count

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflows import people
from workflows.errors import Invalid
from workflows.people import Person
from workflows.staffing.columns import Row

LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")
LONGEST = 50  # a number behind it, and it is still a login
SURNAMES = {  # read otherwise as a surname than as a word
    **{"单": "shan", "仇": "qiu", "曾": "zeng", "解": "xie", "区": "ou", "查": "zha", "朴": "piao", "盖": "ge", "乐": "yue"},
    **{"翟": "zhai", "覃": "qin", "缪": "miao", "繁": "po", "折": "she", "员": "yun", "种": "chong", "秘": "bi", "召": "shao"},
    **{"洗": "xian", "阚": "kan", "祭": "zhai", "卜": "bu", "乜": "nie", "句": "gou", "薄": "bo", "颉": "xie", "郇": "xun"},
    **{"尉迟": "yuchi", "万俟": "moqi", "长孙": "zhangsun", "单于": "chanyu", "澹台": "tantai", "乐正": "yuezheng"},
}
NO_LETTERS = "“{}”转不成拼音，请填写“登录名”。"
TWO_TYPED = "“{}”在这个工作簿里有几个登录名，请在这一行也填写“登录名”。"
SEVERAL = "本县有几个“{}”（登录名 {}）。请填写其中一个人的登录名；不是他们的，另起一个，例如 {}。"
ELSEWHERE = "本县已有{}（登录名 {}，任{}）。是同一人的，请填写这个登录名；不是的，另起一个，例如 {}。"


@dataclass(frozen=True)
class Login:
    """The login of a person in whose rows none was typed."""

    name: str
    login: str
    is_new: bool
    """Whether he gets an account with it; else he has one."""


# ---- rules -----------------------------------------------------------------------------------------------------------


def in_letters(name: str) -> str:
    """A name in pinyin without tones and gaps, the surname first; empty if nothing in it can be read."""
    surname = next((name[:length] for length in (2, 1) if name[:length] in SURNAMES), "")
    read = SURNAMES.get(surname, "") + "".join(_reader()(name[len(surname) :]))
    return "".join(letter for letter in read.lower() if letter in LETTERS)[:LONGEST]


def free(letters: str, taken: Collection[str]) -> str:
    """The letters, or with the first number with which nobody has them."""
    numbered = (letters if number == 1 else f"{letters}{number}" for number in count(1))
    return next(login for login in numbered if login not in taken)


@cache
def _reader() -> Callable[[str], list[str]]:
    # Not at the top: its table takes 12 MB, and names are read in the first days of a county. Its list of words would take 46
    # more, and names are no words; so of those that are read in two ways one is told it: 长 in a name is 长江's, not 校长's.
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "1")
    from pypinyin import lazy_pinyin, load_single_dict

    load_single_dict({ord("长"): "cháng"})
    return lazy_pinyin


# ---- questions -------------------------------------------------------------------------------------------------------


def propose_login(session: Session, name: str) -> str:
    """A login for a new person that nobody has. Invalid if his name cannot be read."""
    return _made(name, _taken(session))


def complete(session: Session, rows: Sequence[Row]) -> tuple[list[Row], list[Login]]:
    """The rows of the staff with the logins that were not typed, or the sentence why one must be; and who has which."""
    unnamed: dict[str, list[Row]] = defaultdict(list)
    typed: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        if name := str(row.cells.get("name", "")):
            typed[name].add(str(row.cells["login"])) if row.cells.get("login") else unnamed[name].append(row)
    if not unnamed:
        return list(rows), []
    taken, namesakes = _taken(session).union(*typed.values()), _namesakes(session, unnamed)
    posts = people.posts_with_names(session, [person.id for found in namesakes.values() for person in found])
    whole, told = {row.number: row for row in rows}, list[Login]()
    for name, mine in unnamed.items():
        try:
            login = _login(name, mine, typed=typed[name], namesakes=namesakes[name], posts=posts, taken=taken)
        except Invalid as invalid:
            whole |= {row.number: replace(row, unclear=invalid.fields) for row in mine}
            continue
        whole |= {row.number: replace(row, cells={**row.cells, "login": login.login}) for row in mine}
        taken.add(login.login)
        told.append(login)
    return list(whole.values()), told


def _login(
    name: str,
    rows: Sequence[Row],
    *,
    typed: Collection[str],
    namesakes: Sequence[Person],
    posts: Mapping[int, Sequence[tuple[str, str]]],
    taken: Collection[str],
) -> Login:
    """The login that was typed in another row of his, that of the account he has, or a new one."""
    if len(typed) > 1:
        raise Invalid("login", TWO_TYPED.format(name))
    if typed:
        (login,) = typed
        return Login(name, login, is_new=login not in {person.login for person in namesakes})
    wanted = {(people.role_name(str(row.cells.get("role", ""))), row.cells.get("unit")) for row in rows}
    same = [person for person in namesakes if wanted & set(posts[person.id])]
    same = same or [person for person in namesakes if not posts[person.id]]
    if len(same) == 1:
        return Login(name, same[0].login, is_new=False)
    made = _made(name, taken)
    if same:
        raise Invalid("login", SEVERAL.format(name, "、".join(person.login for person in same), made))
    if namesakes:
        held = "、".join(unit + role for role, unit in posts[namesakes[0].id])
        raise Invalid("login", ELSEWHERE.format(name, namesakes[0].login, held, made))
    return Login(name, made, is_new=True)


def _made(name: str, taken: Collection[str]) -> str:
    letters = in_letters(name)
    if len(letters) < 2:
        raise Invalid("login", NO_LETTERS.format(name))
    return free(letters, taken)


def _taken(session: Session) -> set[str]:
    return set(session.scalars(select(Person.login)))


def _namesakes(session: Session, names: Collection[str]) -> Mapping[str, list[Person]]:
    """Who on file bears one of these names, and may sign in."""
    found: dict[str, list[Person]] = defaultdict(list)
    for person in session.scalars(select(Person).where(Person.name.in_(names), Person.is_active).order_by(Person.id)):
        found[person.name].append(person)
    return found
