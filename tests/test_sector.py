"""What a symmetry keeps apart from the populations vanishes, and may be left out."""

import numpy as np
import pytest
import sympy as sp
from oracles import pairs_moment
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp

from numeric import steady_state
from numeric.lindblad.liouvillian import liouvillian
from numeric.search.classical import Branches
from numeric.search.start import SearchStart, default_room
from numeric.solvers import direct, iterative
from systems import Loss, Model
from systems.library import kerr
from systems.values import read_values

a, b = BosonOp("a"), BosonOp("b")
U, G, g = sp.symbols("U G g", real=True)
HOP = g * (Dagger(a) * b + Dagger(b) * a)
PAIRS = Model(
    "pairs",
    U * Dagger(a) ** 2 * a**2 / 2 + G * (a**2 + Dagger(a) ** 2) / 2,
    (Loss(1, a), Loss(sp.Rational(1, 10), a**2)),
)
LASER = Model("pumped", HOP, (Loss(1, Dagger(a)), Loss(sp.Rational(1, 2), a**2), Loss(1, b)))
TWO = Model("two modes by pairs", G * (a * b + Dagger(a) * Dagger(b)), (Loss(1, a), Loss(2, b)))
PUMP = Model(
    "driven pump",
    g * (b * Dagger(a) ** 2 + Dagger(b) * a**2) + G * (b + Dagger(b)),
    (Loss(1, a), Loss(1, b)),
    G,
)


def at(model, quanta, **values):
    """The equation, and its coefficients at a point with their scale."""
    equation = liouvillian(model, quanta)
    arrays = {n: x[None] for n, x in read_values(model, values).items()}
    return equation, *(rows[0] for rows in equation.rows(arrays))


@pytest.mark.parametrize(
    ("model", "quanta", "values", "unknowns"),
    [
        # pairs of the same parity, (n + 1)^2/2 and a half
        (PAIRS, 8, {"U": 0.3, "G": 0.4}, 41),
        # as many quanta on both sides, sum (N + 1)^2
        (LASER, 6, {"g": 0.7}, 140),
        # as many quanta of a beyond those of b on both sides: 4 states of none beyond, 3 of one
        (TWO, 6, {"G": 0.3}, 72),
        # a driven pump: the parity of a, of 16 and of 12 states
        (PUMP, 6, {"g": 0.3, "G": 0.8}, 400),
    ],
)
def test_only_what_the_populations_are_coupled_to_is_not_zero(model, quanta, values, unknowns):
    equation, c, s = at(model, quanta, **values)
    some = equation.sector(c)
    assert len(some) == unknowns
    rho = np.linalg.svd(equation.matrix(c).toarray())[2][-1].conj().reshape(equation.space.size, -1)
    rho /= np.trace(rho)  # of all unknowns
    assert np.max(abs(np.delete(rho.ravel(), some))) < 1e-14  # beside elements of order one
    for solve in (direct.solve_point, iterative.solve_point):
        found = solve(equation, c, s)
        assert found.status[0] == "ok"
        assert np.allclose(found.rho[0], rho, rtol=0, atol=1e-13)


def test_a_coherent_drive_leaves_all_unknowns():
    equation, c, _ = at(kerr.MODEL, 5, **kerr.VALUES)
    assert equation.sector(c) is None


@pytest.mark.parametrize(("model", "dear"), [(LASER, False), (PUMP, True)])
def test_higher_orders_are_worth_as_many_states_as_pairs_where_a_charge_leaves_few_unknowns(
    model, dear
):
    none = np.zeros((1, 2))
    point = np.arange(1), Branches(none, np.array([False])), none, none
    start = SearchStart(4, 1e-8, None, model, *point, room=default_room(model))
    # 820 and 496 states: both fit
    most = 39 if model is LASER else 30
    assert start.fits(most)
    assert start._is_dear(most) == dear


def test_a_state_that_a_symmetry_does_not_make_unique_is_still_told():
    # D[x] of an oscillator cut at one quantum has two steady states, |+> and |->, of which the
    # elements with an even number of quanta know only the mixture
    other = Model("dephasing along x", G * Dagger(a) * a, (Loss(1, a + Dagger(a)),))
    equation, c, s = at(other, 1, G=0.0)
    assert equation.sector(c) is None
    assert direct.solve_point(equation, c, s).status[0] == "not unique"


@pytest.mark.parametrize(("drive", "shift"), [(0.3, 0.5), (2.0, 0.1), (2.0, 0.03), (8.0, 0.1)])
def test_light_of_pairs_is_exact_below_and_above_its_threshold(drive, shift):
    state = steady_state(PAIRS, {"G": drive, "U": shift})
    exact = [pairs_moment(k, k, U=shift, G=drive, gamma=1, gamma_2=0.1).real for k in (1, 2)]
    # asked for: 1e-8 of each; g2 divides by the number twice
    assert np.isclose(float(state.number("a")), float(exact[0]), rtol=3e-8, atol=0)
    assert np.isclose(float(state.correlation("a")), float(exact[1] / exact[0] ** 2), rtol=3e-8)


@pytest.mark.slow
def test_modes_in_equal_baths_are_thermal_to_every_order_whatever_they_exchange():
    # H keeps all quanta, and detailed balance leaves P(n, m) = (1 - x)^2 x^(n + m)
    kerr_pair = HOP + U * (Dagger(a) ** 2 * a**2 + Dagger(b) ** 2 * b**2)
    fed = [Loss(sp.Rational(3, 10), Dagger(mode)) for mode in (a, b)]
    model = Model("equal baths", kerr_pair, (Loss(1, a), Loss(1, b), *fed))
    state = steady_state(model, {"g": 1.0, "U": 1.0})
    assert np.isclose(float(state.number("b")), 3 / 7, rtol=1e-8, atol=0)
    for k, exact in ((2, 2), (3, 6), (4, 24)):
        assert np.isclose(float(state.correlation("b", k)), exact, rtol=1e-8 * k, atol=0)
