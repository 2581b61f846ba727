"""Blockade conditions against the published ones."""

import pytest
import sympy as sp
from sympy import Abs, sqrt
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp

from analytic import derive, optimal_points
from analytic.conditions.condition import NoClosedForm
from analytic.conditions.domains import simplify_domain
from analytic.rational.vanishing import same_function
from numeric import steady_state
from systems import Loss, Model
from systems.library import jaynes_cummings, kerr, kerr_dimer, kerr_ring, parametric_kerr
from systems.library.nanotip import MODEL, Delta, J, a1, chi, gamma

x, y, z = sp.symbols("x y z", positive=True)


def test_nanotip_blockade_needs_half_a_linewidth_of_nonlinearity():
    # below Eq. (5) of Tang et al.: chi = gamma/2, |J| = gamma; the other branch is chi < 0
    branches = derive(MODEL).blockade_conditions(a1, (chi, Abs(J)), at={Delta: 0})
    assert [dict(branch.values) for branch in branches] == [
        {chi: -gamma / 2, Abs(J): gamma},
        {chi: gamma / 2, Abs(J): gamma},
    ]
    assert all(branch.domain == sp.true for branch in branches)


@pytest.mark.slow
def test_kerr_dimer_has_the_optimum_of_bamba_et_al():
    # Bamba et al., Phys. Rev. A 83, 021802(R) (2011): energy decay rate gamma, as here
    D, U = sp.symbols("D U", real=True)
    L, g, F = sp.symbols("L gamma F", positive=True)
    a, b = BosonOp("a"), BosonOp("b")
    kerr = Dagger(a) ** 2 * a**2 + Dagger(b) ** 2 * b**2
    hopping = L * (Dagger(a) * b + Dagger(b) * a)
    hamiltonian = D * (Dagger(a) * a + Dagger(b) * b) + hopping + U * kerr + F * (a + Dagger(a))
    dimer = Model("dimer", hamiltonian, (Loss(g, a), Loss(g, b)), F)
    branches = derive(dimer).blockade_conditions(a, (D, U))
    detuning = sqrt(sqrt(9 * L**4 + 8 * g**2 * L**2) - g**2 - 3 * L**2) / 2
    strength = detuning * (5 * g**2 + 4 * detuning**2) / (2 * (2 * L**2 - g**2))
    point = {L: 3, g: 1}
    found = [{k: v.subs(point).evalf(20) for k, v in br.values.items()} for br in branches
             if br.domain.subs(point) == sp.true]  # fmt: skip
    assert sorted(x[D] for x in found) == pytest.approx(
        [-detuning.subs(point).evalf(20), detuning.subs(point).evalf(20)], rel=1e-15
    )
    assert max(abs(x[U]) for x in found) == pytest.approx(strength.subs(point).evalf(20), rel=1e-15)
    # no optimum below L = gamma/sqrt(2)
    assert not any(br.domain.subs({L: 0.7, g: 1}) == sp.true for br in branches)


@pytest.mark.slow
def test_bambas_optimum_comes_out_in_closed_form_with_its_domain():
    # Bamba et al. (2011): both branches, for J > gamma/sqrt(2)
    K = kerr_dimer
    branches = derive(K.MODEL).blockade_conditions("a", (K.Delta, K.U))
    assert len(branches) == 2
    for branch in branches:
        D, U = branch.values[K.Delta], branch.values[K.U]
        published = sp.simplify(K.detuning), sp.simplify(K.nonlinearity / K.detuning)
        assert same_function(D**2, published[0] ** 2)
        assert same_function(sp.simplify(U / D), published[1])
        assert branch.domain == sp.Gt(K.J, K.gamma / sqrt(2))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("solve_for", "values"),
    [
        ((kerr_dimer.Delta, kerr_dimer.U), {"J": 3, "gamma": 1}),
        ((kerr_dimer.U, kerr_dimer.Delta), {"J": 0.8, "gamma": 1}),
        ((kerr_dimer.Delta, kerr_dimer.U), {"J": 0.7, "gamma": 1}),
        ((kerr_dimer.Delta, kerr_dimer.J), {"U": 0.05, "gamma": 1}),
    ],
)
def test_numerical_branches_are_the_closed_ones(solve_for, values):
    closed = derive(kerr_dimer.MODEL)
    at = {getattr(kerr_dimer, name): value for name, value in values.items()}
    numbers = closed.blockade_conditions("a", solve_for, values=values)
    for branch in numbers:
        point = {str(s): float(v) for s, v in branch.values.items()} | values | {"F": 0.1}
        # the values have 15 digits, and g2 is quadratic in what is lost
        assert closed.evaluate(closed.correlation("a"), point) < 1e-25
    if kerr_dimer.J in at:
        branches = closed.blockade_conditions("a", solve_for)
        assert len(numbers) == sum(b.domain.subs(at) == sp.true for b in branches)


