"""Complex values as one real coordinate, where they lie on a line that has one.

A complex value of a table stands in two columns, ``J_real`` and ``J_imag``.  A curve over its real
part alone would be wrong as soon as the phase turns: what varies is named, ``|J|`` along a ray from
zero, ``arg J`` on a circle, ``Re J`` or ``Im J`` where the other part stays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

SAME = 1e-9  # of the largest modulus: what differs by less is round-off of the user's own numbers


def on_a_line(name: str, values: np.ndarray) -> tuple[str, np.ndarray] | None:
    """Name and numbers of the real coordinate of values; None where they lie on no such line.

    >>> name, phase = on_a_line("J", np.exp(1j * np.array([0.0, 1.0, 4.0])))
    >>> name, phase.round(6).tolist()
    ('arg J', [0.0, 1.0, 4.0])
    >>> on_a_line("J", np.array([0, 1 + 1j, 3]))
    >>> on_a_line("J", np.array([0, 1 + 1j, 2 + 2j]))[0]
    '|J|'
    """
    if not np.iscomplexobj(values):
        return name, values
    size = np.abs(values)
    least = SAME * size.max(initial=0.0)
    turned = values * np.exp(-1j * np.angle(values[np.argmax(size)]))
    if np.ptp(values.imag) <= least:
        return f"Re {name}", values.real
    if np.ptp(values.real) <= least:
        return f"Im {name}", values.imag
    if np.all(np.abs(turned - size) <= least):
        return f"|{name}|", size
    if np.ptp(size) <= least:
        return f"arg {name}", np.unwrap(np.angle(values))
    return None


def straightened(table: pd.DataFrame) -> pd.DataFrame:
    """The table with one column in the place of two for each complex value that lies on a line.

    >>> import pandas as pd
    >>> table = pd.DataFrame({"J_real": [1.0, 2.0], "J_imag": [1.0, 2.0], "quantity": "g2"})
    >>> [str(name) for name in straightened(table).columns]
    ['|J|', 'quantity']
    """
    for real in [str(name) for name in table.columns if str(name).endswith("_real")]:
        name, imag = real.removesuffix("_real"), f"{real.removesuffix('_real')}_imag"
        if imag not in table:
            continue
        values = table[real].to_numpy() + 1j * table[imag].to_numpy()
        found = on_a_line(name, values)
        if found is not None:
            attrs, place = table.attrs, list(table.columns).index(real)
            table = table.drop(columns=[real, imag])
            table.insert(place, *found)
            table.attrs = attrs
    return table


def tangled(table: pd.DataFrame) -> list[str]:
    """The complex values of a table that neither lie on a line nor fill a grid of their parts.

    >>> import pandas as pd
    >>> tangled(pd.DataFrame({"J_real": [0.0, 1.0, 3.0], "J_imag": [0.0, 1.0, 0.0]}))
    ['J']
    """
    names = [str(name).removesuffix("_real") for name in straightened(table).columns]
    return [
        name
        for name in names
        if f"{name}_imag" in table
        and len(table[[f"{name}_real", f"{name}_imag"]].drop_duplicates())
        < table[f"{name}_real"].nunique() * table[f"{name}_imag"].nunique()
    ]
