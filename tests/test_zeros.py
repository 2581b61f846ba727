"""A zero that is printed is one: random models against the master equation, and theorems."""

from functools import cache
from itertools import product

import numpy as np
import pytest
import sympy as sp
from helpers import assert_closed_form_equals
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp
from sympy.physics.quantum.pauli import SigmaMinus

from analytic import NotSeen, derive, expand, fields
from analytic.fields import impurity
from analytic.reach import is_reached
from analytic.time.delayed import delayed_correlation
from compare import agreement
from numeric import steady_state
from systems import Loss, Model
from systems.library import jaynes_cummings, kerr
from systems.status import Status

a, b, s = BosonOp("a"), BosonOp("b"), SigmaMinus("s")
D, E, J, U, g = sp.symbols("D E J U g", real=True)
k, q, F = sp.symbols("k q F", positive=True)
beta = sp.Symbol("beta")
SYMBOLS = {
    "D": 0.5,
    "E": -0.3,
    "J": 0.8,
    "U": 0.6,
    "g": 0.7,
    "k": 1.0,
    "q": 0.8,
    "beta": 0.4 - 0.9j,
}
WEAK, SEEDS = 1e-3, 24


def both(operator):
    return operator + Dagger(operator)


def number(mode):
    return Dagger(mode) * mode


def point(model, **more):
    values = SYMBOLS | {"F": WEAK} | more
    return {str(x): values[str(x)] for x in model.parameters}


PAIRS = Model("pairs", D * number(a) + F * both(a**2), (Loss(k, a),), F)
BETWEEN = Model("between", PAIRS.hamiltonian + F * both(a), (Loss(k, a),), F)
PIECES = [
    J * both(Dagger(a) * b), g * both(Dagger(a) ** 2 * b), g * number(a) * both(b) * F,
    F * both(a), F * both(b), F * both(a**2), F * both(a * b), F**2 * both(a), F * both(b**2),
    U * Dagger(a) ** 2 * a**2, U * number(a) * number(b),
]  # fmt: skip
JUMPS = [Loss(q, a), Loss(q, a * b), Loss(k, a + b), Loss(k, b**2), Loss(q, Dagger(b) * a**2),
         Loss(k, a + beta * F), Loss(k, b + beta * F * F)]  # fmt: skip


@cache
def random_model(seed):
    """Two modes that decay, with a few random terms; None where it is not driven or not graded."""
    random = np.random.default_rng(seed)
    terms = random.choice(len(PIECES), 3, replace=False)
    losses = [Loss(k, a), Loss(q, b), *(JUMPS[i] for i in random.choice(len(JUMPS), 1))]
    hamiltonian = D * number(a) + E * number(b) + sum(PIECES[i] for i in terms)
    try:
        model = Model(f"random {seed}", hamiltonian, tuple(losses), F)
        return model, derive(model, quanta=2 * max(model.grading.weights))
    except ValueError:
        return None


def asked(closed):
    for n in product(range(2), repeat=2):
        yield lambda road, n=n: road.probability(n)
    for mode in "ab":
        yield lambda road, mode=mode: road.number(mode)
        yield lambda road, mode=mode: road.correlation(mode)
    yield lambda road: road.cross_correlation("a", "b")


@pytest.mark.parametrize("seed", range(SEEDS))
def test_what_a_random_model_prints_is_what_the_master_equation_tends_to(seed):
    drawn = random_model(seed)
    if drawn is None:
        pytest.skip("no model with amplitudes")
    model, closed = drawn
    values = point(model)
    state = steady_state(model, values, quanta=6)
    for ask in asked(closed):
        try:
            form = ask(closed)
        except ValueError:  # not seen, no grade that high, or an empty mode
            continue
        found, true = closed.evaluate(form, values), ask(state)
        if form == 0:
            assert (
                abs(true) < 1e-25
            )  # the least that a drive of 1e-3 makes of one quantum in each is 1e-24
        elif np.isfinite(true):
            # the next order: WEAK where odd orders occur, times numbers of order ten
            np.testing.assert_allclose(found, true, rtol=50 * WEAK, atol=0)


def test_random_models_try_all_of_it():
    models = [drawn for seed in range(SEEDS) if (drawn := random_model(seed))]
    unseen = 0
    for _, closed in models:
        for n in product(range(2), repeat=2):
            try:
                closed.probability(n)
            except NotSeen:
                unseen += 1
            except ValueError:
                continue
    assert len(models) >= 12
    assert unseen >= 5


@pytest.mark.parametrize("model", [PAIRS, BETWEEN])
def test_a_population_that_is_not_seen_is_refused_with_a_road_that_knows_it(model):
    with pytest.raises(NotSeen, match=r"analytic\.expand or numeric\.steady_state"):
        derive(model).probability((1,))
    series, values = expand(model), point(model)
    true = steady_state(model, values).probability((1,))
    # next but one order of the drive, with numbers of order ten
    found = series.evaluate(series.probability((1,)), values)
    np.testing.assert_allclose(found, true, rtol=1e2 * WEAK**2, atol=0)


