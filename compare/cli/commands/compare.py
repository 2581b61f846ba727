"""`blockade compare`: closed forms beside the master equation, as a table with its picture."""

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


@loads("compare.cli.request", "compare.agreement")
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
    from compare.cli.text import meant_text, points_text, summary_text
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
    if meant := meant_text(table.attrs["written_out"]):
        say(meant)
    for advice in table.attrs.get("advice", []):
        say(typed(advice))
    for names, reason in reasons(table.attrs.get("without_formula", {})):
        say(f"No closed form of {names}: {reason}")
