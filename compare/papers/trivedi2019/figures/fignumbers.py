"""Main claim: the smallest g2(0) over the laser's frequency against the number of emitters.

The three cases of the notebook: resonant emitters with g = 2 kappa and with g = 0.2 kappa, and
emitters with g = 0.2 kappa that lie 0.8 kappa above the cavity; gamma = 0.01 kappa and xi = 1e-6
kappa, so weak that both roads agree to 1e-7 and no budget is needed.  Crosses are two and three
emitters one by one, each with its own loss, by the master equation at the same laser.
"""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from compare.audit.measure import master
from compare.papers.panels import draw_roads, roads_legend
from compare.papers.scans import tabulated
from compare.papers.trivedi2019.systems import THREE, TWO
from compare.papers.trivedi2019.trend import (
    CASES,
    DETUNED,
    NUMBERS,
    RESONANT,
    WEAKLY,
    own,
    smallest,
    values,
)
from compare.style import BLUE, GREEN, RED, new_figure, styled

COLOURS = {RESONANT: BLUE, WEAKLY: GREEN, DETUNED: RED}
LABELS = {
    RESONANT: r"resonant, $2\,\kappa$",
    WEAKLY: r"resonant, $0.2\,\kappa$",
    DETUNED: "detuned",
}
ONE_BY_ONE = {2: TWO, 3: THREE}
# where the smallest g2 of two and three lies, as `values` has the laser
PLACES = {RESONANT: {2: 1.0419, 3: 1.0349}, DETUNED: {2: 0.749, 3: 0.75}}


def compute() -> pd.DataFrame:
    """One row per number and case; ``one_by_one`` is g2 of single emitters, where it was solved."""
    parts = [_case(name) for name in COLOURS]
    table = pd.concat(parts, ignore_index=True)
    cases = [dict(CASES[name]) for name in COLOURS]
    table.attrs = {"xi/kappa": own("xi"), "gamma/kappa": own("gamma"), "cases": cases}
    return table


def _case(name: str) -> pd.DataFrame:
    roads = smallest(name)
    rows = tabulated({"N": np.array(NUMBERS), "case": name}, f"least g2 ({name})",
                     roads.leading, roads.master)  # fmt: skip
    rows["one_by_one"] = np.nan
    extra = [_single(name, N) for N in PLACES.get(name, {})]
    return pd.concat([rows, *extra], ignore_index=True)


def _single(name: str, N: int) -> pd.DataFrame:
    """The mode and the emitters one by one at the same laser, near the smallest g2."""
    from compare.audit.measure import leading
    from systems.library import many_emitters

    point = values(CASES[name], float(N), PLACES[name][N])
    alone = {key: value for key, value in point.items() if key != "N"}
    row = tabulated({"N": np.array([N]), "case": name}, f"g2 near its least ({name})",
                    [leading(many_emitters.MODEL, point, "g2_a")],
                    [master(many_emitters.MODEL, point, "g2_a")])  # fmt: skip
    return row.assign(one_by_one=float(master(ONE_BY_ONE[N], alone, "g2_a")))


@styled
def draw(table: pd.DataFrame) -> Figure:
    """The cases over a logarithmic number of emitters."""
    figure, axes = new_figure()
    for name, colour in COLOURS.items():
        rows = table[(table["case"] == name) & table["quantity"].str.startswith("least")]
        draw_roads(axes, rows, "N", colour, LABELS[name])
        single = table[(table["case"] == name) & table["one_by_one"].notna()]
        axes.plot(single["N"], single["one_by_one"], "x", color="black", ms=6, mew=1.2, zorder=3)
    axes.set(xlabel="number of emitters $N$", ylabel="smallest $g^{(2)}(0)$", xscale="log")
    axes.set(ylim=(0, 1.6), title=r"$\xi = 10^{-6}\,\kappa$; crosses: emitters one by one")
    roads_legend(axes, loc="upper center", ncols=2)
    return figure
