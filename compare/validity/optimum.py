"""Where a blockade is deepest, and how deep: the zero of the formula against the true minimum.

To leading order in the drive two paths to two photons can cancel exactly, C_20 = 0.  At any finite
drive quantum jumps out of states with three quanta fill that zero: g2 is of the order xi^2 there,
and its minimum lies elsewhere by an amount of the order xi^2.

What is minimised is the logarithm of the quantity: over one parameter by Chandrupatla's method
(`scipy.optimize.elementwise`, as everywhere in this package), over several by Nelder and Mead's.

The master equation is asked for hundreds of times in one search, so that its truncation is bounded
(`UNKNOWNS`) and a drive for which this is too little is refused before the search begins.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

import analytic
from compare.quantities import Quantity, read_quantity
from compare.validity.curve import corrected, leading
from systems import Model
from systems.progress import counted
from systems.status import Status

if TYPE_CHECKING:
    import pandas as pd

FORMULA, TRUTH = "formula", "master equation"
FIRST_STEP = 0.03  # of the search, relative to the parameters: a minimum is as wide as a linewidth
DOUBLINGS = 10  # of that step on the way to a minimum: to 30 times the parameter, or nowhere
PRECISION = 1e-7  # of the place, relative: the depth is flat there and far more precise
CONVERGED = 1e-6  # of the master equation, relative: the place is then good to its root at worst
EVALUATIONS = 300  # at most, of one search: two parameters take a hundred
VANISHING = 1e-300  # a formula may be exactly zero, and its logarithm is minimised
NO_ANSWER = 1e4  # logarithm of the depth where there is none: above that of any double
HIGHEST = 60  # quanta that are tried for a single mode
UNKNOWNS = 5000  # of the master equation: a second or less for each solution
MANY, HOT = 8, 0.35  # quanta from which a search for them is long; share that makes it hopeless
# of the depth: where it varies less within `FAR` of the start it is constant, for that is ten times
# the error allowed by `CONVERGED`
FLAT = 1e-5
FAR = 0.3  # of the parameters: ten first steps
NEWTON = 20  # steps to the zero of an amplitude, which the search has nearly reached

Point = Mapping[str, Any]


def optimum(
    model: Model,
    values: Mapping[Any, Any],
    over: str | Sequence[str],
    drives: Iterable[float],
    quantity: str = "g2",
    corrections: Iterable[int] = (1, 2),
    *,
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
    get a row of their own.

    The blockade of an atom in a cavity is perfect at g^2 = gamma (kappa + gamma)/4 on resonance,
    Carmichael, Brecha and Rice, Opt. Commun. 82, 73 (1991):

    >>> from systems import jaynes_cummings
    >>> values = {"Delta_a": 0.0, "Delta_s": 0.0, "kappa": 1.0, "gamma": 1.0, "g": 0.7}
    >>> table = optimum(jaynes_cummings.MODEL, values, "g", [0.01], corrections=[])
    >>> float(table["g"].iloc[0].round(6)), float(table["minimum"].iloc[0])
    (0.707107, 0.0)
    """
    import pandas as pd

    wanted, name = read_quantity(model, quantity), str(model.drive)
    names = [over] if isinstance(over, str) else [str(key) for key in over]
    start = _read_start(model, values, names)
    roads, zero = _roads(model, wanted, corrections), _Zero(model, wanted)
    rows = []
    for drive in drives:
        place: Point = {**start, name: float(drive)}
        coordinates = _Coordinates(model, place, names)
        where, most = f"{name} = {float(drive):g}", _most_quanta(model)
        _check_solved(not _is_hot(model, place, most), where, most)
        _check_solved(np.isfinite(roads[TRUTH](place)), where, most)
        # every road starts where the one before has its minimum: the last is the slowest
        for road, function in roads.items():
            place = _minimise(function, place, coordinates, f"{road}, {where}", progress)
            depth = function(place)
            if road == FORMULA and (exact := zero.near(place, coordinates)) is not None:
                place, depth = exact, 0.0
            true = roads[TRUTH](place)
            sizes = {key: _size(place[key]) for key in names}
            rows.append({name: drive, "road": road, **sizes, "minimum": depth, "true": true})
    table = pd.DataFrame(rows)
    table.attrs = {"model": model.name, "drive": name, "quantity": quantity}
    return table


def _roads(
    model: Model, quantity: Quantity, corrections: Iterable[int]
) -> dict[str, Callable[[Point], float]]:
    """The functions to be minimised.

    Each takes values by name and returns the quantity, NaN where it has none.  The first is the
    leading order and the last the master equation; between them stand the series with so many
    corrections.
    """
    closed = leading(analytic.derive(model, quantity.quanta(model)), quantity)
    roads = {FORMULA: lambda point: float(closed(point))}
    for count in corrections:
        series = corrected(analytic.expand(model, corrections=count), quantity)
        name = f"{count} correction{'s' * (count > 1)}"
        roads[name] = lambda point, series=series: float(series(point))  # type: ignore[misc]
    return {**roads, TRUTH: _solved(model, quantity)}


