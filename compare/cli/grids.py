"""Commands on grids: ``sweep`` computes one, ``export`` and ``plot`` read what it stored.

A sweep may take hours, on this machine or on a cluster; whatever ends it, the same command goes on
where it stopped.  ``export`` and ``plot`` also work on a store that is not whole yet.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from compare.cli.cuts import Search
from compare.cli.options import (
    Accuracy,
    Fixed,
    Force,
    Highest,
    Quantities,
    Quiet,
    Solver,
    States,
    System,
    Truncation,
    Varied,
)
from compare.cli.voice import is_quiet, say

if TYPE_CHECKING:
    from compare.targets import Target

ROWS = 4_000_000  # of a CSV: a gigabyte or so while it is written
FILES = (".csv", ".html", ".nc", ".pdf", ".png")  # what is made of a store, and is none
PAGE = "compare.report.subjects"  # the code that makes one
StorePath = Annotated[Path, typer.Argument(metavar="MAP.zarr", help="A store of blockade sweep.")]


def sweep(
    system: System,
    store: Annotated[
        Path,
        typer.Option(metavar="MAP.zarr", help="Store to make, or to go on with."),
    ],
    fixed: Fixed = None,
    vary: Varied = None,
    quantities: Quantities = "number,g2",
    quanta: Truncation = None,
    tolerance: Accuracy = None,
    order: Highest = None,
    limit: States = None,
    solver: Solver = "auto",
    chunk: Annotated[
        int | None, typer.Option(help="Points of a chunk; without it a few seconds' worth.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Start so many worker processes on this machine.")
    ] = None,
    scheduler: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Scheduler of a running Dask cluster.")
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Compute both roads over a grid, into a store that survives.

    Each --vary is an axis of the grid. A sweep that was interrupted goes on where it stopped when
    the same command is given again, and ends with the same numbers. The store is read by
    `blockade plot`, `blockade export`, and by xarray.

    Example: blockade sweep kerr --set gamma=1 --vary Delta=-2:2:201 --vary chi=0:5:101
    --vary xi=0.05,0.1 --store map.zarr
    """
    import compare
    from compare.cli.settings import read_grid_settings
    from compare.targets import find_target

    if store.suffix in FILES:
        raise ValueError(
            f"Argument `--store` must be a folder such as MAP.zarr, but is `{store}`; "
            "`blockade export` and `plot` make files of it."
        )
    if workers and scheduler:
        raise ValueError("Options `--workers` and `--scheduler` must not both be given.")
    target, search = find_target(system), Search(quanta, tolerance, order, limit, solver)
    axes, rest = _split_grid(target, *read_grid_settings(fixed or [], vary or []))
    with _client(workers, scheduler) as client:
        found = compare.sweep(
            target.model, axes, quantities, rest, store=store, client=client, chunk=chunk,
            progress=not is_quiet(), **search.arguments(),
        )  # fmt: skip
    say(f"{store}: {_size(found)}")
    say(_points(found))
    say(_summary(found))


