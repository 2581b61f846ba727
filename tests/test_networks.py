"""Networks of any pattern, both roads against two photons in plain NumPy that share no code.

Chains with two hoppings, rings with a flux, plaquettes, combs, all-to-all couplings, dots beside a
cavity: every mode has an energy, every link a hopping of its own.
"""

import itertools
from collections.abc import Callable

import numpy as np
import pytest
import sympy as sp
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp
from sympy.physics.quantum.pauli import SigmaMinus, SigmaPlus

import analytic
import numeric
from analytic.amplitudes import Amplitudes
from analytic.rational.determinant import Determinant
from systems import Loss, Model, kerr_dimer

gamma, F = sp.symbols("gamma F", positive=True)
DRIVE = 1e-4  # of the loss: corrections are of the order of its square, 1e-8
Links = list[tuple[int, int]]


def network(count: int, links: Links, phases: bool = False) -> Model:
    """Kerr modes a0, a1, ... that links join, the first one driven; all symbols different."""
    a = [BosonOp(f"a{i}") for i in range(count)]
    E, U = (sp.symbols(f"{x}0:{count}", real=True) for x in "EU")
    H = sp.Add(*(e * Dagger(b) * b for e, b in zip(E, a, strict=True)))
    H += sp.Add(*(u * Dagger(b) ** 2 * b**2 for u, b in zip(U, a, strict=True)))
    for i, j in links:
        hop = sp.Symbol(f"J{i}_{j}", real=True)
        hop *= sp.exp(sp.I * sp.Symbol(f"phi{i}_{j}", real=True)) if phases else 1
        H += hop * Dagger(a[i]) * a[j] + sp.conjugate(hop) * Dagger(a[j]) * a[i]
    losses = tuple(Loss(gamma, b) for b in a)
    return Model(f"network of {count}", H + F * (a[0] + Dagger(a[0])), losses, F)


def drawn(model: Model) -> dict[str, float]:
    random = np.random.default_rng(len(model.parameters))
    values = {str(s): random.uniform(0.2, 1.2) for s in model.parameters}
    return values | {"gamma": 1.0, "F": DRIVE}


def two_photons(count: int, links: Links, at: dict[str, float]) -> tuple[np.ndarray, np.ndarray]:
    """psi_i of one photon, and psi_ij = psi_ji of two: C_ij = sqrt(2) psi_ij, C_ii = psi_ii."""
    h = np.diag([at[f"E{i}"] - 0.5j for i in range(count)]).astype(complex)
    for i, j in links:
        hop = at[f"J{i}_{j}"] * np.exp(1j * at.get(f"phi{i}_{j}", 0.0))
        h[i, j] += hop
        h[j, i] += np.conj(hop)
    start, unit = np.eye(count)[0], np.eye(count)
    one = -DRIVE * np.linalg.solve(h, start)
    both = np.kron(h, unit) + np.kron(unit, h)
    both += np.diag(np.diag([2 * at[f"U{i}"] for i in range(count)]).ravel())
    source = -DRIVE * (np.outer(start, one) + np.outer(one, start)) / np.sqrt(2)
    return one, np.linalg.solve(both, source.ravel()).reshape(count, count)


def chain(count: int) -> Links:
    return list(itertools.pairwise(range(count)))


def ring(count: int) -> Links:
    return [*chain(count), (count - 1, 0)]


def comb(teeth: int) -> Links:
    """A row of modes, each with one more hanging on it."""
    return [*chain(teeth), *((i, teeth + i) for i in range(teeth))]


NETWORKS: dict[str, tuple[int, Links, bool]] = {
    "square plaquette with a flux": (4, ring(4), True),
    "ring of three with a flux": (3, ring(3), True),
    "comb": (6, comb(3), False),
    "four modes, each coupled to each": (4, list(itertools.combinations(range(4), 2)), False),
    "ring of eight": (8, ring(8), False),
    "chain of ten": (10, chain(10), False),
}
LONG = {"ring of eight", "chain of ten"}
ALL = [pytest.param(name, marks=pytest.mark.slow) if name in LONG else name for name in NETWORKS]


@pytest.mark.parametrize("name", ALL)
def test_the_closed_form_of_a_network_is_that_of_two_photons(name: str) -> None:
    count, links, phases = NETWORKS[name]
    model = network(count, links, phases)
    at, closed = drawn(model), analytic.derive(model)
    one, two = two_photons(count, links, at)
    g2 = closed.evaluate(closed.correlation("a0"), at)
    np.testing.assert_allclose(g2, 2 * abs(two[0, 0]) ** 2 / abs(one[0]) ** 4, rtol=1e-9, atol=0)
    far = closed.evaluate(closed.cross_correlation("a0", f"a{count - 1}"), at)
    expected = 2 * abs(two[0, -1]) ** 2 / abs(one[0] * one[-1]) ** 2
    # determinants of 55 rows lose four of sixteen digits
    np.testing.assert_allclose(far, expected, rtol=1e-9, atol=0)


