"""Models on the numeric road whose drive has no name: the same states as with one."""

from dataclasses import replace

import numpy as np
import pytest
import sympy as sp
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp

from analytic import derive
from numeric import steady_state
from numeric.solvers.graded.kinds import kind
from systems import Loss, Model
from systems.grading import NoGrading
from systems.library import jaynes_cummings, kerr, kerr_dimer, kerr_ring, second_harmonic

F, E, J, U, gamma = sp.symbols("F E J U gamma", positive=True)
a, b, c = map(BosonOp, "abc")
VALUES = {"F": 0.05, "E": 0.03, "J": 0.4, "U": 1.0, "gamma": 1.0}


def both(x):
    return x + Dagger(x)


def model(hamiltonian, *modes, **orders):
    losses = tuple(Loss(gamma, mode) for mode in modes)
    return Model("test", hamiltonian, losses, F, {E: 1} if orders else {})


KERR = U * Dagger(b) ** 2 * b**2
CROSS = U * Dagger(a) * a * Dagger(b) * b
CASES = {
    "kerr": kerr.MODEL,
    "dimer": kerr_dimer.MODEL,
    "ring": kerr_ring.MODEL,
    "atom": jaynes_cummings.MODEL,
    "harmonic": second_harmonic.MODEL,
    "one into two": model(J * both(Dagger(a) * b * c) + F * both(a), a, b, c),
    "two drives": model(KERR + J * both(Dagger(a) * b) + F * both(a) + E * both(b), a, b, E=1),
    "crossed": model(KERR + CROSS + F * both(a) + E * both(b), a, b, E=1),
    "pairs": model(KERR + F * both(a * b), a, b),
    "cascade": Model(
        "cascade",
        KERR - sp.I / 2 * gamma * (Dagger(b) * a - Dagger(a) * b) + F * both(a),
        (Loss(gamma, a + b),),
        F,
    ),
}
KNOWN = {
    "kerr": kerr, "dimer": kerr_dimer, "ring": kerr_ring, "atom": jaynes_cummings,
    "harmonic": second_harmonic,
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_numbers_do_not_depend_on_whether_the_drive_is_named(name):
    named = CASES[name]
    values = KNOWN[name].VALUES if name in KNOWN else VALUES
    values = {str(s): values[str(s)] for s in named.parameters}
    for size in (1.0, np.array([0.5, 0.7, 1.0])):
        at = {**values, str(named.drive): size * values[str(named.drive)]}
        one, two = (
            steady_state(each, at, order=2)
            for each in (named, replace(named, drive=None, orders={}))
        )
        for mode in named.modes:
            # the same cut by the same solver: only round-off may differ
            np.testing.assert_allclose(two.number(mode), one.number(mode), rtol=1e-11)
            np.testing.assert_allclose(two.correlation(mode), one.correlation(mode), rtol=1e-11)


def test_a_number_in_the_place_of_the_drive_orders_states_as_a_symbol_does():
    written = replace(
        CASES["one into two"], hamiltonian=both(Dagger(a) * b * c) + both(a) / 10, drive=None
    )
    assert written.driven_grading.weights == (2, 1, 1)
    assert kind(written, 6) is not None


def test_pairs_that_counter_rotate_are_no_drive():
    # g (a + a')(b + b') fills the vacuum at any g, and hops as strongly
    rabi = model(KERR + J * both(a) * both(b) + F * both(a), a, b)
    with pytest.raises(NoGrading):
        _ = rabi.driven_grading
    assert kind(rabi, 6) is None


def test_closed_forms_still_ask_for_the_name_of_the_drive():
    with pytest.raises(NoGrading, match="must conserve the number of quanta"):
        derive(replace(kerr.MODEL, drive=None))


def test_a_second_drive_without_an_order_is_no_reason_to_miss_the_sweeps():
    assert kind(replace(CASES["two drives"], orders={}), 6) == kind(CASES["two drives"], 6)
