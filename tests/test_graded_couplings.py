"""Large couplings in batches: the same numbers and words as point by point, and the exact ones."""

from collections.abc import Iterator
from itertools import combinations

import numpy as np
import pytest
import sympy as sp
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp
from sympy.physics.quantum.pauli import SigmaMinus

from numeric import delayed_correlation, steady_state
from numeric.lindblad.liouvillian import liouvillian
from numeric.solvers import direct, graded
from numeric.solvers.graded.kinds import Kind, kind
from systems import Loss, Model
from systems.library import jaynes_cummings, kerr_dimer, nanotip, second_harmonic
from systems.values import read_values

F, g, loss, dephasing, shared = sp.symbols("F g loss dephasing shared", positive=True)
D, J, U, r = sp.symbols("D J U r", real=True)
a, b, s = BosonOp("a"), BosonOp("b"), SigmaMinus("s")
DIMER = Model(
    "two modes with a common loss",
    D * (Dagger(a) * a + Dagger(b) * b) + J * (Dagger(a) * b + Dagger(b) * a) + F * (a + Dagger(a)),
    (Loss(loss, a), Loss(loss, b), Loss(shared, a + b)),
    F,
)
ATOM = Model(
    "atom in a Kerr cavity, with dephasing",
    D * (Dagger(a) * a + Dagger(s) * s)
    + U * Dagger(a) ** 2 * a**2
    + g * (Dagger(a) * s + Dagger(s) * a)
    + F * (a + Dagger(a)),
    (Loss(loss, a), Loss(loss, s), Loss(dephasing, Dagger(s) * s)),
    F,
)
LINEAR = {"Delta": 0.1018, "U": 0.0, "gamma": 1.0, "F": 1e-5}
NAMED = {
    "nanotip": (nanotip.MODEL, {"Delta": 0.3, "J": 2222.0, "chi": 0.0, "gamma": 1.0, "xi": 1e-3}),
    "second harmonic": (second_harmonic.MODEL, {**second_harmonic.VALUES, "g": 735.0}),
    "atom": (ATOM, {"D": 0.2, "U": 3e3, "g": 7e4, "loss": 1.0, "dephasing": 0.4, "F": 1e-4}),
    "common loss": (DIMER, {"D": 0.4, "J": 1e4, "loss": 1.0, "shared": 0.7, "F": 1e-5}),
    "dimer": (kerr_dimer.MODEL, {**LINEAR, "J": 1e5}),
    "atom, listed": (jaynes_cummings.MODEL, jaynes_cummings.VALUES),
}


def many(values, count=40):
    return {name: np.full(count, float(value)) for name, value in values.items()}


def draw_model(rng):
    """One to three modes with random terms; lists of what is signed and what is positive."""
    modes = [BosonOp("a"), *(BosonOp(n) if rng.random() < 0.7 else SigmaMinus(n) for n in "bc")]
    modes = modes[: rng.integers(1, 4)]
    signed, positive = [], [F]

    def rate(name, kind):
        kind.append(sp.Symbol(name, real=True, positive=True if kind is positive else None))
        return kind[-1]

    H, losses = F * (a + Dagger(a)), []
    for i, m in enumerate(modes):
        H += rate(f"D{i}", signed) * Dagger(m) * m
        losses.append(Loss(rate(f"k{i}", positive), m))
        if isinstance(m, BosonOp) and rng.random() < 0.6:
            H += rate(f"U{i}", signed) * Dagger(m) ** 2 * m**2
        if rng.random() < 0.2:
            losses.append(Loss(rate(f"p{i}", positive), Dagger(m) * m))
        for j, n in enumerate(modes[:i]):
            if rng.random() < 0.8:
                H += rate(f"J{i}{j}", signed) * (Dagger(m) * n + Dagger(n) * m)
            if rng.random() < 0.3:
                losses.append(Loss(rate(f"c{i}{j}", positive), m - n))
    return Model("drawn", H, tuple(losses), F), signed, positive


def draw_values(rng, signed, positive, count):
    """Couplings up to 1e6, losses near one, drives from weak to strong."""
    top = rng.choice([1, 3, 6])
    values = {
        str(x): rng.choice([-1, 1], count) * 10 ** rng.uniform(-2, top, count) for x in signed
    }
    values |= {str(x): 10 ** rng.uniform(-1, 1, count) for x in positive}
    return {**values, "F": 10 ** rng.uniform(-6, top - 2, count)}


def judged(state) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    modes = state.model.modes
    asked = [("number", mode) for mode in modes]
    asked += [("correlation", mode, order) for mode in modes for order in (2, 3)]
    asked += [("cross_correlation", *pair) for pair in combinations(modes, 2)]
    asked += [("probability", tuple(map(int, state))) for state in state.occupations]
    for question in asked:
        found = state.estimate(*question)
        yield np.atleast_1d(found.trusted), np.atleast_1d(found.status)


