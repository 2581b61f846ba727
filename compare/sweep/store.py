"""A sweep on disk, in Zarr: chunks that are there or not, and a flag for each that is.

A chunk is written and flushed to the disk, and then its flag ``done``.  Whatever ends a run, what
is flagged is whole, and the next run computes the others.  A store knows what it holds: the model,
the values, the code and the cut into chunks, and refuses to go on as another sweep.

One process writes, whoever computes: no two writers meet, and workers need no common file system.
"""

import json
import os
import platform
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from hashlib import sha256
from pathlib import Path
from shutil import rmtree
from typing import Any

import numpy as np
import sympy as sp

from compare.extras import needed
from compare.files.interrupts import whole
from compare.files.lock import locked
from compare.files.places import named
from compare.sweep.dataset import QUANTITY, attributes, axis_attributes, provenance, with_flags
from compare.sweep.grid import Grid
from compare.sweep.portion import MISSING, VARIABLES, Job, Part, identify_code

KEY = "photon_blockade_sweep"  # attribute of the root that says what a store holds
DRAFT = ".photon-blockade-"  # how the name of a store begins that is being made
PATIENCE = 1.0  # seconds to wait for another run: it may take hours
# A chunk of nothing but NaN is written as any other: it has been computed.  Zarr does not keep this
# with an array, so that whoever opens one has to say it again.
EVERY = {"write_empty_chunks": True}
# what a store is known by, in the words of a refusal
NAMES = {
    "model": "model",
    "axes": "axes",
    "fixed": "fixed values",
    "quantities": "quantities",
    "solver": "truncation or solver",
    "chunk": "chunk grid",
    "code": "code or versions",
    "processor": "kind of processor",
}


class Store:
    """The arrays of a sweep in a Zarr group on disk, of which the caller holds the lock.

    A store is opened with `opened`, and what it holds is read with `open_store`.

    >>> from compare.sweep.grid import read_grid
    >>> from systems import kerr
    >>> fixed = {"Delta": 0.0, "chi": 5.0, "gamma": 1.0}
    >>> grid, job = read_grid(kerr.MODEL, {"xi": [0.01]}, fixed), Job(kerr.MODEL, ("g2",))
    >>> with opened(Path("one.zarr"), grid, job) as kept:
    ...     kept.pending()
    [(0,)]
    """

    def __init__(self, path: Path, grid: Grid) -> None:
        import zarr

        self.path, self.grid = path, grid
        with zarr.config.set({f"array.{name}": value for name, value in EVERY.items()}):
            group = zarr.open_group(str(path), mode="r+", use_consolidated=False)
            self.arrays = {name: group[name] for name in (*VARIABLES, "status", "done")}

    def pending(self) -> list[tuple[int, ...]]:
        """The places of chunks that are not done, in order."""
        done = np.asarray(self.arrays["done"][...])
        return [place for place in self.grid.chunks() if not done[place]]

    def write(self, place: tuple[int, ...], part: Part) -> None:
        """Write a chunk, wait until the disk has it, and flag it as done."""
        region = (slice(None), *self.grid.slices(place))
        with named(self.path), whole():
            for name, array in part.items():
                self.arrays[name][region] = array
                self._flush(name, (0, *place))
            self.arrays["done"][place] = 1
            self._flush("done", place)

    def dataset(self) -> Any:
        """The dataset, its arrays read from the disk when they are asked for."""
        return open_store(self.path)

    def _flush(self, name: str, place: tuple[int, ...]) -> None:
        """Wait until the disk has a chunk, and the folder that names it."""
        path = self.path / name / self.arrays[name].metadata.encode_chunk_key(place)
        for this in (path, path.parent) if os.name == "posix" else (path,):
            handle = os.open(this, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)


@contextmanager
def opened(path: Path, grid: Grid, job: Job) -> Iterator[Store]:
    """The store of a sweep, made where there is none; no other run writes to it while it is open.

    Raises `ValueError` for a path that holds something else or another sweep, `NotInstalled` where
    zarr is missing, and `TimeoutError` while another run writes to it.

    >>> from compare.sweep.grid import read_grid
    >>> from systems import kerr
    >>> fixed = {"Delta": 0.0, "chi": 5.0, "gamma": 1.0}
    >>> grid, job = read_grid(kerr.MODEL, {"xi": [0.01]}, fixed), Job(kerr.MODEL, ("g2",))
    >>> with opened(Path("two.zarr"), grid, job) as kept:
    ...     kept.path.name
    'two.zarr'
    """
    needed("zarr", "sweep")
    identity = identify(grid, job)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with locked(path.parent):
            if not path.exists():
                with named(path):
                    _create(path, grid, job, identity)
    _check(path, identity)
    with _alone(path):
        for orphan in path.rglob("*.partial"):  # of a run that was killed while it wrote
            orphan.unlink(missing_ok=True)
        yield Store(path, grid)


def open_store(path: Path) -> Any:
    """The dataset of a store, whole or not, read when asked for; "not computed" where it is not.

    Raises `ValueError` for what is no store of a sweep, and `NotInstalled` without zarr.

    >>> from compare.sweep.grid import read_grid
    >>> from systems import kerr
    >>> fixed = {"Delta": 0.0, "chi": 5.0, "gamma": 1.0}
    >>> grid, job = read_grid(kerr.MODEL, {"xi": [0.01]}, fixed), Job(kerr.MODEL, ("g2",))
    >>> with opened(Path("three.zarr"), grid, job):
    ...     pass
    >>> open_store(Path("three.zarr"))["status"].values.tolist()  # the code of "not computed"
    [[255]]
    """
    import xarray as xr

    needed("zarr", "sweep")
    read_identity(path)
    found = xr.open_zarr(str(path), consolidated=False, chunks=None, drop_variables="done")
    found = found[[*VARIABLES, "status"]]
    del found.attrs[KEY]
    found["quantity"] = ("quantity", found["quantity"].to_numpy().astype(object), QUANTITY)
    return with_flags(found)


