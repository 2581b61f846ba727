"""Pictures of an error budget: a waterfall for a point, lines for a sweep.

The waterfall adds up what the steps of the ladder contribute, from no error at the top to that of
the formula at the bottom.  Along a sweep the contributions lie on top of one another, those of
either sign on their side of zero, and the black line is their sum.

Read from the top: the first bar is what dividing by the norm of the amplitudes changes, the last
but one what the cut of the master equation had cost, and the grey one at the bottom is the error of
the formula itself.  A red bar makes the formula too large, a blue one too small.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from compare.budget.steps import brings, varied
from compare.style import (
    BLUE,
    GREEN,
    GREY,
    OLIVE,
    ORANGE,
    PURPLE,
    RED,
    SILVER,
    SKY,
    WIDTH,
    mathematical,
    styled,
)
from compare.validity.maps import scale_of, spell

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito, without the black of the sum
COLOURS = (ORANGE, SKY, GREEN, PURPLE, BLUE, RED, SILVER, OLIVE)


@styled
def draw(table: pd.DataFrame) -> Figure:
    """A waterfall for a point, lines for a sweep over one value: a panel per quantity.

    ``table`` is one of `compare.budget.budget`.  Raises `ValueError` for a grid.

    A sweep is drawn over its one column of values, on a logarithmic axis where these are in
    geometric steps.  The figure is two columns of a journal wide, and 2.3 inches high per quantity.

    >>> from compare.budget import budget
    >>> from systems import kerr
    >>> len(draw(budget(kerr.MODEL, kerr.VALUES, "number,g2")).axes)
    2
    """
    names = varied(table)
    if len(names) > 1:
        raise ValueError(
            "The picture of a budget must be of a point or of a sweep over one value, but "
            f"{', '.join(names)} vary."
        )
    if names:
        return _panels(table, lambda axes, rows: _draw_points(axes, rows, names[0]))
    return _panels(table, _draw_waterfall)


def _panels(table: pd.DataFrame, panel: Callable[[Axes, pd.DataFrame], None]) -> Figure:
    """A figure with a panel per quantity, one below the other.

    ``panel`` draws the rows of one quantity into the axes that it is given.
    """
    from matplotlib.figure import Figure

    groups = list(table.groupby("quantity", sort=False))
    figure = Figure(figsize=(2 * WIDTH, 2.3 * len(groups)), layout="constrained")
    for axes, (_, rows) in zip(
        figure.subplots(len(groups), squeeze=False).flat, groups, strict=True
    ):
        panel(axes, rows)
    return figure


def _draw_waterfall(axes: Axes, rows: pd.DataFrame) -> None:
    """Bars that start where the one above ends; their sizes stand at the right margin, in %.

    ``rows`` are the ladder of one quantity at one point; its first rung is the formula and has no
    bar. What the bars add up to is the deviation of the first rung, formula/master equation - 1.
    """
    part, names = 100 * rows["contribution"].to_numpy()[1:], brings(rows)[1:]
    total, y = part.sum(), np.arange(len(part))
    ends = np.cumsum(part)
    axes.use_sticky_edges = False  # room beside the longest bar
    axes.barh(y, part, left=ends - part, color=np.where(part > 0, RED, BLUE), height=0.6)
    axes.barh(len(y), total, color=GREY, height=0.6)
    # from the end of one bar to the beginning of the next
    axes.vlines(ends, y - 0.3, y + 1.3, color="black", lw=0.6)
    axes.axvline(0, color="black", lw=0.6)
    for i, size in enumerate([*part, total]):
        axes.text(1.02, i, f"{size:+.3g} %", va="center", transform=axes.get_yaxis_transform())
    axes.set_yticks([*y, len(y)], [*names, f"error of the {rows['rung'].iloc[0]}"])
    axes.set(xlabel=f"contribution to the error of {mathematical(rows['quantity'].iloc[0])} (%)")
    axes.set_ylim(len(y) + 0.5, -0.5)


def _draw_points(axes: Axes, rows: pd.DataFrame, x: str) -> None:
    """Contributions stacked on either side of zero against ``x``, in %, and their sum.

    Positive and negative contributions are stacked apart from each other, since steps of different
    sign would hide one another.  A rung that has no number at some point leaves a gap in the sum.
    """
    rungs = list(dict.fromkeys(rows["rung"]))
    names = brings(rows.iloc[: len(rungs)])
    by_rung = 100 * rows.pivot(index=x, columns="rung", values="contribution")[rungs[1:]]
    tops = {sign: np.zeros(len(by_rung)) for sign in (1, -1)}
    for rung, name, colour in zip(rungs[1:], names[1:], COLOURS, strict=False):
        for sign, top in tops.items():
            part = sign * np.maximum(sign * by_rung[rung].to_numpy(), 0)
            label = name if sign > 0 else None
            axes.fill_between(by_rung.index, top, top + part, color=colour, lw=0, label=label)
            tops[sign] = top + part
    total = by_rung.sum(axis=1, skipna=False)
    axes.plot(total, color="black", lw=1.6, label=f"error of the {rungs[0]}")
    axes.axhline(0, color="black", lw=0.4)
    axes.set(xscale=scale_of(rows[x].unique()))
    axes.set(
        xlabel=spell(rows, x), ylabel=f"contribution, {mathematical(rows['quantity'].iloc[0])} (%)"
    )
    axes.margins(x=0)
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))
