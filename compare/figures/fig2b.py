"""Fig. 2(b): g2(0) and N_cw against chi/gamma at three phi, Eq. (4), Eq. (6) and Eq. (7)."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from compare.agreement import agreement
from compare.figures.cavities import PAPER, PHI_UM, R_UM, SIDE_UM, kerr
from compare.figures.style import BLUE, GREEN, RED, WIDTH, draw_roads, roads_legend, styled
from systems import nanotip

CHI = np.unique([*np.geomspace(0.05, 10, 101), 0.1, 0.5, 3])  # chi/gamma, with the marked points
CUTS = {PHI_UM: (RED, "-"), SIDE_UM[0]: (GREEN, "-"), SIDE_UM[1]: (BLUE, "--")}
# the points that the text names: phi, chi/gamma, marker of the paper
MARKED = ((PHI_UM, 0.1, "s"), (PHI_UM, 3, "o"), (SIDE_UM[0], 0.5, "^"), (SIDE_UM[1], 0.5, "^"))


def compute(device: nanotip.Device = PAPER) -> pd.DataFrame:
    """One row per phi, chi and quantity, both roads."""
    phi, chi = (grid.ravel() for grid in np.meshgrid([*CUTS], CHI, indexing="ij"))
    values = kerr(device.parameters(R_UM * 1e-6, phi * 1e-6), chi)
    labels = {"phi_um": phi, "chi_over_gamma": chi}
    table = agreement(nanotip.MODEL, values, ["g2", "number"], labels=labels)
    table.attrs |= {"parameters": vars(device), "r_um": R_UM}
    return table


@styled
def draw(table: pd.DataFrame) -> Figure:
    """Above g2(0), below N_cw; large markers are the points of the text, open by closed form."""
    figure = Figure(figsize=(WIDTH, 4.2), layout="constrained")
    upper, lower = figure.subplots(2, 1, sharex=True)
    _draw_panel(upper, table[table["quantity"] == "g2"])
    _draw_panel(lower, table[table["quantity"] == "number"])
    upper.axhline(1, color="black", lw=0.6, ls=":")
    upper.set(ylabel=r"$g^{(2)}_\mathrm{cw}(0)$", yscale="log", xscale="log")
    lower.set(ylabel=r"$N_\mathrm{cw}$", xlabel=r"$\chi/\gamma$", xlim=(0.05, 10))
    lower.set_ylim(bottom=0)
    roads_legend(lower, ncols=2, loc=(0.05, 0.3))  # between the curves
    return figure


def _draw_panel(axes: Axes, rows: pd.DataFrame) -> None:
    for i, (phi, (colour, line)) in enumerate(CUTS.items()):
        label, marked = rf"$\phi = {phi:g}\,\mu$m", slice(2 * i, None, 6)  # in turns
        cut = rows[rows["phi_um"] == phi]
        draw_roads(axes, cut, "chi_over_gamma", colour, label, marked, line)
    for phi, chi, marker in MARKED:
        point = rows[(rows["phi_um"] == phi) & (rows["chi_over_gamma"] == chi)]
        look: Any = {"color": CUTS[phi][0], "mec": "black", "ms": 6, "zorder": 3}
        axes.plot(chi, point["analytic"], marker, **look | {"color": "white"})
        axes.plot(chi, point["numeric"], marker, **look)
