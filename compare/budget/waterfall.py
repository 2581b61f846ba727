"""Pictures of an error budget: a waterfall for a point, lines for a sweep.

A bar of the waterfall is the change that one rung of the ladder makes, from the formula at the top
down to the master equation; its label is what the step contributes to the formula's deviation.
Along a sweep each line is the contribution of one step, and the black one is their sum.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from compare.budget.ladder import varied
from compare.figures.style import BLUE, GREY, RED, WIDTH, styled

# Okabe and Ito, without the black of the sum
COLOURS = ("#E69F00", "#56B4E9", "#009E73", "#CC79A7", "#0072B2", "#D55E00", "#999999", "#B8A800")
LINEAR = 1e-3  # contributions below a thousandth lie on the linear part of the axis


@styled
def draw(table: pd.DataFrame) -> Figure:
    """A waterfall for a point, lines for a sweep; raises `ValueError` for a grid."""
    names = varied(table)
    if len(names) > 1:
        raise ValueError(
            "The picture of a budget must be of a point or of a sweep over one value, but "
            f"{', '.join(names)} vary."
        )
    if names:
        return _panels(table, lambda axes, rows: _draw_sweep(axes, rows, names[0]))
    return _panels(table, _draw_waterfall)


def _panels(table: pd.DataFrame, panel: Callable[[Axes, pd.DataFrame], None]) -> Figure:
    groups = list(table.groupby("quantity", sort=False))
    figure = Figure(figsize=(1.5 * WIDTH, 2.3 * len(groups)), layout="constrained")
    for axes, (_, rows) in zip(
        figure.subplots(len(groups), squeeze=False).flat, groups, strict=True
    ):
        panel(axes, rows)
    return figure


def _draw_waterfall(axes: Axes, rows: pd.DataFrame) -> None:
    value, step = rows["value"].to_numpy(), rows["step"].to_numpy()
    y = np.arange(len(rows))
    axes.barh(0, value[0], color=GREY, height=0.6)
    axes.barh(y[1:], step[1:], left=value[:-1], color=np.where(step[1:] > 0, RED, BLUE), height=0.6)
    # from the end of one bar to the beginning of the next
    axes.vlines(value[:-1], y[:-1] - 0.3, y[1:] + 0.3, color="black", lw=0.6)
    axes.axvline(value[-1], color="black", lw=0.6, ls=":")
    texts = [f"formula {_percent(rows['deviation'].iloc[0])}"]
    texts += [_percent(-part) for part in rows["contribution"].iloc[1:]]
    for i, text in enumerate(texts):
        axes.text(1.02, i, text, va="center", transform=axes.get_yaxis_transform())
    axes.set_yticks(y, rows["rung"])
    axes.set(xlabel=rows["quantity"].iloc[0], xlim=(0, 1.05 * value.max()))
    axes.set_ylim(len(rows) - 0.5, -0.5)


def _draw_sweep(axes: Axes, rows: pd.DataFrame, x: str) -> None:
    rungs = list(dict.fromkeys(rows["rung"]))
    by_rung = rows.pivot(index=x, columns="rung", values="contribution")[rungs]
    for rung, colour in zip(rungs[1:], COLOURS, strict=False):
        axes.plot(by_rung.index, by_rung[rung], color=colour, label=rung)
    axes.plot(
        by_rung.index, by_rung.sum(axis=1, skipna=False), color="black", lw=1.6, label="total"
    )
    axes.axhline(0, color="black", lw=0.4)
    axes.set_yscale("symlog", linthresh=LINEAR)
    axes.set(xlabel=x, ylabel=f"contribution, {rows['quantity'].iloc[0]}")
    axes.margins(x=0)
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))


def _percent(fraction: float) -> str:
    return f"{100 * fraction:+.3g} %"
