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
from compare.quantities import Quantity, check_holds, read_quantities
from systems import Model
from systems.expressions import shown
from systems.labels import place
from systems.progress import counted
from systems.status import Status
from systems.values import Arrays, Values, read_values

if TYPE_CHECKING:
    import pandas as pd

    import numeric

DIGITS = -np.log10(np.finfo(float).eps)  # what double precision can tell apart
ORDER = 4  # populations are taken from states that are good for g2 to g4: the small ones lag behind
UNDEFINED, DIVERGES = Status.FORMULA_UNDEFINED, Status.FORMULA_DIVERGES
# largest relative change by two more quanta of a number that is resolved: a deviation is then good
# to as many digits as a table shows
CONVERGED = 1e-6
PORTION = 2**14  # points solved together: enough for the compiled sweeps, few enough for a bar
Form: TypeAlias = tuple[analytic.Closed, Any]  # closed forms, and an expression of them
COLUMNS = ["analytic", "numeric", "deviation", "matching_digits", "resolved", "status"]


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
    states = solve(model, arrays, wanted, quanta, solver, tolerance, order, limit, progress)
    parts = [
        points.assign(quantity=q.name, **columns_of(q, forms.get(q.name), states, arrays))
        for q in wanted
    ]
    table = pd.concat(parts, ignore_index=True)
    table.attrs = {"model": model.name, "values": ranges(arrays), "numeric": describe(states)}
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


def solve(
    model: Model,
    arrays: Arrays,
    wanted: Sequence[Quantity],
    quanta: int | Mapping[str, int] | None,
    solver: str,
    tolerance: float = 1e-8,
    order: int = 2,
    limit: int | None = None,
    progress: bool = True,
) -> list[numeric.SteadyState]:
    """Steady states of all points in order, in portions that a progress bar counts.

    The truncation holds what is wanted and, where it is chosen point by point, is converged
    for numbers and g2 in any case, for higher correlations where they are wanted.  Raises
    `ValueError` for a given truncation that cannot hold what is wanted.

    ``arrays`` are the values in one shape; a portion has at most `PORTION` points.

    >>> from compare.quantities import read_quantities
    >>> from systems import kerr
    >>> from systems.values import read_values
    >>> arrays = read_values(kerr.MODEL, {**kerr.VALUES, "xi": [0.1, 0.2]})
    >>> (state,) = solve(kerr.MODEL, arrays, read_quantities(kerr.MODEL, "g2"), None, "auto")
    >>> state.correlation("a").shape
    (2,)
    """
    import numeric

    check_holds(wanted, quanta)
    least = max(sum(q.occupation) for q in wanted)
    points = np.arange(int(np.prod(next(iter(arrays.values())).shape)))
    populations = any(q.method == "probability" for q in wanted)
    portions = np.array_split(points, -(-len(points) // PORTION))
    flat = {name: array.ravel() for name, array in arrays.items()}
    return [
        numeric.steady_state(
            model,
            {name: array[portion] for name, array in flat.items()},
            quanta=quanta,
            solver=solver,
            tolerance=tolerance,
            limit=limit,
            order=max(ORDER if populations else order, least),
        )
        for portion in counted(portions, "master equation", progress=progress)
    ]


def describe(states: Sequence[numeric.SteadyState]) -> dict[str, Any]:
    """How the master equation was solved, and the worst that the certificates say.

    A dictionary that a sidecar can hold: names of the solvers, smallest and largest truncation, how
    often each status, the largest relative changes and round-off by result, and the largest
    residual. ``states`` are those of batches, each of the shape (points,).

    >>> import numeric
    >>> from systems import kerr
    >>> values = {**kerr.VALUES, "xi": np.array([0.01, 0.02])}
    >>> found = describe([numeric.steady_state(kerr.MODEL, values, quanta=4)])
    >>> found["quanta"], bool(found["largest_residual"] < 1e-9)
    ([4, 4], True)
    """
    certificates = [state.certificate for state in states]
    quanta = np.concatenate([c.quanta for c in certificates])
    words, counts = np.unique(
        np.concatenate([c.status for c in certificates]).astype(str), return_counts=True
    )
    return {
        "solver": sorted({str(name) for c in certificates for name in np.unique(c.solver)}),
        "quanta": [int(quanta.min()), int(quanta.max())],
        "status": dict(zip(words.tolist(), counts.tolist(), strict=True)),
        "largest_change_with_two_more_quanta": _largest([c.change for c in certificates]),
        "largest_change_if_the_cut_were_lifted": _largest([c.cut for c in certificates]),
        "largest_roundoff": _largest([c.roundoff for c in certificates]),
        "largest_residual": _largest([{"residual": np.ravel(c.residual)} for c in certificates])[
            "residual"
        ],
    }


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
    >>> from systems import kerr
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


def _broadcast(name: str, column: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """A flat column of the points; raises `ValueError` where it does not fit them."""
    try:
        return np.broadcast_to(column, shape).ravel()
    except ValueError:
        raise ValueError(
            f"Argument `labels` must broadcast to the points {shape}, "
            f"but `{name}` has the shape {column.shape}."
        ) from None


def _largest(results: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """The largest error of each result over all portions of points."""
    # an undefined result (no photons) has no error to speak of
    return {
        name: float(np.nanmax(np.concatenate([[0.0], *(result[name] for result in results)])))
        for name in results[0]
    }


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
