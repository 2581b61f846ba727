"""The coordinates in which a minimum over parameters is searched for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from systems import Model

Point = Mapping[str, Any]  # values by name


class Coordinates:
    """The parameters of a search, each 1 at the start; what must keep its sign as a logarithm.

    A search moves in x: a parameter is its value at the start times x, or times exp(x - 1) for a
    rate, which a step may then bring close to zero but never beyond.  The modulus of a complex
    parameter moves so, with its phase kept.

    >>> from systems import kerr
    >>> start = {"Delta": 2.0, "chi": 1.0, "gamma": 1.0, "xi": 0.1}
    >>> moved = Coordinates(kerr.MODEL, start, ["Delta"]).place(np.array([1.5]))
    >>> float(moved["Delta"]), moved["chi"]
    (3.0, 1.0)
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