def test_a_loss_of_modes_that_count_different_quanta_is_refused():
    # pairs drive a at the order at which b is driven, and L'L turns one into the other
    hamiltonian = D * number(a) + E * number(b) + F * (both(a**2) + both(b))
    losses = (Loss(k, a), Loss(q, b), Loss(k, a + b))
    with pytest.raises(ValueError, match=r"must lower .* by one amount.*or numeric\.steady_state"):
        derive(Model("together", hamiltonian, losses, F))


def test_amplitude_between_the_grades_is_refused_and_one_that_only_jumps_feed_is_zero():
    with pytest.raises(NotSeen, match="terms of higher order in the drive"):
        derive(BETWEEN).amplitude((1,))
    assert derive(PAIRS).amplitude((1,)) == 0  # parity


def test_latex_prints_no_zero_for_what_is_not_seen():
    text = derive(BETWEEN).latex()
    assert r"P_{1} &= \text{beyond leading order}" in text
    assert "&= 0" not in text


def test_a_mode_that_nothing_fills_is_empty():
    alone = Model("alone", BETWEEN.hamiltonian + E * number(b), (Loss(k, a), Loss(q, b)), F)
    closed = derive(alone, quanta=4)
    assert closed.number(b) == closed.probability((0, 1)) == closed.probability((1, 1)) == 0
    with pytest.raises(ValueError, match="Mode `b` stays empty"):
        closed.correlation(b)
    assert steady_state(alone, point(alone), quanta=4).number(b) == 0


@pytest.mark.parametrize(
    ("changes", "target"),
    [((2,), 1), ((2, 3), 1), ((4, 6), 3), ((4, 6), 2), ((6, 10, 15), 1), ((6, 10), 15)],
)
def test_numbers_out_of_reach_are_no_combination_of_the_changes(changes, target):
    hamiltonian = D * number(a) + F * sum(both(a**n) for n in changes)
    model = Model("powers", hamiltonian, (Loss(k, a),), F)
    assert is_reached(model, (target,), jumps=False) == (target % np.gcd.reduce(changes) == 0)
    assert is_reached(model, (target,))  # by losing single quanta


def test_letters_that_cancel_one_another_are_a_zero():
    # the drive of b cancels what comes from a: dark by construction, for all values
    dark = F * (both(a) + J / (D - sp.I * k / 2) * Dagger(b) + J / (D + sp.I * k / 2) * b)
    model = Model("dark", D * (number(a) + number(b)) + J * both(Dagger(a) * b) + dark,
                  (Loss(k, a), Loss(k, b)), F)  # fmt: skip
    with pytest.raises(NotSeen):
        derive(model).number(b)


def test_light_that_is_coherent_to_leading_order_only_has_no_purity_of_one():
    # three photons interact: two know nothing of it
    three = U * Dagger(a) ** 3 * a**3
    model = Model("three", D * number(a) + three + F * both(a), (Loss(k, a),), F)
    closed, linear = derive(model), derive(Model("", model.hamiltonian - three, model.losses, F))
    for call in (lambda: fields.squeezing(closed, a), lambda: impurity(closed)):
        with pytest.raises(NotSeen, match=r"use numeric\.fields"):
            call()
    squeezed = linear.evaluate(fields.squeezing(linear, a), point(linear.model))
    assert squeezed == pytest.approx(0, abs=1e-21)  # round-off of amplitudes squared, 1e-6
    assert linear.evaluate(impurity(linear), point(linear.model)) == pytest.approx(0, abs=1e-15)


def test_a_displaced_loss_is_another_drive():
    rest = D * number(a) + U * Dagger(a) ** 2 * a**2
    closed = derive(Model("displaced", rest + F * both(a), (Loss(k, a + beta * F),), F))
    # -i (F - i k beta F/2) drives the field
    drive = F * (1 - sp.I * k * beta / 2)
    assert_closed_form_equals(closed.amplitude((1,)), -drive / (D - sp.I * k / 2))
    plain = derive(Model("plain", rest + F * both(a), (Loss(k, a),), F))
    assert_closed_form_equals(closed.correlation(a), plain.correlation(a))


def test_a_loss_displaced_in_an_interferometer_agrees_with_the_series_and_the_master_equation():
    hamiltonian = D * number(a) + E * number(b) + J * both(Dagger(a) * b)
    hamiltonian += U * Dagger(a) ** 2 * a**2 + F * both(a)
    losses = (Loss(k, a + b / 2 + beta * F), Loss(q, b), Loss(q, s + sp.I * F))
    model = Model("displaced", hamiltonian + g * both(Dagger(b) * s), losses, F)
    closed, series, values = derive(model), expand(model, 0), point(model)
    state = steady_state(model, values, quanta=5)
    for mode in (a, b):
        found = closed.evaluate(closed.correlation(mode), values)
        leading = series.terms(series.correlation(mode), values)[0]
        np.testing.assert_allclose(found, leading, rtol=1e-9)  # round-off of both
        np.testing.assert_allclose(found, state.correlation(mode), rtol=50 * WEAK**2)


