"""Every branch of a blockade condition is a zero, and every zero is on a branch."""

from dataclasses import replace

import numpy as np
import pytest
import sympy as sp
from helpers import assert_closed_form_equals
from sympy import Abs, I, exp, sqrt
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp

from analytic import derive, optimal_points
from analytic.conditions.condition import NoClosedForm
from analytic.conditions.verification import trials
from systems import Loss, Model
from systems.library import SYSTEMS

a, b = BosonOp("a"), BosonOp("b")
ad, bd = Dagger(a), Dagger(b)
Delta, U, J, chi, phi, theta, eta = sp.symbols("Delta U J chi phi theta eta", real=True)
gamma, xi, F, G = sp.symbols("gamma xi F G", positive=True)
J_c = sp.Symbol("J_c", complex=True)


def dimer(coupling, drive=F * (ad + a)):
    undriven = Delta * (ad * a + bd * b) + U * (ad**2 * a**2 + bd**2 * b**2)
    losses = (Loss(gamma, a), Loss(gamma, b))
    return Model("dimer", undriven + coupling + drive, losses, F)


REAL = dimer(J * (ad * b + bd * a))
COMPLEX = dimer(J_c * ad * b + sp.conjugate(J_c) * bd * a)
TWO_DRIVES = dimer(
    J * (ad * b + bd * a), F * (ad + a) + F * eta * (exp(I * theta) * bd + exp(-I * theta) * b)
)
RESONANT = replace(TWO_DRIVES, hamiltonian=TWO_DRIVES.hamiltonian.subs(Delta, 0))
PAIRS = Model(
    "Kerr mode with pairs",
    Delta * ad * a + chi * ad**2 * a**2 + xi * (ad + a)
    + G * (exp(I * phi) * ad**2 + exp(-I * phi) * a**2),
    (Loss(gamma, a),),
    xi,
    orders={G: 2},
)  # fmt: skip
listed = {name: entry.model for name, entry in SYSTEMS.items()}
CASES = [
    (REAL, ("U", "J")),
    (REAL, ("Delta", "J")),
    (REAL, ("U", "gamma")),
    (COMPLEX, ("Delta", "Abs(J_c)")),
    (COMPLEX, ("U", "Abs(J_c)")),
    (listed["nanotip"], ("Delta", "Abs(J)")),
    (listed["nanotip"], ("Delta", "chi")),
    (listed["nanotip"], ("Abs(J)", "gamma")),
    (listed["kerr_dimer"], ("Delta", "U")),
    (listed["kerr_dimer"], ("J", "gamma")),
    (listed["jaynes_cummings"], ("Delta_a", "Delta_s")),
    (listed["jaynes_cummings"], ("g", "kappa")),
    (listed["parametric_kerr"], ("Delta", "gamma")),
    (listed["second_harmonic"], ("Delta_b", "g")),
    (RESONANT, ("eta", "theta")),  # detuned it takes three times as long
    (PAIRS, ("G", "phi")),
    (PAIRS, ("G", "Delta")),
]


def draw(model, unknowns, random):
    """Values of all symbols but the unknowns, of both signs or phases where they may have them."""
    values = {}
    for symbol in model.parameters:
        if {str(symbol), f"Abs({symbol})"} & set(unknowns):
            continue
        size = round(random.uniform(0.2, 2), 3)
        sign = 0.6 + 0.8j if symbol.is_real is None else random.choice([1.0, -1.0])
        values[str(symbol)] = size * (1.0 if symbol.is_positive else sign)
    return values


def places(branches, point=None):
    """The values of the branches whose domain holds the point, sorted."""
    here = [x for x in branches if x.domain.subs(point or {}) == sp.true]
    return sorted([float(sp.re(sp.N(v.subs(point or {})))) for v in x.values.values()]
                  for x in here)  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("model", "unknowns"), CASES)
def test_closed_branches_are_the_zeros_found_in_numbers(model, unknowns):
    closed, random = derive(model), np.random.default_rng(5)
    branches = closed.blockade_conditions("a" if a in model.modes else model.modes[0], unknowns)
    for _ in range(3):
        values = draw(model, unknowns, random)
        numbers = closed.blockade_conditions(
            "a" if a in model.modes else model.modes[0], unknowns, values=values
        )
        point = {s: sp.sympify(values[str(s)]) for s in model.parameters if str(s) in values}
        # doubles in the values of the closed form; nested roots lose some of their 16 digits
        np.testing.assert_allclose(places(branches, point), places(numbers), rtol=1e-8)


def test_detuned_dimer_has_no_zero_that_comes_from_a_vanishing_slope():
    # 8 Delta^2 + 4 J^2 = 2 gamma^2 and 8 Delta^3 = 6 Delta gamma^2 exclude each other
    at = {Delta: sp.Rational(3, 10), gamma: 1}
    branches = derive(REAL).blockade_conditions(a, (U, J))
    assert len(branches) == 2
    assert not any(branch.domain.subs(at) == sp.true for branch in branches)


@pytest.mark.slow
def test_a_rate_is_positive_and_a_modulus_not_negative_on_every_branch():
    for model, unknowns in ((REAL, (U, gamma)), (COMPLEX, (Delta, Abs(J_c)))):
        branches = derive(model).blockade_conditions(a, unknowns)
        assert len(branches) == 2
        assert not any(b.values[unknowns[1]].could_extract_minus_sign() for b in branches)
        assert not any(b.values[unknowns[1]] == 0 for b in branches)


