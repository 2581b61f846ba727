"""Pictures of a table of numbers: curves over one value that varies, maps over two.

The master equation is a line or colours, the closed form a dashed line with a few markers on it,
and below lies the deviation in percent.  It serves tables of `compare.agreement` and of
`compare.solve`: what a table does not have is not drawn.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from compare.lines import straightened
from compare.style import (
    BLUE,
    GREY,
    RED,
    SIGNED,
    WIDTH,
    axis_label,
    deviation_norm,
    mathematical,
    styled,
)

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLUMNS = frozenset(
    {"quantity", "analytic", "numeric", "deviation", "matching_digits", "resolved", "status"}
    | {"error"}
)
ZERO = (-0.05, 1.0)  # the axis of numbers that are all 0: one that fits them would end at 0.05
DECADES = 2  # that positive numbers span before their axis is logarithmic: then they look alike
MARKED = 13  # markers of the closed form along a curve: as many as can be told apart


def varied(table: pd.DataFrame) -> list[str]:
    """The columns that tell the points of a table apart, in their order.

    >>> import pandas as pd
    >>> varied(pd.DataFrame(columns=["phi_um", "quantity", "analytic", "numeric", "status"]))
    ['phi_um']
    """
    return [str(name) for name in table.columns if name not in COLUMNS]


def can_be_drawn(table: pd.DataFrame) -> bool:
    """Whether a table holds curves or a map: one or two values vary, and fill a line or a grid.

    A complex value counts as one where it varies along a line (`compare.lines`).

    >>> import pandas as pd
    >>> can_be_drawn(pd.DataFrame({"xi": [0.1], "quantity": ["g2"], "numeric": [0.5]}))
    False
    """
    table = straightened(table)
    names = varied(table)
    counts = [table[name].nunique() for name in names]
    groups = table["quantity"].nunique()
    return len(names) in (1, 2) and min(counts) > 1 and len(table) == groups * prod(counts)


@styled
def draw(table: pd.DataFrame) -> Figure:
    """A column of panels per quantity: its numbers, and the deviation where there is one.

    ``attrs["spelled"]`` of the table maps columns to labels of axes, ``attrs["written_out"]``
    quantities to names that say their mode.  White, or a gap in a line, is where a number is not
    trusted; where none is, their words stand there.

    Raises `ValueError` unless one or two values vary.

    >>> import numpy as np
    >>> from compare import agreement
    >>> from systems import kerr
    >>> table = agreement(kerr.MODEL, {**kerr.VALUES, "Delta": np.linspace(-1, 1, 5)}, "g2")
    >>> [axes.get_ylabel() for axes in draw(table).axes]
    ['$g^{(2)}(0)$', 'deviation (%)']
    """
    from matplotlib.figure import Figure

    can, table = can_be_drawn(table), straightened(table)
    names = varied(table)
    if not can:
        raise ValueError(
            "The picture of a table must be of one or two values that vary, but "
            f"{', '.join(names) or 'none'} {'vary' if len(names) > 1 else 'does'}."
        )
    groups = list(table.groupby("quantity", sort=False))
    both = "deviation" in table and bool(table["deviation"].notna().any())
    draw_panel = _draw_curves if len(names) == 1 else _draw_maps
    size = (1.05 * WIDTH * len(groups), 2.4 + 1.5 * both if len(names) == 1 else 2.3 * (1 + both))
    figure = Figure(figsize=size, layout="constrained")
    heights = [2, 1] if both and len(names) == 1 else [1] * (1 + both)
    grid = figure.subplots(
        1 + both, len(groups), squeeze=False, sharex="col", height_ratios=heights
    )
    written = table.attrs.get("written_out", {})
    for column, (name, rows) in zip(grid.T, groups, strict=True):
        draw_panel(list(column), rows, written.get(name, str(name)), table.attrs.get("spelled"))
        if not trusted(rows).notna().any():
            _say_why(column[0], rows)
    return figure


def _say_why(panel: Axes, rows: pd.DataFrame) -> None:
    """The words of numbers of which none can be shown, in the place of their line or colours."""
    words = f"master equation: {', '.join(rows['status'].unique())}"
    middle: Any = {"ha": "center", "va": "center", "transform": panel.transAxes}
    panel.text(0.5, 0.5, words, color=GREY, **middle)


def _draw_curves(
    panels: list[Axes], rows: pd.DataFrame, name: str, spelled: dict[str, str] | None
) -> None:
    """Both roads against the value that varies, and their deviation below."""
    from compare.validity.maps import scale_of

    (x,) = varied(rows)
    rows = rows.sort_values(x, kind="stable")
    top = panels[0]
    if "analytic" in rows and rows["analytic"].notna().any():
        every = max(1, len(rows) // MARKED)
        how: Any = {"color": RED, "marker": "o", "mfc": "white", "markevery": every}
        top.plot(rows[x], rows["analytic"], "--", label="closed form", **how)
    if trusted(rows).notna().any():
        top.plot(rows[x], trusted(rows), color=BLUE, label="master equation", zorder=3)
    top.set(ylabel=mathematical(name), yscale=value_scale(rows), xscale=scale_of(rows[x]))
    if top.lines:
        top.legend()
        if is_zero(rows):
            top.set(ylim=ZERO)
    else:
        top.set(xlim=(rows[x].min(), rows[x].max()), yticks=[])
    if len(panels) > 1:
        panels[1].axhline(0, color=GREY, lw=0.6)
        panels[1].plot(rows[x], 100 * rows["deviation"], color="black")
        panels[1].set(ylabel="deviation (%)")
    panels[-1].set_xlabel(axis_label(x, spelled))


def _draw_maps(
    panels: list[Axes], rows: pd.DataFrame, name: str, spelled: dict[str, str] | None
) -> None:
    """The master equation as colours over both values, and the deviation below."""
    from matplotlib.colors import LogNorm

    from compare.papers.panels import draw_map

    x, y = varied(rows)
    known = rows if "resolved" in rows else rows.assign(resolved=rows["status"] == "ok")
    known = known.assign(resolved=trusted(known).notna())
    norm = LogNorm() if value_scale(known) == "log" else None
    image = draw_map(panels[0], known, x, y, "numeric", norm=norm)
    panels[0].figure.colorbar(image, ax=panels[0], label=mathematical(name))
    if len(panels) > 1:
        percent = known.assign(percent=100 * known["deviation"])
        colours = {"norm": deviation_norm(percent["percent"]), "cmap": SIGNED}
        image = draw_map(panels[1], percent, x, y, "percent", **colours)
        title = f"deviation of {mathematical(name)} (%)"
        panels[1].figure.colorbar(image, ax=panels[1], label=title)
    for axes in panels:
        axes.set_ylabel(axis_label(y, spelled))
    panels[-1].set_xlabel(axis_label(x, spelled))


def trusted(rows: pd.DataFrame) -> pd.Series:
    """The numbers of the master equation that are worth something; NaN elsewhere.

    That a formula fails at a point takes nothing from the number beside it.

    >>> import pandas as pd
    >>> rows = pd.DataFrame({"numeric": [0.5, 0.6], "status": ["no formula", "not converged"]})
    >>> trusted(rows).tolist()
    [0.5, nan]
    """
    return rows["numeric"].where(rows["status"].isin(GOOD))


# words that say something of the closed form or of the pair alone
GOOD = ("ok", "leading order vanishes", "formula undefined", "formula diverges",
        "numeric is zero", "no formula")  # fmt: skip


def is_zero(rows: pd.DataFrame) -> bool:
    """Whether all that is drawn of both roads is 0, on an axis that would fit it closely.

    >>> import pandas as pd
    >>> [is_zero(pd.DataFrame({"numeric": [0.0, x], "status": ["ok", "ok"]})) for x in (0.0, 1e-9)]
    [True, False]
    """
    columns = [trusted(rows), *([rows["analytic"]] if "analytic" in rows else [])]
    return not any(column.fillna(0).any() for column in columns)


def value_scale(rows: pd.DataFrame) -> str:
    """A logarithmic axis for positive numbers over more than `DECADES`, else a linear one.

    >>> import pandas as pd
    >>> value_scale(pd.DataFrame({"numeric": [1e-5, 1.0], "status": ["ok", "ok"]}))
    'log'
    """
    known = trusted(rows).dropna()
    wide = len(known) and known.min() > 0 and known.max() > 10**DECADES * known.min()
    return "log" if wide else "linear"
