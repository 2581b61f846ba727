"""What a command says on standard output, unless it was told to be quiet.

Answers go through `say`; refusals and remarks go to standard error and are always said.
"""

from contextvars import ContextVar

import typer

_quiet = ContextVar("quiet", default=False)


def hush(wanted: bool) -> bool:
    """Be quiet from now on, or speak again; returns what was asked for, as options do.

    >>> hush(True), is_quiet(), hush(False)
    (True, True, False)
    """
    _quiet.set(wanted)
    return wanted


def hush_if(wanted: bool) -> bool:
    """Be quiet where that is wanted; where it is not, another option may have said so already.

    >>> hush_if(True), hush_if(False), hush(False)
    (True, True, False)
    """
    return hush(True) if wanted else is_quiet()


def is_quiet() -> bool:
    """Whether the command was told to print nothing but errors.

    >>> is_quiet()
    False
    """
    return _quiet.get()


def say(text: str) -> None:
    """Print a line, or several, unless the command is quiet.

    >>> say("wrote map.png")
    wrote map.png
    """
    if not is_quiet():
        typer.echo(text)
