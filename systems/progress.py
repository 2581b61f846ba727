"""The one bar of progress, which public functions show while they wait for something long."""

from collections.abc import Iterable
from typing import Any


def bar(
    iterable: Iterable[Any] | None, what: str, total: int | None = None, progress: bool = True
) -> Any:
    """The items of ``iterable``, counted by a bar on the terminal; or a bar to `update` by hand.

    The bar appears after a second, only on a terminal, is gone when it is done, and says ``what``
    is counted.  Without an iterable (None) it counts to ``total``.  ``progress=False`` shows none.

    >>> list(bar([1, 2], "numbers"))
    [1, 2]
    """
    from tqdm import tqdm

    disable = None if progress else True  # None: disabled where there is no terminal
    return tqdm(iterable, what, total, leave=False, delay=1, disable=disable)
