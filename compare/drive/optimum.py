"""Where a blockade is deepest, and how deep: the zero of the formula against the true minimum.

To leading order in the drive two paths to two photons can cancel exactly, C_20 = 0.  At any finite
drive quantum jumps out of states with three quanta fill that zero: g2 is of the order xi^2 there,
and its minimum lies elsewhere by an amount of the order xi^2.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import minimize

import analytic
import numeric
from compare.drive.curve import evaluate
from compare.quantities import Quantity, read_quantity
from systems import Model

FORMULA, TRUTH = "formula", "master equation"
FIRST_STEP = 0.03  # of the search, relative to the parameters
PRECISION = 1e-7  # of the place, relative: the depth is flat there and far more precise
CONVERGED = 1e-6  # of the master equation, relative
EVALUATIONS = 300  # at most, of one search
VANISHING = 1e-300  # a formula may be exactly zero, and its logarithm is minimised

Point = Mapping[str, Any]


def optimum(
    model: Model,
    values: Mapping[Any, Any],
    over: str | Sequence[str],
    drives: Iterable[float],
    quantity: str = "g2",
    corrections: Iterable[int] = (1, 2),
) -> pd.DataFrame:
    """Minima of a quantity over one or more parameters, as functions of the drive.

    One row per drive and road (formula, with corrections, master equation): the drive, ``road``,
    the place of its minimum (one column per name in ``over``), its ``minimum``, and ``true``, what
    the master equation says at that place.  The formula is of leading order.  The search is
    local and starts from ``values``, which are numbers; of a complex parameter the modulus varies.
    `compare.drive.minima` draws the table.

    Raises `ValueError` for arrays, for names that the model does not have, for models without a
    formula, and where a search does not end in a minimum.
    """
    wanted, name = read_quantity(model, quantity), str(model.drive)
    names = [over] if isinstance(over, str) else [str(key) for key in over]
    start = _read_start(model, values, names)
    roads = _roads(model, wanted, corrections)
    rows = []
    for drive in drives:
        place: Point = {**start, name: float(drive)}
        # every road starts where the one before has its minimum: the last is the slowest
        for road, function in roads.items():
            place = _minimise(function, place, _units(start, names), road)
            depth, true = function(place), roads[TRUTH](place)
            sizes = {key: _size(place[key]) for key in names}
            rows.append({name: drive, "road": road, **sizes, "minimum": depth, "true": true})
    table = pd.DataFrame(rows)
    table.attrs = {"model": model.name, "drive": name, "quantity": quantity}
    return table


def _roads(
    model: Model, quantity: Quantity, corrections: Iterable[int]
) -> dict[str, Callable[[Point], float]]:
    """The functions to be minimised."""
    closed = analytic.derive(model, quantity.quanta(model))
    roads = {FORMULA: _closed(closed, quantity)}
    for count in corrections:
        name = f"{count} correction{'s' * (count > 1)}"
        roads[name] = _closed(analytic.expand(model, corrections=count), quantity)
    return {**roads, TRUTH: _solved(model, quantity)}


def _closed(road: Any, quantity: Quantity) -> Callable[[Point], float]:
    expression = quantity.on(road)
    return lambda point: float(evaluate(road, expression, point))


def _solved(model: Model, quantity: Quantity) -> Callable[[Point], float]:
    # higher correlations would ask for more quanta, and are not looked at
    order = max(2, sum(quantity.occupation))

    def solve(point: Point) -> float:
        return float(
            quantity.on(numeric.steady_state(model, point, order=order, tolerance=CONVERGED))
        )

    return solve


def _minimise(
    function: Callable[[Point], float], at: Point, units: Mapping[str, float], road: str
) -> dict[str, Any]:
    """The values at the minimum of a function next to ``at``."""

    def place(x: np.ndarray) -> dict[str, Any]:
        return {**at, **{key: x_key * units[key] for key, x_key in zip(units, x, strict=True)}}

    def depth(x: np.ndarray) -> float:
        return float(np.log(max(function(place(x)), VANISHING)))

    x = np.array([at[key] / unit for key, unit in units.items()])
    simplex = np.vstack([x, x + FIRST_STEP * np.eye(len(x))])
    options = {"initial_simplex": simplex, "xatol": PRECISION, "fatol": np.inf,
               "maxfev": EVALUATIONS}  # fmt: skip
    with np.errstate(over="ignore", invalid="ignore"):  # of a search that runs away
        found = minimize(depth, x, method="Nelder-Mead", options=options)
    if not found.success or not np.isfinite(found.fun):
        raise ValueError(
            f"Argument `values` must lie near a minimum, but from there the search on the road "
            f"`{road}` does not end: {found.message}"
        )
    return place(found.x)


def _units(start: Point, names: Sequence[str]) -> dict[str, Any]:
    """The parameters at the start: in these units a simplex and a tolerance suit them all."""
    return {key: start[key] or 1.0 for key in names}


def _read_start(model: Model, values: Mapping[Any, Any], names: Sequence[str]) -> dict[str, Any]:
    start = {str(key): value for key, value in values.items()}
    known = [str(symbol) for symbol in model.parameters if symbol != model.drive]
    for name in names:
        if name not in known:
            raise ValueError(
                f"Argument `over` must hold names among {', '.join(known)}, but holds `{name}`."
            )
    arrays = [key for key, value in start.items() if np.ndim(value)]
    if arrays:
        raise ValueError(f"Value `{arrays[0]}` must be a number, but is an array.")
    return start


def _size(value: Any) -> float:
    return float(abs(value)) if isinstance(value, complex) else float(value)
