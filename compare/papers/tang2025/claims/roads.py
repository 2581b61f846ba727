"""Both roads at the places of the paper, for the audit."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

import analytic
import numeric
from compare.claim import Roads
from compare.papers.tang2025.figures.cavities import kerr
from compare.quantities import read_quantity
from systems.library import nanotip


def solve(values: Mapping[str, Any], name: str) -> Roads:
    """A quantity of the nanotip on both roads, in the shape of the values."""
    return each(lambda road: road(values, name))


def each(number: Callable[["Road"], Any]) -> Roads:
    """A number found on each road by itself, such as a minimum."""
    return Roads(number(leading), number(master))


def leading(values: Mapping[str, Any], name: str) -> Any:
    """A quantity of the nanotip by its closed form."""
    quantity = read_quantity(nanotip.MODEL, name)
    closed = _closed(quantity.quanta(nanotip.MODEL))
    return np.asarray(closed.evaluate(quantity.on(closed), values)).real[()]


def master(values: Mapping[str, Any], name: str) -> Any:
    """A quantity of the nanotip by the master equation."""
    quantity = read_quantity(nanotip.MODEL, name)
    state = numeric.steady_state(nanotip.MODEL, values, order=max(2, sum(quantity.occupation)))
    return quantity.on(state)


Road: TypeAlias = Callable[[Mapping[str, Any], str], Any]


@cache
def _closed(quanta: int) -> analytic.Derivation:
    return analytic.derive(nanotip.MODEL, quanta)


def at(
    device: nanotip.Device, r_um: Any, phi_um: Any, chi_over_gamma: Any = None
) -> dict[str, Any]:
    """Values with the tip at a place in um, and with another nonlinearity if it is given."""
    values = device.parameters(np.asarray(r_um) * 1e-6, np.asarray(phi_um) * 1e-6)
    return values if chi_over_gamma is None else kerr(values, chi_over_gamma)


def of(rows: pd.DataFrame) -> Roads:
    """The columns of both roads."""
    return Roads(rows["analytic"].to_numpy(), rows["numeric"].to_numpy())
