"""Every `>>>` example of the packages runs and prints what it says, and nothing public has none."""

import ast
import doctest
import gc
import inspect
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from compare.files.provenance import PACKAGES, ROOT

FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
FILES = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
# Whose examples stand elsewhere, or cannot run in a second
APART = (
    "numeric/solvers/compiled.py",  # what Numba calls by itself
    "numeric/solvers/graded/kernel.py",  # runs inside compiled code only
    "numeric/solvers/graded/lanes.py",
    "numeric/solvers/graded/program.py",
    "numeric/solvers/graded/resolvent.py",
    "numeric/solvers/graded/vectors.py",
    "systems/renamed.py",
)
PAPERS = ROOT / "compare" / "papers"  # `make reproduce` runs the figures and claims in its folders
# a figure takes seconds, and so does an audit; a cluster has tests of its own
SLOW = {
    "compare.results.make",
    "compare.audit.judgement.audit_text",
    "compare.sweep.crew.together",
}
# what the command itself says, without a word after it
SLOW |= {"compare.cli.app.blockade", "compare.cli.commands.audit.atlas"}


def dotted(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


WITH_EXAMPLES = [dotted(path) for path in FILES if ">>> " in path.read_text(encoding="utf-8")]
EXPORTED = [f"{package}.{name}" for package in PACKAGES for name in import_module(package).__all__]


def where(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_examples_print_what_they_say(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    # doctest walks the entries of linecache; SymPy removes its own when garbage is collected
    gc.disable()
    try:
        with np.printoptions(precision=8, suppress=False, threshold=1000, linewidth=75):
            found = doctest.testmod(import_module(name), optionflags=FLAGS)
    finally:
        gc.enable()
    assert not found.failed, capsys.readouterr().out


@pytest.mark.parametrize("name", EXPORTED)
def test_what_a_package_exports_has_an_example(name: str) -> None:
    package, _, word = name.rpartition(".")
    thing = getattr(import_module(package), word)
    if inspect.isclass(thing) or inspect.isroutine(thing):
        readme = (ROOT / "README.md").read_text(encoding="utf-8")
        assert ">>> " in (inspect.getdoc(thing) or "") or f"{word}(" in readme


def without_example(body: list[ast.stmt], prefix: str, shown: bool) -> Iterator[str]:
    """Names of public functions, classes and methods that neither they nor their class show."""
    for node in body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and not node.name.startswith("_"):
            doc = ast.get_docstring(node) or ""  # of a command it is the help, with a command
            has = shown or ">>> " in doc or "Example: blockade" in doc
            if not has:
                yield f"{prefix}.{node.name}"
            if isinstance(node, ast.ClassDef):
                yield from without_example(node.body, f"{prefix}.{node.name}", has)


def is_apart(path: Path) -> bool:
    return where(path).startswith(APART) or any(p in path.parents for p in PAPERS.glob("*/"))


@pytest.mark.parametrize("path", [p for p in FILES if not is_apart(p)], ids=where)
def test_what_is_public_has_an_example_of_its_own_or_of_its_class(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert not set(without_example(tree.body, dotted(path), False)) - SLOW
