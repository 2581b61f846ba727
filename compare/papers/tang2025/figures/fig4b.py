"""Fig. 4(b): efficiency R against J_0 with and without tip, Eq. (8) by Eq. (7) and Eq. (4).

The paper does not say whether the tip stays where it is when J_0 changes: both are computed.  A
tip that follows stands where J = 0 for each J_0.

A tip that stays undoes one value of J_0 only.
"""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from compare.papers.panels import draw_roads, roads_legend
from compare.papers.tang2025.figures.cavities import DEVICE, PHI_UM, R_UM
from compare.papers.tang2025.figures.efficiency import AT_ZERO, DETUNINGS, SCALE, efficiency
from compare.papers.tang2025.figures.tables import described
from compare.style import BLUE, GREEN, RED, WIDTH, styled
from systems.library import nanotip

J0 = np.linspace(0.1, 3, 59)  # J_0/gamma_1; a tip that follows would be infinitely far at zero
FOLLOWS, STAYS, NONE = TIPS = ("tip follows", "tip stays", "no tip")
DOTS: Any = {"ls": ":", "lw": 2}  # wider than the curves, so as to be seen on them
FIXED, MINIMUM = READINGS = ("Delta = 0", "minimum over Delta")


def compute(device: nanotip.Device = DEVICE) -> pd.DataFrame:
    """One row per J_0, tip and reading of Eq. (8), both roads; the quantity names them.

    Columns: ``J0_over_gamma1, quantity`` and the others of `compare.agreement`; the deviation is
    that of `efficiency.efficiency`.

    R is between 0 and 1 in the table, and in percent in the picture.  ``attrs["readings"]`` says
    how each reading was solved.
    """
    parts = [_curves(device, FIXED, AT_ZERO), _curves(device, MINIMUM, DETUNINGS)]
    table = pd.concat(parts, ignore_index=True)
    solved = dict(zip(READINGS, (part.attrs for part in parts), strict=True))
    table.attrs = {"readings": solved} | described(device) | {"r_um": R_UM, "phi_um": PHI_UM}
    return table


def name(tip: str, reading: str = FIXED) -> str:
    """How the table calls R with this tip in this reading of Eq. (8).

    >>> name("no tip")
    'R (no tip, Delta = 0; difference relative to R = 1)'
    """
    return f"R ({tip}, {reading}; {SCALE})"


def _curves(device: nanotip.Device, reading: str, detunings: np.ndarray) -> pd.DataFrame:
    """One row per tip and J_0, in one reading of Eq. (8).

    ``detunings`` are in gamma_1.  All tips and all J_0 are solved in one batch, tip by tip.
    """
    parts = [cavities(tip, device, J0) for tip in TIPS]
    values = {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}
    rows = efficiency(values, device, detunings)
    rows.insert(0, "J0_over_gamma1", np.tile(J0, len(TIPS)))
    rows.insert(1, "quantity", [name(tip, reading) for tip in TIPS for _ in J0])
    return rows


def cavities(tip: str, device: nanotip.Device, J0_over_gamma1: np.ndarray) -> dict[str, Any]:
    """Values of the model (rad/s) with this tip, one for each J_0.

    ``J0_over_gamma1`` has the shape (points,), and so has every value.

    >>> cavities("tip follows", DEVICE, np.array([1.0, 2.0]))["J"].tolist()
    [0.0, 0.0]
    """
    each = [_cavity(tip, replace(device, backscattering=float(x))) for x in J0_over_gamma1]
    return {key: np.array([values[key] for values in each]) for key in each[0]}


def _cavity(tip: str, device: nanotip.Device) -> dict[str, Any]:
    """Values (rad/s) of a device with its own J_0, with this tip."""
    if tip == FOLLOWS:
        # J = 0 exactly, free of the round-off of two large numbers
        return device.parameters(*device.backscattering_free()) | {"J": 0.0}
    if tip == STAYS:
        return device.parameters(R_UM * 1e-6, PHI_UM * 1e-6)
    return device.without_tip()


@styled
def draw(table: pd.DataFrame) -> Figure:
    """R in percent at Delta = 0; dotted, without markers: the minimum over the detuning.

    Above the part near 100 %, where the dotted curves are.  To the eye
    that of a tip that follows lies on the curve at Delta = 0.
    """
    figure = Figure(figsize=(WIDTH, 4), layout="constrained")
    near, whole = figure.subplots(2, 1, sharex=True, height_ratios=(1, 1.6))
    percent = table.assign(analytic=100 * table["analytic"], numeric=100 * table["numeric"])
    _draw_panel(near, percent)
    _draw_panel(whole, percent)
    near.set(ylabel=r"$\mathcal{R}$ (%)", ylim=(98, 100.1))
    whole.set(xlabel=r"$J_0/\gamma_1$", ylabel=r"$\mathcal{R}$ (%)", xlim=(0, 3), ylim=(-3, 103))
    dotted = Line2D([], [], color="black", **DOTS, label=r"minimum over $\Delta$")
    roads_legend(whole, more=[dotted], loc="center right")
    return figure


def _draw_panel(axes: Axes, percent: pd.DataFrame) -> None:
    """The curves of all tips, at Delta = 0 and dotted with minima over the detuning."""
    for i, (tip, colour) in enumerate(zip(TIPS, (RED, GREEN, BLUE), strict=True)):
        rows, least = (percent[percent["quantity"] == name(tip, kind)] for kind in READINGS)
        draw_roads(axes, rows, "J0_over_gamma1", colour, tip, slice(i, None, 4))  # in turns
        axes.plot(least["J0_over_gamma1"], least["numeric"], color=colour, **DOTS)
