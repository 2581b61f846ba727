"""Where the error of a closed form comes from: a signed ladder from the formula to the truth.

`compare.budget.rungs` lists the rungs.  ``deviation`` is ``rung/master equation - 1``, and what
a step contributes to the error of the formula is

    contribution = deviation of the rung before - deviation of the rung,

so that the contributions of all steps add up to the deviation of the first rung.  ``roundoff`` is
the floor below which no contribution means anything: the relative error that is estimated
for the converged number.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from compare.budget.rungs import BETWEEN, BRINGS, JUMPS, TRUTH, Rung, build_rungs
from compare.quantities import Quantity, check_holds
from compare.rows import read_rows
from compare.states import ORDER
from systems import Model
from systems.progress import counted, hushable
from systems.values import Values, check_positive

if TYPE_CHECKING:
    import pandas as pd

    import numeric

# Of a rung: the formula is derived for all of them, and a density matrix holds their square, which
# is 10,000 unknowns of the direct solver.
STATES = 100
COLUMNS = ["rung", "value", "step", "deviation", "contribution", "roundoff", "status"]


@hushable
def budget(
    model: Model,
    values: Values,
    quantities: str | Iterable[str] = ("number", "g2"),
    *,
    labels: Mapping[str, Any] | None = None,
    quanta: int | None = None,
    truncation: int | Mapping[str, int] | None = None,
    tolerance: float = 1e-8,
    order: int = ORDER,
    limit: int | None = None,
    solver: str = "auto",
    progress: bool = True,
) -> pd.DataFrame:
    """Tidy table of the ladder: one row per quantity, point and rung.

    The values that are arrays come first (or ``labels``), as in `compare.agreement`; then
    ``quantity, rung, value, step, deviation, contribution, roundoff, status``.  ``step`` is the
    change of the value; ``deviation``, ``contribution`` and ``roundoff`` are relative to the
    converged master equation, whose status is ``status``.  ``quanta`` is the truncation of the
    formula; without it the fewest that hold the quantities.  Rungs that the model does not allow
    (no amplitudes with dephasing, say) are left out, and ``attrs["left_out"]`` says why.  With a
    column for each rung and each contribution: `widen`.  ``progress=False`` shows no bar.

    The truncation of the master equation is chosen point by point, with ``tolerance``, ``order``
    (at least that of what is asked for), ``limit`` and ``solver`` as in `numeric.steady_state`, or
    it is ``truncation``, which is ``quanta`` there: here the formula has that name.

    Raises `ValueError` for values, quantities or quanta that make no sense, and for quanta that
    leave more than `STATES` states.

    >>> from systems import kerr
    >>> table = budget(kerr.MODEL, kerr.VALUES, "number")
    >>> [str(name) for name in table["rung"].iloc[[0, 1, -1]]]
    ['leading order', 'normalised', 'master equation']
    >>> bool(np.isclose(table["contribution"].sum(), table["deviation"].iloc[0], rtol=1e-12))
    True
    """
    import pandas as pd

    import numeric
    from numeric.arguments import check_quanta

    wanted, arrays, points = read_rows(model, quantities, values, labels)
    least = max(sum(q.occupation) for q in wanted)
    if quanta is not None:
        check_positive("quanta", quanta)
    check_holds(wanted, quanta)
    if truncation is not None:
        check_quanta(model, truncation, "truncation")
        check_holds(wanted, truncation, "truncation")
    grade = max(q.quanta(model) for q in wanted)
    _check_work(model, quanta or least)
    states = numeric.steady_state(
        model, arrays, truncation, solver, tolerance, limit, max(order, least), progress
    )
    rungs = build_rungs(model, arrays, quanta or grade, quanta or least, states, truncation)
    left_out: dict[str, str] = {}
    tables = [_ladder(points, q, rungs, states, left_out, progress) for q in wanted]
    table = pd.concat(tables, ignore_index=True)
    table.attrs = {"model": model.name, "quanta": quanta or grade, "left_out": left_out}
    return table


def _check_work(model: Model, quanta: int) -> None:
    """Raise `ValueError` for a truncation that the rungs of H_eff cannot be waited for.

    The rungs of H_eff work with all of its states, and the rung `truncated` with the density
    matrix, which has as many unknowns as the square of their number.
    """
    from numeric.lindblad.space import count_states

    states = count_states(model.modes, quanta)
    if states > STATES:
        most = max(q for q in range(1, STATES) if count_states(model.modes, q) <= STATES)
        raise ValueError(
            f"Argument `quanta` must leave at most {STATES} states, but {quanta} quanta leave "
            f"{states:,}, and the master equation of the rung `truncated` then has {states**2:,} "
            f"unknowns: at most {most} quanta do for this model."
        )


def varied(table: pd.DataFrame) -> list[str]:
    """The columns of a budget that tell its points apart.

    >>> from systems import kerr
    >>> varied(budget(kerr.MODEL, {**kerr.VALUES, "xi": [0.01, 0.02]}, "number"))
    ['xi']
    """
    return [name for name in table.columns if name not in {"quantity", *COLUMNS}]


def brings(ladder: pd.DataFrame) -> list[str]:
    """What each rung of one ladder adds to the one before, in words.

    Whichever rung first follows those of H_eff brings the quantum jumps.

    A rung that the model does not allow is missing in a ladder, and the next one then brings what
    both would have brought.

    >>> from systems import kerr
    >>> ladder = budget(kerr.MODEL, kerr.VALUES, "number", progress=False)
    >>> len(brings(ladder)) == len(ladder)
    True
    """
    rungs = list(ladder["rung"])
    pure = [rung.startswith("H_eff") for rung in rungs]
    steps = [
        JUMPS if before and not here else BRINGS[rung]
        for rung, before, here in zip(rungs, [False, *pure], pure, strict=False)
    ]
    if sum(pure) == 1:  # of photons that push a mirror: no rung lies between
        steps[pure.index(True)] = BETWEEN
    return steps


def _ladder(
    points: pd.DataFrame,
    quantity: Quantity,
    rungs: Mapping[str, Rung],
    states: numeric.SteadyState,
    left_out: dict[str, str],
    progress: bool,
) -> pd.DataFrame:
    """The rows of one quantity, the rungs of a point together; notes what is left out.

    ``points`` are the columns that tell the points apart; a rung that the model refuses is noted in
    ``left_out`` with the sentence of its refusal.
    """
    import pandas as pd

    found = {TRUTH: np.ravel(rungs[TRUTH](quantity))}
    for name, rung in counted(rungs.items(), f"rungs of {quantity.name}", progress=progress):
        try:
            found[name] = np.ravel(rung(quantity)).astype(float)
        except ValueError as refusal:
            left_out.setdefault(name, str(refusal))
    names = [name for name in rungs if name in found]
    value = np.stack([found[name] for name in names])
    # a rung without a number contributes nothing, and the next is measured from the one before
    known = pd.DataFrame(value).ffill().to_numpy()
    with np.errstate(divide="ignore", invalid="ignore"):
        deviation, left = value / value[-1] - 1, known / value[-1] - 1
    columns = {
        "value": value,
        "step": np.diff(known, axis=0, prepend=known[:1]),
        "deviation": deviation,
        "contribution": np.diff(-left, axis=0, prepend=-left[:1]),
        "roundoff": np.broadcast_to(_floor(states, quantity), value.shape),
        "status": np.broadcast_to(np.ravel(quantity.status_on(states)), value.shape),
    }
    rows = points.loc[np.repeat(points.index, len(names))].reset_index(drop=True)
    ladder = np.tile(np.array(names), len(points))
    by_point = {name: column.T.ravel() for name, column in columns.items()}
    return rows.assign(quantity=quantity.name, rung=ladder, **by_point)


def _floor(states: numeric.SteadyState, quantity: Quantity) -> np.ndarray:
    """Estimated relative error of a quantity on the master equation, one number per point.

    Below it a contribution says nothing.  It is NaN or infinite where the number itself is zero.
    """
    found = quantity.estimate_on(states)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.ravel(found.error / abs(found.value))
