"""Each template compiles, is used, and is safe."""

import re
from pathlib import Path

import pytest

import service

FOLDER = Path(service.__file__).parent / "templates"
ALL = sorted(str(file.relative_to(FOLDER)) for file in FOLDER.rglob("*.html"))
PARTS = {"base.html", "macros.html", "emblem.html", "dossiers/paper.html", "admin/tabs.html", "admin/record.html", "admin/lacking.html"}
PARTS |= {"designer/preview.html", "thursdays/tabs.html", "board/tabs.html"}
PARTS |= {"inbox/introduction.html", "help.html"}
PARTS |= {"bulletins/lists.html", "public/page.html", "public/contact.html"}
PARTS |= {"dispatch/form.html", "urges/list.html"}


@pytest.mark.parametrize("name", ALL)
def test_compiles(app, name):
    app.jinja_env.get_template(name)


@pytest.mark.parametrize("name", [name for name in ALL if name not in PARTS])
def test_has_a_title_and_an_h1(name):
    text = (FOLDER / name).read_text()
    assert "{% block title %}" in text
    assert len(re.findall("<h1[ >]", text)) == 1


@pytest.mark.parametrize("name", ALL)
def test_nothing_is_marked_safe(name):
    """Markup comes from the drawing alone, and there from Python."""
    assert not re.search(r"\|\s*safe\b", (FOLDER / name).read_text())
    assert "autoescape false" not in (FOLDER / name).read_text()


def test_each_page_is_shown_by_code():
    code = "".join(file.read_text() for file in Path(service.__file__).parent.rglob("*.py"))
    assert [name for name in ALL if name not in PARTS and f'"{name}"' not in code] == []
