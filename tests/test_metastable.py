"""How much light is on which of two branches that it leaves more rarely than round-off tells."""

import numpy as np
import pytest
import sympy as sp
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp

from numeric import steady_state
from numeric.lindblad.heat import fall_of_baths
from numeric.lindblad.liouvillian import liouvillian
from numeric.search.classical import branches
from numeric.search.growth import Growth
from numeric.search.pushed import pushes
from numeric.solvers.choice import solve_points
from numeric.solvers.direct import factorise
from numeric.solvers.metastable import metastable
from systems import Loss, Model
from systems.library import kerr
from tests.oracles import kerr_correlation

# Detuning, nonlinearity, drive: on the bright branch, of 55 quanta; on the faint one, of 2 quanta
# beside 63 that are there with a probability of 4e-11; on both
BRIGHT, FAINT, BOTH = (-6.31, 0.0707, 10.85), (-10.8543, 0.100827, 15.6311), (-6.31, 0.0707, 10.0)
# Six quanta, or 144, as often: the tail of the faint branch hides what a cut leaves on the other
MANY = (-12.0, 0.05, 28.0)


def values_at(point):
    return dict(zip(("Delta", "chi", "xi"), point, strict=True), gamma=1.0)


@pytest.mark.parametrize(
    ("point", "quanta"),
    [(FAINT, 135), (BOTH, 122), pytest.param(MANY, 310, marks=pytest.mark.slow)],
)
def test_how_much_light_is_on_which_branch_agrees_with_drummond_and_walls(point, quanta):
    values = values_at(point)
    state = steady_state(kerr.MODEL, values, quanta=quanta)
    # the bright branch changes g2 of the faint one by 2.4e-8: it is right to five digits
    for k in (1, 2):
        found = state.correlation("a", k) if k > 1 else state.number("a")
        np.testing.assert_allclose(found, kerr_correlation(k, **values), rtol=2e-13)


@pytest.mark.slow
def test_light_on_two_branches_is_known_by_default_beside_points_with_one():
    points = [values_at(BRIGHT), {"Delta": 0.0, "chi": 5.0, "gamma": 1.0, "xi": 0.1}]
    state = steady_state(kerr.MODEL, {k: np.array([v[k] for v in points]) for k in points[0]})
    assert list(state.status) == ["ok", "ok"]
    for k, found in ((1, state.number("a")), (2, state.correlation("a"))):
        exact = [kerr_correlation(k, **values) for values in points]
        np.testing.assert_allclose(found, exact, rtol=1e-8)  # what is asked for by default


@pytest.mark.parametrize(
    ("point", "quanta"), [(FAINT, 118), pytest.param(MANY, 227, marks=pytest.mark.slow)]
)
def test_a_cut_that_takes_light_off_its_branch_tells_no_number(point, quanta):
    # it leaves the bright branch hundreds of times as often as without the cut
    state = steady_state(kerr.MODEL, values_at(point), quanta=quanta)
    assert state.number_status("a") != "ok"
    assert np.isnan(state.number("a"))


def test_a_phase_of_the_drive_turns_the_field_and_nothing_else():
    """a -> a exp(i phi): all coefficients of the drive are complex then."""
    a, F, G = BosonOp("a"), sp.Symbol("F", complex=True), sp.Symbol("G", positive=True)
    D, U = sp.symbols("D U", real=True)
    H = D * Dagger(a) * a + U * Dagger(a) ** 2 * a**2 + F * Dagger(a) + sp.conjugate(F) * a
    model = Model("Kerr mode", H, (Loss(G, a),), F)
    equation, rhos = liouvillian(model, 60), []
    for phase in (1.0, 0.6 + 0.8j):
        values = {"D": -6.68278, "U": 0.185298, "G": 1.0, "F": 7.16779 * phase}
        c = equation.coefficients({name: np.array([x]) for name, x in values.items()})[0]
        c = c / np.max(abs(c))
        how = equation.space, equation.matrix(c), equation.summands(c), None
        rhos.append(metastable(*how, factorise)[0])
    turned = (0.6 + 0.8j) ** np.subtract.outer(np.arange(61), np.arange(61))
    # round-off of the phase alone
    np.testing.assert_allclose(rhos[1], turned * rhos[0], rtol=0, atol=1e-14)


def test_the_cut_after_one_that_takes_light_off_its_branch_holds_it():
    arrays = {name: np.array([x]) for name, x in values_at(FAINT).items()}
    known = fall_of_baths(kerr.MODEL, arrays), pushes(kerr.MODEL, arrays)
    light, points = branches(kerr.MODEL, arrays), np.arange(1)
    search = Growth(4, 1e-8, None, kerr.MODEL, points, light, *known, room=500)
    few = search.marked(solve_points(kerr.MODEL, arrays, points, 118, "direct"))
    more = search.marked(solve_points(kerr.MODEL, arrays, points, search.farther(118), "direct"))
    assert [*search.leaks(few), *search.leaks(more)] == [True, False]
