"""The points of a sweep: its axes, the values along them, and the chunks they are computed in.

Bits of a result depend on which points are solved together.  So the cut into chunks follows from
the sweep alone, never from the machine or its speed, and belongs to what a store is known by.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from math import ceil, prod
from typing import Any

import numpy as np

from systems import Model
from systems.labels import by_name, is_labelled
from systems.ladder import is_two_level
from systems.values import check_positive, read_values

# Points of a chunk for a single mode, where 16,384 take about a second and a half on one core; a
# chunk should take a few seconds, so that its overhead is small and little is lost with it
POINTS, FEWEST = 2**14, 32
# Of a batch that is cut at 6 quanta the time goes as states^1.5 or so: 7, 28 and 84 states of one,
# two and three modes were measured at 0.05, 0.3 and 18 ms a point
QUANTA, POWER = 6, 1.5
WHOLE = 2**16  # points up to which the axis of the drive stays whole: one series serves all drives
RESERVED = ("quantity", "analytic", "numeric", "deviation", "error", "status", "done")
Slices = tuple[slice, ...]


@dataclass(frozen=True)
class Grid:
    """Axes by name, and the values of a model along them.

    ``values`` hold a number or a plain array with one axis for each of ``axes``, of length 1 where
    the value does not depend on it.  ``attrs`` say what is known of an axis (its unit), ``chunk``
    is the length of a chunk along each.

    >>> from systems import kerr
    >>> fixed = {"chi": 5.0, "gamma": 1.0, "xi": 0.1}
    >>> grid = read_grid(kerr.MODEL, {"Delta": np.linspace(-1, 1, 5)}, fixed, chunk=2)
    >>> grid.shape, grid.size, list(grid.chunks())
    ((5,), 5, [(0,), (1,), (2,)])
    """

    model: Model
    axes: Mapping[str, np.ndarray]
    values: Mapping[str, np.ndarray]
    attrs: Mapping[str, Mapping[str, Any]]
    chunk: tuple[int, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """The number of coordinates along each axis: the shape of every result.

        >>> from systems import kerr
        >>> axes = {"Delta": [-1.0, 0.0, 1.0], "chi": [2.0, 5.0]}
        >>> read_grid(kerr.MODEL, axes, {"gamma": 1.0, "xi": 0.1}).shape
        (3, 2)
        """
        return tuple(len(axis) for axis in self.axes.values())

    @property
    def size(self) -> int:
        """The number of points, the product of ``shape``.

        >>> from systems import kerr
        >>> axes = {"Delta": [-1.0, 0.0, 1.0], "chi": [2.0, 5.0]}
        >>> read_grid(kerr.MODEL, axes, {"gamma": 1.0, "xi": 0.1}).size
        6
        """
        return prod(self.shape)

    @property
    def counts(self) -> tuple[int, ...]:
        """The number of chunks along each axis; the last one may be shorter than the others.

        >>> from systems import kerr
        >>> fixed = {"chi": 5.0, "gamma": 1.0, "xi": 0.1}
        >>> grid = read_grid(kerr.MODEL, {"Delta": np.linspace(-1, 1, 5)}, fixed, chunk=2)
        >>> grid.counts  # of two points, two, and one
        (3,)
        """
        return tuple(ceil(n / c) for n, c in zip(self.shape, self.chunk, strict=True))

    def chunks(self) -> Iterator[tuple[int, ...]]:
        """The places of all chunks, tuples of one number per axis; the last one runs fastest.

        >>> from systems import kerr
        >>> axes = {"Delta": [-1.0, 0.0, 1.0], "chi": [2.0, 5.0]}
        >>> grid = read_grid(kerr.MODEL, axes, {"gamma": 1.0, "xi": 0.1}, chunk=2)
        >>> list(grid.chunks())
        [(0, 0), (1, 0), (2, 0)]
        """
        return product(*map(range, self.counts))

    def slices(self, place: tuple[int, ...]) -> Slices:
        """The points of a chunk, as one slice of each axis; they cut every array of results.

        >>> from systems import kerr
        >>> fixed = {"chi": 5.0, "gamma": 1.0, "xi": 0.1}
        >>> grid = read_grid(kerr.MODEL, {"Delta": np.linspace(-1, 1, 5)}, fixed, chunk=2)
        >>> grid.slices((1,))
        (slice(2, 4, None),)
        """
        ends = zip(place, self.chunk, self.shape, strict=True)
        return tuple(slice(i * c, min((i + 1) * c, n)) for i, c, n in ends)

    def count(self, place: tuple[int, ...]) -> int:
        """The number of points of a chunk.

        >>> from systems import kerr
        >>> fixed = {"chi": 5.0, "gamma": 1.0, "xi": 0.1}
        >>> grid = read_grid(kerr.MODEL, {"Delta": np.linspace(-1, 1, 5)}, fixed, chunk=2)
        >>> [grid.count(place) for place in grid.chunks()]
        [2, 2, 1]
        """
        return prod(s.stop - s.start for s in self.slices(place))

    def at(self, slices: Slices) -> dict[str, np.ndarray]:
        """The values of a part of the points, still broadcast by position.

        A value that does not depend on an axis keeps the length 1 along it, and a number stays one.

        >>> from systems import kerr
        >>> fixed = {"chi": 5.0, "gamma": 1.0, "xi": 0.1}
        >>> grid = read_grid(kerr.MODEL, {"Delta": np.linspace(-1, 1, 5)}, fixed, chunk=2)
        >>> part = grid.at(grid.slices((2,)))
        >>> part["Delta"], float(part["chi"])
        (array([1.]), 5.0)
        """
        return {name: _part(value, slices) for name, value in self.values.items()}


def read_grid(
    model: Model, axes: Mapping[Any, Any], fixed: Mapping[Any, Any], chunk: int | None = None
) -> Grid:
    """The grid of a sweep, checked as far as it can be before anything is computed.

    ``axes`` map symbols of the model to numbers along them.  An axis may also be any other name, if
    a labelled value among ``fixed`` depends on it.  ``chunk`` is how many points a chunk holds at
    most, apart from the axis of the drive, which stays whole; None takes what the model's size
    suggests.

    Raises `ValueError` or `TypeError` for values that are missing, unknown or no numbers, for axes
    that nothing depends on, and for labelled values along other coordinates.

    >>> from systems import kerr
    >>> axes = {"Delta": [-1.0, 0.0, 1.0], "xi": [0.01, 0.02]}
    >>> read_grid(kerr.MODEL, axes, {"chi": 5.0, "gamma": 1.0}, chunk=2).chunk  # the drive is whole
    (1, 2)
    """
    names = [str(name) for name in axes]
    _check_axes(names, fixed)
    arrays, attrs = {}, {}
    for name, given in zip(names, axes.values(), strict=True):
        arrays[name], attrs[name] = _read_axis(name, given)
    symbols = {str(symbol) for symbol in model.parameters}
    values = {n: _along(n, x, arrays) for n, x in arrays.items() if n in symbols}
    values |= {str(n): _along(str(n), x, arrays) for n, x in fixed.items()}
    _check_used(arrays, values)
    for axis in range(len(arrays)):  # each axis whole, at the beginning of all others
        star = tuple(slice(None if i == axis else 1) for i in range(len(arrays)))
        read_values(model, {name: _part(value, star) for name, value in values.items()})
    if chunk is not None:
        check_positive("chunk", chunk)
    lengths = _lengths(model, arrays, values, chunk or _points(model))
    return Grid(model, arrays, values, attrs, lengths)


def _part(value: np.ndarray, slices: Slices) -> np.ndarray:
    """A part of a value that may not depend on all axes."""
    if not value.ndim:
        return value
    return value[
        tuple(s if n > 1 else slice(None) for s, n in zip(slices, value.shape, strict=True))
    ]


def _check_axes(names: list[str], fixed: Mapping[Any, Any]) -> None:
    """Raise `ValueError` unless there are axes, each once, under names that are free."""
    if not names:
        raise ValueError("Argument `axes` must hold at least one axis, but is empty.")
    for name in names:
        if name in RESERVED:
            raise ValueError(f"Axis `{name}` must have another name: the result uses this one.")
        if name in map(str, fixed) or names.count(name) > 1:
            raise ValueError(f"Value `{name}` must be given once, but is given twice.")


def _read_axis(name: str, given: Any) -> tuple[np.ndarray, dict[str, Any]]:
    """The coordinates along an axis and what is known of it; raises for what is no axis."""
    array = np.asarray(given)
    if array.ndim != 1 or not array.size or array.dtype.kind not in "iufc":
        raise ValueError(f"Axis `{name}` must be a list of numbers, but is {given!r}.")
    if not np.isfinite(array).all():
        raise ValueError(f"Axis `{name}` must be finite, but holds NaN or infinity.")
    return array, dict(given.attrs) if is_labelled(given) else {}


def _along(name: str, value: Any, axes: Mapping[str, np.ndarray]) -> np.ndarray:
    """A value as a plain array with an axis for each of the grid's; a number stays one."""
    if name in axes:
        dims: tuple[Any, ...] = (name,)
    elif is_labelled(value):
        dims = value.dims
    elif np.ndim(value):
        raise ValueError(
            f"Value `{name}` must be a number, one of the axes, or an xarray.DataArray along them, "
            "but is an array whose axes have no names."
        )
    else:
        return np.asarray(value)
    for dim in dims:
        if dim not in axes:
            raise ValueError(
                f"Value `{name}` must lie along the axes {', '.join(axes)}, but has `{dim}`."
            )
    if not is_labelled(value):
        return np.reshape(value, [len(x) if n == name else 1 for n, x in axes.items()])
    indexes = getattr(value, "indexes", {})
    for dim in dims:
        here = indexes[dim].to_numpy() if dim in indexes else np.arange(value.sizes[dim])
        if len(here) != len(axes[dim]) or (dim in indexes and (here != axes[dim]).any()):
            raise ValueError(f"Value `{name}` must have the coordinates of the axis `{dim}`.")
    return by_name(value, tuple(axes))


