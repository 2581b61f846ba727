"""Fig. 3(c): P10 and P01 against phi at r = 0.35 um, Eq. (6) and Eq. (4).

Where J = 0 all light stays in the CW mode: P10 has its maximum and P01 vanishes.  One period of phi
is shown.
"""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from compare.agreement import agreement
from compare.papers.panels import draw_roads, roads_legend
from compare.papers.tang2025.figures.cavities import DEVICE, R_UM
from compare.papers.tang2025.figures.tables import described
from compare.style import BLUE, RED, new_figure, styled
from systems.library import nanotip

PHI_UM = np.linspace(0, 0.55, 221)  # one period lambda/(2 n_0)


def compute(device: nanotip.Device = DEVICE) -> pd.DataFrame:
    """One row per phi and probability, both roads.

    Columns: ``phi_um`` and those of `compare.agreement`.

    P10 is the probability of one photon in the CW mode and none in the CCW mode, P01 the other way
    round.  ``device`` is in SI units, and the drive is that of its input power.
    """
    values = device.parameters(R_UM * 1e-6, PHI_UM * 1e-6)
    table = agreement(nanotip.MODEL, values, ["P10", "P01"], labels={"phi_um": PHI_UM})
    table.attrs |= described(device) | {"r_um": R_UM}
    return table


@styled
def draw(table: pd.DataFrame) -> Figure:
    """Both probabilities; P01 has its minimum where P10 has its maximum.

    The vertical axis is linear, so that a distance of markers and curve is one in probability.
    """
    figure, axes = new_figure()
    # with these steps both are marked at 0.27 um, and not where the curves cross
    for name, colour, text, step in (("P10", RED, "CW", 6), ("P01", BLUE, "CCW", 9)):
        rows = table[table["quantity"] == name]
        label = rf"$P_{{{name[1:]}}}^\mathrm{{{text}}}$"
        draw_roads(axes, rows, "phi_um", colour, label, slice(0, None, step))
    axes.set(xlabel=r"$\phi$ ($\mu$m)", ylabel="probability", xlim=(0, 0.55))
    axes.set_ylim(bottom=-0.004)  # room for the markers at zero
    roads_legend(axes)
    return figure
