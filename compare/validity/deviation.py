"""The deviation of a formula from the converged master equation, along the drive.

Only the quantity itself has to be converged, and to a small part of the tolerance: that is what
makes a search of many drives affordable.
"""

import numpy as np

from compare.validity.curve import Curve


class Deviation:
    """``formula/master equation - 1`` at the points of a ray, each at any drive.

    The master equation is ``converged`` to this relative accuracy, in the quantity itself only.

    >>> from compare.quantities import read_quantity
    >>> from compare.validity.ray import read_ray
    >>> from systems import kerr
    >>> ray = read_ray(kerr.MODEL, {"Delta": 0.0, "chi": 1.0, "gamma": 1.0})
    >>> of_g2 = Deviation(Curve(read_quantity(kerr.MODEL, "g2"), 0, ray), converged=1e-8)
    >>> weak, strong = of_g2(np.array([0.01, 0.02]), np.array([0, 0]))[0]
    >>> round(float(strong / weak), 1)  # second order in the drive
    4.0
    """

    def __init__(self, formula: Curve, converged: float, solver: str = "auto") -> None:
        """Hold a formula against the master equation, solved with the solver of that name."""
        self.formula, self.converged, self.solver = formula, converged, solver

    def __call__(self, drive: np.ndarray, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The deviation, NaN where it is not known, and the status of the master equation."""
        import numeric

        ray, quantity = self.formula.ray, self.formula.quantity
        state = numeric.steady_state(
            ray.model,
            ray.at(drive, points),
            solver=self.solver,
            tolerance=self.converged,
            # higher correlations would ask for more quanta, and are not looked at
            order=max(2, sum(quantity.occupation)),
        )
        found = quantity.estimate_on(state)
        with np.errstate(divide="ignore", invalid="ignore"):
            return self.formula(drive, points) / found.trusted - 1, found.status
