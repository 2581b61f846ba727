"""The points of a model with the drive left free: what remains when the laser is turned up.

Symbols that are small together with the drive (``model.orders``) grow with it, G ~ drive^k: along
such a ray the closed forms are series in one variable.
"""

from dataclasses import dataclass

import numpy as np

from systems import Model
from systems.values import Arrays, Values, read_values


@dataclass(frozen=True)
class Ray:
    """Points of a model, flattened, at the drive ``reference`` and to be taken to any other."""

    model: Model
    arrays: Arrays
    shape: tuple[int, ...]

    @property
    def size(self) -> int:
        """Number of points."""
        return int(np.prod(self.shape))

    def at(self, drive: np.ndarray, points: np.ndarray) -> Arrays:
        """The values at some of the points, each at its own drive."""
        name = str(self.model.drive)
        values = {key: array[points] for key, array in self.arrays.items()}
        for symbol, order in self.model.orders.items():
            values[str(symbol)] = values[str(symbol)] * (drive / values[name]) ** order
        return {**values, name: drive}

    def spread(self, shape: tuple[int, ...]) -> "Ray":
        """The same points broadcast to a larger shape."""
        arrays = {
            name: np.broadcast_to(array.reshape(self.shape), shape).ravel()
            for name, array in self.arrays.items()
        }
        return Ray(self.model, arrays, shape)


def read_ray(model: Model, values: Values) -> Ray:
    """The points of ``values``, whose drive is ignored and may be missing.

    Where further symbols are small with the drive its value says at which drive they have
    theirs.  Raises `ValueError` if it is then missing or not positive.
    """
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
    arrays = read_values(model, given)
    shape = arrays[name].shape
    return Ray(model, {key: array.ravel() for key, array in arrays.items()}, shape)
