"""`blockade plot`: pictures of a stored sweep."""

from pathlib import Path
from typing import Annotated, Any

import typer

from compare.cli.loading import loads
from compare.cli.options import Force, Quiet, StorePath, small_letters
from compare.cli.stored import publish, some_points, whole_table
from compare.cli.voice import say

PAGE = "compare.report.subjects"  # the code that makes one


@loads("compare.sweep.picture")
def plot(
    store: StorePath,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.png|.pdf|.csv|.html",
            help="What to write; without it a picture beside the store.",
            callback=small_letters,
        ),
    ] = None,
    at: Annotated[
        list[str] | None,
        typer.Option("--at", metavar="NAME=VALUE", help="A point of an axis, the nearest."),
    ] = None,
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Draw a stored sweep: curves over one axis, maps over two.

    Of further axes a point has to be chosen. What is not known is grey. As .html a page to read,
    as .csv the table of what is drawn.

    Example: blockade plot map.zarr --at xi=0.1 --out map.png
    """
    from compare.files import output
    from compare.sweep.store import open_store

    path = out or store.with_suffix(".png")
    kind = path.suffix.removeprefix(".")
    if kind not in ("png", "pdf", "csv", "html"):
        raise ValueError(
            f"Argument `--out` must be a file FILE.png, .pdf, .html or .csv, but is `{path}`; "
            "`blockade export` writes FILE.nc."
        )
    output.check_place(path, [kind], force)
    found = _at(open_store(store), at or [])
    content = _drawn(found, kind, store)
    line = " ".join(["blockade", "plot", str(store), *(f"--at {point}" for point in at or [])])
    publish(path, content, found, line, "compare.sweep.picture")
    say(some_points(found))


def _drawn(found: Any, kind: str, store: Path) -> bytes:
    """A picture, a page or the table of a sweep, of what was chosen."""
    if kind == "csv":
        return whole_table(found, str(store))
    if kind == "html":
        from compare import report
        from compare.files import provenance

        return report(found, record=provenance.record(f"blockade plot {store}", PAGE)).html.encode()
    from compare.style import render
    from compare.sweep.picture import draw

    return render(draw(found), [kind])[kind]


def _at(dataset: Any, points: list[str]) -> Any:
    """The dataset at points of some axes, the nearest that it has; raises `ValueError`."""
    import numpy as np

    from compare.cli.settings import read_point

    for text in points:
        name, value = read_point(text)
        if name not in dataset.dims or name == "quantity":
            axes = ", ".join(str(n) for n in dataset["numeric"].dims if n != "quantity")
            raise ValueError(f"Argument `--at` must name an axis ({axes}), but is `{text}`.")
        dataset = dataset.isel({name: int(np.argmin(abs(dataset[name].to_numpy() - value)))})
    return dataset
