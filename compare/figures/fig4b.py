"""Fig. 4(b): efficiency R against J_0 with and without tip, Eq. (8) by Eq. (7) and Eq. (4).

The paper does not say whether the tip stays where it is when J_0 changes: both are computed.  A
tip that follows stands where J = 0 for each J_0.
"""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from compare.figures.cavities import PAPER, PHI_UM, R_UM
from compare.figures.efficiency import AT_ZERO, DETUNINGS, efficiency
from compare.figures.style import BLUE, GREEN, RED, draw_roads, new_figure, roads_legend, styled
from systems import nanotip

J0 = np.linspace(0.1, 3, 59)  # J_0/gamma_1; a tip that follows would be infinitely far at zero
FOLLOWS, STAYS, NONE = TIPS = ("tip follows", "tip stays", "no tip")
FIXED, MINIMUM = READINGS = ("Delta = 0", "minimum over Delta")


def compute(device: nanotip.Device = PAPER) -> pd.DataFrame:
    """One row per J_0, tip and reading of Eq. (8), both roads; the quantity names them."""
    parts = [_curves(device, FIXED, AT_ZERO), _curves(device, MINIMUM, DETUNINGS)]
    table = pd.concat(parts, ignore_index=True)
    table.attrs = parts[-1].attrs | {"parameters": vars(device), "r_um": R_UM, "phi_um": PHI_UM}
    return table


def at_zero(device: nanotip.Device = PAPER) -> pd.DataFrame:
    """The rows of the default reading alone."""
    return _curves(device, FIXED, AT_ZERO)


def name(tip: str, reading: str = FIXED) -> str:
    """How the table calls R with this tip in this reading of Eq. (8)."""
    return f"R ({tip}, {reading})"


def _curves(device: nanotip.Device, reading: str, detunings: np.ndarray) -> pd.DataFrame:
    """One row per tip and J_0, in one reading of Eq. (8)."""
    cavities = [_cavity(tip, replace(device, backscattering=x)) for tip in TIPS for x in J0]
    values = {key: np.array([cavity[key] for cavity in cavities]) for key in cavities[0]}
    rows = efficiency(values, device, detunings)
    rows.insert(0, "J0_over_gamma1", np.tile(J0, len(TIPS)))
    rows.insert(1, "quantity", [name(tip, reading) for tip in TIPS for _ in J0])
    return rows


def _cavity(tip: str, device: nanotip.Device) -> dict[str, Any]:
    if tip == FOLLOWS:
        # J = 0 exactly, free of the round-off of two large numbers
        return device.parameters(*device.backscattering_free()) | {"J": 0.0}
    if tip == STAYS:
        return device.parameters(R_UM * 1e-6, PHI_UM * 1e-6)
    return device.without_tip()


@styled
def draw(table: pd.DataFrame) -> Figure:
    """R in percent at Delta = 0; dotted, without markers: the minimum over the detuning."""
    figure, axes = new_figure(height=2.8)
    percent = table.assign(analytic=100 * table["analytic"], numeric=100 * table["numeric"])
    for tip, colour in zip(TIPS, (RED, GREEN, BLUE), strict=True):
        rows, least = (percent[percent["quantity"] == name(tip, kind)] for kind in READINGS)
        draw_roads(axes, rows, "J0_over_gamma1", colour, tip, slice(0, None, 4))
        axes.plot(least["J0_over_gamma1"], least["numeric"], color=colour, ls=":")
    axes.set(xlabel=r"$J_0/\gamma_1$", ylabel=r"$\mathcal{R}$ (%)", xlim=(0, 3), ylim=(-3, 103))
    dotted = Line2D([], [], color="black", ls=":", label=r"minimum over $\Delta$")
    roads_legend(axes, more=[dotted], loc="center right")
    return figure
