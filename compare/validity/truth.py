"""A quantity by the master equation as a function of values: a search asks dozens of times."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from compare.quantities import Quantity
from compare.validity.coordinates import Point
from systems import Model

if TYPE_CHECKING:
    import numeric

HIGHEST = 60  # quanta that are tried for a single mode
UNKNOWNS = 5000  # of the master equation: a second or less for each solution
MANY, HOT = 8, 0.35  # quanta from which a search for them is long; share that makes it hopeless


def most_quanta(model: Model) -> int:
    """The largest truncation with which a search of hundreds of solutions ends in minutes.

    >>> from systems import kerr, kerr_dimer
    >>> most_quanta(kerr.MODEL) > most_quanta(kerr_dimer.MODEL)
    True
    """
    from numeric.lindblad.space import count_states

    sizes = ((q, count_states(model.modes, q) ** 2) for q in range(1, HIGHEST + 1))
    return max(q for q, size in sizes if size <= UNKNOWNS or q == 1)


class Truth:
    """The quantity by the master equation, as a function of the values.

    It is NaN where the numbers are not converged within the truncation allowed, or not trusted for
    another reason.

    >>> from compare.quantities import read_quantity
    >>> from systems import kerr
    >>> how = {"quanta": None, "tolerance": 1e-6, "limit": None, "solver": "auto"}
    >>> g2 = Truth(kerr.MODEL, read_quantity(kerr.MODEL, "g2"), 2, **how)
    >>> 0 < float(g2({"Delta": 0.0, "chi": 5.0, "gamma": 1.0, "xi": 0.01})) < 0.1
    True
    """

    def __init__(self, model: Model, quantity: Quantity, order: int, **how: Any) -> None:
        """Higher correlations would ask for more quanta, and are not looked at.

        ``how`` holds the other arguments of `numeric.steady_state`.
        """
        from numeric.lindblad.space import count_states

        self.model, self.quantity = model, quantity
        order = max(order, sum(quantity.occupation))
        self.bounded = how["quanta"] is None and how["limit"] is None
        if self.bounded:
            most = max(order + 2, most_quanta(model))
            how |= {"limit": count_states(model.modes, most)}
        self.how = {"order": order, **how, "progress": False}
        self._last: tuple[Any, ...] | None = None
        self._state: Any = None

    def is_hot(self, point: Point) -> bool:
        """Whether the quanta allowed are hopelessly few, as one solution with half of them tells.

        Of coherent light that holds more than `HOT` in the last two shells of half the quanta, more
        than `CONVERGED` lies beyond all of them (the Poisson distribution, for 8 to 60 quanta).  A
        search for a truncation would find that out by solving them all.  Whoever gives a limit, or
        quanta, is not asked.
        """
        import numeric
        from numeric.trust.tail import top_shells

        most = most_quanta(self.model)
        if not self.bounded or most < MANY:
            return False
        state = numeric.steady_state(self.model, point, quanta=most // 2)
        return bool(max(top_shells(block).max() for block in state.blocks) > HOT)

    def __call__(self, point: Point) -> np.ndarray:
        """The quantity with the truncation that each point needs."""
        return np.asarray(self.quantity.on(self._solve(point)))

    def kept(self, point: Point) -> int | dict[str, int] | None:
        """The truncation that the point needs, in all or in each mode; None without one."""
        return self._solve(point).truncation

    def cut(self, quanta: int, point: Point) -> np.ndarray:
        """The quantity with a truncation given."""
        import numeric

        state = numeric.steady_state(self.model, point, **(self.how | {"quanta": quanta}))
        return np.asarray(self.quantity.on(state))

    def _solve(self, point: Point) -> numeric.SteadyState:
        """The state at the point; that of a single one is kept, for it is asked for again."""
        import numeric

        key = tuple(point.items())
        if all(np.ndim(value) == 0 for value in point.values()):
            if key != self._last:
                self._last, self._state = key, numeric.steady_state(self.model, point, **self.how)
            return self._state
        return numeric.steady_state(self.model, point, **self.how)
