"""Commands that tabulate numbers: ``solve`` the master equation alone, ``compare`` both roads.

Each prints the points, or some of many, and writes and draws what ``--out`` asks for.  What
computes is loaded when a command runs, so that ``--help`` is printed at once.

The two take the same options, which are those of `numeric.steady_state`; they differ in the public
function that they call and in what is printed below the points.
"""

from typing import TYPE_CHECKING, Annotated

import typer

from compare.cli.options import Fixed, Force, Out, Quantities, Quiet, Solver, System, Varied
from compare.cli.voice import is_quiet, say

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

ACCURACY, PAIRS = 1e-8, 2  # what a chosen truncation serves unless told otherwise: n and g2
Truncation = Annotated[
    str | None,
    typer.Option(
        metavar="N|MODE=N,...",
        help="Truncation: quanta in all, or in each mode (a=4,b=30); without it chosen by points.",
    ),
]
Accuracy = Annotated[
    float,
    typer.Option("--tolerance", help="Relative change by two more quanta of a chosen truncation."),
]
Highest = Annotated[
    int, typer.Option("--order", min=1, help="Highest g^(k) for which a truncation is chosen.")
]
States = Annotated[
    int | None,
    typer.Option("--limit", help="States of a chosen truncation; N take up to 8 N^2 kB."),
]


def solve(
    system: System,
    fixed: Fixed = None,
    vary: Varied = None,
    quantities: Quantities = "number,g2",
    quanta: Truncation = None,
    tolerance: Accuracy = ACCURACY,
    order: Highest = PAIRS,
    limit: States = None,
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
    from compare.cli.request import check_out, read_cut, read_request, write
    from compare.cli.text import points_text
    from compare.solving import solve as solved

    request = read_request(system, fixed, vary)
    check_out(out, force)
    table = solved(
        request.target.model,
        request.values,
        quantities,
        labels=request.labels,
        quanta=read_cut(quanta),
        tolerance=tolerance,
        order=order,
        limit=limit,
        solver=solver,
        progress=not is_quiet(),
    )
    table.attrs["spelled"] = request.target.spelled
    if out is not None:
        search = asked(quanta, tolerance, order, limit)
        line = request.line("solve", quantities=quantities, **search, solver=solver)
        write(out, table, picture(table), request, line, "compare.solving")
    say(points_text(table))


def compare(
    system: System,
    fixed: Fixed = None,
    vary: Varied = None,
    quantities: Quantities = "number,g2",
    quanta: Truncation = None,
    tolerance: Accuracy = ACCURACY,
    order: Highest = PAIRS,
    limit: States = None,
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
    from compare.cli.request import check_out, read_cut, read_request, write
    from compare.cli.text import points_text, summary_text

    request = read_request(system, fixed, vary)
    check_out(out, force)
    table = agreement(
        request.target.model,
        request.values,
        quantities,
        labels=request.labels,
        quanta=read_cut(quanta),
        tolerance=tolerance,
        order=order,
        limit=limit,
        solver=solver,
        progress=not is_quiet(),
    )
    table.attrs["spelled"] = request.target.spelled
    if out is not None:
        search = asked(quanta, tolerance, order, limit)
        line = request.line("compare", quantities=quantities, **search, solver=solver)
        write(out, table, picture(table), request, line, "compare.agreement")
    say(points_text(table.drop(columns=["matching_digits", "resolved"])))
    say("\n" + summary_text(summary(table)))
    for name, reason in table.attrs.get("without_formula", {}).items():
        say(f"{name} has no closed form: {reason}")


def asked(
    quanta: str | None, tolerance: float, order: int, limit: int | None
) -> dict[str, str | float | None]:
    """The options of the truncation that are not the usual ones, for the line of the command.

    >>> asked("6", 1e-8, 2, None)
    {'quanta': '6', 'tolerance': None, 'order': None, 'limit': None}
    """
    return {
        "quanta": quanta,
        "tolerance": None if tolerance == ACCURACY else tolerance,
        "order": None if order == PAIRS else order,
        "limit": limit,
    }


def picture(table: "pd.DataFrame") -> "Figure | None":
    """The picture of a table, None where nothing or more than two values vary.

    >>> import pandas as pd
    >>> print(picture(pd.DataFrame({"quantity": ["g2"], "numeric": [0.5], "status": ["ok"]})))
    None
    """
    from compare import curves

    return curves.draw(table) if curves.can_be_drawn(table) else None
