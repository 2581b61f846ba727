"""Each number of a state is judged alone, and no truncation is solved twice."""

import subprocess
import sys

import numpy as np
import pytest
import qutip
import sympy as sp
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp

from numeric import steady_state
from numeric.lindblad.space import Space
from numeric.reading import twofold
from numeric.search import truncation
from numeric.solvers.choice import solve_points
from systems import Loss, Model
from systems.library import jaynes_cummings, kerr, kerr_dimer, nanotip

a, b, c = modes = [BosonOp(name) for name in "abc"]
D, X, F, g, h = sp.symbols("D X F g h", real=True)
k = sp.Symbol("k", positive=True)
J = sp.Symbol("J")
LOSSES = tuple(Loss(k, mode) for mode in modes)


def hermitian(term):
    return term + Dagger(term)


RING = Model(
    "ring",
    sum(D * Dagger(m) * m + X * Dagger(m) ** 2 * m**2 for m in modes)
    + sum(J * Dagger(m) * n + sp.conjugate(J) * Dagger(n) * m for m, n in ((a, b), (b, c), (c, a)))
    + F * hermitian(a),
    LOSSES,
    drive=F,
)
HARMONIC = Model(
    "two cavities, the second with chi^(2)",
    h * hermitian(Dagger(a) * b) + g * hermitian(Dagger(c) * b**2) + F * hermitian(a),
    LOSSES,
    drive=F,
)
VALUES = {"D": 0.7, "X": 1.0, "J": 1 + 0.5j, "k": 1.0, "F": 0.1}


def test_a_converged_g2_is_returned_whatever_g4_does():
    state = steady_state(RING, VALUES, limit=120)  # states: seven quanta
    assert state.status == state.correlation_status("a", 4) == "not converged"
    assert np.isnan(state.correlation("a", 4))
    # QuTiP at five quanta; two more change it by 1e-10
    assert state.correlation("a") == pytest.approx(1.25787060808, rel=1e-9, abs=0)
    found = state.estimate("correlation", "a")
    nine = steady_state(RING, VALUES, quanta=9).correlation("a")
    assert abs(found.value - nine) <= found.error <= 1e-8 * found.value


def test_a_dark_harmonic_hides_no_number_of_the_bright_mode():
    values = {"h": 3.0, "g": 0.121268, "k": 1.0, "F": 0.01}
    state = steady_state(HARMONIC, values)
    assert state.status == "ok"
    right = steady_state(HARMONIC, values, quanta=4)
    for mode in "ab":
        # at four quanta g2 of weak light is known to the drive's fourth power
        assert state.number(mode) == pytest.approx(right.number(mode), rel=1e-8, abs=0)
        assert state.correlation(mode) == pytest.approx(right.correlation(mode), rel=1e-6, abs=0)


@pytest.mark.parametrize("system", [kerr, jaynes_cummings, kerr_dimer])
def test_a_population_that_a_search_has_not_settled_has_the_way_out_that_is_written(system):
    model, values = system.MODEL, system.VALUES
    mode, state = model.modes[0], steady_state(model, values)
    last = int(state.quanta)
    assert state.distribution_status(mode)[last] == "not converged"
    ways = [
        steady_state(model, values, **way) for way in ({"order": last + 1}, {"quanta": last + 2})
    ]
    assert [way.distribution_status(mode)[last] for way in ways] == ["ok", "ok"]
    # by how much a given truncation may be off
    np.testing.assert_allclose(*(way.distribution(mode)[last] for way in ways), rtol=1e-3, atol=0)


@pytest.mark.parametrize("limit", [7, 9, 13])  # states
def test_what_is_returned_at_the_limit_is_what_many_quanta_give(limit):
    draw = np.random.default_rng(limit)
    values = {
        "Delta": draw.uniform(-3, 3, 12),
        "chi": 10 ** draw.uniform(-1, 1, 12),
        "gamma": 1.0,
        "xi": 10 ** draw.uniform(-1, 0.5, 12),
    }
    ended, right = (steady_state(kerr.MODEL, values, limit=most) for most in (limit, 60))
    undecided = ended.status == "not converged"
    shown = 0
    for order in (1, 2, 3, 4):
        pair = [s.correlation("a", order) if order > 1 else s.number("a") for s in (ended, right)]
        known = ~np.isnan(pair[0])
        shown += np.sum(known & undecided)
        # ten times the tolerance: the change to two more quanta is not all that is to come
        np.testing.assert_allclose(pair[0][known], pair[1][known], rtol=1e-7, atol=0)
    assert shown or limit == 13  # some numbers of a state that is not converged are known


@pytest.mark.parametrize("values", [VALUES, VALUES | {"F": np.geomspace(1e-3, 0.2, 5)}])
def test_nothing_is_solved_twice(values, monkeypatch):
    solved = []

    def noted(model, arrays, points, quanta, *rest):
        solved.extend((quanta, point) for point in points.tolist())
        return solve_points(model, arrays, points, quanta, *rest)

    for module in (truncation, twofold):
        monkeypatch.setattr(module, "solve_points", noted)
    state = steady_state(RING, values, limit=84)  # states: six quanta
    for shown in (state.certificate, state.finer.number("a"), state.correlation("a", 3)):
        assert shown is not None
    state.cross_correlation("a", "b")
    state.probability((1, 0, 0))
    assert len(solved) == len(set(solved))


def test_states_stand_in_the_order_of_qutip():
    for model, quanta in ((jaynes_cummings.MODEL, 3), (nanotip.MODEL, 4), (RING, 3)):
        on = Space(model.modes, quanta)
        assert list(on.index) == list(qutip.enr_state_dictionaries(on.levels, quanta)[1])
        for mine, other in zip(on.lowering, qutip.enr_destroy(on.levels, quanta), strict=True):
            np.testing.assert_array_equal(mine.toarray(), other.full())


@pytest.mark.parametrize(
    "code", ["import numeric; dir(numeric)", "from numeric import steady_state"]
)
def test_the_numeric_road_is_light_until_it_solves(code):
    script = f"import sys\n{code}\nprint(*{{name.split('.')[0] for name in sys.modules}})"
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert found.returncode == 0, found.stderr
    assert not {"qutip", "numba", "matplotlib", "pandas"} & set(found.stdout.split())


def test_an_operator_that_is_zero_has_the_mean_zero_at_any_truncation():
    atom = jaynes_cummings.MODEL.modes[1]
    state = steady_state(jaynes_cummings.MODEL, jaynes_cummings.VALUES, quanta=3)
    assert state.estimate("expect", atom**2).value == 0  # of a two-level system


@pytest.mark.parametrize("quanta", [None, 4])
def test_two_quanta_in_a_two_level_system_have_the_probability_zero_at_any_truncation(quanta):
    model = jaynes_cummings.MODEL
    twice = tuple(2 * (mode == model.modes[1]) for mode in model.modes)
    state = steady_state(model, jaynes_cummings.VALUES, quanta=quanta)
    assert (state.probability(twice), state.probability_status(twice)) == (0, "ok")
