"""What the sweeps over the grades return, and which of its numbers round-off may have spoilt."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from numeric.lindblad.space import Space

# Relative accuracy of what `doubtful` and `sweeps` count: a hundredth of the 1e-6 that "ok"
# promises
RELATIVE = 1e-8


@dataclass(frozen=True)
class GradedSolution:
    """Steady states of a batch; the last index of ``populations`` and ``error`` is the state.

    States are those of `numeric.lindblad.space.Space`, in its order.  ``error`` estimates the
    round-off of each population (absolute), ``remainder`` the largest relative change of a
    population by further sweeps.  Points that are not ``converged`` hold no results.

    ``remainder``, ``sweeps`` (how many were made), ``converged`` and ``doubtful`` have the shape of
    the batch.  Populations add up to one at each point.

    >>> from numeric.lindblad.space import space
    >>> from systems.library import kerr
    >>> on, one = space(kerr.MODEL.modes, 2), np.ones(1)
    >>> p = np.array([[0.7, 0.2, 0.1]])
    >>> found = GradedSolution(on, p, 0 * p, 0 * one, one, one > 0, one < 0)
    >>> found.moment(0, order=2).round(12)
    array([0.2])
    """

    space: Space
    populations: np.ndarray
    error: np.ndarray
    remainder: np.ndarray
    sweeps: np.ndarray
    converged: np.ndarray
    doubtful: np.ndarray  # see `doubtful`
    density: np.ndarray | None = None  # (..., states, states), if asked for

    def moment(self, mode: int, order: int = 1) -> np.ndarray:
        """<a'^k a^k> of the mode at this position in ``model.modes``, in the shape of the batch.

        ``order`` is k.  It is a sum of populations times n (n - 1) ... (n - k + 1), positive terms
        only, and so as accurate as they are.

        >>> from numeric.lindblad.space import space
        >>> from systems.library import kerr
        >>> on, one = space(kerr.MODEL.modes, 2), np.ones(1)
        >>> p = np.array([[0.7, 0.2, 0.1]])
        >>> found = GradedSolution(on, p, 0 * p, 0 * one, one, one > 0, one < 0)
        >>> found.moment(0).round(12)
        array([0.4])
        """
        return self.populations @ self.space.falling(mode, order)


def doubtful(on: Space, populations: np.ndarray, error: np.ndarray) -> np.ndarray:
    """Whether round-off may exceed `RELATIVE` in <a'a>, <a'a'aa> or <a'a b'b>, per point.

    These are what nearly everyone asks for.  Of other numbers their own error tells whoever asks.

    >>> from numeric.lindblad.space import space
    >>> from systems.library import kerr
    >>> on, p = space(kerr.MODEL.modes, 2), np.array([[0.7, 0.2, 0.1]])
    >>> [doubtful(on, p, wrong * p).tolist() for wrong in (1e-12, 1e-6)]
    [[False], [True]]
    """
    uncertain = ~(error <= RELATIVE * populations)  # also where one is negative, or NaN
    # sums of positive terms that are certain are certain: most points need no second look
    (some,) = np.nonzero(uncertain.any(axis=1))
    falling = [on.falling(mode, 1) for mode in range(on.occupations.shape[1])]
    joint = [one * two for one, two in combinations(falling, 2)]
    pairs = [on.falling(mode, 2) for mode in range(on.occupations.shape[1])]
    moments, found = np.column_stack([*falling, *pairs, *joint]), np.zeros(len(error), dtype=bool)
    with np.errstate(invalid="ignore", over="ignore"):  # of points that diverge
        wrong = ~(error[some] @ moments <= RELATIVE * abs(populations[some] @ moments))
    found[some] = wrong.any(axis=1)
    return found
