"""Frames around a classical amplitude: which are tried, and what is said where none holds."""

import numpy as np
import pytest
import sympy as sp
from oracles import kerr_correlation
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp
from sympy.physics.quantum.pauli import SigmaMinus

from numeric import steady_state
from numeric.frames.shift import shift
from numeric.lindblad.space import sides
from numeric.search.classical import amplitudes, another_beyond
from systems import Loss, Model
from systems.library import kerr

a, b, c = BosonOp("a"), BosonOp("b"), BosonOp("c")
Delta = sp.Symbol("Delta", real=True)
g, F, kappa = sp.symbols("g F kappa", positive=True)
ENERGIES = sum(Delta * Dagger(x) * x for x in (a, b, c))
PAIRS = g * (Dagger(a) * b * c + Dagger(c) * Dagger(b) * a) + F * (a + Dagger(a))
OSCILLATOR = Model("oscillator", ENERGIES + PAIRS, tuple(Loss(kappa, x) for x in (a, b, c)))
VALUES = {"Delta": 0.1, "g": 0.5, "kappa": 1.0}
THRESHOLD = (0.5**2 + 0.1**2) / 0.5  # |kappa/2 + i Delta|^2/g, of F, by the classical equations


def frames(drive):
    """The amplitudes from which the oscillator is looked at, (3, modes)."""
    point = {name: np.array([x]) for name, x in {**VALUES, "F": drive}.items()}
    return np.array(amplitudes(OSCILLATOR, point))[:, 0]


def test_pairs_are_looked_at_from_the_pump_below_their_threshold_only():
    """Above it the pump's root is unstable and the phase of the pairs drifts freely: no frame.

    The difference of the phases of b and c is a symmetry (K. J. McNeil and C. W. Gardiner, Phys.
    Rev. A 28, 1560 (1983)): their density matrix is a ring, not a spot around an amplitude.
    """
    pump = -1j * 0.98 * THRESHOLD / (0.5 + 0.1j)
    assert frames(0.98 * THRESHOLD)[0] == pytest.approx(np.array([pump, 0, 0]), abs=1e-9)
    assert np.isnan(frames(1.02 * THRESHOLD)).all()


def test_a_bistable_mode_is_looked_at_from_both_its_stable_branches():
    """The roots of the cubic of Drummond and Walls, without the one in between, which is left."""
    values = {"Delta": -6.31, "chi": 0.0707, "gamma": 1.0, "xi": 10.85}
    point = {name: np.array([x]) for name, x in values.items()}
    bright, _, faint = np.abs(np.array(amplitudes(kerr.MODEL, point))[:, 0, 0]) ** 2
    x = np.roots([(2 * 0.0707) ** 2, 4 * 0.0707 * -6.31, 6.31**2 + 0.25, -(10.85**2)])
    assert [faint, bright] == pytest.approx(sorted(x.real)[::2], rel=1e-6)


@pytest.mark.parametrize("frame", ["displaced", "squeezed"])
def test_light_on_two_branches_is_no_number_of_the_frame_around_one(frame):
    """Around the bright branch all settles to 1e-13: n = 116.9, where it is 5.6."""
    bistable = {"Delta": -4.0, "chi": 0.02, "gamma": 1.0, "xi": 9.0}
    assert 5 < kerr_correlation(1, **bistable) < 6
    state = steady_state(kerr.MODEL, bistable, frame=frame)
    assert state.status == "not converged"
    assert np.isnan([state.number("a"), state.correlation("a")]).all()


@pytest.mark.slow
def test_bistable_light_of_hundreds_of_quanta_is_right_or_no_number():
    bistable = {"Delta": -20.0, "chi": 0.05, "gamma": 1.0, "xi": 40.0}  # 4 quanta, or 226
    state = steady_state(kerr.MODEL, bistable)
    for order, (number, status) in enumerate(
        [
            (state.number("a"), state.number_status("a")),
            (state.correlation("a"), state.correlation_status("a")),
        ],
        start=1,
    ):
        exact = kerr_correlation(order, **bistable)
        assert status != "ok" or abs(number / exact - 1) < 1e-6  # as is promised of bistable modes


def test_where_no_frame_holds_state_certificate_numbers_and_advice_agree():
    values = {**VALUES, "F": 2 * THRESHOLD}
    state = steady_state(OSCILLATOR, values, order=2, frame="displaced")
    words = {state.status, state.certificate.status, *map(state.number_status, (a, b, c))}
    assert words == {"not converged"}
    assert "leave out `frame`" in state.advice


def test_a_frame_that_ended_before_it_settled_is_no_state_that_is_ok():
    """2,100 quanta around their amplitude take more than the ten states that are allowed."""
    values = {"Delta": 0.0, "chi": 1e-4, "gamma": 1.0, "xi": 30.0}
    state = steady_state(kerr.MODEL, values, frame="displaced", limit=10)
    assert state.status == state.certificate.status == state.number_status("a") == "not converged"
    assert "n(a)" in state.advice
    again = steady_state(kerr.MODEL, values, frame="displaced")  # as the advice says
    assert again.status == "ok"
    assert again.advice == ""


@pytest.mark.slow
@pytest.mark.parametrize("frame", ["squeezed", "displaced"])
def test_what_settles_around_one_of_two_branches_is_never_called_the_whole(frame):
    """Light of 53.9 quanta there is metastable, and the mode is empty for an eighth of the time."""
    values = {"Delta": -6.31, "chi": 0.0707, "gamma": 1.0, "xi": 10.0}
    right = kerr_correlation(1, **values)
    (root,) = abs(amplitudes(kerr.MODEL, {n: np.array([x]) for n, x in values.items()})[0][0]) ** 2
    assert right < 0.9 * root  # the exact number is that of both branches
    state = steady_state(kerr.MODEL, values, order=2, frame=frame)
    assert state.number_status("a") == state.correlation_status("a") == "not converged"
    assert "tolerance" not in state.advice  # no other one knows more


def test_light_on_two_branches_beside_an_atom_is_no_number_of_the_frame_around_one():
    """The atom takes 1e-7 of the light; around the faint branch all settles: n = 3.46, for 54.7."""
    a, s, D, U = BosonOp("a"), SigmaMinus("s"), *sp.symbols("D U", real=True)
    far = 40 * Dagger(s) * s + g * (Dagger(a) * s + Dagger(s) * a)
    mode = D * Dagger(a) * a + U * Dagger(a) ** 2 * a**2 + F * (a + Dagger(a))
    model = Model("mode and atom", mode + far, (Loss(kappa, a), Loss(kappa, s)), F)
    values = {"D": -6.31, "U": 0.0707, "F": 10.85, "g": 0.02, "kappa": 1.0}
    arrays = {name: np.array([x]) for name, x in values.items()}
    faint = amplitudes(model, arrays)[2]
    assert abs(faint[0, 0]) ** 2 == pytest.approx(3.46, rel=1e-2)
    around = shift(model, (True, False)).model
    beyond = [another_beyond(model, arrays, faint, sides(around.modes, n)) for n in (15, 150)]
    assert [bool(one[0]) for one in beyond] == [True, False]
