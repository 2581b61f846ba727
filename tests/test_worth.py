"""What a number is worth: dark modes and fields, truncations that were given, small mixtures."""

import numpy as np
import pytest
import qutip
import sympy as sp
from oracles import kerr_correlation
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp
from sympy.physics.quantum.pauli import SigmaMinus, SigmaPlus

from compare import agreement
from numeric import delayed_correlation, steady_state
from numeric import fields as observables
from systems import Loss, Model
from systems.library import kerr, nanotip
from systems.status import Status

D, w, J, U, G = sp.symbols("D w J U G", real=True)
k, n_th, xi = sp.symbols("k n_th xi", positive=True)
e = sp.Symbol("e")
a, b, s = BosonOp("a"), BosonOp("b"), SigmaMinus("s")
mode = D * Dagger(a) * a + U * Dagger(a) ** 2 * a**2 + xi * (a + Dagger(a))
hopping = J * (Dagger(a) * b + Dagger(b) * a)
lossy = (Loss(k, a),)

DARK = Model(
    "two driven modes",
    D * (Dagger(a) * a + Dagger(b) * b)
    + hopping
    + xi * (a + Dagger(a) + e * Dagger(b) + sp.conjugate(e) * b),
    (Loss(k, a), Loss(k, b)),
    xi,
)
THERMAL = Model("thermal", mode, (Loss(k * (1 + n_th), a), Loss(k * n_th, Dagger(a))), xi)
HARMONIC = Model(
    "second harmonic",
    D * Dagger(a) * a
    + w * Dagger(b) * b
    + J * (Dagger(a) ** 2 * b + Dagger(b) * a**2)
    + xi * (a + Dagger(a)),
    (Loss(k, a), Loss(k, b)),
    xi,
)
MODELS = {
    "kerr": Model("kerr", mode, lossy, xi),
    "thermal": THERMAL,
    "pairs": Model("pairs", mode + G * (a**2 + Dagger(a) ** 2), lossy, xi, orders={G: 2}),
    "only pairs": Model(
        "only pairs",
        D * Dagger(a) * a + U * Dagger(a) ** 2 * a**2 + xi * (a**2 + Dagger(a) ** 2),
        lossy,
        xi,
    ),
    "atom": Model(
        "atom",
        mode.subs(U, 0) + w * SigmaPlus("s") * s + J * (Dagger(a) * s + SigmaPlus("s") * a),
        (Loss(k, a), Loss(k, s)),
        xi,
    ),
}


def dark_points(count):
    """Draws at which H and the losses leave the coherent amplitude of b zero: J a = -xi e."""
    rng = np.random.default_rng(count)
    detuning, coupling = rng.normal(size=count), 3 * rng.normal(size=count)
    drive = 10 ** rng.uniform(-4, -2, count)
    return {"D": detuning, "J": coupling, "k": 1.0, "xi": drive, "e": coupling / (detuning - 0.5j)}


def single(values, i):
    return {name: np.ravel(v)[i if np.ndim(v) else 0] for name, v in values.items()}


@pytest.mark.slow
@pytest.mark.parametrize(("quanta", "count"), [(None, 3), (6, 40)])
def test_a_mode_that_is_dark_by_interference_has_no_ratios(quanta, count):
    values = dark_points(count)  # one by one, in a search for the truncation, and in the sweeps
    draws = [values, *(single(values, i) for i in range(2))]
    for state in (steady_state(DARK, draw, quanta=quanta) for draw in draws):
        assert np.all(state.status == "ok")  # the dark mode does not keep the search from settling
        assert np.all(np.isin(state.number_status(b), ["ok", "not resolved"]))
        for order in (1, 2, 3, 4):
            words = np.atleast_1d(state.correlation_status(b, order))
            assert set(words) <= {Status.UNDEFINED, Status.NOT_RESOLVED}
            assert np.all(np.isnan(state.correlation(b, order)))
        assert np.all(np.isin(state.cross_correlation_status(a, b), ["undefined", "not resolved"]))
        # coherent light, to the tolerance of the truncation
        shown = state.correlation(a)
        np.testing.assert_allclose(shown, 1, rtol=1e-7 if quanta is None else 1e-3)


