"""Mirrors that are warm or pushed by light: the sweeps over photons, with all that phonons do."""

from dataclasses import replace

import numpy as np
import pytest
import sympy as sp
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp

from numeric import steady_state
from numeric.lindblad.liouvillian import liouvillian
from numeric.lindblad.space import space
from numeric.search import truncation
from numeric.solvers import direct, iterative
from numeric.solvers.choice import solve_points
from numeric.solvers.staircase import Elements, Staircase, partial_grades
from systems import Loss, Model
from systems.library import kerr_dimer, optomechanics
from systems.library.optomechanics import Delta, a, b, g, gamma, kappa, n_th, omega, xi
from systems.values import read_values

MIRROR = {"Delta": 0.09, "omega": 1.0, "g": 0.3, "kappa": 0.3, "gamma": 0.05, "xi": 0.02}
WARM = {**MIRROR, "n_th": 5.0}
c, J = BosonOp("c"), sp.Symbol("J", real=True)
BATH = (Loss(gamma * (n_th + 1), b), Loss(gamma * n_th, Dagger(b)))
# the light shifts a warm mode that has a drive of its own, of any strength
SHIFTED = Model(
    "a cavity beside a warm mode",
    Delta * Dagger(a) * a
    + omega * Dagger(b) * b
    + g * Dagger(a) * a * Dagger(b) * b
    + J * (b + Dagger(b))
    + xi * (a + Dagger(a)),
    (Loss(kappa, a), *BATH),
    xi,
)
BETWEEN = Model(
    "two cavities, one of which pushes a mirror",
    Delta * (Dagger(a) * a + Dagger(c) * c)
    + J * (Dagger(a) * c + Dagger(c) * a)
    + omega * Dagger(b) * b
    + g * Dagger(a) * a * (b + Dagger(b))
    + xi * (a + Dagger(a)),
    (Loss(kappa, a), Loss(kappa, c), *BATH),
    xi,
)


def test_what_the_staircase_inverts_is_what_does_not_lower_a_grade() -> None:
    """M X + R X is the whole equation, and M^-1 undoes M."""
    model = optomechanics.WARM
    equation = liouvillian(model, (2, 3))
    row = equation.coefficients({n: np.array([x]) for n, x in read_values(model, WARM).items()})[0]
    system = equation.matrix(row).tolil()
    system[0] = np.eye(1, system.shape[0])[0]
    grades = partial_grades(model, equation.space)
    inverse = Staircase(system.tocsc(), Elements.between(grades))
    x = np.exp(1j * np.arange(system.shape[0]))
    # an element of the equation is fed by those of its own grades (m, n), and of fewer quanta
    m, n = np.repeat(grades, len(grades)), np.tile(grades, len(grades))
    own = (m[:, None] == m) & (n[:, None] == n)
    kept = np.where(own | ((m + n)[:, None] > m + n), system.toarray(), 0) @ x
    np.testing.assert_allclose(inverse(kept), x, rtol=1e-10, atol=0)  # |M||M^-1| is 1e4


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    ("model", "cut"),
    [
        (optomechanics.WARM, (2, 9)),
        (optomechanics.WARM, 6),
        (SHIFTED, (2, 9)),
        (BETWEEN, (1, 5, 1)),
    ],
    ids=["warm mirror", "warm mirror by total quanta", "warm and driven mode", "three modes"],
)
def test_what_a_bath_fills_is_solved_as_by_one_factorisation(model, cut, seed: int) -> None:
    """Losses and drives over orders of magnitude, 0 to 10 thermal quanta."""
    rng = np.random.default_rng(seed)
    values = {
        "Delta": rng.uniform(-2, 2),
        "omega": rng.uniform(0.1, 3),
        "g": rng.normal(),
        "kappa": 10 ** rng.uniform(-2, 1),
        "gamma": 10 ** rng.uniform(-4, 0.5),
        "n_th": [0.0, 0.1, 1.0, 10.0][seed],
        "xi": 10 ** rng.uniform(-4, -0.5),
        "J": rng.normal(),
    }
    known = {symbol.name: values[symbol.name] for symbol in model.parameters}
    equation = liouvillian(model, cut)
    (c,), (s,) = equation.rows({n: x[None] for n, x in read_values(model, known).items()})
    fast, slow = iterative.solve_point(equation, c, s), direct.solve_point(equation, c, s)
    assert fast.status[0] == slow.status[0] == "ok"
    # no population is further from the other's than both say
    assert np.all(abs(fast.populations - slow.populations) <= 2 * (fast.error + slow.error))
    for mode in range(len(model.modes)):
        counts = equation.space.falling(mode, 1)
        numbers = fast.populations @ counts, slow.populations @ counts
        np.testing.assert_allclose(
            *numbers, rtol=1e-11, atol=0
        )  # a hundred times the largest of 72


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


def test_a_point_of_a_batch_has_the_numbers_that_it_has_alone() -> None:
    """A batch adds up its equations on patterns, in another order than a point does."""
    quanta = {"a": 2, "b": 34}  # 105 states: 11,000 unknowns, more than one point has patterns of
    detunings = np.array([-0.3, 0.09, 1.0])
    batch = steady_state(optomechanics.WARM, WARM | {"Delta": detunings}, quanta, progress=False)
    alone = steady_state(optomechanics.WARM, WARM | {"Delta": 0.09}, quanta, progress=False)
    for mode in "ab":
        together = batch.estimate("number", mode).value[1]
        assert together == pytest.approx(alone.estimate("number", mode).value, rel=1e-11)


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
    how = {"limit": 150, "order": 2, "frame": "original", "progress": False}
    state = steady_state(optomechanics.WARM, WARM, **how)
    assert state.status == "not converged"
    assert len(solved) > 1


def _grades(model: Model) -> list[int] | None:
    """Of no quanta, one phonon, one photon, and both."""
    found = partial_grades(model, space(model.modes, (1, 1)))
    return None if found is None else found.tolist()


def test_only_modes_that_the_drive_orders_have_grades() -> None:
    assert _grades(optomechanics.MODEL) == [0, 0, 1, 1]
    assert _grades(kerr_dimer.MODEL) is None  # all have
    assert partial_grades(BETWEEN, space(BETWEEN.modes, (1, 1, 1))).tolist() == [
        0,
        1,
        0,
        1,
        1,
        2,
        1,
        2,
    ]


def test_phonons_that_take_photons_along_leave_no_grades() -> None:
    """A jump that adds a photon would lead up the stairs."""
    losses = (*optomechanics.MODEL.losses, Loss(gamma, b + a))
    mixed = replace(optomechanics.MODEL, losses=losses)
    assert _grades(mixed) == [0, 0, 1, 1]  # a mixed loss lowers photons or keeps them
    adjoint = Loss(gamma, mixed.losses[0].operator.adjoint())
    assert _grades(replace(mixed, losses=(*losses, adjoint))) is None
