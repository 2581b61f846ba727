"""Tables of the panels: joined over the cavities, or over a grid of phi and chi, with their record.

The record of how a table was made, the device's parameters among them, stands in its ``attrs`` and
goes to the sidecar of the result.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from compare.agreement import agreement
from compare.papers.tang2025.figures.cavities import R_UM
from systems.library import nanotip


def gathered(parts: Mapping[str, pd.DataFrame], device: nanotip.Device) -> pd.DataFrame:
    """The cavities' tables joined; each one's record of how it was solved goes into ``attrs``.

    ``parts`` maps the names of the cavities to their tables.  The sidecar gets the records under
    ``cavities``.
    """
    table = pd.concat(parts.values(), ignore_index=True)
    table.attrs = {"cavities": {name: part.attrs for name, part in parts.items()}}
    table.attrs |= described(device)
    return table


def described(device: nanotip.Device) -> dict[str, Any]:
    """The parameters of a device for a sidecar, with the coupling rate that was used."""
    return {"parameters": vars(device) | {"gamma_ex": device.coupling_rate}}


def with_kerr(values: dict[str, Any], chi_over_gamma: Any) -> dict[str, Any]:
    """The same values with another nonlinearity, in units of their own total loss.

    >>> with_kerr({"chi": 1.0, "gamma": 2.0}, 0.5)["chi"]
    1.0
    """
    return values | {"chi": chi_over_gamma * values["gamma"]}


def over_phi_and_chi(phis_um: Any, chis: np.ndarray, device: nanotip.Device) -> pd.DataFrame:
    """Both roads at every phi and chi/gamma at the distance `R_UM`, a row a point and quantity.

    Columns: ``phi_um``, ``chi_over_gamma`` and those of `compare.agreement`.  chi is varied alone
    and stands in units of the total loss gamma; J and gamma belong to the place of the tip.
    """
    phi, chi = flat_grid(phis_um, chis)
    values = with_kerr(device.parameters(R_UM * 1e-6, phi * 1e-6), chi)
    labels = {"phi_um": phi, "chi_over_gamma": chi}
    table = agreement(nanotip.MODEL, values, ["g2", "number"], labels=labels)
    table.attrs |= described(device) | {"r_um": R_UM}
    return table


def flat_grid(*axes: Any) -> tuple[np.ndarray, ...]:
    """Every combination of the values along some axes, a flat array an axis; the last runs fastest.

    >>> flat_grid([1, 2], [5, 6])
    (array([1, 1, 2, 2]), array([5, 6, 5, 6]))
    """
    return tuple(grid.ravel() for grid in np.meshgrid(*axes, indexing="ij"))
