"""Fig. 2(a): g2(0) and N_cw over phi and chi/gamma at r = 0.35 um, Eq. (4), Eq. (6), Eq. (7).

At phi = 0.27 um, where J = 0, a strong nonlinearity blocks by detuning the second photon.  At the
two phi where |J| = gamma, the weak one chi = gamma/2 blocks by interference: C20 = 0 in the
closed form. Beside each map of the master equation stands the deviation of the closed form, which
is largest where the leading order vanishes.
"""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from compare.papers.panels import draw_deviation, draw_map
from compare.papers.tang2025.figures.cavities import DEVICE, PHI_UM, SIDE_UM
from compare.papers.tang2025.figures.tables import over_phi_and_chi
from compare.style import WIDTH, styled
from systems.library import nanotip

PHIS_UM = np.linspace(0, 0.55, 201)  # one period lambda/(2 n_0)
CHI = np.geomspace(0.05, 10, 201)  # chi/gamma
LABELS = {"number": r"$N_\mathrm{cw}$", "g2": r"$g^{(2)}_\mathrm{cw}(0)$"}


def compute(device: nanotip.Device = DEVICE) -> pd.DataFrame:
    """One row per phi, chi and quantity, both roads.

    Columns: ``phi_um``, ``chi_over_gamma`` and those of `compare.agreement`.  ``device`` is in SI
    units; the grid has 201 x 201 points, so that both roads are solved at 40,401 of them.
    """
    return over_phi_and_chi(PHIS_UM, CHI, device)


@styled
def draw(table: pd.DataFrame) -> Figure:
    """Left the master equation, right the deviation of the closed form from it.

    Dashed is the cut at J = 0, dotted those at |J| = gamma, and the symbols are the paper's four
    points.

    The deviation is in percent, closed form/master equation - 1: orange where the closed form is
    too large.
    """
    figure = Figure(figsize=(2 * WIDTH, 4.2), layout="constrained")
    panels = figure.subplots(2, 2, sharex=True, sharey=True)
    for (left, right), (name, label) in zip(panels, reversed(LABELS.items()), strict=True):
        rows = table[table["quantity"] == name]
        norm = LogNorm() if name == "g2" else None  # from the smallest to the largest
        image = draw_map(left, rows, "phi_um", "chi_over_gamma", "numeric", norm=norm)
        figure.colorbar(image, label=f"{label}, master equation")
        draw_deviation(right, rows, "phi_um", "chi_over_gamma", label)
        _mark(left, "white")
        _mark(right, "black")
    panels[-1, 0].set_xlabel(r"$\phi$ ($\mu$m)")
    panels[-1, 1].set_xlabel(r"$\phi$ ($\mu$m)")
    for axes in panels[:, 0]:
        axes.set(ylabel=r"$\chi/\gamma$", yscale="log")
    return figure


def _mark(axes: Axes, colour: str) -> None:
    """The cuts of Fig. 2(b) and the four points that the text names.

    The square and the circle lie on the cut J = 0 at chi/gamma = 0.1 and 3, the triangles at
    chi/gamma = 0.5 where |J| = gamma.
    """
    axes.axvline(PHI_UM, color=colour, ls="--", lw=0.8)
    for phi in SIDE_UM:
        axes.axvline(phi, color=colour, ls=":", lw=0.8)
    axes.plot([PHI_UM], [0.1], "s", color="white", mec="black")
    axes.plot([PHI_UM], [3], "o", color="white", mec="black")
    axes.plot(SIDE_UM, [0.5, 0.5], "^", color="white", mec="black")
