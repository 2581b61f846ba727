"""Elements of rho that a symmetry keeps apart from the populations: they vanish, and are left out.

Where H and the jumps keep a parity or a charge, up to a phase of each jump, rho_ij of states that
differ in it never feeds a population.  Of the n^2 unknowns half are left of a mode that is driven
by pairs, and one in some ten of two modes that exchange quanta and are pumped by baths.  No
symmetry is asked for by name: what the populations are coupled to is a component of the graph of L
(weak symmetries make blocks of L: V. V. Albert and L. Jiang, Phys. Rev. A 89, 022118 (2014)).

What is left out is zero where the steady state is the only one, as it is where every mode has a
loss D[a] of its own: two steady states would live on orthogonal subspaces that all jumps leave
invariant (B. Baumgartner and H. Narnhofer, J. Phys. A 41, 395303 (2008)), and each that all a leave
invariant holds the vacuum.  With D[b'] in the place of one of them it holds the most quanta of b
that are kept, and no other quantum.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csc_array
from scipy.sparse.csgraph import connected_components


def sector(L: csc_array) -> np.ndarray | None:
    """The unknowns that the populations are coupled to.

    None where these are all, or where populations are coupled to some of them only.

    >>> hop = np.array([[0, 0, 0, 1], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, -1]])  # 11 to 00
    >>> sector(csc_array(hop))
    array([0, 3])
    """
    _, part = connected_components(L != 0, directed=False)
    on_diagonal = part[:: round(np.sqrt(len(part))) + 1]
    if np.ptp(on_diagonal) > 0:
        return None
    (found,) = np.nonzero(part == on_diagonal[0])
    return found if len(found) < len(part) else None


@dataclass(frozen=True)
class Within:
    """Factors of some rows and columns of a system, where the other unknowns are zero.

    >>> from scipy.sparse.linalg import splu
    >>> factors = splu(csc_array(np.diag([2.0, 4.0])))
    >>> Within(factors, np.array([0, 2])).solve(np.ones(3))
    array([0.5 , 0.  , 0.25])
    """

    factors: Any
    unknowns: np.ndarray

    def solve(self, source: np.ndarray) -> np.ndarray:
        """The solution for those parts of the source."""
        found = np.zeros_like(source)
        found[self.unknowns] = self.factors.solve(source[self.unknowns])
        return found
