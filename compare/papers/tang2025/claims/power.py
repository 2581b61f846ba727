"""The input power at which a claim that does not hold would come true.

A disputed claim says more when one knows how far it is from the truth: at 0.9 of the paper's power,
or at a hundredth.  The distance of the number of the master equation from the end of the interval
that it violates is followed from the paper's power downwards, in the steps of `DOWN`, and then
upwards; where it changes sign the power is refined by Brent's method (`scipy.optimize.brentq`).
"""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from itertools import pairwise

import numpy as np
from scipy.optimize import brentq

from compare.claim import Readings
from systems.library.nanotip import Device

Decided = Callable[[Device], Readings]  # a claim, or what decides like one
# from the paper's power to where the drive is a hundred times weaker, and to a stronger one
DOWN = np.array([1, 0.3, 0.1, 0.03, 0.01, 1e-3, 1e-4])
UP = np.array([1, 1.5, 2.5])
PRECISION = 1e-3  # of the power, relative


def power_of_truth(claim: Decided, device: Device) -> float:
    """The input power (W) nearest to the device's at which the claim begins to hold.

    The end of the interval that the number violates is approached by weaker drives, and by
    stronger ones if that fails; NaN where the last of them lies on the same side.  Relative
    precision `PRECISION`.

    >>> from compare.claim import Roads, below
    >>> at_half = lambda device: below(2e-15, Roads(0, device.power), "power (W)")
    >>> round(power_of_truth(at_half, Device()) * 1e15, 2)
    2.0
    """
    reading = claim(device)[0]
    bound = reading.high if reading.roads.master > reading.high else reading.low

    @cache
    def excess(log_factor: float) -> float:
        power = device.power * float(np.exp(log_factor))
        return claim(replace(device, power=power))[0].roads.master - bound

    for powers in (np.log(DOWN), np.log(UP)):
        changes = excess(powers[0]) * excess(powers[-1]) < 0
        for start, stop in pairwise(powers) if changes else ():
            if excess(start) * excess(stop) <= 0:
                return device.power * float(np.exp(brentq(excess, start, stop, xtol=PRECISION)))
    return float("nan")
