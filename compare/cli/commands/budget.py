"""`blockade budget`: where the error of a formula comes from."""

from typing import Annotated

import typer

from compare.cli.cuts import Search, read_cut
from compare.cli.loading import loads
from compare.cli.options import (
    Accuracy,
    Fixed,
    Force,
    Highest,
    Out,
    Quiet,
    Solver,
    States,
    System,
    Varied,
)
from compare.cli.tabulate import tabulated
from compare.cli.voice import say


@loads("compare.cli.request", "compare.budget.steps")
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
    from compare.budget.sentences import budget_text, largest
    from compare.budget.steps import budget as error_budget
    from compare.budget.steps import varied
    from compare.budget.wide import errors, widen
    from compare.cli.request import check_out, read_request, write
    from compare.cli.text import points_text
    from compare.cli.wording import reasons

    request = read_request(system, fixed, vary)
    check_out(out, force)
    cut = None if truncation is None else read_cut(truncation, "truncation")
    search = Search(None, tolerance, order, limit, solver)
    own = {"quanta": quanta, "truncation": cut}
    table = tabulated(error_budget, request, quantities, search, **own)
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
