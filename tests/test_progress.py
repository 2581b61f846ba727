"""Bars: whoever waits is told what for, and nothing is left behind."""

import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sympy as sp

import analytic
import numeric
from compare.cli.loading import loads
from numeric.solvers import threads
from numeric.solvers.choice import solve_points
from numeric.time.course import read_course
from numeric.time.evolution import follow
from numeric.time.initial import read_start
from systems import Loss, Model, progress
from systems.library import kerr, kerr_dimer, kerr_ring
from systems.progress import bar, busy, counted, hushable, hushed, remark
from systems.values import read_values

LEAKS = (
    Loss(sp.Symbol("kappa", positive=True), kerr_dimer.a),
    Loss(kerr_dimer.gamma, kerr_dimer.b),
)


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[[], str]:
    """What a stderr that is watched has been shown, with waits a hundred times as short."""
    monkeypatch.setattr(progress, "is_watched", lambda: True)
    monkeypatch.setattr(progress, "WAIT", 0.01)
    monkeypatch.setattr(progress, "PAUSE", 0.0)
    return lambda: capsys.readouterr().err


def test_what_has_no_points_to_count_is_said_on_the_bar_that_is_open(
    seen: Callable[[], str],
) -> None:
    with bar() as report:
        with remark("compiling"):
            time.sleep(0.1)
        report("6 quanta", 3, 10)
    shown = [line.strip() for line in seen().split("\r")]
    assert any(line.startswith("compiling: 00:0") for line in shown)  # and its clock
    assert any(line.startswith("6 quanta:  30%") for line in shown)
    assert shown[-2:] == ["", ""]  # wiped out


def test_what_is_reported_once_is_shown_when_it_lasts(seen: Callable[[], str]) -> None:
    with bar() as report:
        report("10 quanta", 0, 1)  # too early to be drawn; nothing else is reported
        time.sleep(0.1)
    shown = [line.strip() for line in seen().split("\r")]
    assert any(line.startswith("10 quanta:   0%") for line in shown)
    assert shown[-2:] == ["", ""]


def test_a_command_says_that_libraries_are_loading(
    seen: Callable[[], str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "slowly_loaded.py").write_text("import time\n\ntime.sleep(0.2)\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert loads("slowly_loaded")(lambda points: points)(3) == 3
    shown = [line.strip() for line in seen().split("\r")]
    assert any(line.startswith("loading libraries: 00:0") for line in shown)
    assert shown[-1] == ""


def test_what_is_over_soon_is_not_said(
    seen: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "WAIT", 60.0)
    with bar(), remark("compiling"):
        pass
    assert not seen()


def test_without_a_bar_nothing_is_said(seen: Callable[[], str]) -> None:
    with bar(shown=False), remark("compiling"):
        time.sleep(0.05)
    assert not seen()


def test_within_silence_nothing_is_said(seen: Callable[[], str]) -> None:
    with hushed(), bar() as report, busy("deriving"), remark("compiling"):
        report("6 quanta", 3, 10)
        time.sleep(0.1)
    assert not seen()


def test_a_function_that_is_called_without_progress_is_silent_in_all_its_parts(
    seen: Callable[[], str],
) -> None:
    @hushable
    def derived(*, progress: bool = True) -> None:
        with busy("deriving"):
            time.sleep(0.05)

    derived(progress=False)
    assert not seen()
    derived()
    assert "deriving: 00:0" in seen()


def test_a_function_is_named_where_nothing_inside_it_draws_a_bar(seen: Callable[[], str]) -> None:
    @hushable
    def critical_drive(*, progress: bool = True) -> None:
        time.sleep(0.1)  # what says nothing
        with bar() as report:
            report("6 quanta", 0, 1)
            time.sleep(0.1)
        with busy("deriving"):
            time.sleep(0.1)
        time.sleep(0.1)

    critical_drive()
    lines = [line.partition(":")[0].strip() for line in seen().split("\r")]
    said = [line for line, _ in groupby(filter(None, lines))]
    assert said[:3] == ["critical drive", "6 quanta", "critical drive"]
    assert said[-2:] == ["deriving", "critical drive"]
    critical_drive(progress=False)
    assert not seen()


def test_one_thing_is_not_counted(seen: Callable[[], str]) -> None:
    for _ in counted([1], "points"):
        time.sleep(0.1)
    assert not seen()


def test_closed_forms_say_that_they_are_being_derived(seen: Callable[[], str]) -> None:
    closed = analytic.derive(kerr_ring.MODEL, 3)
    closed.correlation("a1", 3)
    assert "amplitudes: 00:0" in seen()


def test_trajectories_say_that_they_run(seen: Callable[[], str]) -> None:
    known: dict[str, Any] = {"quanta": 3, "count": 5, "duration": 300.0, "seed": 1}
    silently = numeric.trajectories(kerr.MODEL, kerr.VALUES, progress=False, **known)
    assert not seen()
    aloud = numeric.trajectories(kerr.MODEL, kerr.VALUES, **known)
    assert np.array_equal(aloud.populations, silently.populations)
    assert "5 trajectories: 00:0" in seen()


def test_the_bar_of_a_batch_that_is_swept_moves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "PAUSE", 1e-4)  # between two reports
    points, told = 20_000, list[int]()
    values = kerr_ring.VALUES | {"Delta": np.linspace(-1, 1, points)}
    arrays = read_values(kerr_ring.MODEL, values)
    solve_points(
        kerr_ring.MODEL,
        arrays,
        np.arange(points),
        2,
        "auto",
        lambda _, done, total: told.append(done),
    )
    assert told == sorted(told)
    assert any(0 < done < points for done in told)


@pytest.mark.parametrize("loss", [1.0, 1e4])  # an integrator, and steps that see no stiffness
def test_an_evolution_says_how_far_it_is_before_a_point_is_done(loss: float) -> None:
    model = Model("leaky dimer", kerr_dimer.MODEL.hamiltonian, LEAKS, kerr_dimer.F)
    values = {"Delta": 0.3, "U": 1.0, "J": 3.0, "F": 0.1, "kappa": loss, "gamma": 1.0}
    times, heard = np.linspace(0, 1, 6), list[int]()
    course = read_course(model, values)
    known = course, course.at(times), times, read_start(model, None), 5
    follow(*known, report=lambda _, done, total: heard.append(done))
    assert heard == sorted(heard)  # never back
    assert heard[0] == 0
    assert heard[-1] == len(times)
    assert len(set(heard)) > 3


def test_a_series_in_symbols_says_how_far_it_is(
    seen: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "WAIT", 0.0)
    series = analytic.expand(kerr_dimer.MODEL, corrections=1).number("a")
    silently, aloud = series.closed_form(progress=False), seen()
    assert not aloud
    assert series.closed_form() == silently
    assert "moments in symbols" in seen()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such terminals")
def test_a_terminal_that_does_not_say_how_large_it_is_sees_the_bar() -> None:
    import pty

    code = "import time\nfrom systems.progress import bar\nwith bar() as r: r('6 quanta', 1, 2); "
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(sys.executable, [sys.executable, "-c", f"{code}time.sleep(1.6)"])
    shown = b""
    with suppress(OSError):  # at its end
        while part := os.read(terminal, 4096):
            shown += part
    assert os.waitpid(pid, 0)[1] == 0
    assert b"6 quanta:  50%" in shown
