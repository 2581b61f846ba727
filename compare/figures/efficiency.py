"""The efficiency against backscattering loss, Eq. (8), and over what its minimum is taken.

    R = max(0, zeta),    zeta = (1 - min g2(0)(J_0 != 0)) / (1 - min g2(0)(J_0 = 0))

The paper does not say over what.  Fig. 4(a) stands at Delta = 0; there both g2 are numbers and
R has the printed values: 99.7 % with the tip and 0 without.  With a minimum over the detuning the
cavity without tip blocks almost as well as with it: the Kerr term depends on the total number of
photons alone, so a laser on either of the split modes meets one resonance and misses the next.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from compare.agreement import agreement, compare_numbers
from compare.figures.cavities import PAPER
from systems import nanotip

AT_ZERO = np.zeros(1)  # the default reading: Delta = 0
DETUNINGS = np.linspace(-4, 4, 41)  # the other one: Delta/gamma_1 of the minimum; holds zero
ROADS = ["analytic", "numeric"]


def ratio(g2: Any, g2_ideal: Any) -> np.ndarray:
    """Eq. (8) from the two values of g2(0)."""
    return np.maximum(0, (1 - g2) / (1 - g2_ideal))


def efficiency(
    cavities: Mapping[str, Any], device: nanotip.Device = PAPER, detunings: np.ndarray = AT_ZERO
) -> pd.DataFrame:
    """Both roads to R, one row per cavity in ``cavities`` (values of the model, as arrays).

    The minimum of Eq. (8) is taken over ``detunings`` (in gamma_1), on each road by itself.
    """
    ideal = device.ideal()
    count = np.broadcast(*cavities.values()).size
    together = {
        name: np.append(np.broadcast_to(value, count), ideal[name])
        for name, value in cavities.items()
    }
    least = _least(together, device.gamma_1 * detunings)
    R = {road: ratio(*np.split(least[road].to_numpy(), [count])) for road in ROADS}
    rest = least[["resolved", "status"]].iloc[:count]
    table = pd.DataFrame({**R, **compare_numbers(R["analytic"], R["numeric"])}).join(rest)
    table.attrs = least.attrs
    return table


def _least(cavities: Mapping[str, Any], detunings: np.ndarray) -> pd.DataFrame:
    """The smallest g2(0) of each cavity over the detunings (rad/s)."""
    cavity, detuning = np.meshgrid(np.arange(len(cavities["J"])), detunings, indexing="ij")
    values = {name: value[cavity] for name, value in cavities.items()} | {"Delta": detuning}
    table = agreement(nanotip.MODEL, values, "g2", labels={"cavity": cavity, "detuning": detuning})
    by_cavity = table.groupby("cavity")
    # a word other than "ok" stands, wherever on the grid it is
    worst = table.sort_values("resolved").groupby("cavity")["status"].first()
    least = by_cavity[ROADS].min().assign(resolved=by_cavity["resolved"].all(), status=worst)
    least.attrs = table.attrs
    return least
