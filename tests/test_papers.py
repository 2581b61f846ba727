"""Several papers beside each other: no name collides, and no result of one moves for another."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from compare import papers, results
from compare.cli import main
from compare.papers import Paper
from systems.library import SYSTEMS

PAPER = """
from compare.papers import Paper
PAPER = Paper(key="{key}", citation="A. Nobody, Kerr modes (2026)")
"""
FIGURE = '''
"""Fig. 1(b): the number of photons in a Kerr mode against the drive."""
import numpy as np
from matplotlib.figure import Figure
from compare.agreement import agreement
from systems.library import kerr

def compute():
    xi = np.array([0.01, 0.02])
    values = {"Delta": 0.0, "chi": 1.0, "gamma": 1.0, "xi": xi}
    return agreement(kerr.MODEL, values, "number", labels={"xi": xi}, quanta=4)

def draw(table):
    figure = Figure()
    figure.add_subplot().plot(table["xi"], table["numeric"])
    return figure
'''
CLAIMS = """
import pandas as pd

def audit():
    return pd.DataFrame({"claim": ["none"], "printed": ["0.10"]})

def claims_text(rows):
    return f"claims of Nobody: {rows['printed'].item()}"
"""


@pytest.fixture
def others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Paper]]:
    """Two more papers; both have a Fig. 1(b), as Tang et al. have, and one a Fig. 9."""
    keys = ["first2026", "second2026"]
    for key in keys:
        for part in ("figures", "claims"):
            (tmp_path / key / part).mkdir(parents=True)
        (tmp_path / key / "__init__.py").write_text(PAPER.format(key=key))
        (tmp_path / key / "figures" / "__init__.py").touch()
        (tmp_path / key / "figures" / "fig1b.py").write_text(FIGURE)
        (tmp_path / key / "claims" / "__init__.py").write_text(CLAIMS)
    (tmp_path / keys[0] / "figures" / "fig9.py").write_text(FIGURE)
    monkeypatch.setattr(papers, "__path__", [*papers.__path__, str(tmp_path)])
    monkeypatch.chdir(tmp_path)
    yield [papers.load(key) for key in keys]
    for name in [name for name in sys.modules if any(key in name for key in keys)]:
        del sys.modules[name]


def run(*words: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main(list(words))
    assert not ended.value.code


def test_no_two_results_share_their_files(others: list[Paper]) -> None:
    names = [result.name for result in results.everything()]
    assert len(set(names)) == len(names)
    assert {"fig1b", "first2026/fig1b", "second2026/claims"} <= set(names)


def test_a_result_stays_where_it_is_when_papers_are_added(request: pytest.FixtureRequest) -> None:
    alone = {(result.paper.key, result.name) for result in results.everything()}
    request.getfixturevalue("others")
    assert alone < {(result.paper.key, result.name) for result in results.everything()}


def test_a_figure_is_called_by_its_file_its_paper_or_a_stem_that_is_unique(
    others: list[Paper],
) -> None:
    (home,) = [paper for paper in papers.every() if not paper.place]
    assert results.find("fig1b").paper == home
    assert results.find(f"{home.key}/fig1b").paper == home
    assert results.find("second2026/fig1b").paper == others[1]
    assert results.find("fig9").name == "first2026/fig9"
    with pytest.raises(ValueError, match="did you mean `second2026/fig1b`"):
        results.find("second2026/fig1c")


def test_a_stem_of_several_papers_is_refused_with_their_names(
    others: list[Paper], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(papers, "every", lambda: others)
    names = "`first2026/fig1b` or `second2026/fig1b`"
    with pytest.raises(ValueError, match=f"several have it: {names}"):
        results.find("fig1b")


def test_commands_make_the_results_of_a_second_paper_in_its_own_folder(
    others: list[Paper], capsys: pytest.CaptureFixture[str]
) -> None:
    run("reproduce", "second2026/fig1b", "--out", "made")
    run("audit", "second2026", "--out", "made")
    printed = capsys.readouterr().out
    assert "second2026/fig1b: computed" in printed
    assert printed.endswith("claims of Nobody: 0.10\n")
    suffixes = ("csv", "png", "pdf", "json")
    expected = {*(f"fig1b.{suffix}" for suffix in suffixes), "claims.csv", "claims.json"}
    assert {path.name for path in Path("made/second2026").iterdir()} == expected
    assert list(pd.read_csv("made/agreement.csv")["figure"]) == ["second2026/fig1b"]
    run("reproduce", "second2026/fig1b", "--out", "made")
    assert "second2026/fig1b: current" in capsys.readouterr().out


def test_an_unknown_paper_is_answered_with_all() -> None:
    with pytest.raises(ValueError, match=r"Paper `tang` does not exist; there are .*tang2025"):
        papers.load("tang")


def test_a_laboratory_gives_numbers_for_all_that_may_be_set() -> None:
    for lab in (paper.laboratory for paper in papers.every() if paper.laboratory):
        point, drive = lab.operating_point({}), str(SYSTEMS[lab.system].model.drive)
        assert lab.columns.keys() <= point.keys()
        assert set(lab.columns.values()) <= lab.spelled.keys()
        # what sets the drive is read from the drive again, in round-off
        values = lab.read({**lab.example, lab.drive: point[lab.drive]})
        assert lab.drive_of(values[drive]) == pytest.approx(point[lab.drive], rel=1e-12)
