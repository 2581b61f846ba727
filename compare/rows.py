"""What every table of points begins with: its quantities, its values, its first columns.

A row is a quantity at a point.  Points are told apart by the values that are arrays, or by labels
in their place; arrays broadcast to one shape, and the points are its entries in C order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from compare.quantities import Quantity, read_quantities
from systems import Model
from systems.expressions import shown
from systems.labels import place
from systems.values import Arrays, Values, read_values

if TYPE_CHECKING:
    import pandas as pd

# Columns of a table of both roads, behind those of its points
COLUMNS = ["analytic", "numeric", "deviation", "matching_digits", "resolved", "status"]


def read_rows(
    model: Model,
    quantities: str | Iterable[str],
    values: Values,
    labels: Mapping[str, Any] | None,
) -> tuple[tuple[Quantity, ...], Arrays, pd.DataFrame]:
    """What every table of points begins with: its quantities, its values, and its first columns.

    The columns are those of ``labels`` where they are given, else those of the values that are
    arrays (`coordinates`).  Raises `ValueError` or `TypeError` for what makes no sense.

    >>> from systems import kerr
    >>> values = {**kerr.VALUES, "xi": [0.1, 0.2]}
    >>> wanted, arrays, points = read_rows(kerr.MODEL, "g2", values, None)
    >>> wanted[0].name, arrays["xi"].tolist(), list(points)
    ('g2', [0.1, 0.2], ['xi'])
    """
    wanted, arrays = read_quantities(model, quantities), read_values(model, values)
    return wanted, arrays, coordinates(values if labels is None else labels, arrays)


def coordinates(given: Mapping[Any, Any], arrays: Arrays) -> pd.DataFrame:
    """The columns that tell the points apart: whatever in ``given`` is an array.

    ``arrays`` are the values as `systems.values.read_values` returns them, all of one shape, to
    which the columns broadcast, labelled ones by the names of their dimensions.  Raises
    `ValueError` where they do not, or where one has the name of a column of the table.

    >>> coordinates({"phi": [0.0, 1.0], "J": 2.0}, {"xi": np.zeros(2)})["phi"].tolist()
    [0.0, 1.0]
    """
    import pandas as pd

    if not isinstance(given, Mapping):
        raise TypeError(f"Argument `labels` must be a dict, but is {shown(given)}.")
    shape = next(iter(arrays.values())).shape
    columns: dict[str, np.ndarray] = {}
    for name, value in place(given, arrays).items():
        if np.ndim(value) == 0:
            continue
        column = _broadcast(str(name), np.asarray(value), shape)
        if np.iscomplexobj(column):
            columns |= {f"{name}_real": column.real, f"{name}_imag": column.imag}
        else:
            columns[str(name)] = column
    clash = sorted({"quantity", *COLUMNS} & columns.keys())
    if clash:
        raise ValueError(f"Argument `labels` must not use the name `{clash[0]}`: a column has it.")
    return pd.DataFrame(columns, index=range(int(np.prod(shape))))


def _broadcast(name: str, column: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """A flat column of the points; raises `ValueError` where it does not fit them."""
    try:
        return np.broadcast_to(column, shape).ravel()
    except ValueError:
        raise ValueError(
            f"Argument `labels` must broadcast to the points {shape}, "
            f"but `{name}` has the shape {column.shape}."
        ) from None


def ranges(arrays: Arrays) -> dict[str, Any]:
    """Each value as a number, or as its smallest and largest; a complex one by its modulus.

    That is what the sidecar of a table says about what was solved.

    >>> ranges({"chi": np.array([1.0, 2.0]), "J": np.array([3j, 3j])})
    {'chi': [1.0, 2.0], '|J|': 3.0}
    """
    sizes = {
        name if np.isrealobj(a) else f"|{name}|": a if np.isrealobj(a) else abs(a)
        for name, a in arrays.items()
    }
    ends = {name: (float(size.min()), float(size.max())) for name, size in sizes.items()}
    return {name: low if low == high else [low, high] for name, (low, high) in ends.items()}
