"""Large rates that cancel in the equation: what they cost is counted as round-off."""

import numpy as np
import pytest
import sympy as sp
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp
from sympy.physics.quantum.pauli import SigmaMinus

from numeric import steady_state
from systems import Loss, Model
from systems.library import kerr

xi, J = sp.symbols("xi J", real=True)
a = BosonOp("a")
BATH = sp.symbols("g k", positive=True)
DEPHASED = Model(
    "driven mode with dephasing",
    xi * (Dagger(a) + a),
    (Loss(BATH[0], a), Loss(BATH[1], Dagger(a) * a)),
    drive=xi,
)


@pytest.mark.parametrize("dephasing", [1e4, 1e6, 1e8, 1e10])
def test_rates_that_cancel_in_the_equation_are_counted_as_round_off(dephasing):
    values = {"g": 1.0, "k": dephasing, "xi": 0.01}
    # n of a linear mode in closed form: <a> = -i xi/Gamma, Gamma = (g + k)/2, g n = 2 xi |<a>|
    exact = 2 * 0.01**2 / ((1 + dephasing) / 2)
    state = steady_state(DEPHASED, values, quanta=6)
    # the same where many points travel together
    batch = steady_state(DEPHASED, {**values, "xi": np.full(64, 0.01)}, quanta=6)
    for found in (state, batch):
        off = abs(found.number("a") / exact - 1)
        assert not np.any(off > found.certificate.roundoff["n(a)"])
        # 1e10: not resolved
        assert np.all(np.isnan(off) == (dephasing == 1e10))


def test_two_atoms_that_are_only_dephased_are_maximally_mixed_or_not_resolved():
    s, t = SigmaMinus("s"), SigmaMinus("t")
    hopping = J * (Dagger(s) * t + Dagger(t) * s)
    model = Model(
        "two atoms",
        xi * (Dagger(s) + s) + hopping,
        (Loss(BATH[0], Dagger(s) * s), Loss(BATH[1], Dagger(t) * t)),
        drive=xi,
    )
    for drive in (1e-1, 1e-3, 1e-5):
        state = steady_state(model, {"g": 1.3, "k": 0.37, "J": 0.7, "xi": drive}, quanta=2)
        if state.probability_status((1, 1)) == "ok":
            # accuracy of a probability that is returned
            assert state.probability((1, 1)) == pytest.approx(0.25, rel=1e-8)
        else:
            assert np.isnan(state.probability((1, 1)))


def test_a_nonlinearity_far_above_all_rates_leaves_two_levels():
    # chi -> infinity: the saturating two-level atom, n = s/(1 + 2 s) with s = 4 xi^2/gamma^2
    for chi in (1e8, 1e10, 1e13):
        values = {"Delta": 0.0, "chi": chi, "gamma": 1.0, "xi": 0.1}
        state = steady_state(kerr.MODEL, values, quanta=6)
        assert state.status == "ok"
        assert state.number("a") == pytest.approx(0.04 / 1.08, rel=1e-7)  # 1/chi^2 is less
