"""A number that is read off a state, and what its truncation is worth to it.

An `Observable` takes its number off a block of points (`Solution`).  Of a truncation that was
chosen the search has solved a second one, and `Observable.searched` judges by both.  Of one that
was given the last shells tell how much may lie beyond it, `Observable.most`; where that leaves room
for doubt the points are solved once more, and `Observable.change` is what that changes.  The
observables there are stand in `numeric.reading.readings`.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from numeric.solvers.solution import Solution
from numeric.trust.worth import Measured
from systems import Model
from systems.ladder import Occupation


@dataclass(frozen=True)
class Observable(ABC):
    """A number of every point of a block; all arrays have the shape (points,).

    >>> from numeric import steady_state
    >>> from systems.library import kerr
    >>> state = steady_state(kerr.MODEL, kerr.VALUES, quanta=3)
    >>> from numeric.reading.readings import Population
    >>> empty = Population(kerr.MODEL, (0,))
    >>> bool(empty.read(state.blocks[0]).value[0] == state.probability((0,)))
    True
    """

    model: Model
    relative: ClassVar[bool] = False  # whether what `guesses` says is a share of the number

    @property
    @abstractmethod
    def ways(self) -> Sequence[Occupation]:
        """Occupations without which the number is not what it is called."""

    @abstractmethod
    def read(self, block: Solution) -> Measured:
        """The number with its round-off, whatever the cut."""

    @abstractmethod
    def searched(self, block: Solution, other: Solution | None) -> Measured:
        """The number of a truncation that was chosen; without ``other`` it was found converged."""

    @abstractmethod
    def most(self, block: Solution) -> np.ndarray:
        """The most that lifting the cut may change, as the last shells tell."""

    @abstractmethod
    def change(self, block: Solution, other: Solution) -> np.ndarray:
        """What another truncation changes, with what may still lie beyond the larger one."""

    @abstractmethod
    def guesses(self, block: Solution) -> np.ndarray:
        """What emitters may change of which the model keeps some excitations only."""
