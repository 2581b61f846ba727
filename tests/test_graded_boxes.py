"""Batches with a cut mode by mode, and few points that need a larger cut than the others."""

import numpy as np
import pytest

from numeric import steady_state
from numeric.solvers.graded.elimination import steps_of
from numeric.solvers.graded.lists import eliminate
from numeric.solvers.graded.sums import Entries
from systems.library import jaynes_cummings, kerr, kerr_dimer, kerr_ring, nanotip, second_harmonic

SECOND = {"Delta_a": 0.3, "Delta_b": -0.2, "F": 0.1, "g": 0.8, "kappa_a": 1.0, "kappa_b": 2.0}
NANOTIP = {"Delta": 0.3, "J": 1.0 + 0.4j, "chi": 1.0, "gamma": 1.0, "xi": 0.1}
BOXES = [
    (kerr_dimer.MODEL, kerr_dimer.VALUES, {"a": 3, "b": 2}, "Delta"),
    (second_harmonic.MODEL, SECOND, {"a": 5, "b": 2}, "Delta_a"),
    (kerr_ring.MODEL, kerr_ring.VALUES, {"a1": 2, "a2": 2, "a3": 2}, "Delta"),
]


@pytest.mark.parametrize(("model", "values", "box", "axis"), BOXES)
def test_a_batch_cut_mode_by_mode_agrees_with_its_points_solved_alone(model, values, box, axis):
    scanned = {**values, axis: np.linspace(-2, 2, 40)}
    many = steady_state(model, scanned, box)
    assert set(many.solver) == {"graded"}
    few = {**values, axis: scanned[axis][::8]}
    alone = steady_state(model, few, box, solver="direct")
    for mode in box:
        # both solvers are tested to 1e-9 elsewhere
        np.testing.assert_allclose(many.number(mode)[::8], alone.number(mode), rtol=1e-9)
    found, right = many.elements()[::8], alone.elements()
    # of one: no element of a density matrix is larger
    np.testing.assert_allclose(found, right, rtol=0, atol=1e-12)


def test_a_box_for_one_mode_is_the_cut_by_its_quanta():
    scanned = {**kerr.VALUES, "Delta": np.linspace(-2, 2, 40)}
    box, total = (steady_state(kerr.MODEL, scanned, cut) for cut in ({"a": 5}, 5))
    np.testing.assert_allclose(box.correlation("a"), total.correlation("a"), rtol=1e-11)


def test_a_box_that_splits_normal_modes_is_solved_in_fock_states():
    """Two equal resonators have normal modes in a cut by total quanta, but none in a box."""
    scanned = {**NANOTIP, "Delta": np.linspace(-2, 2, 40)}
    box = steady_state(nanotip.MODEL, scanned, {"a1": 4, "a2": 2})
    few = {**NANOTIP, "Delta": scanned["Delta"][::8]}
    alone = steady_state(nanotip.MODEL, few, {"a1": 4, "a2": 2}, solver="direct")
    assert set(box.solver) == {"graded"}
    np.testing.assert_allclose(box.number("a1")[::8], alone.number("a1"), rtol=1e-9)


def test_few_points_that_ask_for_more_quanta_stay_in_the_batch():
    scanned = {**jaynes_cummings.VALUES, "Delta_a": np.linspace(-2, 2, 100)}
    scanned["xi"] = np.where(np.arange(100) < 3, 0.25, 0.1)
    state = steady_state(jaynes_cummings.MODEL, scanned)
    quanta, counts = np.unique(state.quanta, return_counts=True)
    assert counts[-1] < 5  # of the largest cut; else this shows nothing
    assert set(state.solver) == {"graded"}
    rows = state.quanta == quanta[-1]
    last = {**scanned, **{name: scanned[name][rows] for name in ("Delta_a", "xi")}}
    alone = steady_state(jaynes_cummings.MODEL, last, int(quanta[-1]), solver="direct")
    found = state.correlation("a")[rows]
    np.testing.assert_allclose(found, alone.correlation("a"), rtol=1e-9)


@pytest.mark.parametrize("symmetric", [False, True])
def test_the_steps_of_an_elimination_make_l_and_u(symmetric):
    """Run through the lists with numbers: the factors solve the equation that they are of."""
    random = np.random.default_rng(1)
    matrix = np.diag(5.0 + random.random(9)) + random.random((9, 9)) * (random.random((9, 9)) < 0.3)
    if symmetric:
        matrix += matrix.T
    row, column = np.nonzero(matrix)
    steps = eliminate(np.array([0, 9]), Entries.plain(row, column, -matrix[row, column]), 1)
    a, right = np.zeros(steps.size), random.random(9)
    for sums, entry in enumerate(steps.place):
        a[entry] = steps.entries.real[slice(*steps.entries.term[sums : sums + 2])].sum()
    x = right.copy()
    for t, e in enumerate(steps.unknown):
        below, after = (
            steps.below[_of(steps.lower_start, t)],
            steps.after[_of(steps.upper_start, t)],
        )
        lower, upper = (
            steps.lower[t] + np.arange(len(below)),
            steps.upper[t] + np.arange(len(after)),
        )
        products = np.outer(a[lower] / a[e], a[upper])
        kept = products[np.tril_indices(len(products))] if symmetric else products.ravel()
        a[steps.target[_of(steps.target_start, t)]] -= kept
        x[below] -= a[lower] / a[e] * x[e]
        a[np.union1d(lower, upper)] /= a[e]
    for t in reversed(range(9)):
        after, e = steps.after[_of(steps.upper_start, t)], steps.unknown[t]
        x[e] = x[e] / a[e] - a[steps.upper[t] + np.arange(len(after))] @ x[after]
    # the matrix is dominated by its diagonal: some roundings of 1e-16
    np.testing.assert_allclose(matrix @ x, right, rtol=1e-13)


def _of(starts, step):
    return slice(*starts[step : step + 2])


def test_of_a_symmetric_matrix_one_half_is_kept():
    row, column = np.nonzero(np.ones((6, 6)))
    weights = (1.0 + row) * (1.0 + column) - 60.0 * (row == column)
    sizes = []
    for weight in (weights, weights + (row < column)):
        steps = eliminate(np.array([0, 6]), Entries.plain(row, column, weight), 1)
        sizes.append((steps.size, len(steps.target)))
    # entries n (n+1)/2 of a half and n^2 of the whole, products n (n^2-1)/6 and (n-1) n (2n-1)/6
    assert sizes == [(21, 35), (36, 55)]


def test_blocks_of_the_same_pattern_share_their_steps():
    full = np.array([1, 2], dtype=np.int64).tobytes()
    assert steps_of(2, full) is steps_of(2, full)
