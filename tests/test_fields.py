"""Fields that detectors see: both roads, linear optics, published cases."""

from inspect import signature

import numpy as np
import pytest
import sympy as sp
from helpers import assert_closed_form_equals
from sympy import I, sqrt
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.pauli import SigmaMinus

import analytic.time.delayed
import numeric.fields
from analytic import derive, fields
from compare import agreement
from numeric import delayed_correlation, spectrum, steady_state
from numeric import fields as observables
from systems import Atom, Emitters, Loss, Model
from systems.fields import output_field
from systems.library import jaynes_cummings, kerr, kerr_dimer, parametric_kerr, second_harmonic
from systems.library.nanotip import MODEL, a1, a2, chi, gamma, xi

DIMER = {"Delta": 0.3, "U": 0.2, "J": 1.5, "gamma": 1.0, "F": 1e-3}
NANOTIP = {"Delta": 0.2, "J": 0.7 + 0.4j, "chi": 0.8, "gamma": 1.0, "xi": 1e-3}
KERR = {"Delta": 0.3, "chi": 0.7, "gamma": 1.0, "xi": 1e-3}
ATOM = {"Delta_a": 0.2, "Delta_s": 0.1, "g": 1.0, "kappa": 1.0, "gamma": 0.6, "xi": 1e-3}
HARMONIC = {"Delta_a": 0.2, "Delta_b": 0.1, "g": 1.0, "kappa_a": 1.0, "kappa_b": 0.6, "F": 1e-3}
K = kerr_dimer
CASES = {
    "two modes": (MODEL, NANOTIP, a1, a2),
    "dimer": (K.MODEL, DIMER, "a", "b"),
    "cavity and atom": (jaynes_cummings.MODEL, ATOM, "a", "s"),
    "transmission": (kerr.MODEL, KERR, kerr.a, output_field(kerr.a, kerr.gamma / 2, kerr.xi)),
    "beam splitter": (K.MODEL, DIMER, (K.a + I * K.b) / sqrt(2), (K.a - I * K.b) / sqrt(2)),
    "beam splitter with the drive": (K.MODEL, DIMER, K.b + 0.3 * K.F / K.gamma, K.a - K.b),
    "atom and drive": (
        jaynes_cummings.MODEL, ATOM, jaynes_cummings.s + 2 * I * jaynes_cummings.xi, "a",
    ),
    "harmonic": (second_harmonic.MODEL, HARMONIC, "a", "b"),
}  # fmt: skip


def both_roads(name):
    model, values, first, second = CASES[name]
    quanta = 4 if name == "harmonic" else 2
    return derive(model, quanta), steady_state(model, values, quanta=4), values, first, second


@pytest.mark.parametrize("name", CASES)
def test_both_roads_see_the_same_fields_at_weak_drive(name):
    closed, state, values, first, second = both_roads(name)
    strength = (values.get("xi") or values["F"]) ** 2
    for field in (first, second):
        forms = [
            (fields.number(closed, field), observables.number(state, field)),
            (fields.cross_correlation(closed, first, second),
             observables.cross_correlation(state, first, second)),
        ]  # fmt: skip
        if name != "harmonic" or field == "a":
            forms += [
                (fields.correlation(closed, field), observables.correlation(state, field)),
                (fields.squeezing(closed, field), observables.squeezing(state, field)),
            ]
        for form, number in forms:
            # of second order in the drive, times a number of order ten
            np.testing.assert_allclose(
                closed.evaluate(form, values), number, rtol=100 * strength, atol=1e-12
            )


@pytest.mark.parametrize("name", CASES)
def test_both_roads_see_the_same_delays_at_weak_drive(name):
    closed, state, values, first, second = both_roads(name)
    taus = np.array([-3.0, -0.4, 0.0, 0.7, 5.0])
    formula = analytic.time.delayed.delayed_correlation(closed, values, first, taus, second)
    numbers = numeric.fields.delayed_correlation(state, first, taus, second)
    # of second order in the drive, 1e-6, times a number below a hundred
    np.testing.assert_allclose(formula, numbers, rtol=1e-4, atol=0)
    equal = closed.evaluate(fields.cross_correlation(closed, first, second), values)
    assert formula[2] == pytest.approx(equal, rel=1e-9)


def test_a_field_that_is_a_mode_is_that_mode():
    closed = derive(MODEL)
    for mode in (a1, "a2"):
        assert_closed_form_equals(fields.number(closed, mode), closed.number(mode))
        assert_closed_form_equals(fields.correlation(closed, mode), closed.correlation(mode))
    cross = closed.cross_correlation(a1, a2)
    assert_closed_form_equals(fields.cross_correlation(closed, a1, a2), cross)
    assert closed.cross_correlation(a1, a1) == closed.correlation(a1)


