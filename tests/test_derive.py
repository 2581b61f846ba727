"""Derived closed forms against published ones, proved as expressions."""

import numpy as np
import pytest
import sympy as sp
from helpers import assert_closed_form_equals
from sympy import Abs, I, conjugate, sqrt
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp
from sympy.physics.quantum.pauli import SigmaMinus, SigmaPlus, SigmaZ

from analytic import NotSeen, derive, spell_out
from analytic.rational.vanishing import same_function
from systems import Loss, Model
from systems.library.nanotip import (
    ABBREVIATIONS,
    MODEL,
    PUBLISHED,
    Delta,
    J,
    a1,
    a2,
    chi,
    gamma,
    xi,
)

a, b, s = BosonOp("a"), BosonOp("b"), SigmaMinus("s")
nanotip = derive(MODEL)
published = {name: spell_out(form, ABBREVIATIONS) for name, form in PUBLISHED.items()}


def kerr(order=1, **more):
    hamiltonian = Delta * Dagger(a) * a + chi * Dagger(a) ** 2 * a**2 + xi**order * (a + Dagger(a))
    return Model("driven Kerr mode", hamiltonian, (Loss(gamma, a),), xi, **more)


def jaynes_cummings():
    g, w = sp.symbols("g w", real=True)
    kappa = sp.Symbol("kappa", positive=True)
    exchange = g * (a * SigmaPlus("s") + Dagger(a) * s)
    detuned = w * (Dagger(a) * a + SigmaZ("s") / 2)
    losses = (Loss(kappa, a), Loss(gamma, s))
    return Model("Jaynes-Cummings", detuned + exchange + xi * (a + Dagger(a)), losses, xi)


def test_equation_5_of_tang_et_al():
    assert_closed_form_equals(nanotip.amplitude((2, 0)), published["C20"])


def test_equation_6_of_tang_et_al():
    assert_closed_form_equals(nanotip.probability((1, 0)), published["P10"])
    assert_closed_form_equals(nanotip.number(a1), published["P10"])
    assert_closed_form_equals(nanotip.probability((0, 1)), published["P01"])
    assert_closed_form_equals(nanotip.number("a2"), published["P01"])


def test_equation_7_of_tang_et_al():
    assert_closed_form_equals(nanotip.correlation(a1), published["g2"])


@pytest.mark.parametrize("name", ["C20", "g2"])
def test_a_flipped_sign_in_a_published_formula_is_noticed(name):
    flipped = spell_out(PUBLISHED[name].subs(chi, -chi), ABBREVIATIONS)
    derived = nanotip.amplitude((2, 0)) if name == "C20" else nanotip.correlation(a1)
    assert not same_function(derived, flipped)


def test_forms_in_the_papers_abbreviations_are_the_same_functions():
    for form in (
        lambda **k: nanotip.amplitude((2, 0), **k),
        lambda **k: nanotip.probability((1, 1), **k),
        lambda **k: nanotip.correlation(a1, **k),
    ):
        short = form(abbreviations=ABBREVIATIONS)
        assert short.free_symbols >= {s for s in ABBREVIATIONS if str(s).startswith("eta_2")}
        assert_closed_form_equals(spell_out(short, ABBREVIATIONS), form())


def test_without_backscattering_g2_is_one_over_four_chi_squared_plus_one():
    resonant = nanotip.correlation(a1).subs({J: 0, Delta: 0})
    assert_closed_form_equals(resonant, 1 / (4 * (chi / gamma) ** 2 + 1))


def test_steady_amplitudes_solve_the_leading_order_of_the_schroedinger_equation():
    three = derive(MODEL, quanta=3)
    steady = {
        eq.lhs.args[1].args[0]: three.amplitude(n)
        for eq, n in zip(three.equations, three.states, strict=True)
    }
    point = {Delta: sp.Rational(1, 3), J: 1 + 2 * I, chi: sp.Rational(2, 5), gamma: 1}
    for eq, n in list(zip(three.equations, three.states, strict=True))[1:]:
        rate = sp.expand(eq.rhs.xreplace(steady).subs(point))
        assert all(sp.simplify(rate.coeff(xi, k)) == 0 for k in range(sum(n) + 1))


