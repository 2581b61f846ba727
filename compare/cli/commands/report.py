"""`blockade report`: one page of a system, of a sweep, or of the results of the papers."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from compare.cli.loading import loads
from compare.cli.options import Fixed, Force, Quantities, Quiet, Varied, small_letters
from compare.cli.voice import is_quiet, say

if TYPE_CHECKING:
    import xarray as xr

    from compare.report.page import Page

MODULE = "compare.report.subjects"  # whose fingerprint is noted


@loads("compare.cli.request", "compare.report")
def report(
    subject: Annotated[
        str,
        typer.Argument(help="A system, path/to/file.py:NAME, a store map.zarr, or results/."),
    ],
    fixed: Fixed = None,
    vary: Varied = None,
    quantities: Quantities = "number,g2",
    out: Annotated[
        Path, typer.Option(metavar="FILE.html", help="The page.", callback=small_letters)
    ] = Path("report.html"),
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Write one page to read and to send: formulas, numbers, pictures, verdicts.

    It holds everything and works without a network. A listed system alone is taken at its example
    values; a folder of results gives the page of its papers.

    Example: blockade report nanotip --set r=0.35 --vary phi=0.1:0.5:41 --out report.html
    """
    from compare import report as made
    from compare.cli.request import check_out
    from compare.files import provenance

    if out.suffix != ".html":
        raise ValueError(f"Argument `--out` must be a file FILE.html, but is `{out}`.")
    check_out(out, force)
    record = provenance.record(f"blockade report {subject}", MODULE)
    if not Path(subject).exists() and (subject.endswith(("/", "\\")) or subject == "results"):
        raise ValueError(
            f"Folder `{subject}` must be one of results, but does not exist; `blockade reproduce` "
            "makes them."
        )
    if Path(subject).suffix == ".zarr" or Path(subject, "zarr.json").is_file():
        page = made(_dataset(Path(subject)), record=record)
    elif Path(subject).is_dir():
        page = made(subject, record=record)
    else:
        page = _of_system(subject, fixed, vary, quantities)
    page.save(out, force)
    say(f"wrote {out}\nwrote {out.with_suffix('.json')}")


def _of_system(
    subject: str, fixed: list[str] | None, vary: list[str] | None, quantities: str
) -> "Page":
    """The page of a system at the settings given, or at its example where none are."""
    from compare import report as made
    from compare.cli.request import read_request
    from compare.files import provenance
    from compare.targets import find_target, listed

    target = find_target(subject)
    given = fixed or ([] if vary else [f"{key}={value}" for key, value in target.example.items()])
    request = read_request(subject, given, vary)
    record = provenance.record(request.line("report", quantities=quantities), MODULE)
    return made(
        target.model,
        request.values,
        quantities,
        labels=request.labels,
        spelled=target.spelled,
        abbreviations=target.abbreviations,
        about=listed().get(subject, ""),
        record=record,
        progress=not is_quiet(),
    )


def _dataset(path: Path) -> "xr.Dataset":
    """What a sweep has stored."""
    from compare.sweep.store import open_store

    if not path.is_dir():
        raise ValueError(f"Store `{path}` does not exist.")
    return open_store(path)
