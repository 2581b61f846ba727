"""`blockade check`: a printed formula against the derived one."""

from typing import Annotated

import typer

from compare.cli.loading import loads
from compare.cli.options import System


@loads("compare.formula", "compare.targets")
def check(
    system: System,
    formula: Annotated[str, typer.Option(help="As printed, in SymPy's or LaTeX's spelling.")],
    quantity: Annotated[
        str, typer.Option(help="number, g2, P10, ..., or an amplitude C20.")
    ] = "g2",
    where: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=FORMULA", help="An abbreviation; repeatable, in order."),
    ] = None,
    convention: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=FORMULA",
            help="What a letter of the paper (left) stands for in the model's symbols (right): "
            "gamma=gamma/2 where the paper's gamma is half the model's.",
        ),
    ] = None,
    latex: Annotated[
        bool, typer.Option("--latex", help="Read LaTeX even without a backslash or brace.")
    ] = False,
) -> None:
    """Compare a printed formula with the derived one.

    The system's own abbreviations are known; what --where gives a symbol of the model is fixed in
    both formulas. The exit code is 0 if the formula is identical, as printed or under the
    conventions given, 1 if not (also where it is identical at leading order only), and 2 if
    there is no closed form to compare with.

    Example: blockade check nanotip --quantity P10 --formula "4*xi**2*Abs(Delta_1/eta_1)**2"
    --where "Delta_1=2*Delta-I*gamma" --where "eta_1=4*Abs(J)**2-Delta_1**2"
    """
    from compare.formula import CANNOT_JUDGE, IDENTICAL, check_formula, read_definitions
    from compare.targets import find_target

    target = find_target(system)
    known = {str(name): meaning for name, meaning in target.abbreviations.items()}
    given = dict(read_definitions(where or []))
    letters = {name: known[name] for name in known if name not in given} | given
    verdict = check_formula(
        target.model, formula, quantity, letters, convention or [], latex or None
    )
    typer.echo(str(verdict))
    raise typer.Exit({IDENTICAL: 0, CANNOT_JUDGE: 2}.get(verdict.verdict, 1))