def test_amplitude_equations_are_those_of_the_effective_hamiltonian():
    C = {n: sp.Function(f"C_{n[0]}{n[1]}")(sp.Symbol("t", real=True)) for n in nanotip.states}
    by_hand = {
        (0, 0): xi * C[1, 0],
        (1, 0): (Delta - I * gamma / 2) * C[1, 0]
        + J * C[0, 1]
        + xi * (C[0, 0] + sqrt(2) * C[2, 0]),
        (0, 1): (Delta - I * gamma / 2) * C[0, 1] + conjugate(J) * C[1, 0] + xi * C[1, 1],
        (2, 0): (2 * Delta + 2 * chi - I * gamma) * C[2, 0]
        + sqrt(2) * J * C[1, 1]
        + sqrt(2) * xi * C[1, 0],
        (1, 1): (2 * Delta + 2 * chi - I * gamma) * C[1, 1]
        + sqrt(2) * (J * C[0, 2] + conjugate(J) * C[2, 0])
        + xi * C[0, 1],
        (0, 2): (2 * Delta + 2 * chi - I * gamma) * C[0, 2] + sqrt(2) * conjugate(J) * C[1, 1],
    }  # fmt: skip
    for eq, n in zip(nanotip.equations, nanotip.states, strict=True):
        assert sp.expand(eq.rhs - by_hand[n]) == 0
        assert eq.lhs == I * sp.Derivative(C[n], sp.Symbol("t", real=True))


@pytest.mark.parametrize("order", [2, 3, 4])
def test_kerr_mode_has_the_drummond_walls_ladder(order):
    # Drummond and Walls, J. Phys. A 13, 725 (1980): |C_n/C_0|^2 n! -> prod 1/|Delta_k|^2
    form = derive(kerr(), quanta=order).correlation(a, order)
    energy = [Delta + k * chi - I * gamma / 2 for k in range(order)]
    exact = sp.Mul(*(Abs(energy[0]) ** 2 / Abs(e) ** 2 for e in energy[1:]))
    assert_closed_form_equals(form, exact)


def test_jaynes_cummings_correlation_vanishes_at_the_known_coupling():
    g2 = derive(jaynes_cummings()).correlation(a)
    g, kappa, w = (next(x for x in g2.free_symbols if str(x) == n) for n in ("g", "kappa", "w"))
    zero = g2.subs({w: 0, g: sqrt(gamma * (kappa + gamma)) / 2})
    assert sp.simplify(zero) == 0


def test_a_linear_network_transmits_coherent_light():
    assert_closed_form_equals(nanotip.correlation(a1).subs(chi, 0), sp.S.One)
    assert_closed_form_equals(nanotip.correlation(a2).subs(chi, 0), sp.S.One)


def test_amplitudes_of_many_quanta_do_not_change_those_of_few():
    assert derive(MODEL, quanta=4).amplitude((2, 0)) == nanotip.amplitude((2, 0))


def test_order_of_the_drive_sets_the_order_of_the_amplitudes():
    quadratic = derive(kerr(order=2)).number(a)
    assert_closed_form_equals(quadratic, derive(kerr()).number(a).subs(xi, xi**2))


def test_a_vacuum_energy_changes_nothing():
    shifted = Model("shifted", MODEL.hamiltonian + chi, MODEL.losses, xi)
    assert derive(shifted).amplitude((2, 0)) == nanotip.amplitude((2, 0))


def test_evaluation_broadcasts_and_agrees_with_the_printed_formula():
    point = {"Delta": np.linspace(-1, 1, 5)[:, None], "J": np.array([0.3, 0.2j]), "chi": 2,
             "gamma": 1, "xi": 0.1}  # fmt: skip
    g2 = nanotip.evaluate(nanotip.correlation(a1), point)
    d1 = 2 * point["Delta"] - 1j
    d2, size = d1 + 4, abs(point["J"]) ** 2
    eta_1, eta_2 = 4 * size - d1**2, 4 * size - d2**2
    by_hand = abs(eta_1 * (d1 * d2 + 8 * size / d2) / (d1**2 * eta_2)) ** 2
    # the same function in another order of operations
    np.testing.assert_allclose(g2, by_hand, rtol=1e-13)


def test_latex_holds_every_equation_and_form():
    text = nanotip.latex(ABBREVIATIONS)
    assert text.count(r"\frac{d}{d t}") == 6
    for piece in (r"\eta_{1}", r"C_{20} &=", r"g^{(2)}_{a_{1}}(0) &=", r"\begin{align*}"):
        assert piece in text


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: derive(MODEL, quanta=0), "`quanta` must be a positive integer"),
        (lambda: nanotip.correlation(a1, 3), "`quanta` must be at least 3"),
        (lambda: nanotip.correlation(a1, 0), "`order` must be a positive integer"),
        (lambda: nanotip.probability((1,)), "one number of quanta for each of a1, a2"),
        (lambda: nanotip.number("b"), "must be one of a1, a2"),
        (lambda: nanotip.evaluate(next(iter(ABBREVIATIONS)), {"Delta": 0, "J": 0, "chi": 1,
                                  "gamma": 1, "xi": 1}), "spell_out"),
        (lambda: nanotip.latex(nanotip.number(a1)), "`abbreviations` must be a dict"),
        (lambda: nanotip.number(a1, {"E": chi**2}), "must hold symbols and their definitions"),
        (lambda: nanotip.number(a1, {chi: chi**2}), "must define `chi` by other symbols"),
        (lambda: nanotip.evaluate("J", {"Delta": 0, "J": 0, "chi": 1, "gamma": 1, "xi": 1}),
         "`expression` must be a SymPy expression"),
    ],
)  # fmt: skip
def test_bad_requests_are_refused(call, message):
    with pytest.raises((ValueError, TypeError), match=message):
        call()


