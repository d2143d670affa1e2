"""Passwords: how strong one must be, who gets a new one, and whether what was typed is right (domain 8.3, GB/T 22239)."""

import re
import secrets
from datetime import timedelta
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy.orm import Session

from workflows import clock, people
from workflows.db import Database
from workflows.engine import Subject, history
from workflows.errors import Forbidden, Invalid
from workflows.people import Person

LOCK_AFTER, LOCK_FOR = 5, timedelta(minutes=15)
WRONG = "登录名或密码不正确。同一账号连续输错 5 次即锁定 15 分钟，锁定期间密码正确也不能登录。"
"""The one answer to every refused sign-in: it must not tell which logins there are, locked ones included."""
LETTERS = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # none that look alike on paper
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_quick_hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)  # 90 random bits need no more, what is public nothing

# ---- rules -----------------------------------------------------------------------------------------------------------


def fault(password: str) -> str | None:
    """Why a password is too weak (GB/T 22239); None if it will do."""
    kinds = ("[a-z]", "[A-Z]", "[0-9]", "[^A-Za-z0-9]")
    if len(password) < 10 or sum(re.search(kind, password) is not None for kind in kinds) < 3:
        return "密码至少 10 位，并包含大写字母、小写字母、数字、符号中的三类。"
    return None


def make() -> str:
    """A password to hand over on paper: sixteen random signs in groups of four."""
    while True:
        made = "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(4))
        if fault(made) is None:
            return made


# ---- verbs -----------------------------------------------------------------------------------------------------------


def give(
    session: Session,
    person: Person,
    password: str,
    *,
    by: int | None = None,
    is_initial: bool = False,
    is_public: bool = False,
) -> None:
    """Give a person a new password, lift his lockout, and end his sign-ins. An initial one only serves to choose one's own; a
    public one, which is printed for everybody to try, is not worth a slow hash."""
    if weakness := fault(password):
        raise Invalid("password", weakness)
    person.password_hash = (_quick_hasher if is_initial or is_public else _hasher).hash(password)
    person.must_change_password = is_initial
    person.failed_count, person.locked_until = 0, None
    people.end_sign_ins(person)
    session.flush()
    history.record(session, Subject("person", person.id), "password_set", by=by, initial=is_initial)


def choose(session: Session, person: Person, old: str, new: str) -> None:
    """Let a person choose his own password; it must not be the one he has."""
    if old == new:
        raise Invalid("password", "新密码不能与原密码相同。")
    give(session, person, new, by=person.id)


def check(database: Database, login: str, password: str) -> int:
    """The id of the person who may sign in with this login and password; Forbidden otherwise, in the same words whatever the
    reason, after the same time: one slow hash is computed whosever login it is, or nobody's.

    Five failures in a row lock the account for 15 minutes (domain 8.3). The count is kept in a transaction of its own, because
    a refused sign-in rolls the request's back; the hash is computed outside it, because it takes 45 ms and there is one writer.
    """
    with database.reading() as session:
        person = people.find_by_login(session, login)
    stored = person.password_hash if person else _nobody()
    is_right = _matches(stored, password)
    if _hasher.check_needs_rehash(stored):  # one that was given away is hashed quickly, and would tell by that whose login it is
        _matches(_nobody(), password)
    if person is None or (person.locked_until and person.locked_until > clock.now()):
        raise Forbidden(WRONG)
    is_right = is_right and person.is_active
    if not is_right or person.failed_count:
        _count(database, person.id, is_right)
    if not is_right:
        raise Forbidden(WRONG)
    return person.id


def check_own(database: Database, person_id: int, password: str) -> None:
    """Ask the signed-in person for his password again, as before a signature; Forbidden if it is wrong."""
    with database.reading() as session:
        login = people.get(session, person_id).login
    check(database, login, password)


def _count(database: Database, person_id: int, is_right: bool) -> None:
    with database.transaction() as session:
        person = session.get_one(Person, person_id, with_for_update=True)
        person.failed_count = 0 if is_right else person.failed_count + 1
        if person.failed_count >= LOCK_AFTER:
            person.failed_count, person.locked_until = 0, clock.now() + LOCK_FOR
            history.record(session, Subject("person", person.id), "locked", by=person.id)


def _matches(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


@lru_cache
def _nobody() -> str:
    """The hash of nobody's password; made when first needed, because it takes as long as checking one."""
    return _hasher.hash("nobody")