def test_unequal_losses_have_their_optimum_too():
    K, kappa = kerr_dimer, sp.Symbol("kappa", positive=True)
    model = Model("unequal", K.MODEL.hamiltonian, (Loss(K.gamma, K.a), Loss(kappa, K.b)), K.F)
    closed, values = derive(model), {"J": 3.0, "gamma": 1.0, "kappa": 0.5}
    branches = closed.blockade_conditions("a", (K.Delta, K.U), values=values)
    assert len(branches) == 2
    for branch in branches:
        point = values | {str(s): float(v) for s, v in branch.values.items()} | {"F": 0.1}
        assert closed.evaluate(closed.correlation("a"), point) < 1e-25


def test_cavity_driven_atom_has_the_known_zeros():
    # on resonance g^2 = gamma (kappa + gamma)/4 (Carmichael, Brecha and Rice, 1991)
    JC = jaynes_cummings
    branches = derive(JC.MODEL).blockade_conditions(
        "a", (JC.Delta_a, JC.g), at={JC.Delta_s: JC.Delta_a}
    )
    zero = sqrt(JC.gamma * (JC.kappa + JC.gamma)) / 2
    assert {(b.values[JC.Delta_a], sp.expand(b.values[JC.g] ** 2)) for b in branches} == {
        (0, sp.expand(zero**2))
    }


def test_an_atom_drive_and_a_kerr_mode_have_no_zero():
    JC = jaynes_cummings
    assert derive(JC.ATOM_DRIVEN).blockade_conditions("a", (JC.Delta_a, JC.g)) == []
    assert derive(kerr.MODEL).blockade_conditions("a", (kerr.Delta, kerr.chi)) == []


def test_a_complex_unknown_is_solved_for():
    # Sarma and Sarma (2017): the parametric drive that cancels two photons
    P = parametric_kerr
    (branch,) = derive(P.MODEL).blockade_conditions("a", P.G)
    assert same_function(branch.values[P.G], P.CONDITIONS["no two photons"][P.G])


@pytest.mark.parametrize(
    ("condition", "simple"),
    [
        (sp.Ge(x**2 - y**2, 0), sp.Ge(x, y)),
        (sp.Ge(4 * y**2 - x**2, 0), sp.Le(x, 2 * y)),
        (sp.Ge((x - y) * (x - 3 * y), 0), sp.Or(sp.Le(x, y), sp.Ge(x, 3 * y))),
        (sp.Ge(x**2 - y * z, 0), sp.Ge(x**2 - y * z, 0)),
    ],
)
def test_domains_are_said_in_plain_words(condition, simple):
    assert simplify_domain(condition) == simple


@pytest.mark.slow
def test_what_cannot_be_solved_is_refused():
    closed = derive(parametric_kerr.MODEL)
    with pytest.raises(ValueError, match="must be two real unknowns or a complex one"):
        closed.blockade_conditions("a", (chi, Delta, gamma))
    with pytest.raises(NoClosedForm, match="its conjugate occurs"):
        derive(MODEL).blockade_conditions(a1, J)
    # its complex coupling is two letters; the resultant of its parts has no radicals
    with pytest.raises(NoClosedForm, match="no closed form"):
        derive(kerr_ring.MODEL).blockade_conditions("a1", ("Delta", "chi"))


