"""Tables for panels: a formula of a sheet along one value, and numbers that are no plain quantity.

All have the columns of `compare.agreement`, so that one summary holds for them: how far both roads
are apart.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from compare.agreement import agreement, compare_numbers
from compare.audit.decision import measure
from compare.audit.judgement import own_drive
from compare.audit.measure import Measure
from compare.audit.point import model_values
from compare.audit.sheet import CLAIM, FORMULA, Sheet


def formula(sheet: Sheet, name: str, **values: Any) -> Measure:
    """A formula of the sheet by its id, at other values; raises `ValueError` for another id.

    >>> from compare.papers import load
    >>> float(formula(load("huang2018").sheet(), "g2_along", k=1.0).point()["Delta"])
    0.0
    """
    entries = {entry.id: entry for entry in sheet.of(FORMULA)}
    if name not in entries:
        raise ValueError(f"Formula `{name}` does not exist; there are {', '.join(entries)}.")
    return measure(sheet, entries[name], {"values": values})


def where(sheet: Sheet, name: str) -> str:
    """The place of a formula of the sheet and the drive there, for the head of a panel.

    >>> from compare.papers import load
    >>> where(load("huang2018").sheet(), "g2_along")
    'Eq. (7) at k = 1.5, 29 kHz, along the rotation; input power 2e-15 W'
    """
    entry = next(entry for entry in sheet.of(FORMULA) if entry.id == name)
    return f"{entry.place}; {sheet.drive.words} {own_drive(sheet, entry):g} {sheet.drive.unit}"


def printed(sheet: Sheet, name: str) -> float:
    """The number that a claim of the sheet prints, by its id, to be marked in a panel.

    >>> from compare.papers import load
    >>> printed(load("huang2018").sheet(), "along_29_kHz")
    673.0
    """
    return next(float(entry.printed) for entry in sheet.of(CLAIM) if entry.id == name)


def scan(asked: Measure, name: str, x: np.ndarray, **labels: Any) -> pd.DataFrame:
    """Both roads of a measure against one of its values: the table of `compare.agreement`.

    ``labels`` are further columns, the same in every row, which say which curve it is.

    >>> from compare.papers import load
    >>> asked = formula(load("huang2018").sheet(), "g2_against")
    >>> scan(asked, "k", np.array([1.0, 1.5]), way="against").columns[:3].tolist()
    ['k', 'way', 'quantity']
    """
    point = asked.at(**{name: x}).point()
    columns = {name: x} | {label: np.full(x.shape, value) for label, value in labels.items()}
    values = model_values(asked.target, point)
    quantity = str(asked.asked["quantity"])
    return agreement(asked.target.model, values, quantity, labels=columns)


def joined(sheet: Sheet, parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Tables of `scan` one below the other; ``attrs`` hold the sheet's values and theirs.

    >>> from compare.papers import load
    >>> sheet = load("huang2018").sheet()
    >>> k = np.array([1.0, 1.5])
    >>> parts = [scan(formula(sheet, name), "k", k) for name in ("g2_against", "g2_along")]
    >>> len(joined(sheet, parts)), sorted(joined(sheet, parts).attrs)
    (4, ['numeric', 'values'])
    """
    table = pd.concat(parts, ignore_index=True)
    table.attrs = {"values": dict(sheet.values), "numeric": [part.attrs for part in parts]}
    return table


def tabulated(labels: Mapping[str, Any], quantity: str, leading: Any, master: Any) -> pd.DataFrame:
    """Numbers of both roads with their labels, one row a point, in the columns of `agreement`.

    A number of the master equation that is not trusted is NaN, and "not resolved".

    >>> tabulated({"N": [1, 2]}, "least g2", [0.5, 0.6], [0.5, np.nan])["resolved"].tolist()
    [True, False]
    """
    leading, master = np.broadcast_arrays(np.asarray(leading, float), np.asarray(master, float))
    known = np.isfinite(master)
    columns = {name: np.broadcast_to(value, master.shape) for name, value in labels.items()}
    return pd.DataFrame({
        **columns, "quantity": quantity, "analytic": leading, "numeric": master,
        **compare_numbers(leading, master), "resolved": known,
        "status": np.where(known, "ok", "not resolved"),
    })  # fmt: skip
