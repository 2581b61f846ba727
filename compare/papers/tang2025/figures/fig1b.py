"""Fig. 1(b): g2(tau) of the CW mode in three cavities, by Eq. (4) and to leading order in xi.

The paper prints no formula for it.  The closed form (`analytic.time.delayed`) is what the
amplitudes of H_eff do after one photon is detected: to leading order in xi they relax from a1 |psi>
back to the steady ones.  The master equation (`numeric.delayed_correlation`) propagates the whole
density matrix after the detection.
"""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

import analytic
import numeric
from analytic.time.delayed import delayed_correlation
from compare.agreement import compare_numbers
from compare.papers.panels import draw_roads, roads_legend, thinned
from compare.papers.tang2025.figures.cavities import COLOURS, DEVICE, cavity
from compare.papers.tang2025.figures.tables import gathered
from compare.states import describe
from compare.style import new_figure, styled
from systems.library import nanotip

TAU = np.linspace(0, 10, 201)  # gamma_1 tau
EARLY = 3  # gamma_1 tau up to which the curves are apart


def compute(device: nanotip.Device = DEVICE) -> pd.DataFrame:
    """One row per cavity and delay, both roads; the quantity names the cavity.

    Columns: ``gamma1_tau`` and those of `compare.agreement`.  A curve is as trustworthy as the
    steady state from which it starts, whose status each of its rows has.

    tau is in units of 1/gamma_1.  The time of a delay is the same for all cavities, although their
    losses differ, because the tip adds to gamma_1.
    """
    return gathered({name: _curve(name, device) for name in COLOURS}, device)


def _curve(name: str, device: nanotip.Device) -> pd.DataFrame:
    """The rows of one cavity, with what was solved in it for the sidecar.

    The status is that of g2(0) in the steady state: if this is not trusted, no delay is.
    """
    values, taus = cavity(name, device=device), TAU / device.gamma_1
    leading = delayed_correlation(analytic.derive(nanotip.MODEL, 2), values, "a1", taus)
    solved = numeric.delayed_correlation(nanotip.MODEL, values, "a1", taus)
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
