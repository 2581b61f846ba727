"""One run at a time writes into a folder.

The lock belongs to the operating system, which takes it back from a run that was killed, so that
none is ever stale.  It lies on the folder itself; where that cannot be locked (Windows, some
network drives) on a hidden file in it, which stays.
"""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PATIENCE = 60.0  # seconds; a set is written in far less than one
PAUSE = 0.02  # seconds between two tries: no wait that a user sees, and no load
FILE = ".photon-blockade.lock"


@contextmanager
def locked(folder: Path, patience: float = PATIENCE) -> Iterator[None]:
    """Hold the lock of an existing folder; other runs wait for it.

    Raises `TimeoutError` if another run holds it for ``patience`` seconds, and other `OSError` if
    the folder cannot be opened.  The lock is not counted: a run that takes it twice waits for
    itself.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as name, locked(Path(name)):
    ...     try:
    ...         with locked(Path(name), patience=0.1):
    ...             pass
    ...     except TimeoutError as error:
    ...         print(str(error).partition("` ")[2][:40])
    must not be written by two runs at a tim
    """
    handle = _take(folder, time.monotonic() + patience)
    try:
        yield
    finally:
        os.close(handle)


def _take(folder: Path, end: float) -> int:
    """A handle that holds the lock until it is closed.

    It is tried every `PAUSE` seconds up to ``end``, a time of `time.monotonic`; then `TimeoutError`
    is raised.
    """
    while True:
        with suppress(BlockingIOError):
            return _try(folder)
        if time.monotonic() > end:
            raise TimeoutError(
                f"Folder `{folder}` must not be written by two runs at a time, but another one "
                "holds it; try again, or give another `--out`."
            )
        time.sleep(PAUSE)


def _try(folder: Path) -> int:
    """A handle with the lock; raises `BlockingIOError` if another run has it.

    The folder itself is tried first; where a folder cannot be locked, the file in it.
    """
    if sys.platform != "win32":
        with suppress(LookupError):
            return _locked(os.open(folder, os.O_RDONLY))
    try:
        return _locked(os.open(folder / FILE, os.O_RDWR | os.O_CREAT, 0o666))
    except LookupError:  # a drive without any locks: there are no two runs to be kept apart
        return os.open(folder / FILE, os.O_RDWR)


def _locked(handle: int) -> int:
    """The handle with its lock; raises `LookupError` where the drive knows no locks."""
    try:
        _lock(handle)
    except BlockingIOError:
        os.close(handle)
        raise
    except OSError as error:
        os.close(handle)
        raise LookupError from error
    return handle


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> None:
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except PermissionError as error:  # Windows' word for a lock that another run has
            raise BlockingIOError from error

else:
    import fcntl

    def _lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
