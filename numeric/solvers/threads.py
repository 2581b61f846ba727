"""One thread for the linear algebra of small matrices.

The matrices of one point are small and many.  A BLAS that spreads each over all cores spends its
time on waiting: sparse factorisations then take up to thirty times longer.
"""

from collections.abc import Callable
from functools import cache, wraps
from typing import ParamSpec, TypeVar

from threadpoolctl import ThreadpoolController

P = ParamSpec("P")
R = TypeVar("R")


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
