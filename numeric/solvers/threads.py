"""How many threads: as many as the process may use, and one for the algebra of small matrices.

The matrices of one point are small and many.  A BLAS that spreads each over all cores spends its
time on waiting: sparse factorisations then take up to thirty times longer.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, wraps
from typing import ParamSpec, TypeVar

from threadpoolctl import ThreadpoolController

P = ParamSpec("P")
R = TypeVar("R")
# Cores for which points are packed where bits must not depend on the machine: a chunk of a thousand
# points then fills packs of 128 whatever there is, and less costs little
PACKED = 4
_cores: ContextVar[int | None] = ContextVar("cores", default=None)
_processes: ContextVar[int] = ContextVar("processes", default=1)  # that work beside each other


def cores() -> int:
    """How many cores this process may use, which may be fewer than the machine has.

    Within `shared` they are its part of those.

    >>> 1 <= cores() <= os.cpu_count()
    True
    """
    return max(1, _usable() // _processes.get())


@contextmanager
def shared(processes: int) -> Iterator[None]:
    """While open, the cores are parted among so many processes, each of which gets one at least.

    >>> with shared(10**6):
    ...     cores()
    1
    """
    token = _processes.set(processes)
    try:
        yield
    finally:
        _processes.reset(token)


def _usable() -> int:
    """The cores that the system lets this process use."""
    if hasattr(os, "process_cpu_count"):  # from Python 3.13 on
        return os.process_cpu_count() or 1
    if hasattr(os, "sched_getaffinity"):  # not on every system
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def one_thread(function: Callable[P, R]) -> Callable[P, R]:
    """The function, with BLAS on one thread while it runs.

    >>> one_thread(sum)([1, 2, 3])
    6
    """

    @wraps(function)
    def limited(*args: P.args, **kwargs: P.kwargs) -> R:
        with _controller().limit(limits=1, user_api="blas"):
            return function(*args, **kwargs)

    return limited


def few_threads(function: Callable[P, R]) -> Callable[P, R]:
    """The function, with BLAS on as many threads as this process has cores: for large matrices.

    >>> few_threads(sum)([1, 2, 3])
    6
    """

    @wraps(function)
    def limited(*args: P.args, **kwargs: P.kwargs) -> R:
        with _controller().limit(limits=cores(), user_api="blas"):
            return function(*args, **kwargs)

    return limited


@cache
def _controller() -> ThreadpoolController:
    """What finds the BLAS libraries in memory: a search that takes time, and so is done once."""
    return ThreadpoolController()


@contextmanager
def packed(cores: int = PACKED) -> Iterator[None]:
    """While open, points are packed as on a machine with so many cores.

    Points that travel together in one pack are computed by vector instructions, and the last bits
    depend on how wide the pack is.  How many threads there are changes no bit.

    >>> with packed(2):
    ...     packs_for(16)
    2
    """
    token = _cores.set(cores)
    try:
        yield
    finally:
        _cores.reset(token)


def packs_for(cores: int) -> int:
    """The cores that the width of packs is chosen for: those there are, but within `packed`.

    >>> packs_for(16)
    16
    """
    return _cores.get() or cores
