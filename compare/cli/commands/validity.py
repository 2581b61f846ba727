"""`blockade validity`: up to which drive a formula may be believed."""

from typing import TYPE_CHECKING

import typer

from compare.cli.cuts import Search
from compare.cli.loading import loads
from compare.cli.options import (
    Fixed,
    Force,
    Order,
    Out,
    Quantity,
    Quiet,
    Solver,
    States,
    System,
    Tolerance,
    Truncation,
    Varied,
)
from compare.cli.voice import is_quiet, say

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from compare.cli.request import Request


@loads("compare.cli.request", "compare.validity.table")
def validity(
    system: System,
    fixed: Fixed = None,
    vary: Varied = None,
    quantity: Quantity = "g2",
    tolerance: Tolerance = 0.01,
    order: Order = 0,
    quanta: Truncation = None,
    limit: States = None,
    solver: Solver = "auto",
    out: Out = None,
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Map the drive up to which a formula may be believed.

    Over any values; with one or two there is a picture. If the drive is set as well, the
    deviation at that drive is tabulated and mapped, red lines show where it reaches the
    tolerance, and a star is the operating point of the paper whose device the system is, where
    it is what is set and the map holds it; if not, the red line belongs to the median critical
    drive.

    Example: blockade validity nanotip --vary r=0.25:0.6:41 --vary phi=0.1:0.45:41 --out map.csv
    """
    from compare.cli.request import check_out, read_request, write
    from compare.validity import maps
    from compare.validity.table import validity as critical_drives

    request = read_request(system, fixed, vary)
    check_out(out, force)
    model = request.target.model
    if {str(model.drive), request.target.drive} & request.labels.keys():
        raise ValueError(f"The drive `{model.drive}` must not vary: it is what is searched for.")
    search = Search(quanta, limit=limit, solver=solver)
    table = critical_drives(
        model,
        request.values,
        quantity,
        tolerance,
        order,
        labels=request.labels,
        progress=not is_quiet(),
        **search.arguments(),
    )
    _add_laboratory(table, request)
    if out is not None:
        figure = _drawn(table, request)
        asked = {"quantity": quantity, "tolerance": tolerance, "order": order}
        line = request.line("validity", **{**search.words(), **asked})
        write(out, table, figure, request, line, "compare.validity.maps")
    say(_validity_text(table))
    if out is not None and "drive" not in table and len(maps.axes_of(table)) == 2:
        say(
            f"no {model.drive} is set: the red line is for {model.drive} = "
            f"{maps.middle(table):.6g}, the median critical drive; --set {model.drive}=... "
            "maps the deviation as well"
        )


def _add_laboratory(table: "pd.DataFrame", request: "Request") -> None:
    """Insert the critical drive in the laboratory's unit, where there is a laboratory.

    The table's notes (``attrs``) tell `compare.validity.maps` which column is mapped (``shown``),
    how columns are spelled on an axis (``spelled``), and at which drive the deviation stands
    (``at``).
    """
    laboratory = request.target.laboratory
    if laboratory is None:
        return
    column, spelled = f"critical_{laboratory.drive_column}", request.target.spelled
    power = laboratory.drive_of(table["critical_drive"])
    table.insert(table.columns.get_loc("estimate"), column, power)
    spelled[column] = spelled[laboratory.drive_column]
    table.attrs |= {"shown": column, "spelled": spelled}
    if "drive" in table:
        at = laboratory.drive_of(table["drive"].iloc[0])
        table.attrs["at"] = f" at {at:.3g} {laboratory.drive_unit}"


def _drawn(table: "pd.DataFrame", request: "Request") -> "Figure | None":
    """A map over two values or a curve over one; of more there is no picture, and it is said."""
    from compare.validity import maps

    axes = maps.axes_of(table)
    if len(axes) > 2:
        several = f"a picture has two axes, but {', '.join(axes)} vary"
        typer.echo(f"blockade: only the table is written: {several}.", err=True)
    if len(axes) == 2:
        return maps.draw(table, _mark(request, table))
    is_curve = len(axes) == 1 and table[axes[0]].nunique() > 1
    return maps.draw_curve(table) if is_curve else None


def _mark(request: "Request", table: "pd.DataFrame") -> dict[str, float] | None:
    """Coordinates of the laboratory's own device on the map, or ``None`` if it does not lie on it.

    An operating point has a drive: without one set there is no star.  The device lies on the map if
    what is set beside the axes are its values as well (to 1e-6, the digits that a command line
    has), the drive among them.

    ``table`` is one of `compare.validity`; the result has the names of its axes.
    """
    import numpy as np

    from compare.validity import maps

    target, laboratory = request.target, request.target.laboratory
    if laboratory is None:
        return None
    example = laboratory.operating_point(request.settings)
    rest = {n: x for n, x in request.settings.items() if np.isscalar(x)}
    if not {str(target.model.drive), laboratory.drive} & rest.keys():
        return None
    if not all(np.isclose(rest[n], example[n], rtol=1e-6, atol=0) for n in rest):
        return None
    point = {target.columns.get(name, name): value for name, value in example.items()}
    place = {name: point.get(name, np.nan) for name in maps.axes_of(table)}
    return place if all(map(_spans, map(table.get, place), place.values())) else None


def _spans(axis: "pd.Series", value: complex) -> bool:
    """Whether a coordinate lies on an axis; a complex one lies on none.

    >>> import pandas as pd
    >>> _spans(pd.Series([0.1, 0.5]), 0.27), _spans(pd.Series([0.1, 0.5]), 0.27j)
    (True, False)
    """
    return not complex(value).imag and bool(axis.min() <= value.real <= axis.max())


def _validity_text(table: "pd.DataFrame") -> str:
    """The table itself if it is short, else its range and how many points have which status.

    With a drive set, the last line says on which share of the points it lies below the critical
    drive.
    """
    from compare.cli.text import SHORT

    if len(table) <= SHORT:
        return str(table.to_string(index=False, float_format="{:.6g}".format))
    known = table[table["status"] == "ok"]
    counts = ", ".join(f"{count} {word}" for word, count in table["status"].value_counts().items())
    lines = [f"{len(table)} points: {counts}"]
    lines += [
        f"{name}: {known[name].min():.6g} to {known[name].max():.6g}"
        for name in ("critical_drive", table.attrs.get("shown"))
        if name in known and len(known)
    ]
    if "deviation" in table:
        within = table["critical_drive"] >= table["drive"]
        lines.append(f"within the tolerance at the drive set: {within.mean():.1%} of the points")
    return "\n".join(lines)
