"""`blockade sweep`: both roads over a grid, into a store.

A sweep may take hours, on this machine or on a cluster; whatever ends it, the same command goes on
where it stopped.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from compare.cli.cuts import Search
from compare.cli.loading import loads
from compare.cli.options import (
    Accuracy,
    Fixed,
    Highest,
    Quantities,
    Quiet,
    Solver,
    States,
    System,
    Truncation,
    Varied,
)
from compare.cli.stored import size_text, some_points
from compare.cli.voice import is_quiet, say

if TYPE_CHECKING:
    from compare.targets import Target

FILES = (".csv", ".html", ".nc", ".pdf", ".png")  # what is made of a store, and is none


@loads("compare", "compare.targets")
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
    say(f"{store}: {size_text(found)}")
    say(some_points(found))
    say(_summary(found))


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