def test_purity_and_delays_of_a_displaced_loss_are_those_of_the_plain_one():
    hamiltonian = D * number(a) + U * Dagger(a) ** 2 * a**2 + F * both(a)
    moved = Model("displaced", hamiltonian, (Loss(k, a + beta * F),), F)
    plain = Model("plain", hamiltonian, (Loss(k, a),), F)
    # g2 does not depend on the drive, and the impurity is of its fourth order
    size = abs(1 - 0.5j * SYMBOLS["beta"]) ** 4
    one, two = derive(moved), derive(plain)
    found, known = (
        one.evaluate(impurity(one), point(moved)),
        two.evaluate(impurity(two), point(plain)),
    )
    np.testing.assert_allclose(found, size * known, rtol=1e-9)
    delays = np.array([0.0, 0.7, 2.0])
    np.testing.assert_allclose(
        delayed_correlation(one, point(moved), "a", delays),
        delayed_correlation(two, point(plain), "a", delays),
        rtol=1e-9,
    )


ZERO = {"Delta_a": 0.0, "Delta_s": 0.0, "kappa": 1.0, "gamma": 1.0, "g": np.sqrt(0.5), "xi": 0.01}


@pytest.mark.parametrize("unit", [1.0, 1e-7, 3e9])
def test_a_zero_by_interference_has_a_word_and_its_neighbours_have_none(unit):
    # g^2 = gamma (kappa + gamma)/4: Carmichael, Brecha and Rice, Opt. Commun. 82, 73 (1991)
    closed = derive(jaynes_cummings.MODEL)
    values = {name: unit * x for name, x in ZERO.items()} | {
        "g": unit * np.sqrt(0.5) * np.array([1, 1 + 1e-12, 1 + 1e-6, 2])
    }
    words = closed.status(closed.correlation("a"), values)
    assert list(words) == [Status.VANISHES, Status.VANISHES, Status.OK, Status.OK]


def test_a_form_that_is_large_or_a_pole_vanishes_nowhere():
    closed = derive(kerr.MODEL)
    values = {"Delta": np.linspace(-1, 1, 5), "chi": 1.0, "gamma": 1.0, "xi": 1e-3}
    assert set(closed.status(closed.correlation("a"), values)) == {Status.OK}


def test_agreement_gives_no_deviation_where_the_leading_order_vanishes():
    table = agreement(jaynes_cummings.MODEL, ZERO, "g2_a,number_a")
    g2, photons = (table[table["quantity"] == name].iloc[0] for name in ("g2_a", "number_a"))
    assert g2["status"] == "leading order vanishes"
    assert np.isnan(g2["deviation"])
    assert not g2["resolved"]
    assert photons["status"] == "ok"


# Two coupled modes, both driven: b is dark where e = J/(D - i k/2), and e has no unit.
RATIO = sp.Symbol("e")
DARK = Model(
    "two driven modes",
    D * (Dagger(a) * a + Dagger(b) * b)
    + U * Dagger(a) ** 2 * a**2
    + J * (Dagger(a) * b + Dagger(b) * a)
    + F * (a + Dagger(a) + RATIO * Dagger(b) + sp.conjugate(RATIO) * b),
    (Loss(k, a), Loss(k, b)),
    F,
)


def dark(detuning, coupling, unit):
    """Values at which b is dark, in a unit of the rates, and next to them."""
    rates = {"D": detuning, "J": coupling, "k": 1.0, "F": 1e-3, "U": 1.0}
    ratio = coupling / (detuning - 0.5j) * np.array([1, 1 + 1e-3])
    return {name: unit * x for name, x in rates.items()} | {"e": ratio}


@pytest.mark.parametrize("unit", [1.0, 1e-7, 3e9])
@pytest.mark.parametrize(("detuning", "coupling"), [(0.7, 2.8), (-3.1, 0.2), (12.3, 71.0)])
def test_a_mode_that_is_dark_by_the_ratio_of_its_drives_has_a_word(detuning, coupling, unit):
    closed, values = derive(DARK), dark(detuning, coupling, unit)
    assert list(closed.status(closed.number("b"), values)) == [Status.VANISHES, Status.OK]
    # and whatever is divided by that number is round-off to a high power
    for ratio in (closed.correlation("b"), closed.cross_correlation("a", "b")):
        assert list(closed.status(ratio, values)) == [Status.FORMULA_DIVERGES, Status.OK]


def test_agreement_gives_no_deviation_from_a_ratio_of_a_dark_mode():
    table = agreement(DARK, dark(0.7, 2.8, 1.0), "g2_b")
    assert table["status"].iloc[0] == "formula diverges"
    assert np.isnan(table["deviation"].iloc[0])
    assert not table["resolved"].iloc[0]


def test_a_narrow_resonance_is_no_pole():
    # the determinant is 4 D k of 4 D^2 there: 1e-12 of its terms
    closed, rates = derive(DARK), {"D": 1e12, "J": 1e12, "k": 1.0, "F": 1e-3, "U": 0.0}
    assert closed.status(closed.number("a"), rates | {"e": 0.3}) == Status.OK
