"""Photon statistics of populations that are known state by state, normalised or not.

With the populations P(n) of Fock states, direct detection needs nothing else:

    <a'a> = sum_n n P(n),    <a'^k a^k> = sum_n n (n - 1) ... (n - k + 1) P(n).
"""

from collections.abc import Sequence

import numpy as np

from systems import Model
from systems.ladder import Mode, Occupation


class Populations:
    """Populations of some states of a model; the last index of the array is the state.

    They are divided by their sum, and have the methods of both roads (`compare.quantities.Road`).

    >>> from systems import kerr
    >>> found = Populations(kerr.MODEL, [(0,), (1,), (2,)], np.array([2.0, 1.0, 1.0]))
    >>> float(found.number("a")), float(found.correlation("a").round(3))
    (0.75, 0.889)
    """

    def __init__(self, model: Model, states: Sequence[Occupation], weights: np.ndarray) -> None:
        """Divide the weights, shape (..., states), by their sum over the states."""
        self.model, self.states = model, list(states)
        self._occupations = np.array(self.states)
        self._populations = weights / weights.sum(axis=-1, keepdims=True)

    def number(self, mode: Mode | str) -> np.ndarray:
        """Mean number of quanta of a mode.

        >>> from systems import kerr
        >>> found = Populations(kerr.MODEL, [(0,), (1,), (2,)], np.array([2.0, 1.0, 1.0]))
        >>> float(found.number("a"))
        0.75
        """
        return self._moment(mode, 1)

    def correlation(self, mode: Mode | str, order: int = 2) -> np.ndarray:
        """``g^(order)(0)`` of a mode; NaN where it is empty.

        >>> from systems import kerr
        >>> found = Populations(kerr.MODEL, [(0,), (1,), (2,)], np.array([2.0, 1.0, 1.0]))
        >>> round(float(found.correlation("a")), 3)  # 2/4 over 0.75^2
        0.889
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            return self._moment(mode, order) / self._moment(mode, 1) ** order

    def cross_correlation(self, first: Mode | str, second: Mode | str) -> np.ndarray:
        """``g2_12(0)`` of two modes; NaN where one is empty.

        >>> from systems import kerr_dimer
        >>> states, weights = [(0, 0), (1, 0), (0, 1), (1, 1)], np.ones(4)  # independent
        >>> float(Populations(kerr_dimer.MODEL, states, weights).cross_correlation("a", "b"))
        1.0
        """
        i, j = self.model.index(first), self.model.index(second)
        if i == j:
            return self.correlation(first)
        both = self._populations @ (self._occupations[:, i] * self._occupations[:, j])
        with np.errstate(divide="ignore", invalid="ignore"):
            return both / (self._moment(first, 1) * self._moment(second, 1))

    def probability(self, occupation: Occupation) -> np.ndarray:
        """Probability of an occupation.

        Raises `ValueError` for an occupation that is not among the states.

        >>> from systems import kerr
        >>> found = Populations(kerr.MODEL, [(0,), (1,), (2,)], np.array([2.0, 1.0, 1.0]))
        >>> float(found.probability((0,)))
        0.5
        """
        return self._populations[..., self.states.index(tuple(occupation))]

    def _moment(self, mode: Mode | str, order: int) -> np.ndarray:
        """The mean of n (n - 1) ... (n - order + 1) for the quanta n of a mode."""
        n = self._occupations[:, self.model.index(mode)]
        falling = np.prod([n - k for k in range(order)], axis=0)
        return self._populations @ falling
