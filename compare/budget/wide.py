"""An error budget laid out wide: a row per point and quantity, its rungs as columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compare.budget.steps import varied

if TYPE_CHECKING:
    import pandas as pd


def widen(table: pd.DataFrame) -> pd.DataFrame:
    """One row per point and quantity: each rung a column, its step's contribution beside it.

    ``<rung>`` is the value and ``<rung>_contribution`` what the step to it contributes; the
    first rung has no step.  What the contributions add up to, the ``deviation`` of the first rung,
    comes after them, ``roundoff`` and ``status`` last; all but values are relative.  A rung that
    a quantity does not have is NaN there.

    >>> from compare.budget import budget
    >>> from systems import kerr
    >>> wide = widen(budget(kerr.MODEL, kerr.VALUES, "number,g2"))
    >>> wide.shape[0], [str(name) for name in wide.columns[:2]]
    (2, ['quantity', 'leading order'])
    """
    import pandas as pd

    rungs = list(dict.fromkeys(table["rung"]))
    # the points in their own order, also where one is given twice
    first = table["rung"] == table["rung"].groupby(table["quantity"]).transform("first")
    row = first.cumsum().rename("row")
    columns = {}
    for rung in rungs:
        at = table[table["rung"] == rung].set_axis(row[table["rung"] == rung])
        columns[rung] = at["value"]
        if rung != rungs[0]:
            columns[f"{rung}_contribution"] = at["contribution"]
    ends = table[first].set_axis(row[first])
    last = ends[["deviation", "roundoff", "status"]]
    wide = pd.concat([ends[[*varied(table), "quantity"]], pd.DataFrame(columns), last], axis=1)
    wide.attrs = dict(table.attrs)
    return wide.reset_index(drop=True)


def errors(table: pd.DataFrame) -> pd.DataFrame:
    """One row per point and quantity: the closed form, the master equation, and their deviation.

    >>> from compare.budget import budget
    >>> from systems import kerr
    >>> few = errors(budget(kerr.MODEL, {**kerr.VALUES, "xi": [0.01, 0.02]}, "g2"))
    >>> few.shape[0], [str(name) for name in few.columns[-3:]]
    (2, ['deviation', 'roundoff', 'status'])
    """
    wide, rungs = widen(table), list(dict.fromkeys(table["rung"]))
    names = [*varied(table), "quantity", rungs[0], rungs[-1], "deviation", "roundoff", "status"]
    return wide[list(dict.fromkeys(names))]
