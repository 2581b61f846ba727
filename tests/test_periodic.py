"""Drives that repeat themselves: two tones, trains of pulses."""

import numpy as np
import pytest
import sympy as sp
from sympy.physics.quantum import Dagger

from numeric import periodic_state, steady_state
from systems import Loss, Model
from systems.library import kerr

F, U, gamma, a = sp.Symbol("F"), sp.Symbol("U", real=True), kerr.gamma, kerr.a
TONES = Model(
    name="Kerr mode under two tones",
    hamiltonian=U * Dagger(a) ** 2 * a**2 + F * Dagger(a) + sp.conjugate(F) * a,
    losses=(Loss(gamma, a),),
    drive=F,
)
BEAT = 2 * np.pi / 21


def two_tones(strength, ratio, beat=BEAT):
    return lambda t: strength * (1 + ratio * np.exp(-1j * beat * t))


@pytest.mark.parametrize("ratio", [1.22025 * np.exp(2.57938j), 1.10305 * np.exp(2.62018j)])
def test_the_ratios_of_li_and_others_block_the_second_photon_once_a_period(ratio):
    # Phys. Rev. Lett. 129, 043601 (2022), U = 0.01, as the notebook of ZhiGuangLu/qcs quotes them
    def blocked(strength, x):
        values = {"U": 0.01, "gamma": 1.0, "F": two_tones(strength, x)}
        return periodic_state(TONES, values, 21.0, [0.0], quanta=4).correlation("a")[0]

    best = blocked(1e-3, ratio)
    assert best < 1e-4
    # next to the optimum it is far larger: of the six digits printed the last ones decide
    assert blocked(1e-3, ratio * 1.01) > 100 * best
    # what is left is fed by jumps: of the second order in the drive, up to the digits printed
    assert blocked(3e-3, ratio) > 3 * best


def test_two_tones_without_nonlinearity_are_coherent_and_beat():
    values = {"U": 0.0, "gamma": 1.0, "F": two_tones(0.05, 0.5, beat=2.0)}
    times = np.array([0.0, 0.7, 2.9])
    state = periodic_state(TONES, values, np.pi, times, quanta=6)
    exact = 0.05 * (1 / 0.5j + 0.5 * np.exp(-2j * times) / (2 + 0.5j))
    np.testing.assert_allclose(state.amplitude("a"), exact, rtol=1e-8, atol=0)  # the cut: 0.02^6/6!
    np.testing.assert_allclose(state.correlation("a"), 1, rtol=1e-8, atol=0)


def test_a_drive_that_does_not_move_gives_the_steady_state():
    values = {"Delta": 0.3, "chi": 0.7, "gamma": 1.0, "xi": 0.05}
    state = periodic_state(kerr.MODEL, {**values, "xi": lambda t: 0.05}, 2.0, [0.0, 1.0], quanta=4)
    steady = steady_state(kerr.MODEL, values, quanta=4)
    np.testing.assert_allclose(state.correlation("a"), steady.correlation("a"), rtol=1e-8, atol=0)


def test_a_train_of_short_pulses_adds_up():
    # <a> just after a pulse of area A: -i A/(1 - exp(-T/2)), for pulses short against all else
    def train(t):
        return 0.02 * ((t % 3.0) < 0.01) / 0.01

    values = {"Delta": 0.0, "chi": 0.0, "gamma": 1.0, "xi": train}
    state = periodic_state(kerr.MODEL, values, 3.0, [0.5, 2.0], quanta=4)
    exact = 0.02 / (1 - np.exp(-1.5)) * np.exp(-0.25)
    assert abs(state.amplitude("a")[0]) == pytest.approx(exact, rel=5e-3)  # half of 0.01
    ratio = state.number("a")[1] / state.number("a")[0]
    assert ratio == pytest.approx(np.exp(-1.5), rel=1e-8)


@pytest.mark.slow
def test_a_batch_settles_point_by_point():
    values = {"U": [0.0, 0.5], "gamma": 1.0, "F": two_tones(0.05, 0.5, beat=2.0)}
    state = periodic_state(TONES, values, np.pi, [0.0, 1.0], quanta=2)
    assert state.shape == (2, 2)
    one = periodic_state(TONES, {**values, "U": 0.5}, np.pi, [0.0, 1.0], quanta=2)
    np.testing.assert_allclose(
        state.correlation("a")[:, 1], one.correlation("a"), rtol=1e-9, atol=0
    )


@pytest.mark.parametrize(
    ("period", "times", "match"),
    [
        (1.0, [0.0], "must be one of value `F`"),
        (-1.0, [0.0], "must be positive"),
        (21.0, [0.0, 30.0], "must rise and lie within one period"),
    ],
)
def test_bad_input_gets_one_clear_sentence(period, times, match):
    values = {"U": 0.01, "gamma": 1.0, "F": two_tones(1e-3, 1.0)}
    with pytest.raises(ValueError, match=match):
        periodic_state(TONES, values, period, times)
