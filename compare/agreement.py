"""How far the closed forms are from the master equation, point by point.

The deviation of a quantity is ``analytic/numeric - 1``.  To leading order it falls as the
square of the drive.  ``matching_digits = -log10 |deviation|``, between 0 and the 15.7 digits
of double precision.  A numerical value below its own round-off floor is not resolved: its
deviation says nothing, and no summary counts it.  The same holds where a formula is 0/0 or
infinite, or where only the master equation is zero: `status` says so, and no deviation is given.

Each road is solved by itself and meets the other in this table only.  A number that is not trusted
on one of them has no deviation: the column ``status`` says why, in a word of `systems.status`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

import analytic
from analytic.closed import own_letters
from compare.quantities import Quantity, written_out
from compare.rows import COLUMNS, ranges, read_rows
from compare.states import describe, steady_states, ways_out
from systems import Model
from systems.progress import hushable
from systems.status import Status
from systems.values import Arrays, Values

if TYPE_CHECKING:
    import pandas as pd

    import numeric

DIGITS = -np.log10(np.finfo(float).eps)  # what double precision can tell apart
UNDEFINED, DIVERGES = Status.FORMULA_UNDEFINED, Status.FORMULA_DIVERGES
# largest relative change by two more quanta of a number that is resolved: a deviation is then good
# to as many digits as a table shows
CONVERGED = 1e-6
Form: TypeAlias = tuple[analytic.Closed, Any]  # closed forms, and an expression of them


@hushable
def agreement(
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
    """Tidy table of both roads, one row per quantity and point.

    The values that are arrays come first, one column each (a complex one as ``J_real`` and
    ``J_imag``; of labelled values their coordinates before them), or ``labels`` in their place, for
    points that are better known by something else: ``labels={"phi_um": phi * 1e6}``.  Then
    ``quantity, analytic, numeric, deviation, matching_digits, resolved, status``.  ``analytic`` is
    the leading order in the drive, `compare.quantities` explains the names; ``quanta``, ``solver``,
    ``tolerance``, ``order`` (at least that of what is asked for) and ``limit`` are those of
    `numeric.steady_state`.  A number that two more quanta than were given change by more than
    `CONVERGED` stays in the table as "not converged".  What was computed how is kept in ``attrs``.
    ``progress=False`` shows no bar.

    A model, or a quantity of it, that has no closed form has an empty column ``analytic`` and the
    status "no formula" where the master equation is "ok"; ``attrs["without_formula"]`` says why.

    Raises `ValueError` or `TypeError` for values, quantities, labels or quanta that make no sense.

    Rates are in the unit that the values have, all in the same; numbers, probabilities and
    correlations have none.  Arrays broadcast to one shape, and the points are its entries in C
    order.

    >>> from systems import kerr
    >>> table = agreement(kerr.MODEL, {**kerr.VALUES, "xi": np.array([0.01, 0.02])}, "number")
    >>> [str(name) for name in table.columns[:4]], table["status"].tolist()
    (['xi', 'quantity', 'analytic', 'numeric'], ['ok', 'ok'])
    >>> weak, strong = table["deviation"]
    >>> round(float(strong / weak), 1)  # second order in the drive
    4.0
    """
    import pandas as pd

    wanted, arrays, points = read_rows(model, quantities, values, labels)
    forms, left_out = closed_forms(model, wanted)
    states = steady_states(model, arrays, wanted, quanta, solver, tolerance, order, limit, progress)
    parts = [
        points.assign(quantity=q.name, **columns_of(q, forms.get(q.name), states, arrays))
        for q in wanted
    ]
    table = pd.concat(parts, ignore_index=True)
    table.attrs = {"model": model.name, "values": ranges(arrays), "numeric": describe(states)}
    table.attrs["written_out"] = written_out(model, wanted)
    if advice := ways_out(states, table["status"]):
        table.attrs["advice"] = advice
    if left_out:
        table.attrs["without_formula"] = left_out
    return table


def closed_forms(
    model: Model, wanted: Sequence[Quantity]
) -> tuple[dict[str, Form], dict[str, str]]:
    """The closed form of each quantity that has one, and of the others the reason in a sentence.

    A model has none where jumps do not lower its quanta or its Hamiltonian has no grading, unless
    it is that of a mirror which photons push (`analytic.find_closed`); a
    quantity of it may have none where jumps decide (`analytic.NotSeen`), or a mode stays empty.

    >>> from compare.quantities import read_quantities
    >>> from systems import kerr
    >>> forms, left_out = closed_forms(kerr.MODEL, read_quantities(kerr.MODEL, "number"))
    >>> forms["number"][1], left_out
    (4*xi**2/Abs(2*Delta - I*gamma)**2, {})
    """
    forms, left_out = dict[str, Form](), dict[str, str]()
    try:
        closed = analytic.find_closed(model, quanta=max(q.quanta(model) for q in wanted))
    except ValueError as reason:
        return {}, {q.name: str(reason) for q in wanted}
    for quantity in wanted:
        try:
            forms[quantity.name] = closed, quantity.on(closed, abbreviations=own_letters(closed))
        except ValueError as reason:
            left_out[quantity.name] = str(reason)
    return forms, left_out


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """One row per quantity of a table of `agreement`: the size of its deviation over all points.

    ``largest``, ``median`` and ``rms`` are of ``|deviation|`` over the resolved points; ``where``,
    ``analytic`` and ``numeric`` belong to the largest.  ``left_out`` says why and how often a
    point is not resolved.

    >>> from systems import kerr
    >>> table = agreement(kerr.MODEL, {**kerr.VALUES, "xi": np.array([0.01, 0.02])}, "number")
    >>> row = summary(table).iloc[0]
    >>> int(row["points"]), int(row["resolved"]), row["where"]
    (2, 2, 'xi = 0.02')
    """
    import pandas as pd

    groups = table.groupby("quantity", sort=False)
    return pd.DataFrame([{"quantity": name, **_summarise(group)} for name, group in groups])


def compare_numbers(analytic: Any, numeric: Any) -> dict[str, np.ndarray]:
    """Deviation and matching digits of two arrays; NaN where there is no finite deviation.

    Two exact zeros agree in all digits.

    >>> found = compare_numbers([1.01, 0.0], [1.0, 0.0])
    >>> found["deviation"].round(6), found["matching_digits"].round(1)
    (array([0.01, 0.  ]), array([ 2. , 15.7]))
    """
    analytic, numeric = np.asarray(analytic, float), np.asarray(numeric, float)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        ratio = analytic / numeric
        deviation = np.where(np.isfinite(ratio), ratio - 1, np.nan)
        deviation = np.where((analytic == 0) & (numeric == 0), 0.0, deviation)
        digits = np.clip(-np.log10(np.abs(deviation)), 0, DIGITS)
    return {"deviation": deviation, "matching_digits": digits}


def columns_of(
    quantity: Quantity,
    form: Form | None,
    states: Sequence[numeric.SteadyState],
    arrays: Arrays,
) -> dict[str, np.ndarray]:
    """The columns of one quantity, those of `COLUMNS`: a number per point in each.

    The status is that of the master equation; where it is "ok", that of the closed form; and where
    this is "ok" as well, whether there is a deviation.

    ``states`` are those of all portions in order, whose results are put one behind the other; a
    number that two more quanta than were given change by more than `CONVERGED` is "not
    converged".  ``form`` is the closed form with the derivation that it belongs to, None where
    there is none.

    >>> import numeric
    >>> from compare.quantities import read_quantities
    >>> from systems import kerr
    >>> from systems.values import read_values
    >>> arrays = read_values(kerr.MODEL, {**kerr.VALUES, "xi": [0.01]})
    >>> (number,) = read_quantities(kerr.MODEL, "number")
    >>> columns_of(number, None, [numeric.steady_state(kerr.MODEL, arrays)], arrays)["status"]
    array(['no formula'], dtype='<U...')
    """
    estimates = [quantity.estimate_on(state) for state in states]
    value = np.concatenate([estimate.value for estimate in estimates])
    status = np.concatenate([estimate.status for estimate in estimates])
    finer = np.concatenate([quantity.estimate_on(_second(state)).value for state in states])
    # what was computed with too few quanta stays in the table, as the word says
    solved = np.where(np.isin(status, [Status.OK, Status.NOT_CONVERGED]), value, np.nan)
    cut = (status == Status.OK) & (abs(value - finer) > CONVERGED * abs(finer))
    status = np.where(cut, Status.NOT_CONVERGED, status).astype(str)
    if form is None:
        return _without_formula(solved, status)
    closed, expression = form
    formula = np.ravel(closed.evaluate(expression, arrays)).real
    found = compare_numbers(formula, solved)
    # where a leading order vanishes or diverges by interference only round-off is left of it, which
    # has no deviation from anything
    words = closed.status(expression, arrays).ravel()
    lost = np.isin(words, [DIVERGES, Status.NOT_RESOLVED])
    lost |= (words == Status.VANISHES) & (solved != 0)
    status = np.where((status == "ok") & lost, words, status)
    found = {name: np.where(lost, np.nan, column) for name, column in found.items()}
    status = np.where(status == "ok", without_deviation(formula, found["deviation"]), status)
    return {
        "analytic": formula,
        "numeric": solved,
        **found,
        "resolved": status == "ok",
        "status": status,
    }


def _second(state: numeric.SteadyState) -> numeric.SteadyState:
    """What a given truncation is held against; a chosen one has been judged when it was chosen."""
    return state.finer if state.order is None else state


def _without_formula(solved: np.ndarray, status: np.ndarray) -> dict[str, np.ndarray]:
    """The columns of a quantity that has no closed form: those of the master equation alone."""
    nothing = np.full(solved.shape, np.nan)
    word = np.where(status == "ok", Status.NO_FORMULA, status)
    return {
        "analytic": nothing,
        "numeric": solved,
        "deviation": nothing,
        "matching_digits": nothing,
        "resolved": np.zeros(solved.shape, bool),
        "status": word.astype(str),
    }


def without_deviation(formula: np.ndarray, deviation: np.ndarray) -> np.ndarray:
    """Why there is no deviation from a number that is known: "ok" where there is one.

    ``formula`` and ``deviation`` are arrays of one shape.  The formula is 0/0 or infinite, or only
    the master equation is zero.

    >>> without_deviation(np.array([1.0, np.nan]), np.array([0.1, np.nan])).tolist()
    ['ok', 'formula undefined']
    """
    cases = [np.isfinite(deviation), np.isnan(formula), np.isinf(formula)]
    words = [str(word) for word in (Status.OK, UNDEFINED, DIVERGES, Status.ONLY_ZERO)]
    return np.select(cases, words[:3], words[3])


def _summarise(rows: pd.DataFrame) -> dict[str, Any]:
    """One row of a summary, from the rows of one quantity.

    Only resolved points count; without any, the sizes are NaN.
    """
    good = rows[rows["resolved"] & rows["deviation"].notna()]
    size, bad = good["deviation"].abs(), rows.drop(good.index)["status"]
    words = ", ".join(f"{count} {word}" for word, count in bad.value_counts().items())
    counts = {"points": len(rows), "resolved": len(good), "left_out": words}
    if good.empty:
        sizes = dict.fromkeys(("largest", "median", "rms"), np.nan)
        return counts | sizes | {"where": "", "analytic": np.nan, "numeric": np.nan}
    worst = good.loc[size.idxmax()]
    places = [name for name in rows.columns if name not in {"quantity", *COLUMNS}]
    return counts | {
        "largest": size.max(),
        "median": size.median(),
        "rms": np.sqrt((size**2).mean()),
        "where": ", ".join(f"{name} = {_shown(worst[name])}" for name in places),
        "analytic": worst["analytic"],
        "numeric": worst["numeric"],
    }


def _shown(value: Any) -> str:
    """A label of a point: a number with six digits, a word as it is."""
    return str(value) if isinstance(value, str) else f"{value:.6g}"
