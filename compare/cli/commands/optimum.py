"""`blockade optimum`: the zero of a formula against the true minimum."""

from typing import Annotated

import typer

from compare.cli.cuts import Search
from compare.cli.loading import loads
from compare.cli.options import (
    Accuracy,
    Fixed,
    Force,
    Highest,
    Out,
    Quantity,
    Quiet,
    Solver,
    States,
    System,
    Truncation,
    Varied,
)
from compare.cli.voice import is_quiet, say


@loads("compare.cli.request", "compare.validity.optimum")
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
