"""`blockade claims`: the papers with their claims, and a file to begin another with."""

from typing import Annotated

import typer


def claims(
    template: Annotated[
        bool, typer.Option("--template", help="Print a file of claims to begin with.")
    ] = False,
) -> None:
    """List the papers with their claims, or print a file to begin another with.

    Example: blockade claims --template > mine.toml
    """
    if template:
        from compare.audit.sheet import TEMPLATE

        typer.echo(TEMPLATE.read_text(encoding="utf-8"), nl=False)
        return
    from compare import papers

    for paper in (paper for paper in papers.every() if paper.has_sheet):
        sheet = paper.sheet()
        typer.echo(f"{paper.key}: {paper.citation} ({len(sheet.of('claim'))} claims)")
        for entry in sheet.of("claim"):
            typer.echo(f"    {entry.id}: {entry.statement} ({entry.place})")
