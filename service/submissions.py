"""Handing in: what was typed is done as a whole, or shown again with a sentence for each fault, and nothing of it is done."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import g, request

from service import forms
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
