"""`blockade solve`: the master equation alone, as a table with its picture."""

from compare.cli.cuts import Search, typed
from compare.cli.loading import loads
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
from compare.cli.tabulate import picture, tabulated
from compare.cli.voice import say


@loads("compare.cli.request", "compare.solving")
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
    from compare.cli.text import meant_text, points_text
    from compare.solving import solve as solved

    request = read_request(system, fixed, vary)
    check_out(out, force)
    search = Search(quanta, tolerance, order, limit, solver)
    table = tabulated(solved, request, quantities, search)
    if out is not None:
        line = request.line("solve", quantities=quantities, **search.words())
        write(out, table, picture(table), request, line, "compare.solving")
    say(points_text(table))
    if meant := meant_text(table.attrs["written_out"]):
        say(meant)
    for advice in table.attrs.get("advice", []):
        say(typed(advice))
