"""The power with which populations fall, where they fall no faster.

A jump that grows with the quanta, such as a + a'a/4, may throw light to infinity in finite time:
without fluctuations da/dt = -(a + a^2/4)/2 takes 1/a evenly through zero, and 1/a spread evenly
around zero means S_q ~ q^-2.  Moments of such a state do not exist from some order on, and no
truncation holds them, while P(n) is as well known as ever.  A shell says so by its logarithm: of
thermal light it falls twice as far when the quanta double, of a power as far each time.
"""

import numpy as np

from numeric.lindblad.space import Side
from numeric.solvers.solution import Solution
from numeric.trust.tail import shells

LONG = 40  # quanta of a side from which on it is looked for
# Of the power of fewer quanta, that of twice as many: thermal and squeezed light has 1.8, Poisson's
# law more, a power at most one, from which it is far where a core of light or a hump precedes it
LEAST, MOST = 0.65, 1.05
PARTS = (1 / 8, 1 / 4, 1 / 2, 7 / 8)  # of the quanta of a side, where shells are compared


def power(found: Solution, side: Side) -> np.ndarray:
    """p where shells fall as q^-p towards a side of the cut, (points,); infinite where faster.

    >>> quanta = 1.0 + np.arange(80)
    >>> square, thermal = Solution.mixture(quanta**-2), Solution.mixture(0.9**quanta)
    >>> [power(one, one.space.sides[0]).round(1).tolist() for one in (square, thermal)]
    [[2.0], [inf]]
    """
    if side.top < LONG:
        return np.full(len(found.points), np.inf)
    at = (side.top * np.array(PARTS)).astype(int)
    each = shells(found, side)
    pairs = np.maximum(each[:, at], each[:, at - 1])  # pairs leave every other shell empty
    with np.errstate(divide="ignore", invalid="ignore"):
        powers = -np.diff(np.log(pairs), axis=1) / np.diff(np.log(at))
        ratios = powers[:, 1:] / powers[:, :-1]
    alike = np.all((ratios > LEAST) & (ratios < MOST) & (powers[:, 1:] > 0), axis=1)
    return np.where(alike, powers[:, -1], np.inf)
