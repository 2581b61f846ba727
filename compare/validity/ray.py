"""The points of a model with the drive left free: what remains when the laser is turned up.

Symbols that are small together with the drive (``model.orders``) grow with it, G ~ drive^k: along
such a ray the closed forms are series in one variable.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from systems import Model
from systems.labels import Axes, by_name, is_labelled
from systems.values import Arrays, Values, check_driven, read_values


@dataclass(frozen=True)
class Ray:
    """Points of a model, flattened, each at some drive and to be taken to any other.

    ``arrays`` holds the values by name, each a flat array of all points, and ``shape`` is the
    shape that the points had.

    >>> from systems import kerr
    >>> ray = read_ray(kerr.MODEL, {"Delta": [[0.0], [1.0]], "chi": 1.0, "gamma": 1.0})
    >>> ray.shape, ray.size
    ((2, 1), 2)
    >>> at = ray.at(np.array([0.3]), np.array([1]))
    >>> float(at["Delta"][0]), float(at["xi"][0])
    (1.0, 0.3)
    """

    model: Model
    arrays: Arrays
    shape: tuple[int, ...]
    axes: Axes | None = None  # names of the axes, where the values are labelled

    @property
    def size(self) -> int:
        """Number of points.

        >>> from systems import kerr
        >>> ray = read_ray(kerr.MODEL, {"Delta": [0.0, 1.0], "chi": 1.0, "gamma": 1.0})
        >>> ray.size
        2
        """
        return int(np.prod(self.shape))

    def at(self, drive: np.ndarray, points: np.ndarray) -> Arrays:
        """The values at some of the points (their indices), each at its own drive.

        Symbols of ``model.orders`` grow with the drive: G becomes G (drive/drive before)^k.

        >>> from systems import kerr
        >>> ray = read_ray(kerr.MODEL, {"Delta": [0.0, 1.0], "chi": 1.0, "gamma": 1.0})
        >>> ray.at(np.array([0.3]), np.array([1]))["xi"]
        array([0.3])
        """
        name = str(self.model.drive)
        values = {key: array[points] for key, array in self.arrays.items()}
        for symbol, order in self.model.orders.items():
            values[str(symbol)] = values[str(symbol)] * (drive / values[name]) ** order
        return {**values, name: drive}

    def shaped(self, flat: np.ndarray, name: str | None = None) -> Any:
        """Numbers of the points in their shape, labelled where the values are; one alone bare."""
        shaped = flat.reshape(self.shape)[()]
        return shaped if self.axes is None else self.axes.array(shaped, name)

    def flat(self, name: str, value: Any) -> np.ndarray:
        """A value as a flat array of the points, by the names of its axes where it is labelled.

        Raises `ValueError` where it has an axis that the points do not have.
        """
        dims = self.axes.dims if self.axes else ()
        if is_labelled(value) and not {*value.dims} <= {*dims}:
            raise ValueError(
                f"Value `{name}` must have no dimension beside those of the other values "
                f"({', '.join(dims)}), but has {', '.join(map(str, value.dims))}."
            )
        plain = by_name(value, dims) if is_labelled(value) else value
        return np.broadcast_to(plain, self.shape).ravel()

    def spread(self, shape: tuple[int, ...]) -> "Ray":
        """The same points broadcast to a larger shape; `ValueError` where they do not fit it.

        >>> from systems import kerr
        >>> ray = read_ray(kerr.MODEL, {"Delta": [0.0, 1.0], "chi": 1.0, "gamma": 1.0})
        >>> ray.spread((3, 2)).size
        6
        """
        arrays = {
            name: np.broadcast_to(array.reshape(self.shape), shape).ravel()
            for name, array in self.arrays.items()
        }
        return replace(self, arrays=arrays, shape=shape)


def read_ray(model: Model, values: Values, *beside: Any) -> Ray:
    """The points of ``values``, whose drive is ignored and may be missing.

    Where some of what is given ``beside`` them is labelled, the points lie along its axes too.
    Where further symbols are small with the drive its value says at which drive they have
    theirs.  Raises `ValueError` if it is then missing or not positive.

    >>> from systems import parametric_kerr
    >>> values = {"Delta": 0.0, "chi": 1.0, "gamma": 1.0, "xi": 0.1, "G": 0.002}
    >>> ray = read_ray(parametric_kerr.MODEL, values)
    >>> ray.at(np.array([0.2]), np.array([0]))["G"].round(6)  # of second order: four times
    array([0.008])
    """
    check_driven(model)
    name = str(model.drive)
    given = {str(key): value for key, value in values.items()}
    if not model.orders:
        given[name] = 1.0
    elif name not in given or np.any(np.asarray(given[name]) <= 0):
        others = ", ".join(map(str, model.orders))
        raise ValueError(
            f"Argument `values` must hold a positive `{name}`: the drive at which {others} have "
            "the values given, and with which they grow."
        )
    for labelled in filter(is_labelled, beside):
        given[name] = given[name] * (0 * labelled + 1)
    arrays = read_values(model, given)
    shape = arrays[name].shape
    flat = {key: array.ravel() for key, array in arrays.items()}
    return Ray(model, flat, shape, getattr(arrays, "axes", None))
