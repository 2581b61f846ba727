"""Main claim: g2(0) with and without homodyne interference against the drive, both roads.

The laser is on the polariton, g = 0.6 kappa, the emitter 3 g below the cavity; the field of the
empty cavity is taken away from what is detected.  Closed forms have no drive; the dotted line is
that of the tutorial, 0.4 sqrt(Gamma_eff).
"""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

import numeric
from compare.audit.measure import Measure, leading
from compare.audit.point import model_values
from compare.papers import load
from compare.papers.panels import draw_roads, roads_legend
from compare.papers.scans import formula, tabulated
from compare.style import BLUE, RED, new_figure, styled
from numeric import fields

STRENGTH = np.geomspace(0.01, 2, 41)  # of the drive, in sqrt(Gamma_eff kappa)
CURVES = {"without interference": BLUE, "with interference": RED}


def compute() -> pd.DataFrame:
    """One row per drive and field; columns ``strength, light`` and those of `agreement`."""
    sheet = load("fischer2017").sheet()
    names = ("g2_plain", "g2_homodyned")
    parts = [_curve(formula(sheet, name), light) for name, light in zip(names, CURVES, strict=True)]
    table = pd.concat(parts, ignore_index=True)
    table.attrs = {"values": dict(sheet.values)}
    return table


def _curve(asked: Measure, light: str) -> pd.DataFrame:
    """g2 of one field against the drive: one batch of the master equation."""
    target, field = asked.target, asked.field()
    values = model_values(target, asked.at(strength=STRENGTH).point())
    closed = leading(target.model, values, "g2", field)
    state = numeric.steady_state(target.model, values, order=2, progress=False)
    solved = state.correlation("a") if field is None else fields.correlation(state, field)
    return tabulated({"strength": STRENGTH, "light": light}, f"g2 ({light})", closed, solved)


@styled
def draw(table: pd.DataFrame) -> Figure:
    """Both fields on logarithmic axes."""
    figure, axes = new_figure()
    for light, colour in CURVES.items():
        rows = table[table["light"] == light]
        draw_roads(axes, rows, "strength", colour, light, slice(0, None, 4))
    own = load("fischer2017").sheet().values["strength"]
    axes.axvline(own, color="black", lw=0.6, ls=":")
    axes.set(xlabel=r"drive ($\sqrt{\Gamma_\mathrm{eff}}$)", ylabel="$g^{(2)}(0)$")
    axes.set(xscale="log", yscale="log", xlim=(STRENGTH[0], STRENGTH[-1]))
    roads_legend(axes, loc="center left")
    return figure
