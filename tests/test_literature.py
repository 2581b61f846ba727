"""Models of the literature as a reader writes them down, each against a line of algebra."""

import numpy as np
import pytest
import qutip
import sympy as sp
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp
from sympy.physics.quantum.pauli import SigmaMinus

import analytic
import numeric
from systems import Atom, Loss, Model

a, b, c, s = BosonOp("a"), BosonOp("b"), BosonOp("c"), SigmaMinus("s")
Delta, delta = sp.symbols("Delta delta", real=True)
epsilon, kappa, g, F, r = sp.symbols("epsilon kappa g F r", positive=True)
EXACT = 1e-12  # of sixteen digits a few are lost
CHOSEN = 1e-7  # a chosen truncation is right to 1e-8, on both sides of a ratio
FIRST = 1e-6  # leading order at a drive of 1e-4, whose square is left out with a factor of tens


def hermitian(operator: sp.Expr) -> sp.Expr:
    return operator + Dagger(operator)


def test_the_degenerate_parametric_amplifier_has_the_light_of_milburn_and_walls() -> None:
    """Opt. Commun. 39, 401 (1981): n = 2 eps^2/(kappa^2 - 4 eps^2), g2 = 3 + 1/(2 n)."""
    H = sp.I * epsilon / 2 * (Dagger(a) ** 2 - a**2)
    amplifier = Model("parametric amplifier", H, (Loss(kappa, a),), epsilon)
    closed, eps = analytic.gaussian(amplifier), np.array([0.01, 0.3, 0.49])
    values = {"kappa": 1.0, "epsilon": eps}
    n = 2 * eps**2 / (1 - 4 * eps**2)
    state = numeric.steady_state(amplifier, values)
    for number, g2 in (
        (closed.evaluate(closed.number(a), values), closed.evaluate(closed.correlation(a), values)),
        (state.number(a), state.correlation(a)),
    ):
        np.testing.assert_allclose(number, n, rtol=1e-9, atol=0)
        np.testing.assert_allclose(g2, 3 + 1 / (2 * n), rtol=1e-9, atol=0)
    # the series starts with |epsilon|, not |i epsilon|
    assert analytic.expand(amplifier).number(a).terms[0] == 2 * epsilon**2 / kappa**2


def test_twin_beams_violate_the_inequality_of_cauchy_and_schwarz() -> None:
    """M. D. Reid and D. F. Walls, Phys. Rev. A 34, 1260 (1986): g_ab = 2 + 1/(2 n) > g_aa = 2."""
    H = epsilon * hermitian(a * b)
    twins = Model("twin beams", H, (Loss(kappa, a), Loss(kappa, b)), epsilon)
    closed = analytic.gaussian(twins)
    n = 2 * epsilon**2 / (kappa**2 - 4 * epsilon**2)
    assert closed.correlation(a) == closed.correlation(b) == 2
    assert sp.simplify(closed.cross_correlation(a, b) - 2 - 1 / (2 * n)) == 0
    values = {"kappa": 1.0, "epsilon": 0.1}
    cross, light = 2 + 0.96 / 0.04, numeric.steady_state(twins, values)
    np.testing.assert_allclose(light.cross_correlation(a, b), cross, rtol=CHOSEN, atol=0)
    assert light.cross_correlation(a, b) ** 2 > light.correlation(a) * light.correlation(b)


def test_an_atom_in_squeezed_vacuum_is_excited_as_gardiner_says() -> None:
    """Phys. Rev. Lett. 56, 1917 (1986): P_e = N/(2 N + 1) with N = sinh(r)^2."""
    squeezed = Loss(kappa, sp.cosh(r) * s + sp.sinh(r) * Dagger(s))
    atom = Model("atom in squeezed vacuum", Delta * Dagger(s) * s, (squeezed,))
    state = numeric.steady_state(atom, {"Delta": 0.0, "kappa": 1.0, "r": [0.1, 0.5, 1.0]})
    N = np.sinh([0.1, 0.5, 1.0]) ** 2
    np.testing.assert_allclose(state.number(s), N / (2 * N + 1), rtol=1e-10, atol=0)


@pytest.mark.parametrize(
    ("term", "modes", "weights", "quanta"),
    [
        (Dagger(b) * a**3, (a, b), (1, 3), 3),  # third harmonic
        (Dagger(b) * Dagger(c) * a**2, (a, b, c), (1, 1, 1), 2),  # four-wave mixing
        (Dagger(s) * a**2, (a, s), (1, 2), 2),  # an atom that takes two photons
    ],
)
def test_a_process_of_several_photons_has_the_amplitudes_of_two_coupled_states(
    term: sp.Expr, modes: tuple, weights: tuple, quanta: int
) -> None:
    """k photons and what they make: (k E) C_k + G C = -sqrt(k) F C_(k-1), E' C + G C_k = 0."""
    H = Delta * Dagger(a) * a + sum(delta * Dagger(x) * x for x in modes[1:])
    H += g * hermitian(term) + F * hermitian(a)
    mixing = Model("mixing", H, tuple(Loss(kappa, x) for x in modes), F)
    assert mixing.grading.weights == weights
    values = {"Delta": 0.3, "delta": -0.2, "g": 0.8, "kappa": 1.0, "F": 1e-4}
    E, other = 0.3 - 0.5j, (len(modes) - 1) * (-0.2 - 0.5j)
    G, alpha = 0.8 * np.sqrt(float(sp.factorial(quanta))), -1e-4 / E
    before = alpha ** (quanta - 1) / np.sqrt(float(sp.factorial(quanta - 1)))
    block = np.array([[quanta * E, G], [G, other]])
    both = abs(np.linalg.solve(block, [-np.sqrt(quanta) * 1e-4 * before, 0])) ** 2
    made = tuple(int(x != a) for x in modes)
    closed, state = analytic.derive(mixing, quanta), numeric.steady_state(mixing, values)
    for occupation, expected in zip(((quanta, *[0] * (len(modes) - 1)), made), both, strict=True):
        found = closed.evaluate(closed.probability(occupation), values)
        np.testing.assert_allclose(found, expected, rtol=EXACT, atol=0)
        np.testing.assert_allclose(state.probability(occupation), expected, rtol=FIRST, atol=0)


