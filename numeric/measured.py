"""What a number of a steady state is worth: one judge for every number that is returned.

A number may be lost in round-off, may still move when the cut is lifted, or may be 0/0.  A ratio
is never worth more than its denominators: g2 = <a'a'aa>/<a'a>^2 of a mode whose <a'a> is not
resolved is not resolved, however large it looks, and that of an empty mode is undefined.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from systems.status import Status

RESOLVED = 1e-6  # largest estimated relative error of a number or correlation that is returned
SURE = 1e-8  # the same for a probability, of which very small ones may be uncertain
MOVED = 1e-3  # largest relative change, were the cut lifted, of a number at a truncation given

Known = tuple[np.ndarray, np.ndarray]  # values and their absolute errors by round-off, per point


@dataclass(frozen=True)
class Measured:
    """A number per point, its round-off, by how much the cut moves it, what it is divided by."""

    value: np.ndarray
    roundoff: np.ndarray  # absolute
    denominators: tuple[Known, ...] = ()
    resolved: float = RESOLVED  # largest relative round-off of a number that is returned
    cut: np.ndarray | float = 0.0  # absolute change, were the cut lifted
    moved: float = MOVED  # largest relative change by the cut of a number that is returned

    @property
    def error(self) -> np.ndarray:
        """Absolute error, of round-off and of the cut together."""
        return np.asarray(self.roundoff + self.cut)

    def status(self, found: np.ndarray) -> np.ndarray:
        """Per point the word for the number, or ``found`` where there is no state for it."""
        size, word = abs(self.value), np.empty(self.value.shape, dtype=object)
        word[...] = Status.OK  # np.full would make a plain string of it
        word[self.cut > self.moved * size + self.roundoff] = Status.NOT_CONVERGED
        word[~(self.roundoff <= self.resolved * size)] = Status.NOT_RESOLVED
        for n, error in self.denominators:
            word[~(error <= self.resolved * abs(n))] = Status.NOT_RESOLVED
        for n, _ in self.denominators:
            word[n == 0] = Status.UNDEFINED
        return np.where(found == Status.OK, word, found)


def divide(value: np.ndarray, error: np.ndarray, denominators: Sequence[Known]) -> Known:
    """value/(n_1 n_2 ...) and its absolute error; a negative n is round-off, its error is not."""
    relative = np.zeros(len(value))
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        for n, n_error in denominators:
            value, error, relative = value / n, error / abs(n), relative + n_error / abs(n)
        return value, error + abs(value) * relative
