"""Hamiltonians as people write them: both roads read them, and agree at weak drive."""

import pytest
import sympy as sp
from sympy import I, Rational, conjugate
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp
from sympy.physics.quantum.pauli import SigmaMinus, SigmaPlus, SigmaX, SigmaY, SigmaZ

from analytic import NotSeen, derive
from numeric import steady_state
from systems import Loss, Model

a, b, c = BosonOp("a"), BosonOp("b"), BosonOp("c")
s, s_dagger, t = SigmaMinus("s"), SigmaPlus("s"), SigmaMinus("t")
Delta, chi, g = sp.symbols("Delta chi g", real=True)
gamma, kappa, xi = sp.symbols("gamma kappa xi", positive=True)
z, J = sp.symbols("z J", complex=True)
E, S, N, Q, beta, zeta = (
    sp.Symbol(name, real=True) for name in ("E", "S", "N", "Q", "beta", "zeta")
)
i = sp.Symbol("I", positive=True)
x, n = a + Dagger(a), Dagger(a) * a
both = (Loss(gamma, a), Loss(kappa, b))
hop = J * Dagger(a) * b + conjugate(J) * Dagger(b) * a
drive = xi * x

MODELS = {
    "not normal ordered": Model(
        "", Delta * a * Dagger(a) + chi * n**2 + drive, (Loss(gamma, a),), xi
    ),
    "power of a sum": Model(
        "", Delta * n + chi * (Dagger(a) + Dagger(b)) ** 2 * (a + b) ** 2 + g * n + drive, both, xi
    ),
    "product of brackets": Model(
        "", (Dagger(a) + g * Dagger(b)) * (Delta * a + g * b) + chi * n * (n - 1) * (1 + g)
        + g * Dagger(a) * b * (Delta - 1) + drive, both, xi,
    ),
    "coefficient last and numbers": Model(
        "", n * 2 - Dagger(a) * a * a * Dagger(a) / 2 + 0.25 * n + x * xi * Rational(1, 3),
        (Loss(1, a), Loss(gamma, a)), xi,
    ),
    "complex hopping": Model("", Delta * n + chi * n**2 + hop + drive, both, xi),
    "names of SymPy's own": Model(
        "", E * n + S * Dagger(a) ** 2 * a**2 + beta * (Dagger(a) * b + Dagger(b) * a)
        + N * Dagger(b) * b + Q * x,
        (Loss(i, a), Loss(zeta**2 + gamma, b)), Q,
    ),
    "same loss for all": Model(
        "", Delta * n + hop + chi * n**2 + drive, tuple(Loss(gamma, m) for m in (a, b)), xi
    ),
    "drive on two modes": Model(
        "", hop + chi * n**2 + xi * (a + Dagger(a)) + 2 * I * xi * (b - Dagger(b)), both, xi
    ),
    "drive on a two-level system": Model(
        "", Delta * SigmaZ("s") / 2 + g * (Dagger(a) * s + s_dagger * a) + xi * SigmaX("s"),
        (Loss(gamma, a), Loss(kappa, s)), xi,
    ),
    "Pauli operators": Model(
        "",
        Delta * (n + (1 + SigmaZ("s")) / 2)
        + g * (Dagger(a) * s + s_dagger * a) / 2
        + xi * SigmaY("s")
        + drive,
        (Loss(gamma, a), Loss(kappa, s)), xi,
    ),
    "two atoms": Model(
        "", Delta * n + g * (Dagger(a) * (s + t) + (Dagger(s) + Dagger(t)) * a) + drive,
        (Loss(gamma, a), Loss(kappa, s), Loss(kappa, t)), xi,
    ),
    "complex drive": Model(
        "", Delta * n + chi * n**2 + z * Dagger(a) + conjugate(z) * a, (Loss(gamma, a),), z
    ),
    "phase of the drive": Model(
        "", Delta * n + hop + chi * n**2 + xi * (sp.exp(I * Delta) * Dagger(a)
        + sp.exp(-I * Delta) * a) + xi * (b + Dagger(b)), both, xi,
    ),
    "two-photon drive as the square": Model(
        "", Delta * n + chi * n**2 + drive + g * xi**2 * (a**2 + Dagger(a) ** 2),
        (Loss(gamma, a),), xi,
    ),
    "two-photon drive of its own": Model(
        "", Delta * n + chi * n**2 + drive + (z * Dagger(a) ** 2 + conjugate(z) * a**2),
        (Loss(gamma, a),), xi, orders={z: 2},
    ),
    "two-photon drive alone": Model(
        "", Delta * (n + Dagger(b) * b) + xi * (a * b + Dagger(a) * Dagger(b)) + chi * n**2,
        both, xi,
    ),
    "chi2": Model(
        "", Delta * n + 2 * Delta * Dagger(b) * b + g * (a * a * Dagger(b) + b * Dagger(a) ** 2)
        + drive, both, xi,
    ),
    "chi2 with both driven": Model(
        "", Delta * n + g * (a**2 * Dagger(b) + Dagger(a) ** 2 * b) + drive
        + xi**2 * (b + Dagger(b)), both, xi,
    ),
    "three-wave mixing": Model(
        "", Delta * n + g * (a * b * Dagger(c) + Dagger(a) * Dagger(b) * c) + hop + drive,
        (*both, Loss(gamma, c)), xi,
    ),
    "two-photon loss": Model(
        "", Delta * n + drive, (Loss(gamma, a), Loss(kappa, a**2)), xi
    ),
    "collective loss": Model(
        "", Delta * n + chi * n**2 + drive, (Loss(gamma, a + b), Loss(kappa, b)), xi
    ),
    "loss into a superposition with a phase": Model(
        "", Delta * n + chi * n**2 + hop + drive, (Loss(gamma, a + I * b), Loss(kappa, b)), xi
    ),
    "superradiant loss": Model(
        "", Delta * Dagger(s) * s + xi * (s + Dagger(s)),
        (Loss(gamma, s + t), Loss(kappa, s), Loss(kappa, t)), xi,
    ),
}  # fmt: skip
VALUES = {
    "Delta": 0.3, "chi": 0.8, "g": 0.7, "J": 0.5 + 0.6j, "gamma": 1.0, "kappa": 0.6, "E": 0.2,
    "S": 0.9, "N": -0.4, "beta": 0.5, "zeta": 0.3, "I": 1.1, "xi": 1.0, "Q": 1.0, "z": 0.6 + 0.8j,
}  # fmt: skip


