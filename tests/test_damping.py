"""Hot modes in their damping basis: any temperature, without a cut that holds their quanta."""

from dataclasses import replace

import numpy as np
import pytest
import qutip
import sympy as sp
from scipy.integrate import quad
from scipy.linalg import solve_continuous_lyapunov
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp

from numeric import steady_state
from numeric.frames.damped import DampedEquation
from numeric.frames.damping import DampingBases
from numeric.frames.warm import WarmState, hot_modes, solve, warm_states
from numeric.trust.judge import measure
from systems import Loss, Model
from systems.library import optomechanics
from systems.library.optomechanics import a, b

HOT = {"Delta": 0.3, "omega": 1.0, "g": 0.2, "kappa": 1.0, "gamma": 0.1, "n_th": 10.0, "xi": 1e-3}
c = BosonOp("c")
J, U = sp.symbols("J U", real=True)
PAIR = Model(  # two cavities, a Kerr term in the one that pushes
    "hot mirror beside two cavities",
    optomechanics.WARM.hamiltonian
    + U * Dagger(a) ** 2 * a**2
    + J * (Dagger(a) * c + Dagger(c) * a),
    (*optomechanics.WARM.losses, Loss(sp.Integer(2), c)),
    optomechanics.WARM.drive,
)

v, k_th, gamma_c = sp.symbols("v k_th gamma_c", positive=True)
EXCHANGE = Model(  # two warm modes that exchange quanta, one of them pushed by light
    "two warm modes beside a cavity",
    optomechanics.WARM.hamiltonian + v * Dagger(c) * c + J * (Dagger(b) * c + Dagger(c) * b),
    (*optomechanics.WARM.losses, Loss(gamma_c * (k_th + 1), c), Loss(gamma_c * k_th, Dagger(c))),
    optomechanics.WARM.drive,
)
BATHS = {**HOT, "v": 1.2, "J": 0.3, "gamma_c": 0.3, "n_th": 2.0, "k_th": 0.5}


def known(model: Model, values: dict[str, float], order: int = 2) -> WarmState:
    arrays = {name: np.array([x]) for name, x in values.items()}
    (state,) = warm_states(model, arrays, np.arange(1), 1e-8, order)
    assert state.word[0] == "ok"
    return state


def at(state: WarmState, *asked: object) -> complex:
    return state.measured(*asked).value[0]


@pytest.mark.parametrize("n", [0.0, 3.0, 400.0])
def test_the_powers_are_the_eigenvectors_of_the_damping(n: float) -> None:
    """With the rates gamma (j + k)/2 and the frequencies omega (k - j): a bath alone."""
    bases = DampingBases((n,), degree=5)
    equation, (basis,) = DampedEquation(optomechanics.WARM, (1,), 1, bases), bases.each
    values = {**HOT, "n_th": n, "g": 0.0, "xi": 0.0}
    L = equation.matrix({name: np.array([x]) for name, x in values.items()}).toarray()
    first = L[: basis.size, : basis.size]  # without a photon
    expected = -0.05 * (basis.j + basis.k) - 1j * (basis.k - basis.j)
    # products of n and n + 1 cancel
    np.testing.assert_allclose(first, np.diag(expected), rtol=1e-10, atol=1e-13 * (n + 1))


