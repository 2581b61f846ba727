"""Properties that hold for all parameters, tried on drawn ones, on both roads.

Rates lie within a decade or two of one another.  Symmetries hold at any truncation, so that few
quanta do; where the cut is felt, the drive is weak and the test says by how much.
"""

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy.physics.quantum import Dagger

from analytic import derive
from numeric import steady_state
from systems import Loss, Model
from systems.library import jaynes_cummings, kerr, kerr_dimer, nanotip, parametric_kerr

# The same draws every time: a run differs from the last only if the code does
drawn = settings(max_examples=20, deadline=None, derandomize=True)

ROUNDOFF = 1e-10  # of a closed form: 1e-16 times cancellations at these rates, < 1e6
SOLVED = 1e-8  # of the master equation: the same for moments of a nearly empty mode, < 1e8


def number(least, most):
    return st.floats(least, most, allow_subnormal=False)


SIGNED = number(-3, 3)
RATE = number(0.2, 5)
PHASE = number(-np.pi, np.pi)
COUPLING = st.builds(lambda size, phase: size * np.exp(1j * phase), number(0.05, 3), PHASE)
DRIVE = number(0.01, 0.3)

# As the listed dimer, but each mode with its own loss
gamma_b = sp.Symbol("gamma_b", positive=True)
UNEQUAL = Model(
    "Kerr dimer with unequal losses",
    kerr_dimer.MODEL.hamiltonian,
    (Loss(kerr_dimer.gamma, kerr_dimer.a), Loss(gamma_b, kerr_dimer.b)),
    kerr_dimer.F,
)
# Pairs alone: the parametric drive without the coherent one
PAIRS = Model(
    "Kerr mode driven by pairs",
    kerr.Delta * Dagger(kerr.a) * kerr.a
    + kerr.chi * Dagger(kerr.a) ** 2 * kerr.a**2
    + kerr.xi * (Dagger(kerr.a) ** 2 + kerr.a**2),
    (Loss(kerr.gamma, kerr.a),),
    kerr.xi,
)
NANOTIP = {"Delta": SIGNED, "J": COUPLING, "chi": SIGNED, "gamma": RATE, "xi": DRIVE}
MODELS = {
    "nanotip": (nanotip.MODEL, NANOTIP),
    "kerr": (kerr.MODEL, {"Delta": SIGNED, "chi": SIGNED, "gamma": RATE, "xi": DRIVE}),
    "jaynes_cummings": (
        jaynes_cummings.MODEL,
        {"Delta_a": SIGNED, "Delta_s": SIGNED, "g": SIGNED, "kappa": RATE, "gamma": RATE,
         "xi": DRIVE},
    ),
    "kerr_dimer": (
        UNEQUAL,
        {"Delta": SIGNED, "U": SIGNED, "J": number(0.05, 3), "gamma": RATE, "gamma_b": RATE,
         "F": DRIVE},
    ),
    "one and two photons": (
        parametric_kerr.MODEL,
        {"Delta": SIGNED, "chi": SIGNED, "gamma": RATE, "xi": DRIVE,
         "G": st.builds(lambda size, phase: size * np.exp(1j * phase), number(0, 0.04), PHASE)},
    ),
    "pairs": (PAIRS, {"Delta": SIGNED, "chi": SIGNED, "gamma": RATE, "xi": number(0.001, 0.04)}),
}  # fmt: skip
TIP = derive(nanotip.MODEL, quanta=3)
TIP_FORMS = {
    **{f"number {m}": TIP.number(m) for m in ("a1", "a2")},
    **{f"g{k} {m}": TIP.correlation(m, k) for m in ("a1", "a2") for k in (2, 3)},
}


def by_both_roads(values, quanta=4):
    """Number, g2 and g3 of both modes of the nanotip: closed forms, then master equation."""
    closed = np.array([TIP.evaluate(form, values) for form in TIP_FORMS.values()])
    state = steady_state(nanotip.MODEL, values, quanta=quanta)
    solved = np.array(
        [state.number(m) for m in ("a1", "a2")]
        + [state.correlation(m, k) for m in ("a1", "a2") for k in (2, 3)]
    )
    return closed, solved


