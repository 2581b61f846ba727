"""Elements of rho that a symmetry keeps apart from the populations: they vanish, and are left out.

Where H and the jumps keep a parity or a charge, up to a phase of each jump, rho_ij of states that
differ in it never feeds a population.  Of the n^2 unknowns half are left of a mode that is driven
by pairs, and one in some ten of two modes that exchange quanta and are pumped by baths.  No
symmetry is asked for by name: K, the evolution between jumps, joins the states to groups, and where
each jump takes a group to one group, rho between states of the same group is closed (weak
symmetries make blocks of L: V. V. Albert and L. Jiang, Phys. Rev. A 89, 022118 (2014)).

What is left out is zero where the steady state is the only one, as it is where every mode has a
loss D[a] of its own: two steady states would live on orthogonal subspaces that all jumps leave
invariant (B. Baumgartner and H. Narnhofer, J. Phys. A 41, 395303 (2008)), and each that all a leave
invariant holds the vacuum.  With D[b'] in the place of one of them it holds the most quanta of b
that are kept, and no other quantum.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csc_array
from scipy.sparse.csgraph import connected_components


def groups(K: np.ndarray, jumps: Iterable[csc_array]) -> list[np.ndarray]:
    """The states that K joins, group by group, that of the first state first.

    One group of all where a jump takes states of one group to several.

    >>> K = np.array([[0, 0, 0.1], [0, -0.5j, 0], [0.1, 0, -1j]])  # by pairs
    >>> a = csc_array(np.array([[0, 1, 0], [0, 0, 1.4], [0, 0, 0]]))
    >>> groups(K, [a]), len(groups(K, [a, a @ a + a]))
    ([array([0, 2]), array([1])], 1)
    """
    count, part = connected_components(K != 0, directed=False)
    for jump in jumps:
        to, start = csc_array(jump != 0).nonzero()
        if len({*zip(part[start].tolist(), part[to].tolist(), strict=True)}) > len({*part[start]}):
            return [np.arange(len(K))]
    return [np.flatnonzero(part == k) for k in range(count)]


def between(parts: Sequence[np.ndarray], size: int) -> np.ndarray:
    """Positions in a flattened matrix of what lies between states of the same group.

    >>> between([np.array([0, 2]), np.array([1])], 3)
    array([0, 2, 6, 8, 4])
    """
    return np.concatenate([(size * part[:, None] + part).ravel() for part in parts])


@dataclass(frozen=True)
class Within:
    """An inverse for some rows and columns of a system, where the other unknowns are zero.

    >>> from scipy.sparse.linalg import splu
    >>> factors = splu(csc_array(np.diag([2.0, 4.0])))
    >>> Within(factors, np.array([0, 2])).solve(np.ones(3))
    array([0.5 , 0.  , 0.25])
    """

    inverse: Any
    unknowns: np.ndarray

    def solve(self, source: np.ndarray) -> np.ndarray:
        """The solution for those parts of the source."""
        return self._by(self.inverse.solve, source)

    def again(self, source: np.ndarray) -> np.ndarray:
        """The same of a small correction."""
        return self._by(getattr(self.inverse, "again", self.inverse.solve), source)

    def roughly(self, source: np.ndarray) -> np.ndarray:
        """The same to two digits, as is enough for an error."""
        return self._by(getattr(self.inverse, "roughly", self.inverse.solve), source)

    def _by(self, solve: Any, source: np.ndarray) -> np.ndarray:
        found = np.zeros_like(source)
        found[self.unknowns] = solve(source[self.unknowns])
        return found
