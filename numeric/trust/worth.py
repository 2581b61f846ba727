"""A number per point with all that its status follows from, and quotients of such numbers.

Round-off, what the cut changes and what the number is divided by are told apart, as each asks for
something else of the reader; `Measured.status` is the word for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from systems.status import Status

# Largest estimated relative error of a number or correlation that is returned: six digits are more
# than any figure or experiment shows
RESOLVED = 1e-6
TINIEST = 1e-290  # of n^k: a g^(k) of 1e-10 times less still lies in the range of normal floats
SURE = 1e-8  # the same for a probability, whose estimate may be off by a factor of a hundred
# Largest relative change, were the cut lifted, of a number at a truncation given: what a figure
# does not show.  Who gives a truncation wants its numbers; the certificate tells what they cost
MOVED = 1e-3

Known: TypeAlias = tuple[np.ndarray, np.ndarray]  # values, absolute errors by round-off, per point


@dataclass(frozen=True)
class Measured:
    """A number per point, its round-off, by how much the cut moves it, what it is divided by.

    All arrays have the shape (points,), of several results (results, points), and all errors are
    absolute.  `status` is the word for it.

    >>> half = Measured(np.array([0.5]), np.array([1e-9]), cut=np.array([0.01]))
    >>> half.error.round(3), half.moves.tolist(), half.status(np.array(["ok"])).tolist()
    (array([0.01]), [True], ['not converged'])
    """

    value: np.ndarray
    roundoff: np.ndarray  # absolute
    denominators: tuple[Known, ...] = ()
    resolved: float = RESOLVED  # largest relative round-off of a number that is returned
    cut: np.ndarray | float = 0.0  # absolute change, were the cut lifted
    moved: float = MOVED  # largest relative change by the cut of a number that is returned

    @property
    def error(self) -> np.ndarray:
        """Absolute error, of round-off and of the cut together.

        >>> half = Measured(np.array([0.5]), np.array([1e-9]), cut=np.array([0.01]))
        >>> half.error.round(3)
        array([0.01])
        """
        return np.asarray(self.roundoff + self.cut)

    @property
    def moves(self) -> np.ndarray:
        """Where the cut moves the number by more than it may; a change within round-off is none.

        >>> half = Measured(np.array([0.5]), np.array([1e-9]), cut=np.array([0.01]))
        >>> half.moves  # by two per cent, more than `MOVED`
        array([ True])
        """
        return np.asarray(self.cut > self.moved * abs(self.value) + self.roundoff)

    def status(self, found: np.ndarray) -> np.ndarray:
        """Per point the word for the number, or ``found`` where there is no state for it.

        >>> vacuum = Measured(np.zeros(1), np.zeros(1), ((np.zeros(1), np.zeros(1)),))
        >>> vacuum.status(np.array(["ok"]))
        array(['undefined'], dtype=object)
        """
        size, word = abs(self.value), np.empty(self.value.shape, dtype=object)
        word[...] = Status.OK  # np.full would make a plain string of it
        word[self.moves] = Status.NOT_CONVERGED
        word[~(self.roundoff <= self.resolved * size)] = Status.NOT_RESOLVED
        for n, error in self.denominators:
            word[~(error <= self.resolved * abs(n))] = Status.NOT_RESOLVED
        for n, error in self.denominators:
            # a number that floats cannot hold is not one that vanishes
            word[(n == 0) & ~((error > 0) & (error < TINIEST * 1e10))] = Status.UNDEFINED
        return np.where(found == Status.OK, word, found)


def divide(value: np.ndarray, error: np.ndarray, denominators: Sequence[Known]) -> Known:
    """value/(n_1 n_2 ...) and its absolute error; a negative n is round-off, its error is not.

    >>> g, error = divide(np.array([2.0]), np.array([0.02]), [(np.array([4.0]), np.array([0.04]))])
    >>> g, error.round(6)
    (array([0.5]), array([0.01]))
    """
    relative = np.zeros(value.shape)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        for n, n_error in denominators:
            value, error, relative = value / n, error / abs(n), relative + n_error / abs(n)
        return value, error + abs(value) * relative
