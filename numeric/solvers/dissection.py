"""In which order the unknowns of one mode beside atoms are eliminated: nested dissection.

The elements rho_(m i)(n j) of a mode of m and n quanta beside atoms in few states i and j lie on a
square grid of (m, n), whose neighbours the equation joins.  Those of a few lines of the grid part
the others into two halves that nothing joins, and are eliminated after both; so each half again (A.
George, SIAM J. Numer. Anal. 10, 345 (1973)).  Of U unknowns beside s states of atoms that takes
about U^1.5 s^3 products, and factors of U log(U) s^2 elements, fewer than any order that is found
without the grid: of 47,000 beside two atoms 5 s in place of 10, of 32 and 41 million elements.
"""

import numpy as np
from scipy.sparse import csc_array, csr_array

from numeric.lindblad.space import Space
from systems.ladder import is_two_level

LEAF = 64  # unknowns that are not parted further: 16 make factors smaller by a twentieth, no faster
# Unknowns from which on it is faster: beside two atoms 4,000 take two thirds of the time and 14,000
# less than half; beside one 12,000 take as long and 40,000 half; of a mode alone all take as long
LEAST, LEAST_OF_ONE = 4_000, 20_000


def dissects(on: Space) -> bool:
    """Whether a space is that of one mode beside atoms, and large enough to be dissected.

    >>> from numeric.lindblad.space import space
    >>> from systems.library import kerr, tavis_cummings
    >>> [dissects(space(model.modes, 20)) for model in (kerr.MODEL, tavis_cummings.MODEL)]
    [False, True]
    """
    atoms = sum(map(is_two_level, on.modes))
    least = LEAST_OF_ONE if atoms == 1 else LEAST
    return len(on.modes) == atoms + 1 > 1 and on.size**2 >= least


def dissected(system: csc_array, on: Space, unknowns: np.ndarray) -> np.ndarray:
    """The unknowns, positions in a flattened density matrix, in the order of their elimination.

    ``system`` has a row and a column for each of them.

    >>> from numeric.lindblad.liouvillian import liouvillian
    >>> from systems.library import jaynes_cummings
    >>> from systems.values import read_values
    >>> values = read_values(jaynes_cummings.MODEL, jaynes_cummings.VALUES)
    >>> equation = liouvillian(jaynes_cummings.MODEL, 8)
    >>> c = equation.coefficients({name: x[None] for name, x in values.items()})[0]
    >>> order = dissected(equation.matrix(c), equation.space, np.arange(17**2))
    >>> sorted(order) == list(range(17**2))
    True
    """
    (mode,) = (k for k, one in enumerate(on.modes) if not is_two_level(one))
    quanta = on.occupations[:, mode]
    pairs = np.stack([quanta[x] for x in np.divmod(unknowns, on.size)])
    joined = csr_array(abs(system) + abs(system).T)
    return np.asarray(unknowns[_parted(joined, pairs, np.arange(len(unknowns)))])


def _parted(joined: csr_array, pairs: np.ndarray, some: np.ndarray) -> np.ndarray:
    """Some positions, halved along the longer side of what they fill: halves, then what parts them.

    The first row, which is that of the trace or of the vacuum, is joined to any: it lies in the
    lower half, and so parts at once.
    """
    m = max(pairs[:, some], key=np.ptp)
    if len(some) <= LEAF or np.ptp(m) < 2:
        return some
    above = m > (np.min(m) + np.max(m)) // 2
    low, high = some[~above], some[above]
    touches = np.diff(joined[low][:, high].indptr) > 0
    halves = (_parted(joined, pairs, half) for half in (low[~touches], high))
    return np.concatenate([*halves, low[touches]])
