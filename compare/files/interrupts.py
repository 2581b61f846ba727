"""Signals that end a run: at once, except while files are being written.

An exception that a signal raises can be lost: Python prints and forgets it when it strikes inside
a weakref callback or a ``__del__``, and libraries catch it.  So the handler raises nothing.  It
ends the process itself, which leaves nothing behind because only `whole` sections touch files;
inside one the signal waits for the end of the section.

A signal may come while libraries are loaded, so that the command installs the handlers before it
loads any: the first line of `compare` asks `is_command`.  Nothing of this happens to a program that
merely imports this project.
"""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")
INTERRUPTED = "blockade: interrupted, nothing half-written is left"

_sections = 0  # that are open
_waiting: int | None = None  # signal that came in one of them


def is_command() -> bool:
    """Whether this process is the command ``blockade``, by its name or as ``python -m compare``.

    >>> is_command()  # this is Python, or pytest
    False
    """
    words = [*getattr(sys, "argv", []), ""]
    if words[0] == "-m":  # so it is called until Python has found the module
        return ("-m", "compare") in zip(sys.orig_argv, sys.orig_argv[1:], strict=False)
    return os.path.basename(words[0]).partition(".")[0] == "blockade"  # noqa: PTH119


@contextmanager
def handled(lasting: bool = False) -> Iterator[None]:
    """While open, SIGINT, SIGTERM and SIGHUP end the process with exit code 128 + signal.

    ``lasting`` keeps it so to the end of the process.  A signal that is ignored stays ignored
    (``nohup``).  Outside the main thread nothing changes: Python sets handlers there only.

    >>> before = signal.getsignal(signal.SIGTERM)
    >>> with handled():
    ...     signal.getsignal(signal.SIGTERM) == before
    False
    >>> signal.getsignal(signal.SIGTERM) == before
    True
    """
    before = {}
    with suppress(ValueError):  # not the main thread
        for number in (getattr(signal, name) for name in SIGNALS if hasattr(signal, name)):
            if signal.getsignal(number) != signal.SIG_IGN:
                before[number] = signal.signal(number, _receive)
    try:
        yield
    finally:
        for number, handler in before.items() if not lasting else ():
            signal.signal(number, handler)


@contextmanager
def whole() -> Iterator[None]:
    """What happens inside happens to its end before a signal of `handled` does.

    Sections may lie in each other: the signal waits for the end of the outermost.

    >>> with whole(), whole():
    ...     pass
    """
    global _sections
    _sections += 1
    try:
        yield
    finally:
        _sections -= 1
        if _waiting is not None and not _sections:
            _end(_waiting)


def _receive(number: int, _frame: FrameType | None) -> None:
    """The handler: note the signal, and end at once outside of whole sections."""
    global _waiting
    _waiting = number
    if not _sections:
        _end(number)


def _end(number: int) -> None:
    """Say that the run was interrupted, and leave without any further code of Python's."""
    with suppress(OSError, RuntimeError, ValueError):  # closed, or interrupted while writing
        sys.stdout.flush()
    with suppress(OSError, AttributeError, ValueError):
        clear = "\r\033[K" if sys.stderr.isatty() else ""  # the bar of progress
        os.write(2, f"{clear}{INTERRUPTED}\n".encode())
    os._exit(128 + number)
