"""What lies beyond the few quanta that the terms of a series contain: weights of leading order.

Where the drive meets a resonance of seven quanta, a series that ends at three sums up to a wrong
number, however well its sums agree with one another.  The populations ``p_n = <a'^n a^n>/n!`` of
leading order, those of H_eff unless there is dephasing, are cheap and reach further.  A driven
Kerr resonator has exactly

    <a'^m a^m> = 2^-m sum_n n!/(n-m)! w_n / sum_n w_n,        w_n = 2^n p_n

(P. D. Drummond and D. F. Walls, J. Phys. A 13, 725 (1980), their 0F2 written out), and its series
to k corrections contains the sums up to m + k quanta.  In other systems the weights, added up over
the states of a grade, still tell where the drive brings in more quanta.
"""

from collections.abc import Sequence
from functools import cached_property, lru_cache
from math import factorial, prod

import numpy as np

from analytic.fock import occupations
from analytic.series.hierarchy import Hierarchy
from analytic.series.moments import Moments
from analytic.series.recursion import Recursion
from systems.ladder import Occupation
from systems.values import Arrays

# States looked at, at about the cost of the series themselves: 128 quanta of one mode, 14 of two, 7
# of three; of mixed states, whose coherences are needed as well, 24, 5, 3.
STATES, MIXED = 128, 24


class Shells:
    """The states of a model by their grade, a given number of them together.

    >>> from systems import kerr
    >>> from systems.values import read_values
    >>> arrays = read_values(kerr.MODEL, {"Delta": 0.0, "chi": 5.0, "gamma": 1.0, "xi": 0.1})
    >>> share = Shells(Moments(kerr.MODEL)).beyond(arrays, [(1, 2)])  # of <a'a> beyond two quanta
    >>> bool(0 < share[0, 0] < 1e-3)
    True
    """

    def __init__(self, moments: Moments) -> None:
        self.moments = moments

    @staticmethod
    @lru_cache(maxsize=32)
    def of(moments: Moments) -> "Shells":
        """The shells of a model, once for all expansions of it.

        >>> from systems import kerr
        >>> Shells.of(Moments.of(kerr.MODEL)) is Shells.of(Moments.of(kerr.MODEL))
        True
        """
        return Shells(moments)

    def beyond(self, arrays: Arrays, wanted: Sequence[tuple[int, int]]) -> np.ndarray:
        """Shares of moments that lie beyond a shell: array (wanted, points), from 0 to 1.

        ``wanted`` holds pairs: the quanta m of the moment, the grade of the last shell known.
        A share is 1 where weights leave the range of floats (hundreds of quanta).

        >>> from systems import kerr
        >>> from systems.values import read_values
        >>> arrays = read_values(kerr.MODEL, {"Delta": 0.0, "chi": 0.0, "gamma": 1.0, "xi": 0.5})
        >>> shells = Shells(Moments(kerr.MODEL))
        >>> shells.beyond(arrays, [(1, 1)]).shape
        (1, 1)
        """
        with np.errstate(over="ignore", invalid="ignore"):
            parts = (self.weights(part[0]) for part in self._recursion.parts(arrays))
            return np.hstack([[_share(weights, *pair) for pair in wanted] for weights in parts])

    def weights(self, moments: np.ndarray) -> np.ndarray:
        """``w_0 = 1, w_1, ...`` from the moments (nodes, points): array (shells + 1, points).

        >>> from systems import kerr
        >>> from systems.values import read_values
        >>> arrays = read_values(kerr.MODEL, {"Delta": 0.0, "chi": 0.0, "gamma": 1.0, "xi": 0.5})
        >>> shells = Shells(Moments(kerr.MODEL))
        >>> (moments,) = (part[0] for part in shells._recursion.parts(arrays))
        >>> shells.weights(moments)[:4, 0].round(6)  # |alpha| = 1: 2^n/n!
        array([1.      , 2.      , 2.      , 1.333333])
        """
        nodes = self._recursion.hierarchy.nodes
        w = np.zeros((len(self._states), moments.shape[-1]))
        for grade, states in enumerate(self._states):
            for n in states:
                if (node := ((n, n), 2 * grade)) in nodes:
                    w[grade] += 2**grade / prod(map(factorial, n)) * moments[nodes[node]].real
        return w

    @cached_property
    def _states(self) -> list[list[Occupation]]:
        """Grade by grade; no more grades than states, since a grade may be empty."""
        top = STATES if self.moments.factorises else MIXED
        shells, count = [], 0
        for grade in range(top + 1):
            shells.append(occupations(self.moments.model, grade))
            count += len(shells[-1])
            if count > top + 1:
                return shells[:-1]
        return shells

    @cached_property
    def _recursion(self) -> Recursion:
        words = {(n, n): 2 * grade for grade, shell in enumerate(self._states) for n in shell}
        return Recursion(Hierarchy(self.moments, words))


def _share(weights: np.ndarray, quanta: int, last: int) -> np.ndarray:
    from scipy.special import perm  # slow to import

    parts = perm(np.arange(len(weights)), quanta)[:, None] * weights
    beyond, whole = parts[last + 1 :].sum(axis=0), parts.sum(axis=0)
    return np.where(np.isfinite(whole), beyond / np.where(whole > 0, whole, 1), 1.0)
