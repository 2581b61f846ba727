"""The efficiency against backscattering loss, Eq. (8), and over what its minimum is taken.

    R = max(0, zeta),    zeta = (1 - min g2(0)(J_0 != 0)) / (1 - min g2(0)(J_0 = 0))

R is one where the device blocks as well as the ideal cavity, and zero where its light is coherent
or bunched.

The paper does not say over what the minimum is taken.  Fig. 4(a) stands at Delta = 0; there both
g2 are numbers and R has the printed values: 99.7 % with the tip and 0 without.  With a minimum
over the detuning the cavity without tip blocks almost as well as with it: the Kerr term depends
on the total number of photons alone, so a laser on either of the split modes meets one resonance
and misses the next.

R is itself a share, and is cut off at zero, so that a closed form that has come to zero is
"100 % off" from any small R.  The deviation of R is therefore the difference of both roads relative
to R = 1, the efficiency of the ideal cavity.

The minimum over the detuning is found as in `compare.extremes`, on a grid that is refined around
its smallest value, for all cavities in one batch and on each road by itself.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from compare.agreement import agreement, compare_numbers
from compare.papers.tang2025.figures.cavities import DEVICE
from systems.library import nanotip

AT_ZERO = np.zeros(1)  # the default reading: Delta = 0
DETUNINGS = np.linspace(-4, 4, 41)  # the other one: Delta/gamma_1 of the minimum; holds zero
# how often the grid around a minimum is refined, and by how many points: the last step is
# 0.0125 gamma_1, far below the width of a resonance
ZOOMS, NEAR = 2, 9
ROADS = ["analytic", "numeric"]
SCALE = "difference relative to R = 1"  # what the deviation of R is, for the tables


def ratio(g2: Any, g2_ideal: Any) -> np.ndarray:
    """Eq. (8) from g2(0) of the device and of the ideal cavity; arrays broadcast.

    >>> float(ratio(0.01, 0.01)), float(ratio(1.5, 0.01))
    (1.0, 0.0)
    """
    return np.maximum(0, (1 - g2) / (1 - g2_ideal))


def efficiency(
    cavities: Mapping[str, Any], device: nanotip.Device = DEVICE, detunings: np.ndarray = AT_ZERO
) -> pd.DataFrame:
    """Both roads to R, one row per cavity in ``cavities`` (values of the model, as arrays).

    The minimum of Eq. (8) is taken over the range of ``detunings`` (in gamma_1), on each road by
    itself.  Columns are those of `compare.agreement` without the quantity; the deviation is the
    difference analytic - numeric, because R is itself a share.

    >>> device = DEVICE.without_tip()
    >>> table = efficiency({name: np.array([value]) for name, value in device.items()})
    >>> table["analytic"].tolist(), table["numeric"].tolist()  # g2 > 1 on both roads
    ([0.0], [0.0])
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
    difference = R["analytic"] - R["numeric"]
    table = pd.DataFrame({**R, **compare_numbers(1 + difference, np.ones(count))}).join(rest)
    table.attrs = least.attrs
    return table


def _least(cavities: Mapping[str, Any], detunings: np.ndarray) -> pd.DataFrame:
    """The smallest g2(0) of each cavity over the detunings (rad/s), on a grid that is refined.

    ``cavities`` holds arrays of one length; the result has one row per cavity with both roads, each
    at its own detuning of the minimum, and the worst status met on the grid.
    """
    table = _g2(cavities, np.tile(detunings, (len(cavities["J"]), 1)))
    attrs = table.attrs
    step = np.diff(detunings).max(initial=0)
    for _ in range(ZOOMS if step else 0):
        table = pd.concat([table, _g2(cavities, _around(table, step, detunings))])
        step *= 2 / (NEAR - 1)
    by_cavity = table.groupby("cavity")
    # a word other than "ok" stands, wherever on the grid it is
    worst = table.sort_values("resolved").groupby("cavity")["status"].first()
    least = by_cavity[ROADS].min().assign(resolved=by_cavity["resolved"].all(), status=worst)
    least.attrs = attrs
    return least


def _g2(cavities: Mapping[str, Any], detunings: np.ndarray) -> pd.DataFrame:
    """Both roads to g2(0) of each cavity at its own row of detunings."""
    cavity = np.broadcast_to(np.arange(len(detunings))[:, np.newaxis], detunings.shape)
    values = {name: value[cavity] for name, value in cavities.items()} | {"Delta": detunings}
    return agreement(nanotip.MODEL, values, "g2", labels={"cavity": cavity, "detuning": detunings})


def _around(table: pd.DataFrame, step: float, detunings: np.ndarray) -> np.ndarray:
    """Detunings up to a step from the minimum of each road, one row per cavity, in the range.

    ``step`` and ``detunings`` are in rad/s, shape of the result (cavities, 2 `NEAR`): the minima of
    the two roads lie at different detunings, and the grid is refined around both.
    """
    table = table.reset_index(drop=True)
    grids = [
        table.loc[table.groupby("cavity")[road].idxmin(), "detuning"].to_numpy()[:, np.newaxis]
        + np.linspace(-step, step, NEAR)
        for road in ROADS
    ]
    return np.clip(np.hstack(grids), detunings.min(), detunings.max())
