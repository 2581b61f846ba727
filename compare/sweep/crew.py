"""Who computes the chunks of a sweep: this process, or the workers of a Dask cluster.

Both give the same numbers to the bit.  On a cluster every chunk is a task of its own: few are under
way at a time, so that memory stays bounded, and what comes back is written by the caller.  The
first chunk goes alone, because whoever computes it may have to compile the solvers, and leaves the
compiled code to the others.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from compare.sweep.grid import Grid
from compare.sweep.portion import Job, Part, compute, compute_for, identify_code

AHEAD = 2  # chunks a thread of a worker: one that it computes, and the next
# Times that a chunk is handed out once more after Dask has given it up (its default: three workers
# that died over it), before the sweep does
ATTEMPTS = 3
Place = tuple[int, ...]


def alone(grid: Grid, job: Job, places: Sequence[Place]) -> Iterator[tuple[Place, Part]]:
    """The chunks one after the other, computed by this process on all its cores.

    >>> from compare.sweep.grid import read_grid
    >>> from systems import kerr
    >>> fixed = {"Delta": 0.0, "chi": 5.0, "gamma": 1.0}
    >>> grid = read_grid(kerr.MODEL, {"xi": [0.01, 0.02]}, fixed)
    >>> [(place, part["status"].tolist()) for place, part in
    ...  alone(grid, Job(kerr.MODEL, ("g2",)), [(0,)])]
    [((0,), [[0, 0]])]
    """
    for place in places:
        yield place, compute(job, grid.at(grid.slices(place)))


def together(
    client: Any, grid: Grid, job: Job, places: Sequence[Place]
) -> Iterator[tuple[Place, Part]]:
    """The chunks as they come back from the workers of a `distributed.Client`.

    A worker that dies takes nothing with it: its chunk is computed by another one.  Raises
    `ChildProcessError` for a chunk over which workers die again and again, `ConnectionError` where
    the cluster is gone, and what computing a chunk raises.

    >>> list(together(None, None, None, []))  # where all is done nobody is asked
    []
    """
    if not places:
        return
    from distributed import as_completed

    crew = _Crew(client, grid, job)
    waiting = iter(places)
    try:
        first = next(waiting)
        crew.submit(first)
        yield first, crew.result(*crew.running.popitem())
        for place in islice(waiting, crew.most):
            crew.submit(place)
        done = as_completed(crew.running, loop=client.loop)
        for future in done:
            place = crew.running.pop(future)
            part = crew.result(future, place)
            for following in islice(waiting, 1):
                done.add(crew.submit(following))
            yield place, part
    finally:
        client.cancel(list(crew.running))


def beside(workers: Iterable[str]) -> int:
    """The most workers on one machine, from their addresses: they share its cores.

    Workers within one process compute one after the other, and count as one.

    >>> beside(["tcp://10.0.0.1:4001", "tcp://10.0.0.1:4002", "tcp://10.0.0.2:4001"])
    2
    >>> beside(["inproc://10.0.0.1/7/1", "inproc://10.0.0.1/7/2"]), beside([])
    (1, 1)
    """
    processes = {name.rpartition("/")[0] if "inproc" in name else name for name in workers}
    machines = Counter(name.rpartition(":")[0] for name in processes)
    return max(machines.values(), default=1)


class _Crew:
    """Chunks that are under way on a cluster."""

    def __init__(self, client: Any, grid: Grid, job: Job) -> None:
        self.client, self.grid, self.job, self.code = client, grid, job, identify_code()
        self.running: dict[Any, Place] = {}
        self.most = AHEAD * max(1, sum(client.nthreads().values()))
        self.beside = beside(client.nthreads())

    def submit(self, place: Place) -> Any:
        """Hand a chunk to the cluster."""
        values: Mapping[str, Any] = self.grid.at(self.grid.slices(place))
        future = self.client.submit(
            compute_for, self.code, self.job, values, self.beside, pure=False
        )
        self.running[future] = place
        return future

    def result(self, future: Any, place: Place) -> Part:
        """What a chunk gave; it is handed out again where workers died over it."""
        from distributed import KilledWorker

        for _ in range(ATTEMPTS):
            try:
                return dict(future.result())
            except KilledWorker:
                future = self.submit(place)
                del self.running[future]
            except Exception as error:
                if type(error).__name__ not in GONE:
                    raise
                raise ConnectionError(
                    "The cluster must be there to the end of a sweep, but is gone; what is stored "
                    "is whole, and the same call goes on with it."
                ) from error
        raise ChildProcessError(
            f"Workers must survive chunk {place}, but die over it each time: their memory may "
            "be too small for so many points (`chunk`). What is stored is whole."
        )


# Dask's words for a scheduler that does not answer, which have no common ancestor
GONE = {"CancelledError", "FutureCancelledError", "CommClosedError", "FuturesCancelledError"}
