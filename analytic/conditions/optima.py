"""All zeros of a correlation in two unknowns, each with what it is worth."""

from __future__ import annotations

from typing import Any

from analytic.conditions.limits import OptimalPoint
from analytic.conditions.unknowns import Unknowns
from systems.ladder import Mode
from systems.values import Values


def optimal_points(
    closed: Any,
    mode: Mode | str,
    solve_for: Unknowns,
    values: Values,
    order: int = 2,
) -> list[OptimalPoint]:
    """All real zeros of ``g^(order)`` in two unknowns (or a complex one), each with its limits.

    ``values`` holds numbers for all other symbols; the drive need not be among them unless the
    zero depends on it.  Raises as `Derivation.blockade_conditions` does.

    >>> from analytic import derive
    >>> from systems import kerr_dimer
    >>> values = {"J": 3.0, "gamma": 1.0}
    >>> for point in optimal_points(derive(kerr_dimer.MODEL), "a", ("Delta", "U"), values):
    ...     print({name: round(point.values[name], 3) for name in ("Delta", "U")})
    {'Delta': -0.275, 'U': -0.043}
    {'Delta': 0.275, 'U': 0.043}
    """
    conditions = closed.blockade_conditions(mode, solve_for, order=order, values=values)
    return [condition.at(values) for condition in conditions]
