"""Values of a model in the course of time: numbers, arrays (a batch), and functions of time.

A value may be a callable of time, ``lambda t: 0.1 * np.exp(-(t**2))``, or an `xarray.DataArray`
whose only dimension is ``time``: its numbers are joined by a cubic spline, as QuTiP does.  Any
other array is a batch, as always.  Time is in the inverse unit of the rates.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from inspect import signature
from typing import Any

import numpy as np
import sympy as sp

from systems import Model
from systems.labels import Axes, Labelled, axes_along, is_labelled, unlabel
from systems.values import SMALLEST, Arrays, Values, read_values

# Times at which a callable is tried for what it returns; those of a DataArray are its own
FIRST = 0.0
# Samples of a span in which a course is looked at: what is shorter than a thousandth of the span
# may be overlooked where nothing as short is met, and has to be given times of its own
SAMPLES = 1025
FINEST = 2**20  # intervals at most where something shorter is met: some seconds of calls
SLACK = 1e-9  # of an interval: so well is known how wide a pulse is that one sample alone meets
# A step between neighbouring samples of more than so much of the whole range may be a jump
JUMP = 0.1
ROUNDING = 1e-14  # of the span: within so much time a jump is located


@dataclass(frozen=True)
class Course:
    """Values of a model at any time: ``fixed`` ones and ``moving`` functions of time, by name.

    >>> from systems.library import kerr
    >>> course = read_course(kerr.MODEL, {**kerr.VALUES, "xi": lambda t: 0.1 * t})
    >>> course.at(np.array([1.0, 2.0]))["xi"]
    array([0.1, 0.2])
    """

    model: Model
    fixed: Mapping[str, Any]
    moving: Mapping[str, Callable[[float], Any]]

    def at(self, times: np.ndarray, given: Any = None) -> Arrays:
        """All values at some times, arrays of the shape (times, ...batch), checked.

        They remember the names of their axes where some of the values are labelled
        (`systems.labels`) or the times as they were ``given``, whose name comes first; it is
        ``time`` where they have none.  Raises as `systems.values.read_values` does, naming the
        symbol, and as `systems.labels.label_beside` for labelled times; a loss that moves may rest.
        """
        plain, axes = unlabel(self.fixed)
        ndim = max((np.ndim(value) for value in plain.values()), default=0)
        along = (len(times),) + (1,) * ndim
        moved = {n: self._sample(n, f, times).reshape(along) for n, f in self.moving.items()}
        arrays = read_values(self.model, {**plain, **moved}, idle=moved)
        shape = next(iter(arrays.values())).shape
        if len(shape) == ndim:  # nothing moves
            shape = (len(times), *shape)
        arrays = {name: np.broadcast_to(array, shape) for name, array in arrays.items()}
        named = is_labelled(given)
        if axes is None and named and ndim:
            raise TypeError(
                "Argument `times` must be a plain array where values are plain arrays, whose axes "
                "have no names, but is labelled."
            )
        splines = any(isinstance(f, _Spline) for f in self.moving.values())
        if axes is None and ndim == 0 and (named or splines):
            axes = Axes((), {})
        if axes is None:
            return arrays
        axis = axes_along("time", given if named else times)
        return Labelled(arrays, axis.beside(axes, "times"))

    def coefficient(
        self, expression: sp.Expr, arrays: Mapping[str, Any]
    ) -> Callable[[float], complex]:
        """An expression of the symbols as a function of time, at one point of the batch.

        ``arrays`` holds the numbers of the point by name; of what moves they are not used.
        """
        names = sorted(str(s) for s in expression.free_symbols)
        symbols = {str(s): s for s in expression.free_symbols}
        function = sp.lambdify([symbols[name] for name in names], expression, "numpy", cse=True)
        fixed = {name: arrays[name] for name in names if name not in self.moving}
        moving = {name: self.moving[name] for name in names if name in self.moving}

        last: list[Any] = [None, 0j]  # L and its adjoint ask for the same time

        def at(t: float) -> complex:
            if t != last[0]:
                now = {name: f(t) for name, f in moving.items()}
                number = function(*(now[n] if n in now else fixed[n] for n in names))
                last[:] = t, complex(number)
            return complex(last[1])

        return at

    def moves(self, expression: sp.Expr) -> bool:
        """Whether an expression holds a symbol that moves."""
        return any(str(symbol) in self.moving for symbol in expression.free_symbols)

    def look(self, start: float, stop: float) -> tuple[list[tuple[float, float]], float]:
        """Where values jump between two times, and the longest step that oversees nothing else.

        A jump is a pair of times, as close as floats allow.  For the step, so many of `SAMPLES`
        even samples are left out between two that straight lines between those stay within a tenth
        of the whole range, jumps aside.  It bounds the steps of an integrator, which would
        otherwise leap over a pulse that starts from an empty state.

        >>> from systems.library import kerr
        >>> pulse = {**kerr.VALUES, "xi": lambda t: 0.1 * (t < 1)}
        >>> jumps, step = read_course(kerr.MODEL, pulse).look(0, 3)
        >>> [round(float(t), 9) for t, _ in jumps], round(step, 9)
        ([1.0], 3.0)
        """
        found, longest = list[tuple[float, float]](), float(stop - start)
        for name, function in self.moving.items():
            times, y = self._resolved(name, function, start, stop)
            stride, allowed = len(times) - 1, JUMP * np.max(abs(y - y[0]))
            steep = np.flatnonzero(abs(np.diff(y)) > allowed) if allowed > 0 else ()
            width = ROUNDING * (stop - start)
            jumps = [j for i in steep for j in _located(function, times[i], times[i + 1], width)]
            heights = [complex(function(after)) - complex(function(left)) for left, after in jumps]
            passed = np.searchsorted([after for _, after in jumps], times, side="right")
            y, found = y - np.cumsum([0, *heights])[passed], found + jumps
            while stride > 1 and _bend(y, stride) > allowed:
                stride //= 2
            longest = min(longest, float(times[stride] - times[0]))
        return sorted(found), longest

    def _resolved(
        self, name: str, function: Callable[[float], Any], start: float, stop: float
    ) -> tuple[np.ndarray, np.ndarray]:
        """Times as close as the narrowest pulse that is met is wide, and the numbers there."""
        intervals, whole = SAMPLES - 1, stop - start
        while True:
            times = np.linspace(start, stop, intervals + 1)
            y = self._sample(name, function, times)
            width = _narrowest(function, times, y)
            if intervals * width >= whole:
                return times, y
            if FINEST * width < whole:
                raise ValueError(
                    f"Value `{name}` moves within {width:.1g} of {whole:g}, and more that is as "
                    "short may be overlooked: evolve in parts, each from the state in which the "
                    "last one ended (`initial`)."
                )
            while intervals * width < whole:
                intervals *= 2

    def _sample(self, name: str, function: Callable[[float], Any], times: np.ndarray) -> np.ndarray:
        """The numbers of a function of time: 0 in the far wings of a pulse, where floats end."""
        found = np.array([_number(name, function(float(t)), t) for t in times])
        found = np.where(abs(found) < SMALLEST, 0, found)
        return found.real if not np.any(np.iscomplex(found)) else found


def read_course(model: Model, values: Values) -> Course:
    """The values with what depends on time told from what does not.

    Raises `TypeError` for a labelled array that is no course of time.

    >>> from systems.library import kerr
    >>> sorted(read_course(kerr.MODEL, {**kerr.VALUES, "xi": np.cos}).moving)
    ['xi']
    """
    if not isinstance(values, Mapping):
        raise TypeError(f"Argument `values` must be a dict from names to values: {values!r}.")
    fixed, moving = dict[str, Any](), dict[str, Callable[[float], Any]]()
    for name, value in values.items():
        if callable(value) and not isinstance(value, sp.Basic) and not hasattr(value, "dims"):
            _check_argument(str(name), value)
            moving[str(name)] = value
        elif "time" in getattr(value, "dims", ()):
            moving[str(name)] = _Spline(str(name), value)
        else:
            fixed[str(name)] = value
    return Course(model, fixed, moving)


def _check_argument(name: str, function: Callable[..., Any]) -> None:
    """Raise `TypeError` for a function that cannot be called with a time alone."""
    try:
        takes = signature(function)
    except (TypeError, ValueError):  # of functions in C, such as np.cos, it may not be known
        return
    try:
        takes.bind(FIRST)
    except TypeError:
        raise TypeError(
            f"Value `{name}` must be a function of time alone, but takes {takes}: a drive that "
            "depends on the state has no place here (QuTiP's feedback has)."
        ) from None


class _Spline:
    """A cubic spline through a DataArray of the dimension time; raises beyond its ends."""

    def __init__(self, name: str, series: Any) -> None:
        from scipy.interpolate import CubicSpline

        if series.ndim > 1:
            others = ", ".join(str(d) for d in series.dims if d != "time")
            raise ValueError(
                f"Value `{name}` must have the dimension time alone, but also has {others}: "
                "evolve one course after the other."
            )
        times = np.asarray(series["time"].values)
        if times.dtype.kind not in "iuf" or len(times) < 2 or np.any(np.diff(times) <= 0):
            raise ValueError(
                f"Value `{name}` must have two or more rising numbers as its times, in the "
                "inverse unit of the rates."
            )
        self.name, self.start, self.stop = name, float(times[0]), float(times[-1])
        self.slack = ROUNDING * (self.stop - self.start)
        self.spline = CubicSpline(times, np.asarray(series.values))

    def __call__(self, t: float) -> Any:
        if not self.start - self.slack <= t <= self.stop + self.slack:
            raise ValueError(
                f"Value `{self.name}` must be known at the time {t:g}, but is given from "
                f"{self.start:g} to {self.stop:g}."
            )
        return self.spline(t)


def _number(name: str, value: Any, t: float) -> complex:
    """One number of a course; anything else is refused in terms of its symbol."""
    try:
        return complex(value)
    except (TypeError, ValueError):
        raise TypeError(
            f"Value `{name}` must be a number at every time, but at {t:g} is {value!r}."
        ) from None


def _narrowest(function: Callable[[float], Any], times: np.ndarray, y: np.ndarray) -> float:
    """The width at half its height of the narrowest pulse that one sample alone meets.

    A pulse with an edge may be cut by an end of the times.  Infinite where every pulse meets
    several samples, and where most samples differ, as in a carrier, which an integrator follows.
    """
    steps, gap = np.diff(y), times[1] - times[0]
    steep = abs(steps) > JUMP * np.max(abs(y - y[0]))
    if np.mean(steep) > 0.5:
        return np.inf
    back = steep[:-1] & steep[1:] & ((steps[:-1] * steps[1:].conj()).real < 0)
    middles = {
        i: _halved(function, times[i], times[i + 1], SLACK * gap)[0] for i in np.flatnonzero(steep)
    }
    widths = [middles[i + 1] - middles[i] for i in np.flatnonzero(back)]
    for i, end in ((0, times[0]), (len(steps) - 1, times[-1])):
        edges = _located(function, times[i], times[i + 1], SLACK * gap) if steep[i] else []
        # what jumps right at an end is no pulse
        widths += [abs(t - end) for t, _ in edges if abs(t - end) > 2 * SLACK * gap]
    return float(min(widths, default=np.inf))


def _bend(y: np.ndarray, stride: int) -> float:
    """How far samples lie from straight lines between every so-manyth of them, at most."""
    places = np.arange(len(y))
    knots = places[::stride]
    line = np.interp(places, knots, y[knots].real) + 1j * np.interp(places, knots, y[knots].imag)
    return float(np.max(abs(y - line)))


def _located(
    function: Callable[[float], Any], left: float, right: float, width: float
) -> list[tuple[float, float]]:
    """Where between two times a function jumps, by bisection; nothing if it is only steep."""
    pair = _halved(function, left, right, width)
    before, after, low, high = (complex(function(t)) for t in (left, right, *pair))
    return [pair] if abs(high - low) > abs(after - before) / 2 else []


def _halved(
    function: Callable[[float], Any], left: float, right: float, width: float
) -> tuple[float, float]:
    """Two times so close between which a function passes from its one value to the other."""
    low, high = complex(function(left)), complex(function(right))
    while right - left > width and left < (middle := (left + right) / 2) < right:
        value = complex(function(middle))
        if abs(value - low) >= abs(high - value):
            right, high = middle, value
        else:
            left, low = middle, value
    return left, right
