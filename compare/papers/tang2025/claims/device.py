"""What the paper says about its device, and about its own formulas.

A number of the device, such as J_0, is a parameter of both roads: it has one value.  A printed
formula, Eqs. (5) to (7), is compared twice: with the derived one, by a proof that both are the same
rational function, and with the master equation at a drive so weak (`WEAKEST`) that only a wrong
formula is off by more than `EXACT`.

Lengths are in um and rates in 1e6 rad/s where the paper prints them so.  A printed number holds if
the computed one rounds to it, to half a unit of its last digit.
"""

import numpy as np
import sympy as sp

from analytic import spell_out
from analytic.rational.vanishing import same_function
from compare.agreement import agreement
from compare.audit.decision import EXACT, WEAKEST
from compare.claim import Readings, Roads, apart, below, exactly, measured
from compare.formula.check import derived_form
from compare.papers.tang2025.claims.roads import at, of, solve
from compare.papers.tang2025.figures.cavities import R_UM, unit_coupling
from systems.arithmetic import evaluate
from systems.library.nanotip import ABBREVIATIONS, MODEL, PUBLISHED, Device
from systems.values import read_values

WEAK = 0.1  # "much smaller": by a factor of ten
PHI_UM = np.array([0.1, 0.25, 0.27, 0.3])  # places away from the zero of C20


def r_zero(device: Device) -> Readings:
    """The distance at which the tip's coupling has the size of J_0."""
    return measured(_both(device.backscattering_free()[0] * 1e6), "r (um)", "of J = 0")


def phi_zero_first(device: Device) -> Readings:
    """The first phi at which the tip's coupling is opposite to J_0 on the printed circle."""
    return measured(_both(_phi_zero(device, 0)), "phi (um)", _phi_words(device, 0))


def phi_zero_second(device: Device) -> Readings:
    """The same one period, lambda/(2 n_0), further."""
    return measured(_both(_phi_zero(device, 1)), "phi (um)", _phi_words(device, 1))


def formula_for_r(device: Device) -> Readings:
    """alpha_t is not defined: read as beta_t, that of the coupling, the formula gives r.

    Read as a_t, the amplitude of the coupling, its inverse is a time, and there is no number.
    """
    ratio = np.log(device.tip_coupling_amplitude / device.J_0)
    as_beta = measured(
        _both(ratio * device.tip_coupling_length * 1e6), "r (um)", "with beta_t for alpha_t"
    )
    # 1/a_t is a time: the formula gives no length
    return as_beta + measured(
        _both(np.nan), "r (um)", "with a_t for alpha_t, which is not a length,"
    )


def phi_gamma_low(device: Device) -> Readings:
    """Where |J| = gamma on the circle r = 0.35 um, below the zero of J."""
    return measured(_both(unit_coupling(device)[0]), "phi (um)", "of |J| = gamma, the smaller,")


def phi_gamma_high(device: Device) -> Readings:
    """Where |J| = gamma on the circle r = 0.35 um, above the zero of J."""
    return measured(_both(unit_coupling(device)[1]), "phi (um)", "of |J| = gamma, the larger,")


def amplitude_sum(device: Device) -> Readings:
    """How many populated states of up to three photons the printed sum leaves out.

    The sum runs over n from 0 to m and leaves out those with more CCW than CW photons, which the
    coupling J populates all the same.
    """
    states = {(m, n) for m in range(4) for n in range(4 - m)}
    left_out = sorted(states - {(m, n) for m in range(4) for n in range(m + 1)})
    names = [f"P{m}{n}" for m, n in left_out]
    populations = of(agreement(MODEL, at(device, R_UM, 0.21), names))
    count = populations.map(lambda P: int(np.sum(P > 0)))
    detail = "that are populated, up to three photons, and that it leaves out"
    return exactly(0, count, "number of states", detail)


def eq5(device: Device) -> Readings:
    """|C20|^2 against P20, and the amplitude itself against the derived one."""
    return _formula(device, "C20", "P20")


def eq6_cw(device: Device) -> Readings:
    """Against the derived P10, and against the master equation of a weak drive."""
    return _formula(device, "P10", "P10")


def eq6_ccw(device: Device) -> Readings:
    """Against the derived P01, and against the master equation of a weak drive."""
    return _formula(device, "P01", "P01")


def eq7(device: Device) -> Readings:
    """Against the derived g2, and against the master equation of a weak drive."""
    return _formula(device, "g2", "g2")


def _formula(device: Device, name: str, quantity: str) -> Readings:
    """A printed formula against the derived one, and against the limit of a weak drive.

    ``name`` is the key of the printed formula in `PUBLISHED`, ``quantity`` what the master equation
    is asked for.  A formula that is not proved identical fails whatever its deviation is.
    """
    printed = spell_out(PUBLISHED[name], ABBREVIATIONS)
    proved = same_function(printed, derived_form(MODEL, name))
    observable = sp.Abs(printed) ** 2 if name == "C20" else printed
    values = at(device, R_UM, PHI_UM)
    values["xi"] = WEAKEST * values["gamma"]
    expected = evaluate(observable, read_values(MODEL, values)).real
    off = float(max(abs(expected / solve(values, quantity).master - 1)))
    words = "is proved identical to" if proved else "is not identical to"
    detail = f"at xi/gamma = {WEAKEST:g} over four phi, of a formula that {words} the derived one,"
    gap = apart(off if proved else np.inf)
    return below(EXACT, gap, "largest |deviation|", detail, "=")


def _phi_zero(device: Device, period: int) -> float:
    """phi in um at which J_tip is opposite to J_0 on the circle r = 0.35 um.

    J vanishes where the tip's coupling, of phase -Theta, is opposite to J_0: Theta is an odd
    multiple of pi there.  ``period`` counts the zeros, 0 for the first.
    """
    odd_pi = (2 * period + 1) * np.pi - device.initial_phase - device.tip_phase_slope * R_UM * 1e-6
    return float(odd_pi / (2 * device.wavenumber) * 1e6)


def _phi_words(device: Device, period: int) -> str:
    """Of what phi is meant, with the phi at which J vanishes exactly."""
    exact = 1e6 * device.backscattering_free(period)[1]
    return f"of the smallest |J| at the printed r = 0.35 um ({exact:.4f} where J = 0)"


def _both(value: float) -> Roads:
    """A number that is the same on both roads."""
    return Roads(float(value), float(value))
