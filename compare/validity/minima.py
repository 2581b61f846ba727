"""Pictures of a table of minima: where they lie, and how deep they are, against the drive."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from compare.style import BLUE, GREEN, RED, WIDTH, axis_label, mathematical, styled
from compare.validity.optimum import FORMULA, TRUTH

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLUMNS = {"road", "minimum", "true"}
# those that agree lie on top of each other: the truth is the line, the others are markers
TRUE = {"color": "black", "ls": "-"}
MARKERS: tuple[dict[str, Any], ...] = (
    {"color": RED, "marker": "s", "ls": ":", "mfc": "none"},
    {"color": BLUE, "marker": "o", "ls": "none", "mfc": "none"},
    {"color": GREEN, "marker": "x", "ls": "none"},
)
DEEP = 1e-4  # of the least true depth: a formula below it vanishes, and is written, not drawn


@styled
def draw(table: pd.DataFrame) -> Figure:
    """A panel for each value that was optimised, and one for the depth, against the drive.

    ``table`` is one of `compare.optimum`; ``attrs["shown"]`` may name another
    column as the abscissa.  Dashed
    is what the master equation says at the place of the formula's minimum.

    A minimum of zero, which a formula has by interference, cannot be drawn on a logarithmic axis:
    the legend says so instead.

    >>> import pandas as pd
    >>> rows = {"F": [0.1, 0.1], "road": ["formula", "master equation"], "U": [0.1, 0.11],
    ...         "minimum": [0.0, 0.01], "true": [0.02, 0.01]}
    >>> table = pd.DataFrame(rows)
    >>> table.attrs = {"drive": "F", "quantity": "g2"}
    >>> [axes.get_ylabel() for axes in draw(table).axes]
    ['$U$', 'minimum of $g^{(2)}(0)$']
    """
    from matplotlib.figure import Figure

    x, spelled = table.attrs.get("shown", str(table.attrs["drive"])), table.attrs.get("spelled", {})
    table = table.sort_values(x, kind="stable")
    places = [name for name in table.columns if name not in {x, table.attrs["drive"], *COLUMNS}]
    panels = [*places, "minimum"]
    figure = Figure(figsize=(0.95 * WIDTH * len(panels), 2.9), layout="constrained")
    grid = figure.subplots(1, len(panels), squeeze=False).flat
    for axes, column in zip(grid, panels, strict=True):
        _draw_roads(axes, table, x, column)
        axes.set(xlabel=axis_label(x, spelled), xscale=_scale(table[x]))
        axes.set(ylabel=axis_label(column, spelled))
    _draw_depth(figure.axes[-1], table, x)
    handles, labels = figure.axes[-1].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3)
    return figure


def _draw_roads(axes: Axes, table: pd.DataFrame, x: str, column: str) -> None:
    """One column against the drive, for each road."""
    for road, style in _styles(table).items():
        rows = table[table["road"] == road]
        seen = (rows["minimum"] > _vanishing(table)) | (column != "minimum")
        label = road if seen.any() else f"{road} (its minimum is 0)"
        axes.plot(rows[x], rows[column].where(seen), label=label, **style)


def _draw_depth(axes: Axes, table: pd.DataFrame, x: str) -> None:
    """The truth where the formula has its minimum, and the scale of the depth."""
    import pandas as pd

    rows = table[table["road"] == FORMULA]
    axes.plot(rows[x], rows["true"], "k--+", label=f"{TRUTH}, at the place of the formula")
    seen = table.loc[table["minimum"] > _vanishing(table), "minimum"]
    scale = _scale(pd.concat([seen, rows["true"]]))
    axes.set(ylabel=f"minimum of {mathematical(table.attrs['quantity'])}", yscale=scale)


def _styles(table: pd.DataFrame) -> Mapping[str, dict[str, Any]]:
    """How each road is drawn; the truth last, so that it lies on top."""
    roads = [road for road in dict.fromkeys(table["road"]) if road != TRUTH]
    styles = {road: MARKERS[i % len(MARKERS)] for i, road in enumerate(roads)}
    return {**styles, TRUTH: TRUE | {"marker": "."}}


def _vanishing(table: pd.DataFrame) -> float:
    """The depth below which a minimum counts as zero."""
    return float(DEEP * table.loc[table["road"] == TRUTH, "minimum"].min())


def _scale(x: pd.Series) -> str:
    """A logarithmic axis for positive values over more than a factor of five, else a linear one."""
    return "log" if len(np.unique(x)) > 1 and x.min() > 0 and x.max() > 5 * x.min() else "linear"