@pytest.mark.parametrize(
    "loss", [Loss(chi**2, Dagger(a) * a), Loss(chi**2, Dagger(a)), Loss(chi**2, a + 1)]
)
def test_jumps_that_do_not_lower_the_number_of_quanta_are_refused_by_name(loss):
    model = Model("jumps", kerr().hamiltonian, (Loss(gamma, a), loss), xi)
    with pytest.raises(ValueError, match=r"Loss `chi\*\*2` .* must lower the number of quanta"):
        derive(model)


def test_a_mode_that_only_jumps_populate_is_refused():
    parametric = Model("pairs", xi * (a**2 + Dagger(a) ** 2), (Loss(gamma, a),), xi)
    with pytest.raises(ValueError, match=r"quantum jumps: use analytic\.gaussian, analytic\.exp"):
        derive(parametric).number(a)


SIXTH = derive(MODEL, 6)
POINT = {"Delta": 0.0, "J": 0.0695576 + 0.0021322j, "chi": 5.327121018, "gamma": 1.0, "xi": 0.2}


@pytest.mark.parametrize("order", [5, 6])
@pytest.mark.parametrize("unit", [1e6, 1e-6, 1e40, 1e-60])
def test_a_correlation_does_not_depend_on_the_unit_of_the_rates(order, unit):
    form = SIXTH.correlation(a1, order)
    scaled = {name: unit * value for name, value in POINT.items()}
    # round-off of the polynomials of degree sixty and less
    np.testing.assert_allclose(
        SIXTH.evaluate(form, scaled), SIXTH.evaluate(form, POINT), rtol=1e-12, atol=0
    )


def test_a_closed_form_that_is_no_energy_comes_out_in_the_unit_of_the_values():
    form = nanotip.number(a1) * gamma**3 / xi
    values = {name: 1e6 * value for name, value in POINT.items()}
    expected = 1e12 * nanotip.evaluate(form, POINT)
    np.testing.assert_allclose(nanotip.evaluate(form, values), expected, rtol=1e-13, atol=0)


def test_pairs_at_the_first_order_of_the_drive_are_named_with_the_way_out():
    G, both = sp.Symbol("G", positive=True), a**2 + Dagger(a) ** 2
    strong = Model("pairs", kerr().hamiltonian + xi * both, (Loss(gamma, a),), xi)
    with pytest.raises(ValueError, match=r"first order in `xi` fills 2 quanta .* `orders` of the"):
        derive(strong).number(a)
    weak = Model("pairs", kerr().hamiltonian + G * both, (Loss(gamma, a),), xi, orders={G: 2})
    assert_closed_form_equals(derive(weak).number(a), derive(kerr()).number(a))


def test_irrational_numbers_may_stand_in_the_hamiltonian():
    stronger = MODEL.hamiltonian.subs(J, sqrt(2) * J)
    closed = derive(Model("more backscattering", stronger, MODEL.losses, MODEL.drive))
    assert_closed_form_equals(closed.correlation(a1), nanotip.correlation(a1).subs(J, sqrt(2) * J))
    assert_closed_form_equals(closed.number("a2"), nanotip.number("a2").subs(J, sqrt(2) * J))


def test_closed_forms_say_which_modes_they_do_not_see() -> None:
    """Of a mode that jumps alone fill every form raises `NotSeen`."""
    a, b = BosonOp("a"), BosonOp("b")
    gamma, xi = sp.symbols("gamma xi", positive=True)
    losses = (Loss(gamma, a), Loss(gamma, Dagger(b) * a**2), Loss(gamma, b))
    closed = derive(Model("relay", xi * (a + Dagger(a)), losses, xi))
    assert closed.unseen == ("b",)
    assert "does not see b" in repr(closed)
    assert closed.number("a") != 0
    with pytest.raises(NotSeen):
        closed.number("b")
