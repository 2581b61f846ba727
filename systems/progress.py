"""The bar that long computations show: on a terminal or in a notebook, after one second.

Numerics are silent.  A solver is handed a `Report` and calls it back with what it does, how many
points are done, and of how many (0 where there is nothing to count); whoever wants to show it does.
Public functions hand out the one of `bar`, unless they are called with ``progress=False``.  What
SymPy does in one call is `busy`.
"""

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import wraps
from threading import Event, Lock, Thread, Timer
from time import monotonic
from typing import Any, ParamSpec, TypeAlias, TypeVar

P = ParamSpec("P")
R = TypeVar("R")
Report: TypeAlias = Callable[[str, int, int], None]  # what is done, points done, of how many
WAIT, PAUSE = 1.0, 0.1  # seconds before a bar is shown (what is over sooner needs none), and drawn
SIZE = 80, 24  # columns and rows of a terminal that tells none, as one that a program opened
# The bars of this process, the innermost last; None is silence, and what is inside it is silent too
_OPEN: "list[_Line | None]" = []


def silent(what: str, done: int, total: int) -> None:
    """A report that nobody reads.

    >>> silent("6 quanta", 3, 10)
    """


@contextmanager
def bar(shown: bool = True) -> Iterator[Report]:
    """A report that draws a bar where somebody watches, and removes it in the end.

    Between two reports its clock goes on.  Where it is not ``shown``, nothing inside is.

    >>> with bar() as report:  # this is no terminal: nothing is drawn
    ...     report("6 quanta", 16, 64)
    """
    if not shown or _is_hushed():
        with hushed():
            yield silent
        return
    if not is_watched():
        yield silent
        return
    line, done = _Line(), Event()
    _OPEN.append(line)

    def tick() -> None:  # what is reported once and then takes minutes is shown as well
        while not done.wait(WAIT):
            if not _is_covered(line):
                line.refresh()

    clock = Thread(target=tick, daemon=True)
    clock.start()
    try:
        yield line.report
    finally:
        _OPEN.remove(line)
        done.set()
        clock.join()
        line.close()


@contextmanager
def hushed(wanted: bool = True) -> Iterator[None]:
    """Silence: no bar is drawn while this is open, whoever asks for one.

    >>> with hushed(), busy("deriving"):
    ...     pass
    """
    if wanted:
        _OPEN.append(None)
    try:
        yield
    finally:
        if wanted:
            _OPEN.remove(None)


def hushable(function: Callable[P, R]) -> Callable[P, R]:
    """The function, named on a bar where nothing inside it draws one.

    It is silent where it is called with ``progress=False``.

    >>> @hushable
    ... def derived(*, progress: bool = True) -> str:
    ...     with busy("deriving"):
    ...         return "done"
    >>> derived(progress=False)
    'done'
    """

    name = function.__name__.replace("_", " ")

    @wraps(function)
    def heard(*args: P.args, **kwargs: P.kwargs) -> R:
        with hushed(not kwargs.get("progress", True)), busy(name):
            return function(*args, **kwargs)

    return heard


@contextmanager
def busy(what: str) -> Iterator[None]:
    """Show what is being done and for how long, where somebody watches, if it takes over a second.

    For what cannot be counted: a derivation is one call of SymPy, and a thread moves the clock.
    Within a bar it is a remark.  It decorates functions as well.

    >>> with busy("deriving"):
    ...     pass
    """
    if _OPEN:
        with remark(what):
            yield
        return
    with bar() as report:
        report(what, 0, 0)
        yield


@contextmanager
def remark(what: str) -> Iterator[None]:
    """A sentence in the place of the bar that is open, if any, while this takes over a second.

    For what has no points to count and hands out no report, such as compiling.

    >>> with bar(), remark("compiling"):
    ...     pass
    """
    line = _OPEN[-1] if _OPEN else None
    if line is None:
        yield
        return
    timer = Timer(WAIT, line.say, (what,))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        line.unsay(what)


