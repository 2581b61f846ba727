"""The charts that a table falls into: at most so many curves in one, one map per place of the rest.

A table over one value is one chart, a table over two a map.  Over three values and more a page
cannot show everything: it takes maps over the two longest axes at a few places of the others, the
first and the last among them, or a few curves over the longest axis.  Each chart says where it is.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from compare.curves import varied

if TYPE_CHECKING:
    import pandas as pd

FEW = 7  # values of an axis that are drawn as a curve each, in colours that are told apart
PLACES = 3  # of further axes: two ends and a middle show which way it goes, and fit into a page


class Panel(NamedTuple):
    """What one chart draws: its axes, its rows, and where they lie among all.

    >>> import pandas as pd
    >>> Panel(["xi"], pd.DataFrame({"xi": [0.1]}), {}).axes
    ['xi']
    """

    axes: list[str]  # one for curves, two for a map
    rows: "pd.DataFrame"
    place: Mapping[str, Any]  # values of the other axes, of a map


def axes_of(table: "pd.DataFrame") -> list[str]:
    """The columns of numbers over which a table is drawn: one, or two of which a map is made.

    The longest ones are taken; two make a map if both have more values than can be told apart as
    curves, and if every combination of values is there.

    >>> import pandas as pd
    >>> grid = pd.MultiIndex.from_product([range(9), range(3)], names=["chi", "xi"])
    >>> axes_of(grid.to_frame(index=False))  # three curves
    ['chi']
    >>> grid = pd.MultiIndex.from_product([range(2), range(9), range(8)], names=["J", "chi", "xi"])
    >>> axes_of(grid.to_frame(index=False))
    ['chi', 'xi']
    """
    counts = {n: table[n].nunique() for n in varied(table)}
    numbers = [n for n in counts if table[n].dtype.kind in "fiu" and counts[n] > 1]
    longest = sorted(numbers, key=lambda name: -counts[name])[:2]
    per_quantity = table["quantity"].nunique() if "quantity" in table else 1
    whole = len(table) == per_quantity * np.prod([max(1, n) for n in counts.values()])
    if len(longest) == 2 and whole and counts[longest[1]] > FEW:
        return sorted(longest, key=numbers.index)
    return longest[:1]


def panels(rows: "pd.DataFrame") -> Iterator[Panel]:
    """The charts of one quantity, in the order of its rows.

    >>> import pandas as pd
    >>> names = ["gamma", "chi", "xi"]
    >>> grid = pd.MultiIndex.from_product([range(9), range(9), range(8)], names=names)
    >>> for panel in panels(grid.to_frame(index=False)):
    ...     print(panel.axes, len(panel.rows), panel.place)
    ['gamma', 'chi'] 81 {'xi': 0}
    ['gamma', 'chi'] 81 {'xi': 4}
    ['gamma', 'chi'] 81 {'xi': 7}
    """
    axes = axes_of(rows)
    others = [n for n in varied(rows) if n not in axes and rows[n].nunique() > 1]
    if not others:
        yield Panel(axes, rows, {})
        return
    groups = list(rows.groupby(others, sort=False))
    if len(axes) == 1:
        yield Panel(axes, _joined(groups), {})
        return
    for key, group in spread(groups, PLACES):
        yield Panel(axes, group, dict(zip(others, key, strict=True)))


def _joined(groups: list[Any]) -> "pd.DataFrame":
    """The rows of at most `FEW` curves."""
    import pandas as pd

    return pd.concat([group for _, group in spread(groups, FEW)])


def spread(items: Any, most: int) -> Any:
    """At most so many items of a list or an array, ends among them, evenly spread.

    >>> spread([1, 2, 3, 4, 5], 3), spread([1, 2], 3)
    ([1, 3, 5], [1, 2])
    """
    count = len(items)
    places = np.unique(np.linspace(0, count - 1, min(count, most)).round().astype(int))
    return items[places] if isinstance(items, np.ndarray) else [items[i] for i in places]
