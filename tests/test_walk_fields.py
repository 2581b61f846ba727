"""Spectra and fields as the literature has them, from moments and drift matrices on paper."""

import numpy as np
import pytest
import sympy as sp
from scipy.linalg import expm, solve
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp
from sympy.physics.quantum.pauli import SigmaMinus

import analytic
import numeric
from systems import Loss, Model

a, s = BosonOp("a"), SigmaMinus("s")
Delta = sp.Symbol("Delta", real=True)
G, gamma, xi = sp.symbols("G gamma xi", positive=True)
PAIRS = Model("oscillator", sp.I * G / 2 * (Dagger(a) ** 2 - a**2), (Loss(gamma, a),), drive=G)
ATOM = Model("atom", Delta * Dagger(s) * s + xi * (s + Dagger(s)), (Loss(gamma, s),), drive=xi)


@pytest.mark.parametrize("pump", [1e-3, 0.2])
def test_pairs_below_threshold_have_a_spectrum_of_two_widths(pump: float) -> None:
    """M. J. Collett and C. W. Gardiner, Phys. Rev. A 30, 1386 (1984).

    a is driven by its noise through 1/[(1/2 - i omega)^2 - G^2], in units of the loss; the
    quadratures decay at 1/2 -+ G, and g2(tau) follows from them by Wick's theorem.
    """
    values, omegas = {"G": pump, "gamma": 1.0}, np.linspace(-2, 2, 5)
    density = numeric.spectrum(PAIRS, values, "a", omegas)
    exact = pump**2 / abs((0.5 - 1j * omegas) ** 2 - pump**2) ** 2
    np.testing.assert_allclose(density, exact, rtol=1e-6, atol=0)  # as it promises
    taus = np.array([0.0, 1.0, 4.0])
    slow, fast = (pump / 4 / (0.5 - x) * np.exp(-(0.5 - x) * taus) for x in (pump, -pump))
    n = 2 * pump**2 / (1 - 4 * pump**2)
    g2 = 1 + ((slow - fast) / n) ** 2 + ((slow + fast) / n) ** 2
    found = numeric.delayed_correlation(PAIRS, values, "a", taus)
    np.testing.assert_allclose(found, g2, rtol=1e-6, atol=0)


@pytest.mark.parametrize("drive", [1e-3, 0.5])
def test_light_of_an_emitter_and_a_laser_together_has_the_moments_of_a_single_photon(
    drive: float,
) -> None:
    """E. Zubizarreta Casalengua et al., Laser Photonics Rev. 14, 1900279 (2020).

    Of b = s + beta only n = <s's> and <s> enter, because s s = 0; at weak drive two photons
    vanish at beta = -2 <s>.
    """
    values = {"Delta": 0.3, "gamma": 1.0, "xi": drive}
    state = numeric.steady_state(ATOM, values)
    n = 4 * drive**2 / (1.36 + 8 * drive**2)
    dipole = -drive * (0.3 + 0.5j) / (0.34 + 2 * drive**2)
    for beta in (0.1 * drive, (0.7 - 1.2j) * drive):
        mixed = 2 * (np.conj(beta) * dipole).real
        number = n + abs(beta) ** 2 + mixed
        both = abs(beta) ** 4 + abs(beta) ** 2 * (4 * n + 2 * mixed)
        found = numeric.fields.correlation(state, s + beta)
        assert found == pytest.approx(both / number**2, rel=1e-9)
    closed, r = analytic.derive(ATOM, quanta=2), sp.Symbol("r")
    zeros = analytic.field_conditions(closed, s + r * xi, r, values=values)
    places = [complex(z.values[r]) for z in zeros]
    assert any(place == pytest.approx(2 * (0.3 + 0.5j) / 0.34) for place in places)


@pytest.mark.parametrize("drive", [0.1, 3.0])
def test_the_coherence_of_a_driven_atom_follows_from_its_bloch_equations(drive: float) -> None:
    """H. J. Carmichael, "Statistical Methods in Quantum Optics 1", Sec. 2.3 (regression)."""
    bloch = np.array(
        [[-0.5, 0, 2j * drive], [0, -0.5, -2j * drive], [1j * drive, -1j * drive, -1]]
    )  # of <s>, <s'>, <s's>
    source = drive * np.array([-1j, 1j, 0])
    steady = solve(bloch, -source)
    n, taus = steady[2].real, np.array([0.0, 0.4, 2.0, 9.0])
    # <s'(0) X(tau)> obeys the same equations with the source <s'> times it
    begin, later = np.array([n, 0, 0]), steady * steady[1]
    exact = [(later + expm(bloch * t) @ (begin - later))[0] / n for t in taus]
    values = {"Delta": 0.0, "gamma": 1.0, "xi": drive}
    found = numeric.coherence(ATOM, values, "s", taus)
    np.testing.assert_allclose(found, exact, rtol=1e-6, atol=0)
    np.testing.assert_allclose(
        numeric.coherence(ATOM, values, "s", -taus), np.conj(exact), rtol=1e-6, atol=0
    )


def test_sidebands_of_opposite_colour_come_together_and_those_of_one_colour_apart() -> None:
    """C. Cohen-Tannoudji and S. Reynaud, Phil. Trans. R. Soc. A 293, 223 (1979).

    A photon of the red line leaves the dressed atom where the next is of the blue one.
    """
    values, side = {"Delta": 0.0, "gamma": 1.0, "xi": 50.0}, 100.0
    pairs = [side, side], [side, -side]
    blue, both = (
        numeric.filtered_correlation(ATOM, values, "s", one, 1.0, others=other)
        for one, other in pairs
    )
    assert blue < 0.5
    assert both > 1.3
