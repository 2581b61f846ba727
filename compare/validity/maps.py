"""Pictures of a validity table over two values: the critical drive, and the error at one drive.

Both have a logarithmic scale of colours, for either spans decades next to the lines on which the
deviation changes sign.  What is only a bound is hatched, what is not known is grey.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from compare.style import (
    BLUE,
    LEVELS,
    RED,
    UNKNOWN,
    WIDTH,
    axis_label,
    mathematical,
    new_figure,
    styled,
)
from compare.validity.search import Bound
from compare.validity.table import COLUMNS

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# over smaller a factor a logarithmic scale looks linear, and its ticks are written over each other
NARROW = 2
DECADES = 4  # that are told apart, from the largest number downwards: with more, two look alike


def axes_of(table: pd.DataFrame) -> list[str]:
    """The columns over which the table is a map, the horizontal one first.

    >>> import pandas as pd
    >>> axes_of(pd.DataFrame(columns=["r_um", "phi_um", "critical_drive", "estimate", "status"]))
    ['r_um', 'phi_um']
    """
    return [name for name in table.columns if name not in {*COLUMNS, shown_of(table)}]


def shown_of(table: pd.DataFrame) -> str:
    """The column that is mapped: the critical drive, or as its laboratory measures the drive.

    >>> import pandas as pd
    >>> shown_of(pd.DataFrame())
    'critical_drive'
    """
    return str(table.attrs.get("shown", "critical_drive"))


def spell(table: pd.DataFrame, column: str) -> str:
    """A column as the label of an axis, as the table's laboratory spells it: ``r_um`` is r (µm).

    ``attrs["spelled"]`` of the table maps columns to labels; a column that is not in it is the
    symbol of that name.

    >>> import pandas as pd
    >>> table = pd.DataFrame({"r_um": [0.3]})
    >>> table.attrs["spelled"] = {"r_um": "r (µm)"}
    >>> spell(table, "r_um"), spell(table, "chi")
    ('r (µm)', '$\\\\chi$')
    """
    return axis_label(column, table.attrs.get("spelled"))


def scale_of(values: Any) -> str:
    """The scale of an axis: logarithmic for positive values in one ratio, as of ``:log``.

    Geometric steps come from ``START:STOP:COUNT:log`` on the command line.  Two values, what lies
    within a factor of `NARROW`, and anything that is not positive, have a linear scale.

    >>> scale_of([0.1, 1.0, 10.0]), scale_of([1.0, 2.0, 3.0]), scale_of([1.0, 2.0])
    ('log', 'linear', 'linear')
    """
    x = np.asarray(values)
    if len(x) < 3 or x.min() <= 0 or x.max() < NARROW * x.min():
        return "linear"
    ratios = x[1:] / x[:-1]
    return "log" if np.allclose(ratios, ratios[0], rtol=1e-9) else "linear"


def middle(table: pd.DataFrame) -> float:
    """The median of the critical drives, a drive for which the formula holds on half of the map.

    >>> import pandas as pd
    >>> middle(pd.DataFrame({"critical_drive": [0.1, 0.2, 0.4]}))
    0.2
    """
    return float(table["critical_drive"].median())


@styled
def draw(table: pd.DataFrame, mark: Mapping[str, Any] | None = None) -> Figure:
    """Map of the critical drive and, at the drive of the table, of the size of the deviation.

    On the red lines the deviation at that drive is the tolerance (dashed: its negative).  A table
    without a drive has one map, and the red line is where `middle` is the critical drive.  ``mark``
    holds the coordinates of a point to be marked, such as an operating point.  Hatched is where the
    formula held as far as was searched, black where it holds at no drive, grey where nothing is
    known.  Raises `ValueError` unless two values vary.

    >>> from compare import validity
    >>> from systems import kerr
    >>> values = {"Delta": np.array([[0.0], [0.5]]), "chi": np.array([1.0, 2.0]), "gamma": 1.0}
    >>> len(draw(validity(kerr.MODEL, values, "number")).axes)  # a map and its scale
    2
    """
    from matplotlib.figure import Figure

    names = axes_of(table)
    if len(names) != 2:
        raise ValueError(
            "The picture of a validity table must be of two values that vary, but "
            f"{', '.join(names) or 'none'} {'vary' if len(names) > 1 else 'does'}."
        )
    columns = [shown_of(table)]
    columns += ["deviation"] if "deviation" in table else []
    figure = Figure(figsize=(1.1 * WIDTH * len(columns), 2.7), layout="constrained")
    panels = figure.subplots(1, len(columns), squeeze=False).flat
    for axes, column in zip(panels, columns, strict=True):
        _draw_map(axes, table, names, column)
        draw_line = _draw_contour if "drive" in table else _draw_middle
        draw_line(axes, table, names)
        if mark is not None:
            place = [mark[name] for name in names]
            axes.plot(*place, "*", color="white", mec="black", ms=9, label="operating point")
    _hatch(figure.axes[0], table, names)
    handles, labels = figure.axes[0].get_legend_handles_labels()
    if handles:  # outside, where it hides nothing of the map
        figure.legend(handles, labels, loc="outside lower center", ncols=len(columns) + 1)
    return figure


@styled
def draw_curve(table: pd.DataFrame) -> Figure:
    r"""The critical drive over one value, with the drive of the table where it has one.

    A gap is where nothing is known; open triangles are bounds: the formula held as far as was
    searched.  Raises `ValueError` unless one value varies.

    >>> from compare import validity
    >>> from systems import kerr
    >>> values = {"Delta": np.array([0.0, 0.5]), "chi": 1.0, "gamma": 1.0}
    >>> draw_curve(validity(kerr.MODEL, values, "number")).axes[0].get_xlabel()
    '$\\Delta$'
    """
    names = axes_of(table)
    if len(names) != 1:
        raise ValueError(
            f"The curve of a validity table must be over one value, but {len(names)} vary."
        )
    figure, axes = new_figure()
    (x,), y = names, shown_of(table)
    rows = table.sort_values(x, kind="stable")
    axes.plot(rows[x], rows[y], "-", color=BLUE, marker=".")
    bound = rows[rows["status"] == Bound.NOT_REACHED]
    if len(bound):
        axes.plot(bound[x], bound[y], "^", color=BLUE, mfc="white", label="not reached")
    if "drive" in rows and y == "critical_drive":
        axes.plot(rows[x], rows["drive"], "--", color=RED, label="drive set")
    known = rows[y][rows[y] > 0]
    wide = len(known) and known.max() > 10 * known.min()
    axes.set(xlabel=spell(table, x), xscale=scale_of(rows[x]), ylabel=_label(table, y))
    axes.set(yscale="log" if wide else "linear")
    if axes.get_legend_handles_labels()[0]:
        axes.legend()
    return figure


def _draw_map(axes: Axes, table: pd.DataFrame, names: list[str], column: str) -> None:
    """The size of one column as colours, over `DECADES` below its largest.

    The numbers below that range have the colour of the lower end of the bar: black for a critical
    drive, because the formula then holds practically nowhere, and the darkest of the scale for a
    deviation, because it is then right to many digits.
    """
    from matplotlib import colormaps
    from matplotlib.colors import LogNorm

    grid = _grid(table, names, abs(table[column]))
    known = table[column].abs()[np.isfinite(table[column]) & (table[column] != 0)]
    top = known.max() if len(known) else 1.0
    bottom = min(max(known.min(), top / 10**DECADES), top / 2) if len(known) else 0.1
    # a formula that is right to many digits is not a formula that holds nowhere
    under = "black" if column != "deviation" else colormaps[LEVELS](0)
    x, y = edges(grid.columns), edges(grid.index)
    image = axes.pcolormesh(
        x,
        y,
        np.ma.masked_invalid(grid),
        norm=LogNorm(bottom, top),
        cmap=colormaps[LEVELS].with_extremes(under=under, bad=UNKNOWN),
        rasterized=True,
    )
    axes.set(xlabel=spell(table, names[0]), xscale=scale_of(grid.columns), xlim=(x[0], x[-1]))
    axes.set(ylabel=spell(table, names[1]), yscale=scale_of(grid.index), ylim=(y[0], y[-1]))
    axes.figure.colorbar(image, ax=axes, label=_label(table, column), extend="min")


def _label(table: pd.DataFrame, column: str) -> str:
    """What a scale of colours says.

    It is the critical drive with the tolerance that defines it, or the deviation with the drive at
    which it was found, in the laboratory's unit where the table has one.
    """
    name, drive = (mathematical(table.attrs[key]) for key in ("quantity", "drive"))
    if column == "deviation":
        drives = table["drive"].unique()
        at = f" at {drive} = {drives[0]:.3g}" if len(drives) == 1 else ""
        return f"|deviation| of {name}{table.attrs.get('at', at)}"
    symbol = drive if column == "critical_drive" else spell(table, column)
    return f"{symbol}, {name} off by {100 * table.attrs['tolerance']:.3g} %"


def _draw_contour(axes: Axes, table: pd.DataFrame, names: list[str]) -> None:
    """The lines on which the deviation at the drive of the table is the tolerance.

    A full line has the sign of a formula that is too large, a dashed one that of a formula that is
    too small.
    """
    # with its sign the deviation is smooth, also where a narrow strip within it changes sign
    signed, tolerance = _grid(table, names, table["deviation"]), table.attrs["tolerance"]
    at = table.attrs.get("at", " at the drive set")
    for level, style in ((tolerance, "-"), (-tolerance, "--")):
        if signed.min().min() < level < signed.max().max():
            lines = axes.contour(signed.columns, signed.index, signed, [level], colors=RED)
            lines.set(linewidth=1, linestyle=style)
            axes.plot([], style, color=RED, lw=1, label=f"{100 * level:+.3g} %{at}")


def _draw_middle(axes: Axes, table: pd.DataFrame, names: list[str]) -> None:
    """The line on which the median of the critical drives is the critical drive.

    At that drive the formula holds within the tolerance on one half of the map.
    """
    grid, level = _grid(table, names, table["critical_drive"]), middle(table)
    if grid.min().min() < level < grid.max().max():
        axes.contour(grid.columns, grid.index, grid, [level], colors=RED, linewidths=1)
        at = f"{mathematical(table.attrs['drive'])} = {level:.3g}, the median"
        axes.plot([], color=RED, lw=1, label=f"±{100 * table.attrs['tolerance']:.3g} % at {at}")


def _hatch(axes: Axes, table: pd.DataFrame, names: list[str]) -> None:
    """Mark the lower bounds.

    There the search ended before the deviation reached the tolerance, and the critical drive is
    larger than the number shown.
    """
    from matplotlib.colors import ListedColormap

    bound = _grid(table, names, table["status"] == Bound.NOT_REACHED).astype(float)
    if bound.any(axis=None):
        shown, clear = np.ma.masked_equal(bound, 0), ListedColormap(["none"])
        axes.pcolor(edges(bound.columns), edges(bound.index), shown, cmap=clear, hatch="////")
        axes.fill([], [], fill=False, hatch="////", label="not reached")


def edges(values: Any) -> np.ndarray:
    """The ends of the cells around ascending values, half a step to each side.

    On a logarithmic axis the steps are halved in the logarithm; one more edge than values is
    returned.

    >>> edges([1.0, 2.0, 3.0])
    array([0.5, 1.5, 2.5, 3.5])
    """
    x = np.asarray(values)
    if scale_of(x) == "log":
        return np.exp(edges(np.log(x)))
    half = np.diff(x) / 2
    return np.array([x[0] - half[0], *(x[:-1] + half), x[-1] + half[-1]])


def _grid(table: pd.DataFrame, names: list[str], values: pd.Series) -> pd.DataFrame:
    """Values of the rows as a grid: the second name down, the first one across.

    The result has the shape (values of the second name, values of the first).
    """
    return table.assign(shown=values).pivot(index=names[1], columns=names[0], values="shown")
