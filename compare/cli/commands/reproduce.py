"""`blockade reproduce`: the figures of the papers, and the audit of their claims."""

from pathlib import Path
from typing import Annotated

import typer

from compare.cli.commands.audit import atlas
from compare.cli.loading import loads
from compare.cli.options import Force, Fresh, Quiet
from compare.cli.voice import say


@loads("compare.results")
def reproduce(
    stems: Annotated[list[str] | None, typer.Argument(help="Figures; without any, all.")] = None,
    out: Annotated[Path, typer.Option(help="Folder of the results.")] = Path("results"),
    fresh: Fresh = False,
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Make the figures of the papers, and the audit of their claims.

    Each figure is a CSV, a PNG, a PDF and a sidecar .json with the provenance; agreement.csv sums
    up how far both roads are apart. Without figures named, claims.csv is made as well. What is
    current is not made again.

    Example: blockade reproduce fig3c --out results
    """
    from compare import results
    from compare.cli.text import summary_text
    from systems.progress import counted

    chosen = [results.find(stem) for stem in stems] if stems else results.everything()
    due = results.due(chosen, out, fresh=fresh, force=force)
    for result in (bar := counted(chosen, "figures")):
        bar.set_description(result.name)
        if result in due:
            results.make(result, out)
        with bar.external_write_mode():
            say(f"{out / result.name}: {'computed' if result in due else 'current'}")
    whole = results.write_agreement(out)
    if not whole.empty:
        say(summary_text(whole))
    for result in chosen:
        if result.is_audit:
            say("\n" + result.paper.describe(results.read_claims(result, out)))
    if not stems:
        say("")
        atlas(out)
