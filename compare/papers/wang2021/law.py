"""The nonlinearity of deepest blockade in chains of one, two and three dimers.

"Exponential" is a straight line of log10 alpha_opt against the number of sites.  With the closed
form the optimum is searched; with the master equation, where six sites take seconds a point, it is
the vertex of the parabola through three points around that optimum, which the next order in the
step shifts by far less than a printed digit.
"""

from functools import cache
from typing import Any

import numpy as np

import numeric
from compare.claim import Readings, Roads, below
from compare.extremes import place_of_least
from compare.papers.measure import leading, master
from compare.papers.wang2021.systems import ONE, THREE, TWO
from systems import Model

CHAINS: dict[int, Model] = {2: ONE, 4: TWO, 6: THREE}  # by sites
GAMMA, HOP = 0.4, 0.1
DRIVE = 1e-3  # weak: both roads agree to 1e-4 and better
# Of six sites the master equation is cut at three quanta: with five it has 213,444 unknowns, too
# many for a certificate.  Three hold g2 up to terms of the order of the drive to the fourth.
CUT = {6: 3}
STEP = 0.05  # decades of alpha, a tenth of the width of the dip
POINTS = 401  # the dip is half a decade wide in a range of four and a half
STRAIGHT = 0.05  # of the whole fall: what the eye takes for a straight line
GREAT = 0.1  # a tenth of the nonlinearity is greatly enhanced
SAME = 0.05  # roads closer than this are the same to the eye


def values(sites: int, log_alpha: Any, gamma: float = GAMMA, scale: float = 1.0) -> dict[str, Any]:
    """Values of a chain at E = gamma/(2 tan(N pi/(2 (N + 1)))), in units of the coupling J.

    >>> round(values(4, -2.0)["E"], 5)
    0.06498
    """
    E = gamma / (2 * np.tan(sites * np.pi / (2 * (sites + 1))))
    own = {"E": float(E), "alpha": 10.0 ** np.asarray(log_alpha), "J": 1.0, "gamma": gamma}
    return own | {"F": scale * DRIVE} | ({"t": HOP} if sites > 2 else {})


def observed(sites: int) -> str:
    """g2 of the first site of the last dimer."""
    return f"g2_a{sites - 1}"


@cache
def optimum(sites: int, gamma: float = GAMMA) -> float:
    """log10 of the nonlinearity of the smallest g2 of the closed form.

    >>> round(optimum(4), 3)
    -2.347
    """

    def curve(x: np.ndarray) -> Any:
        return leading(CHAINS[sites], values(sites, x, gamma), observed(sites))

    return float(place_of_least(curve, -5.0, -0.5, POINTS))


def solved(sites: int, point: dict[str, Any]) -> Any:
    """g2 of the observed site by the master equation; of six sites cut as `CUT` says."""
    if sites not in CUT:
        return master(CHAINS[sites], point, observed(sites))
    state = numeric.steady_state(CHAINS[sites], point, quanta=CUT[sites], progress=False)
    return state.correlation(f"a{sites - 1}")


@cache
def solved_optimum(sites: int, scale: float = 1.0) -> float:
    """The same by the master equation: the vertex of a parabola through three points."""
    at = optimum(sites) + STEP * np.array([-1, 0, 1])
    g2 = solved(sites, values(sites, at, scale=scale))
    curvature, slope = g2[0] - 2 * g2[1] + g2[2], (g2[2] - g2[0]) / 2
    return float(at[1] - STEP * slope / curvature)


def optima(scale: float = 1.0) -> Roads:
    """log10 of the optimal nonlinearity of every chain, on both roads, shape (3,)."""
    closed = np.array([optimum(sites) for sites in CHAINS])
    return Roads(closed, np.array([solved_optimum(sites, scale) for sites in CHAINS]))


def exponential(scale: float) -> Readings:
    """The largest distance of log10 alpha_opt from a straight line in N, over its whole fall."""

    def bend(logs: np.ndarray) -> float:
        N = np.array([*CHAINS], float)
        line = np.polyval(np.polyfit(N, logs, 1), N)
        return float(np.max(abs(logs - line)) / (logs.max() - logs.min()))

    detail = "of log10 of the optimal nonlinearity from a line, over its fall, for 2, 4 and 6 sites"
    return below(STRAIGHT, optima(scale).map(bend), "largest distance", detail, "exponentially")


def enhanced(scale: float) -> Readings:
    """The optimal nonlinearity of three dimers over that of one."""
    ratio = optima(scale).map(lambda logs: float(10 ** (logs[-1] - logs[0])))
    detail = "of six sites to that of two, with greatly read as below a tenth,"
    return below(GREAT, ratio, "ratio of the optimal nonlinearity", detail, "greatly enhanced")


def validated(scale: float) -> Readings:
    """The distance of both roads at the optimum of four sites, by the master equation itself."""
    point = values(4, optimum(4), scale=scale)
    off = abs(leading(TWO, point, observed(4)) / master(TWO, point, observed(4)) - 1)
    detail = "at the optimum of four sites (here by the master equation, no Monte Carlo)"
    return below(SAME, Roads(np.nan, float(off)), "|deviation|", detail, "validated")
