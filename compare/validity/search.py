"""The largest argument up to which a function stays negative, for many functions at once.

Geometric steps upward find the first argument at which the function is positive; where it rose and
fell again below zero, its maximum between the steps is looked at.  The root between the first
positive argument and the one before is then closed in upon in the logarithm of the argument, by
the elementwise solvers of SciPy (Chandrupatla, Adv. Eng. Software 28, 145 (1997)), which serve
all points at once and drop each as soon as it is found.

The functions are asked for many points together, because a solver of the master equation is fastest
so; each call gets the arguments and the numbers of the points that they belong to.
"""

from collections.abc import Callable
from enum import StrEnum

import numpy as np

from systems.progress import counted
from systems.status import Status

STEP = 1.25  # on the way up: a function c x^2 grows by half, so that few steps overshoot far
# Of a step from which the function falls again and might have been positive nearby.  Of functions
# log|c x^2 - d x^4| the maximum lies at most 0.05 above the nearest step: six times that.
HEIGHT = -0.3
BETWEEN = 1e-3  # of the place of a maximum, relative: its height is flat there, good to 1e-6
PRECISION = 1e-6  # of the argument, relative: what `CriticalDrive` promises


class Bound(StrEnum):
    """Why the largest argument is only a bound; beside these a search has words of `Status`.

    >>> Bound("nowhere").sentence
    'The function is positive at the weakest argument already.'
    """

    NOT_REACHED = "not reached"
    NOWHERE = "nowhere"

    def __repr__(self) -> str:
        """As the plain word, like that of `Status`: arrays of both are read in notebooks."""
        return repr(self.value)

    @property
    def sentence(self) -> str:
        """What the word says, as one sentence.

        >>> Bound.NOT_REACHED.sentence
        'The function is negative as far as was searched.'
        """
        return {
            Bound.NOT_REACHED: "The function is negative as far as was searched.",
            Bound.NOWHERE: "The function is positive at the weakest argument already.",
        }[self]


# arguments and the points they belong to -> the function there, and "ok" or why it is unknown
Function = Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]


