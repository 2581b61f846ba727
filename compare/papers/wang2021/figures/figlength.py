"""Main claim: the nonlinearity of deepest blockade against the length of the chain, both roads.

gamma/J = 0.3, 0.4 and 0.5, t = 0.1 J and F = 0.001 J, a drive so weak that both roads have the same
optimum and no budget is needed.
"""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from compare.papers.panels import draw_roads, roads_legend
from compare.papers.scans import tabulated
from compare.papers.wang2021.law import CHAINS, optima, own
from compare.style import BLUE, GREEN, RED, new_figure, styled

GAMMAS = {0.3: BLUE, 0.4: GREEN, 0.5: RED}  # in J


def compute() -> pd.DataFrame:
    """One row per gamma and number of sites; columns ``sites, gamma`` and those of `agreement`.

    The quantity is alpha_opt itself, in J.
    """
    sites = np.array([*CHAINS])
    parts = []
    for gamma in GAMMAS:
        alpha = optima(gamma).map(lambda logs: 10.0**logs)
        labels = {"sites": sites, "gamma": gamma}
        parts.append(tabulated(labels, "alpha_opt", alpha.leading, alpha.master))
    table = pd.concat(parts, ignore_index=True)
    table.attrs = {"F/J": own("F"), "t/J": own("t")}
    return table


@styled
def draw(table: pd.DataFrame) -> Figure:
    """Markers of the closed form with the master equation as a curve, on a logarithmic axis."""
    figure, axes = new_figure()
    for gamma, colour in GAMMAS.items():
        rows = table[table["gamma"] == gamma]
        draw_roads(axes, rows, "sites", colour, rf"$\gamma = {gamma:g}\,J$")
    axes.set(xlabel="sites $N$", ylabel=r"optimal $\alpha/J$", yscale="log", xticks=[2, 4, 6])
    axes.set_title(r"$F = 0.001\,J$")
    roads_legend(axes, loc="lower left")
    return figure
