"""The master equation alone, as a table: every number with its error and what it is worth.

It asks for no closed form, and so serves models that have none: thermal light, squeezing, gain,
anything whose jumps do not lower the number of quanta.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from compare.quantities import written_out
from compare.rows import ranges, read_rows
from compare.states import describe, steady_states, ways_out
from systems import Model
from systems.progress import hushable
from systems.values import Values

if TYPE_CHECKING:
    import pandas as pd


@hushable
def solve(
    model: Model,
    values: Values,
    quantities: str | Iterable[str] = ("number", "g2"),
    *,
    labels: Mapping[str, Any] | None = None,
    quanta: int | Mapping[str, int] | None = None,
    solver: str = "auto",
    tolerance: float = 1e-8,
    order: int = 2,
    limit: int | None = None,
    progress: bool = True,
) -> pd.DataFrame:
    """Tidy table of the master equation, one row per quantity and point.

    The values that are arrays come first (or ``labels``), as in `compare.agreement`; then
    ``quantity, numeric, error, status``.  ``numeric`` is NaN where the status is not "ok", and
    ``error`` is absolute: that of round-off and, as far as it is known, of the truncation.
    Without ``quanta`` the truncation is chosen point by point, with ``tolerance``, ``order`` and
    ``limit`` as in `numeric.steady_state`.  How it was solved is kept in
    ``attrs``.  ``progress=False`` shows no bar.

    Raises `ValueError` or `TypeError` for values, quantities, labels or quanta that make no sense.

    Light of a cavity in a bath of 0.5 thermal photons is bunched, g2 = 2 (R. J. Glauber, Phys.
    Rev. 131, 2766 (1963)), as long as the drive is weak:

    >>> import sympy as sp
    >>> from sympy.physics.quantum import Dagger
    >>> from sympy.physics.quantum.boson import BosonOp
    >>> from systems import Loss, Model
    >>> a, F, n = BosonOp("a"), sp.Symbol("F", positive=True), sp.Symbol("n", positive=True)
    >>> losses = (Loss(1 + n, a), Loss(n, Dagger(a)))
    >>> bath = Model("thermal cavity", F * (a + Dagger(a)), losses, drive=F)
    >>> table = solve(bath, {"F": 1e-6, "n": 0.5}, "number,g2")
    >>> table["numeric"].round(6).tolist(), table["status"].tolist()
    ([0.5, 2.0], ['ok', 'ok'])
    """
    import pandas as pd

    wanted, arrays, points = read_rows(model, quantities, values, labels)
    states = steady_states(model, arrays, wanted, quanta, solver, tolerance, order, limit, progress)
    parts = []
    for quantity in wanted:
        found = [quantity.estimate_on(state) for state in states]
        columns = {
            "numeric": np.concatenate([estimate.trusted for estimate in found]),
            "error": np.concatenate([estimate.error for estimate in found]),
            "status": np.concatenate([estimate.status for estimate in found]).astype(str),
        }
        parts.append(points.assign(quantity=quantity.name, **columns))
    table = pd.concat(parts, ignore_index=True)
    table.attrs = {"model": model.name, "values": ranges(arrays), "numeric": describe(states)}
    table.attrs["written_out"] = written_out(model, wanted)
    if advice := ways_out(states, table["status"]):
        table.attrs["advice"] = advice
    return table
