"""Arrays with named axes: labelled values in, labelled results out.

xarray's arrays broadcast by the names of their dimensions, whatever the order of their axes.  The
solvers know positions only, so names are taken off at the door (`unlabel`) and put on again where
a result leaves (`label`).  In between travels a `Labelled` dict of plain arrays, which remembers
the dimensions and coordinates as its `Axes`.

Whoever uses plain arrays notices nothing: xarray is not even imported.
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, TypeAlias

import numpy as np

Labels: TypeAlias = Mapping[str, Any]  # name -> number, plain or labelled array


@dataclass(frozen=True)
class Axes:
    """Names of the axes of a result, in order, and the coordinates along them.

    ``coords`` is what xarray takes for them: a mapping from names to variables.

    >>> Axes(("Delta",), {"Delta": [0.0, 1.0]}).array(np.array([5.0, 6.0])).sel(Delta=1.0).item()
    6.0
    """

    dims: tuple[str, ...]
    coords: Mapping[Any, Any]

    def array(
        self,
        data: Any,
        name: str | None = None,
        first: Sequence[str] = (),
        last: Sequence[str] = (),
    ) -> Any:
        """The data as an `xarray.DataArray`.

        ``first`` and ``last`` name axes before and after these.  Raises `ValueError` where one of
        these has that name already.
        """
        import xarray as xr

        _check_free(self, (*first, *last))

        if isinstance(data, str):  # a single status stays one: NumPy would make plain text of it
            data = np.array(data, dtype=object)
        return xr.DataArray(data, dims=(*first, *self.dims, *last), coords=self.coords, name=name)

    def beside(self, extra: "Axes", argument: str) -> "Axes":
        """These and further axes behind them, those of the ``argument``.

        Raises `ValueError`, which names it, where two share a name.

        >>> Axes(("x",), {}).beside(Axes(("tau",), {}), "taus").dims
        ('x', 'tau')
        """
        twice = {*self.dims, *self.coords} & {*extra.dims, *extra.coords}
        if twice:
            raise ValueError(
                f"Argument `{argument}` must have axes of its own, but "
                f"`{min(map(str, twice))}` is one of the values as well."
            )
        return Axes((*self.dims, *extra.dims), {**self.coords, **extra.coords})


class Labelled(dict[str, np.ndarray]):
    """Plain arrays of one shape, by name, that remember what their axes are called.

    >>> Labelled({"xi": np.zeros(2)}, Axes(("power",), {})).axes.dims
    ('power',)
    """

    def __init__(self, arrays: Mapping[str, np.ndarray], axes: Axes) -> None:
        super().__init__(arrays)
        self.axes = axes


def is_labelled(value: Any) -> bool:
    """Whether a value is an array of xarray, which then has been imported.

    >>> is_labelled(np.zeros(2))
    False
    >>> import xarray
    >>> is_labelled(xarray.DataArray([0.0, 0.0], dims="Delta"))
    True
    """
    xr = sys.modules.get("xarray")
    return xr is not None and isinstance(value, xr.DataArray | xr.Variable)


def unlabel(given: Labels) -> tuple[dict[str, Any], Axes | None]:
    """The values as plain arrays that broadcast by position, and the axes of what they make.

    The dimensions come in the order in which they first appear.  None in place of the axes where
    nothing is labelled: the values are then as they were.  A value along an axis of its own name is
    the coordinate there, where there is none.  Raises `TypeError` for a plain array beside labelled
    ones, since its axes have no names, and for a whole dataset as one value, and `ValueError` where
    coordinates along one dimension differ.

    >>> import xarray
    >>> x = xarray.DataArray([1.0, 2.0], dims="x")
    >>> y = xarray.DataArray([1.0, 2.0, 3.0], dims="y")
    >>> plain, axes = unlabel({"chi": x, "xi": y, "gamma": 1.0})
    >>> plain["chi"].shape, plain["xi"].shape, axes.dims
    ((2, 1), (1, 3), ('x', 'y'))
    """
    _refuse_datasets(given)
    named = {name: _as_array(name, value) for name, value in given.items() if is_labelled(value)}
    if not named:
        return dict(given), None
    for name, value in given.items():
        if name not in named and np.ndim(value):
            other = next(iter(named))
            raise TypeError(
                f"Value `{name}` must be a number or labelled as `{other}` is, but is an array "
                "whose axes have no names."
            )
    for (one, x), (two, y) in combinations(named.items(), 2):
        _check_same_axes(one, x, two, y)
    axes = _axes_of(list(named.values()))
    return {**given, **{name: by_name(x, axes.dims) for name, x in named.items()}}, axes


def by_name(value: Any, dims: Sequence[str]) -> np.ndarray:
    """The numbers of a labelled array, an axis for each of ``dims``; of length 1 where it has none.

    >>> import xarray
    >>> by_name(xarray.DataArray([1.0, 2.0], dims="x"), ("x", "y")).shape
    (2, 1)
    """
    ordered = value.transpose(*(d for d in dims if d in value.dims))
    return np.asarray(ordered.values).reshape([value.sizes.get(d, 1) for d in dims])


def place(given: Labels, arrays: Any) -> dict[str, Any]:
    """Columns that identify the points, as plain arrays that broadcast to the shape of ``arrays``.

    Coordinates of labelled arrays come before them.  Raises `ValueError` for a labelled one with a
    dimension that the points do not have.

    >>> import xarray
    >>> phi = xarray.DataArray([0.0, 1.0], dims="phi")
    >>> points = Labelled({"J": np.zeros((2, 3))}, Axes(("phi", "r"), {}))
    >>> {name: x.shape for name, x in place({"phi": phi}, points).items()}
    {'phi': (2, 1)}
    """
    axes = getattr(arrays, "axes", None) or Axes((), {})
    named = {str(n): _as_array(str(n), x) for n, x in given.items() if is_labelled(x)}
    coords = {str(n): c for x in named.values() for n, c in x.coords.items()}
    for name, x in named.items():
        strange = [str(d) for d in x.dims if d not in axes.dims]
        if strange:
            has = ", ".join(axes.dims) or "no names"
            raise ValueError(
                f"Labelled array `{name}` must have dimensions of the values ({has}), but also has "
                f"`{strange[0]}`."
            )
    plain = {str(n): x for n, x in given.items() if not is_labelled(x)}
    return {n: by_name(x, axes.dims) for n, x in (coords | named).items() if x.ndim} | plain


def relabel(data: Any, arrays: Any, name: str | None = None, **more: Sequence[str]) -> Any:
    """The data with the names of the axes that ``arrays`` remember, as a `Labelled` dict does.

    ``more`` are names of axes ``first`` and ``last``, as `Axes.array` takes them.
    Of arrays without names the data as they are.

    >>> relabel(np.zeros(2), {"xi": np.zeros(2)})
    array([0., 0.])
    >>> relabel(np.zeros(2), Labelled({"xi": np.zeros(2)}, Axes(("power",), {}))).dims
    ('power',)
    """
    axes = getattr(arrays, "axes", None)
    return data if axes is None else axes.array(data, name, **more)


def label_beside(
    data: Any, arrays: Any, axis: str, given: Any, name: str | None = None, argument: str = ""
) -> Any:
    """Results with axes behind those of the values, labelled if the values or the axes are.

    ``given`` is what the user gave along them: a labelled array keeps its dimensions and
    coordinates; of a plain one they are called ``axis`` (``axis_0`` and so on where it has
    several).  ``argument`` is its name in error messages: `ValueError` where it shares an axis
    with the values, `TypeError` where it is labelled and they have axes without names.

    >>> import xarray
    >>> delay = xarray.DataArray([0.0, 1.0], dims="delay", coords={"delay": [0.0, 1.0]})
    >>> label_beside(np.ones(2), {"xi": np.array(0.1)}, "tau", delay).dims
    ('delay',)
    >>> label_beside(np.ones(2), {"xi": np.array(0.1)}, "omega", [0.0, 1.0])
    array([1., 1.])
    """
    axes, argument = getattr(arrays, "axes", None), argument or f"{axis}s"
    if axes is None and not is_labelled(given):
        return data
    if axes is None and next(iter(arrays.values())).ndim:
        raise TypeError(
            f"Argument `{argument}` must be a plain array where values are plain arrays, whose "
            "axes have no names, but is labelled."
        )
    return (axes or Axes((), {})).beside(axes_along(axis, given), argument).array(data, name)


def axes_along(axis: str, given: Any) -> Axes:
    """The axes of an array along an axis, its own where it has names.

    >>> axes_along("time", [0.0, 1.0]).dims, axes_along("tau", np.zeros((2, 2))).dims
    (('time',), ('tau_0', 'tau_1'))
    """
    if is_labelled(given):  # what lies along an axis is its coordinate, where it has none
        return _axes_of([_as_array(str(given.dims[0]) if given.ndim == 1 else axis, given)])
    if np.ndim(given) == 1:
        return Axes((axis,), {axis: (axis, np.asarray(given))})
    return Axes(tuple(f"{axis}_{i}" for i in range(np.ndim(given))), {})


def stacked(parts: Sequence[Any], name: str) -> Any:
    """Arrays of one shape along a last axis, which is called ``name`` where they are labelled.

    Raises `ValueError` where they have an axis of that name already.

    >>> stacked([np.zeros(2), np.ones(2)], "n").shape
    (2, 2)
    >>> import xarray
    >>> stacked([xarray.DataArray([0.0, 1.0], dims="xi")] * 3, "n").dims
    ('xi', 'n')
    """
    if not is_labelled(parts[0]):
        return np.stack(parts, axis=-1)
    import xarray as xr

    _check_free(Axes(parts[0].dims, parts[0].coords), (name,))
    along = xr.Variable(name, np.arange(len(parts)))
    return xr.concat(parts, along, join="exact").transpose(..., name)


def _refuse_datasets(given: Labels) -> None:
    """Raise `TypeError` for a value that is several arrays."""
    xr = sys.modules.get("xarray")
    for name, value in given.items():
        if xr is not None and isinstance(value, xr.Dataset):
            raise TypeError(
                f"Value `{name}` must be a number or an array, but is a dataset; hand over one of "
                f"its variables ({', '.join(map(str, value.data_vars)) or 'it has none'})."
            )


def _check_free(axes: Axes, names: Sequence[str]) -> None:
    """Raise `ValueError` where an axis of a result is called as one of the values already."""
    taken = [name for name in names if name in {*axes.dims, *axes.coords}]
    if taken:
        raise ValueError(
            f"Dimension `{taken[0]}` of the values must have another name here, since the result "
            "has an axis of that name; `rename` it."
        )


def _as_array(name: str, value: Any) -> Any:
    """The value as a `DataArray`, with itself as the coordinate of an axis of its own name."""
    import xarray as xr

    array = value if isinstance(value, xr.DataArray) else xr.DataArray(value)
    if array.dims == (name,) and name not in array.coords:
        array = array.assign_coords({name: array.values})
    return array


def _check_same_axes(one: str, x: Any, two: str, y: Any) -> None:
    """Raise `ValueError` where two values disagree on what lies along a dimension of both."""
    for dim in (d for d in x.dims if d in y.dims):
        if x.sizes[dim] != y.sizes[dim]:
            what = f"the same length along `{dim}`, but have {x.sizes[dim]} and {y.sizes[dim]}"
        elif dim in x.indexes and dim in y.indexes and not x.indexes[dim].equals(y.indexes[dim]):
            what = f"the same coordinates along `{dim}`, but they differ"
        else:
            continue
        raise ValueError(f"Values `{one}` and `{two}` must have {what}.")


def _axes_of(named: Sequence[Any]) -> Axes:
    """The dimensions and coordinates of what labelled arrays make together.

    Coordinates that contradict each other and are no axis are left out, as xarray does.
    """
    import xarray as xr

    dims = tuple(dict.fromkeys(str(d) for x in named for d in x.dims))
    every = [x.coords.to_dataset() for x in named]
    merged = xr.merge(every, compat="minimal", join="exact", combine_attrs="drop_conflicts")
    return Axes(dims, dict(merged.coords))
