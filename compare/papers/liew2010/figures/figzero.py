"""Main claim: g2(0) of the driven mode against the nonlinearity, amplitudes and master equation.

J = 3 gamma and the optimal detuning, for F/gamma = 0.01, 0.1 and 0.3.  The zero of the two-photon
amplitude is the same at any drive; quantum jumps fill what is left of it, as F^2.
"""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from compare.papers import load
from compare.papers.panels import draw_roads, roads_legend
from compare.papers.scans import formula, joined, scan
from compare.style import BLUE, GREEN, RED, new_figure, styled
from systems.library import kerr_dimer

OPTIMUM = float(kerr_dimer.nonlinearity.subs({kerr_dimer.J: 3, kerr_dimer.gamma: 1}))  # in gamma
GRID = np.geomspace(4e-3, 0.2, 97)
DIP = OPTIMUM * (1 + np.linspace(-0.1, 0.1, 41))  # else the curves have corners there
U = np.unique([*GRID, *DIP, OPTIMUM])
DRIVES = {0.01: BLUE, 0.1: GREEN, 0.3: RED}  # F/gamma


def compute() -> pd.DataFrame:
    """One row per drive and nonlinearity; columns ``U, drive`` and those of `agreement`."""
    sheet = load("liew2010").sheet()
    parts = [scan(formula(sheet, "g2_half", F=F), "U", U, drive=F) for F in DRIVES]
    return joined(sheet, parts)


@styled
def draw(table: pd.DataFrame) -> Figure:
    """A curve a drive; the closed form, which has no drive, as markers on the weakest."""
    figure, axes = new_figure(height=2.8)
    for drive, colour in DRIVES.items():
        rows = table[table["drive"] == drive]
        marked = np.isin(rows["U"], GRID[::5] if drive == min(DRIVES) else [])
        draw_roads(axes, rows, "U", colour, rf"$F = {drive:g}\,\gamma$", marked)
    axes.axhline(1, color="black", lw=0.6, ls=":")
    axes.set(xlabel=r"$U/\gamma$", ylabel="$g^{(2)}(0)$", xscale="log", yscale="log")
    axes.set(xlim=(U[0], U[-1]), ylim=(1e-6, 10), title=r"$J = 3\,\gamma$, optimal detuning")
    roads_legend(axes, loc="lower left")
    return figure
