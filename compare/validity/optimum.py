"""Where a blockade is deepest, and how deep: the zero of the formula against the true minimum.

To leading order in the drive two paths to two photons can cancel exactly, C_20 = 0.  At any finite
drive quantum jumps out of states with three quanta fill that zero: g2 is of the order xi^2 there,
and its minimum lies elsewhere by an amount of the order xi^2.

How a minimum is searched for stands in `descent`.  The master equation is asked for dozens of
times in one search: with the truncation that the start needs and two quanta more, and once more
with the search for a truncation where that proves too little at the minimum found.  It is
bounded (`UNKNOWNS`), and a drive for which this is too little is refused before the search begins.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

import analytic
from compare.quantities import Quantity, check_holds, read_quantity
from compare.validity.amplitude_zero import Zero
from compare.validity.coordinates import Coordinates, Point
from compare.validity.curve import corrected, leading
from compare.validity.descent import Depth, lowest
from compare.validity.truth import Truth, most_quanta
from systems import Model
from systems.progress import counted, hushable
from systems.values import check_driven

if TYPE_CHECKING:
    import pandas as pd


FORMULA, TRUTH = "formula", "master equation"
CONVERGED = 1e-6  # of the master equation, relative: the place is then good to its root at worst
EVALUATIONS = 300  # of one search, about: a hundred are usual
# of the depth: where it varies less within `FAR` of the start it is constant, for that is ten times
# the error allowed by `CONVERGED`
FLAT = 1e-5
FAR = 0.3  # of the parameters: ten first steps

Road = Callable[[Point], np.ndarray]  # values by name -> the quantity


@hushable
def optimum(
    model: Model,
    values: Mapping[Any, Any],
    over: str | Sequence[str],
    drives: Iterable[float],
    quantity: str = "g2",
    corrections: Iterable[int] = (1, 2),
    *,
    quanta: int | Mapping[str, int] | None = None,
    tolerance: float = CONVERGED,
    order: int = 2,
    limit: int | None = None,
    solver: str = "auto",
    progress: bool = True,
) -> pd.DataFrame:
    """Minima of a quantity over one or more parameters, as functions of the drive.

    One row per drive and road (formula, with corrections, master equation): the drive, ``road``,
    the place of its minimum (one column per name in ``over``), its ``minimum``, and ``true``, what
    the master equation says at that place.  The formula is of leading order.  The search is
    local and starts from ``values``, which are numbers; of a complex parameter the modulus varies.
    A rate keeps its sign.  Where the formula vanishes by interference its minimum is 0, at the
    zero of its amplitude.  `compare.validity.minima` draws the table.  ``progress=False`` shows no
    bar.

    Raises `ValueError` for arrays, for names that the model does not have, for models without a
    formula, for a drive at which the master equation has no answer at the start, and where a
    search does not end in a minimum or there is none, as of g2 = 1.

    ``over`` is one name, or a list of names, among the model's parameters other than the drive;
    ``drives`` are in the unit of the drive (rad/s, or that of the other rates).  ``corrections``
    are the numbers of further terms of the formula's series in the drive (`analytic.expand`) that
    get a row of their own; photons that push a mirror have no such series, and no such rows.

    ``quanta``, ``tolerance``, ``order`` (at least that of the quantity), ``limit`` and ``solver``
    of the master equation are those of `numeric.steady_state`; without ``limit`` a state is tried
    up to `UNKNOWNS` unknowns, a second or less for each solution.

    The blockade of an atom in a cavity is perfect at g^2 = gamma (kappa + gamma)/4 on resonance,
    Carmichael, Brecha and Rice, Opt. Commun. 82, 73 (1991):

    >>> from systems import jaynes_cummings
    >>> values = {"Delta_a": 0.0, "Delta_s": 0.0, "kappa": 1.0, "gamma": 1.0, "g": 0.7}
    >>> table = optimum(jaynes_cummings.MODEL, values, "g", [0.01], corrections=[])
    >>> float(table["g"].iloc[0].round(6)), float(table["minimum"].iloc[0])
    (0.707107, 0.0)
    """
    import pandas as pd

    check_driven(model)
    wanted, name = read_quantity(model, quantity), str(model.drive)
    check_holds([wanted], quanta)
    names = [over] if isinstance(over, str) else [str(key) for key in over]
    start = _read_start(model, values, names)
    how = {"quanta": quanta, "tolerance": tolerance, "limit": limit, "solver": solver}
    truth = Truth(model, wanted, order, **how)
    roads, zero = _roads(model, wanted, corrections) | {TRUTH: truth}, Zero(model, wanted)
    rows, drives = [], [float(drive) for drive in drives]
    with counted(None, "minima", len(drives) * len(roads), progress) as bar:
        for drive in drives:
            place: Point = {**start, name: drive}
            coordinates = Coordinates(model, place, names)
            where = f"{name} = {drive:g}"
            _check_solved(not truth.is_hot(place) and np.isfinite(truth(place)), where, truth)
            # every road starts where the one before has its minimum: the last is the slowest
            for road, function in roads.items():
                bar.set_description(f"{road}, {where}")
                place = _minimise(function, place, coordinates, f"{road}, {where}")
                depth = float(function(place))
                if road == FORMULA and (exact := zero.near(place, coordinates)) is not None:
                    place, depth = exact, 0.0
                true = float(roads[TRUTH](place))
                sizes = {key: _size(place[key]) for key in names}
                rows.append({name: drive, "road": road, **sizes, "minimum": depth, "true": true})
                bar.update()
    table = pd.DataFrame(rows)
    table.attrs = {"model": model.name, "drive": name, "quantity": quantity}
    return table


def _roads(model: Model, quantity: Quantity, corrections: Iterable[int]) -> dict[str, Road]:
    """The formulas to be minimised: the leading order, then the series with so many corrections.

    Each takes values by name, numbers or arrays, and returns the quantity, NaN where it has none.
    """
    closed = analytic.find_closed(model, quantity.quanta(model))
    roads: dict[str, Road] = {FORMULA: leading(closed, quantity)}
    if not isinstance(closed, analytic.Derivation):
        return roads  # sums over phonons have no series in the drive
    for count in corrections:
        series = corrected(analytic.expand(model, corrections=count), quantity)
        roads[f"{count} correction{'s' * (count > 1)}"] = series
    return roads


def _minimise(road: Road, at: Point, coordinates: Coordinates, name: str) -> dict[str, Any]:
    """The values at the minimum of a road next to ``at``.

    ``name`` is that of the search in messages.  Raises `ValueError` where the function is constant
    around the start and where no search ends in a minimum.
    """
    x = coordinates.of(at)
    for function, holds in _searched(road, at):

        def depth(points: np.ndarray, function: Road = function) -> np.ndarray:
            found = function(coordinates.place(points.T))
            return np.broadcast_to(found, len(points)).astype(float)

        with np.errstate(over="ignore", invalid="ignore"):  # of a search that runs away
            _check_varies(depth, x, name)
            found = lowest(depth, x)
        if found is not None and holds(coordinates.place(found)):
            return coordinates.place(found)
    raise ValueError(
        f"Argument `values` must lie near a minimum, but from there the search on the road "
        f"`{name}` does not end in one."
    )


def _searched(road: Road, at: Point) -> Iterator[tuple[Road, Callable[[Point], bool]]]:
    """What is searched in place of a road, and whether a minimum found so is that of the road.

    Of the master equation first with the truncation of the start, at which it is ten times faster.
    """
    if isinstance(road, Truth) and road.how["quanta"] is None:
        kept = road.kept(at)
        if isinstance(kept, int):
            yield partial(road.cut, kept + 2), lambda place: _holds(kept + 2, road.kept(place))
    yield road, lambda place: True


def _holds(quanta: int, needed: int | Mapping[str, int] | None) -> bool:
    """Whether so many quanta in all are a truncation that suffices."""
    return isinstance(needed, int) and needed <= quanta


def _check_varies(depth: Depth, x: np.ndarray, road: str) -> None:
    """Raise `ValueError` where a function is constant, so that all its minima are round-off."""
    steps = FAR * np.vstack([0 * x, np.eye(len(x)), -np.eye(len(x))])
    depths = depth(x + steps)
    if np.all(depths > 0) and np.ptp(np.log(depths)) < FLAT:
        raise ValueError(
            f"Argument `over` must hold values on which the quantity depends, but on the road "
            f"`{road}` it is {depths[0]:.6g} all around the start: there is no minimum."
        )


def _check_solved(known: bool, where: str, truth: Truth) -> None:
    """Raise `ValueError` where the master equation has no answer at the start of a search."""
    if known:
        return
    allowed = f" with at most {most_quanta(truth.model)} quanta" if truth.bounded else ""
    way_out = "; `limit` allows more" if truth.bounded else ""
    raise ValueError(
        f"Argument `drives` must hold drives at which the master equation has an answer{allowed} "
        f"(a search solves it up to {EVALUATIONS} times), but for {where} it has none at the "
        f"start{way_out}."
    )


def _read_start(model: Model, values: Mapping[Any, Any], names: Sequence[str]) -> dict[str, Any]:
    """The values by name; raises `ValueError` for arrays, and for unknowns that are no symbols."""
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
    """What of a value is varied: the modulus of a complex one."""
    return float(abs(value)) if isinstance(value, complex) else float(value)
