"""Fig. 1(b): g2(tau) of the CW mode in three cavities, by Eq. (4) and to leading order in xi.

The closed form is the evolution of the amplitudes of H_eff after one photon is detected, to
leading order in xi; the paper prints no formula for it.
"""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

import analytic
import analytic.delayed
import numeric
from compare.agreement import compare_numbers, describe
from compare.papers.tang2025.figures.cavities import COLOURS, DEVICE, cavity, gathered
from compare.style import draw_roads, new_figure, roads_legend, styled, thinned
from systems.library import nanotip

TAU = np.linspace(0, 10, 201)  # gamma_1 tau
EARLY = 3  # gamma_1 tau up to which the curves are apart


def compute(device: nanotip.Device = DEVICE) -> pd.DataFrame:
    """One row per cavity and delay, both roads; the quantity names the cavity."""
    return gathered({name: _curve(name, device) for name in COLOURS}, device)


def _curve(name: str, device: nanotip.Device) -> pd.DataFrame:
    values, taus = cavity(name, device=device), TAU / device.gamma_1
    solved = numeric.delayed_correlation(nanotip.MODEL, values, "a1", taus)
    closed = analytic.derive(nanotip.MODEL, quanta=2)
    leading = analytic.delayed.delayed_correlation(closed, values, "a1", taus)
    state = numeric.steady_state(nanotip.MODEL, {n: np.atleast_1d(v) for n, v in values.items()})
    (status,) = state.correlation_status("a1")
    measures = compare_numbers(leading, solved)
    columns = {"gamma1_tau": TAU, "quantity": f"g2(tau) ({name})", "analytic": leading}
    table = pd.DataFrame(
        {**columns, "numeric": solved, **measures, "resolved": status == "ok", "status": status}
    )
    # g2(tau) starts from this state
    table.attrs = {"J": abs(values["J"]), "gamma": values["gamma"], "numeric": describe([state])}
    return table


@styled
def draw(table: pd.DataFrame) -> Figure:
    """One curve per cavity; light below the dotted line g2 = 1 is sub-Poissonian."""
    figure, axes = new_figure()
    axes.axhline(1, color="black", lw=0.6, ls=":")
    for i, (name, colour) in enumerate(COLOURS.items()):
        rows = table[table["quantity"] == f"g2(tau) ({name})"]
        # in turns, and fewer where all curves go to one
        marked = thinned(TAU < EARLY, 6, 24, 8 * i)
        draw_roads(axes, rows, "gamma1_tau", colour, name, marked)
    axes.set(xlabel=r"$\gamma_1\tau$", ylabel=r"$g^{(2)}_\mathrm{cw}(\tau)$", yscale="log")
    axes.set_xlim(0, TAU.max())
    roads_legend(axes, loc="lower right")
    return figure