def test_delays_of_one_mode_are_those_of_the_master_equation():
    taus = np.linspace(0, 4, 9)
    formula = analytic.time.delayed.delayed_correlation(derive(MODEL), NANOTIP, a1, taus)
    exact = delayed_correlation(MODEL, NANOTIP, a1, taus, quanta=4)
    np.testing.assert_allclose(formula, exact, rtol=1e-4, atol=0)  # 1e-6 times of order ten


@pytest.mark.slow
def test_linear_light_stays_coherent_however_it_is_mixed():
    closed = derive(MODEL)
    for field in (a1 - a2, output_field(a1, gamma / 3, xi) + I * a2):
        g2 = fields.correlation(closed, field).subs(chi, 0)
        assert_closed_form_equals(g2, sp.S.One)
        mean, pairs = (fields.expectation(closed, *[field] * k).subs(chi, 0) for k in (1, 2))
        assert_closed_form_equals(pairs, mean**2)  # no squeezing


def test_a_critically_coupled_linear_cavity_lets_nothing_pass():
    # b_out = b_in + sqrt(gamma/2) a = 0 on resonance
    closed = derive(Model("linear", kerr.MODEL.hamiltonian.subs(kerr.chi, 0),
                          (Loss(kerr.gamma, kerr.a),), kerr.xi))  # fmt: skip
    through = output_field(kerr.a, kerr.gamma / 2, kerr.xi)
    assert sp.simplify(fields.number(closed, through).subs(kerr.Delta, 0).doit()) == 0


def test_energy_is_conserved_between_the_ports():
    # what comes in leaves through the waveguide or is lost: |b_in|^2 = |b_out|^2 + (loss) |a|^2
    closed, half = derive(kerr.MODEL), kerr.gamma / 2
    arriving = kerr.xi**2 / half
    leaving = fields.number(closed, output_field(kerr.a, half, kerr.xi))
    assert_closed_form_equals(arriving, leaving + half * closed.number("a"))


def test_a_displaced_field_trades_antibunching_for_brightness():
    # mixing with the drive moves the optimum (Flayac and Savona, Phys. Rev. A 88, 033836 (2013)):
    # at <a a> + 2 beta <a> + beta^2 = 0 the mixed field has no pairs, whatever the mode does
    closed = derive(kerr.MODEL)
    point = {kerr.Delta: 0, kerr.chi: sp.Rational(1, 10), kerr.gamma: 1, kerr.xi: 1}
    mean, pairs = (fields.expectation(closed, *["a"] * k).subs(point) for k in (1, 2))
    shift = -mean + sp.sqrt(mean**2 - pairs)
    mixed = fields.correlation(closed, kerr.a + shift * kerr.xi)
    assert abs(sp.N(mixed.subs(point))) < 1e-20


def test_purity_is_that_of_a_gaussian_state_at_weak_drive():
    # Tr rho^2 = 1/sqrt((1 + 2 n)^2 - 4 |m|^2), n and m the covariances <a'a> and <aa>
    for strength in (1e-2, 3e-2):
        state = steady_state(kerr.MODEL, KERR | {"xi": strength}, quanta=6)
        rho, lower = state.density_matrix().full(), np.diag(np.sqrt(np.arange(1, 7)), 1)
        mean, pairs = np.trace(lower @ rho), np.trace(lower @ lower @ rho)
        n, m = observables.number(state, "a") - abs(mean) ** 2, pairs - mean**2
        # corrections of second order in the drive, times a number of order ten
        assert 1 - observables.purity(state) == pytest.approx(
            2 * (n - abs(m) ** 2), rel=20 * strength**2
        )


def test_batches_have_the_shape_of_their_values():
    values = KERR | {"xi": np.array([[0.01], [0.1]]), "chi": np.array([0.5, 1.0, 2.0])}
    state = steady_state(kerr.MODEL, values, quanta=5)
    through = output_field(kerr.a, kerr.gamma / 2, kerr.xi)
    assert observables.correlation(state, through).shape == (2, 3)
    assert observables.purity(state).shape == (2, 3)
    assert observables.delayed_correlation(state, through, [0.0, 1.0]).shape == (2, 3, 2)
    one = steady_state(kerr.MODEL, KERR | {"xi": 0.1, "chi": 1.0}, quanta=5)
    expected = observables.correlation(one, through)
    # the same point solved alone: round-off
    assert observables.correlation(state, through)[1, 1] == pytest.approx(expected, rel=1e-9)