def test_the_delays_after_a_photon_of_a_dark_mode_have_no_numbers():
    g2 = delayed_correlation(DARK, dark_points(2), a, [0.0, 1.0], quanta=4, second=b)
    assert np.isnan(g2).all()


@pytest.mark.parametrize("detuning", [1e5, 2e6])
def test_a_partner_that_is_lost_in_round_off_has_no_correlations(detuning):
    model = Model("partner", mode + w * Dagger(b) * b + hopping, lossy, xi)
    for drive in (1e-3, 0.1):
        values = {"D": 0.3, "U": 1.0, "w": detuning, "J": 1.0, "k": 1.0, "xi": drive}
        state = steady_state(model, values)
        for order in (2, 3, 4):
            assert state.correlation_status(b, order) == "not resolved"
        assert state.correlation_status(a) == "ok"


def test_a_field_that_is_tuned_dark_has_no_correlations():
    rng = np.random.default_rng(7)
    for _ in range(8):
        detuning, drive = rng.normal(), 10 ** rng.uniform(-5, -1)
        values = {"D": detuning, "U": 0.0, "k": 1.0, "xi": drive}
        state = steady_state(MODELS["kerr"], values)
        field = a - xi * complex(-1j / (0.5 + 1j * detuning))  # minus the coherent amplitude
        for order in (2, 3):
            found = observables.estimate(state, "correlation", field, order=order)
            assert found.status == "not resolved"
            assert np.isnan(found.trusted)
        assert observables.cross_correlation_status(state, field, a) == "not resolved"


def drawn(model, rng):
    nonlinear = rng.choice([0.1, 1.0, 10.0]) * rng.normal()
    values = {
        "D": rng.choice([2 * rng.normal(), -nonlinear * rng.integers(1, 4)]), "U": nonlinear,
        "w": 2 * rng.normal(), "J": 2 * rng.normal(), "k": 1.0, "xi": 10 ** rng.uniform(-2, 0.2),
        "G": 10 ** rng.uniform(-4, -1), "n_th": 10 ** rng.uniform(-3, 0),
    }  # fmt: skip
    return {str(symbol): values[str(symbol)] for symbol in model.parameters}


@pytest.mark.parametrize("name", MODELS)
def test_what_a_given_truncation_calls_ok_it_hardly_moves(name):
    model, rng, words = MODELS[name], np.random.default_rng(11), []
    for _ in range(10):
        values, quanta = drawn(model, rng), int(rng.integers(2, 7))
        cut = steady_state(model, values, quanta=quanta)
        full = steady_state(model, values, quanta=12 if name == "atom" else 24)
        asked = [("number", a), ("correlation", a), ("probability", (1,) * len(model.modes))]
        for quantity, argument in asked:
            true = full.estimate(quantity, argument)
            if true.status != "ok" or (name, quantity) == ("only pairs", "probability"):
                continue
            found = cut.estimate(quantity, argument)
            moved = abs(found.value / true.value - 1)
            words.append(found.status)
            if found.status == "ok":
                assert moved < 2e-3  # 1e-3, as far as two more quanta and a tail tell
            else:
                assert found.status == "not converged"
                assert moved > 1e-5  # a word too many is as bad: a factor of a hundred is spared
                assert np.isnan(found.trusted)
                assert np.isfinite(found.value)
    assert set(words) == {Status.OK, Status.NOT_CONVERGED}


def test_coherent_light_in_two_quanta_has_no_delayed_correlation():
    values = {"D": 0.0, "U": 0.0, "k": 1.0, "xi": 0.5}
    assert np.isnan(delayed_correlation(MODELS["kerr"], values, a, [0.0, 1.0], quanta=2)).all()
    table = agreement(MODELS["kerr"], values, "g2", quanta=2)
    assert list(table["status"]) == ["not converged"]
    assert np.isfinite(table["numeric"]).all()  # it stays in the table, as the word says


