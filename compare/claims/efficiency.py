"""What the paper says about the efficiency against backscattering loss: Fig. 4 and Eq. (8)."""

from typing import Any

import numpy as np
import pandas as pd

from compare.claims.blockade import SAME
from compare.claims.mechanism import largest_gap
from compare.claims.roads import at, of
from compare.claims.rule import Readings, Roads, above, below, digits
from compare.figures import fig4b
from compare.figures.cavities import PHI_UM, R_UM
from compare.figures.efficiency import AT_ZERO, DETUNINGS, efficiency
from systems.nanotip import Device

PERCENT = 100.0


def R_tip(device: Device) -> Readings:
    """Fig. 4(a): R = 99.7 % with the tip at (0.35, 0.27) um, Delta = 0 as in the caption."""
    return digits(
        "99.7", _R(device, at(device, R_UM, PHI_UM), AT_ZERO), "R in percent at Delta = 0"
    )


def R_tip_minimum(device: Device) -> Readings:
    """Fig. 4(a): the same, were Eq. (8) a minimum over the detuning."""
    R = _R(device, at(device, R_UM, PHI_UM), DETUNINGS)
    return digits("99.7", R, "R in percent, minima over Delta")


def R_bare(device: Device) -> Readings:
    """Fig. 4(b): R = 0 without the tip at J_0 = 1.8 gamma_1, Delta = 0."""
    return digits("0", _R(device, device.without_tip(), AT_ZERO), "R in percent at Delta = 0")


def R_bare_minimum(device: Device) -> Readings:
    """Fig. 4(b): the same, were Eq. (8) a minimum over the detuning."""
    R = _R(device, device.without_tip(), DETUNINGS)
    return digits("0", R, "R in percent, minima over Delta")


def R_robust(device: Device) -> Readings:
    """Fig. 4(b): with the tip R is robust against J_0."""
    rows = fig4b.at_zero(device)
    follows, stays = (
        _named(rows, tip).map(lambda R: PERCENT * float(R.min()))
        for tip in (fig4b.FOLLOWS, fig4b.STAYS)
    )
    measure = "smallest R in percent for J_0 up to 3 gamma_1 with a tip that"
    return (*above(PERCENT * (1 - SAME), follows, f"{measure} follows J_0", "robust"),
            *above(PERCENT * (1 - SAME), stays, f"{measure} stays", "robust"))  # fmt: skip


def agreement_4b(device: Device) -> Readings:
    """Fig. 4(b): markers agree with curves."""
    rows = fig4b.at_zero(device)
    gaps = {tip: largest_gap(rows[rows["quantity"] == fig4b.name(tip)]) for tip in fig4b.TIPS}
    follows, stays = (
        Roads(np.nan, max(gaps[fig4b.NONE], gaps[tip])) for tip in (fig4b.FOLLOWS, fig4b.STAYS)
    )
    measure = (
        "largest |closed form - master equation| of the points, over the largest R, a tip that"
    )
    return (*below(SAME, follows, f"{measure} follows J_0,", "excellent"),
            *below(SAME, stays, f"{measure} stays,", "excellent"))  # fmt: skip


def _R(device: Device, values: dict[str, Any], detunings: np.ndarray) -> Roads:
    cavities = {name: np.atleast_1d(value) for name, value in values.items()}
    return of(efficiency(cavities, device, detunings)).map(lambda R: PERCENT * float(R[0]))


def _named(rows: pd.DataFrame, tip: str) -> Roads:
    return of(rows[rows["quantity"] == fig4b.name(tip)])
