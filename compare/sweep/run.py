"""`compare.sweep`: both roads over a grid of any parameters, as one labelled dataset."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from compare.quantities import read_quantities
from compare.sweep.crew import alone, together
from compare.sweep.dataset import build
from compare.sweep.grid import Grid, read_grid
from compare.sweep.portion import MISSING, VARIABLES, Job, Part
from compare.sweep.store import opened
from systems import Model
from systems.progress import counted, hushable


@hushable
def sweep(
    model: Model,
    axes: Mapping[Any, Any],
    quantities: str | Iterable[str] = ("number", "g2"),
    fixed: Mapping[Any, Any] | None = None,
    *,
    store: str | Path | None = None,
    client: Any = None,
    quanta: Any = None,
    solver: str = "auto",
    tolerance: float = 1e-8,
    order: int = 2,
    limit: int | None = None,
    chunk: int | None = None,
    progress: bool = True,
) -> Any:
    """Both roads at every point of a grid: an `xarray.Dataset`.

    ``axes`` map symbols of the model to the numbers along them, ``fixed`` holds all other values:
    numbers, or an `xarray.DataArray` along axes, which may then have names of their own
    (``axes={"phi": phi}, fixed={"J": J}`` with J along ``phi``).  The dimensions of the dataset are
    ``quantity`` and the axes.  Its variables are ``analytic``, the leading order in the drive,
    ``numeric``, the master equation, ``deviation``, ``error`` (absolute, of ``numeric``) and
    ``status`` (of the pair, as in `compare.agreement`, in codes that its attributes explain).
    Numbers, probabilities and correlations have no unit, rates that of the values.  `compare.tidy`
    makes the table of `compare.agreement` of it.  A quantity without a closed form has NaN for
    ``analytic``, and the attribute ``without_formula`` says why.

    The grid is computed in chunks, of at most ``chunk`` points; by default as many as take a few
    seconds.  With ``store="map.zarr"`` each is written when it is done: the same call goes on with
    a sweep that was interrupted, and ends with the same bytes as one that was not, on the same
    versions and kind of processor.  The dataset is then read from the store as it is needed, so
    that ten million points take no more memory than a chunk.  With a `distributed.Client` as
    ``client`` the workers of a cluster compute; the result is the same to the byte.
    ``quanta``, ``solver``, ``tolerance``, ``order`` (at least that of what is asked for) and
    ``limit`` are those of `numeric.steady_state`; ``progress=False`` shows no bar.

    Raises `ValueError` or `TypeError` for values, axes and quantities that make no sense, and for a
    store that holds something else or another sweep; `compare.extras.NotInstalled`, saying what to
    install, where zarr is missing; `TimeoutError` while another run writes to the store.

    >>> from systems import kerr
    >>> axes = {"Delta": [0.0, 0.5, 1.0], "xi": [0.01, 0.02]}
    >>> found = sweep(kerr.MODEL, axes, ["number"], fixed={"chi": 5.0, "gamma": 1.0})
    >>> dict(found.sizes)
    {'quantity': 1, 'Delta': 3, 'xi': 2}
    >>> weak, strong = found["deviation"].sel(quantity="number", Delta=0.0).values
    >>> round(float(strong / weak), 1)  # second order in the drive
    4.0
    """
    names = tuple(quantity.name for quantity in read_quantities(model, quantities))
    job = Job(model, names, quanta, solver, tolerance, order, limit)
    job.check()
    grid = read_grid(model, axes, fixed or {}, chunk)
    with _arrays(store, grid, job) as kept:
        places = kept.pending()
        parts = alone(grid, job, places) if client is None else together(client, grid, job, places)
        done = grid.size - sum(map(grid.count, places))
        with counted(None, "sweep", grid.size, progress, done) as bar:
            for place, part in parts:
                kept.write(place, part)
                bar.update(grid.count(place))
                done += grid.count(place)
    assert done == grid.size, "a chunk was lost on its way"
    return kept.dataset()


@contextmanager
def _arrays(store: str | Path | None, grid: Grid, job: Job) -> Iterator[Any]:
    """Where the numbers go: a store, or arrays in memory."""
    if store is None:
        yield Memory(grid, job)
    else:
        with opened(Path(store), grid, job) as kept:
            yield kept


class Memory:
    """The arrays of a sweep in memory, with the methods of `compare.sweep.store.Store`.

    >>> from systems import kerr
    >>> fixed = {"Delta": 0.0, "chi": 5.0, "gamma": 1.0}
    >>> kept = Memory(read_grid(kerr.MODEL, {"xi": [0.01]}, fixed), Job(kerr.MODEL, ("g2",)))
    >>> kept.pending(), kept.dataset()["status"].values.tolist()  # the code of "not computed"
    ([(0,)], [[255]])
    """

    def __init__(self, grid: Grid, job: Job) -> None:
        shape = (len(job.quantities), *grid.shape)
        self.grid, self.job = grid, job
        self.arrays: dict[str, np.ndarray] = {name: np.full(shape, np.nan) for name in VARIABLES}
        self.arrays["status"] = np.full(shape, MISSING, np.uint8)

    def pending(self) -> list[tuple[int, ...]]:
        """All chunks: what is in memory is lost with the process."""
        return list(self.grid.chunks())

    def write(self, place: tuple[int, ...], part: Part) -> None:
        """Put a chunk in its place."""
        region = (slice(None), *self.grid.slices(place))
        for name, array in part.items():
            self.arrays[name][region] = array

    def dataset(self) -> Any:
        """The dataset of the arrays."""
        return build(self.grid, self.job, self.arrays)
