"""Sizes and names of files, and what may not stand in them."""

import ast
import re
import subprocess

from tests.house.tree import APPS, FLOORS, PACKAGES, ROOT, name, python_files, templates, tree

BANNED_MODULES = {"utils", "util", "helpers", "common", "misc", "services", "service", "managers", "signals", "base"}
MOST_LINES = 400
# The day of a moment is Warsaw's: after midnight there, UTC still has yesterday.
UTC_DAY = re.compile(r"\b(at|now|now\(\)|before|newest|\w+_at|\w+_from)\.date\(\)")
LOCAL_DAY = re.compile(r"localtime|astimezone")
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|NotImplementedError)\b")


def test_no_file_is_longer_than_400_lines() -> None:
    sizes = {name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in python_files(*PACKAGES)}
    sizes |= {name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in templates()}
    assert {path: size for path, size in sizes.items() if size > MOST_LINES} == {}


def test_no_module_is_named_for_its_kind() -> None:
    assert [name(path) for path in python_files(*PACKAGES) if path.stem in BANNED_MODULES] == []


def test_nothing_is_left_undone() -> None:
    found = [
        name(path)
        for path in [*python_files(*FLOORS, "sandbox", "benchmarks"), *templates()]
        if UNFINISHED.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_the_day_of_a_moment_is_warsaws() -> None:
    found = []
    for path in [*python_files(*FLOORS, "benchmarks"), *python_files("tests")]:
        text = path.read_text(encoding="utf-8")
        for match in UTC_DAY.finditer(text):
            if not LOCAL_DAY.search(text[max(0, match.start() - 200) : match.start()]):
                found.append(f"{name(path)}: {match.group()}")
    assert found == []


def test_imports_stand_at_the_top_of_each_file() -> None:
    deferred = [
        f"{name(path)}:{inner.lineno}"
        for path in python_files(*FLOORS, "sandbox")
        for outer in ast.walk(tree(path))
        if isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(outer)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]
    assert deferred == []


def test_a_thing_keeps_one_name_everywhere() -> None:
    renamed = [
        f"{name(path)}: {alias.name} as {alias.asname}"
        for path in python_files(*FLOORS, "sandbox")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
        if alias.asname and (name(path), alias.asname) != ("spm/__init__.py", "celery_app")
    ]
    assert renamed == []


def test_money_apps_know_no_floats() -> None:
    found = [
        f"{name(path)}:{node.lineno}"
        for path in python_files("liabilities", "payments")
        for node in ast.walk(tree(path))
        if (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float")
        or (isinstance(node, ast.Constant) and isinstance(node.value, float))
    ]
    assert found == []


def test_each_action_has_a_name_of_its_own() -> None:
    owners: dict[str, list[str]] = {}
    for app in APPS:
        path = ROOT / app / "actions.py"
        for node in tree(path).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                owners.setdefault(node.name, []).append(app)
    assert {action: apps for action, apps in owners.items() if len(apps) > 1} == {}
    assert [action for action in owners if action.startswith(("do_", "handle_", "process_", "manage_"))] == []


def test_pages_and_commands_never_save_by_hand() -> None:
    """Writing goes through actions: no .save(), .create(), .update(), .delete() in views, admin, tasks, commands."""
    verbs = {"save", "create", "bulk_create", "update", "delete", "get_or_create", "update_or_create"}
    found = [
        f"{name(path)}:{node.lineno}"
        for app in APPS
        for path in python_files(app)
        if path.stem in {"views", "tasks", "hooks"} or "commands" in path.parts
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in verbs
        and not (isinstance(node.func.value, ast.Name) and node.func.value.id in {"digest", "hasher", "context"})
    ]
    assert found == []


def test_the_repository_speaks_of_the_project_alone() -> None:
    """No machine's paths, no registry's host."""
    words = "/wo" + "rk/|/ro" + "ot/|pypi" + r"\.org|/tm" + "p/w/|pythonh" + "osted"
    found = subprocess.run(
        ["git", "grep", "-nIE", words, "--", ".", ":!LICENSE"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert found.stdout == ""