def is_watched() -> bool:
    """Whether what is written to stderr goes to a terminal or a notebook.

    Files and pipes are not watched: a bar would fill them with lines that nobody can read.

    >>> import io, contextlib
    >>> with contextlib.redirect_stderr(io.StringIO()):
    ...     is_watched()
    False
    """
    return sys.stderr.isatty() or type(sys.stderr).__module__.startswith("ipykernel")


def _is_hushed() -> bool:
    return bool(_OPEN) and _OPEN[-1] is None


def _around(line: "_Line") -> "list[_Line]":
    """The bars inside of which this one was opened."""
    at = _OPEN.index(line) if line in _OPEN else 0
    return [other for other in _OPEN[:at] if other is not None]


def _is_covered(line: "_Line") -> bool:
    """Whether a bar that was opened inside of this one is drawn."""
    return any(
        other is not None and other.drawn is not None and line in _around(other) for other in _OPEN
    )


class _Line:
    """One line of text with a bar, drawn when its time has come in place of those around it."""

    def __init__(self) -> None:
        self.next = monotonic() + WAIT
        self.last: tuple[str, int, int] | None = None
        self.said: str | None = None
        self.drawn: Any = None
        self.lock = Lock()  # a clock and a remark draw from threads of their own

    def report(self, what: str, done: int, total: int) -> None:
        self.last = what, done, total
        if monotonic() < self.next:
            return
        with self.lock:
            self.next = monotonic() + PAUSE
            self._draw(what, done, total)

    def say(self, what: str) -> None:
        with self.lock:
            self.said = what
            self._draw(what, 0, 0)

    def unsay(self, what: str) -> None:
        """Show again what was reported last, where a remark stands in its place."""
        with self.lock:
            if self.said == what and self.last is not None:
                self.said = None
                self._draw(*self.last)

    def refresh(self) -> None:
        """Draw what was reported last, if nothing is drawn yet, or what is, with its clock."""
        with self.lock:
            if self.drawn is not None:
                self.drawn.refresh()
            elif self.last is not None:
                self._draw(*self.last)

    def _draw(self, what: str, done: int, total: int) -> None:
        """What is done and how far; a clock where there is nothing to count."""
        form = None if total else "{desc}: {elapsed}"
        for other in _around(self):
            other.hide()
        if self.drawn is None:
            from tqdm import tqdm

            how: dict[str, Any] = {"unit": "point", "leave": False, **_size()}
            self.drawn = tqdm(file=sys.stderr, desc=what, total=total, bar_format=form, **how)
        self.drawn.bar_format = form
        self.drawn.set_description_str(what, refresh=False)
        self.drawn.total, self.drawn.n = total, done
        self.drawn.refresh()

    def hide(self) -> None:
        """Leave the line to another bar; a refresh draws it again."""
        with self.lock:
            self.close()

    def close(self) -> None:
        if self.drawn is not None:
            self.drawn.close()
            self.drawn = None


def counted(
    iterable: Iterable[Any] | None,
    what: str,
    total: int | None = None,
    progress: bool = True,
    done: int = 0,
) -> Any:
    """The items of ``iterable``, counted by a bar; or a bar to `update` by hand.

    The bar appears after a second, only where somebody watches (`is_watched`), is gone when it is
    done, and says ``what`` is counted.  Without an iterable (None) it counts to ``total``, from
    what is ``done`` already.  ``progress=False`` shows none.

    >>> list(counted([1, 2], "numbers"))
    [1, 2]
    """
    from tqdm import tqdm

    # one thing is not counted: what is done with it has a bar of its own
    one = getattr(iterable, "__len__", int)() == 1
    hidden = not (progress and is_watched()) or one
    how: dict[str, Any] = {"leave": False, "delay": WAIT, **({} if hidden else _size())}
    return tqdm(iterable, what, total, disable=hidden, initial=done, **how)


def _size() -> dict[str, int]:
    """The size of a terminal that does not say how large it is, for which tqdm draws nothing."""
    try:
        columns = os.get_terminal_size(sys.stderr.fileno()).columns
    except (OSError, ValueError):  # a notebook
        return {}
    return {} if columns else dict(zip(("ncols", "nrows"), SIZE, strict=True))
