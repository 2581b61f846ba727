"""Compiled functions that run whatever becomes of the cache of compiled code.

Numba keeps what it compiled beside the source or, where that is read-only, below the user's home.
Where neither can be written it refuses to compile at all, and a file of the cache that was cut
short or damaged ends every later run.  Here the cache only saves time: it moves to a private
folder for temporary files if it must, without that the code is compiled in every run, and what
cannot be read is compiled again and written anew.  Of several processes that need the same code one
compiles it, and the others wait and read it.
"""

import os
import pickle
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from tempfile import gettempdir
from threading import Lock
from typing import Any

import numba
from numba.core.caching import FunctionCache, IndexDataCacheFile

from systems.progress import remark

SENTENCE = "compiling the solver of batches (once, ten seconds or so)"
COMPILING = Lock()  # Numba compiles in one thread at a time
DIGEST = sha256().digest_size
NO_PLACE = (RuntimeError, OSError)  # Numba's words for "no folder can be written"


def njit(*, cache: bool = True, **options: Any) -> Callable[[Any], Any]:
    """`numba.njit` whose cache may be out of reach or damaged; ``options`` are Numba's own.

    With ``cache=False`` the function is compiled in every process that calls it.

    >>> double = njit(error_model="numpy")(lambda x: 2 * x)
    >>> double(3)
    6
    """

    def decorate(function: Any) -> Any:
        dispatcher = numba.njit(**options)(function)
        if cache:
            with suppress(*NO_PLACE):
                dispatcher._cache = _find_cache(function)
        return dispatcher

    return decorate


def compile_once(function: Any, *arguments: Any) -> None:
    """Compile a function of `njit` for these types of arguments: one thread does, the others wait.

    So do other processes on this machine, which then read what the first one compiled.

    >>> double = njit(cache=False)(lambda x: 2 * x)
    >>> compile_once(double, 3.0)
    >>> double.signatures
    [(float64,)]
    """
    with COMPILING:
        if not function.overloads:  # `signatures` hashes the types of all arguments
            with remark(SENTENCE), _alone(function):
                function.compile(tuple(numba.typeof(argument) for argument in arguments))


@contextmanager
def _alone(function: Any) -> Iterator[None]:
    """Until the end no other process compiles this function, where files can be locked.

    Where they cannot (on Windows, on some network drives), each compiles for itself.
    A process that is killed leaves no lock: the system takes it back.
    """
    with ExitStack() as stack:
        with suppress(ImportError, OSError):
            import fcntl

            if isinstance(function._cache, Cache):
                folder = Path(function._cache.cache_path)
                folder.mkdir(parents=True, exist_ok=True)
                file = stack.enter_context((folder / f"{function.__name__}.lock").open("w"))
                fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _find_cache(function: Any) -> "Cache":
    """The cache of a function, in the first place that can be written; raises `NO_PLACE`.

    First Numba's own places, then a private folder, which then serves all functions.
    """
    try:
        return Cache(function)
    except NO_PLACE:
        numba.config.CACHE_DIR = str(_private_folder())
        return Cache(function)


def _private_folder() -> Path:
    """A folder for temporary files that nobody else can write: what lies in it will be run.

    Raises `PermissionError` where a folder of that name belongs to someone else or is open to
    others, as one that was put there in wait would be.
    """
    user = os.getuid() if sys.platform != "win32" else 0  # Windows has one a user
    folder = Path(gettempdir(), f"photon-blockade-{user}")
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if sys.platform != "win32" and (found.st_uid != user or found.st_mode & 0o077):
        raise PermissionError(f"{folder} is open to others")
    return folder


class Cache(FunctionCache):
    """Numba's cache of one function, of which every failure means: not cached.

    Its index and code are `SummedFile`s, in the place that Numba would have used.  Code is compiled
    anew after a change of any file of its folder: Numba itself looks at the function's own file
    only, and does not see that a function which was inlined from another one has changed.
    """

    def __init__(self, function: Any) -> None:
        super().__init__(function)
        made = self._cache_file
        self._cache_file: Any = SummedFile(
            made._cache_path, self._impl.filename_base, (made._source_stamp, _stamps(function))
        )

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """What was compiled for these types, or ``None``: then it is compiled anew.

        A damaged index is emptied, so that it does not stand in the way again.
        """
        try:
            return super().load_overload(sig, target_context)
        except Exception:  # noqa: BLE001  damaged bytes raise whatever they spell
            with suppress(OSError):
                self.flush()
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep what was compiled, if the disk takes it."""
        with suppress(OSError, pickle.PickleError):
            super().save_overload(sig, data)


def _stamps(function: Any) -> tuple[tuple[str, float, int], ...]:
    """Name, time and size of each file beside a function's own."""
    beside = sorted(Path(function.__code__.co_filename).parent.glob("*.py"))
    found = [(file.name, file.stat()) for file in beside]
    return tuple((name, stat.st_mtime, stat.st_size) for name, stat in found)


class SummedFile(IndexDataCacheFile):
    """Files of machine code that end with their SHA-256: damaged code is never run.

    The sum guards against files that are cut short, not against people: whoever may write the
    folder may write a sum that fits, which is why `_private_folder` looks at its owner.
    """

    def _dump(self, obj: Any) -> bytes:
        """The bytes that are written: the pickle and its sum."""
        content: bytes = super()._dump(obj)
        return content + sha256(content).digest()  # pickle does not read on after its end

    def _load_data(self, name: str) -> Any:
        """The machine code of that name; `pickle.UnpicklingError` unless its sum is right."""
        content = Path(self._data_path(name)).read_bytes()
        if sha256(content[:-DIGEST]).digest() != content[-DIGEST:]:
            raise pickle.UnpicklingError(f"{name} is damaged")
        return pickle.loads(content[:-DIGEST])
