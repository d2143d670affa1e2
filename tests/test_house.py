"""The rules of the house that a machine can keep. Each failure lists the places."""

import ast
import json
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from inspect import isclass, isfunction
from pathlib import Path
from typing import Any

import pytest

HOUSE = Path(__file__).parent.parent
SKIPPED = {"node_modules", "dist", "build", "data", "__pycache__"}
HIDDEN = {".ci", ".gitignore", ".npmrc"}  # what is ours among the hidden
CODE = [*HOUSE.glob("workflows/**/*.py"), *HOUSE.glob("service/**/*.py")]
PYTHON = [*CODE, *HOUSE.glob("tests/**/*.py")]
TEMPLATES = [*HOUSE.glob("service/templates/**/*.html")]
DIAGRAMS = [*HOUSE.glob("bpmn/**/*.bpmn")]
FORMS = [*HOUSE.glob("bpmn/**/forms/*.json")]

COMMITS = {"workflows/db.py", "service/__init__.py"}  # the transaction, and the request
# One broken row must not stop the others.
SWEEPS = {"workflows/daily.py", *(f"workflows/engine/{each}.py" for each in ("timers", "jobs/running", "jobs/tending"))}
READS_THE_TIME = {"workflows/clock.py", "workflows/engine/spiff/library.py"}  # the latter: a stamp the library wants


def where(file: Path) -> str:
    return file.relative_to(HOUSE).as_posix()


@cache
def parsed(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def found(pattern: str, files: list[Path]) -> list[str]:
    """file:line of each line that matches."""
    return [
        f"{where(file)}:{number}: {line.strip()[:80]}"
        for file in files
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if re.search(pattern, line)
    ]


def without(places: list[str], allowed: set[str]) -> list[str]:
    return [place for place in places if place.split(":")[0] not in allowed]


def none(places: list[str]) -> None:
    """Fail with the whole list, one place a line."""
    assert not places, "\n" + "\n".join(places)


def texts() -> Iterator[Path]:
    """Every text file that is ours."""
    for file in HOUSE.rglob("*"):
        parts = file.relative_to(HOUSE).parts
        if file.is_file() and not SKIPPED & set(parts) and (not parts[0].startswith(".") or parts[0] in HIDDEN):
            try:
                file.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue
            yield file


# ---- transactions, errors, time --------------------------------------------------------------------------------------


def test_commits_stand_in_two_places() -> None:
    none(without(found(r"\.commit\(", CODE), COMMITS))


def test_only_a_sweep_catches_everything() -> None:
    none(without(found(r"except( \(?(Base)?Exception\b.*)?:", CODE), SWEEPS))


def test_only_the_clock_reads_the_time() -> None:
    none(without(found(r"\bdatetime\.(now|utcnow)\(|\bdate\.today\(|\btime\.time\(", CODE), READS_THE_TIME))


def test_terms_of_cases_are_counted_by_the_calendar_that_is_kept() -> None:
    """Without `calendars.of(session)` handed to it, the clock counts by what is built in and knows no local holiday."""
    counts = r"clock\.(add_working_days|next_working_day|is_working_day)\((?!.*calendar)"
    none(found(counts, [file for file in CODE if file.is_relative_to(HOUSE / "workflows")]))


# ---- doors -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("package", "door"), [("SpiffWorkflow", "workflows/engine/spiff"), ("dbos", "workflows/engine/jobs")])
def test_a_library_has_one_door(package: str, door: str) -> None:
    none([where(file) for file in CODE if package in imports(file) and not where(file).startswith(door)])


def imports(file: Path) -> set[str]:
    nodes = list(ast.walk(parsed(file)))
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module]
    return {name.split(".")[0] for name in names}


# ---- what stands in files --------------------------------------------------------------------------------------------


def test_no_registry_address_and_no_path_of_a_machine() -> None:
    hosts = ["pypi" + ".org", "python" + "hosted.org", "registry" + ".npmjs", "npm" + "mirror", '"resolved"' + ":"]
    hosts += ["index" + "-url", "find" + "-links"]
    pattern = "|".join(map(re.escape, hosts)) + r"|^registry *=|(?<![\w.}])/(work|root|home/\w+|Users/\w+)/"
    none(found(pattern, list(texts())))


def test_every_public_function_and_class_has_a_docstring() -> None:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    bare = [
        f"{where(file)}:{node.lineno} {node.name}"
        for file in CODE
        if "versions" not in file.parts
        for node in parsed(file).body
        if isinstance(node, kinds) and not node.name.startswith("_") and ast.get_docstring(node) is None
    ]
    none(bare)


def test_every_override_of_a_library_says_why() -> None:
    """What a library would do instead, in a sentence: else nobody can tell at its next release whether it is still needed."""
    names = (where(file).removesuffix(".py").removesuffix("/__init__").replace("/", ".") for file in CODE if "versions" not in file.parts)
    modules = [import_module(name) for name in names if name not in ("service.__main__", "service.wsgi", "workflows.migrations.env")]
    ours = [each for module in modules for each in vars(module).values() if isclass(each) and each.__module__ == module.__name__]
    none([f"{kind.__module__} {kind.__qualname__}.{name}" for kind in ours for name in silent_overrides(kind)])


def silent_overrides(kind: type) -> list[str]:
    """The methods of a class that a library's class has too, and that do not say why they are there."""
    theirs = {name for base in kind.__mro__[1:] if base.__module__.split(".")[0] not in ("workflows", "service") for name in vars(base)}
    return [name for name, each in vars(kind).items() if isfunction(each) and name in theirs and not name.startswith("__") and not each.__doc__]


def test_every_module_has_a_docstring() -> None:
    none([where(file) for file in PYTHON if parsed(file).body and ast.get_docstring(parsed(file)) is None])


