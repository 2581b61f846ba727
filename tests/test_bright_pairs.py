"""Strong drives of modes that make pairs, of chains and of emitters: an answer, or a way out."""

import re

import numpy as np
import pytest
import sympy as sp
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp

from numeric import steady_state
from numeric.search.classical import branches
from systems import Loss, Model
from systems.library import kerr_dimer, second_harmonic, tavis_cummings

a, b, c, d, e = MODES = tuple(map(BosonOp, "abcde"))
G, F, U, J, kappa = sp.symbols("G F U J kappa", positive=True)
PUMPED = Model(
    "parametric oscillator",
    sp.I * G / 2 * (Dagger(a) ** 2 * b - Dagger(b) * a**2) + sp.I * F * (Dagger(b) - b),
    (Loss(kappa, a), Loss(kappa, b)),
)
TRIPLE = Model(
    "three-wave mixing",
    G * (Dagger(a) * b * c + Dagger(c) * Dagger(b) * a) + F * (a + Dagger(a)),
    (Loss(kappa, a), Loss(kappa, b), Loss(kappa, c)),
    F,
)
HOPS = [Dagger(x) * y + Dagger(y) * x for x, y in zip(MODES, (*MODES[1:], a), strict=True)]
RING = Model(
    "ring of five",
    sp.Add(*(U * Dagger(x) ** 2 * x**2 + Dagger(x) * x / 2 for x in MODES), J * sp.Add(*HOPS))
    + F * (a + Dagger(a)),
    tuple(Loss(kappa, x) for x in MODES),
    F,
)


@pytest.mark.parametrize("ratio", [0.8, 1.5, 4.0])
def test_a_pump_above_threshold_is_clamped_and_below_it_is_not(ratio):
    # da/dt = -kappa a/2 + G b a*, db/dt = -kappa b/2 - G a^2/2 + F: the threshold is kappa^2/4G
    values = {"G": 0.3, "kappa": 1.0, "F": ratio / 1.2}
    arrays = {name: np.array([x]) for name, x in values.items()}
    ((pairs, pump),) = branches(PUMPED, arrays).quanta
    clamped = 2 / 0.3 * (ratio - 1) / 1.2, (0.5 / 0.3) ** 2
    wanted = clamped if ratio > 1 else (0.0, (2 * ratio / 1.2) ** 2)
    np.testing.assert_allclose((pairs, pump), wanted, rtol=1e-6, atol=1e-9)  # Newton's last step


@pytest.mark.slow
@pytest.mark.parametrize(
    ("model", "values"),
    [
        (kerr_dimer.MODEL, {"Delta": 0.7, "U": 1.0, "J": 1.3, "gamma": 1.0, "F": 5.0}),
        (
            second_harmonic.MODEL,
            {"Delta_a": 0.0, "Delta_b": 0.0, "g": 0.5, "kappa_a": 1.0, "kappa_b": 2.0, "F": 1.3},
        ),
        (PUMPED, {"G": 0.3, "kappa": 1.0, "F": 0.25}),
    ],
)
def test_strong_drives_are_answered_and_keep_the_balance_of_what_comes_and_goes(model, values):
    state = steady_state(model, values, order=2)
    assert state.status == "ok"
    n = {x: float(state.number(x)) for x in "ab"}
    if model is PUMPED:  # d<a'a>/dt + 2 d<b'b>/dt = 0: each quantum of b is two of a
        gained = 4 * values["F"] * state.amplitude(b).real
        lost = n["a"] + 2 * n["b"]
    elif model is second_harmonic.MODEL:
        gained = -2 * values["F"] * state.amplitude(a).imag
        lost = n["a"] + 2 * 2.0 * n["b"]
    else:
        gained = -2 * values["F"] * state.amplitude(a).imag
        lost = n["a"] + n["b"]
    # the balance holds in the untruncated equation only, and the tolerance of the search is 1e-8
    np.testing.assert_allclose(gained, lost, rtol=1e-7)


@pytest.mark.slow
def test_a_search_never_solves_a_truncation_twice(monkeypatch):
    from numeric.search import truncation

    cuts, solve = [], truncation.solve_points

    def counted(model, arrays, points, cut, *rest):
        cuts.append((model.name, cut))
        return solve(model, arrays, points, cut, *rest)

    monkeypatch.setattr(truncation, "solve_points", counted)
    # what the last shells ask for does not fit: a smaller cut of the same kind tells nothing
    values = {"G": 0.5, "kappa": 1.0, "F": 2.0}
    state = steady_state(TRIPLE, values, order=3, limit=220, frame="original")
    assert state.status == "not converged"
    assert len(cuts) == len(set(cuts)) > 1


@pytest.mark.slow
def test_a_ring_of_five_that_no_search_holds_is_told_a_truncation_that_does():
    values = {"U": 1.0, "J": 0.7, "kappa": 1.0, "F": 0.3}
    state = steady_state(RING, values)
    assert state.status == "not converged"
    (quanta,) = re.findall(r"`quanta=(\d+)`", state.advice)
    own = steady_state(RING, values, quanta=int(quanta))
    assert {own.correlation_status(x) for x in MODES} == {"ok"}
    finer = [steady_state(RING, values, quanta=q).correlation("a") for q in (4, 5)]
    # what is left falls with every quantum, below the thousandth that is promised
    g2 = own.correlation("a")
    assert abs(finer[1] / g2 - 1) < abs(finer[0] / g2 - 1) < 1e-2
    assert abs(finer[1] / g2 - 1) < 1e-3


@pytest.mark.slow
def test_two_emitters_at_a_strong_drive_are_answered_as_they_are():
    values = {**tavis_cummings.VALUES, "xi": 1.3}
    state = steady_state(tavis_cummings.MODEL, values, order=2)
    assert state.status == "ok"
    one, two, dark, light = (float(state.number(x)) for x in tavis_cummings.MODEL.modes)
    # what the drive brings is lost by the cavity and by each emitter, at a rate of one each
    gained, lost = -2 * values["xi"] * state.amplitude("a").imag, one + 2 * two + dark + light
    np.testing.assert_allclose(gained, lost, rtol=1e-7)
