"""Steady states that no jump changes: what L makes of them is zero, up to its round-off."""

import numpy as np
import pytest
import sympy as sp
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp

from numeric import steady_state
from systems import Loss, Model

a = BosonOp("a")
Delta, r, kappa = sp.symbols("Delta r kappa", real=True)
BATH = Loss(kappa, sp.cosh(r) * a + sp.sinh(r) * Dagger(a))
SQUEEZED = Model("cavity in a squeezed bath", Delta * Dagger(a) * a, (BATH,))


@pytest.mark.parametrize("detuning", [0.0, 1e-9, -0.3])
def test_a_squeezed_bath_on_resonance_leaves_the_squeezed_vacuum(detuning):
    """L = a cosh r + a' sinh r leaves the squeezed vacuum dark; all of it is linear light.

    <a'a> = sinh(r)^2 and g2 = 3 + 1/<a'a> (C. W. Gardiner and P. Zoller, "Quantum Noise",
    Sec. 10.2, by their meaning); off resonance the phase turns, but <a'a> obeys its own equation.
    """
    state = steady_state(SQUEEZED, {"Delta": detuning, "r": 0.3, "kappa": 1.0})
    n = np.sinh(0.3) ** 2
    assert (state.status, state.advice) == ("ok", "")
    assert state.number("a") == pytest.approx(n, rel=1e-10)
    # <aa> = -sinh r cosh r/(1 + 2i Delta/kappa), by the equation of the second moments
    squeezing = np.sinh(0.3) * np.cosh(0.3) / abs(1 + 2j * detuning)
    assert state.correlation("a") == pytest.approx(2 + (squeezing / n) ** 2, rel=1e-8)


@pytest.mark.parametrize("quanta", [8, 9, 20, 40])
def test_a_dark_state_has_no_odd_quanta_whatever_the_cut(quanta):
    """An even cut holds the dark state exactly: odd populations are round-off, of either sign."""
    state = steady_state(SQUEEZED, {"Delta": 0.0, "r": 0.3, "kappa": 1.0}, quanta=quanta)
    assert state.number_status("a") in ("ok", "not converged")
    odd = state.estimate("probability", (3,))
    assert abs(odd.value) <= 10 * odd.error + 1e-15
