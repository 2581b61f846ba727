"""The largest argument up to which a function stays negative, for many functions at once.

Geometric steps upward find the first argument at which the function is positive; the root between
it and the one before is then closed in upon in the logarithm of the argument.
"""

from collections.abc import Callable

import numpy as np
from scipy.optimize.elementwise import find_root
from tqdm import tqdm

OK, NOT_REACHED, NOWHERE, UNDEFINED = "ok", "not reached", "nowhere", "undefined"
STEP = 1.25  # on the way up: a function that is positive for less than such a step is missed
PRECISION = 1e-6  # of the argument, relative

# arguments and the points they belong to -> the function there, and "ok" or why it is unknown
Function = Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]


class Search:
    """What is known of each point: an argument ``inside``, one ``outside``, and a ``status``."""

    def __init__(self, function: Function, weakest: np.ndarray, end: np.ndarray) -> None:
        self.function, self.weakest, self.end = function, weakest, end
        self.inside, self.outside, self._at_inside, self._at_outside = np.full(
            (4, len(end)), np.nan
        )
        self.status = np.full(len(end), "", dtype=object)

    def bracket(self, start: np.ndarray) -> None:
        """Step up from ``start`` until outside; down first, where that is outside already."""
        x, active = start.copy(), np.arange(len(start))
        with tqdm(total=len(x), desc="bracketed", leave=False, delay=1, disable=None) as bar:
            while active.size:
                self._note(active, x[active], *self.function(x[active], active))
                up = np.isnan(self.outside)
                x = np.where(up, np.minimum(STEP * x, self.end), x / 2)
                bar.update(int(np.sum(self.status[active] != "")))
                active = active[self.status[active] == ""]

    def refine(self) -> None:
        """Close in on the root wherever there is a bracket."""
        points = np.flatnonzero(self.status == OK)
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
        """Record what one step has shown, and a status where the search is over."""
        known = (word == OK) & np.isfinite(value)
        within, beyond = known & (value <= 0), known & (value > 0)
        self.inside[points[within]], self._at_inside[points[within]] = x[within], value[within]
        self.outside[points[beyond]], self._at_outside[points[beyond]] = x[beyond], value[beyond]
        status = np.where(known, "", np.where(word == OK, UNDEFINED, word)).astype(object)
        bracketed = np.isfinite(self.inside[points]) & np.isfinite(self.outside[points])
        status[bracketed & known] = OK
        status[within & ~bracketed & (x >= self.end[points])] = NOT_REACHED
        nowhere = beyond & ~bracketed & (x <= self.weakest[points])
        status[nowhere], self.inside[points[nowhere]] = NOWHERE, 0.0
        self.status[points] = status
