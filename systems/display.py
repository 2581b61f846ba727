"""How an object shows itself: one line anywhere, a small table in a notebook.

A class says its `_title` and its `_facts`; `Shown` makes both views of them.  Arrays are told by
their ends: a batch of a million points takes one line as a single point does.
"""

from collections.abc import Mapping
from html import escape
from typing import Any

import numpy as np

LONGEST = 60  # signs of one value in a line


class Shown:
    """An object with a title and facts; its line is the title, its table has both.

    >>> class Cavity(Shown):
    ...     def _title(self):
    ...         return "cavity"
    ...     def _facts(self):
    ...         return {"loss": "1 < 2"}
    >>> Cavity()
    <cavity>
    >>> Cavity()._repr_html_()
    '<table><caption>cavity</caption><tr><th>loss</th><td>1 &lt; 2</td></tr></table>'
    """

    def _title(self) -> str:
        """What it is, on one line."""
        raise NotImplementedError

    def _caption(self) -> str:
        """The title above the table; formulas stand between dollars."""
        return self._title()

    def _facts(self) -> Mapping[str, Any]:
        """What a reader wants to know of it, by name; formulas stand between dollars."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return f"<{self._title()}>"

    def _repr_html_(self) -> str:
        rows = (
            f"<tr><th>{escape(str(name))}</th><td>{escape(str(fact))}</td></tr>"
            for name, fact in self._facts().items()
        )
        return f"<table><caption>{escape(self._caption())}</caption>{''.join(rows)}</table>"


def ends(values: Any) -> str:
    """A number, or the smallest and the largest of an array, in six digits.

    >>> ends(0.25), ends([1.0, 3.0, 2.0]), ends(1j)
    ('0.25', '1 to 3', '0+1j')
    """
    array = np.asarray(values)
    if array.ndim == 0:
        return f"{array.item():.6g}"
    size = abs(array) if np.iscomplexobj(array) else array
    known = size[~np.isnan(size)]
    if not known.size:
        return "none"
    low, high = known.min(), known.max()
    return f"{low:.6g}" if low == high else f"{low:.6g} to {high:.6g}"


def counts(words: Any) -> str:
    """How often each word stands in an array, the most frequent first.

    >>> counts(["ok", "ok", "undefined"]), counts("ok")
    ('2 ok, 1 undefined', 'ok')
    """
    array = np.asarray(words).astype(str)
    if array.ndim == 0:
        return str(array)
    found, times = np.unique(array, return_counts=True)
    order = np.argsort(-times, kind="stable")
    return ", ".join(f"{times[i]} {found[i]}" for i in order)


def points(shape: tuple[int, ...]) -> str:
    """The points of a batch in words.

    >>> points(()), points((100,)), points((20, 30))
    ('one point', '100 points', '600 points (20 x 30)')
    """
    if shape == ():
        return "one point"
    several = f" ({' x '.join(map(str, shape))})" if len(shape) > 1 else ""
    return f"{int(np.prod(shape))} points{several}"
