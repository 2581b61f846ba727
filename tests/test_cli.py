"""The command line: what it writes, and one sentence with exit code 2 for what is wrong."""

import json
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from compare.cli import main
from compare.cli.app import app
from compare.files.provenance import ROOT
from compare.papers.tang2025.figures import fig3b, fig3d

Run = Callable[..., tuple[int, str, str]]
PLACE = ["--set", "r=0.35", "--set", "phi=0.27", "--quanta", "4"]


@pytest.fixture
def run(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Run]:
    """Run a command in an empty folder; returns exit code, standard output and error."""
    monkeypatch.chdir(tmp_path)
    before = signal.getsignal(signal.SIGTERM)

    def command(*words: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(list(words))
        code = ended.value.code
        return int(code or 0), *capsys.readouterr()

    yield command
    signal.signal(signal.SIGTERM, before)


def test_help_of_every_command_shows_an_example(run: Run) -> None:
    for name in (command.callback.__name__ for command in app.registered_commands):
        code, out, _ = run(name, "--help")
        assert code == 0
        assert f"Example: blockade {name}" in out


@pytest.mark.slow
def test_package_runs_as_a_module() -> None:
    words = [sys.executable, "-m", "compare", "--help"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True)
    assert "reproduce" in done.stdout


def test_systems_lists_the_nanotip_with_its_values(run: Run) -> None:
    code, out, _ = run("systems")
    assert code == 0
    assert "nanotip" in out
    assert "r, phi, power, Delta, J, chi, gamma, xi" in out


def test_derive_prints_eq_6_in_the_abbreviations_of_the_paper(run: Run) -> None:
    code, out, _ = run("derive", "nanotip", "--abbreviate")
    assert code == 0
    assert "P_10 = 4*xi**2*Abs(Delta_1)**2/Abs(eta_1)**2" in out
    assert "P_01 = 16*xi**2*Abs(J)**2/Abs(eta_1)**2" in out


def test_derive_prints_one_latex_environment(run: Run) -> None:
    code, out, _ = run("derive", "nanotip", "--latex")
    assert code == 0
    assert out.startswith(r"\begin{align*}")
    assert out.strip().endswith(r"\end{align*}")


def test_compare_writes_a_tidy_table_with_a_sidecar(run: Run) -> None:
    vary = ["--vary", "phi=0.21:0.33:3", "--vary", "power=0.001,0.1"]
    words = ["--set", "r=0.35", *vary, "--quantities", "g2,P10,P01", "--quanta", "4"]
    code, out, err = run("compare", "nanotip", *words, "--out", "made/phi.csv")
    assert (code, err) == (0, "")
    table = pd.read_csv("made/phi.csv")
    assert list(table.columns[:3]) == ["phi_um", "power_fW", "quantity"]
    assert len(table) == 3 * 2 * 3
    sidecar = json.loads(Path("made/phi.json").read_text())
    assert sidecar["command"].startswith("blockade compare nanotip --set r=0.35 --vary phi=")
    assert sidecar["numeric"]["quanta"] == [4, 4]
    assert "P10" in out
    again = shlex.split(sidecar["command"])[1:]
    assert run(*again, "--out", "again.csv")[0] == 0
    assert Path("again.csv").read_bytes() == Path("made/phi.csv").read_bytes()


def test_compare_works_on_a_model_in_a_file(run: Run) -> None:
    Path("mine.py").write_text(
        "from systems.library.nanotip import MODEL\n"
        "from dataclasses import replace\n"
        "mine = replace(MODEL, name='mine')\n"
    )
    values = ["J=0.5j", "Delta=0", "chi=5", "gamma=1"]
    words = [word for value in values for word in ("--set", value)]
    code, out, _ = run(
        "compare", "mine.py:mine", *words, "--vary", "xi=0.01:0.1:3:log", "--quanta", "4"
    )
    assert code == 0
    assert "xi = 0.1" in out


def test_compare_and_solve_say_which_mode_is_meant(run: Run) -> None:
    for name in ("compare", "solve"):
        assert "number is number_a1, g2 is g2_a1." in run(name, "nanotip", *PLACE)[1]
        values = ["--set", "Delta=0", "--set", "chi=5", "--set", "gamma=1", "--set", "xi=0.1"]
        assert " is g2" not in run(name, "kerr", *values)[1]  # it has one mode


def test_what_compare_and_solve_advise_can_be_typed(run: Run) -> None:
    values = ["--set", "Delta=0", "--set", "chi=0.5", "--set", "gamma=1", "--set", "xi=1"]
    for name in ("compare", "solve"):
        few = run(name, "kerr", *values, "--quantities", "g2", "--quanta", "3")[1]
        assert "not converged" in few
        (option, more) = re.findall(r"give more \(`(--quanta) (\d+)`\)", few)[0]
        enough = run(name, "kerr", *values, "--quantities", "g2", option, more)[1]
        assert "not converged" not in enough.lower()


def test_sidecar_tells_an_edited_model_from_the_one_before(run: Run) -> None:
    sums = []
    for text in (
        "from systems.library.kerr import MODEL",
        "from systems.library.kerr import MODEL  # edited",
    ):
        Path("mine.py").write_text(text)
        words = [word for value in ("Delta=0", "chi=1", "gamma=1") for word in ("--set", value)]
        run("compare", "mine.py:MODEL", *words, "--vary", "xi=0.1,0.2", "--out", "mine.csv")
        sums.append(json.loads(Path("mine.json").read_text())["system_sha256"])
    assert len(set(sums)) == 2


def test_compare_overwrites_its_own_table_and_nothing_else(run: Run) -> None:
    words = ["compare", "nanotip", *PLACE, "--out", "phi.csv"]
    assert run(*words)[0] == 0
    assert run(*words)[0] == 0
    Path("phi.csv").write_text("mine")
    code, _, err = run(*words)
    assert code == 2
    assert "--force" in err
    assert Path("phi.csv").read_text() == "mine"
    assert run(*words, "--force")[0] == 0


@pytest.mark.slow
def test_reproduce_makes_what_is_missing_and_keeps_what_was_edited(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fig3b, "R_UM", np.linspace(0, 0.7, 21))
    monkeypatch.setattr(fig3b, "PHI_UM", np.linspace(0, 1.1, 21))
    words = ["reproduce", "fig3b", "--out", "made"]
    code, out, err = run(*words)
    assert (code, err) == (0, "")
    assert "fig3b: computed" in out
    files = {path.name for path in Path("made").iterdir()}
    assert files == {f"fig3b.{suffix}" for suffix in ("csv", "png", "pdf", "json")}

    assert "fig3b: current" in run(*words)[1]
    assert "fig3b: computed" in run(*words, "--fresh")[1]
    Path("made/fig3b.png").unlink()
    assert "fig3b: computed" in run(*words)[1]

    Path("made/fig3b.csv").write_text("mine")
    assert run(*words)[0] == 2
    assert run(*words, "--fresh")[0] == 2
    assert Path("made/fig3b.csv").read_text() == "mine"
    assert "fig3b: computed" in run(*words, "--force")[1]


@pytest.mark.slow
def test_second_reproduction_writes_nothing(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fig3d, "R_UM", np.array([0.3, 0.35]))
    words = ["reproduce", "fig3d", "--out", "made"]
    assert "fig3d: computed" in run(*words)[1]
    written = {path: path.stat().st_mtime_ns for path in Path("made").iterdir()}
    assert {path.stem for path in written} == {"fig3d", "agreement"}
    assert "fig3d: current" in run(*words)[1]
    assert {path: path.stat().st_mtime_ns for path in Path("made").iterdir()} == written


@pytest.mark.parametrize(
    "words",
    [
        "kerr --set Delta=0 --set chi=1 --set gamma=1 --set xi=0 --quantities g2",
        "nanotip --set r=0.35 --set phi=0.27 --set power=0",
    ],
)
def test_summary_says_what_a_point_without_deviation_lacks(run: Run, words: str) -> None:
    code, out, err = run("compare", *words.split())
    assert (code, err) == (0, "")
    assert "1 undefined" in out
    assert "nan" not in out


CASES = [
    ("compare nanotip --set r=0.35", "needs a value for phi"),
    ("compare nanotip --set r=0.35 --set phi=nan", "Value `phi` must be finite"),
    ("compare nanotip --set r=0.35 --vary phy=0:1:3", "did you mean `phi`?"),
    ("compare nanotip --set r=0.35 --set phi=0.2 --set gama=1", "did you mean `gamma`?"),
    ("compare nanotip --set J=0 --set gamma=-1", "Rate `gamma`"),
    (
        "compare nanotip --set J=1 --set gamma=1 --set chi=1",
        "`gamma` must be in rad/s beside the device's xi",
    ),
    ("validity nanotip --set J=1 --set gamma=1 --set xi=1", "`gamma` must be in rad/s beside"),
    ("compare nanotip --set r=-1 --set phi=0", "Value `r` must not be negative (um), but is -1"),
    ("compare nanotip --set r=0.35 --set phi=0 --quanta 1", "`quanta` must be at least 2 for g2"),
    ("compare nanotip --set r=0.35 --set phi=0 --quantities g2_b", "modes a1, a2"),
    ("compare nanotip --set r=0.35 --set phi=0 --solver fast", "Argument `solver`"),
    (
        "compare nanotip --set r=0.35 --set phi=0 --out file/x.csv",
        "Folder `file` of `--out` must be one",
    ),
    ("compare nanotip --set r=0.35 --set phi=0 --out file", "FILE.csv"),
    ("compare nanotop --set r=0.35", "did you mean `nanotip`?"),
    ("compare skew.py:skew --set k=1", "must be Hermitian"),
    ("compare nothing.py:model", "does not exist"),
    ("derive nanotip --quanta 0", "Argument `quanta`"),
    ("derive nanotop", "did you mean `nanotip`?"),
    ("reproduce elsewhere", "there are fig"),
    ("reproduce FIG3C", "did you mean `fig3c`?"),
    ("reproduce fig3", "did you mean `fig3"),
    ("compare nanotip --set r=0.35 --set phi=0.2 --quantities g99", "the mode a1 is g10"),
    ("compare nanotip --set r=0.35 --vary phi=0.1:0.5:1000000000", "`--vary phi` must make at"),
    ("compare nanotip --set r=0.35 --set phi=0.2 --quanta x", "but is `x`"),
    ("compare nanotip --foo", "No such option: --foo"),
    ("compare kerr --set Delta=0 --set chi=1 --set gamma=1", "(`--set`, `--vary`) must hold a"),
    ("compare kerr --set delta=0", "did you mean `Delta`?"),
    ("compare kerr --set Delta=1j --set chi=1 --set gamma=1 --set xi=1", "real, but is 0+1j"),
    ("validity kerr --order -1", "--order"),
    ("optimum kerr --over foo", "`--over` must not hold `foo`"),
    ("compare kerr --out .", ".pdf or .html, but is empty, or the folder `.`"),
    ("reproduce fig3b --out file", "Folder `file` of `--out` must be one"),
    ("compare nanotip --set r=350 --set phi=270", "but is 350; its unit is um"),
    ("compare nanotip --set r=0.35e-6 --set phi=0.27e-6", "but is 3.5e-07; its unit is um"),
    ("compare nanotip --set r=0.35 --vary phi=100:500:5", "but is 500; its unit is um"),
    ("compare nanotip --set r=0.35 --set phi=0 --set power=4e-15", "its unit is fW"),
]
SKEW = """
from sympy import symbols
from sympy.physics.quantum.boson import BosonOp
from systems import Loss, Model
k = symbols("k", real=True)
skew = Model("skew", k * BosonOp("a"), (Loss(1, BosonOp("a")),), k)
"""


@pytest.mark.parametrize(("words", "sentence"), CASES, ids=[words for words, _ in CASES])
def test_wrong_input_ends_with_one_sentence_and_no_file(
    run: Run, words: str, sentence: str
) -> None:
    Path("file").touch()
    Path("skew.py").write_text(SKEW)
    code, out, err = run(*words.split())
    assert (code, out) == (2, "")
    assert sentence in err
    assert err.count("\n") == 1
    assert {path.name for path in Path().iterdir()} - {"__pycache__"} == {"file", "skew.py"}


def test_interrupted_command_says_so(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(sys.modules["compare.agreement"], "agreement", interrupt)
    code, out, err = run("compare", "nanotip", *PLACE)
    assert (code, out) == (130, "")
    assert err == "blockade: interrupted, nothing half-written is left\n"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
@pytest.mark.parametrize(("name", "code"), [("SIGTERM", 143), ("SIGINT", 130)])
def test_signal_ends_a_reproduction_with_its_code_and_whole_sets(
    tmp_path: Path, name: str, code: int
) -> None:
    words = [sys.executable, "-m", "compare", "reproduce", "fig3a", "fig3b", "--out", str(tmp_path)]
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    # a suite in the background of a shell ignores SIGINT, and so would its children
    pipes["preexec_fn"] = partial(signal.signal, getattr(signal, name), signal.SIG_DFL)
    with subprocess.Popen(words, cwd=ROOT, text=True, **pipes) as done:
        assert done.stdout is not None
        done.stdout.readline()  # the first figure is there, the second on its way
        done.send_signal(getattr(signal, name))
        _, errors = done.communicate(timeout=30)
    assert done.returncode == code
    assert "nothing half-written is left" in errors
    left = {path.name for path in tmp_path.iterdir()}
    whole = {f"fig3a.{suffix}" for suffix in ("csv", "png", "pdf", "json")}
    assert left in (whole, whole | {name.replace("a.", "b.") for name in whole})
