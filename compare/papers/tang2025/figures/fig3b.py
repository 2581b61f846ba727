"""Fig. 3(b): total coupling |J|^2 over r and phi, Eq. (1); inset |J|/gamma at r = 0.35 um.

J = J_0 + a_t exp(-2 beta_t r) exp(-i Theta) vanishes where the tip's coupling has the size of J_0
and the opposite phase: once a period of phi, lambda/(2 n_0), on one circle.  No road is needed: J
is a parameter of both.

The total loss gamma depends on r as well, because the tip also scatters light out of the cavity;
|J|/gamma is taken at each place with the gamma of that place.
"""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from compare.papers.tang2025.figures.cavities import R_UM as R_TIP_UM
from compare.papers.tang2025.figures.cavities import unit_coupling
from compare.papers.tang2025.figures.tables import described, flat_grid
from compare.style import GREY, RED, new_figure, styled
from systems.library import nanotip

R_UM = np.linspace(0, 0.7, 201)  # holds the 0.35 um of the inset
PHI_UM = np.linspace(0, 1.1, 221)  # two periods lambda/(2 n_0), so that both zeros are there
ZEROS_UM = 1e6 * np.array([nanotip.Device().backscattering_free(period) for period in (0, 1)])


def compute() -> pd.DataFrame:
    """One row per tip position: |J|^2 in MHz^2 (1 MHz = 1e6 rad/s), |J|/gamma.

    Columns: ``r_um, phi_um, J2_MHz2, J_over_gamma``.

    >>> table = compute()
    >>> len(table), bool(table["J2_MHz2"].min() >= 0)
    (44421, True)
    """
    device = nanotip.Device()
    r, phi = flat_grid(R_UM, PHI_UM)
    values = device.parameters(r * 1e-6, phi * 1e-6)
    J = np.abs(values["J"])
    table = pd.DataFrame(
        {"r_um": r, "phi_um": phi, "J2_MHz2": (J / 1e6) ** 2, "J_over_gamma": J / values["gamma"]}
    )
    table.attrs = described(device)
    return table


@styled
def draw(table: pd.DataFrame) -> Figure:
    """Map with the zeros of J (crosses) and the lines |J| = gamma; inset along r = 0.35 um.

    The dots of the inset are the places where |J| = gamma, which the paper rounds to two digits.
    """
    figure, axes = new_figure(height=2.8)
    J2, ratio = (
        table.pivot(index="phi_um", columns="r_um", values=name)
        for name in ("J2_MHz2", "J_over_gamma")
    )
    norm = LogNorm(1e-3, J2.max(axis=None))  # it is zero at the crosses
    image = axes.pcolormesh(J2.columns, J2.index, J2, norm=norm, rasterized=True)
    axes.contour(ratio.columns, ratio.index, ratio, [1], colors="white", linewidths=0.6)
    axes.plot(*ZEROS_UM.T, "x", color="white")
    axes.set(xlabel=r"$r$ ($\mu$m)", ylabel=r"$\phi$ ($\mu$m)")
    figure.colorbar(image, label=r"$|J|^2$ (MHz$^2$)", extend="min")
    _draw_inset(axes, table[np.isclose(table["r_um"], R_TIP_UM)])
    return figure


def _draw_inset(axes: Axes, cut: pd.DataFrame) -> None:
    """|J|/gamma along the circle of the tip, with the two phi where it is one.

    ``cut`` are the rows of the table at r = 0.35 um.  The two places are computed, not read off the
    curve (`cavities.unit_coupling`).
    """
    # a white card keeps the inset's labels off the map
    axes.add_patch(
        Rectangle((0.535, 0.345), 0.455, 0.305, transform=axes.transAxes, fc="white", lw=0)
    )
    inset = axes.inset_axes((0.64, 0.455, 0.335, 0.18))
    inset.plot(cut["phi_um"], cut["J_over_gamma"], color=RED)
    inset.axhline(1, color=GREY, lw=0.6, ls="--")
    crossings = unit_coupling()
    inset.plot(crossings, [1, 1], "o", color=GREY, ms=3)
    inset.set(xlim=(0.1, 0.45), ylim=(0, 2.5), xticks=crossings, yticks=[0, 1, 2])
    inset.set_xticklabels([f"{phi:.3f}" for phi in crossings])
    for label, side in zip(inset.get_xticklabels(), ("right", "left"), strict=True):
        label.set(ha=side)  # apart from each other
    inset.set_xlabel(r"$\phi$ ($\mu$m)", fontsize=7, labelpad=0)
    inset.set_ylabel(r"$|J|/\gamma$", fontsize=7, labelpad=1)
    inset.tick_params(labelsize=7, pad=2)
