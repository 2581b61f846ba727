"""Provenance: what a result depends on, and nothing about the machine."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from compare import results
from compare.files import provenance

STEM = "compare.papers.tang2025.figures.fig3c"


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the code in which a test may change files."""
    for package in provenance.PACKAGES:
        shutil.copytree(provenance.ROOT / package, tmp_path / package)
    monkeypatch.setattr(provenance, "ROOT", tmp_path)
    provenance.fingerprint.cache_clear()
    yield tmp_path
    provenance.fingerprint.cache_clear()


def test_figure_depends_on_both_roads_and_not_on_other_figures() -> None:
    found = {str(path.relative_to(provenance.ROOT)) for path in provenance.sources(STEM)}
    figures = "compare/papers/tang2025/figures"
    roads = {"systems/library/nanotip.py", "analytic/amplitudes.py", "numeric/steady.py"}
    others = {f"{figures}/fig3d.py", "compare/cli/app.py", "compare/files/output.py"}
    every = {str(path.relative_to(provenance.ROOT)) for path in provenance.ROOT.rglob("*.py")}
    assert others <= every
    assert {f"{figures}/fig3c.py", "compare/agreement.py"} | roads <= found
    assert not others & found


@pytest.mark.parametrize("result", [*results.figures(), *results.audits()], ids=lambda r: r.name)
def test_no_result_hangs_on_the_command_line_or_on_another_paper(
    result: results.PaperResult,
) -> None:
    papers = provenance.ROOT / "compare" / "papers"
    apart = {folder for folder in papers.iterdir() if folder.is_dir()}
    apart |= {provenance.ROOT / "compare" / "cli"}
    found = provenance.sources(*result.modules)
    reached = {folder for folder in apart if any(path.is_relative_to(folder) for path in found)}
    assert reached == {papers / result.paper.key}


LOADED = """
import sys
from importlib import import_module
import_module(sys.argv[1])
files = [getattr(module, "__file__", None) for module in list(sys.modules.values())]
print(*filter(None, files), sep="\\n")
"""


@pytest.mark.slow
def test_every_file_of_the_project_that_a_result_loads_is_in_its_fingerprint() -> None:
    module = "compare.papers.tang2025.claims"  # of all results the one that loads most
    words = [sys.executable, "-c", LOADED, module]
    done = subprocess.run(words, cwd=provenance.ROOT, capture_output=True, text=True, check=True)
    packages = [provenance.ROOT / package for package in provenance.PACKAGES]
    loaded = {Path(line) for line in done.stdout.splitlines()}
    ours = {path for path in loaded if any(path.is_relative_to(package) for package in packages)}
    assert len(ours) > 50
    assert ours <= provenance.sources(module)


def changes(copy: Path, file: str, text: str) -> bool:
    """Whether the fingerprint changes with a file."""
    provenance.fingerprint.cache_clear()
    before = provenance.fingerprint(STEM)
    path = copy / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text((path.read_text() if path.exists() else "") + text)
    provenance.fingerprint.cache_clear()
    return provenance.fingerprint(STEM) != before


@pytest.mark.parametrize(
    "file",
    [
        STEM.replace(".", "/") + ".py",
        "compare/__init__.py",
        "numeric/__init__.py",
        "systems/new.py",
        "systems/library/new.py",
        "numeric/table.csv",
        "analytic/constants.toml",
    ],
)
def test_fingerprint_follows_code_and_data_that_a_result_may_read(copy: Path, file: str) -> None:
    assert changes(copy, file, "\n# changed\n")


@pytest.mark.parametrize(
    "line",
    [
        "from compare.lately import x",
        "import compare.lately",
        "from . import lately",
        "from .lately import x",
        "def f():\n    from compare import lately",
        "WHERE = {'x': 'compare.lately'}",
    ],
)
def test_fingerprint_follows_every_way_to_import(copy: Path, line: str) -> None:
    (copy / "compare" / "lately.py").write_text("x = 1\n")
    (copy / "compare" / "agreement.py").write_text(line)
    assert changes(copy, "compare/lately.py", "y = 2\n")


@pytest.mark.parametrize(
    "file",
    [
        "compare/cli/app.py",
        "compare/results.py",
        "compare/papers/tang2025/figures/fig3d.py",
        "compare/audit/turning.py",
        "compare/audit/atlas.py",
        "compare/papers/tang2025/figures/new.py",
    ],
)
def test_fingerprint_does_not_follow_other_results_and_the_command_line(
    copy: Path, file: str
) -> None:
    assert Path(file).stem == "new" or (copy / file).is_file()
    assert not changes(copy, file, "\n# changed\n")


def test_fingerprint_does_not_follow_what_compilers_leave_behind(copy: Path) -> None:
    assert not changes(copy, "numeric/__pycache__/steady.cpython-311.pyc", "x")
    assert not changes(copy, "numeric/solvers/graded/kernel.nbc", "x")


def test_code_outside_its_repository_has_no_commit(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provenance, "__file__", str(copy / "compare" / "provenance.py"))
    assert provenance.commit.__wrapped__() is None


def test_record_names_no_place_of_this_machine() -> None:
    text = json.dumps(provenance.record("blockade reproduce fig3c", STEM))
    assert str(provenance.ROOT) not in text
    assert str(Path.home()) not in text


def test_record_says_when_with_what_and_from_which_code() -> None:
    record = provenance.record("blockade reproduce fig3c", STEM)
    assert {"command", "created", "commit", "versions", "inputs"} == record.keys()
    assert {"python", "sympy", "qutip", "numpy", "photon-blockade"} <= record["versions"].keys()
