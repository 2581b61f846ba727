"""A closed form along the drive: the leading order, or with corrections.

At each point of a ray the formula is a function of the drive alone.  Every correction is smaller
than the one before by the square of the drive, so that the formula with k corrections is off by
c xi^(2 (k + 1)).  c is found from the difference that the next correction makes at a weak drive.
"""

from collections.abc import Callable
from itertools import compress

import numpy as np

import analytic
from analytic.closed import own_letters
from compare.quantities import Quantity
from compare.validity.ray import Ray
from systems import Model
from systems.ladder import Mode
from systems.ungraded import partial_weights
from systems.values import Values

# A difference between two orders of about 1e-8 is 1e6 times round-off, and the order after it is
# smaller by that factor again: c is then known to about 1e-6.
AIM = 1e-8
SPREAD = np.log(1e4)  # up or down; next to an interference zero a drive is weak only if very weak
PASSES = 4  # Newton steps in log(drive): each lands within `SPREAD` where one power dominates
ROUNDOFF = 1e-14  # a smaller difference between two orders is fifty units in the last place

Formula = Callable[[Values], np.ndarray]  # values of the model's symbols -> the quantity there


class Curve:
    """A quantity in closed form with ``order`` corrections, at the points of a ray.

    >>> from compare.quantities import read_quantity
    >>> from compare.validity.ray import read_ray
    >>> from systems import kerr
    >>> ray = read_ray(kerr.MODEL, {"Delta": [0.0, 0.5], "chi": 1.0, "gamma": 1.0})
    >>> number = Curve(read_quantity(kerr.MODEL, "number"), 0, ray)
    >>> number(np.array([0.1, 0.1]), np.array([0, 1])).round(6)  # 4 xi^2/(4 Delta^2 + gamma^2)
    array([0.04, 0.02])
    """

    def __init__(self, quantity: Quantity, order: int, ray: Ray) -> None:
        """Derive the formula once; it is then evaluated at any drive."""
        self.quantity, self.order, self.ray = quantity, order, ray
        self._formula = closed_form(ray.model, quantity, order)

    def __call__(self, drive: np.ndarray, points: np.ndarray) -> np.ndarray:
        """The formula at some of the points (their indices), each at its own drive."""
        return self._formula(self.ray.at(drive, points))


def leading(road: analytic.Closed, quantity: Quantity) -> Formula:
    """A quantity at leading order, as a function of values; NaN where it is 0/0.

    The function takes numbers or arrays and returns their shape.

    >>> from compare.quantities import read_quantity
    >>> from systems import kerr
    >>> g2 = leading(analytic.derive(kerr.MODEL), read_quantity(kerr.MODEL, "g2"))
    >>> round(float(g2({"Delta": 0.0, "chi": 1.0, "gamma": 2.0, "xi": 0.01})), 6)
    0.5
    """
    expression = quantity.on(road, abbreviations=own_letters(road))
    return lambda values: np.asarray(road.evaluate(expression, values)).real


def corrected(road: analytic.Expansion, quantity: Quantity) -> Formula:
    """A quantity with corrections, as a function of values.

    The sum is given also where the series knows itself to be lost: who asks holds it against the
    master equation, and would learn nothing from a NaN.

    >>> from compare.quantities import read_quantity
    >>> from systems import kerr
    >>> series = analytic.expand(kerr.MODEL, corrections=1)
    >>> g2 = corrected(series, read_quantity(kerr.MODEL, "g2"))
    >>> round(float(g2({"Delta": 0.0, "chi": 1.0, "gamma": 2.0, "xi": 0.01})), 3)
    0.5
    """
    series = quantity.on(road)
    return lambda values: road.assess(series, values).value


def closed_form(model: Model, quantity: Quantity, order: int) -> Formula:
    """A quantity with ``order`` corrections, 0 being the leading order, as a function of values.

    A model without amplitudes, as one with dephasing, has its leading order from `analytic.expand`.
    Raises `ValueError` where neither road has a formula.

    >>> from compare.quantities import read_quantity
    >>> from systems import kerr
    >>> g2 = closed_form(kerr.MODEL, read_quantity(kerr.MODEL, "g2"), 0)
    >>> at = {"Delta": 0.0, "chi": 1.0, "gamma": 2.0, "xi": 0.01}
    >>> round(float(g2(at)), 6)  # 1/(1 + 4 chi^2/gamma^2)
    0.5
    """
    if order == 0:
        try:
            road = analytic.find_closed(model, quantity.quanta(model))
        except ValueError:
            pass  # no amplitudes: `expand` has the leading order, or refuses too
        else:
            return leading(road, quantity)
    return corrected(analytic.expand(model, corrections=order), quantity)


def one_quantum_drive(ray: Ray) -> np.ndarray:
    """The drive for which the leading order puts one quantum into some mode, at each point.

    An array of the size of the ray; inf where the leading order feeds no single quantum.

    >>> from compare.validity.ray import read_ray
    >>> from systems import kerr
    >>> ray = read_ray(kerr.MODEL, {"Delta": 0.0, "chi": 1.0, "gamma": 1.0})
    >>> one_quantum_drive(ray).round(6)  # 4 xi^2/gamma^2 = 1
    array([0.5])
    """
    model, reference = ray.model, ray.arrays[str(ray.model.drive)]
    if some := partial_weights(model):  # phonons come without any drive
        modes, weights, unit = list(compress(model.modes, some)), list(filter(None, some)), 1
        one = [closed_form(model, _number(model, mode), 0)(ray.arrays) for mode in modes]
    else:
        weights, unit = list(model.grading.weights), model.grading.unit
        one = [_single_quantum(ray, model.occupation(mode)) for mode in model.modes]
    with np.errstate(divide="ignore"):
        drives = [
            reference * population ** (-unit / (2 * weight))
            for population, weight in zip(one, weights, strict=True)
        ]
    return np.min(drives, axis=0)


def _number(model: Model, mode: Mode) -> Quantity:
    return Quantity("one quantum", "number", (mode,), model.occupation(mode))


def _single_quantum(ray: Ray, occupation: tuple[int, ...]) -> np.ndarray:
    """The population of one quantum; zero where the leading order puts none there."""
    quantity = Quantity("one quantum", "probability", (occupation,), occupation)
    try:
        return closed_form(ray.model, quantity, 0)(ray.arrays)
    except analytic.NotSeen:
        return np.zeros(ray.size)


def asymptotic_drive(curve: Curve, tolerance: np.ndarray, single: np.ndarray) -> np.ndarray:
    """The drive at which the next correction alone would reach the tolerance.

    ``single`` is a strong drive, such as `one_quantum_drive`, from which the weak ones are taken;
    inf where that correction vanishes, and next to nothing where the formula itself does; NaN for a
    model without a series, as of photons that push a mirror.

    >>> from compare.quantities import read_quantity
    >>> from systems import kerr
    >>> from compare.validity.ray import read_ray
    >>> ray = read_ray(kerr.MODEL, {"Delta": 0.0, "chi": 1.0, "gamma": 1.0})
    >>> number = Curve(read_quantity(kerr.MODEL, "number"), 0, ray)
    >>> weak, weaker = (asymptotic_drive(number, t, one_quantum_drive(ray)) for t in (0.04, 0.01))
    >>> (weak / weaker).round(6)  # the deviation is of second order
    array([2.])
    """
    if partial_weights(curve.ray.model):
        return np.full(len(single), np.nan)
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
