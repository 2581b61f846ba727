"""How the master equation is truncated, in the words of the command line.

Every command that solves it takes the same options and reads them here, into the arguments of
`numeric.steady_state` by the same names.  What is not given stays away: the public function has its
own usual value.
"""

import re
from ast import literal_eval
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Search:
    """How a truncation is chosen, or which one is given, and by which solver it is solved.

    >>> Search("6").arguments()
    {'quanta': 6, 'solver': 'auto'}
    """

    quanta: str | None = None
    tolerance: float | None = None
    order: int | None = None
    limit: int | None = None
    solver: str = "auto"

    def words(self) -> dict[str, Any]:
        """The options for the line of the command: None for one that is not given.

        >>> Search(tolerance=1e-6).words()["tolerance"]
        1e-06
        """
        chosen = {"tolerance": self.tolerance, "order": self.order, "limit": self.limit}
        return {"quanta": self.quanta, **chosen, "solver": self.solver}

    def arguments(self) -> dict[str, Any]:
        """The arguments of a public function; raises `ValueError` for quanta that are none.

        >>> Search("a=4,b=30", limit=300).arguments()
        {'quanta': {'a': 4, 'b': 30}, 'limit': 300, 'solver': 'auto'}
        """
        cut = None if self.quanta is None else read_cut(self.quanta)
        return {name: x for name, x in (self.words() | {"quanta": cut}).items() if x is not None}


def read_cut(text: str, option: str = "quanta") -> int | dict[str, int]:
    """A truncation as ``quanta`` of `numeric.steady_state` takes it; raises `ValueError`.

    ``option`` is the name of the option that holds it.

    >>> read_cut("6"), read_cut("a=4,b=30"), read_cut("a+b=4,c=30")
    (6, {'a': 4, 'b': 30}, {'a+b': 4, 'c': 30})
    """
    words = [word.partition("=") for word in text.split(",")]
    try:
        if len(words) == 1 and not words[0][1]:
            return int(text)
        return {mode.strip(): int(top) for mode, _, top in words}
    except ValueError:
        raise ValueError(
            f"Option `--{option}` must be a number, or one for each mode (a=4,b=30) or sum of "
            f"modes (a+b=4,c=30), but is `{text}`."
        ) from None


def typed(advice: str) -> str:
    """What `numeric.SteadyState.advice` says, in the words of the command line.

    >>> typed("Ask for `order=2`, or no `limit`, or a cut (`quanta={'a + 2 b': 8, 'c': 3}`).")
    'Ask for `--order 2`, or no `--limit`, or a cut (`--quanta a+2b=8,c=3`).'
    """
    return re.sub(r"`(order|tolerance|limit|quanta)(?:=(.*?))?`", _option, advice)


def _option(found: re.Match[str]) -> str:
    """A keyword of Python, with its value or without one, as an option."""
    name, value = found.groups("")
    if value.startswith("{"):
        sides = literal_eval(value).items()
        value = ",".join(f"{modes.replace(' ', '')}={top}" for modes, top in sides)
    return f"`--{name} {value}".rstrip() + "`"
