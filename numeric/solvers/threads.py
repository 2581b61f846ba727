"""How many threads: as many as the process may use, and one for the algebra of small matrices.

The matrices of one point are small and many.  A BLAS that spreads each over all cores spends its
time on waiting: sparse factorisations then take up to thirty times longer.
"""

import os
from collections.abc import Callable
from functools import cache, wraps
from typing import ParamSpec, TypeVar

from threadpoolctl import ThreadpoolController

P = ParamSpec("P")
R = TypeVar("R")


def cores() -> int:
    """How many cores this process may use, which may be fewer than the machine has.

    >>> 1 <= cores() <= os.cpu_count()
    True
    """
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


@cache
def _controller() -> ThreadpoolController:
    """What finds the BLAS libraries in memory: a search that takes time, and so is done once."""
    return ThreadpoolController()