def test_unknowns_may_be_named_and_need_no_assumptions():
    closed, values = derive(kerr_dimer.MODEL), {"J": 3, "gamma": 1}
    branches = closed.blockade_conditions("a", ("Delta", "U"), values=values)
    assert len(branches) == 2
    for unknowns in (sp.symbols("Delta U"), (kerr_dimer.Delta, kerr_dimer.U)):
        assert closed.blockade_conditions("a", unknowns, values=values) == branches


@pytest.mark.parametrize(
    ("solve_for", "values", "message"),
    [
        (("Delta", "V"), {"J": 3, "gamma": 1}, "`solve_for` must hold symbols of the model"),
        (("Delta", "U"), {"J": 3, "gama": 1}, "did you mean `gamma`"),
        (("Delta", "U"), {"J": 3}, "`values` must hold a value for gamma"),
        (("Delta", "U"), {"J": 3, "gamma": float("nan")}, "`gamma` must be finite"),
        (("Delta", "U"), {"J": 3, "gamma": -1}, "Rate `gamma` .* must be positive"),
        (("Delta", "U"), {"J": [3, 4], "gamma": 1}, "`J` must be a single number"),
        (("Delta", "U"), {"J": 3, "gamma": 1, "U": 2}, "`values` must not hold `U`, since"),
    ],
)
def test_bad_unknowns_and_values_are_named(solve_for, values, message):
    closed = derive(kerr_dimer.MODEL)
    for find in (
        lambda: closed.blockade_conditions("a", solve_for, values=values),
        lambda: optimal_points(closed, "a", solve_for, values),
    ):
        with pytest.raises(ValueError, match=message):
            find()


DIMER = {"J": 3.0, "gamma": 1.0}


def test_curvature_is_the_growth_of_g2_off_the_zero():
    closed, point = derive(kerr_dimer.MODEL), DIMER | {"F": 0.1}
    branch = closed.blockade_conditions("a", (kerr_dimer.Delta, kerr_dimer.U), values=DIMER)[0]
    point |= {str(s): float(v) for s, v in branch.values.items()}
    for name, slope in branch.interference.curvature(point).items():
        off = point | {name: point[name] * (1 + 1e-5)}
        growth = closed.evaluate(closed.correlation("a"), off) / (point[name] * 1e-5) ** 2
        # relative corrections are linear in the step, 1e-5, times a number below a thousand
        assert slope == pytest.approx(growth, rel=1e-2)


def test_what_is_left_at_the_zero_is_what_the_master_equation_leaves():
    unknowns = (kerr_dimer.Delta, kerr_dimer.U)
    for point in optimal_points(derive(kerr_dimer.MODEL), "a", unknowns, DIMER):
        values = point.values | {"F": 1e-3}
        true = steady_state(kerr_dimer.MODEL, values, quanta=5).correlation("a")
        # the next order is smaller by (F/gamma)^2 = 1e-6
        assert point.residual * 1e-6 == pytest.approx(true, rel=1e-3)
        strength = point.drive(0.01)
        reached = steady_state(kerr_dimer.MODEL, point.values | {"F": strength / 10}, quanta=6)
        # a tenth of that drive leaves a hundredth of the limit, up to the next order
        assert reached.correlation("a") == pytest.approx(1e-4, rel=0.1)


@pytest.mark.slow
def test_a_branch_says_what_its_zero_is_worth():
    closed, values = derive(kerr_dimer.MODEL), {"J": 3.0, "gamma": 1.0}
    unknowns = (kerr_dimer.Delta, kerr_dimer.U)
    expected = optimal_points(closed, "a", unknowns, values)
    branches = closed.blockade_conditions("a", unknowns)
    found = [branch.at(values) for branch in branches]
    assert len(found) == len(expected) > 0
    for point in found:
        (same,) = [e for e in expected if e.values == pytest.approx(point.values, rel=1e-9)]
        assert point.residual == pytest.approx(same.residual, rel=1e-6)  # the zero, to 1e-12
        assert point.curvature == pytest.approx(same.curvature, rel=1e-6)
        assert f"up to a drive of {point.drive():.3g}" in str(point)
    with pytest.raises(ValueError, match="must lie in the domain"):
        branches[0].at({"J": 0.3, "gamma": 1.0})  # J > gamma/sqrt(2)
