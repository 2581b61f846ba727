"""Compiled functions that run whatever becomes of the cache of compiled code.

Numba keeps what it compiled beside the source or, where that is read-only, below the user's home.
Where neither can be written it refuses to compile at all, and a file of the cache that was cut
short or damaged ends every later run.  Here the cache only saves time: it moves to a private
folder for temporary files if it must, without that the code is compiled in every run, and what
cannot be read is compiled again and written anew.
"""

import os
import pickle
import sys
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from tempfile import gettempdir
from threading import Lock
from typing import Any

import numba
from numba.core.caching import FunctionCache, IndexDataCacheFile

DIGEST = sha256().digest_size
COMPILING = Lock()
NO_PLACE = (RuntimeError, OSError)  # Numba's words for "no folder can be written"


def njit(*, cache: bool = True, **options: Any) -> Callable[[Any], Any]:
    """`numba.njit` whose cache may be out of reach or damaged; ``options`` are Numba's own.

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
    """Compile for these types of arguments: one thread does, the others wait.

    >>> double = njit(cache=False)(lambda x: 2 * x)
    >>> compile_once(double, 3)
    >>> len(double.signatures)
    1
    """
    with COMPILING:
        if not function.signatures:
            function.compile(tuple(numba.typeof(argument) for argument in arguments))


def _find_cache(function: Any) -> "Cache":
    """The cache of a function, in the first place that can be written; raises `NO_PLACE`."""
    try:
        return Cache(function)
    except NO_PLACE:
        numba.config.CACHE_DIR = str(_private_folder())
        return Cache(function)


def _private_folder() -> Path:
    """A folder for temporary files that nobody else can write: what lies in it will be run."""
    user = os.getuid() if sys.platform != "win32" else 0  # Windows has one a user
    folder = Path(gettempdir(), f"photon-blockade-{user}")
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if sys.platform != "win32" and (found.st_uid != user or found.st_mode & 0o077):
        raise PermissionError(f"{folder} is open to others")
    return folder


class Cache(FunctionCache):
    """Numba's cache of one function, of which every failure means: not cached."""

    def __init__(self, function: Any) -> None:
        super().__init__(function)
        made = self._cache_file
        self._cache_file: Any = SummedFile(
            made._cache_path, self._impl.filename_base, made._source_stamp
        )

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """What was compiled for these types, or ``None``."""
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


class SummedFile(IndexDataCacheFile):
    """Files of machine code that end with their SHA-256: damaged code is never run."""

    def _dump(self, obj: Any) -> bytes:
        content: bytes = super()._dump(obj)
        return content + sha256(content).digest()  # pickle does not read on after its end

    def _load_data(self, name: str) -> Any:
        content = Path(self._data_path(name)).read_bytes()
        if sha256(content[:-DIGEST]).digest() != content[-DIGEST:]:
            raise pickle.UnpicklingError(f"{name} is damaged")
        return pickle.loads(content[:-DIGEST])