@pytest.mark.parametrize("n_th", [0.2, 10.0, 1e3])
def test_a_photon_sees_the_mirror_as_gaussian_noise(n_th: float) -> None:
    """n = 2 xi^2/kappa Re int exp(-(i Delta + kappa/2) t - g^2 int (t - u) C(u) du) dt, exactly.

    C is the correlation of b + b' in its bath, by the regression theorem; one photon pushes by a
    force that does not depend on the mirror, whose noise is Gaussian.  Corrections are of the order
    of n.
    """
    v = {**HOT, "n_th": n_th, "g": 0.6 / np.sqrt(n_th + 1), "xi": 1e-6}
    up, down = (complex(v["gamma"] / 2, sign * v["omega"]) for sign in (-1, 1))

    def folded(z: complex, t: float) -> complex:  # int_0^t (t - u) exp(-z u) du
        return (z * t - 1 + np.exp(-z * t)) / z**2

    def seen(t: float) -> float:
        noise = (n_th + 1) * folded(down, t) + n_th * folded(up, t)
        return np.exp(-(1j * v["Delta"] + v["kappa"] / 2) * t - v["g"] ** 2 * noise).real

    expected = (
        2 * v["xi"] ** 2 / v["kappa"] * quad(seen, 0, 80, epsabs=0, epsrel=1e-10, limit=400)[0]
    )
    state = known(optomechanics.WARM, v)
    # to the tolerance of the search
    assert at(state, "number", "a").real == pytest.approx(expected, rel=1e-8, abs=0)


@pytest.mark.parametrize(
    ("model", "n_th", "more"),
    [(optomechanics.WARM, 300.0, {"xi": 0.05}), (PAIR, 6.0, {"xi": 1e-5, "U": 0.4, "J": 0.7})],
)
def test_the_mirror_is_where_the_photons_push_it_and_as_warm_as_they_leave_it(
    model: Model, n_th: float, more: dict
) -> None:
    """<b> = -i g <a'a>/(i omega + gamma/2), and gamma (<b'b> - n_th) = -2 g Im <a'a b>."""
    v = {**HOT, "n_th": n_th, "g": 0.2 / np.sqrt(n_th), **more}
    state = known(model, v)
    number, pushed = at(state, "number", "a"), at(state, "expect", Dagger(a) * a * b)
    amplitude = -1j * v["g"] * number / (1j * v["omega"] + v["gamma"] / 2)
    # to the tolerance of the search
    assert at(state, "amplitude", "b") == pytest.approx(amplitude, rel=1e-7, abs=0)
    warmer = -2 * v["g"] * pushed.imag / v["gamma"]
    # n_th cancels, of which fifteen digits are known; the search looks at n, not at the difference
    assert at(state, "number", "b").real - n_th == pytest.approx(warmer, rel=1e-4, abs=1e-13 * n_th)


def test_a_warm_mirror_is_that_of_qutip_where_a_cut_holds_it() -> None:
    v = {**HOT, "n_th": 0.4, "g": 0.4, "xi": 0.1}
    A, B = (
        qutip.tensor(qutip.destroy(5), qutip.qeye(15)),
        qutip.tensor(qutip.qeye(5), qutip.destroy(15)),
    )
    H = v["Delta"] * A.dag() * A + v["omega"] * B.dag() * B + v["xi"] * (A + A.dag())
    H += v["g"] * A.dag() * A * (B + B.dag())
    heated = np.sqrt(v["gamma"] * 1.4) * B, np.sqrt(v["gamma"] * 0.4) * B.dag()
    rho = qutip.steadystate(H, [A, *heated])
    state, n = known(optomechanics.WARM, v), qutip.expect(A.dag() * A, rho)
    found = at(state, "number", "a").real, at(state, "correlation", "a").real
    # what QuTiP's levels leave out: a fifth photon, and 0.3^15 of the phonons, fifteen times
    pairs = qutip.expect(A.dag() ** 2 * A**2, rho) / n**2
    assert found == pytest.approx((n, pairs), rel=1e-5, abs=0)
    phonons = qutip.expect(B.dag() * B, rho)
    assert at(state, "number", "b").real == pytest.approx(phonons, rel=1e-5, abs=0)
    P = rho.ptrace(1).diag().real
    for n_b in (0, 3):
        assert at(state, "marginal", "b", n_b) == pytest.approx(P[n_b], rel=1e-5, abs=0)
    both = at(state, "probability", (1, 2))
    assert both == pytest.approx(rho.full()[17, 17].real, rel=1e-4, abs=0)


