"""What a pure state gets wrong at leading order is refused, by name, with what to use instead."""

import numpy as np
import pytest
import sympy as sp
from sympy.physics.quantum import Bra, Dagger, Ket, OuterProduct
from sympy.physics.quantum.boson import BosonOp
from sympy.physics.quantum.pauli import SigmaMinus, SigmaZ

from analytic import derive, expand
from numeric import steady_state
from systems import Loss, Model
from systems.library import SYSTEMS, kerr, kerr_dimer

a, b, s = BosonOp("a"), BosonOp("b"), SigmaMinus("s")
Delta, g = sp.symbols("Delta g", real=True)
gamma, kappa, xi, thermal = sp.symbols("gamma kappa xi n_th", positive=True)
drive = xi * (a + Dagger(a))
hop = g * (Dagger(a) * b + Dagger(b) * a)
two = Delta * (Dagger(a) * a + Dagger(b) * b) + drive


def accepts(road):
    try:
        road()
    except ValueError:
        return False
    return True


@pytest.mark.parametrize(
    "jump",
    [
        Loss(kappa, Dagger(a) * a),  # dephasing
        Loss(gamma * thermal, Dagger(a)),  # thermal excitation, gain
        Loss(kappa, a + g * Dagger(a)),  # squeezed light
        Loss(kappa, a + g),  # a displaced field
        Loss(kappa, Dagger(b) * a),  # incoherent hopping
        Loss(kappa, SigmaZ("s")),  # dephasing of an atom
    ],
)
def test_jumps_that_do_not_lower_the_number_of_quanta_are_refused(jump):
    coupling = hop + g * (Dagger(a) * s + Dagger(s) * a)
    losses = (*(Loss(gamma, mode) for mode in (a, b, s)), jump)
    model = Model("jumps", two + coupling, losses, xi)
    with pytest.raises(ValueError, match=r"must lower the number of quanta.*use ") as refusal:
        derive(model)
    # a road that is named takes the model, and one that takes it is named
    named = "analytic.expand" in str(refusal.value)
    assert named == accepts(lambda: expand(model))
    assert "numeric.steady_state" in str(refusal.value)


@pytest.mark.parametrize(
    ("operator", "match"),
    [
        (sp.Matrix([[0, 1], [0, 0]]), "must be a polynomial .* dressed states .* numeric.to_qutip"),
        (OuterProduct(Ket("+"), Bra("-")), "dressed states are written as polynomials"),
        (sp.sqrt(Dagger(a) * a), "must be a polynomial .* write its power series"),
    ],
)
def test_a_loss_that_is_no_polynomial_is_refused_with_what_to_use(operator, match):
    with pytest.raises(TypeError, match=match) as refusal:
        Model("dressed", two, (Loss(gamma, a), Loss(kappa, operator)), xi)
    assert "\n" not in str(refusal.value)


def test_dephasing_is_refused_because_the_naive_number_is_wrong_at_any_drive():
    naive = derive(kerr.MODEL)
    dephased = Model(
        "", kerr.MODEL.hamiltonian, (*kerr.MODEL.losses, Loss(kappa, Dagger(kerr.a) * kerr.a)),
        kerr.xi,
    )  # fmt: skip
    width = (1.0 + 0.5) / 2
    for strength in (1e-2, 1e-4):
        values = {"Delta": 0.5, "chi": 1.0, "gamma": 1.0, "xi": strength}
        true = steady_state(dephased, values | {"kappa": 0.5}, quanta=4).number("a")
        # Bloch equations of a weakly driven mode; |<a>|^2 alone lacks the factor 2 width/gamma
        bloch = strength**2 / (0.5**2 + width**2) * 2 * width
        assert true == pytest.approx(bloch, rel=3 * strength**2)
        assert abs(true / naive.evaluate(naive.number("a"), values) - 1) > 0.05


@pytest.mark.parametrize(
    ("hamiltonian", "losses", "name"),
    [
        (Delta * Dagger(a) * a + drive, (), "Dagger\\(a\\)"),
        (two, (Loss(gamma, a),), "Dagger\\(b\\)"),
        # a - b is dark, and driven
        (two, (Loss(gamma, a + b),), "Dagger\\([ab]\\)"),
        (two + hop, (Loss(gamma, a + b),), "Dagger\\([ab]\\)"),
        # a loss of pairs leaves the single quantum
        (Delta * Dagger(a) * a + drive, (Loss(gamma, a**2),), "Dagger\\(a\\)"),
    ],
)
def test_models_without_a_steady_state_are_refused(hamiltonian, losses, name):
    with pytest.raises(ValueError, match=f"the excitation `{name}` .* never decays"):
        derive(Model("dark", hamiltonian, losses, xi))


@pytest.mark.parametrize(
    ("hamiltonian", "losses"),
    [
        (two + hop, (Loss(gamma, a),)),
        (two + hop, (Loss(gamma, b),)),
        (two + g * Dagger(b) * b, (Loss(gamma, a + b),)),
        (Delta * Dagger(a) * a + drive, (Loss(gamma, a**2), Loss(kappa, a))),
        (Delta * Dagger(a) * a + drive, (Loss(gamma**2 / (gamma + kappa), a),)),
    ],
)
def test_one_loss_is_enough_where_everything_is_coupled_to_it(hamiltonian, losses):
    assert derive(Model("bright", hamiltonian, losses, xi)).amplitude((1,) if b not in
        hamiltonian.atoms(BosonOp) else (1, 0)) != 0  # fmt: skip


@pytest.mark.parametrize("name", SYSTEMS)
def test_listed_systems_are_not_refused(name):
    assert derive(SYSTEMS[name].model)


def test_exceptional_points_are_not_taken_for_dark_states():
    # equal detunings, J = |gamma_a - gamma_b|/4: H_eff is defective there, and decays
    K = kerr_dimer
    losses = (Loss(K.gamma, K.a), Loss(K.gamma + 4 * K.J, K.b))
    model = Model("defective", K.MODEL.hamiltonian, losses, K.F)
    values = {"Delta": 0.0, "U": 0.1, "J": 0.3, "gamma": 1.0, "F": 1e-4}
    closed = derive(model)
    true = steady_state(model, values, quanta=4).correlation("a")
    # of second order in the drive, 1e-8
    np.testing.assert_allclose(closed.evaluate(closed.correlation("a"), values), true, rtol=1e-6)