def _most_quanta(model: Model) -> int:
    """The largest truncation with which a search of hundreds of solutions ends in minutes."""
    from numeric.space import count_states

    sizes = ((q, count_states(model.modes, q) ** 2) for q in range(1, HIGHEST + 1))
    return max(q for q, size in sizes if size <= UNKNOWNS or q == 1)


def _is_hot(model: Model, point: Point, most: int) -> bool:
    """Whether ``most`` quanta are hopelessly few, as one solution with half of them tells.

    Of coherent light that holds more than `HOT` in the last two shells of half the quanta, more
    than `CONVERGED` lies beyond all of them (the Poisson distribution, for 8 to 60 quanta).  A
    search for a truncation would find that out by solving them all.
    """
    import numeric
    from numeric.certificate import top_shells

    if most < MANY:
        return False
    half = most // 2
    state = numeric.steady_state(model, point, quanta=half)
    return bool(max(top_shells(block).max() for block in state.blocks) > HOT)


def _solved(model: Model, quantity: Quantity) -> Callable[[Point], float]:
    """The quantity by the master equation, as a function of the values.

    It is NaN where the numbers are not converged within the truncation allowed, or not trusted for
    another reason.
    """
    import numeric
    from numeric.space import count_states

    # higher correlations would ask for more quanta, and are not looked at
    order = max(2, sum(quantity.occupation))
    limit = count_states(model.modes, max(order + 2, _most_quanta(model)))

    def solve(point: Point) -> float:
        state = numeric.steady_state(model, point, order=order, tolerance=CONVERGED, limit=limit)
        return float(quantity.on(state))

    return solve


class _Coordinates:
    """The parameters of a search, each 1 at the start; what must keep its sign as a logarithm.

    A search moves in x: a parameter is its value at the start times x, or times exp(x - 1) for a
    rate, which a step may then bring close to zero but never beyond.  The modulus of a complex
    parameter moves so, with its phase kept.
    """

    def __init__(self, model: Model, start: Point, names: Sequence[str]) -> None:
        """Choose the unit of each name: its value at the start, or 1 where that is zero.

        A rate of a loss, and any symbol that is declared not to be negative, moves as a logarithm;
        one that is zero at the start has no sign to keep, and moves linearly.
        """
        rates = {str(s) for loss in model.losses for s in loss.rate.free_symbols}
        signed = {str(s) for s in model.parameters if s.is_nonnegative} | rates
        self.start, self.names = start, names
        self._units = [start[key] or 1.0 for key in names]
        self._signed = [key in signed and start[key] != 0 for key in names]

    def place(self, x: np.ndarray) -> dict[str, Any]:
        """The values at a point of the search.

        ``x`` has one entry per name; the values that are not searched for stay as at the start.
        """
        factors = [np.exp(y - 1) if keeps else y for y, keeps in zip(x, self._signed, strict=True)]
        moved = {n: y * u for n, y, u in zip(self.names, factors, self._units, strict=True)}
        return {**self.start, **moved}

    def of(self, place: Point) -> np.ndarray:
        """The point of the search at values.

        It is the inverse of `place`, shape (names,).
        """
        ratios = [place[key] / unit for key, unit in zip(self.names, self._units, strict=True)]
        return np.array([1 + np.log(np.real(y)) if keeps else np.real(y)
                         for y, keeps in zip(ratios, self._signed, strict=True)])  # fmt: skip


class _Zero:
    """The zero of a formula by interference: that of the amplitude whose square it is.

    The square is flat there, and its minimum is known to half of the digits only; the amplitude
    crosses zero, where Newton's method finds it to all digits.
    """

    def __init__(self, model: Model, quantity: Quantity) -> None:
        """Derive the amplitude of which the quantity's leading order is the square."""
        self._closed = analytic.derive(model, quantity.quanta(model))
        self._form = quantity.on(self._closed)
        self._amplitude = self._closed.amplitude(quantity.occupation)

    def near(self, place: Point, coordinates: _Coordinates) -> dict[str, Any] | None:
        """The values at which the amplitude vanishes, next to those given; None if it does not.

        Real and imaginary part of the amplitude are two equations.  With one parameter there are
        more equations than unknowns; each step therefore solves them by least squares, and what is
        found counts only if the closed form vanishes there beyond round-off.  ``None`` as well
        where a step leads further away than `FIRST_STEP`: that zero belongs to another minimum.
        """
        x = coordinates.of(place)
        for _ in range(NEWTON):
            x = x - np.linalg.lstsq(self._slopes(x, coordinates), self._parts(x, coordinates))[0]
            if not np.all(abs(x - coordinates.of(place)) < FIRST_STEP):
                return None
        found = coordinates.place(x)
        vanishes = self._closed.status(self._form, found) == Status.VANISHES
        return found if vanishes else None

    def _parts(self, x: np.ndarray, coordinates: _Coordinates) -> np.ndarray:
        """Real and imaginary part of the amplitude."""
        z = complex(self._closed.evaluate(self._amplitude, coordinates.place(x)))
        return np.array([z.real, z.imag])

    def _slopes(self, x: np.ndarray, coordinates: _Coordinates) -> np.ndarray:
        """Their derivatives by the unknowns, (2, unknowns), from central differences."""
        steps = np.sqrt(np.finfo(float).eps) * np.eye(len(x))
        ends = [[self._parts(x + sign * h, coordinates) for sign in (1, -1)] for h in steps]
        return np.array([(up - down) / (2 * h.max())
                         for (up, down), h in zip(ends, steps, strict=True)]).T  # fmt: skip


