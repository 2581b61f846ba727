"""What panels of papers have in common: both roads as curve and markers, maps, deviations.

A table of `compare.agreement` is shown as papers do it: the master equation as a curve or as
colours, the closed form as open markers on it.  What is not resolved is left white.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.colors import SymLogNorm
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from compare.budget.waterfall import draw as waterfall
from compare.style import SIGNED, styled
from systems.status import Status


def draw_roads(
    axes: Axes,
    rows: pd.DataFrame,
    x: str,
    colour: str,
    label: str,
    marked: slice | np.ndarray = slice(None),
    line: str = "-",
) -> None:
    """Draw the master equation as a curve and the closed form as open markers.

    ``rows`` are those of one curve, with the columns of `compare.agreement`; ``x`` is the column of
    the axis, and ``marked`` chooses the rows that get a marker.  The curve has gaps where the
    master equation is not resolved, and none where only the leading order vanishes.

    >>> import matplotlib.pyplot as plt
    >>> table = pd.DataFrame({"x": [0.0, 1.0], "numeric": [1.0, 2.0], "analytic": [1.1, 2.1],
    ...                       "resolved": [True, False]})
    >>> figure, axes = plt.subplots()
    >>> draw_roads(axes, table, "x", "black", "both")
    >>> curve, markers = axes.lines
    >>> curve.get_ydata()
    array([ 1., nan])
    >>> plt.close(figure)
    """
    known = rows["resolved"]
    if (
        "status" in rows
    ):  # at a zero of the closed form the two cannot be compared, but one is known
        known = known | (rows["status"] == Status.VANISHES)
    numeric = rows["numeric"].where(known)
    axes.plot(rows[x], numeric, line, color=colour, label=label)
    marked_rows = rows.iloc[marked]
    axes.plot(marked_rows[x], marked_rows["analytic"], "o", color=colour, mfc="white")


def thinned(dense: np.ndarray, fine: int, coarse: int, start: int = 0) -> np.ndarray:
    """Rows that get a marker: every ``fine``-th one where ``dense``, else every ``coarse``-th.

    Curves that nearly coincide get different ``start``s, so that their markers lie side by side.

    >>> thinned(np.arange(8) < 4, fine=1, coarse=3).tolist()
    [0, 1, 2, 3, 6]
    """
    index = np.arange(len(dense)) - start
    return np.flatnonzero(index % np.where(dense, fine, coarse) == 0)


def roads_legend(axes: Axes, more: Sequence[Line2D] = (), **where: Any) -> None:
    """Legend of the curves' labels, of what curves and markers are, and of ``more``.

    >>> import matplotlib.pyplot as plt
    >>> figure, axes = plt.subplots()
    >>> roads_legend(axes)
    >>> [text.get_text() for text in axes.get_legend().get_texts()]
    ['master equation', 'closed form']
    >>> plt.close(figure)
    """
    curve = Line2D([], [], color="black", label="master equation")
    marker = Line2D([], [], color="black", marker="o", mfc="white", ls="none", label="closed form")
    axes.legend(handles=[*axes.get_legend_handles_labels()[0], curve, marker, *more], **where)


@styled
def draw_budget(table: pd.DataFrame, head: str) -> Figure:
    """The waterfall of `compare.budget` from no error to that of a formula, with words above it.

    >>> from compare.budget import budget
    >>> from systems import kerr
    >>> figure = draw_budget(budget(kerr.MODEL, kerr.VALUES, "g2"), "at weak drive")
    >>> figure.get_suptitle()
    'at weak drive'
    """
    figure = waterfall(table)
    figure.suptitle(head, fontsize="medium")
    return figure


def draw_map(axes: Axes, rows: pd.DataFrame, x: str, y: str, value: str, **how: Any) -> QuadMesh:
    """Draw one column of the table as colours over two others; white where it is not resolved.

    ``x`` and ``y`` are columns whose values make a grid; ``how`` is for `Axes.pcolormesh`.

    >>> import matplotlib.pyplot as plt
    >>> table = pd.DataFrame({"x": [0, 1, 0, 1], "y": [0, 0, 1, 1], "deviation": [0, 0.1, 0.2, 0.3],
    ...                       "resolved": [True, True, True, False]})
    >>> figure, axes = plt.subplots()
    >>> np.ma.filled(draw_map(axes, table, "x", "y", "deviation").get_array(), np.nan)
    array([[0. , 0.1],
           [0.2, nan]])
    >>> plt.close(figure)
    """
    shown = rows.assign(shown=rows[value].where(rows["resolved"]))
    grid = shown.pivot(index=y, columns=x, values="shown")
    return axes.pcolormesh(grid.columns, grid.index, grid, rasterized=True, **how)


def draw_deviation(axes: Axes, rows: pd.DataFrame, x: str, y: str, name: str) -> QuadMesh:
    """Draw the deviation of the closed form in percent; orange where it is too large.

    The colours are linear up to 10 % and logarithmic beyond, with a bar from -100 %, below which
    no closed form that is positive can lie, to 1000 %.

    >>> import matplotlib.pyplot as plt
    >>> table = pd.DataFrame({"x": [0, 1, 0, 1], "y": [0, 0, 1, 1], "deviation": [0, 0.1, 0.2, 0.3],
    ...                       "resolved": [True, True, True, False]})
    >>> figure, axes = plt.subplots()
    >>> np.ma.filled(draw_deviation(axes, table, "x", "y", "g2").get_array(), np.nan)  # in percent
    array([[ 0., 10.],
           [20., nan]])
    >>> plt.close(figure)
    """
    percent = rows.assign(percent=100 * rows["deviation"])
    norm = SymLogNorm(10, vmin=-1000, vmax=1000)
    image = draw_map(axes, percent, x, y, "percent", cmap=SIGNED, norm=norm)
    label = f"{name}: closed form/\nmaster equation $-$ 1 (%)"
    bar = axes.figure.colorbar(image, ax=axes, label=label, ticks=[-100, -10, 0, 10, 100, 1000])
    bar.ax.set_ylim(-100, 1000)
    bar.ax.set_yticklabels(["$-100$", "$-10$", "0", "10", "100", "1000"])
    return image
