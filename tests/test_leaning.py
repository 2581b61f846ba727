"""Mirrors that photons push far: the same states where the photons let them rest."""

import ast
from dataclasses import replace

import numpy as np
import pytest
import sympy as sp
from scipy.integrate import quad
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp
from sympy.physics.quantum.pauli import SigmaMinus

from numeric import delayed_correlation, spectrum, steady_state
from numeric.frames.leaning import LeaningStates, displacement
from numeric.frames.polarons import PolaronState, polaron_states
from numeric.lindblad.space import space
from numeric.time.regression import regression
from systems import Loss, Model
from systems.ladder import is_two_level
from systems.library import kerr, optomechanics
from systems.library.optomechanics import Delta, a, b, g, gamma, kappa, omega, xi

FAR = {"Delta": 0.16, "omega": 1.0, "g": 0.4, "kappa": 0.4, "gamma": 0.1, "xi": 0.02}
WARM = {**FAR, "n_th": 0.3}
c, J = BosonOp("c"), sp.Symbol("J", real=True)
PAIR = Model(
    "two cavities, one of which pushes a mirror",
    optomechanics.MODEL.hamiltonian + J * (Dagger(a) * c + Dagger(c) * a),
    (*optomechanics.MODEL.losses, Loss(kappa, c)),
    xi,
)
# the mirror comes first in the order of modes
TURNED = Model(
    "a mirror called a, pushed by b",
    Delta * Dagger(b) * b
    + omega * Dagger(a) * a
    + g * Dagger(b) * b * (a + Dagger(a))
    + xi * (b + Dagger(b)),
    (Loss(kappa, b), Loss(gamma, a)),
    xi,
)
s = SigmaMinus("s")
ATOM = Model(
    "an atom that pushes a mirror",
    Delta * Dagger(s) * s
    + omega * Dagger(b) * b
    + g * Dagger(s) * s * (b + Dagger(b))
    + xi * (s + Dagger(s)),
    (Loss(kappa, s), Loss(gamma, b)),
    xi,
)


def known(model: Model, values: dict, order: int = 4, tolerance: float = 1e-8) -> PolaronState:
    arrays = {name: np.array([x]) for name, x in values.items()}
    (state,) = polaron_states(model, arrays, np.arange(1), tolerance, order)
    return state


def at(state: PolaronState, *asked: object) -> complex:
    return state.measured(*asked).value[0]


@pytest.mark.parametrize("alpha", [0.7, -2.0 + 0.5j])
def test_a_displacement_makes_coherent_light_and_is_undone_by_its_opposite(alpha: complex) -> None:
    """R. J. Glauber, Phys. Rev. 131, 2766 (1963), Eq. (3.7)."""
    k = np.arange(12)
    factorials = np.cumprod(np.maximum(k, 1.0))
    coherent = np.exp(-(abs(alpha) ** 2) / 2) * complex(alpha) ** k / np.sqrt(factorials)
    np.testing.assert_allclose(displacement(alpha, 12, 1)[:, 0], coherent, rtol=1e-12)
    both = displacement(alpha, 12, 120) @ displacement(-alpha, 120, 12)
    np.testing.assert_allclose(both, np.eye(12), atol=1e-14)


@pytest.mark.parametrize("word", [((1, 0), (0, 0)), ((0, 0), (1, 2)), ((1, 1), (2, 1))])
def test_words_have_the_elements_of_fock_states_between_leaning_ones(word) -> None:
    push = 0.3 - 0.4j
    on = LeaningStates(optomechanics.MODEL, 1, (push,), quanta=3, phonons=6)
    fock = space(optomechanics.MODEL.modes, (3, 90))
    lean = np.zeros((4, 91, 4, 6), dtype=complex)
    for n in range(4):
        lean[n, :, n] = displacement(n * push, 91, 6)
    lean = lean.reshape(fock.size, on.size)
    expected = lean.conj().T @ fock.word(word) @ lean
    np.testing.assert_allclose(on.word(word).toarray(), expected, atol=1e-12)