def words_and_numbers(state, field):
    return [
        (observables.number_status(state, field), observables.number(state, field)),
        (observables.correlation_status(state, field), observables.correlation(state, field)),
        (observables.squeezing_status(state, field), observables.squeezing(state, field)),
        (observables.purity_status(state), observables.purity(state)),
        (observables.cross_correlation_status(state, field, "a"),
         observables.cross_correlation(state, field, "a")),
    ]  # fmt: skip


def test_what_cancels_to_round_off_is_not_returned():
    # on resonance b_out = 0: what is left is round-off
    state = steady_state(kerr.MODEL, KERR | {"chi": 0.0, "Delta": 0.0, "xi": 1e-5}, quanta=4)
    dark = output_field(kerr.a, kerr.gamma / 2, kerr.xi)
    assert np.isnan(observables.correlation(state, dark))
    assert observables.correlation_status(state, dark) == "not resolved"
    assert np.isnan(observables.delayed_correlation(state, dark, [0.0, 1.0])).all()
    # the mode itself is bright, and pure
    assert observables.correlation_status(state, "a") == "ok"
    assert observables.purity(state) == pytest.approx(1, rel=1e-14)  # round-off


def test_every_missing_number_has_a_word_and_every_word_a_missing_number():
    # a dark field, an empty one, and a parametric drive above threshold
    weak = np.array([1e-5, 0.0])
    dark = steady_state(kerr.MODEL, KERR | {"chi": 0.0, "Delta": 0.0, "xi": weak}, quanta=4)
    pairs = {"Delta": 0.0, "chi": 0.0, "gamma": 1.0, "xi": 0.1, "G": np.array([0.01, 0.3])}
    pumped = steady_state(parametric_kerr.MODEL, pairs, quanta=12)
    through = output_field(kerr.a, kerr.gamma / 2, kerr.xi)
    for state, field in [(dark, through), (dark, "a"), (pumped, "a")]:
        for word, value in words_and_numbers(state, field):
            np.testing.assert_array_equal(word != "ok", np.isnan(value))
    assert observables.correlation_status(dark, "a")[1] == "undefined"
    assert observables.number(dark, "a")[1] == 0
    assert {word[1] for word, _ in words_and_numbers(pumped, "a")} == {"does not exist"}
    assert np.isnan(observables.delayed_correlation(pumped, "a", [0.0, 1.0])[1]).all()


def test_correlations_between_modes_are_those_of_the_populations():
    state = steady_state(MODEL, NANOTIP | {"xi": np.array([1e-6, 0.1])}, quanta=5)
    both = state.cross_correlation(a1, "a2")
    assert list(state.cross_correlation_status(a1, "a2")) == ["ok", "ok"]
    quanta = [(m, n) for m in range(6) for n in range(6 - m)]
    # also those of the last shell, which the cut moves too far to be returned
    joint = sum(m * n * state.estimate("probability", (m, n)).value for m, n in quanta)
    # sums of positive terms: round-off
    np.testing.assert_allclose(both, joint / state.number(a1) / state.number(a2), rtol=1e-13)
    np.testing.assert_allclose(state.cross_correlation(a1, a1), state.correlation(a1), rtol=0)
    np.testing.assert_allclose(observables.cross_correlation(state, a1, a2), both, rtol=1e-9)


def test_correlations_with_an_empty_mode_are_undefined():
    state = steady_state(MODEL, NANOTIP | {"J": 0.0}, quanta=4)
    assert state.cross_correlation_status(a1, a2) == "undefined"
    assert np.isnan(state.cross_correlation(a1, a2))
    assert np.isnan(delayed_correlation(MODEL, NANOTIP | {"J": 0.0}, a1, [1.0], 4, second=a2)).all()


def test_delays_between_modes_are_right_however_few_photons_there_are():
    taus = np.array([-2.0, 0.0, 0.3, 4.0])
    for strength in (1e-2, 1e-8):
        values = NANOTIP | {"xi": strength}
        exact = delayed_correlation(MODEL, values, a1, taus, quanta=4, second=a2)
        formula = analytic.time.delayed.delayed_correlation(derive(MODEL), values, a1, taus, a2)
        # of second order in the drive times a number below a hundred; 1e-7 of the propagation
        np.testing.assert_allclose(formula, exact, rtol=100 * strength**2 + 1e-7, atol=0)
        # whoever comes first
        exchanged = delayed_correlation(MODEL, values, a2, -taus, quanta=4, second=a1)
        np.testing.assert_allclose(exchanged, exact, rtol=1e-7)


