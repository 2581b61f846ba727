"""A sign of life from work that cannot be counted.

Sweeps have bars that count (`systems.progress`); a derivation shows that it lives.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

from tqdm import tqdm


@contextmanager
def busy(what: str) -> Iterator[None]:
    """Show what is being done and for how long, on a terminal, if it takes over a second.

    A derivation is one call of SymPy that cannot count its own progress: a thread moves the clock.

    >>> with busy("deriving"):
    ...     pass
    """
    done = Event()
    clock = tqdm(desc=what, bar_format="{desc}: {elapsed}", leave=False, disable=None)
    clock.clear()

    def tick() -> None:
        while not done.wait(1):
            clock.refresh()

    thread = Thread(target=tick, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
        clock.close()
