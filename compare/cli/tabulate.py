"""Commands that tabulate numbers: ``solve`` the master equation alone, ``compare`` both roads.

Each prints the points, or some of many, and writes and draws what ``--out`` asks for.  What
computes is loaded when a command runs, so that ``--help`` is printed at once.

The two take the same options, which are those of `numeric.steady_state`; they differ in the public
function that they call and in what is printed below the points.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from compare.cli.cuts import Search
from compare.cli.options import (
    Accuracy,
    Fixed,
    Force,
    Highest,
    Out,
    Quantities,
    Quiet,
    Solver,
    States,
    System,
    Truncation,
    Varied,
)
from compare.cli.voice import is_quiet, say

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from compare.cli.request import Request


def solve(
    system: System,
    fixed: Fixed = None,
    vary: Varied = None,
    quantities: Quantities = "number,g2",
    quanta: Truncation = None,
    tolerance: Accuracy = None,
    order: Highest = None,
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
    from compare.cli.request import check_out, read_request, write
    from compare.cli.text import points_text
    from compare.solving import solve as solved

    request = read_request(system, fixed, vary)
    check_out(out, force)
    search = Search(quanta, tolerance, order, limit, solver)
    table = tabulated(solved, request, quantities, search)
    if out is not None:
        line = request.line("solve", quantities=quantities, **search.words())
        write(out, table, picture(table), request, line, "compare.solving")
    say(points_text(table))


def compare(
    system: System,
    fixed: Fixed = None,
    vary: Varied = None,
    quantities: Quantities = "number,g2",
    quanta: Truncation = None,
    tolerance: Accuracy = None,
    order: Highest = None,
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
    from compare.cli.request import check_out, read_request, write
    from compare.cli.text import points_text, summary_text
    from compare.cli.wording import reasons

    request = read_request(system, fixed, vary)
    check_out(out, force)
    search = Search(quanta, tolerance, order, limit, solver)
    table = tabulated(agreement, request, quantities, search)
    if out is not None:
        line = request.line("compare", quantities=quantities, **search.words())
        write(out, table, picture(table), request, line, "compare.agreement")
    say(points_text(table.drop(columns=["matching_digits", "resolved"])))
    say("\n" + summary_text(summary(table)))
    for names, reason in reasons(table.attrs.get("without_formula", {})):
        say(f"No closed form of {names}: {reason}")


def tabulated(
    make: Callable[..., "pd.DataFrame"], request: "Request", quantities: str, search: Search
) -> "pd.DataFrame":
    """The table that a public function makes of what was asked for, with the names of its axes.

    ``make`` is `compare.solve` or `compare.agreement`, or what takes the same arguments.

    >>> from compare import solve
    >>> from compare.cli.request import read_request
    >>> from compare.targets import find_target
    >>> point = [f"{name}={value}" for name, value in find_target("kerr").example.items()]
    >>> tabulated(solve, read_request("kerr", point, []), "g2", Search())["status"].tolist()
    ['ok']
    """
    table = make(
        request.target.model,
        request.values,
        quantities,
        labels=request.labels,
        progress=not is_quiet(),
        **search.arguments(),
    )
    table.attrs["spelled"] = request.target.spelled
    return table


def picture(table: "pd.DataFrame") -> "Figure | None":
    """The picture of a table, None where nothing or more than two values vary.

    >>> import pandas as pd
    >>> print(picture(pd.DataFrame({"quantity": ["g2"], "numeric": [0.5], "status": ["ok"]})))
    None
    """
    from compare import curves

    return curves.draw(table) if curves.can_be_drawn(table) else None