@pytest.mark.slow
def test_the_order_of_a_second_harmonic_counts_what_it_takes_to_get_there():
    values = {"D": 0.3, "w": 0.2, "J": 1.0, "k": 1.0, "xi": 0.01}
    # a'a' b, b', a'a' b again: two quanta of b pass through a state of three
    with pytest.raises(ValueError, match="`quanta` must be at least 3 for g2 of b"):
        steady_state(HARMONIC, values, quanta=2).correlation(b)
    with pytest.raises(ValueError, match="`quanta` must be at least 2 for the mean number of b"):
        steady_state(HARMONIC, values, quanta=1).number(b)
    fine = steady_state(HARMONIC, values)
    for quanta in (3, 4, 5):
        found = steady_state(HARMONIC, values, quanta=quanta).estimate("correlation", b)
        moved = abs(found.value / fine.correlation(b) - 1)
        assert (found.status == "ok") == (moved < 1e-3)
    # three quanta of light made in pairs are as often what is left of four
    pairs = {"D": 0.3, "U": 1.0, "k": 1.0, "xi": 0.01}
    state = steady_state(MODELS["only pairs"], pairs, quanta=3)
    assert state.correlation_status(a, 3) == "not converged"


@pytest.mark.parametrize("photons", [10.0, 30.0])
def test_a_hot_state_that_is_cut_says_so(photons):
    values = {"D": 0.3, "U": 0.0, "k": 1.0, "xi": 0.1, "n_th": photons}
    state = steady_state(THERMAL, values, quanta=35)
    true = photons + 0.01 / (0.3**2 + 0.25)
    assert state.number_status(a) == "not converged"
    # two more quanta change a tenth of what is missing; what the last shells hold tells
    missing = true / state.estimate("number", a).value - 1
    assert state.certificate.cut["n(a)"] > missing / 3
    assert state.certificate.top > 1e-3


@pytest.mark.parametrize(
    ("D", "U", "xi"),
    [
        (-12.691380848931171, 0.28704567152589616, 13.149250649564074),
        (-8.03252140963227, 0.1249544960050035, 13.254861303631872),
        (-7.607422649354411, 0.12166126399225317, 11.146059956724653),
    ],
)
def test_a_state_that_is_left_slowly_is_not_taken_for_the_whole(D, U, xi):
    # a bistable mode: the dim state fits into 35 quanta, the bright one that has all weight not
    values = {"D": D, "U": U, "k": 1.0, "xi": xi}
    state = steady_state(MODELS["kerr"], values, quanta=35)
    true = kerr_correlation(1, Delta=D, chi=U, gamma=1.0, xi=xi)
    few = steady_state(MODELS["kerr"], values, quanta=37).estimate("number", a).value
    found = state.estimate("number", a).value
    assert found == pytest.approx(few, rel=1e-6)  # two more quanta would not tell
    assert state.estimate("number", a).value < true / 5
    assert state.number_status(a) == "not converged"
    # the certificate is a cut that holds the bright state, if doubles can resolve it
    assert not state.certificate.cut["n(a)"] < 0.5


@pytest.mark.slow
def test_a_probability_is_converged_to_eight_digits_or_is_not_returned():
    drives = np.geomspace(1e-3, 0.4, 6)
    values = {"Delta": 0.3, "J": 1.0, "chi": 0.7, "gamma": 1.0, "xi": drives}
    state = steady_state(nanotip.MODEL, values)
    more = steady_state(nanotip.MODEL, values, quanta=int(state.quanta.max()) + 2)
    words = set()
    for occupation in state.occupations:
        if sum(occupation) <= state.quanta.min():
            found = state.estimate("probability", occupation)
            finer = more.estimate("probability", occupation).value
            ok = found.status == "ok"
            # 1e-8 of truncation and as much of round-off
            np.testing.assert_allclose(found.value[ok], finer[ok], rtol=2e-8, atol=0)
            words |= set(found.status)
    assert words == {Status.OK, Status.NOT_CONVERGED}