Depth = Callable[[np.ndarray], float]  # a point of the search -> the logarithm of the quantity


def _minimise(
    function: Callable[[Point], float],
    at: Point,
    coordinates: _Coordinates,
    road: str,
    progress: bool,
) -> dict[str, Any]:
    """The values at the minimum of a function next to ``at``.

    ``road`` names the search in its bar and in the message.  Raises `ValueError` where the function
    is constant around the start and where the search ends in no minimum.
    """
    x = coordinates.of(at)
    with (
        np.errstate(over="ignore", invalid="ignore"),  # of a search that runs away
        counted(None, road, EVALUATIONS, progress) as bar,
    ):

        def depth(x: np.ndarray) -> float:
            bar.update()
            value = function(coordinates.place(x))
            return float(np.log(max(value, VANISHING))) if np.isfinite(value) else NO_ANSWER

        _check_varies(depth, x, road)
        found = _lowest_of_one(depth, x) if len(x) == 1 else _lowest_of_several(depth, x)
    if found is None:
        raise ValueError(
            f"Argument `values` must lie near a minimum, but from there the search on the road "
            f"`{road}` does not end in one."
        )
    return coordinates.place(found)


def _lowest_of_one(depth: Depth, x: np.ndarray) -> np.ndarray | None:
    """The minimum over one unknown; None where the function falls without an end.

    Steps that double lead downhill to three points with the lowest in the middle; between them
    Chandrupatla's method closes in on the minimum.
    """
    from scipy.optimize.elementwise import bracket_minimum, find_minimum

    def each(points: np.ndarray) -> np.ndarray:
        return np.reshape([depth(np.array([y])) for y in np.ravel(points)], np.shape(points))

    start = float(x[0])
    ends = {"xl0": start - FIRST_STEP, "xr0": start + FIRST_STEP, "maxiter": DOUBLINGS}
    around = bracket_minimum(each, start, **ends)
    if not around.success:
        return None
    found = find_minimum(each, around.bracket, tolerances={"xatol": PRECISION, "xrtol": 0})
    return np.array([found.x]) if found.success and found.f_x < NO_ANSWER else None


def _lowest_of_several(depth: Depth, x: np.ndarray) -> np.ndarray | None:
    """The minimum over several unknowns; None where none is found.

    The simplex of Nelder and Mead begins with steps of `FIRST_STEP` along each unknown.  It ends by
    the place alone: the depth is flat at a minimum and says nothing about where it lies.
    """
    from scipy.optimize import minimize

    simplex = np.vstack([x, x + FIRST_STEP * np.eye(len(x))])
    options = {"initial_simplex": simplex, "xatol": PRECISION, "fatol": np.inf,
               "maxfev": EVALUATIONS}  # fmt: skip
    found = minimize(depth, x, method="Nelder-Mead", options=options)
    return found.x if found.success and found.fun < NO_ANSWER else None


def _check_varies(depth: Depth, x: np.ndarray, road: str) -> None:
    """Raise `ValueError` where a function is constant, so that all its minima are round-off."""
    steps = FAR * np.vstack([np.eye(len(x)), -np.eye(len(x))])
    depths = [depth(x), *(depth(x + step) for step in steps)]
    if max(depths) < NO_ANSWER and np.ptp(depths) < FLAT:
        raise ValueError(
            f"Argument `over` must hold values on which the quantity depends, but on the road "
            f"`{road}` it is {np.exp(depths[0]):.6g} all around the start: there is no minimum."
        )


def _check_solved(known: bool, where: str, quanta: int) -> None:
    """Raise `ValueError` where the master equation has no answer at the start of a search."""
    if not known:
        raise ValueError(
            "Argument `drives` must hold drives at which the master equation has an answer with at "
            f"most {quanta} quanta (a search solves it up to {EVALUATIONS} times), but for {where} "
            "it has none at the start."
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