@pytest.mark.parametrize(
    ("model", "values", "cut"),
    [
        (ATOM, FAR, {"s": 1, "b": 30}),
        pytest.param(optomechanics.MODEL, FAR, {"a": 7, "b": 32}, marks=pytest.mark.slow),
        pytest.param(optomechanics.WARM, WARM, {"a": 7, "b": 36}, marks=pytest.mark.slow),
        pytest.param(TURNED, FAR, {"a": 32, "b": 7}, marks=pytest.mark.slow),
    ],
    ids=["beside an atom", "mirror", "warm mirror", "modes in another order"],
)
def test_leaning_states_give_what_a_box_of_all_the_swing_gives(model, values, cut) -> None:
    state, box = known(model, values), steady_state(model, values, cut)
    assert state.word[0] == "ok"
    for mode in model.modes:
        assert at(state, "number", mode) == pytest.approx(box.number(mode), rel=1e-8, abs=0)
        bosonic = not is_two_level(mode)
        for order in (2, 3, 4) if bosonic else ():
            mine, exact = at(state, "correlation", mode, order), box.correlation(mode, order)
            # the tolerance of the search; that of a box of one's own is a thousandth at worst
            assert mine == pytest.approx(exact, rel=3e-8, abs=0)
        laws = [at(state, "marginal", mode, n) for n in (0, 1)]
        assert laws == pytest.approx(box.distribution(mode)[:2], rel=1e-8, abs=0)
    assert at(state, "probability", (1, 1)) == pytest.approx(box.probability((1, 1)), rel=1e-7)
    assert at(state, "amplitude", b) == pytest.approx(box.amplitude(b), rel=1e-8)


@pytest.mark.slow
def test_light_that_hops_between_cavities_is_that_of_a_box() -> None:
    """Grades of several states are Sylvester equations; the mirror's jumps are left to GMRES."""
    values = {**FAR, "g": 0.2, "J": 0.5, "xi": 0.005}
    state = known(PAIR, values, order=2, tolerance=1e-6)
    box = steady_state(PAIR, values, {"a + c": 3, "b": 9})
    for mode in "abc":
        # the box leaves out a fourth photon, some xi^2/kappa^2 = 2e-4 of the pairs squared
        assert at(state, "number", mode) == pytest.approx(box.number(mode), rel=1e-7, abs=0)
        pairs = at(state, "correlation", mode)
        assert pairs == pytest.approx(box.correlation(mode), rel=1e-6, abs=0)


@pytest.mark.parametrize(
    ("push", "n_th"),
    [(0.8, 0.0), (0.8, 0.4), pytest.param(1.6, 0.4, marks=pytest.mark.slow)],
)
def test_a_photon_sees_the_fluctuations_of_its_mirror_however_far_it_pushes(push, n_th) -> None:
    """<a'a>/xi^2 = 2/kappa Re int exp(-(i Delta + kappa/2) t - g^2 int_0^t (t - u) C(u) du) dt.

    C is the correlation of b + b' in its bath: A. Nunnenkamp, K. Borkje and S. M. Girvin, Phys.
    Rev. Lett. 107, 063602 (2011).
    """
    values = {**WARM, "g": push, "Delta": push**2, "n_th": n_th, "xi": 1e-5}

    def twice(rate: complex, t: float) -> complex:
        return t / rate - (1 - np.exp(-rate * t)) / rate**2

    def integrand(t: float) -> float:
        up, down = twice(0.05 + 1j, t), twice(0.05 - 1j, t)
        noise = push**2 * ((n_th + 1) * up + n_th * down)
        return np.exp(-(1j * push**2 + 0.2) * t - noise).real

    expected = 2 / 0.4 * quad(integrand, 0, 150, limit=4000, epsabs=1e-13, epsrel=1e-10)[0]
    state = known(optomechanics.WARM, values, order=2, tolerance=1e-6)
    # corrections are of the order of the photons, 1e-10
    assert at(state, "number", "a") / 1e-10 == pytest.approx(expected, rel=1e-7, abs=0)
    pushed = -1j * push * at(state, "number", "a") / (1j + 0.05)
    assert at(state, "amplitude", "b") == pytest.approx(pushed, rel=1e-7, abs=0)


