"""Weak pulses and tones: closed forms, the master equation, published ratios."""

import numpy as np
import pytest
import sympy as sp
from sympy.physics.quantum import Dagger

from analytic import derive, tone_amplitude, weak_pulse
from analytic.time.tones import time
from numeric import evolve, periodic_state
from systems import Loss, Model
from systems.library import kerr, kerr_dimer, parametric_kerr

U, F = sp.Symbol("U", real=True), sp.Symbol("F", positive=True)
TONES = Model(
    name="Kerr mode, laser on resonance",
    hamiltonian=U * Dagger(kerr.a) ** 2 * kerr.a**2 + F * (Dagger(kerr.a) + kerr.a),
    losses=(Loss(kerr.gamma, kerr.a),),
    drive=F,
)
CLOSED = derive(kerr.MODEL)
DIMER = {"Delta": 0.3, "U": 0.2, "J": 1.5, "gamma": 1.0, "F": 1e-4}


def gaussian(t):
    return np.exp(-((t - 4) ** 2))


def test_the_master_equation_agrees_at_weak_drive():
    closed, times = derive(kerr_dimer.MODEL), [0.0, 3.0, 4.5, 8.0]
    formula = weak_pulse(closed, gaussian, DIMER, times)
    exact = evolve(kerr_dimer.MODEL, {**DIMER, "F": lambda t: 1e-4 * gaussian(t)}, times, quanta=3)
    for mode in "ab":
        # relative corrections are of second order in the drive, 1e-8
        np.testing.assert_allclose(
            formula.number(mode)[1:], exact.number(mode)[1:], rtol=1e-6, atol=0
        )
        np.testing.assert_allclose(
            formula.correlation(mode)[1:], exact.correlation(mode)[1:], rtol=1e-6, atol=0
        )


def test_an_expression_of_time_is_as_good_as_a_function():
    t = sp.Symbol("t")
    written = weak_pulse(derive(kerr.MODEL), sp.exp(-((t - 4) ** 2)), kerr.VALUES, [0.0, 5.0])
    called = weak_pulse(derive(kerr.MODEL), gaussian, kerr.VALUES, [0.0, 5.0])
    np.testing.assert_allclose(written.correlation("a")[1], called.correlation("a")[1], rtol=1e-9)


def test_a_drive_that_is_switched_on_settles_at_the_steady_amplitudes():
    values = {"Delta": 0.3, "chi": 0.1, "gamma": 1.0, "xi": 0.01, "G": 2e-4j}
    closed = derive(parametric_kerr.MODEL)
    # the two-photon drive G is a symbol of its own: the envelope is that of xi alone
    late = weak_pulse(closed, lambda t: 1.0, values, [0.0, 60.0])
    steady = complex(closed.evaluate(closed.amplitude((2,)), values))
    assert late.amplitude((2,))[1] == pytest.approx(steady, rel=1e-8)  # exp(-30), and 1e-10


EPS, Z = sp.Symbol("eps", positive=True), sp.Symbol("z")
a = kerr.a
COHERENT = U * Dagger(a) ** 2 * a**2
DRIVEN = {  # what stands beside the drive, in its square, or with its conjugate
    "a drive of pairs": parametric_kerr.MODEL,
    "a second drive": Model(
        "two lasers", COHERENT + (F + EPS) * (Dagger(a) + a), TONES.losses, F, orders={EPS: 1}
    ),
    "pairs made by the drive": Model(
        "pairs", COHERENT + F * (Dagger(a) + a) + (EPS + F**2) * (Dagger(a) ** 2 + a**2),
        TONES.losses, F, orders={EPS: 2}
    ),
    "the conjugate of the drive": Model(
        "conjugate", COHERENT + sp.conjugate(Z) * Dagger(a) + Z * a, TONES.losses, Z
    ),
}  # fmt: skip

REAL_PART = Model("real part", sp.re(Z) * (Dagger(a) + a), TONES.losses, Z)


@pytest.mark.parametrize("name", DRIVEN)
def test_one_tone_on_resonance_is_the_steady_amplitude(name):
    closed = derive(DRIVEN[name])
    for n in (1, 2):
        difference = tone_amplitude(closed, {0: 1}, (n,)) - closed.amplitude((n,))
        assert sp.simplify(difference) == 0