def test_a_file_over_400_lines_says_why() -> None:
    """Its docstring holds a sentence with "long because". Lists of tests and migrations may be as long as they are."""
    rooms = [file for file in CODE if "versions" not in file.parts]
    long = [file for file in rooms if len(file.read_text(encoding="utf-8").splitlines()) > 400]
    none([where(file) for file in long if "long because" not in (ast.get_docstring(parsed(file)) or "").lower()])


# ---- documentation ---------------------------------------------------------------------------------------------------


def test_every_setting_and_every_command_stands_in_the_readme() -> None:
    from service.__main__ import main

    readme = (HOUSE / "README.md").read_text(encoding="utf-8")
    config = (HOUSE / "service" / "config.py").read_text(encoding="utf-8")
    settings = set(re.findall(r"\b(?:BIHUAN_[A-Z_]+|DATABASE_URL)\b", config))
    assert settings
    none([name for name in sorted(settings) if name not in readme])
    none([name for name in commands("bihuan", main) if name not in readme])


def test_the_map_of_the_readme_is_whole() -> None:
    """Every room of the house is named there, as a file or a folder, once; and nothing that is gone."""
    drawn = re.search(r"^## Map$(.*)^## Glossary$", (HOUSE / "README.md").read_text(encoding="utf-8"), re.M | re.S)
    assert drawn
    floors = [HOUSE / "workflows", HOUSE / "workflows" / "engine", HOUSE / "service"]
    files = {file.stem for floor in floors for file in floor.glob("*.py") if not file.stem.startswith("__")}
    folders = {file.parent.name for floor in floors for file in floor.glob("*/__init__.py")}
    named = set(re.findall(r"[a-z_]+", drawn[1]))
    none(sorted((files | folders) - named))
    none(sorted(name for name in re.findall(r"\b([a-z_]+)\.py\b", drawn[1]) if name not in files))
    lines = [line.split()[0] for line in drawn[1].splitlines() if line.startswith("      ") and line[6] != " "]
    none([line for line, times in Counter(lines).items() if times > 1 and line.endswith("/")])


def commands(name: str, command: Any) -> list[str]:
    """bihuan run, bihuan audit verify, …"""
    inner = getattr(command, "commands", {})
    return [each for key in sorted(inner) for each in commands(f"{name} {key}", inner[key])] if inner else [name]


# ---- templates -------------------------------------------------------------------------------------------------------


def test_every_template_is_used_and_every_used_one_exists() -> None:
    pages = [file for file in CODE if where(file).startswith("service/")]
    used = set(re.findall(r"[\"']([\w/]+\.html)[\"']", "".join(f.read_text(encoding="utf-8") for f in [*pages, *TEMPLATES])))
    present = {file.relative_to(HOUSE / "service" / "templates").as_posix() for file in TEMPLATES}
    assert present
    none(sorted(present - used))
    none(sorted(used - present))


def test_templates_escape_everything_and_hold_no_script_or_style() -> None:
    """A strict content security policy forbids the latter two."""
    none(found(r"\|\s*safe\b|autoescape\s+false|<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", TEMPLATES))


# ---- diagrams, steps, forms ------------------------------------------------------------------------------------------


def properties(name: str) -> set[str]:
    """The values of a property over all shipped diagrams."""
    pattern = rf'<spiffworkflow:property\s+name="{name}"\s+value="([^"]+)"'
    return {value for file in DIAGRAMS for value in re.findall(pattern, file.read_text(encoding="utf-8"))}


def operators() -> set[str]:
    pattern = r'<spiffworkflow:serviceTaskOperator\s+id="([^"]+)"'
    return {value for file in DIAGRAMS for value in re.findall(pattern, file.read_text(encoding="utf-8"))}


def test_steps_and_diagrams_agree_both_ways() -> None:
    from workflows import steps

    task_steps = {name for name, step in steps.RULES.steps.items() if step.of == "task"}
    assert properties("verb") == task_steps
    assert operators() == set(steps.RULES.steps) - task_steps


def test_forms_and_diagrams_agree_both_ways() -> None:
    assert properties("form") == {file.stem for file in FORMS}


def test_every_form_names_itself_and_only_known_option_lists() -> None:
    from workflows import steps

    forms = {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in FORMS}
    none([key for key, form in forms.items() if form.get("$id") != key or not form.get("title")])
    asked = {(key, name) for key, form in forms.items() for name in option_lists(form)}
    none(sorted(f"{key}: {name}" for key, name in asked if name not in steps.RULES.options))


def option_lists(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        if "x-options" in schema:
            yield schema["x-options"]
        for value in schema.values():
            yield from option_lists(value)


# ---- pins ------------------------------------------------------------------------------------------------------------


def test_every_package_is_pinned_once() -> None:
    project = tomllib.loads((HOUSE / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [*project["build-system"]["requires"], *project["project"]["dependencies"]]
    wanted += [each for extra in project["project"].get("optional-dependencies", {}).values() for each in extra]
    lines = [line for line in (HOUSE / "constraints.txt").read_text(encoding="utf-8").splitlines() if line[:1] != "#"]
    constraints = dict(plain(line) for line in lines)
    none([each for each in wanted if constraints.get(plain(each)[0]) != plain(each)[1]])
    package = json.loads((HOUSE / "package.json").read_text(encoding="utf-8"))
    versions = {**package.get("dependencies", {}), **package.get("devDependencies", {})}
    none([name for name, version in versions.items() if not re.fullmatch(r"\d+\.\d+\.\d+", version)])


def plain(requirement: str) -> tuple[str, str]:
    """("lxml-stubs", "0.5.1") of any spelling; extras are left out."""
    name, _, version = requirement.partition("==")
    return re.sub(r"[-_.]+", "-", name.split("[")[0]).lower(), version
