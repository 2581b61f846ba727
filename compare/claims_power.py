"""The input power at which a claim that does not hold would come true."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np
from scipy.optimize import brentq

from compare.claims_rule import Readings
from systems.nanotip import Device

Claim = Callable[[Device], Readings]
# from the paper's power down to where its drive is a hundred times weaker, then upwards
DOWN = np.array([1, 0.5, 0.2, 0.1, 0.03, 0.01, 1e-3, 1e-4])
UP = np.array([1, 1.5, 2.5])
PRECISION = 1e-3  # of the power, relative


def power_of_truth(claim: Claim, device: Device) -> float:
    """The input power (W) nearest to the device's at which the claim begins to hold.

    The end of the interval that the number violates is approached by weaker drives, and by
    stronger ones if that fails; NaN where neither reaches it.
    """
    reading = claim(device)[0]
    bound = reading.high if reading.roads.master > reading.high else reading.low

    def excess(log_factor: float) -> float:
        power = device.power * float(np.exp(log_factor))
        return claim(replace(device, power=power))[0].roads.master - bound

    for factors in (DOWN, UP):
        for start, stop in _sign_changes(excess, np.log(factors)):
            return device.power * float(np.exp(brentq(excess, start, stop, xtol=PRECISION)))
    return float("nan")


def _sign_changes(
    function: Callable[[float], float], points: np.ndarray
) -> Iterator[tuple[float, float]]:
    """Neighbouring points between which the function changes its sign, as far as it is defined."""
    values = [function(points[0])]
    for start, stop in pairwise(points):
        values.append(function(stop))
        if np.isnan(values[-1]):
            return
        if values[-2] * values[-1] < 0:
            yield start, stop