def lattice(hop: np.ndarray) -> Model:
    """Kerr modes, the first one driven, with hop_ij a_i'a_j between them."""
    modes = [BosonOp(f"a{i}") for i in range(len(hop))]
    H = sum(Delta * Dagger(x) * x + g * Dagger(x) ** 2 * x**2 for x in modes)
    for i, j in zip(*np.nonzero(hop), strict=True):
        H += sp.sympify(hop[i, j]) * Dagger(modes[i]) * modes[j]
    losses = tuple(Loss(kappa, x) for x in modes)
    return Model("lattice", H + F * hermitian(modes[0]), losses, F)


def two_photons(hop: np.ndarray) -> np.ndarray:
    """g2 of each mode of a `lattice` from the amplitudes of two photons at i and j."""
    count, start = len(hop), np.eye(len(hop))[0]
    h = (0.3 - 0.5j) * np.eye(count) + hop
    one = np.linalg.solve(h, start)
    both = np.kron(h, np.eye(count)) + np.kron(np.eye(count), h)
    both += 2 * 0.8 * np.diag(np.eye(count).ravel())  # g a'a'aa shifts a pair by 2 g
    source = np.outer(start, one) + np.outer(one, start)
    pairs = np.linalg.solve(both, source.ravel()).reshape(count, count)
    return abs(np.diag(pairs)) ** 2 / abs(one) ** 4


dimers = np.zeros((8, 8))  # W. P. Su, J. R. Schrieffer and A. J. Heeger, PRL 42, 1698 (1979)
for i in range(7):
    dimers[i, i + 1] = dimers[i + 1, i] = (0.5, 1.25)[i % 2]
ladder = 0.75 * (np.kron(np.eye(2), np.eye(3, k=1)) + np.kron(np.eye(2, k=1), np.eye(3)))
# around a square, with a phase of 4 arctan(3/4) in all
flux = (0.4 + 0.3j) * (np.eye(4, k=1) + np.eye(4, k=-3))


@pytest.mark.parametrize("hop", [ladder + ladder.T, dimers, flux + flux.conj().T])
def test_a_lattice_written_with_a_loop_has_the_correlations_of_two_photons(hop) -> None:
    system, expected = lattice(hop), two_photons(hop)
    values = {"Delta": 0.3, "g": 0.8, "kappa": 1.0, "F": 1e-4}
    state = numeric.steady_state(system, values, quanta=2)
    found = [state.estimate("correlation", mode).value for mode in system.modes]
    np.testing.assert_allclose(found, expected, rtol=FIRST, atol=0)


def test_a_lambda_atom_in_a_cavity_has_the_state_that_qutip_finds() -> None:
    """Two legs, one on the cavity and one on a laser: the arrangement of transparency."""
    atom, w = Atom("s", "ues"), sp.Symbol("Omega", positive=True)
    H = Delta * atom.population("e") + delta * atom.population("s") + F * hermitian(a)
    H += g * hermitian(Dagger(a) * atom.transition("u", "e"))
    H += w * hermitian(atom.transition("s", "e"))
    decays = [Loss(kappa / 4, atom.transition(level, "e")) for level in "us"]
    system = Model("Lambda atom in a cavity", H, (Loss(kappa, a), *decays), F)
    values = {"Delta": 0.3, "delta": 0.1, "g": 1.0, "Omega": 0.8, "kappa": 1.0, "F": 0.1}
    H_q, c_ops = numeric.to_qutip(system, values, quanta=8)
    rho, state = qutip.steadystate(H_q, c_ops), numeric.steady_state(system, values)
    light, level = rho.ptrace(0), rho.ptrace(1)
    photons = qutip.expect(qutip.num(9), light)
    np.testing.assert_allclose(state.number(a), photons, rtol=1e-7, atol=0)
    np.testing.assert_allclose(state.expect(atom.population("e")), level[1, 1].real, rtol=1e-6)
    ours = numeric.steady_state(system, values, quanta=8).density_matrix()
    x = np.linspace(-2, 2, 5)
    # bounded by 1/pi; a cut by total quanta leaves out states that the product space holds
    np.testing.assert_allclose(
        qutip.wigner(ours.ptrace(0), x, x), qutip.wigner(light, x, x), atol=1e-7
    )


def test_a_refusal_of_the_amplitudes_names_the_roads_that_take_the_model() -> None:
    n_th = sp.Symbol("n_th", positive=True)
    bath = Loss(kappa * (n_th + 1), a), Loss(kappa * n_th, Dagger(a)), Loss(kappa, s)
    warm = Model("atom and cavity, warm", g * hermitian(Dagger(a) * s), bath)
    with pytest.raises(ValueError, match="of kappa, n_th is small, name it among the `orders`"):
        analytic.derive(warm)
    weak = Model(warm.name, warm.hamiltonian, warm.losses, orders={n_th: 2})
    assert analytic.expand(weak, corrections=0).number(a).terms[0] != 0  # as the message says
    pairs = Model("pairs", epsilon * hermitian(a**2), (Loss(kappa, a),), epsilon)
    with pytest.raises(ValueError, match=r"use analytic\.gaussian, analytic\.expand or"):
        analytic.derive(pairs).correlation(a)
