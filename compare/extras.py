"""Libraries that only some of the commands need, imported where they are used."""

from importlib import import_module
from types import ModuleType


class NotInstalled(ImportError):
    """A library of an extra is missing; the message says what to install.

    >>> raise NotInstalled("`bokeh` is not installed")
    Traceback (most recent call last):
        ...
    compare.extras.NotInstalled: `bokeh` is not installed
    """


def needed(module: str, extra: str) -> ModuleType:
    """A module of an extra; raises `NotInstalled` with what to install where it is missing.

    >>> needed("no_such_library.part", "report")
    Traceback (most recent call last):
        ...
    compare.extras.NotInstalled: `no_such_library` is not installed; pip install ... has it.
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        library = module.partition(".")[0]
        if error.name != library:
            raise
        raise NotInstalled(
            f'`{library}` is not installed; pip install "photon-blockade[{extra}]" has it.'
        ) from None
