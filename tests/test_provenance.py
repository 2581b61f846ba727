"""Provenance: what a result depends on, and nothing about the machine."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from compare import provenance

STEM = "compare.figures.fig3c"


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
    assert {"compare/figures/fig3c.py", "compare/agreement.py", "systems/nanotip.py"} <= found
    assert {"analytic/amplitudes.py", "numeric/steady.py"} <= found
    assert not {"compare/figures/fig3d.py", "compare/cli/app.py", "compare/output.py"} & found


@pytest.mark.parametrize("file", ["compare/figures/fig3c.py", "numeric/steady.py"])
def test_fingerprint_follows_the_code(copy: Path, file: str) -> None:
    before = provenance.fingerprint(STEM)
    (copy / file).write_text((copy / file).read_text() + "\n# changed\n")
    provenance.fingerprint.cache_clear()
    assert provenance.fingerprint(STEM) != before


def test_fingerprint_does_not_follow_other_code(copy: Path) -> None:
    before = provenance.fingerprint(STEM)
    (copy / "compare" / "cli.py").write_text("")
    provenance.fingerprint.cache_clear()
    assert provenance.fingerprint(STEM) == before


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