@pytest.mark.parametrize("name", DRIVEN)
def test_a_pulse_that_lasts_becomes_its_tones(name):
    model, beat = DRIVEN[name], 1.3
    values = {"U": 0.4, "gamma": 1.0, "F": 1e-3, "eps": 2e-6, "z": 1e-3 + 5e-4j, "Delta": 0.2,
              "chi": 0.1, "xi": 1e-3, "G": 2e-6}  # fmt: skip
    values = {str(x): values[str(x)] for x in model.parameters}
    closed = derive(model)
    late = weak_pulse(closed, lambda t: 1 + 0.5j * np.exp(-1j * beat * t), values, [0.0, 70.0])
    for n in (1, 2):
        form = tone_amplitude(closed, {0: 1, beat: 0.5j}, (n,)).subs(time, 70.0)
        number = complex(form.subs({x: values[str(x)] for x in model.parameters}))
        assert late.amplitude((n,))[1] == pytest.approx(number, rel=1e-8)  # exp(-35), and 1e-10


def test_what_is_no_drive_stays_when_the_drive_is_off():
    values = {"U": 0.4, "gamma": 1.0, "F": 1e-3, "eps": 2e-3}
    dark = weak_pulse(derive(DRIVEN["a second drive"]), lambda t: 0.0, values, [0.0, 70.0])
    laser = derive(TONES)
    steady = laser.evaluate(laser.amplitude((2,)), {"U": 0.4, "gamma": 1.0, "F": 2e-3})
    assert dark.amplitude((2,))[1] == pytest.approx(complex(steady), rel=1e-8)


@pytest.mark.parametrize("printed", [1.22025 * np.exp(2.57938j), 1.10305 * np.exp(2.62018j)])
def test_the_ratios_at_which_two_tones_block_are_those_of_li_and_others(printed):
    # Phys. Rev. Lett. 129, 043601 (2022), U = 0.01, a beat of 21 lifetimes
    eta = sp.Symbol("eta")
    amplitude = tone_amplitude(derive(TONES), {0: 1, 2 * sp.pi / 21: eta}, (2,)).subs(time, 0)
    numbers = amplitude.subs({U: sp.Rational(1, 100), kerr.gamma: 1, F: 1})
    roots = [complex(x) for x in sp.Poly(sp.numer(sp.together(numbers.evalf(30))), eta).nroots()]
    # six digits are printed
    assert min(abs(root - printed) for root in roots) < 1e-5


def test_two_tones_agree_with_the_periodic_state():
    strength, ratio, beat = 1e-3, 0.5 - 0.3j, 1.3
    closed = derive(TONES)
    C1, C2 = (tone_amplitude(closed, {0: 1, beat: ratio}, (n,)) for n in (1, 2))
    at = {U: 0.4, kerr.gamma: 1, F: strength, time: 0.7}
    formula = 2 * abs(complex(C2.subs(at))) ** 2 / abs(complex(C1.subs(at))) ** 4
    drive = sp.Symbol("F")  # complex here
    H = U * Dagger(kerr.a) ** 2 * kerr.a**2 + drive * Dagger(kerr.a) + sp.conjugate(drive) * kerr.a
    model = Model("two tones", H, TONES.losses, drive)
    moving = {"U": 0.4, "gamma": 1.0,
              "F": lambda t: strength * (1 + ratio * np.exp(-1j * beat * t))}  # fmt: skip
    exact = periodic_state(model, moving, 2 * np.pi / beat, [0.7], quanta=3).correlation("a")[0]
    assert exact == pytest.approx(formula, rel=1e-4)  # of second order in the drive, 1e-6


def test_tones_are_what_a_pulse_of_them_becomes():
    values, beat = {"U": 0.4, "gamma": 1.0, "F": 1e-3}, 1.3
    late = weak_pulse(
        derive(TONES), lambda t: 1 + 0.5 * np.exp(-1j * beat * t), values, [0.0, 60.0]
    )
    form = tone_amplitude(derive(TONES), {0: 1, beat: 0.5}, (2,))
    number = complex(form.subs({U: 0.4, kerr.gamma: 1, F: 1e-3, time: 60.0}))
    assert late.amplitude((2,))[1] == pytest.approx(number, rel=1e-8)


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (
            lambda: weak_pulse(derive(kerr.MODEL), 1.0, kerr.VALUES, [0.0]),
            "must be a function of time",
        ),
        (lambda: weak_pulse(derive(kerr.MODEL), F, kerr.VALUES, [0.0]), "in the symbol `t` alone"),
        (lambda: weak_pulse(derive(kerr.MODEL), np.cos, kerr.VALUES, 1.0), "must be an array"),
        (lambda: tone_amplitude(derive(kerr.MODEL), {0: 1}, (3,)), "derive with more `quanta`"),
        (
            lambda: weak_pulse(derive(REAL_PART), np.cos, {"z": 1.0, "gamma": 1.0}, [0.0]),
            "polynomials in its drive `z` and the conjugate",
        ),
        (
            lambda: tone_amplitude(derive(kerr.MODEL), {"0": 1}, (1,)),
            "must be a number or an expression",
        ),
    ],
)
def test_bad_input_gets_one_clear_sentence(call, match):
    with pytest.raises((ValueError, TypeError), match=match):
        call()
