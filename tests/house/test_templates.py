"""Templates: none unused, none with raw formats, each with a title, forms with labels."""

import re

from django.contrib.staticfiles import finders

from tests.house.tree import FLOORS, PACKAGES, ROOT, name, python_files, templates

# Django, allauth and crispy find these by their own rules; unused ones are theirs.
FOUND_BY_OTHERS = (
    "account/",
    "allauth/",
    "mfa/",
    "admin/",
    "unfold/",
    "bootstrap5/",
    "usersessions/",
    "socialaccount/",
)
ERROR_PAGES = {"400.html", "403.html", "404.html", "500.html", "403_csrf.html"}


def _texts() -> dict[str, str]:
    found = {name(path).removeprefix("templates/"): path.read_text(encoding="utf-8") for path in templates()}
    assert found
    return found


def test_no_template_is_unused() -> None:
    everything = "\n".join(path.read_text(encoding="utf-8") for path in python_files(*PACKAGES))
    everything += "\n".join(_texts().values())
    pages = {f"spm/{page}.html" for page in re.findall(r'"name": "(\w+)"', everything)}
    unused = [
        template
        for template in _texts()
        if not template.startswith(FOUND_BY_OTHERS)
        and template not in ERROR_PAGES | pages
        and f'"{template}"' not in everything
        and f"'{template}'" not in everything
    ]
    assert unused == []


def test_amounts_and_dates_are_written_by_the_typography_filters() -> None:
    raw = re.compile(r"\|\s*(floatformat|date:|date\b|time\b|intcomma)")
    assert {template: raw.search(text)[0] for template, text in _texts().items() if raw.search(text)} == {}  # type: ignore[index]


def test_includes_say_what_they_pass() -> None:
    loose = re.compile(r'{%\s*include\s+"components/[^"]+"(?:(?!only\s*%}).)*%}')
    assert {template: loose.search(text)[0] for template, text in _texts().items() if loose.search(text)} == {}  # type: ignore[index]


def test_a_form_in_an_isolated_include_is_given_its_token() -> None:
    """«only» keeps the form's token out too: such a form would be refused in a browser, though not by a test client."""
    texts = _texts()
    forms = {template for template, text in texts.items() if "{% csrf_token %}" in text}
    include = re.compile(r'{%\s*include\s+"([^"]+)"([^%]*)only\s*%}')
    found = [
        (page, part)
        for page, text in texts.items()
        for part, passed in include.findall(text)
        if part in forms and "csrf_token=" not in passed
    ]
    assert found == []


def test_every_page_has_a_title_of_its_own() -> None:
    untitled = [
        template
        for template, text in _texts().items()
        if '{% extends "base.html" %}' in text and "{% block title %}" not in text
    ]
    assert untitled == []


def test_pages_load_nothing_from_elsewhere() -> None:
    """No CDN, no remote picture, no inline script."""
    remote = re.compile(r'(?:src|href)="(?:https?:)?//(?!www\.w3\.org)')
    scripts = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>")
    for template, text in _texts().items():
        if template.startswith(("admin/", "unfold/")):
            continue
        assert not scripts.search(text), template
        if "<link" in text or "<img" in text or "<script" in text:
            assert not [hit for hit in remote.findall(text) if "<a " not in text], template


def test_static_files_that_templates_name_exist() -> None:
    named = {path for text in _texts().values() for path in re.findall(r"""{%\s*static\s+["']([^"']+)["']""", text)}
    assert [path for path in sorted(named) if finders.find(path) is None] == []


def test_floors_have_their_own_template_folders() -> None:
    folders = {path.name for path in (ROOT / "templates").iterdir() if path.is_dir()}
    allowed = {*FLOORS, "components", "email", "pdf", "wzornik", "account", "allauth", "admin", "mfa", "socialaccount"}
    allowed |= {"unfold"}  # a few of admin's own pieces, ours instead
    assert folders - allowed == set()
