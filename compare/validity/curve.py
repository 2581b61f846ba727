"""A closed form along the drive: the leading order, or with corrections.

At each point of a ray the formula is a function of the drive alone.  Every correction is smaller
than the one before by the square of the drive.
"""

from typing import Any

import numpy as np
import sympy as sp

import analytic
from compare.quantities import Quantity
from compare.validity.ray import Ray
from systems import Model
from systems.ladder import Occupation
from systems.values import Values

AIM = 1e-8  # a difference between two orders: far above round-off, far below the next one
SPREAD = np.log(1e4)  # up or down; next to an interference zero a drive is weak only if very weak
PASSES = 4
ROUNDOFF = 1e-14  # of such a difference


class Curve:
    """A quantity in closed form with ``order`` corrections, at the points of a ray."""

    def __init__(self, quantity: Quantity, order: int, ray: Ray) -> None:
        self.quantity, self.order, self.ray = quantity, order, ray
        self._road = closed_form(ray.model, quantity.quanta(ray.model), order)
        self._expression = quantity.on(self._road)

    def __call__(self, drive: np.ndarray, points: np.ndarray) -> np.ndarray:
        """The formula at some of the points, each at its own drive."""
        return evaluate(self._road, self._expression, self.ray.at(drive, points))


def evaluate(road: Any, expression: Any, values: Values) -> np.ndarray:
    """A formula of either kind, also where a series knows itself to be lost: others will judge."""
    if isinstance(road, analytic.Expansion):
        return road.assess(expression, values).value
    return np.asarray(road.evaluate(expression, values)).real


def closed_form(model: Model, quanta: int, order: int) -> Any:
    """The road that holds formulas with ``order`` corrections, 0 being the leading order."""
    if order == 0:
        try:
            return analytic.derive(model, quanta)
        except ValueError:
            pass  # no amplitudes, as with dephasing: `expand` has the leading order, or refuses too
    return analytic.expand(model, corrections=order)


def one_quantum_drive(ray: Ray) -> np.ndarray:
    """The drive for which the leading order puts one quantum into some mode."""
    model, reference = ray.model, ray.arrays[str(ray.model.drive)]
    unit, weights = model.grading.unit, model.grading.weights
    road = closed_form(model, max(weights), 0)
    one = [_single(road, model.occupation(mode)) for mode in model.modes]
    with np.errstate(divide="ignore"):
        drives = [
            reference * evaluate(road, form, ray.arrays) ** (-unit / (2 * weight))
            for form, weight in zip(one, weights, strict=True)
        ]
    return np.min(drives, axis=0)


def _single(road: Any, occupation: Occupation) -> Any:
    """The population of one quantum; none where the leading order puts none there."""
    try:
        return road.probability(occupation)
    except analytic.NotSeen:
        return sp.S.Zero


def asymptotic_drive(curve: Curve, tolerance: np.ndarray, single: np.ndarray) -> np.ndarray:
    """The drive at which the next correction alone would reach the tolerance.

    ``single`` is a strong drive, such as `one_quantum_drive`, from which the weak ones are taken;
    inf where that correction vanishes, and next to nothing where the formula itself does.
    """
    finer = Curve(curve.quantity, curve.order + 1, curve.ray)

    def difference_at(points: np.ndarray) -> np.ndarray:
        with np.errstate(divide="ignore", invalid="ignore"):
            return abs(curve(drive[points], points) / finer(drive[points], points) - 1)

    power = 2 * (curve.order + 1)
    drive, off = AIM ** (1 / power) * single, np.arange(len(single))
    difference = difference_at(off)
    with np.errstate(divide="ignore"):
        for _ in range(PASSES):
            off = np.flatnonzero(abs(np.log(difference / AIM)) > SPREAD)
            if not off.size:
                break
            better = drive[off] * (AIM / difference[off]) ** (1 / power)
            drive[off] = np.minimum(better, single[off])
            difference[off] = difference_at(off)
        difference[difference < ROUNDOFF] = 0
        return drive * (tolerance / difference) ** (1 / power)
