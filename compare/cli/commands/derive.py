"""`blockade derive`: amplitude equations and closed forms of a system."""

from typing import Annotated

import typer

from compare.cli.loading import loads


@loads("analytic", "compare.targets")
def derive(
    system: Annotated[
        str | None,
        typer.Argument(help="As in other commands; without one, the system of the first paper."),
    ] = None,
    quanta: Annotated[int, typer.Option(help="Largest number of quanta.")] = 2,
    latex: Annotated[bool, typer.Option("--latex", help="As one align* environment.")] = False,
    abbreviate: Annotated[
        bool, typer.Option("--abbreviate", help="In the system's own abbreviations, or found ones.")
    ] = False,
) -> None:
    """Print amplitude equations and closed forms.

    The closed forms are of leading order in the drive; without a system, those of a paper. Found
    abbreviations are complex energies E, block determinants D, numerators N and pieces K of them.

    Example: blockade derive nanotip --quanta 3 --latex
    """
    import analytic
    from analytic.closed import own_letters
    from compare.cli.text import derivation_text
    from compare.laboratories import default_system
    from compare.targets import find_target
    from systems.progress import busy

    target = find_target(system or default_system())
    with busy(f"{target.name}, {quanta} quanta"):
        closed = analytic.find_closed(target.model, quanta)
        # forms of a mirror, and determinants, can only be printed with names
        named = own_letters(closed) is not None or not closed.is_expanded
        short = closed.readable(target.abbreviations) if abbreviate or named else {}
        text = closed.latex(short) if latex else derivation_text(closed, short)
    typer.echo(text)