def assert_same(there, here):
    """What two points give by both roads, where only round-off may differ."""
    for found, expected, rtol in zip(there, here, (ROUNDOFF, SOLVED), strict=True):
        # a square of a sum over paths: where they cancel, the sum of terms of order one is zero
        # to 1e-16 times some hundred, absolute
        np.testing.assert_allclose(np.sqrt(found), np.sqrt(expected), rtol=rtol, atol=1e-13)


@pytest.mark.slow
@drawn
@given(st.fixed_dictionaries(NANOTIP), PHASE)
def test_nothing_depends_on_the_phase_of_the_backscattering(values, phase):
    turned = values | {"J": values["J"] * np.exp(1j * phase)}
    assert_same(by_both_roads(turned), by_both_roads(values))


@pytest.mark.slow
@drawn
@given(st.fixed_dictionaries(NANOTIP), number(-12, 12))
def test_nothing_depends_on_the_unit_of_the_rates(values, decades):
    scaled = {name: value * 10**decades for name, value in values.items()}
    assert_same(by_both_roads(scaled), by_both_roads(values))


@pytest.mark.slow
@drawn
@given(st.fixed_dictionaries(NANOTIP), number(1e-4, 0.1))
def test_without_a_nonlinearity_the_light_is_coherent(values, ratio):
    linear = values | {"chi": 0.0, "xi": ratio * values["gamma"]}
    closed, solved = by_both_roads(linear, quanta=7)
    np.testing.assert_allclose(closed[2:], 1, rtol=ROUNDOFF, atol=0)
    # N <= (2 xi/gamma)^2 = 0.04 quanta: of g3 the cut at seven takes N^5/5! = 1e-9 and less
    np.testing.assert_allclose(solved[2:], 1, rtol=1e-8, atol=0)


@pytest.mark.parametrize("name", MODELS)
def test_the_density_matrix_is_hermitian_positive_and_of_trace_one(name):
    model, strategies = MODELS[name]

    @drawn
    @given(st.fixed_dictionaries(strategies))
    def holds(values):
        state = steady_state(model, values, quanta=6)
        rho = state.density_matrix()
        matrix = rho.full()
        if state.status != "ok":  # six quanta are too few for so strong a drive
            assert np.isnan(rho.tr())
            return
        np.testing.assert_allclose(matrix, matrix.conj().T, rtol=0, atol=1e-15)
        assert rho.tr() == pytest.approx(1, rel=1e-13)  # a sum of at most 28 rounded numbers
        # the state of a cut generator, which is itself a Lindblad generator: positive but for
        # round-off below the largest eigenvalue, 1
        assert rho.eigenenergies().min() > -1e-14

    holds()


DETECTED = {
    "nanotip": "a1",
    "kerr": "a",
    "jaynes_cummings": "a",
    "kerr_dimer": "a",
    "one and two photons": "a",
}


@pytest.mark.parametrize(("name", "mode"), DETECTED.items())
def test_the_roads_differ_in_second_order_of_the_drive(name, mode):
    model, strategies = MODELS[name]
    closed, drive = derive(model), str(model.drive)
    forms = [closed.number(mode), closed.correlation(mode)]

    @drawn
    @given(st.fixed_dictionaries({k: s for k, s in strategies.items() if k != drive}))
    def holds(values):
        drives = 2e-3 * min(values[str(loss.rate)] for loss in model.losses) * np.array([1, 0.5])
        # a two-photon drive of the size of the square of the other
        second = {str(s): 100 * values[str(s)] * drives**k for s, k in model.orders.items()}
        values = values | second | {drive: drives}
        state = steady_state(model, values, quanta=5)
        for form, solved in zip(forms, [state.number(mode), state.correlation(mode)], strict=True):
            full, half = solved / closed.evaluate(form, values) - 1
            # the next order is of relative order (xi/gamma)^2; where the second order happens to
            # cancel, it is (2e-3)^4 = 2e-11 times some ten, and round-off is of that size
            assert full == pytest.approx(4 * half, rel=0.02, abs=1e-9)

    holds()