@pytest.mark.parametrize(
    ("value", "poles", "domain", "verdict"),
    [
        (sqrt(2 * gamma**2 - 8 * Delta**2) / 2, [], gamma > 2 * Abs(Delta), {False}),
        (2 * U, [], sp.true, {True}),
        (2 * U, [J**2 - 4 * U**2], sp.true, {False}),  # 0/0
        (sqrt(U**2 - gamma**2), [], gamma**2 / 10**4 > U**2, set()),  # hardly a domain
    ],
)
def test_a_branch_is_one_if_the_amplitude_and_nothing_else_vanishes_on_it(
    value, poles, domain, verdict
):
    assert set(trials(J - 2 * U, poles, {J: value}, domain)) == verdict


def test_roots_of_cubic_equations_are_left_to_numbers():
    with pytest.raises(NoClosedForm, match="give the argument `values`"):
        derive(REAL).blockade_conditions(a, (Delta, gamma))


def test_phase_and_strength_of_the_pairs_are_those_of_sarma_and_sarma():
    # G exp(i phi) = xi^2/(Delta - i gamma/2), Phys. Rev. A 96, 053827 (2017)
    (branch,) = derive(PAIRS).blockade_conditions(a, (G, phi))
    zero = xi**2 / (Delta - I * gamma / 2)
    assert_closed_form_equals(branch.values[G], 2 * xi**2 / sqrt(4 * Delta**2 + gamma**2))
    at = {Delta: 0.3, gamma: 1.7, xi: 0.2}
    # double precision
    assert float(branch.values[phi].subs(at)) == pytest.approx(float(sp.arg(zero.subs(at))))


def test_phase_and_detuning_are_solved_for_in_numbers():
    # |Delta - i gamma/2| = xi^2/G = gamma: Delta = +-sqrt(3)/2 gamma
    values = {"G": 1e-4, "chi": 0.5, "gamma": 1.0, "xi": 0.01}
    found = derive(PAIRS).blockade_conditions(a, (phi, Delta), values=values)
    expected = [[np.pi / 6, np.sqrt(3) / 2], [5 * np.pi / 6, -np.sqrt(3) / 2]]
    # 15 digits are given
    np.testing.assert_allclose(places(found), expected, rtol=1e-14)
    with pytest.raises(NoClosedForm, match="no closed form in the phase `phi`"):
        derive(PAIRS).blockade_conditions(a, (phi, Delta))


@pytest.mark.parametrize(
    ("unknowns", "values"),
    [
        (("eta", "theta"), {"Delta": 0.3, "U": 0.5, "J": 0.7, "gamma": 1.0}),
        (("U", "theta"), {"Delta": 0.3, "eta": 0.5, "J": 0.7, "gamma": 1.0}),
        (("U", "Delta"), {"theta": 1.3, "eta": 0.5, "J": -2.7, "gamma": 1.0}),
    ],
)
def test_two_driven_modes_are_dark_for_pairs_at_two_phases(unknowns, values):
    closed = derive(TWO_DRIVES)
    branches = closed.blockade_conditions(a, unknowns, values=values)
    assert len(branches) == 2
    for branch in branches:
        point = values | {str(s): float(v) for s, v in branch.values.items()} | {"F": 1.0}
        # g2 is quadratic in what the 15 digits lose
        assert closed.evaluate(closed.correlation(a), point) < 1e-25


def test_optimal_points_may_be_sought_in_a_phase():
    values = {"Delta": 0.3, "chi": 0.5, "gamma": 1.0, "xi": 0.01}
    (point,) = optimal_points(derive(PAIRS), a, ("G", "phi"), values)
    assert point.curvature["phi"] > 0


def test_one_real_unknown_has_a_zero_only_where_the_amplitude_is_real():
    closed = derive(listed["jaynes_cummings"])
    assert closed.blockade_conditions("a", "g") == []
    resonant = closed.blockade_conditions("a", "g", at={"Delta_a": 0, "Delta_s": 0})
    assert len(resonant) == 2


@pytest.mark.parametrize(
    ("model", "unknowns", "sentence"),
    [
        (REAL, (Delta, Delta), "must hold two different unknowns, but holds `Delta` twice"),
        (REAL, (U, "Abs(J)"), "`J` is real: solve for `J`"),
        (COMPLEX, (U, "J_c"), r"`J_c` is complex: solve for `Abs\(J_c\)`"),
        (listed["parametric_kerr"], ("Delta", "Abs(G)"), "the phase of `G` matters"),
    ],
)
def test_unknowns_that_make_no_sense_are_refused(model, unknowns, sentence):
    with pytest.raises(ValueError, match=sentence):
        derive(model).blockade_conditions(a, unknowns)


@pytest.mark.parametrize("given", [{"U": 1}, {"J_c": 1}])
def test_an_unknown_must_not_be_given(given):
    """An empty list would say that there is no blockade."""
    with pytest.raises(ValueError, match="`at` must not hold"):
        derive(COMPLEX).blockade_conditions(a, (U, "Abs(J_c)"), at=given)


def test_an_unknown_inside_and_outside_of_a_phase_is_refused():
    mixed = PAIRS.hamiltonian.subs(G, G * phi)
    closed = derive(Model("mixed", mixed, PAIRS.losses, xi, orders={G: 2}))
    with pytest.raises(ValueError, match="as polynomials or as a phase"):
        closed.blockade_conditions(a, (G, phi))
