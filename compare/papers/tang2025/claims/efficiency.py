"""What the paper says about the efficiency against backscattering loss: Fig. 4 and Eq. (8).

R compares g2(0) of the device with that of the ideal cavity.  The paper does not say over what the
minimum of Eq. (8) is taken, nor whether the tip follows J_0; each claim is therefore made in all
readings that the text allows (`compare.papers.tang2025.figures.efficiency`).
"""

from typing import Any

import numpy as np

from compare.claim import Readings, Roads, above, apart, below, measured
from compare.extremes import Curve, gap, least
from compare.papers.tang2025.claims.blockade import SAME
from compare.papers.tang2025.claims.mechanism import GAP
from compare.papers.tang2025.claims.roads import Road, at, each, leading, master, of
from compare.papers.tang2025.figures import fig4b
from compare.papers.tang2025.figures.cavities import PHI_UM, R_UM
from compare.papers.tang2025.figures.efficiency import AT_ZERO, DETUNINGS, efficiency, ratio
from systems.library.nanotip import Device

PERCENT = 100.0
# J_0/gamma_1: a tip that follows is as good as infinitely far at the lower end
ENDS = (1e-6, 3)


def R_tip(device: Device) -> Readings:
    """R in percent at the tip's place, at the detuning of the caption."""
    return measured(_R(device, at(device, R_UM, PHI_UM), AT_ZERO), "R (%)", "at Delta = 0")


def R_tip_minimum(device: Device) -> Readings:
    """R in percent at the tip's place, with minima over the detuning."""
    R = _R(device, at(device, R_UM, PHI_UM), DETUNINGS)
    return measured(R, "R (%)", "with minima over Delta")


def R_bare(device: Device) -> Readings:
    """R in percent without the tip, at the detuning of the caption: cut off at zero."""
    return measured(_R(device, device.without_tip(), AT_ZERO), "R (%)", "at Delta = 0")


def R_bare_minimum(device: Device) -> Readings:
    """R in percent without the tip, with the minimum over the detuning: it is close to one then."""
    R = _R(device, device.without_tip(), DETUNINGS)
    return measured(R, "R (%)", "with minima over Delta")


def R_robust(device: Device) -> Readings:
    """The smallest R over J_0, with a tip that follows J_0 and with one that stays.

    "Robust" is read as within `SAME` of 100 %.

    Both readings are made, because the paper does not say whether the tip moves with J_0.
    """

    def reading(tip: str, words: str) -> Readings:
        smallest = each(lambda road: PERCENT * least(_curve(road, device, tip), *ENDS))
        detail = f"for J_0 up to 3 gamma_1 with a tip that {words}"
        return above(PERCENT * (1 - SAME), smallest, "smallest R (%)", detail, "robust")

    return reading(fig4b.FOLLOWS, "follows J_0") + reading(fig4b.STAYS, "stays")


def agreement_4b(device: Device) -> Readings:
    """The largest distance of both roads over J_0, relative to the maximum of R.

    R is cut off at zero on each road by itself, so that a distance is one between two shares.
    """

    def distance(tip: str) -> float:
        closed, solved = (_curve(road, device, tip) for road in (leading, master))
        return gap(closed, solved, *ENDS)

    bare = distance(fig4b.NONE)
    follows, stays = (apart(max(bare, distance(tip))) for tip in (fig4b.FOLLOWS, fig4b.STAYS))
    detail = "for J_0 up to 3 gamma_1, without tip and with one that"
    return (*below(SAME, follows, GAP, f"{detail} follows J_0,", "excellent"),
            *below(SAME, stays, GAP, f"{detail} stays,", "excellent"))  # fmt: skip


def _curve(road: Road, device: Device, tip: str) -> Curve:
    """R at Delta = 0 against J_0/gamma_1."""
    ideal = road(device.ideal(), "g2")
    return lambda J_0: ratio(road(fig4b.cavities(tip, device, J_0), "g2"), ideal)


def _R(device: Device, values: dict[str, Any], detunings: np.ndarray) -> Roads:
    """R in percent of one cavity on both roads.

    ``values`` are those of one cavity in rad/s and ``detunings`` are in gamma_1.
    """
    cavities = {name: np.atleast_1d(value) for name, value in values.items()}
    return of(efficiency(cavities, device, detunings)).map(lambda R: PERCENT * float(R[0]))