def test_the_density_matrix_of_modes_lives_on_the_product_of_their_spaces():
    values = {"D": 0.4, "J": 0.9, "k": 1.0, "xi": 0.3, "e": 0.5 + 0.2j}
    state = steady_state(DARK, values, quanta=9)
    rho = state.density_matrix()
    lower = qutip.destroy(10)
    first, second = qutip.tensor(lower, qutip.qeye(10)), qutip.tensor(qutip.qeye(10), lower)
    for name, operator in (("a", first), ("b", second)):
        n = state.number(name)
        assert qutip.expect(operator.dag() * operator, rho) == pytest.approx(n, rel=1e-12)
    both = qutip.expect(first.dag() * second.dag() * second * first, rho)
    joint = state.cross_correlation(a, b) * state.number(a) * state.number(b)
    assert both == pytest.approx(joint, rel=1e-12)
    # linear modes are coherent: W(alpha) = exp(-2 |alpha - alpha_0|^2) in units of 1/pi
    x = np.linspace(-2, 2, 9)
    for i, operator in enumerate((first, second)):
        mean = qutip.expect(operator, rho)
        X, P = np.meshgrid(x, x)
        exact = np.exp(-2 * abs((X + 1j * P) / np.sqrt(2) - mean) ** 2) / np.pi
        # to what lies beyond nine quanta, some 1e-6 of the largest value
        np.testing.assert_allclose(qutip.wigner(rho.ptrace(i), x, x), exact, rtol=0, atol=3e-6)
    batch = steady_state(DARK, {**values, "xi": np.array([0.1, 0.3])}, quanta=9)
    n = state.occupations[:, 0] @ batch.density_matrix()[1].diagonal().real
    assert n == pytest.approx(state.number(a), rel=1e-9)


def test_how_mixed_a_state_is_does_not_drown_in_its_purity():
    # 2 (<a'a> - |<aa>|^2) of the fluctuations, of fourth order in the drive
    drives = np.array([1e-6, 1e-4, 1e-2])
    point = {"Delta": 0.3, "chi": 1.0, "gamma": 1.0, "xi": drives}
    state = steady_state(kerr.MODEL, point)
    mixed = observables.estimate(state, "linear_entropy")
    assert mixed.status[-1] == "ok"
    pure = observables.estimate(state, "purity")
    for i in range(3):
        difference = 1 - pure.value[i]
        assert abs(difference - mixed.value[i]) <= pure.error[i] + mixed.error[i]
    seen = mixed.status == "ok"
    scaled = mixed.value[seen] / drives[seen] ** 4
    np.testing.assert_allclose(scaled, scaled[0], rtol=1e-2)  # corrections of relative order xi^2
    # a linear mode is pure: nothing but round-off is left, and it is not returned
    linear = steady_state(kerr.MODEL, {**point, "chi": 0.0})
    assert set(observables.linear_entropy_status(linear)) == {Status.NOT_RESOLVED}
    assert np.isnan(observables.linear_entropy(linear)).all()
    assert np.all(
        abs(1 - observables.purity(linear)) <= observables.estimate(linear, "purity").error
    )


def test_an_estimate_is_what_the_methods_show():
    values = {"Delta": 0.0, "chi": 0.1, "gamma": 1.0, "xi": np.array([0.0, 1e-3, 3.0])}
    state = steady_state(kerr.MODEL, values, quanta=4)
    found = state.estimate("correlation", "a", order=2)
    assert found.status.tolist() == ["undefined", "ok", "not converged"]
    assert all(isinstance(word, Status) for word in found.status)
    np.testing.assert_array_equal(state.correlation("a"), found.trusted)
    np.testing.assert_array_equal(state.correlation_status("a"), found.status)
    assert found.value[2] > 0
    for source in (state.estimate, lambda name: observables.estimate(state, name)):
        with pytest.raises(ValueError, match="Argument `quantity` must be one of number"):
            source("colour")