def identify(grid: Grid, job: Job) -> dict[str, str]:
    """What a store is known by: the words of `NAMES`, each with a text that tells two apart.

    >>> from compare.sweep.grid import read_grid
    >>> from systems import kerr
    >>> fixed = {"Delta": 0.0, "chi": 5.0, "gamma": 1.0}
    >>> grid, job = read_grid(kerr.MODEL, {"xi": [0.01]}, fixed), Job(kerr.MODEL, ("g2",))
    >>> identify(grid, job)["quantities"], identify(grid, job)["chunk"]
    ('g2', '[1]')
    """
    model = grid.model
    orders = sorted((str(symbol), order) for symbol, order in model.orders.items())
    losses = [(sp.srepr(loss.rate), sp.srepr(loss.operator)) for loss in model.losses]
    kinds = orders, model.weights, model.collective
    whole_model = (sp.srepr(model.hamiltonian), losses, str(model.drive), *kinds)
    along = {n: x for n, x in grid.values.items() if n not in grid.axes}
    return {
        "model": f"{model.name} {_sum(repr(whole_model).encode())}",
        "axes": _summed(grid.axes),
        "fixed": _summed(along),
        "quantities": ", ".join(job.quantities),
        "solver": json.dumps([job.quanta, job.solver, job.tolerance, job.order, job.limit]),
        "chunk": json.dumps(grid.chunk),
        "code": identify_code(),
        "processor": platform.machine(),
    }


def read_identity(path: Path) -> dict[str, str]:
    """What a store says that it holds; raises `ValueError` for what is none of ours.

    >>> read_identity(Path("nowhere.zarr"))
    Traceback (most recent call last):
        ...
    ValueError: Store `nowhere.zarr` must be one that compare.sweep made, but is not.
    """
    try:
        attributes = json.loads((path / "zarr.json").read_text(encoding="utf-8"))["attributes"]
        return dict(attributes[KEY])
    except (OSError, ValueError, KeyError, TypeError):
        raise ValueError(
            f"Store `{path}` must be one that compare.sweep made, but is not."
        ) from None


def _check(path: Path, identity: Mapping[str, str]) -> None:
    """Raise `ValueError`, by name, where a store holds another sweep."""
    held = read_identity(path)
    other = [words for key, words in NAMES.items() if held.get(key) != identity[key]]
    if other:
        what = " and ".join(filter(None, [", ".join(other[:-1]), other[-1]]))
        raise ValueError(
            f"Store `{path}` must hold this sweep to go on with it, but differs in its {what}; "
            "name another store, or remove this one."
        )


def _create(path: Path, grid: Grid, job: Job, identity: Mapping[str, str]) -> None:
    """Make the store under a passing name, and rename it when it is whole."""
    import zarr

    draft = path.with_name(f"{DRAFT}{path.name}")
    if draft.exists():  # of a run that was killed: whoever holds the lock has none yet
        rmtree(draft)
    attrs = {**provenance(grid, job), KEY: dict(identity)}
    group = zarr.create_group(str(draft), zarr_format=3, attributes=attrs)
    dims, shape = ("quantity", *grid.axes), (len(job.quantities), *grid.shape)
    chunks = (len(job.quantities), *grid.chunk)
    for name in (*VARIABLES, "status"):
        kind, fill = (np.uint8, MISSING) if name == "status" else (np.float64, np.nan)
        group.create_array(
            name, shape=shape, chunks=chunks, dtype=kind, fill_value=fill, config=EVERY,
            dimension_names=dims, attributes=attributes(name),
        )  # fmt: skip
    group.create_array(
        "done", shape=grid.counts, chunks=(1,) * len(grid.counts), dtype=np.uint8, fill_value=0,
        dimension_names=[f"{name}_chunk" for name in grid.axes],
        attributes={"long_name": "1 where a chunk has been computed and written"},
    )  # fmt: skip
    for name, axis in grid.axes.items():
        _put(group, name, axis, axis_attributes(grid, name))
    _put(group, "quantity", np.array(job.quantities, dtype=object), QUANTITY, str)
    draft.rename(path)


def _put(
    group: Any, name: str, data: np.ndarray, attrs: Mapping[str, Any], kind: Any = None
) -> None:
    """A coordinate along the axis of its own name, in one chunk."""
    array = group.create_array(
        name, shape=data.shape, chunks=data.shape, dtype=kind or data.dtype, fill_value=None,
        dimension_names=(name,), attributes=dict(attrs), config=EVERY,
    )  # fmt: skip
    array[:] = data


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold the lock of a store; raises `TimeoutError` in words of a sweep."""
    with ExitStack() as held:
        try:
            held.enter_context(locked(path, PATIENCE))
        except TimeoutError:
            raise TimeoutError(
                f"Store `{path}` must not be written by two runs at a time, but another one does "
                "so; wait for it, or name another store."
            ) from None
        yield


def _summed(arrays: Mapping[str, np.ndarray]) -> str:
    """Names and checksums of arrays, in their order."""
    return " ".join(
        f"{name}:{array.dtype}{list(array.shape)}:{_sum(np.ascontiguousarray(array).tobytes())}"
        for name, array in arrays.items()
    )


def _sum(content: bytes) -> str:
    return sha256(content).hexdigest()
