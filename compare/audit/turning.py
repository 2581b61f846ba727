"""The drive at which a claim that does not hold would come true.

A disputed claim says more when one knows how far it is from the truth: at 0.9 of the paper's drive,
or at a hundredth.  The distance of the number of the master equation from the end of the interval
that it violates is followed from the paper's drive downwards, in the steps of `DOWN`, and then
upwards; where it changes sign the drive is refined by Brent's method (`scipy.optimize.brentq`).
"""

from collections.abc import Callable
from functools import cache
from itertools import pairwise

import numpy as np
from scipy.optimize import brentq

from compare.claim import Readings

Decided = Callable[[float], Readings]  # a claim, or what decides like one
# from the paper's setting to a ten-thousandth (a power: a hundredth of the amplitude), and above
DOWN = np.array([1, 0.3, 0.1, 0.03, 0.01, 1e-3, 1e-4])
UP = np.array([1, 1.5, 2.5])
PRECISION = 1e-3  # of the drive, relative


def scale_of_truth(claim: Decided) -> float:
    """The multiple nearest to 1 of the paper's drive at which the claim begins to hold.

    The end of the interval that the number violates is approached by weaker drives, and by
    stronger ones if that fails; NaN where the last of them lies on the same side, and where there
    is no finite number.  Relative precision `PRECISION`.

    >>> from compare.claim import Roads, below
    >>> round(scale_of_truth(lambda scale: below(0.5, Roads(0, scale), "drive")), 2)
    0.5
    """
    reading = claim(1.0)[0]
    bound = reading.high if reading.roads.master > reading.high else reading.low

    @cache
    def excess(log_scale: float) -> float:
        return float(claim(float(np.exp(log_scale)))[0].roads.master - bound)

    if not np.isfinite(reading.roads.master):
        return float("nan")
    for scales in (np.log(DOWN), np.log(UP)):
        changes = excess(scales[0]) * excess(scales[-1]) < 0
        for start, stop in pairwise(scales) if changes else ():
            if excess(start) * excess(stop) <= 0:
                return float(np.exp(brentq(excess, start, stop, xtol=PRECISION)))
    return float("nan")
