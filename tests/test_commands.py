"""What commands answer: files by their suffix, some of the points, silence where it is wanted."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest

from compare import solve
from compare.cli import main
from compare.files.provenance import ROOT
from systems.library import kerr

Run = Callable[..., tuple[int, str, str]]
POINT = "--set chi=5 --set gamma=1 --set xi=0.1 --quanta 3"
THERMAL = """
from sympy import symbols
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp
from systems import Loss, Model
a, (F, n) = BosonOp("a"), symbols("F n", positive=True)
bath = Model("bath", F * (a + Dagger(a)), (Loss(1 + n, a), Loss(n, Dagger(a))), drive=F)
"""


@pytest.fixture
def run(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Run]:
    """Run a command in an empty folder; returns exit code, standard output and error."""
    monkeypatch.chdir(tmp_path)
    Path("bath.py").write_text(THERMAL)
    before = signal.getsignal(signal.SIGTERM)

    def command(words: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(words.split())
        return int(ended.value.code or 0), *capsys.readouterr()

    yield command
    signal.signal(signal.SIGTERM, before)


def written() -> set[str]:
    return {path.name for path in Path().iterdir()} - {"bath.py", "__pycache__"}


def test_a_budget_of_several_points_is_a_table_of_them(run: Run) -> None:
    code, said, _ = run("budget kerr --set Delta=0 --set chi=5 --set gamma=1 --vary xi=0.05,0.1")
    lines = said.splitlines()
    assert code == 0
    assert lines[0].split()[:2] == ["xi", "quantity"]
    drives = [float(line.split()[0]) for line in lines[1:5]]
    assert sorted(drives) == [0.05, 0.05, 0.1, 0.1]


@pytest.mark.parametrize(
    ("out", "names"),
    [
        ("x.png", {"x.png", "x.json"}),
        ("x.csv", {"x.csv", "x.png", "x.pdf", "x.json"}),
        ("x.pdf", {"x.pdf", "x.json"}),
        ("x.html", {"x.html", "x.json"}),
    ],
)
def test_the_suffix_says_what_is_written_and_each_file_is_named(
    run: Run, out: str, names: set[str]
) -> None:
    code, said, error = run(f"solve kerr {POINT} --vary Delta=0,1,2 --out {out}")
    assert (code, error) == (0, "")
    assert written() == names
    assert {line.removeprefix("wrote ") for line in said.splitlines() if "wrote" in line} == names


def test_a_picture_of_a_single_point_is_refused_and_nothing_is_left(run: Run) -> None:
    code, said, error = run(f"compare kerr {POINT} --set Delta=0 --out x.png")
    assert (code, said) == (2, "")
    assert "a picture has one or two values that vary" in error
    assert not written()


def test_thermal_light_is_solved_with_its_exact_numbers(run: Run) -> None:
    # R. J. Glauber, Phys. Rev. 131, 2766 (1963): <n> of the bath, and g2 = 2
    code, said, _ = run("solve bath.py:bath --set F=1e-9 --set n=0.2 --out x.csv")
    assert code == 0
    table = pd.read_csv("x.csv").set_index("quantity")
    # up to the tolerance of the truncation
    assert table.loc["number", "numeric"] == pytest.approx(0.2, rel=1e-7)
    assert table.loc["g2", "numeric"] == pytest.approx(2, rel=1e-7)
    assert "ok" in said


def test_compare_fills_the_numeric_column_and_says_why_the_other_is_empty(run: Run) -> None:
    code, said, _ = run("compare bath.py:bath --set F=1e-9 --set n=0.2 --out x.csv")
    assert code == 0
    table = pd.read_csv("x.csv")
    assert table["analytic"].isna().all()
    assert table["numeric"].notna().all()
    assert set(table["status"]) == {"no formula"}
    assert "No closed form of number, g2: " in said


@pytest.mark.parametrize("words", ["-q solve", "solve --quiet"])
def test_a_quiet_command_prints_nothing_and_writes_its_files(run: Run, words: str) -> None:
    before, _, after = words.partition("solve")
    done = run(f"{before} solve kerr {POINT} --set Delta=0 {after} --out x.csv")
    assert done == (0, "", "")
    assert written() == {"x.csv", "x.json"}
    assert "number" in run(f"solve kerr {POINT} --set Delta=0")[1]  # the next one speaks


def test_many_points_are_shown_by_some_of_them(run: Run) -> None:
    code, said, _ = run(f"solve kerr {POINT} --vary Delta=-4:4:81")
    assert code == 0
    assert "9 of 81 points of each quantity are shown." in said
    assert len(said.splitlines()) < 25


def test_a_table_of_the_master_equation_is_that_of_its_states() -> None:
    table = solve(kerr.MODEL, {**kerr.VALUES, "xi": [0.0, 0.1]}, "g2", quanta=4)
    assert table["status"].tolist() == ["undefined", "ok"]
    assert table["numeric"].isna().tolist() == [True, False]


@pytest.mark.slow
def test_a_shell_completes_commands_and_systems() -> None:
    def complete(line: str) -> set[str]:
        words = line.split(" ")
        told = {"_BLOCKADE_COMPLETE": "complete_bash", "COMP_WORDS": line,
                "COMP_CWORD": str(len(words) - 1)}  # fmt: skip
        code = "from compare.cli import main; main()"
        done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env={**os.environ, **told},
                              capture_output=True, text=True)  # fmt: skip
        return set(done.stdout.split())

    assert {"compare", "check", "claims"} == {
        w for w in complete("blockade c") if w.startswith("c")
    }
    assert {"kerr", "kerr_dimer", "kerr_ring"} == complete("blockade compare kerr")