def export(
    store: StorePath,
    out: Annotated[Path, typer.Option(metavar="FILE.nc|.csv", help="File to write.")],
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Write a stored sweep as NetCDF, or as the table of `blockade compare`.

    Example: blockade export map.zarr --out map.nc
    """
    from compare import output
    from compare.sweep.netcdf import to_netcdf
    from compare.sweep.store import open_store

    kind = out.suffix.removeprefix(".")
    if kind not in ("nc", "csv"):
        raise ValueError(f"Argument `--out` must be a file FILE.nc or FILE.csv, but is `{out}`.")
    output.check_place(out, [kind], force)
    found = open_store(store)
    content = to_netcdf(found) if kind == "nc" else _table(found, str(store))
    line = f"blockade export {store} --out {out}"
    _publish(out, content, found, line, "compare.sweep.dataset")
    say(f"{store}: {_size(found)}")


def plot(
    store: StorePath,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE.png|.pdf", help="Picture; without it beside the store."),
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
    from compare import output
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
    _publish(path, content, found, line, "compare.sweep.picture")
    say(_points(found))


def _drawn(found: Any, kind: str, store: Path) -> bytes:
    """A picture, a page or the table of a sweep, of what was chosen."""
    if kind == "csv":
        return _table(found, str(store))
    if kind == "html":
        from compare import provenance, report

        return report(found, record=provenance.record(f"blockade plot {store}", PAGE)).html.encode()
    from compare.style import render
    from compare.sweep.picture import draw

    return render(draw(found), [kind])[kind]


def _table(found: Any, store: str) -> bytes:
    """The table of `blockade compare`; raises `ValueError` where it would have too many rows."""
    from compare import output
    from compare.sweep.dataset import tidy

    rows = found["analytic"].size
    if rows > ROWS:
        raise ValueError(
            f"A table must have at most {ROWS:,} rows, but `{store}` has {rows:,}: export it "
            "as FILE.nc."
        )
    return output.to_csv(tidy(found))


def _split_grid(
    target: "Target", constants: dict[str, Any], axes: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The axes of a sweep and its other values, from settings; a laboratory's become labelled.

    A setting of a laboratory such as a position is an axis of its own, along which lie the values
    of the model that it decides.
    """
    if not axes:
        raise ValueError("A sweep must have an axis: give at least one `--vary`.")
    import numpy as np
    import xarray as xr

    count = len(axes)
    spread = {
        name: np.reshape(axis, [-1 if i == k else 1 for k in range(count)])
        for i, (name, axis) in enumerate(axes.items())
    }
    if remark := target.remark({**constants, **spread}):
        typer.echo(f"blockade: {remark}", err=True)
    values = target.read({**constants, **spread})
    columns = {target.columns.get(name, name): axis for name, axis in axes.items()}
    rest = {}
    for name, value in values.items():
        if name in columns:
            continue
        array = np.asarray(value)
        lengths = zip(columns, array.shape[-count:], strict=False) if array.ndim == count else []
        dims = [column for column, n in lengths if n == len(columns[column])]
        shape = [len(columns[column]) for column in dims]
        rest[name] = xr.DataArray(array.reshape(shape), dims=dims) if dims else array.item()
    return {name: _labelled(target, name, axis) for name, axis in columns.items()}, rest


def _labelled(target: "Target", name: str, axis: Any) -> Any:
    """An axis with its unit, where the laboratory of the target spells one: ``phi (µm)``."""
    import xarray as xr

    spelled = target.spelled.get(name, "")
    title, _, unit = spelled.removesuffix(")").partition(" (")
    attrs = {"long_name": title, "units": unit} if unit else {}
    return xr.DataArray(axis, dims=(name,), attrs=attrs)


@contextmanager
def _client(workers: int | None, scheduler: str | None) -> Iterator[Any]:
    """The cluster that computes: one started here, one that runs, or none."""
    if not workers and not scheduler:
        yield None
        return
    from compare.extras import needed

    needed("distributed", "sweep")
    from distributed import Client, LocalCluster

    # Dask logs tracebacks of what ends in a sentence of ours
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    if scheduler:
        with Client(scheduler, timeout=30) as client:
            yield client
        return
    with (
        LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        yield client


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


def _size(dataset: Any) -> str:
    """Points, axes and quantities in words."""
    sizes = {name: n for name, n in dataset["numeric"].sizes.items() if name != "quantity"}
    points = prod(sizes.values())
    grid = " x ".join(f"{n} {name}" for name, n in sizes.items())
    return (
        f"{points:,} points ({grid}), quantities {', '.join(map(str, dataset['quantity'].values))}"
    )


def _points(dataset: Any) -> str:
    """Some of the points as a table, spread along each axis; no more are read from a store."""
    from compare.cli.text import SHOWN, points_text, spread
    from compare.sweep.dataset import tidy

    sizes = {name: n for name, n in dataset["numeric"].sizes.items() if name != "quantity"}
    long = [name for name, n in sizes.items() if n > 1]
    each = max(2, int(SHOWN ** (1 / max(len(long), 1)) + 0.5))
    few = dataset.isel({name: spread(sizes[name], each) for name in long[:SHOWN]})
    table = tidy(few).drop(columns=["matching_digits", "resolved"])
    shown = len(table) // dataset.sizes["quantity"]
    said = points_text(table, len(table))
    every = prod(sizes.values())
    more = f"\n{shown} of {every:,} points of each quantity are shown." if shown < every else ""
    return said + more


def _summary(dataset: Any) -> str:
    """How often each status, and the largest deviation, of each quantity; one line for each."""
    import numpy as np

    from compare.sweep.dataset import status_words

    lines = []
    for i, name in enumerate(dataset["quantity"].values):
        row = dataset.isel(quantity=i)
        words, counts = np.unique(status_words(row).astype(str), return_counts=True)
        order = np.argsort(-counts)
        said = ", ".join(f"{counts[k]:,} {words[k]}" for k in order)
        size = abs(row["deviation"].to_numpy())
        known = size[np.isfinite(size)]
        largest = f"; largest |deviation| {100 * known.max():.3g} %" if known.size else ""
        lines.append(f"{name}: {said}{largest}")
    return "\n".join(lines)


def _publish(out: Path, content: bytes, dataset: Any, line: str, module: str) -> None:
    """Write a file with its sidecar, which has the provenance of the sweep too, and name both."""
    from compare import output, provenance

    attrs = {str(name): value for name, value in dataset.attrs.items()}
    record = provenance.record(line, module) | {"sweep": attrs}
    output.publish(out.parent, out.stem, {out.suffix.removeprefix("."): content}, record)
    for suffix in (out.suffix, ".json"):
        say(f"wrote {out.with_suffix(suffix)}")