def is_seen(closed, occupation):
    """Whether the leading order holds the occupation, and does not refuse it."""
    try:
        return closed.amplitude(occupation) != 0
    except NotSeen:
        return False


def deviations(model, strength):
    """Relative deviation of every leading-order form from the master equation."""
    closed = derive(model, model.grading.unit * 2)
    small = {str(model.drive): 1, **{str(s): k for s, k in model.orders.items()}}
    values = {str(p): VALUES[str(p)] * strength ** small.get(str(p), 0) for p in model.parameters}
    state = steady_state(model, values, quanta=5)
    found = {}
    for mode in model.modes:
        if not is_seen(closed, model.occupation(mode)):
            continue
        found[f"n({mode})"] = closed.number(mode), state.number(mode)
        if model.grading.of(model.occupation(mode, 2)) <= closed.quanta and mode not in (s, t):
            found[f"g2({mode})"] = closed.correlation(mode), state.correlation(mode)
    for occupation in closed.states[1:]:
        if is_seen(closed, occupation):
            found[occupation] = closed.probability(occupation), state.probability(occupation)
    return {
        name: abs(closed.evaluate(form, values) / number - 1)
        for name, (form, number) in found.items()
        if form != 0
    }


@pytest.mark.parametrize("name", MODELS)
def test_both_roads_agree_at_weak_drive(name):
    for quantity, deviation in deviations(MODELS[name], 1e-4).items():
        # of second order in the drive: 1e-8 times a number of order one
        assert deviation < 1e-6, quantity


@pytest.mark.parametrize("name", ["power of a sum", "two atoms", "chi2", "collective loss"])
def test_the_deviation_is_second_order_in_the_drive(name):
    weak, strong = (deviations(MODELS[name], strength) for strength in (1e-3, 1e-2))
    for quantity, deviation in weak.items():
        # a factor of 100, up to the next order, 1e-4, times a number of order a hundred
        assert strong[quantity] / deviation == pytest.approx(100, rel=0.05), quantity


def test_a_given_grading_is_used_and_gives_the_same_forms():
    H, losses = MODELS["chi2"].hamiltonian, MODELS["chi2"].losses
    given = Model("", H, losses, xi, weights={"a": 1, "b": 2})
    assert given.grading == MODELS["chi2"].grading
    twice = Model("", H, losses, xi, weights={"a": 2, "b": 4})
    assert twice.grading.unit == 2
    assert derive(twice, 4).amplitude((2, 0)) == derive(given).amplitude((2, 0))


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ({"a": 1, "b": 1}, r"must make the term `Dagger\(a\)\*\*2\*b|Dagger\(b\)\*a\*\*2`"),
        ({"a": 1}, "must name the modes a, b, but names a"),
        ({"a": 1, "b": 0}, "Weight of mode `b` must be a positive integer"),
    ],
)
def test_a_wrong_grading_is_refused(weights, message):
    with pytest.raises(ValueError, match=message):
        _ = Model("", MODELS["chi2"].hamiltonian, both, xi, weights=weights).grading


@pytest.mark.parametrize(
    ("term", "error", "message"),
    [
        (sp.exp(n), TypeError, "must be a polynomial in BosonOp and Pauli operators"),
        (sp.sqrt(n), TypeError, "must be a polynomial"),
        (n**-1, TypeError, "must be a polynomial"),
        (n ** sp.Symbol("k", integer=True), TypeError, "must be a polynomial"),
        (sp.Symbol("A", commutative=False), TypeError, "must commute"),
        (I * n, ValueError, "must be Hermitian"),
        (z * Dagger(a) * b, ValueError, "must be Hermitian"),
        (SigmaMinus("a") * SigmaPlus("a"), ValueError, "`a` names both"),
    ],
)
def test_terms_that_are_no_hamiltonian_are_refused(term, error, message):
    with pytest.raises(error, match=message):
        _ = Model("", n + drive + term, (Loss(gamma, a),), xi).ladder


@pytest.mark.parametrize(
    ("hamiltonian", "term"),
    [
        (g * x * (s + s_dagger) + drive, r"Dagger\(a\)\*SigmaPlus\(s\)|a\*SigmaMinus\(s\)"),
        (g * (a**2 + Dagger(a) ** 2) + drive, r"Dagger\(a\)\*\*2|a\*\*2"),
        (g * (n * a + Dagger(a) * n) + drive, r"Dagger\(a\)\*a\*\*2|Dagger\(a\)\*\*2\*a"),
    ],
)
def test_a_hamiltonian_without_grading_is_refused_with_its_term(hamiltonian, term):
    with pytest.raises(ValueError, match=f"Term `({term})` of the Hamiltonian must conserve"):
        derive(Model("", hamiltonian, (Loss(gamma, a),), xi)).number(a)
