"""The deviation of a formula from the converged master equation, along the drive.

Only the quantity itself has to be converged, and to a small part of the tolerance: that is what
makes a search of many drives affordable.
"""

from typing import Any

import numpy as np

from compare.validity.curve import Curve
from systems.status import Status

CONVERGED = 1e-6  # of the tolerance: how well the master equation is converged
# Of the tolerance: the error up to which a number of quanta that were given is good enough.  A
# deviation of second order then reaches the tolerance at a drive that is right to half a percent.
DOUBT = 0.01


class Deviation:
    """``formula/master equation - 1`` at the points of a ray, each at any drive.

    The master equation is ``converged`` to this relative accuracy, in the quantity itself only;
    further arguments, ``quanta``, ``limit`` and ``solver``, are those of `numeric.steady_state`.
    Where quanta are given, they choose the accuracy: a number whose error is beyond `DOUBT` of the
    tolerance, which is ``converged/CONVERGED``, is then "not converged".

    >>> from compare.quantities import read_quantity
    >>> from compare.validity.ray import read_ray
    >>> from systems import kerr
    >>> ray = read_ray(kerr.MODEL, {"Delta": 0.0, "chi": 1.0, "gamma": 1.0})
    >>> of_g2 = Deviation(Curve(read_quantity(kerr.MODEL, "g2"), 0, ray), converged=1e-8)
    >>> weak, strong = of_g2(np.array([0.01, 0.02]), np.array([0, 0]))[0]
    >>> round(float(strong / weak), 1)  # second order in the drive
    4.0
    """

    def __init__(self, formula: Curve, converged: float, **how: Any) -> None:
        """Hold a formula against the master equation, which is solved in the way given."""
        self.formula, self.converged, self.how = formula, converged, how

    def __call__(self, drive: np.ndarray, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The deviation, NaN where it is not known, and the status of the master equation."""
        import numeric

        ray, quantity = self.formula.ray, self.formula.quantity
        state = numeric.steady_state(
            ray.model,
            ray.at(drive, points),
            tolerance=self.converged,
            # higher correlations would ask for more quanta, and are not looked at
            order=max(2, sum(quantity.occupation)),
            **self.how,
        )
        found = quantity.estimate_on(state)
        with np.errstate(divide="ignore", invalid="ignore"):
            deviation = self.formula(drive, points) / found.trusted - 1
            doubtful = found.error > DOUBT / CONVERGED * self.converged * abs(found.value)
        if self.how.get("quanta") is None:
            return deviation, found.status
        status = np.where(
            (found.status == Status.OK) & doubtful, Status.NOT_CONVERGED, found.status
        )
        return np.where(doubtful, np.nan, deviation), status
