"""Commands that tabulate numbers: ``solve`` the master equation alone, ``compare`` both roads.

Each prints the points, or some of many, and writes and draws what ``--out`` asks for.  What
computes is loaded when a command runs, so that ``--help`` is printed at once.
"""

from typing import TYPE_CHECKING, Annotated

import typer

from compare.cli.options import Fixed, Force, Out, Quantities, Quiet, Solver, System, Varied
from compare.cli.voice import is_quiet, say

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

Truncation = Annotated[
    int | None, typer.Option(help="Truncation; without it chosen point by point.")
]


def solve(
    system: System,
    fixed: Fixed = None,
    vary: Varied = None,
    quantities: Quantities = "number,g2",
    quanta: Truncation = None,
    solver: Solver = "auto",
    out: Out = None,
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Solve the master equation alone.

    For every model, also one without closed forms, such as thermal or squeezed light: each number
    with its absolute error and with what it is worth.

    Example: blockade solve kerr --set chi=5 --set gamma=1 --set xi=0.5 --vary Delta=-8:2:41
    --out detuning.png
    """
    from compare.cli.request import check_out, read_request, write
    from compare.cli.text import points_text
    from compare.solving import solve as solved

    request = read_request(system, fixed, vary)
    check_out(out, force)
    table = solved(
        request.target.model,
        request.values,
        quantities,
        labels=request.labels,
        quanta=quanta,
        solver=solver,
        progress=not is_quiet(),
    )
    table.attrs["spelled"] = request.target.spelled
    if out is not None:
        line = request.line("solve", quantities=quantities, quanta=quanta, solver=solver)
        write(out, table, picture(table), request, line, "compare.solving")
    say(points_text(table))


def compare(
    system: System,
    fixed: Fixed = None,
    vary: Varied = None,
    quantities: Quantities = "number,g2",
    quanta: Truncation = None,
    solver: Solver = "auto",
    out: Out = None,
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Tabulate closed forms and master equation.

    Values are the model's symbols. Where a paper gives settings in the units of its laboratory,
    they may be set and varied as well: of the nanotip r and phi (um) and power (fW). Where there
    is no closed form its column stays empty, and the reason is printed.

    Example: blockade compare nanotip --set r=0.35 --vary phi=0.1:0.5:81 --out phi.csv
    """
    from compare.agreement import agreement, summary
    from compare.cli.request import check_out, read_request, write
    from compare.cli.text import points_text, summary_text

    request = read_request(system, fixed, vary)
    check_out(out, force)
    table = agreement(
        request.target.model,
        request.values,
        quantities,
        labels=request.labels,
        quanta=quanta,
        solver=solver,
        progress=not is_quiet(),
    )
    table.attrs["spelled"] = request.target.spelled
    if out is not None:
        line = request.line("compare", quantities=quantities, quanta=quanta, solver=solver)
        write(out, table, picture(table), request, line, "compare.agreement")
    say(points_text(table.drop(columns=["matching_digits", "resolved"])))
    say("\n" + summary_text(summary(table)))
    for name, reason in table.attrs.get("without_formula", {}).items():
        say(f"{name} has no closed form: {reason}")


def picture(table: "pd.DataFrame") -> "Figure | None":
    """The picture of a table, None where nothing or more than two values vary.

    >>> from compare import agreement
    >>> from systems import kerr
    >>> picture(agreement(kerr.MODEL, kerr.VALUES, "number")) is None  # nothing varies
    True
    """
    from compare import curves

    return curves.draw(table) if curves.can_be_drawn(table) else None
