"""Show that libraries are loading, which takes seconds the first time and on a busy machine."""

from collections.abc import Callable
from functools import wraps
from importlib import import_module
from typing import ParamSpec, TypeVar

from systems.progress import busy

P = ParamSpec("P")
R = TypeVar("R")


def loads(*modules: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """A decorator of commands: load what the command imports, with a clock after one second.

    The command goes on importing it by name, where it is used; here it is only waited for.

    >>> @loads("fractions")
    ... def half() -> str:
    ...     from fractions import Fraction
    ...
    ...     return str(Fraction(1, 2))
    >>> half()
    '1/2'
    """

    def decorate(command: Callable[P, R]) -> Callable[P, R]:
        @wraps(command)
        def loaded(*args: P.args, **kwargs: P.kwargs) -> R:
            with busy("loading libraries"):
                for module in modules:
                    import_module(module)
            return command(*args, **kwargs)

        return loaded

    return decorate