class Crossing:
    """Where functions first become positive, as far as it is known at each point.

    ``inside`` is the largest argument known to be negative all the way, ``outside`` the smallest
    known to be positive, and ``status`` is "ok" where `refine` has brought them together.  The
    search begins at ``weakest`` at the lowest and ends at ``end``; all are arrays (points).

    >>> def function(x, points):  # negative up to 2, and up to 5
    ...     return np.log(x / np.array([2.0, 5.0])[points]), np.full(len(x), "ok")
    >>> found = Crossing(function, weakest=np.full(2, 1e-3), end=np.full(2, 4.0))
    >>> found.bracket(np.ones(2)); found.look_between(); found.refine()
    >>> found.inside.round(5), [str(word) for word in found.status]
    (array([2., 4.]), ['ok', 'not reached'])
    """

    def __init__(
        self, function: Function, weakest: np.ndarray, end: np.ndarray, progress: bool = True
    ) -> None:
        """Nothing is known yet: all bounds are NaN and no point has a status."""
        self.progress = progress
        self.function, self.weakest, self.end = function, weakest, end
        self.inside, self.outside, self._at_inside, self._at_outside = np.full(
            (4, len(end)), np.nan
        )
        self.status = np.full(len(end), "", dtype=object)
        self._path: list[np.ndarray] = []  # arguments and values at each step, NaN where not asked

    def bracket(self, start: np.ndarray) -> None:
        """Step up from ``start`` until outside; down first, where that is outside already.

        Only the points that are still open are asked for.  The search of a point is over when it
        has a negative and a positive argument, or has come to an end, or the function is unknown.

        ``start`` is a first guess, shape (points,).  A good one costs two steps; a bad one costs
        one more for each factor of `STEP`, or of two on the way down.

        >>> def function(x, points):  # negative up to 2
        ...     return np.log(x / 2), np.full(len(x), "ok")
        >>> found = Crossing(function, weakest=np.array([1e-3]), end=np.array([4.0]))
        >>> found.bracket(np.ones(1))
        >>> bool(found.inside[0] < 2 < found.outside[0])
        True
        """
        x, active = start.copy(), np.arange(len(start))
        with counted(None, "bracketed", len(x), self.progress) as bar:
            while active.size:
                value, word = self.function(x[active], active)
                self._path.append(np.full((2, len(x)), np.nan))
                self._path[-1][:, active] = x[active], value
                self._note(active, x[active], value, word)
                up = np.isnan(self.outside)
                x = np.where(up, np.minimum(STEP * x, self.end), x / 2)
                bar.update(int(np.sum(self.status[active] != "")))
                active = active[self.status[active] == ""]

    def look_between(self) -> None:
        """Bracket the first maximum above zero between steps that are all below zero.

        A deviation that rises beyond the tolerance and falls back between two steps would be
        passed by otherwise.  The maximum between three steps is found to `BETWEEN`.

        >>> def function(x, points):  # above zero near 2.1 only, in less than a step
        ...     return 0.01 - abs(np.log(x / 2.1)), np.full(len(x), "ok")
        >>> found = Crossing(function, weakest=np.array([1e-3]), end=np.array([4.0]))
        >>> found.bracket(np.ones(1)); found.look_between()
        >>> bool(found.inside[0] < 2.1 < 1.01 * found.outside[0])
        True
        """
        from scipy.optimize.elementwise import find_minimum

        caught = np.zeros(len(self.end), bool)
        for steps in zip(self._path, self._path[1:], self._path[2:], strict=False):
            (x, f) = np.array(steps).swapaxes(0, 1)
            near = (f[1] > HEIGHT) & (f[1] >= f[0]) & (f[1] >= f[2]) & (f.max(axis=0) <= 0)
            points = np.flatnonzero(near & (x[0] < x[1]) & (x[1] < x[2]) & ~caught)
            if not points.size:
                continue
            top = find_minimum(
                lambda log_x, at: -self.function(np.exp(log_x), at)[0],
                tuple(np.log(x[:, points])),
                args=(points,),
                tolerances={"xatol": BETWEEN, "xrtol": 0},
            )
            over = top.success & (top.f_x < 0)
            points = points[over]
            caught[points], self.status[points] = True, Status.OK
            self.inside[points], self._at_inside[points] = x[0, points], f[0, points]
            self.outside[points], self._at_outside[points] = np.exp(top.x[over]), -top.f_x[over]

    def refine(self) -> None:
        """Close in on the root wherever there is a bracket, to `PRECISION`.

        Where the function becomes unknown on the way, the point gets the word for that.

        What is closed in upon is the logarithm of the argument, so that `PRECISION` is relative.

        >>> def function(x, points):  # negative up to 2
        ...     return np.log(x / 2), np.full(len(x), "ok")
        >>> found = Crossing(function, weakest=np.array([1e-3]), end=np.array([4.0]))
        >>> found.bracket(np.ones(1))
        >>> found.refine()
        >>> found.inside.round(5)
        array([2.])
        """
        from scipy.optimize.elementwise import find_root

        points = np.flatnonzero(self.status == Status.OK)
        if not points.size:
            return
        found = find_root(
            self._of_logarithm,
            (np.log(self.inside[points]), np.log(self.outside[points])),
            args=(points,),
            tolerances={"xatol": PRECISION, "xrtol": 0, "fatol": PRECISION, "frtol": 0},
        )
        x, lost = np.exp(found.x), ~found.success
        self.inside[points[~lost]] = x[~lost]
        if lost.any():
            self.status[points[lost]] = self.function(x[lost], points[lost])[1]

    def _of_logarithm(self, log_x: np.ndarray, points: np.ndarray) -> np.ndarray:
        """The function of a logarithm; at the ends of the brackets it is known already."""
        low, high = (log_x == np.log(end[points]) for end in (self.inside, self.outside))
        value = np.where(low, self._at_inside[points], self._at_outside[points])
        new = ~(low | high)
        if new.any():
            value[new] = self.function(np.exp(log_x[new]), points[new])[0]
        return value

    def _note(self, points: np.ndarray, x: np.ndarray, value: np.ndarray, word: np.ndarray) -> None:
        """Record what one step has shown, and a status where the search is over.

        A value that is not finite is unknown, whatever its word, and ends the search at its point.
        """
        known = (word == Status.OK) & np.isfinite(value)
        within, beyond = known & (value <= 0), known & (value > 0)
        self.inside[points[within]], self._at_inside[points[within]] = x[within], value[within]
        self.outside[points[beyond]], self._at_outside[points[beyond]] = x[beyond], value[beyond]
        status = np.array(word, dtype=object)
        status[(word == Status.OK) & ~known] = Status.UNDEFINED
        status[known] = ""
        bracketed = np.isfinite(self.inside[points]) & np.isfinite(self.outside[points])
        status[bracketed & known] = Status.OK
        status[within & ~bracketed & (x >= self.end[points])] = Bound.NOT_REACHED
        nowhere = beyond & ~bracketed & (x <= self.weakest[points])
        status[nowhere], self.inside[points[nowhere]] = Bound.NOWHERE, 0.0
        self.status[points] = status
