"""Files and folders in the words of whoever asked for them, where the disk refuses.

What is written appears under a passing name first, and a disk that is full does not say where.
Whoever reads the error knows the name that was asked for.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def named(path: Path) -> Iterator[None]:
    """Let an `OSError` of the system name this file or folder.

    >>> with named(Path("mine.csv")):
    ...     raise OSError(28, "No space left on device", "passing.part")
    Traceback (most recent call last):
        ...
    OSError: [Errno 28] No space left on device: 'mine.csv'
    """
    try:
        yield
    except OSError as error:
        if error.errno is None:  # a sentence of our own, such as one on a lock
            raise
        raise OSError(error.errno, error.strerror, str(path)) from error


def told(error: BaseException) -> str:
    """An error in one sentence; of the system, with the file or folder and what it says.

    >>> told(OSError(28, "No space left on device", "mine.csv"))
    'File or folder `mine.csv` must be one that can be used, but: No space left on device.'
    >>> told(ValueError("Argument `quanta` must be positive, but is 0."))
    'Argument `quanta` must be positive, but is 0.'
    """
    if isinstance(error, OSError) and error.filename and error.strerror:
        return (
            f"File or folder `{error.filename}` must be one that can be used, but: "
            f"{error.strerror}."
        )
    return str(error)


def small_suffix(path: Path) -> Path:
    """The path with its suffix in small letters: FILE.PNG is FILE.png.

    >>> small_suffix(Path("My Map.PNG")).name, small_suffix(Path("none")).name
    ('My Map.png', 'none')
    """
    return path.with_suffix(path.suffix.lower()) if path.suffix else path