@pytest.mark.slow
def test_a_mirror_that_swings_further_than_a_cut_is_answered_by_default() -> None:
    values = {**FAR, "g": 1.1, "Delta": 1.21, "kappa": 0.3}
    state = steady_state(optomechanics.MODEL, values)
    assert (state.status, state.solver) == ("ok", "polaron")
    # what three photons make of n and g2 to 1e-6: the drive is a fifteenth of the loss
    box = steady_state(optomechanics.MODEL, values, {"a": 4, "b": 70})
    assert state.number("b") == pytest.approx(box.number("b"), rel=1e-6)
    assert state.correlation("a") == pytest.approx(box.correlation("a"), rel=1e-6)
    with pytest.raises(ValueError, match=r"truncation of your own \(`quanta=...`\)"):
        state.density_matrix()


@pytest.mark.slow
def test_a_probe_of_few_phonons_tells_what_a_brisk_drive_takes_where_more_is_foretold() -> None:
    brisk = {"Delta": 0.8, "omega": 1.0, "g": 0.9, "kappa": 1.0, "gamma": 0.3, "xi": 0.3}
    arrays = {name: np.array([x]) for name, x in brisk.items()}
    how = {"tolerance": 1e-4, "order": 2, "limit": 480}  # 5 and 7 photons with 62 do not fit
    (state,) = polaron_states(optomechanics.MODEL, arrays, np.arange(1), **how)
    box = steady_state(optomechanics.MODEL, brisk, {"a": 8, "b": 36})
    for quantity, mode in (("number", "a"), ("number", "b"), ("correlation", "a")):
        own, other = state.measured(quantity, mode), box.estimate(quantity, mode)
        off = abs(float(own.value[0]) - float(other.value))
        assert off <= float(other.error) + 1e-4 * float(other.value)
        assert float(other.error) < 1e-3 * float(other.value)


def test_what_is_not_pushed_or_too_bright_is_not_looked_at() -> None:
    def found(model: Model, values: dict, **how: int) -> list[PolaronState]:
        arrays = {name: np.array([x]) for name, x in values.items()}
        return polaron_states(model, arrays, np.arange(1), 1e-8, 4, **how)

    assert found(kerr.MODEL, kerr.VALUES) == []
    assert found(optomechanics.MODEL, {**FAR, "xi": 4.0}) == []
    assert found(optomechanics.MODEL, FAR, limit=100) == []  # where two cuts do not fit
    still = replace(optomechanics.MODEL, hamiltonian=optomechanics.MODEL.hamiltonian.subs(g, 0))
    assert found(still, {name: x for name, x in FAR.items() if name != "g"}) == []


@pytest.mark.slow
def test_what_takes_a_cut_names_one_that_answers_where_none_was_chosen() -> None:
    far = {"Delta": 0.49, "omega": 1.0, "g": 0.7, "kappa": 0.1, "gamma": 0.01, "xi": 0.005}
    state = steady_state(optomechanics.MODEL, far)
    assert state.solver == "polaron"
    assert (state.truncation["a"], list(state.truncation)) == (state.quanta, ["a", "b"])
    at_once = delayed_correlation(optomechanics.MODEL, far, "a", [0.0])
    np.testing.assert_allclose(at_once, state.correlation("a"), rtol=1e-9)
    for follow, grid in ((delayed_correlation, [0.0, 1e-9]), (spectrum, [0.0])):
        with pytest.raises(ValueError, match=r"give one \(`quanta=") as told:
            follow(optomechanics.MODEL, far, "a", grid)
        asked = ast.literal_eval(str(told.value).split("quanta=")[1].split("`")[0])
        found = follow(optomechanics.MODEL, far, "a", grid, quanta=asked)
        assert np.isfinite(found).all()
        if follow is delayed_correlation:  # to what pairs are held in that cut
            np.testing.assert_allclose(found, state.correlation("a"), rtol=1e-4)


def test_what_no_cut_holds_is_refused_in_time() -> None:
    hot = {**optomechanics.VALUES, "n_th": 1000.0, "g": 0.1}
    state = steady_state(optomechanics.WARM, hot, order=2)
    assert state.truncation is None
    with pytest.raises(ValueError, match="none holds these values"):
        regression(state, "b", "b", np.array([1.0]), np.array([2.0]), np.array(["ok"]))
