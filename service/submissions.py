"""Handing in: what was typed is done as a whole, or shown again with a sentence for each fault, and nothing of it is done."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import flash, g, redirect, request
from flask.typing import ResponseReturnValue

from service import forms, is_autosave
from service.photos import Taken
from workflows.engine.forms import Functions, check
from workflows.errors import Invalid

Done = TypeVar("Done")


@dataclass(frozen=True)
class Refused:
    """What was typed, and what is wrong with it."""

    data: Any
    faults: Mapping[str, str]


def read(schema: forms.Schema, taken: Taken) -> tuple[dict[str, Any], dict[str, str]]:
    """What this request brings for a form, its files included, and a sentence for each field that cannot be read."""
    data, faults = forms.read(schema, request.form, taken.photos)
    return data, {**faults, **taken.faults}


def draft_kept(taken: Taken, address: str, said: str = "已暂存，下次打开时接着填写。") -> ResponseReturnValue:
    """The answer to 暂存: the page again, which says what was kept and which files were not."""
    if is_autosave():
        return "", 204
    for sentence in taken.faults.values():
        flash(sentence, "warn")
    flash(said, "good")
    return redirect(address)


def faults_of(schema: forms.Schema, data: Mapping[str, Any], functions: Functions) -> Mapping[str, str]:
    """A sentence for each field that the form does not let pass; nothing is done."""
    try:
        check(schema, data, functions)
    except Invalid as invalid:
        return invalid.fields
    return {}


def hand_in(data: Any, faults: Mapping[str, str], do: Callable[[], Done]) -> Done | Refused:
    """Do what was typed; answers what came of it, or what was refused. It is tried also where a field could not be read
    (`faults`), so that all that is wrong is told at once."""
    try:
        done = do()
        if faults:
            raise Invalid(dict(faults))
    except Invalid as invalid:
        g.session.rollback()
        return Refused(data, {**invalid.fields, **faults})
    return done
