"""Both roads at the places of the paper, for the audit.

A claim asks for a quantity by its name, ``g2`` or ``P10``, at values of the model.  A *road* is a
function of both: `leading` evaluates the closed form of leading order, `master` solves the master
equation (`compare.audit.measure`, of the nanotip).  What is found along a curve, such as a
minimum, is found on each road by itself (`each`).
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from compare.audit import measure
from compare.claim import Roads
from compare.papers.tang2025.figures.tables import with_kerr
from systems.library import nanotip


def solve(values: Mapping[str, Any], name: str) -> Roads:
    """A quantity of the nanotip on both roads, in the shape of the values.

    ``values`` are those of `nanotip.MODEL` in rad/s, numbers or arrays.

    >>> values = at(nanotip.Device(), 0.35, 0.27)
    >>> roads = solve(values, "g2")
    >>> round(float(roads.leading), 5), round(float(roads.master), 3)
    (0.00907, 0.012)
    """
    return each(lambda road: road(values, name))


def each(number: Callable[["Road"], Any]) -> Roads:
    """A number found on each road by itself, such as a minimum.

    >>> each(lambda road: road.__name__)
    Roads(leading='leading', master='master')
    """
    return Roads(number(leading), number(master))


def leading(values: Mapping[str, Any], name: str) -> Any:
    """A quantity of the nanotip by its closed form of leading order in xi."""
    return measure.leading(nanotip.MODEL, values, name)


def master(values: Mapping[str, Any], name: str) -> Any:
    """A quantity of the nanotip by the master equation; NaN where it is not trusted."""
    return measure.master(nanotip.MODEL, values, name)


Road: TypeAlias = Callable[[Mapping[str, Any], str], Any]


def at(
    device: nanotip.Device, r_um: Any, phi_um: Any, chi_over_gamma: Any = None
) -> dict[str, Any]:
    """Values of the model (rad/s) with the tip at a place in um; arrays broadcast.

    ``chi_over_gamma`` is another nonlinearity, in units of the total loss at that place.
    """
    values = device.parameters(np.asarray(r_um) * 1e-6, np.asarray(phi_um) * 1e-6)
    return values if chi_over_gamma is None else with_kerr(values, chi_over_gamma)


def of(rows: pd.DataFrame) -> Roads:
    """The columns of both roads of a table of `compare.agreement`, as arrays."""
    return Roads(rows["analytic"].to_numpy(), rows["numeric"].to_numpy())