def assert_alone_as_together(model, values, points, quanta=3):
    together = steady_state(model, values, quanta=quanta)
    for i in points:
        alone = steady_state(model, {n: x[i] for n, x in values.items()}, quanta=quanta)
        for (one, word), (all_, words) in zip(judged(alone), judged(together), strict=True):
            assert words[i] == word[0]
            # the sweeps go where round-off is below 1e-8, and their series stop at 1e-11
            np.testing.assert_allclose(all_[i], one[0], rtol=3e-8, atol=0, equal_nan=True)


@pytest.mark.parametrize("seed", range(12))
def test_a_point_does_not_depend_on_how_many_come_with_it(seed):
    rng = np.random.default_rng(seed)
    model, signed, positive = draw_model(rng)
    assert_alone_as_together(model, draw_values(rng, signed, positive, 12), [0, 6])


@pytest.mark.parametrize("seed", [4003, 4013, 4064, 4092])  # draws of three modes
def test_the_errors_of_three_modes_are_of_the_order_of_the_true_ones(seed):
    rng = np.random.default_rng(seed)
    model, signed, positive = draw_model(rng)
    assert kind(model, 3) == Kind.SYLVESTER
    values = read_values(model, draw_values(rng, signed, positive, 8))
    arrays = {name: np.broadcast_to(array, (8,)).copy() for name, array in values.items()}
    found, exact = graded.solve(model, arrays, 3), direct.solve(liouvillian(model, 3), arrays)
    good = found.converged & ~found.doubtful & (exact.status == "ok")
    assert good.any()
    # both errors are estimates, off by up to 3.4 here on one machine; the series stops at 1e-11
    allowed = 5 * (found.error + exact.error + 1e-11 * abs(exact.populations))
    assert np.all((abs(found.populations - exact.populations) <= allowed)[good])


@pytest.mark.parametrize("name", NAMED)
def test_neither_does_one_at_a_large_coupling(name):
    model, values = NAMED[name]
    # two pairs of the second harmonic take eight quanta of the mode that is driven, three take six
    assert_alone_as_together(model, many(values), [0], quanta=6)


@pytest.mark.parametrize("coupling", [1.0, 200.0, 800.0, 1e4, 1e5, 1e6])
def test_linear_modes_are_coherent_or_not_resolved(coupling):
    # at four quanta g4 of the nearly dark mode is the error of the cut
    state = steady_state(kerr_dimer.MODEL, many({**LINEAR, "J": coupling}, 32), quanta=6)
    for order in (2, 3, 4):
        g, word = state.correlation("a", order)[0], state.correlation_status("a", order)[0]
        # what "ok" promises
        assert word == "not resolved" if np.isnan(g) else g == pytest.approx(1, rel=1e-6, abs=0)
    assert state.correlation_status("a")[0] == "ok" or coupling > 1e4


@pytest.mark.parametrize("coupling", [1.0, 200.0, 800.0, 1e4])
def test_linear_modes_stay_coherent_after_a_click_or_are_not_resolved(coupling):
    values, taus = {**LINEAR, "J": coupling}, [0.0, 0.5, 3.0]
    alone = delayed_correlation(kerr_dimer.MODEL, values, "a", taus, quanta=4)
    together = delayed_correlation(kerr_dimer.MODEL, many(values, 32), "a", taus, quanta=4)[0]
    for found in (alone, together):
        np.testing.assert_allclose(found[np.isfinite(found)], 1, rtol=1e-6, atol=0)
    assert np.isfinite(alone).all() or coupling > 1e3


def test_what_the_sweeps_do_not_resolve_is_solved_alone_when_it_is_asked_for():
    # four quanta in the second mode interfere, as the Kerr term depends on the total alone
    values = {"Delta": 1.0, "J": 0.3, "chi": 6.5, "gamma": 1.0, "xi": 0.25}
    together = steady_state(nanotip.MODEL, many(values, 32), quanta=7)
    alone = steady_state(nanotip.MODEL, values, quanta=7)
    assert set(together.solver) == {"graded"}
    both = [state.estimate("correlation", "a2", 4) for state in (together, alone)]
    assert both[0].status[0] == both[1].status == "ok"
    # solved by the same solver in the end
    np.testing.assert_allclose(both[0].value[0], both[1].value, rtol=1e-12, atol=0)


@pytest.mark.parametrize("off", [1e-12, 1e-6, 0.3])
def test_a_drive_whose_elements_cancel_is_judged_alike(off):
    H = U * Dagger(a) ** 2 * a**2 + F * (
        Dagger(a) ** 2 * a - r * Dagger(a) + Dagger(a) * a**2 - r * a
    )
    model = Model("a drive that skips a step", H, (Loss(loss, a),), F)
    assert_alone_as_together(model, many({"U": 0.075, "loss": 1, "F": 1e-3, "r": 1 + off}), [0])