@pytest.mark.parametrize("k_th", [0.5, 3.0, 100.0])
def test_modes_between_baths_of_different_warmth_are_thermal(k_th: float) -> None:
    """M N + N M' + diag(gamma n) = 0 for N_ij = <b_j' b_i>, with M = -i h - gamma/2, as of light.

    A mode whose mean is not that of its bath has all powers of x y, and P(n) hears of them all.
    """
    values = {**BATHS, "g": 0.0, "k_th": k_th}
    h, losses = np.array([[1.0, 0.3], [0.3, 1.2]]), np.diag([0.1, 0.3])
    N = solve_continuous_lyapunov(-1j * h - losses / 2, -losses @ np.diag([2.0, k_th]))
    state = known(EXCHANGE, values, order=4)
    for mode, n in zip("bc", N.diagonal().real, strict=True):
        assert at(state, "number", mode) == pytest.approx(n, rel=1e-8, abs=0)  # the tolerance
        factorials = [at(state, "correlation", mode, k).real for k in (2, 3, 4)]
        np.testing.assert_allclose(factorials, [2, 6, 24], rtol=1e-8)
        for j, law in enumerate(n ** np.arange(5) / (n + 1) ** np.arange(1, 6)):
            P = state.measured("marginal", mode, j)
            # what a higher degree changes is the first term of a series that halves or more
            assert abs(P.value[0] - law) <= 2 * P.cut[0] + 1e-12
            assert P.status(state.status)[0] == "not converged" or P.cut[0] < 1e-6


def test_two_warm_modes_are_those_of_a_cut_that_holds_them() -> None:
    values = {**BATHS, "g": 0.3, "n_th": 0.02, "k_th": 0.01, "xi": 0.01}
    kept = {"a": 3, "b": 5, "c": 4}
    (cut,) = steady_state(EXCHANGE, values, kept, progress=False).blocks
    state = known(EXCHANGE, values)
    for i, mode in enumerate("abc"):
        number, pairs = measure(cut, (i,), normalised=False).value[0], measure(cut, (i, i)).value[0]
        # of x = 0.01 the fifth quantum holds 5 x^4 of the mean number, and 10 x^3 of the pairs
        assert at(state, "number", mode) == pytest.approx(number, rel=1e-6, abs=0)
        assert at(state, "correlation", mode) == pytest.approx(pairs, rel=2e-5, abs=0)
    joint = cut.populations[0, cut.space.position((1, 1, 0))]
    assert at(state, "probability", (1, 1, 0)) == pytest.approx(joint, rel=1e-5, abs=0)


def test_two_warm_modes_beside_a_cavity_are_known_by_default() -> None:
    state = steady_state(EXCHANGE, {**BATHS, "g": 0.1}, order=2, progress=False)
    assert (state.status, state.solver) == ("ok", "thermal")
    assert state.correlation("c") == pytest.approx(2, rel=1e-3)  # what light of 1e-6 leaves of it


@pytest.mark.slow
def test_a_mirror_of_few_phonons_is_the_same_with_a_cut() -> None:
    """Its cut for g4 would keep more than 400 states: the damping basis is asked before."""
    values = {**HOT, "n_th": 1.5, "g": 0.3, "xi": 0.05}
    ahead = steady_state(optomechanics.WARM, values, progress=False)
    (cut,) = steady_state(optomechanics.WARM, values, {"a": 4, "b": 32}, progress=False).blocks
    assert (ahead.status, ahead.solver) == ("ok", "thermal")
    for i, mode in enumerate("ab"):
        number, pairs = measure(cut, (i,), normalised=False).value[0], measure(cut, (i, i)).value[0]
        # of x = 0.6 more than 32 phonons hold 14 x^33 = 7e-7 of the mean number, 1e-5 of the pairs
        assert ahead.number(mode) == pytest.approx(number, rel=5e-6, abs=0)
        assert ahead.correlation(mode) == pytest.approx(pairs, rel=5e-5, abs=0)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("xi", "kept", "off"),
    # x = 0.05 leaves 1e-14 of the phonons beyond ten, 1e-11 of their pairs; beyond six 1e-7, 5e-6
    [(0.02, {"a + c": 4, "b": 10}, 2e-8), (0.15, {"a + c": 7, "b": 6}, 2e-5)],
)
def test_two_cavities_beside_a_cool_mirror_are_the_same_with_a_cut(
    xi: float, kept: dict[str, int], off: float
) -> None:
    """Of two driven modes beside a bath the damping basis is asked before a cut."""
    values = {**HOT, "U": 0.5, "J": 0.7, "n_th": 0.05, "g": 0.1, "xi": xi}
    ahead = steady_state(PAIR, values, order=3, progress=False)
    (cut,) = steady_state(PAIR, values, kept, progress=False).blocks
    assert ahead.solver == "thermal"
    for i, mode in enumerate("abc"):
        number, pairs = measure(cut, (i,), normalised=False).value[0], measure(cut, (i, i)).value[0]
        assert ahead.number(mode) == pytest.approx(number, rel=off, abs=0)
        assert ahead.correlation(mode) == pytest.approx(pairs, rel=off, abs=0)


