"""What the paper says about blockade with, without and near the tip: Figs. 1 and 2.

The paper calls it blockade where g2(0) << 1, without a number.  Here it counts below `BLOCKADE`:
the two places that the paper shows as blockade, 0.009 and 0.012, lie well below it, and those that
it shows as none well above.  Statements about curves are judged by the extremes of the curve over
the whole range of the figure (`compare.extremes`), those of words ("independent", "totally") by
what the eye tells apart in print, `SAME`.
"""

from typing import Any

import numpy as np

from compare.claim import Readings, Roads, above, below, exactly
from compare.extremes import Curve, greatest, least, place_of_greatest
from compare.papers.tang2025.claims.roads import Road, at, each, of, solve
from compare.papers.tang2025.figures import fig1b
from compare.papers.tang2025.figures.cavities import PHI_UM, R_UM, SIDE_UM, cavity
from systems.library.nanotip import Device

BLOCKADE = 0.05  # g2(0) below it counts as blockade, and from it on as none
SAME = 0.05  # curves that are closer than this, relative, are the same to the eye
LOG_CHI = (np.log(0.1), np.log(10))  # "regardless of chi": chi/gamma from weak to strong
AROUND_UM = (0.2, 0.34)  # phi around J = 0, from one |J| = gamma to the other


def tip_loss_raises_g2(device: Device) -> Readings:
    """ "Slightly larger" is read as a ratio above one, of whatever size."""
    tip, ideal = (solve(values, "g2") for values in (at(device, R_UM, PHI_UM), device.ideal()))
    ratio = tip.map(np.divide, ideal)
    return above(1, ratio, "ratio of g2(0)", "with the tip to that of the ideal cavity")


def antibunching(device: Device) -> Readings:
    """The delay of the smallest g2(tau) in Fig. 1(b) must be zero."""
    rows = fig1b.compute(device).query("quantity == 'g2(tau) (tip)'")
    delays = rows["gamma1_tau"].to_numpy()
    # the smallest g2(tau)/g2(0) says nothing: it comes as close to one as the first delay to zero
    place = of(rows).map(lambda g2: float(delays[np.argmin(g2)]))
    return exactly(0, place, "gamma_1 tau", "of the smallest g2(tau)")


def mode_splitting(device: Device) -> Readings:
    """J_0 = 1.8 gamma_1 exceeds the loss, so that both normal modes are seen as maxima of N_cw.

    They are counted on detunings a fifth of gamma_1 apart: enough for two maxima that lie
    3.6 gamma_1 apart.
    """
    detuning = device.gamma_1 * np.linspace(-5, 5, 51)
    peaks = solve(cavity("no tip", detuning, device), "number").map(_peaks)
    return exactly(2, peaks, "number of maxima", "of N_cw over the detuning")


def number_independent_of_chi(device: Device) -> Readings:
    """The relative spread of N_cw over chi, at the three phi of Fig. 2, must not show in print.

    To leading order it is zero, because one quantum does not feel the nonlinearity; at the paper's
    drive the two-photon population does.
    """
    phi = np.array([PHI_UM, *SIDE_UM])[:, np.newaxis]
    low, high = (np.full(len(phi), end) for end in LOG_CHI)

    def spread(road: Road) -> float:
        N = _number(road, device, phi)
        return float(np.max(1 - least(N, low, high) / greatest(N, low, high)))

    detail = "of N_cw over chi/gamma from 0.1 to 10, largest over three phi,"
    return below(SAME, each(spread), "(max - min)/max", detail, "independent")


def number_recovers(device: Device) -> Readings:
    """N_cw there over the largest N_cw around it, for the worst chi, must be one to the eye."""
    worst = each(lambda road: least(_revival(road, device, PHI_UM), *LOG_CHI, points=9))
    detail = "there, smallest over chi/gamma from 0.1 to 10,"
    return above(1 - SAME, worst, "N_cw/(maximum over phi)", detail, "maximum")


def number_does_not_recover(device: Device) -> Readings:
    """The same ratio at the two phi where |J| = gamma, for the best chi, must stay below one."""

    def most(road: Road) -> float:
        revivals = [_revival(road, device, phi) for phi in SIDE_UM]
        return max(greatest(revival, *LOG_CHI, points=9) for revival in revivals)

    detail = "there, largest over chi/gamma from 0.1 to 10,"
    return below(1 - SAME, each(most), "N_cw/(maximum over phi)", detail, "not totally")


def _g2(device: Device, phi_um: float, chi_over_gamma: float) -> tuple[Roads, str, str]:
    """g2(0) with its name, and how blockade is read.

    The triple is what `below` and `above` of `compare.claim` take: numbers, what they are, and
    words.
    """
    g2 = solve(at(device, R_UM, phi_um, chi_over_gamma), "g2")
    return g2, "g2(0)", f"with blockade read as below {BLOCKADE:g}"


def _number(road: Road, device: Device, phi_um: Any) -> Curve:
    """N_cw at phi against the logarithm of chi/gamma."""
    return lambda log_chi: road(at(device, R_UM, phi_um, np.exp(log_chi)), "number")


def _revival(road: Road, device: Device, phi_um: float) -> Curve:
    """N_cw at phi relative to its maximum over phi, against the logarithm of chi/gamma.

    The maximum over phi is searched in `AROUND_UM`, for each chi by itself.  One means that the
    light of the CW mode is as bright as anywhere around.
    """

    def revival(log_chi: np.ndarray) -> np.ndarray:
        low, high = (np.full(log_chi.shape, end) for end in AROUND_UM)
        top = place_of_greatest(
            lambda phi: _number(road, device, phi)(log_chi[:, np.newaxis]), low, high, points=9
        )
        return np.asarray(
            _number(road, device, phi_um)(log_chi) / _number(road, device, top)(log_chi)
        )

    return revival


def _peaks(curve: np.ndarray) -> float:
    """How many points of a curve are larger than both neighbours.

    >>> _peaks(np.array([0.0, 1.0, 0.5, 2.0, 0.0]))
    2.0
    """
    inner = curve[1:-1]
    return float(np.sum((inner > curve[:-2]) & (inner > curve[2:])))
