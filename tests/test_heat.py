"""Modes that hold the quanta of a bath: how many, how a search starts there, and when it ends."""

import numpy as np
import pytest
import sympy as sp
from scipy.special import comb
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp

from numeric import steady_state
from numeric.lindblad.heat import fall_of_baths, held
from numeric.lindblad.liouvillian import liouvillian
from numeric.lindblad.space import Space, count_states
from numeric.search import truncation
from numeric.solvers import choice, direct, iterative
from numeric.solvers.choice import solve_points
from numeric.solvers.solution import Solution
from numeric.trust.judge import share, slow
from systems import Loss, Model
from systems.library import kerr_dimer, kerr_ring, optomechanics
from systems.library.optomechanics import a, b, gamma, kappa, xi
from systems.status import Status
from systems.values import read_values

WARM = {"Delta": 0.3, "omega": 1.0, "g": 0.1, "kappa": 1.0, "gamma": 0.05, "n_th": 0.5, "xi": 0.01}


@pytest.fixture
def solved(monkeypatch: pytest.MonkeyPatch) -> list:
    """The cuts that a search solves."""
    cuts: list = []

    def noted(model, arrays, points, cut, *rest):
        cuts.append(cut)
        return solve_points(model, arrays, points, cut, *rest)

    monkeypatch.setattr(truncation, "solve_points", noted)
    return cuts


@pytest.mark.parametrize("order", [1, 2, 4])
@pytest.mark.parametrize("n", [0.01, 1.0, 10.0])
def test_what_a_bath_asks_for_is_the_least_that_holds_its_moments(n: float, order: int) -> None:
    """Sums of the geometric law itself: <b'^k b^k> = k! n^k, of which so little lies beyond."""
    x, tolerance, q = n / (n + 1), 1e-6, np.arange(2000)
    terms = comb(q, order) * x**q
    top = int(held(np.array([x]), order, tolerance)[0])
    beyond = [terms[kept + 1 :].sum() / terms.sum() for kept in (top - 1, top)]
    assert beyond[1] <= tolerance < beyond[0]


def test_populations_fall_by_what_a_bath_puts_in_over_what_it_takes_out() -> None:
    r = sp.Symbol("r", real=True)
    squeezed = Model(
        "mirror in a squeezed bath",
        optomechanics.MODEL.hamiltonian,
        (Loss(kappa, a), Loss(gamma, sp.cosh(r) * b + sp.sinh(r) * Dagger(b))),
        xi,
    )
    values = {name: np.array([x]) for name, x in {**WARM, "r": 0.7}.items()}
    assert fall_of_baths(optomechanics.WARM, values)[0] == pytest.approx([0, 1 / 3])
    # of a squeezed vacuum P(2m) falls by tanh(r)^2 a pair
    assert fall_of_baths(squeezed, values)[0] == pytest.approx([0, np.tanh(0.7)])
    # what the drive orders is not filled by a bath
    assert not fall_of_baths(optomechanics.MODEL, values).any()


def test_a_search_beside_a_bath_starts_with_what_the_bath_fills(solved: list) -> None:
    """Two truncations are enough where light hardly moves the mirror; numbers as of more quanta."""
    state = steady_state(optomechanics.WARM, WARM, order=2, progress=False)
    assert state.status == "ok"
    assert len(solved) == 2
    more = {mode: top + top // 2 for mode, top in state.truncation.items()}
    finer = steady_state(optomechanics.WARM, WARM, more, progress=False)
    for mode in "ab":
        # a search is right to its tolerance, 1e-8
        assert state.number(mode) == pytest.approx(finer.number(mode), rel=1e-8, abs=0)
        assert state.correlation(mode) == pytest.approx(finer.correlation(mode), rel=1e-8, abs=0)


@pytest.mark.parametrize(
    ("n_th", "way"), [(10.0, "a truncation of your own"), (100.0, "ask for a colder bath")]
)
def test_a_mirror_that_is_too_warm_for_any_cut_is_told_at_once(
    solved: list, n_th: float, way: str
) -> None:
    """Phonons that fall by n/(n + 1) take 250 and 2,500 levels beside every number of photons."""
    hot = WARM | {"n_th": n_th}
    state = steady_state(optomechanics.WARM, hot, progress=False, frame="original")
    assert state.number_status("a") == state.number_status("b") == "not converged"
    # a quarter of the states that may be kept shows how the populations fall
    assert max(count_states(optomechanics.WARM.modes, cut) for cut in solved) <= 900 / 4
    assert way in state.advice


def _beside(fall: np.ndarray) -> Solution:
    """A few photons, P(n) = 1e-4^n, beside phonons with these populations."""
    on = Space([BosonOp("a"), BosonOp("b")], (2, len(fall) - 1))
    p = np.outer(1e-4 ** np.arange(3), fall).ravel()
    return Solution.of(on, np.diag(p / p.sum()) + 0j, 1e-18 * p, 0.0, "ok", "by hand")


def test_warm_phonons_are_judged_by_their_tail_and_photons_by_how_they_change() -> None:
    x = 0.6
    fine = _beside(x ** np.arange(31.0))
    small = Space([BosonOp("a"), BosonOp("b")], (0, 28))
    coarse = Solution.of(
        small, np.diag(x ** np.arange(29.0)) * (1 - x) + 0j, np.zeros(29), 0.0, "ok", "by hand"
    )
    assert share(fine, coarse)[0] == pytest.approx(1e4 * 1e-8)  # `CAUTION`, and photons squared
    # beyond 30 quanta lies x^31 (31 + x/(1 - x)) of x/(1 - x), of which some times is taken
    left = x**31 * (31 * (1 - x) / x + 1)
    assert left <= slow(fine, (1,), False, np.array([x / (1 - x)]))[0] * (1 - x) / x <= 10 * left
    # what does not fall steadily tells nothing of what comes: all of a change counts
    bent = x ** np.arange(31.0) + 1e-6 * (np.arange(31) > 20)
    assert share(_beside(bent), coarse)[0] == 1.0


@pytest.mark.parametrize(
    ("model", "quanta", "tried"),
    [(kerr_dimer, 9, True), (kerr_dimer, 19, False), (kerr_ring, 7, False)],
)
def test_only_what_takes_seconds_is_factorised_where_iterating_fails(
    model, quanta: int, tried: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """55 states of two modes; not 210 of two, nor 120 of three, which take a minute."""
    factorised = []

    def fails(equation, c, s):
        return Solution.none(equation.space, np.arange(1), Status.NOT_CONVERGED, "iterative")

    def factorise(equation, c, s):
        factorised.append(equation.space.size)
        return fails(equation, c, s)

    monkeypatch.setattr(iterative, "solve_point", fails)
    monkeypatch.setattr(direct, "solve_point", factorise)
    monkeypatch.setitem(choice.BY_POINT, "direct", factorise)
    equation = liouvillian(model.MODEL, quanta)
    arrays = {n: np.array([x]) for n, x in read_values(model.MODEL, model.VALUES).items()}
    choice.solve(equation, arrays, "iterative")
    assert bool(factorised) is tried
