"""Pictures of a sweep: curves over one axis, maps over two, of each quantity and its deviation.

What is not "ok" is left out of a curve and grey on a map.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from compare.lines import on_a_line
from compare.style import (
    BLUE,
    LEVELS,
    RED,
    SIGNED,
    UNKNOWN,
    WIDTH,
    axis_label,
    deviation_norm,
    mathematical,
    styled,
)
from compare.sweep.portion import STATUSES
from systems.status import Status

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FINEST = 600  # cells along an axis of a map: as many as 300 dpi of one column resolve
GOOD = STATUSES.index(Status.OK)
DECADES = 100.0  # largest number over smallest, from which on a scale is logarithmic


@styled
def draw(dataset: Any) -> Figure:
    """A row of two panels for each quantity: both roads or the master equation, and the deviation.

    ``dataset`` is one of `compare.sweep` with one axis or two that have more than one point; others
    are dropped.  A complex axis is drawn by what varies along it, its modulus, say.  Raises
    `ValueError` for no axis or more, and for a complex one that lies on no line.

    >>> import compare
    >>> from systems import kerr
    >>> fixed = {"chi": 5.0, "gamma": 1.0, "xi": 0.1}
    >>> found = compare.sweep(kerr.MODEL, {"Delta": [-1.0, 0.0, 1.0]}, ["g2"], fixed=fixed)
    >>> [axes.get_ylabel() for axes in draw(found).axes]
    ['$g^{(2)}(0)$', 'deviation of $g^{(2)}(0)$ (%)']
    """
    from matplotlib.figure import Figure

    shown = dataset.squeeze([n for n in dataset.dims if n != "quantity" and dataset.sizes[n] == 1])
    names = [name for name in shown["numeric"].dims if name != "quantity"]
    if len(names) not in (1, 2):
        raise ValueError(
            "A picture of a sweep must have one axis or two, but there are "
            f"{', '.join(map(str, names)) or 'none'}: choose a point of the others (`--at`)."
        )
    shown, names = _real_axes(shown, names)
    rows = [_thinned(shown.isel(quantity=i)) for i in range(dataset.sizes["quantity"])]
    figure = Figure(figsize=(2.2 * WIDTH, 2.4 * len(rows)), layout="constrained")
    panels = figure.subplots(len(rows), 2, squeeze=False)
    for (left, right), row in zip(panels, rows, strict=True):
        draw_row = _draw_curves if len(names) == 1 else _draw_maps
        draw_row(left, right, row, names)
    return figure


def _real_axes(shown: Any, names: list[Any]) -> tuple[Any, list[Any]]:
    """The dataset with complex axes by their real coordinate, and their names then."""
    for name in [name for name in names if np.iscomplexobj(shown[name])]:
        found = on_a_line(str(name), shown[name].to_numpy())
        if found is None:
            raise ValueError(
                f"The axes of a picture must be real or lie on a line, but `{name}` does not."
            )
        new, values = found
        attrs = {"long_name": new}  # an axis has at most a unit beside it, which the parts share
        shown = shown.drop_vars(name).rename({name: new})
        shown = shown.assign_coords({new: (new, values, attrs)})
        names = [new if one == name else one for one in names]
    return shown, names


def _thinned(row: Any) -> Any:
    """One quantity with at most `FINEST` points along an axis."""
    return row.isel({n: slice(None, None, -(-row.sizes[n] // FINEST)) for n in row.dims})


def _draw_curves(left: Axes, right: Axes, row: Any, names: list[str]) -> None:
    """Both roads as lines, and the deviation in percent beside them."""
    x, quantity = row[names[0]], mathematical(str(row["quantity"].item()))
    good = row["numeric"].where(row["status"] == GOOD)
    left.plot(x, row["analytic"], "--", color=RED, label="closed form")
    left.plot(x, good, color=BLUE, label="master equation")
    left.set(ylabel=quantity, yscale=_scale(good.to_numpy()))
    left.legend()
    right.plot(x, 100 * row["deviation"].where(row["status"] == GOOD), color=BLUE)
    right.axhline(0, color="black", lw=0.5)
    right.set(ylabel=f"deviation of {quantity} (%)")
    for axes in (left, right):
        axes.set(xlabel=_title(x), xscale=_scale_of_axis(x.to_numpy()))


def _draw_maps(left: Axes, right: Axes, row: Any, names: list[str]) -> None:
    """The master equation and the deviation, with its sign, as colours."""
    quantity = mathematical(str(row["quantity"].item()))
    good = row.where(row["status"] == GOOD)
    _draw_map(left, good["numeric"], names, quantity)
    _draw_map(right, 100 * good["deviation"], names, f"deviation of {quantity} (%)", SIGNED)


def _draw_map(axes: Axes, grid: Any, names: list[str], title: str, colours: str = LEVELS) -> None:
    """One map, the first axis across."""
    from matplotlib import colormaps
    from matplotlib.colors import LogNorm

    numbers = grid.transpose(names[1], names[0]).to_numpy()
    known = numbers[np.isfinite(numbers)]
    norm: Any = deviation_norm(known) if colours == SIGNED else None
    if norm is None and _scale(known) == "log":
        top = known.max()
        norm = LogNorm(max(known[known > 0].min(), top / 1e4), top)
    image = axes.pcolormesh(
        grid[names[0]], grid[names[1]], np.ma.masked_invalid(numbers), norm=norm,
        cmap=colormaps[colours].with_extremes(bad=UNKNOWN), rasterized=True, shading="nearest",
    )  # fmt: skip
    axes.set_facecolor(UNKNOWN)
    axes.set(xlabel=_title(grid[names[0]]), xscale=_scale_of_axis(grid[names[0]].to_numpy()))
    axes.set(ylabel=_title(grid[names[1]]), yscale=_scale_of_axis(grid[names[1]].to_numpy()))
    axes.figure.colorbar(image, ax=axes, label=title, extend=_ends_beyond(norm, known))


def _ends_beyond(norm: Any, known: np.ndarray) -> str:
    """At which ends of the colours numbers lie beyond them."""
    if norm is None or not known.size:
        return "neither"
    low, high = bool(known.min() < norm.vmin), bool(known.max() > norm.vmax)
    return ("both" if high else "min") if low else ("max" if high else "neither")


def _title(axis: Any) -> str:
    """The label of an axis: its symbol, or its name with its unit where it has one."""
    name, unit = str(axis.name), axis.attrs.get("units", "1")
    return axis_label(name, {} if unit == "1" else {name: f"{axis.attrs['long_name']} ({unit})"})


def _scale(numbers: np.ndarray) -> str:
    """Logarithmic for positive numbers that span more than `DECADES`."""
    known = numbers[np.isfinite(numbers) & (numbers > 0)]
    wide = known.size > 0 and known.size == np.isfinite(numbers).sum()
    return "log" if wide and known.max() > DECADES * known.min() else "linear"


def _scale_of_axis(x: np.ndarray) -> str:
    """Logarithmic for positive coordinates in one ratio, as `compare.validity.maps` has it."""
    from compare.validity.maps import scale_of

    return scale_of(x)