def _check_used(axes: Mapping[str, np.ndarray], values: Mapping[str, np.ndarray]) -> None:
    """Raise `ValueError` for an axis along which nothing changes."""
    for axis, name in enumerate(axes):
        if not any(v.ndim and v.shape[axis] == len(axes[name]) for v in values.values()):
            raise ValueError(
                f"Axis `{name}` must be a symbol of the model, or a dimension of a labelled value "
                "among `fixed`, but is neither."
            )


def _points(model: Model) -> int:
    """Points of a chunk: a power of two, the fewer the more states the model has."""
    from numeric.lindblad.space import count_states

    single = count_states(tuple(m for m in model.modes if not is_two_level(m))[:1], QUANTA)
    ratio = single / count_states(model.modes, QUANTA)
    return max(FEWEST, 2 ** int(np.log2(POINTS * min(1.0, ratio**POWER))))


def _lengths(
    model: Model, axes: Mapping[str, np.ndarray], values: Mapping[str, np.ndarray], points: int
) -> tuple[int, ...]:
    """Lengths of a chunk along the axes: that of the drive whole, then the last ones first."""
    names, lengths, left = list(axes), dict[str, int](), points
    drives = [n for n in names if _is_of_drive(model, names.index(n), values)]
    for name in drives + [n for n in reversed(names) if n not in drives]:
        count = len(axes[name])
        most = max(left, WHOLE) if name in drives else left
        lengths[name] = ceil(count / ceil(count / max(1, most)))  # parts of nearly one length
        left //= lengths[name]
    return tuple(lengths[name] for name in names)


def _is_of_drive(model: Model, axis: int, values: Mapping[str, np.ndarray]) -> bool:
    """Whether along this axis the drive changes and nothing else."""
    changing = [n for n, value in values.items() if value.ndim and value.shape[axis] > 1]
    return changing == [str(model.drive)]
