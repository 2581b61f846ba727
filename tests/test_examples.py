"""Every `>>>` example of the packages runs and prints what it says."""

import doctest
import inspect
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from compare.provenance import PACKAGES, ROOT

FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def dotted(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


WITH_EXAMPLES = [
    dotted(path)
    for package in PACKAGES
    for path in sorted((ROOT / package).rglob("*.py"))
    if ">>> " in path.read_text(encoding="utf-8")
]
EXPORTED = [f"{package}.{name}" for package in PACKAGES for name in import_module(package).__all__]


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_examples_print_what_they_say(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    with np.printoptions(precision=8, suppress=False, threshold=1000, linewidth=75):
        found = doctest.testmod(import_module(name), optionflags=FLAGS)
    assert not found.failed, capsys.readouterr().out


@pytest.mark.parametrize("name", EXPORTED)
def test_what_a_package_exports_has_an_example(name: str) -> None:
    package, _, word = name.rpartition(".")
    thing = getattr(import_module(package), word)
    if inspect.isclass(thing) or inspect.isroutine(thing):
        readme = (ROOT / "README.md").read_text(encoding="utf-8")
        assert ">>> " in (inspect.getdoc(thing) or "") or f"{word}(" in readme
