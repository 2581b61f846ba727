"""Fig. 4(a): efficiency R over r and phi at J_0 = 1.8 gamma_1, Eq. (8) by Eq. (7) and Eq. (4).

R is g2(0) on a scale from none (0) to that of the ideal cavity (1).  Both roads are cut off at zero
each by itself, so that the right map shows their difference and no ratio.
"""

import numpy as np
import pandas as pd
from matplotlib.colors import CenteredNorm
from matplotlib.figure import Figure

from compare.papers.panels import draw_map
from compare.papers.tang2025.figures.cavities import DEVICE, PHI_UM
from compare.papers.tang2025.figures.cavities import R_UM as R_TIP_UM
from compare.papers.tang2025.figures.efficiency import SCALE, efficiency
from compare.papers.tang2025.figures.tables import described, flat_grid
from compare.style import SIGNED, WIDTH, styled
from systems.library import nanotip

R_UM = np.linspace(0, 0.7, 201)
PHIS_UM = np.linspace(0, 0.55, 201)  # one period lambda/(2 n_0)


def compute(device: nanotip.Device = DEVICE) -> pd.DataFrame:
    """One row per tip position, both roads, at Delta = 0 as the caption says.

    Columns: ``r_um, phi_um, quantity`` and the others of `compare.agreement`; the deviation is
    that of `efficiency.efficiency`.

    R is between 0 and 1 in the table.  The ideal cavity that it refers to is solved in the same
    batch as the 40,401 places of the tip.
    """
    r, phi = flat_grid(R_UM, PHIS_UM)
    table = efficiency(device.parameters(r * 1e-6, phi * 1e-6), device)
    table.insert(0, "r_um", r)
    table.insert(1, "phi_um", phi)
    table.insert(2, "quantity", f"R ({SCALE})")
    table.attrs |= described(device)
    return table


@styled
def draw(table: pd.DataFrame) -> Figure:
    """Left R in percent by the master equation, right the difference; the cross is the paper's.

    The difference is in percentage points, closed form minus master equation, and white where
    both agree.
    """
    figure = Figure(figsize=(2 * WIDTH, 2.5), layout="constrained")
    left, right = figure.subplots(1, 2, sharey=True)
    percent = table.assign(
        numeric=100 * table["numeric"], difference=100 * (table["analytic"] - table["numeric"])
    )
    image = draw_map(left, percent, "r_um", "phi_um", "numeric", vmin=0, vmax=100)
    figure.colorbar(image, label=r"$\mathcal{R}$ (%), master equation")
    norm = CenteredNorm()  # white where both agree
    image = draw_map(right, percent, "r_um", "phi_um", "difference", cmap=SIGNED, norm=norm)
    label = "$\\mathcal{R}$: closed form $-$ master\nequation (percentage points)"
    figure.colorbar(image, label=label)
    for axes in (left, right):
        axes.plot(R_TIP_UM, PHI_UM, "x", color="black")
        axes.set_xlabel(r"$r$ ($\mu$m)")
    left.set_ylabel(r"$\phi$ ($\mu$m)")
    return figure
