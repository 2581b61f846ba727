"""`blockade audit`: whether the claims of a paper hold.

A paper is one of this project, by its key, or a file of claims anywhere.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from compare.cli.loading import loads
from compare.cli.options import Force, Fresh, Quiet
from compare.cli.voice import say

if TYPE_CHECKING:
    import pandas as pd

    from compare.audit.sheet import Sheet

RESULTS = Path("results")


@loads("compare.audit.judgement", "compare.results")
def audit(
    keys: Annotated[
        list[str] | None,
        typer.Argument(metavar="[KEY|FILE.toml]...", help="Papers, or files; without any, all."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Folder of the results; `results`, and of a FILE.toml none."),
    ] = None,
    fresh: Fresh = False,
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Say of every claim of a paper whether it holds.

    The value printed, that of the closed form and that of the master equation, and a verdict; at
    the end the drive at which a disputed claim would come true. Without a paper, all are judged,
    and the atlas says how far their own formulas are off. `blockade claims --template` begins a
    file.

    Example: blockade audit huang2018 --out results
    """
    files = [Path(key) for key in keys or [] if key.endswith(".toml")]
    for file in files:
        _audit_file(file, out, force)
    papers = [key for key in keys or [] if not key.endswith(".toml")]
    if papers or not files:
        _audit_papers(papers, out or RESULTS, fresh, force)


def _audit_papers(keys: list[str], out: Path, fresh: bool, force: bool) -> None:
    """Judge papers of this project, and write what is not current."""
    from compare import results

    chosen = results.audits(keys)
    due = results.due(chosen, out, fresh=fresh, force=force)
    for result in chosen:
        if result in due:
            results.make(result, out)
        else:
            typer.echo(f"{out / result.name}.csv is current; --fresh computes it again.", err=True)
        if len(chosen) > 1:
            say(f"== {result.paper.key}: {result.paper.citation}\n")
        say(result.paper.describe(results.read_claims(result, out)))
        if len(chosen) > 1:
            say("")
    if not keys:
        atlas(out)


def atlas(out: Path) -> None:
    """Write and print the table over all papers, of the audits that are current.

    >>> atlas(Path("nowhere"))
    No audit is current.
    """
    from compare import results
    from compare.audit.atlas import atlas_text

    say(atlas_text(results.write_atlas(out)))


def _audit_file(file: Path, out: Path | None, force: bool) -> None:
    """Judge the claims of a file, and write them where a folder is named."""
    from compare.audit.judgement import audit as judged
    from compare.audit.judgement import audit_text
    from compare.audit.reader import read_sheet
    from compare.files import output, provenance

    sheet: Sheet = read_sheet(file)
    target = None if out is None else out / f"{file.stem}.csv"
    if target is not None:
        output.check_csv(target, force)
    record = provenance.record(f"blockade audit {file.name}", "compare.audit.judgement")
    rows: pd.DataFrame = judged(sheet)
    if target is not None:
        files = {"csv": output.to_csv(rows)}
        output.publish(target.parent, target.stem, files, record | rows.attrs)
    say(audit_text(sheet, rows))
