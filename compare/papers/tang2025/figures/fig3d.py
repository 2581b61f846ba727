"""Fig. 3(d): g2(0) of the CW mode against r for several phi, Eq. (7) and Eq. (4).

A tip too near couples more than J_0, one too far undoes nothing: between them lies the blockade.
"""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from compare.agreement import agreement
from compare.papers.panels import draw_roads, roads_legend, thinned
from compare.papers.tang2025.figures.cavities import DEVICE
from compare.papers.tang2025.figures.tables import described, flat_grid
from compare.style import BLUE, GREEN, RED, new_figure, styled
from systems.library import nanotip

R_UM = np.linspace(0, 0.8, 161)  # as far as the figure reaches
PHI_UM = (0.21, 0.27, 0.33)  # where |J| = gamma, J = 0 and |J| = gamma at r = 0.35 um


def compute(device: nanotip.Device = DEVICE) -> pd.DataFrame:
    """One row per phi and r, both roads.

    Columns: ``phi_um``, ``r_um`` and those of `compare.agreement`.

    The three phi are the one at which J vanishes for r = 0.35 um, and those two at which |J| =
    gamma there, rounded as in the paper.
    """
    phi, r = flat_grid(PHI_UM, R_UM)
    values = device.parameters(r * 1e-6, phi * 1e-6)
    table = agreement(nanotip.MODEL, values, ["g2"], labels={"phi_um": phi, "r_um": r})
    table.attrs |= described(device)
    return table


@styled
def draw(table: pd.DataFrame) -> Figure:
    """One curve per phi; light below the dotted line g2 = 1 is sub-Poissonian.

    Markers are closer where the curves are apart, and apart where all of them run together.
    """
    figure, axes = new_figure()
    axes.axhline(1, color="black", lw=0.6, ls=":")
    colours, apart = (GREEN, RED, BLUE), (R_UM > 0.2) & (R_UM < 0.5)
    for i, ((phi, rows), colour) in enumerate(zip(table.groupby("phi_um"), colours, strict=True)):
        marked = thinned(apart, 6, 12, 4 * i)  # in turns; the second curve at r = 0.35 um
        draw_roads(axes, rows, "r_um", colour, rf"$\phi = {phi:g}\,\mu$m", marked)
    axes.set(
        xlabel=r"$r$ ($\mu$m)", ylabel=r"$g^{(2)}_\mathrm{cw}(0)$", yscale="log", xlim=(0, 0.8)
    )
    roads_legend(axes)
    return figure