@pytest.mark.parametrize("name", ["square plaquette with a flux", "comb"])
def test_the_master_equation_of_a_network_is_that_of_two_photons(name: str) -> None:
    count, links, phases = NETWORKS[name]
    model = network(count, links, phases)
    at = drawn(model)
    one, two = two_photons(count, links, at)
    state = numeric.steady_state(model, at, quanta=2)
    found = state.estimate("cross_correlation", "a0", "a1").value
    expected = 2 * abs(two[0, 1]) ** 2 / abs(one[0] * one[1]) ** 2
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=0)  # DRIVE**2, times ten


@pytest.mark.slow
@pytest.mark.parametrize("links", [chain(6), ring(6)], ids=["chain", "ring"])
def test_six_modes_are_answered_by_default(links: Links) -> None:
    model = network(6, links)
    at = drawn(model)
    one, two = two_photons(6, links, at)
    state = numeric.steady_state(model, at)
    assert (state.status, state.advice) == ("ok", "")
    found, expected = state.correlation("a0"), 2 * abs(two[0, 0]) ** 2 / abs(one[0]) ** 4
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=0)  # DRIVE**2, times ten


def test_light_runs_around_a_ring_with_a_flux() -> None:
    """The current i (J a'b - h.c.) is that of one photon; the flux turned around, it is too."""
    count, links, phases = NETWORKS["ring of three with a flux"]
    model = network(count, links, phases)
    at = drawn(model) | {f"E{i}": 0.1 for i in range(3)} | {f"J{i}_{j}": 0.8 for i, j in links}
    a, b, J = BosonOp("a1"), BosonOp("a2"), sp.Symbol("J1_2", real=True)
    hop = J * sp.exp(sp.I * sp.Symbol("phi1_2", real=True))
    current = sp.I * (hop * Dagger(a) * b - sp.conjugate(hop) * Dagger(b) * a)
    closed, found = analytic.derive(model), []
    for flux in (0.9, -0.9):
        values = at | {f"phi{i}_{j}": flux / 3 for i, j in links}
        one, _ = two_photons(count, links, values)
        t = 0.8 * np.exp(1j * flux / 3)
        expected = -2 * np.imag(t * np.conj(one[1]) * one[2])
        state = numeric.steady_state(model, values, quanta=4)
        found.append(complex(state.expect(current)).real)
        np.testing.assert_allclose(found[-1], expected, rtol=1e-6, atol=0)
        form = hop * sp.conjugate(closed.amplitude((0, 1, 0))) * closed.amplitude((0, 0, 1))
        leading = -2 * np.imag(closed.evaluate(form, values))
        np.testing.assert_allclose(leading, expected, rtol=1e-12, atol=0)
    # with the flux a mirror image: 1 and 2 change places, and the current its sign
    np.testing.assert_allclose(found[0], -found[1], rtol=1e-6, atol=0)


def test_equal_modes_that_all_see_each_other_are_two_amplitudes() -> None:
    """All driven alike: two photons in one mode, or in two; the symmetric mode alone is driven."""
    count = 5
    E, U, J = sp.symbols("E U J", real=True)
    a = [BosonOp(f"a{i}") for i in range(count)]
    H = sp.Add(*(E * Dagger(b) * b + U * Dagger(b) ** 2 * b**2 + F * (b + Dagger(b)) for b in a))
    H += sp.Add(*(J * (Dagger(b) * c + Dagger(c) * b) for b, c in itertools.combinations(a, 2)))
    model = Model("all to all", H, tuple(Loss(gamma, b) for b in a), F)
    at = {"E": 0.3, "U": 0.9, "J": -0.2, "gamma": 1.0, "F": DRIVE}
    e, j, u = 0.3 - 0.5j, -0.2, 0.9
    one = -DRIVE / (e + (count - 1) * j)
    root = np.sqrt(2)
    h = [[2 * (e + u), root * (count - 1) * j], [2 * root * j, 2 * e + 2 * (count - 2) * j]]
    same, _ = np.linalg.solve(h, [-root * DRIVE * one, -2 * DRIVE * one])
    closed = analytic.derive(model)
    g2, expected = closed.evaluate(closed.correlation("a1"), at), 2 * abs(same / one**2) ** 2
    np.testing.assert_allclose(g2, expected, rtol=1e-12, atol=0)
    state = numeric.steady_state(model, at, quanta=2)
    found = state.estimate("correlation", "a1").value
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=0)


