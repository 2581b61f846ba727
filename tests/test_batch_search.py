"""A search over a batch does for each point what it would do for that point by itself, or less."""

from dataclasses import replace

import numpy as np
import pytest
import sympy as sp
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.pauli import SigmaMinus
from test_steady_cut import HARMONIC, D, F, a, b, c, g, h, hermitian, light, model, number

from numeric import steady_state
from numeric.search import truncation
from numeric.solvers import choice, graded
from numeric.solvers.graded.sylvester import solve_packs
from numeric.solvers.solution import Solution
from numeric.trust.judge import results, settled, settled_each, share
from systems import Atom, Loss
from systems.ladder import label
from systems.library import jaynes_cummings, kerr_dimer, second_harmonic
from systems.values import read_values

Omega, lambda_ = sp.Symbol("Omega", positive=True), Atom("q", "gse")
down, control = lambda_.transition("g", "e"), lambda_.transition("s", "e")
COUPLED = g * hermitian(Dagger(a) * down) + Omega * hermitian(control) + F * hermitian(a)
TRANSPARENT = model(COUPLED, Loss(h, down))
ENERGY = D * (Dagger(a) * a + lambda_.population("s") + lambda_.population("e"))
DETUNED = model(ENERGY + COUPLED, Loss(h, down))
LOSSLESS = {"D": np.linspace(0.3, 0.4, 40), "g": 0.5, "k": 1.0, "F": 0.02}


def swept(chosen, values, quanta):
    arrays = read_values(chosen, values)
    shape = np.broadcast_shapes(*(array.shape for array in arrays.values()))
    flat = {name: np.broadcast_to(array, shape).copy() for name, array in arrays.items()}
    way = choice.way_to_sweep(chosen, quanta, "auto", *shape)
    return choice.sweep(chosen, flat, quanta, False, way) if way else None


def test_sweeps_that_would_divide_by_zero_are_not_compiled(monkeypatch):
    def started(*arguments, **options):
        raise AssertionError

    monkeypatch.setattr(graded, "solve", started)
    # of a'a'b the last shell of the lossless b is left alone by a cut by total quanta
    assert swept(model(HARMONIC), LOSSLESS, 4) is None
    with pytest.raises(AssertionError):
        swept(model(HARMONIC, Loss(h, b)), {**LOSSLESS, "h": 0.5}, 4)


def test_sweeps_of_three_modes_solve_a_lossless_one_that_decays_by_way_of_the_others():
    ring = light + D * (number[b] + number[c]) + F * (c + Dagger(c))
    ring = model(ring + g * hermitian(Dagger(a) * b) + g * hermitian(Dagger(b) * c))
    found = swept(ring, LOSSLESS, 3)
    assert len(found.points) == 40
    alone = steady_state(ring, {**LOSSLESS, "D": 0.3}, 3, "direct")
    for i, mode in enumerate((a, b, c)):
        moment = found.populations[0] @ found.space.falling(i, 1)
        # two solvers to round-off
        assert moment == pytest.approx(alone.estimate("number", mode).value, rel=1e-9)