@pytest.mark.parametrize(("g", "xi"), [(0.05, 0.05), (0.15, 0.2)])
def test_what_settles_is_what_more_quanta_and_a_higher_degree_give(g: float, xi: float) -> None:
    v = {**HOT, "n_th": 1.0, "g": g, "xi": xi}
    state = known(optomechanics.WARM, v, order=4)
    equation = state.shown.equation
    cut, degree = equation.cut + 4, equation.basis.degree + 12
    larger = DampedEquation(optomechanics.WARM, (1,), cut, DampingBases((1.0,), degree))
    more = solve(larger, {name: np.array([x]) for name, x in v.items()})
    best = replace(state, shown=more, pairs=())
    for mode in "ab":
        for asked in (("number", mode), *(("correlation", mode, k) for k in (2, 3, 4))):
            # each number is judged to a tolerance of 1e-8
            assert at(state, *asked) == pytest.approx(at(best, *asked), rel=1e-8, abs=0)


@pytest.mark.parametrize("n_th", [10.0, 100.0])
def test_a_mirror_too_warm_for_any_cut_is_known_by_default(n_th: float) -> None:
    values = {**HOT, "n_th": n_th, "g": 0.05}
    state = steady_state(optomechanics.WARM, values, order=2, progress=False)
    assert state.status == "ok"
    assert state.solver == "thermal"
    # light that is weak moves a hot mirror by less than 1e-4
    assert state.number("b") == pytest.approx(n_th, rel=1e-4)
    P = state.distribution("b")[:8]
    law = n_th ** np.arange(8) / (n_th + 1) ** np.arange(1, 9)
    np.testing.assert_allclose(P, law, rtol=1e-3, atol=0)
    with pytest.raises(ValueError, match="would need too many states"):
        state.restricted_density_matrix()


def test_only_a_gentle_drive_beside_one_bath_is_asked_for_here() -> None:
    arrays = {name: np.array([x, x, x]) for name, x in HOT.items()}
    arrays["xi"] = np.array([1e-3, 2.0, 1e-3])
    arrays["n_th"] = np.array([10.0, 10.0, 0.0])
    assert hot_modes(optomechanics.WARM, arrays)[:, 1].tolist() == [True, False, False]


def test_a_limit_of_states_is_one_of_unknowns_here() -> None:
    """30 states have 900 unknowns, and 3 x 3 elements of the photons a degree of 16 more."""
    values = {**HOT, "g": 1e-3, "n_th": 50.0}
    few, more = (
        steady_state(optomechanics.WARM, values, limit=limit, order=2, progress=False)
        for limit in (30, 100)
    )
    assert few.number_status("a") == "not converged"
    assert more.solver == "thermal"
    # photons hardly push the mirror: it is its bath's, and they are coherent to g^2 n_th
    assert more.number("b") == pytest.approx(50, rel=1e-6)
    assert more.correlation("a") == pytest.approx(1, rel=1e-3)
