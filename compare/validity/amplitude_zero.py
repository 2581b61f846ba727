"""The zero of a formula by interference, to all digits."""

from __future__ import annotations

from typing import Any

import numpy as np

import analytic
from compare.quantities import Quantity
from compare.validity.coordinates import Coordinates, Point
from compare.validity.descent import FIRST_STEP
from systems import Model
from systems.status import Status

NEWTON = 20  # steps to the zero of an amplitude, which the search has nearly reached


class Zero:
    """The zero of a formula by interference: that of the amplitude whose square it is.

    >>> from compare.quantities import read_quantity
    >>> from systems import kerr_dimer
    >>> start = {"Delta": 0.27, "U": 0.043, "J": 3.0, "gamma": 1.0, "F": 0.01}
    >>> zero = Zero(kerr_dimer.MODEL, read_quantity(kerr_dimer.MODEL, "g2"))
    >>> found = zero.near(start, Coordinates(kerr_dimer.MODEL, start, ["Delta", "U"]))
    >>> {name: round(float(found[name]), 3) for name in ("Delta", "U")}
    {'Delta': 0.275, 'U': 0.043}

    The square is flat there, and its minimum is known to half of the digits only; the amplitude
    crosses zero, where Newton's method finds it to all digits.
    """

    def __init__(self, model: Model, quantity: Quantity) -> None:
        """Derive the amplitude of which the quantity's leading order is the square, if it is one.

        Photons that push a mirror have a sum of squares, which has no zero.
        """
        self._closed = analytic.find_closed(model, quantity.quanta(model))
        self._amplitude = None
        if isinstance(self._closed, analytic.Derivation):
            self._form = quantity.on(self._closed)
            self._amplitude = self._closed.amplitude(quantity.occupation)

    def near(self, place: Point, coordinates: Coordinates) -> dict[str, Any] | None:
        """The values at which the amplitude vanishes, next to those given; None if it does not.

        Real and imaginary part of the amplitude are two equations.  With one parameter there are
        more equations than unknowns; each step therefore solves them by least squares, and what is
        found counts only if the closed form vanishes there beyond round-off.  ``None`` as well
        where a step leads further away than `FIRST_STEP`: that zero belongs to another minimum.
        """
        if self._amplitude is None:
            return None
        x = coordinates.of(place)
        for _ in range(NEWTON):
            x = x - np.linalg.lstsq(self._slopes(x, coordinates), self._parts(x, coordinates))[0]
            if not np.all(abs(x - coordinates.of(place)) < FIRST_STEP):
                return None
        found = coordinates.place(x)
        vanishes = self._closed.status(self._form, found) == Status.VANISHES
        return found if vanishes else None

    def _parts(self, x: np.ndarray, coordinates: Coordinates) -> np.ndarray:
        """Real and imaginary part of the amplitude."""
        z = complex(self._closed.evaluate(self._amplitude, coordinates.place(x)))
        return np.array([z.real, z.imag])

    def _slopes(self, x: np.ndarray, coordinates: Coordinates) -> np.ndarray:
        """Their derivatives by the unknowns, (2, unknowns), from central differences."""
        steps = np.sqrt(np.finfo(float).eps) * np.eye(len(x))
        ends = [[self._parts(x + sign * h, coordinates) for sign in (1, -1)] for h in steps]
        return np.array([(up - down) / (2 * h.max())
                         for (up, down), h in zip(ends, steps, strict=True)]).T  # fmt: skip
