"""The house's own files, for the tests of the house."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
FLOORS = ("core", "residents", "consents", "notifications", "broadcasts", "mailroom", "liabilities", "payments", "spm")
APPS = tuple(floor for floor in FLOORS[1:-1] if (ROOT / floor / "actions.py").exists())
PACKAGES = (*FLOORS, "sandbox", "tests", "benchmarks")


def python_files(*packages: str) -> Iterator[Path]:
    """Every Python file of *packages* but migrations."""
    for package in packages:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def templates() -> list[Path]:
    """Every template."""
    return sorted(path for path in (ROOT / "templates").rglob("*") if path.suffix in {".html", ".txt"})


def name(path: Path) -> str:
    """The path as a reader of the house says it."""
    return str(path.relative_to(ROOT))


def tree(path: Path) -> ast.Module:
    """The parsed file."""
    return ast.parse(path.read_text(encoding="utf-8"))
