"""The house: two independent roads on one base, compared above."""

import ast
import sys
from pathlib import Path

import pytest

from compare.provenance import PACKAGES, ROOT

ALLOWED = {
    "systems": {"systems"},
    "analytic": {"systems", "analytic"},
    "numeric": {"systems", "numeric"},
    "compare": set(PACKAGES),
}
FILES = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]


def imports(path: Path) -> set[str]:
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    plain = {alias.name for n in nodes if isinstance(n, ast.Import) for alias in n.names}
    named = {n.module for n in nodes if isinstance(n, ast.ImportFrom) and n.module}
    return {name for name in plain | named if name.split(".")[0] in PACKAGES}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_run_one_way_and_the_two_roads_never_meet(path: Path) -> None:
    package = path.relative_to(ROOT).parts[0]
    assert {name.split(".")[0] for name in imports(path)} <= ALLOWED[package]


def test_no_module_is_named_like_one_of_the_standard_library() -> None:
    assert not {path.stem for path in FILES} & sys.stdlib_module_names