def test_a_dot_molecule_in_a_cavity_has_four_states_of_two_quanta() -> None:
    """Two dots with tunnelling T and a shift X of the pair: 20, 1e0, 10e, 0ee by hand."""
    a, s, r = BosonOp("a"), SigmaMinus("s"), SigmaMinus("r")
    s_up, r_up = SigmaPlus("s"), SigmaPlus("r")
    Da, Ds, Dr, g, f, T, X = sp.symbols("Da Ds Dr g f T X", real=True)
    kappa = sp.Symbol("kappa", positive=True)
    H = Da * Dagger(a) * a + Ds * s_up * s + Dr * r_up * r + X * s_up * s * r_up * r
    H += g * (Dagger(a) * s + s_up * a) + f * (Dagger(a) * r + r_up * a) + T * (s_up * r + r_up * s)
    losses = (Loss(kappa, a), Loss(gamma, s), Loss(gamma, r))
    model = Model("dot molecule", H + F * (a + Dagger(a)), losses, F)
    at = {"Da": 0.2, "Ds": -0.3, "Dr": 0.5, "g": 0.9, "f": 0.4, "T": 0.7, "X": 0.6}
    at |= {"kappa": 1.0, "gamma": 0.3, "F": DRIVE}
    A, S, R = 0.2 - 0.5j, -0.3 - 0.15j, 0.5 - 0.15j
    ca, cs, cr = np.linalg.solve([[A, 0.9, 0.4], [0.9, S, 0.7], [0.4, 0.7, R]], [-DRIVE, 0, 0])
    root = np.sqrt(2)
    h = [[2 * A, root * 0.9, root * 0.4, 0], [root * 0.9, A + S, 0.7, 0.4],
         [root * 0.4, 0.7, A + R, 0.9], [0, 0.4, 0.9, S + R + 0.6]]  # fmt: skip
    two = np.linalg.solve(h, -DRIVE * np.array([root * ca, cs, cr, 0]))
    closed, state = analytic.derive(model), numeric.steady_state(model, at)
    expected = {"g2": 2 * abs(two[0] / ca**2) ** 2, "dots": abs(two[3] / (cs * cr)) ** 2}
    forms = {"g2": closed.correlation("a"), "dots": closed.cross_correlation("s", "r")}
    numbers = {"g2": state.correlation("a"), "dots": state.cross_correlation("s", "r")}
    for name, value in expected.items():
        np.testing.assert_allclose(closed.evaluate(forms[name], at), value, rtol=1e-12, atol=0)
        np.testing.assert_allclose(numbers[name], value, rtol=1e-6, atol=0)


def left_alone(model: Model) -> analytic.Derivation:
    """The closed forms with every block in determinants."""
    closed = analytic.derive(model)
    closed._amplitudes = Amplitudes(closed.undisplaced, closed.quanta, longest=0)
    return closed


def test_determinants_are_what_they_are_multiplied_out() -> None:
    model = network(3, ring(3), phases=True)
    at, long, short = drawn(model), analytic.derive(model), left_alone(model)
    assert not short.is_expanded
    assert short.amplitude((2, 0, 0)).has(Determinant)
    for n in long.states[1:]:
        found, expected = (x.evaluate(x.amplitude(n), at) for x in (short, long))
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=0)


@pytest.mark.parametrize("form", [lambda x: x.correlation("a"), lambda x: x.probability((2, 0))])
def test_a_zero_of_a_determinant_is_told_from_a_small_number(
    form: Callable[[analytic.Derivation], sp.Expr],
) -> None:
    closed = left_alone(kerr_dimer.MODEL)
    at = {"J": 3.0, "gamma": 1.0, "F": 0.01}
    (point, *_) = analytic.optimal_points(
        analytic.derive(kerr_dimer.MODEL), "a", ("Delta", "U"), at
    )
    on = at | {name: point.values[name] for name in ("Delta", "U")}
    near = on | {"U": on["U"] * 1.001}
    assert closed.status(form(closed), on) == "leading order vanishes"
    assert closed.status(form(closed), near) == "ok"


def test_determinants_do_not_depend_on_the_unit_of_rates() -> None:
    model = network(6, comb(3))
    at, closed = drawn(model), analytic.derive(model)
    g2 = closed.correlation("a0")
    in_hertz = {
        name: 1e9 * x for name, x in at.items()
    }  # products of 21 of these, squared, leave all floats
    np.testing.assert_allclose(
        closed.evaluate(g2, in_hertz), closed.evaluate(g2, at), rtol=1e-9, atol=0
    )


def test_an_amplitude_that_cancels_for_all_values_is_seen_in_determinants() -> None:
    a, b = BosonOp("a"), BosonOp("b")
    H = F * (a + Dagger(a)) + sp.Symbol("J", real=True) * (Dagger(a) * b + Dagger(b) * a)
    closed = left_alone(Model("resonant", H, (Loss(gamma, a),), F))
    with pytest.raises(analytic.NotSeen):  # all light goes on into b, which loses nothing
        closed.amplitude((1, 0))
    assert closed.amplitude((0, 1)) != 0
