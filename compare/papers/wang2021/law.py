"""The nonlinearity of deepest blockade in chains of one, two and three dimers.

"Exponential" is a straight line of log10 alpha_opt against the number of sites.  With the closed
form the optimum is searched; with the master equation, where six sites take seconds a point, it is
the vertex of the parabola through three points around that optimum.
"""

from functools import cache
from typing import Any

import numpy as np

import numeric
from compare.audit.measure import leading, master
from compare.claim import Readings, Roads, apart, below, measured
from compare.extremes import place_of_least
from compare.papers import load
from compare.papers.wang2021.systems import ONE, THREE, TWO
from systems import Model

CHAINS: dict[int, Model] = {2: ONE, 4: TWO, 6: THREE}  # by sites
# Of six sites the master equation is cut at three quanta: with five it has 213,444 unknowns, too
# many for a certificate.  Three hold g2 up to terms of the order of the drive to the fourth.
CUT = {6: 3}
# Decades of alpha.  The dip is not symmetric: with a step of 0.05 the vertex lies 0.003 off, with
# 0.005 a hundredth of that, so that here it is 1e-6.  Round-off of 1e-10 in g2 shifts it by less.
STEP = 0.001
POINTS = 401  # the dip is half a decade wide in a range of four and a half
GRID = 0.002  # decades of alpha between the points of the numbers computed before, `COMPUTED`
COMPUTED = {  # gamma in J -> log10 alpha_opt of each number of sites, by two independent programs
    0.3: {4: -2.887, 6: -3.783},
    0.4: {4: -2.346, 6: -3.037},
    0.5: {4: -1.946, 6: -2.491},
}


def own(name: str) -> float:
    """A value of the sheet, in units of the coupling J.

    >>> own("t")
    0.1
    """
    return float(load("wang2021").sheet().values[name])


def values(sites: int, log_alpha: Any, gamma: float, scale: float = 1.0) -> dict[str, Any]:
    """Values of a chain at E = gamma/(2 tan(N pi/(2 (N + 1)))), in units of the coupling J.

    >>> round(values(4, -2.0, gamma=0.4)["E"], 5)
    0.06498
    """
    E = gamma / (2 * np.tan(sites * np.pi / (2 * (sites + 1))))
    chain = {"E": float(E), "alpha": 10.0 ** np.asarray(log_alpha), "J": own("J"), "gamma": gamma}
    return chain | {"F": scale * own("F")} | ({"t": own("t")} if sites > 2 else {})


def observed(sites: int) -> str:
    """g2 of the first site of the last dimer."""
    return f"g2_a{sites - 1}"


@cache
def optimum(sites: int, gamma: float) -> float:
    """log10 of the nonlinearity of the smallest g2 of the closed form.

    >>> round(optimum(4, gamma=0.4), 3)
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
def solved_optimum(sites: int, gamma: float, scale: float = 1.0) -> float:
    """The same by the master equation: the vertex of a parabola through three points."""
    at = optimum(sites, gamma) + STEP * np.array([-1, 0, 1])
    g2 = solved(sites, values(sites, at, gamma, scale))
    curvature, slope = g2[0] - 2 * g2[1] + g2[2], (g2[2] - g2[0]) / 2
    return float(at[1] - STEP * slope / curvature)


def optima(gamma: float, scale: float = 1.0) -> Roads:
    """log10 of the optimal nonlinearity of every chain, on both roads, shape (3,)."""
    closed = np.array([optimum(sites, gamma) for sites in CHAINS])
    return Roads(closed, np.array([solved_optimum(sites, gamma, scale) for sites in CHAINS]))


def exponential(scale: float) -> Readings:
    """The largest distance of log10 alpha_opt from a straight line in N, over its whole fall."""

    def bend(logs: np.ndarray) -> float:
        N = np.array([*CHAINS], float)
        line = np.polyval(np.polyfit(N, logs, 1), N)
        return float(np.max(abs(logs - line)) / (logs.max() - logs.min()))

    detail = "of log10 of the optimal nonlinearity from a line, over its fall, for 2, 4 and 6 sites"
    return measured(optima(own("gamma"), scale).map(bend), "largest distance", detail)


def enhanced(scale: float) -> Readings:
    """The optimal nonlinearity of three dimers over that of one."""
    ratio = optima(own("gamma"), scale).map(lambda logs: float(10 ** (logs[-1] - logs[0])))
    detail = "of six sites to that of two, with greatly read as below a tenth,"
    return measured(ratio, "ratio of the optimal nonlinearity", detail)


def validated(scale: float) -> Readings:
    """The distance of both roads at the optimum of four sites, by the master equation itself."""
    point = values(4, optimum(4, own("gamma")), own("gamma"), scale)
    off = abs(leading(TWO, point, observed(4)) / master(TWO, point, observed(4)) - 1)
    detail = "at the optimum of four sites (here by the master equation, no Monte Carlo)"
    return measured(apart(float(off)), "|deviation|", detail)


def computed(scale: float) -> Readings:
    """The distance of every optimum from the number found before, on a grid of `GRID`."""
    found: Readings = ()
    for gamma, numbers in COMPUTED.items():
        roads = optima(gamma, scale)
        for sites, number in numbers.items():
            place = [*CHAINS].index(sites)
            off = roads.map(lambda logs, i=place, old=number: abs(float(logs[i]) - old))
            detail = f"of log10 alpha_opt from {number} for {sites} sites and gamma = {gamma:g} J,"
            found += below(GRID, off, "distance", detail)
    return found