@pytest.mark.parametrize("count", [choice.FEW, choice.MANY - 1])
@pytest.mark.parametrize(
    ("listed", "axis"),
    [(kerr_dimer, "Delta"), (jaynes_cummings, "Delta_a"), (second_harmonic, "Delta_a")],
)
def test_a_small_batch_compiles_nothing_and_has_the_numbers_of_its_points(
    monkeypatch, listed, axis, count
):
    def started(*arguments, **options):
        raise AssertionError

    monkeypatch.setattr(graded, "solve", started)
    values = {**listed.VALUES, axis: np.linspace(-2, 2, count)}
    state = steady_state(listed.MODEL, values)
    assert set(state.solver) == {"graded"}
    mode, points = listed.MODEL.modes[0], (0, count // 2, count - 1)
    for point in points:
        alone = steady_state(listed.MODEL, {**values, axis: values[axis][point]})
        assert alone.quanta == state.quanta[point]
        for order in (2, 3):
            found, right = (s.correlation(mode, order) for s in (state, alone))
            # no number depends on how points are grouped beyond its eleventh digit
            assert found[point] == pytest.approx(right, rel=1e-10, abs=0)
        number = alone.number(mode)
        assert state.number(mode)[point] == pytest.approx(number, rel=1e-10, abs=0)


def test_points_that_the_sweeps_failed_at_are_not_swept_again(monkeypatch):
    cuts, sweep = [], choice.sweep

    def counted(model, arrays, cut, *arguments):
        cuts.append(cut)
        return sweep(model, arrays, cut, *arguments)

    monkeypatch.setattr(choice, "sweep", counted)
    monkeypatch.setattr(choice, "MANY", 2)
    strong = {"Delta": 0.7, "U": 1.0, "J": 1.3, "gamma": 1.0, "F": np.ones(2)}
    state = steady_state(kerr_dimer.MODEL, strong, order=2, tolerance=1e-4)
    assert set(state.solver) == {"iterative"}
    assert len(cuts) == 1
    assert min(state.quanta) > cuts[0]


def test_sweeps_that_diverge_are_given_up_and_those_that_converge_are_not():
    values = {"Delta": 0.7, "U": 1.0, "J": 1.3, "gamma": 1.0, "F": np.array([2.0] * 8 + [0.1])}
    flat = {n: np.broadcast_to(x, 9) for n, x in read_values(kerr_dimer.MODEL, values).items()}
    strong, both = ({n: x[:last] for n, x in flat.items()} for last in (8, 9))
    lost = graded.solve(kerr_dimer.MODEL, strong, 8)
    assert not lost.converged.any()
    assert lost.sweeps.max() < 60 / 2
    found = graded.solve(kerr_dimer.MODEL, both, 8)
    assert found.converged.tolist() == [False] * 8 + [True]


def test_a_few_points_that_need_more_quanta_are_swept_like_the_others():
    drives = np.linspace(0.05, 0.3, 400)
    values = {**jaynes_cummings.VALUES, "Delta_a": np.linspace(-2, 2, 400), "xi": drives}
    state = steady_state(jaynes_cummings.MODEL, values)
    numbers = {q: np.count_nonzero(state.quanta == q) for q in np.unique(state.quanta)}
    assert len(numbers) > 1
    for point in (0, 150, 199, 200, 399):
        alone = {name: np.ravel(x)[point if np.size(x) > 1 else 0] for name, x in values.items()}
        single = steady_state(jaynes_cummings.MODEL, alone)
        assert single.quanta == state.quanta[point]
        for order in (2, 3, 4):
            found, right = (s.correlation("a", order) for s in (state, single))
            # no number depends on how points are grouped beyond its eleventh digit
            assert np.ravel(found)[point] == pytest.approx(right, rel=1e-10, abs=0)


def test_a_search_has_the_numbers_of_its_truncations_given_one_by_one():
    drives = np.linspace(0.05, 0.3, 200)
    values = {**jaynes_cummings.VALUES, "Delta_a": np.linspace(-2, 2, 200), "xi": drives}
    state = steady_state(jaynes_cummings.MODEL, values, progress=False)
    assert len(set(state.quanta)) > 1
    for quanta in set(state.quanta.tolist()):
        given = steady_state(jaynes_cummings.MODEL, values, quanta, progress=False)
        some = (state.quanta == quanta) & (state.solver == given.solver)
        for order in (2, 3):
            mine, theirs = (s.correlation("a", order=order)[some] for s in (state, given))
            # no number depends on grouping beyond its eleventh digit
            np.testing.assert_allclose(mine, theirs, rtol=1e-11, atol=0)


def test_cuts_that_would_settle_nothing_are_passed_over(monkeypatch):
    """Two truncations serve nearly every point, four quanta apart or six; numbers are as right."""
    solved, solve = list[tuple[int, int]](), truncation.solve_points

    def noted(chosen, arrays, points, cut, *rest):
        solved.append((cut, len(points)))
        return solve(chosen, arrays, points, cut, *rest)

    monkeypatch.setattr(truncation, "solve_points", noted)
    values = {"D": np.linspace(-2, 2, 20), "g": 3.0, "Omega": 1.0, "k": 1.0, "h": 1.0, "F": 0.1}
    state = steady_state(DETUNED, values, progress=False)
    assert len(solved) == len({cut for cut, _ in solved}) <= 3
    assert sum(count for _, count in solved) <= 2.2 * 20
    finer = steady_state(DETUNED, values, int(state.quanta.max()) + 4, progress=False)
    for order in (2, 3, 4):
        found, right = (s.correlation("a", order) for s in (state, finer))
        np.testing.assert_allclose(found, right, rtol=1e-8, atol=0)  # the tolerance
    for quanta in range(state.quanta.min() - 1):
        # the same of a probability that is returned, some of which only the last truncation holds
        p, right = (s.distribution("a")[:, quanta] for s in (state, finer))
        np.testing.assert_allclose(p[~np.isnan(p)], right[~np.isnan(p)], rtol=1e-8, atol=0)


@pytest.mark.parametrize("more", [2, 4, 6])
def test_of_a_change_what_falls_by_the_next_terms_counts(more):
    """What a truncation lacks of thermal light falls by n/(n + 1) with every quantum."""
    x = 1e-3
    fine, coarse = (Solution.mixture((1 - x) * x ** np.arange(top + 1.0)) for top in (4 + more, 4))
    assert share(fine, coarse)[0] == pytest.approx(1e4 * x**more, rel=1e-9)  # `CAUTION`
    # a plateau on the way from one to the other is none of it, however steep the last shells are
    p = x ** np.minimum(np.arange(11.0), 5) * 1e-9 ** np.maximum(np.arange(11) - 8, 0)
    assert share(Solution.mixture(p), coarse)[0] > 1e4 * 1e-9**2


def test_density_matrices_that_a_search_has_not_kept_are_those_of_its_populations():
    values = {**kerr_dimer.VALUES, "Delta": np.linspace(-1, 1, 40)}
    state = steady_state(kerr_dimer.MODEL, values, progress=False)
    assert all(coarse.rho is None for coarse in state.others)
    n = state.expect(Dagger(a) * a)
    # both are sums over the same matrix, to its round-off
    np.testing.assert_allclose(n.real, state.number("a"), rtol=1e-10, atol=0)


@pytest.mark.parametrize("listed", [jaynes_cummings, second_harmonic])
@pytest.mark.parametrize("drive", [0.05, 0.5, 3.0])
def test_results_that_are_judged_together_are_judged_as_each_alone(listed, drive):
    chosen, name = listed.MODEL, str(listed.MODEL.drive)
    values = {**listed.VALUES, name: drive * np.array([1e-3, 0.1, 1.0])}
    coarse, fine = (steady_state(chosen, values, quanta).blocks[0] for quanta in (4, 6))
    words = [(mode, k) for _, mode, k in results(chosen, 6)]
    together = settled_each(fine, coarse, words, 1e-8, chosen)
    for row, (mode, k) in enumerate(words):
        alone = settled(fine, coarse, (mode,) * k, k > 1, 1e-8, chosen)
        assert together.moves[row].tolist() == alone.moves.tolist()
        # sums in another order
        for one in ("value", "roundoff"):
            np.testing.assert_allclose(getattr(together, one)[row], getattr(alone, one), rtol=1e-12)
        # relative to the value a change is a difference to its rounding
        changes = (one / abs(alone.value) for one in (together.cut[row], alone.cut))
        np.testing.assert_allclose(*changes, rtol=1e-9, atol=1e-13)


def test_a_point_is_swept_from_where_its_grades_hold_many_states():
    # a mode, another one and an atom: 25 states of four quanta are few, 36 of five are not
    atom = SigmaMinus("s")
    coupled = light + D * number[b] + g * hermitian(Dagger(a) * b) + hermitian(Dagger(a) * atom)
    chosen = model(coupled, Loss(h, b), Loss(h, atom))
    values = {"D": 0.3, "g": 0.7, "k": 1.0, "h": 0.5, "F": 0.1}
    state, alone = (steady_state(chosen, values, solver=name) for name in ("auto", "iterative"))
    assert (state.solver, alone.solver) == ("graded", "iterative")
    for mode in map(label, (a, b)):
        # to the tolerance of the search
        assert state.correlation(mode) == pytest.approx(alone.correlation(mode), rel=1e-8)


def test_sweeps_find_light_of_a_transparent_atom_as_in_an_empty_cavity():
    # |alpha> times the dark state Omega |g> - g alpha |s> solves the equation at any drive
    values = {"Omega": np.linspace(0.5, 2, 4), "F": 0.2, "g": 1.5, "k": 1.0, "h": 0.7}
    assert choice.kind(TRANSPARENT, 10) is None  # nothing leaves |s> alone
    assert choice.way_to_sweep(TRANSPARENT, 10, "auto", 4) == choice.Kind.SYLVESTER
    arrays = {n: np.broadcast_to(x, 4) for n, x in read_values(TRANSPARENT, values).items()}
    found = solve_packs(TRANSPARENT, arrays, 10)
    for order in (1, 2):
        light = (2 * values["F"] / values["k"]) ** (2 * order)
        # the tolerance of the sweeps, beside a tail of ten quanta of 1e-9 of that
        np.testing.assert_allclose(found.moment(0, order), light, rtol=1e-9)


def test_states_that_decay_by_way_of_others_are_swept_like_single_points():
    values = {"Omega": np.linspace(0.5, 2, 3), "g": 1.5, "k": 1.0, "h": 0.7, "F": 0.2, "D": 0.4}
    energy = D * (number[a] + lambda_.population("s") + lambda_.population("e"))
    detuned = replace(TRANSPARENT, hamiltonian=TRANSPARENT.hamiltonian + energy)
    state = steady_state(detuned, values)
    assert set(state.solver) == {"graded"}
    for i, Omega in enumerate(values["Omega"]):
        alone = steady_state(detuned, {**values, "Omega": Omega})
        for order in (2, 3, 4):
            found, right = (s.correlation(a, order) for s in (state, alone))
            # two solvers to the tolerance of the sweeps
            assert found[i] == pytest.approx(right, rel=1e-10)
