"""Main claim: g2(0) against the laser's tuning k in both directions, both roads.

Omega = 29 kHz and P = 2 fW, xi/gamma = 0.25.  The laser at k = 1.5 meets one-photon resonance of
light against the rotation and two-photon resonance of light along it; crosses are the numbers that
are quoted of the paper there.
"""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from compare.papers import load
from compare.papers.panels import draw_roads, roads_legend
from compare.papers.scans import formula, joined, printed, scan
from compare.style import BLUE, RED, new_figure, styled

K = np.linspace(0, 3, 121)
WAYS = {"against": "g2_against", "along": "g2_along"}  # and the formula of the sheet
QUOTED = {"against": "against_29_kHz", "along": "along_29_kHz"}  # claims at k = 1.5


def compute() -> pd.DataFrame:
    """One row per k and direction, both roads; columns ``k, way`` and those of `agreement`."""
    sheet = load("huang2018").sheet()
    parts = [scan(formula(sheet, name), "k", K, way=way) for way, name in WAYS.items()]
    return joined(sheet, parts)


@styled
def draw(table: pd.DataFrame) -> Figure:
    """Both directions on a logarithmic axis, with the line of coherent light."""
    figure, axes = new_figure(height=2.8)
    sheet = load("huang2018").sheet()
    for way, colour in zip(WAYS, (BLUE, RED), strict=True):
        rows = table[table["way"] == way]
        draw_roads(axes, rows, "k", colour, f"{way} the rotation", slice(0, None, 4))
        axes.plot(1.5, printed(sheet, QUOTED[way]), "x", color="black", ms=7, mew=1.5, zorder=3)
    axes.axhline(1, color="black", lw=0.6, ls=":")
    axes.set(xlabel="$k$ (laser detuning $(1-k)U$)", ylabel="$g^{(2)}(0)$", yscale="log")
    axes.set(xlim=(0, 3), ylim=(3e-4, 3e6), title="29 kHz, 2 fW; crosses: quoted values")
    roads_legend(axes, ncols=2, loc="upper left")
    return figure
