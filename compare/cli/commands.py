"""Commands on the error of a formula: ``budget``, ``validity``, ``optimum``.

Each reads what it was asked for (`compare.cli.request`), calls the public function of its name,
writes the table with its picture and prints what a terminal has room for.  It loads what computes
when it runs, so that ``--help`` is printed at once.
"""

from typing import TYPE_CHECKING, Annotated

import typer

from compare.cli.cuts import Search, read_cut
from compare.cli.options import (
    Accuracy,
    Fixed,
    Force,
    Highest,
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

    from compare.cli.request import Request


def budget(
    system: System,
    fixed: Fixed = None,
    vary: Varied = None,
    quantities: Annotated[str, typer.Option(help="number, g2, g3, ..., P10, ...")] = "number,g2",
    quanta: Annotated[
        int | None, typer.Option(help="Truncation of the formula; without it the least.")
    ] = None,
    truncation: Annotated[
        str | None,
        typer.Option(
            metavar="N|MODE=N,...",
            help="Truncation of the master equation, as --quanta of `blockade solve`.",
        ),
    ] = None,
    tolerance: Accuracy = None,
    order: Highest = None,
    limit: States = None,
    solver: Solver = "auto",
    wide: Annotated[
        bool, typer.Option("--wide", help="In the file a row per point, a column per rung.")
    ] = False,
    out: Out = None,
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Say where the error of a formula comes from.

    A ladder from the leading order to the converged master equation: what each step contributes,
    with sign. The contributions add up to the error; below the round-off floor none means anything.

    Example: blockade budget nanotip --set r=0.35 --set phi=0.21 --quanta 3 --out budget.csv
    """
    from compare.budget.sentences import largest
    from compare.budget.steps import budget as error_budget
    from compare.budget.steps import varied
    from compare.budget.wide import budget_text, errors, widen
    from compare.cli.request import check_out, read_request, write
    from compare.cli.text import points_text
    from compare.cli.wording import reasons

    request = read_request(system, fixed, vary)
    check_out(out, force)
    cut = None if truncation is None else read_cut(truncation, "truncation")
    search = Search(None, tolerance, order, limit, solver)
    table = error_budget(
        request.target.model,
        request.values,
        quantities,
        labels=request.labels,
        progress=not is_quiet(),
        **{**search.arguments(), "quanta": quanta, "truncation": cut},
    )
    table.attrs["spelled"] = request.target.spelled
    if out is not None:
        from compare.budget import waterfall

        figure = waterfall.draw(table) if len(varied(table)) < 2 else None
        words = search.words() | {"quanta": quanta, "truncation": truncation}
        line = request.line("budget", quantities=quantities, **words) + " --wide" * wide
        shown = widen(table) if wide else table
        write(out, shown, figure, request, line, "compare.budget.waterfall")
    if varied(table):
        say(points_text(errors(table)))
    else:
        say(budget_text(table))
    for sentence in largest(table):
        say(sentence)
    for rungs, reason in reasons(table.attrs["left_out"]):
        say(f"Left out: {rungs}. {reason}")


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
        axes = maps.axes_of(table)
        figure = maps.draw(table, _mark(request, table)) if len(axes) == 2 else None
        if len(axes) == 1 and table[axes[0]].nunique() > 1:
            figure = maps.draw_curve(table)
        if len(axes) > 2:
            several = f"a picture has two axes, but {', '.join(axes)} vary"
            typer.echo(f"blockade: only the table is written: {several}.", err=True)
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


def optimum(
    system: System,
    over: Annotated[str, typer.Option(help="The values that are optimised, such as chi,J.")],
    fixed: Fixed = None,
    vary: Varied = None,
    quantity: Quantity = "g2",
    quanta: Truncation = None,
    tolerance: Accuracy = None,
    order: Highest = None,
    limit: States = None,
    solver: Solver = "auto",
    out: Out = None,
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Compare the zero of a formula with the true minimum.

    The place and the depth of the minimum, tabulated and drawn: of the leading order, with one and
    two corrections, of the master equation. The search starts from the values set; the drive is
    varied (in the units of a paper's laboratory, where there are any: of the nanotip, the power).

    Example: blockade optimum kerr_dimer --set Delta=0.275 --set U=0.0428 --set J=3 --set gamma=1
    --over Delta,U --vary F=0.01,0.02,0.05
    """
    import numpy as np

    from compare.cli.request import check_out, read_request, write
    from compare.validity.optimum import optimum as find_optimum
    from systems.values import check_driven

    request = read_request(system, fixed, vary)
    check_out(out, force)
    target, model = request.target, request.target.model
    check_driven(model)
    drive = str(model.drive)
    if list(request.labels) not in ([drive], [target.drive]):
        unknown = [name for name in over.split(",") if name not in map(str, model.parameters)]
        also = f"; and `--over` must not hold `{unknown[0]}`" if unknown else ""
        raise ValueError(f"The drive `{drive}` must vary (`--vary`), and nothing else{also}.")
    values = {name: value for name, value in request.values.items() if name != drive}
    drives = np.ravel(request.values[drive])
    search = Search(quanta, tolerance, order, limit, solver)
    how = {**search.arguments(), "progress": not is_quiet()}
    table = find_optimum(model, values, over.split(","), drives, quantity, **how)
    if target.laboratory is not None:
        table.insert(0, target.drive, target.laboratory.drive_of(table[drive]))
        table.attrs |= {"shown": target.drive, "spelled": target.spelled}
    if out is not None:
        from compare.validity import minima

        line = request.line("optimum", over=over, quantity=quantity, **search.words())
        write(out, table, minima.draw(table), request, line, "compare.validity.minima")
    say(table.to_string(index=False, float_format="{:.6g}".format))


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
