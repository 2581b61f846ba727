"""The deviation of a formula from the converged master equation, along the drive."""

import numpy as np

import numeric
from compare.validity.curve import Curve


class Deviation:
    """``formula/master equation - 1`` at the points of a ray, each at any drive.

    The master equation is ``converged`` to this relative accuracy, in the quantity itself only.
    """

    def __init__(self, formula: Curve, converged: float, solver: str = "auto") -> None:
        self.formula, self.converged, self.solver = formula, converged, solver

    def __call__(self, drive: np.ndarray, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The deviation, NaN where it is not known, and the status of the master equation."""
        ray, quantity = self.formula.ray, self.formula.quantity
        state = numeric.steady_state(
            ray.model,
            ray.at(drive, points),
            solver=self.solver,
            tolerance=self.converged,
            # higher correlations would ask for more quanta, and are not looked at
            order=max(2, sum(quantity.occupation)),
        )
        with np.errstate(divide="ignore", invalid="ignore"):
            deviation = self.formula(drive, points) / quantity.on(state) - 1
        return deviation, quantity.status_on(state)
