"""Fig. 1(c): N_cw against Delta/gamma_1 in three cavities, Eq. (4) and Eq. (6).

Backscattering couples both modes: the resonance is split in two normal modes at +-J_0, each of
which the laser meets by itself.  A tip whose coupling is opposite to J_0 joins them again.  The
closed form is 4 xi^2 |Delta_1/eta_1|^2, to which two photons contribute nothing.
"""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from compare.agreement import agreement
from compare.papers.panels import draw_roads, roads_legend, thinned
from compare.papers.tang2025.figures.cavities import COLOURS, DEVICE, cavity
from compare.papers.tang2025.figures.tables import gathered
from compare.style import new_figure, styled
from systems.library import nanotip

DETUNING = np.linspace(-5, 5, 201)  # Delta/gamma_1
# where markers start, so that they do not meet in the wings, and |Delta|/gamma_1 of many markers
MARKED = ((0, 1), (5, 2.5), (10, 1))


def compute(device: nanotip.Device = DEVICE) -> pd.DataFrame:
    """One row per cavity and detuning, both roads; the quantity names the cavity.

    Columns: ``Delta_over_gamma1`` and those of `compare.agreement`.

    Delta is measured from omega_0 + |J| in units of gamma_1; N_cw is
    the mean number of photons <a1'a1> in the CW mode.
    """
    return gathered({name: _curve(name, device) for name in COLOURS}, device)


def _curve(name: str, device: nanotip.Device) -> pd.DataFrame:
    """The rows of one cavity."""
    values = cavity(name, device.gamma_1 * DETUNING, device)
    labels = {"Delta_over_gamma1": DETUNING}
    table = agreement(nanotip.MODEL, values, "number", labels=labels)
    return table.assign(quantity=f"N_cw ({name})")


@styled
def draw(table: pd.DataFrame) -> Figure:
    """One curve per cavity; backscattering splits the resonance, the tip joins it again."""
    figure, axes = new_figure()
    for (name, colour), (start, apart) in zip(COLOURS.items(), MARKED, strict=True):
        rows = table[table["quantity"] == f"N_cw ({name})"]
        marked = thinned(abs(DETUNING) <= apart, 5, 15, start)
        draw_roads(axes, rows, "Delta_over_gamma1", colour, name, marked)
    axes.set(xlabel=r"$\Delta/\gamma_1$", ylabel=r"$N_\mathrm{cw}$", xlim=(-5, 5))
    axes.set_ylim(bottom=0)
    roads_legend(axes)
    return figure