def test_agreement_tables_hold_correlations_between_modes():
    table = agreement(MODEL, NANOTIP | {"xi": np.array([1e-3, 1e-2])}, "g2_a1_a2, g2_a2_a1")
    assert set(table["status"]) == {"ok"}
    size = abs(table["deviation"]).to_numpy()
    # of second order in the drive
    np.testing.assert_allclose(size[1] / size[0], 100, rtol=0.02)
    np.testing.assert_allclose(size[2:], size[:2], rtol=1e-6)


@pytest.mark.parametrize(
    ("field", "message"),
    [
        ("c", "must be one of a"),
        (kerr.a**2, "must be a sum of lowering operators"),
        (sp.Symbol("q") * kerr.a, "must hold the model's symbols only, but holds q"),
        (kerr.a + kerr.chi, "must vanish with the drive"),
        (kerr.xi * sp.S.One, "must be one of a"),
    ],
)
def test_what_is_no_field_is_refused(field, message):
    with pytest.raises(ValueError, match=message):
        fields.number(derive(kerr.MODEL), field)


@pytest.mark.parametrize(
    "name", ["number", "correlation", "cross_correlation", "squeezing", "purity", "linear_entropy"]
)
def test_both_roads_name_the_statistics_of_a_field_alike(name):
    here, there = (list(signature(getattr(m, name)).parameters.values())[1:]
                   for m in (fields, observables))  # fmt: skip
    assert [(p.name, p.default) for p in here] == [(p.name, p.default) for p in there]


@pytest.mark.parametrize("quanta", [None, 4])
def test_a_field_of_a_mode_that_nothing_fills_has_the_number_of_the_mode_zero(quanta):
    state = steady_state(K.MODEL, {**DIMER, "J": 0.0, "F": 0.1}, quanta=quanta)
    driven, empty = sorted("ab", key=state.number, reverse=True)
    assert state.number(driven) > 0 == state.number(empty)
    for field in (empty, 2 * (K.a if empty == "a" else K.b)):
        assert observables.number_status(state, field) == "ok"
        assert observables.number(state, field) == 0
        assert observables.correlation_status(state, field) == "undefined"


def test_light_of_emitters_together_is_that_of_the_sum_of_single_ones():
    kappa, gamma, F = sp.symbols("kappa gamma F", positive=True)
    one, two = (SigmaMinus("s1"), SigmaMinus("s2"))
    together, known = Emitters("S", 2), {"kappa": 1.0, "gamma": 0.3, "F": 0.2}

    def lit(S, losses):
        return Model("emitters", F * (S + Dagger(S)), (Loss(kappa, S), *losses), drive=F)

    single = lit(one + two, (Loss(gamma, one), Loss(gamma, two)))
    both = lit(together.lowering, together.losses(gamma))
    states = [steady_state(m, known) for m in (both, single)]
    seen = together.lowering, one + two
    for ask in (observables.number, observables.correlation):
        # the truncation is chosen for 1e-8
        assert ask(states[0], seen[0]) == pytest.approx(float(ask(states[1], seen[1])), rel=1e-7)
    several = zip((both, single), seen, strict=True)
    shown, expected = (spectrum(m, known, S, [-0.7, 0.0, 2.0]) for m, S in several)
    np.testing.assert_allclose(shown, expected, rtol=1e-6, atol=0)  # what a spectrum is right to


def test_a_click_on_a_transition_leaves_the_atom_in_its_lower_level():
    atom, Omega = Atom("q", "gse"), sp.Symbol("Omega", positive=True)
    up = Omega * (atom.transition("e", "s") + atom.transition("e", "g") / 3)
    losses = (Loss(1, atom.transition("g", "e")), Loss(1, atom.transition("s", "e")))
    model = Model("Lambda", up + Dagger(up) + Omega * atom.population("s"), losses)
    state = steady_state(model, {"Omega": 0.5})
    seen = atom.transition("s", "e")
    # |s><e| rho |e><s| is in |s>, from where no light leaves at once; later clicks are independent
    found = observables.delayed_correlation(state, seen, [0.0, 200.0])
    assert found[0] == pytest.approx(0, abs=1e-10)
    assert found[1] == pytest.approx(1, rel=1e-6)
    assert observables.number(state, seen) == pytest.approx(float(state.number("q_e")), rel=1e-12)
