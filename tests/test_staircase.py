"""Mirrors that are warm or pushed by light: the sweeps over photons, with all that phonons do."""

from dataclasses import replace

import numpy as np
import pytest

from numeric import steady_state, truncation
from numeric.liouvillian import liouvillian
from numeric.solvers import direct, iterative
from numeric.solvers.choice import solve_points
from numeric.solvers.staircase import Staircase, partial_grades
from numeric.space import space
from systems import Loss, Model
from systems.library import kerr_dimer, optomechanics
from systems.library.optomechanics import b
from systems.values import read_values

MIRROR = {"Delta": 0.09, "omega": 1.0, "g": 0.3, "kappa": 0.3, "gamma": 0.05, "xi": 0.02}
WARM = {**MIRROR, "n_th": 5.0}


def test_what_the_staircase_inverts_is_what_does_not_lower_a_grade() -> None:
    """M X + R X is the whole equation, and M^-1 undoes M."""
    model = optomechanics.WARM
    equation = liouvillian(model, (2, 3))
    row = equation.coefficients({n: np.array([x]) for n, x in read_values(model, WARM).items()})[0]
    system = equation.matrix(row).tolil()
    system[0] = np.eye(1, system.shape[0])[0]
    inverse = Staircase(system.tocsc(), partial_grades(model, equation.space))
    x = np.exp(1j * np.arange(system.shape[0]))
    kept = system.tocsr() @ x - inverse.rest @ x
    np.testing.assert_allclose(inverse(kept), x, rtol=1e-10, atol=0)  # |M||M^-1| is 1e4


@pytest.mark.parametrize("n_th", [0.0, 0.5, 5.0])
def test_a_warm_mirror_is_solved_as_by_one_factorisation(n_th: float) -> None:
    model, cut = optomechanics.WARM, (2, 13)
    arrays = {n: x[None] for n, x in read_values(model, {**WARM, "n_th": n_th}).items()}
    equation = liouvillian(model, cut)
    (c,), (s,) = equation.rows(arrays)
    fast, slow = iterative.solve_point(equation, c, s), direct.solve_point(equation, c, s)
    assert fast.status[0] == "ok"
    # both promise ten digits of a number; of populations of 1e-8 fewer are known
    for mode, order in ((0, 1), (0, 2), (1, 1), (1, 2)):
        counts = equation.space.falling(mode, order)
        known = (fast.populations @ counts, slow.populations @ counts)
        np.testing.assert_allclose(*known, rtol=1e-10, atol=0)
    assert np.all(abs(fast.populations - slow.populations) <= 1e2 * (fast.error + slow.error))


def test_a_warm_mirror_hangs_as_far_down_as_its_light_pushes_it() -> None:
    """d<b>/dt = -(i omega + gamma/2) <b> - i g <a'a> = 0, exactly."""
    values = {**WARM, "n_th": 2.0}
    state = steady_state(optomechanics.WARM, values, {"a": 2, "b": 40}, progress=False)
    assert state.solver == "iterative"
    pushed = -1j * values["g"] * state.number("a") / (1j * values["omega"] + values["gamma"] / 2)
    # 41 levels leave out (2/3)^41 = 6e-8 of a thermal state, whose elements are up to 6 times one
    assert state.expect(b) == pytest.approx(pushed, rel=1e-5)
    # without light it holds n_th phonons; light of 1 % of a photon adds about as much
    assert state.number("b") == pytest.approx(2, rel=0.01)


def test_a_search_solves_no_cut_again_that_its_budget_has_made_smaller(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Five phonons ask for more than the budget has, at the first cut as later."""
    solved = []

    def count(model, arrays, points, cut, *rest):
        assert cut not in solved
        solved.append(cut)
        return solve_points(model, arrays, points, cut, *rest)

    monkeypatch.setattr(truncation, "solve_points", count)
    state = steady_state(optomechanics.WARM, WARM, limit=150, order=2, progress=False)
    assert state.status == "not converged"
    assert len(solved) > 1


def _grades(model: Model) -> list[int] | None:
    """Of no quanta, one phonon, one photon, and both."""
    found = partial_grades(model, space(model.modes, (1, 1)))
    return None if found is None else found.tolist()


def test_only_modes_that_the_drive_orders_have_grades() -> None:
    assert _grades(optomechanics.MODEL) == [0, 0, 1, 1]
    assert _grades(kerr_dimer.MODEL) is None  # all have


def test_phonons_that_take_photons_along_leave_no_grades() -> None:
    """A jump that adds a photon would lead up the stairs."""
    losses = (*optomechanics.MODEL.losses, Loss(optomechanics.gamma, b + optomechanics.a))
    mixed = replace(optomechanics.MODEL, losses=losses)
    assert _grades(mixed) == [0, 0, 1, 1]  # a mixed loss lowers photons or keeps them
    adjoint = Loss(optomechanics.gamma, mixed.losses[0].operator.adjoint())
    assert _grades(replace(mixed, losses=(*losses, adjoint))) is None
