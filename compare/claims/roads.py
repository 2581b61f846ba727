"""Both roads at the places of the paper, for the audit."""

from collections.abc import Mapping
from functools import lru_cache
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd

from compare.agreement import agreement
from compare.claims.rule import Roads
from compare.figures.cavities import kerr
from systems import nanotip


def solve(values: Mapping[str, Any], quantity: str) -> Roads:
    """A quantity of the nanotip on both roads, in the shape of the values."""
    shape = np.broadcast_shapes(*(np.shape(value) for value in values.values()))
    table = agreement(nanotip.MODEL, values, quantity)
    return of(table).map(lambda column: column.reshape(shape)[()])


def at(
    device: nanotip.Device, r_um: Any, phi_um: Any, chi_over_gamma: Any = None
) -> dict[str, Any]:
    """Values with the tip at a place in um, and with another nonlinearity if it is given."""
    values = device.parameters(np.asarray(r_um) * 1e-6, np.asarray(phi_um) * 1e-6)
    return values if chi_over_gamma is None else kerr(values, chi_over_gamma)


@lru_cache(maxsize=64)
def table(figure: ModuleType, device: nanotip.Device) -> pd.DataFrame:
    """The table of a figure for a device, kept while an audit asks for it again."""
    found: pd.DataFrame = figure.compute(device)
    return found


def of(rows: pd.DataFrame) -> Roads:
    """The columns of both roads."""
    return Roads(rows["analytic"].to_numpy(), rows["numeric"].to_numpy())
