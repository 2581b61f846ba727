"""The smallest g2(0) over the laser's frequency, against the number of emitters.

"Improves" and "worsens" are read as at every step of `NUMBERS`: the ratio of the smallest g2(0) of
the next number to that of the one before is below, or above, one.
"""

from functools import cache
from typing import Any

import numpy as np

from compare.claim import Readings, Roads, above, below
from compare.extremes import least, place_of_least
from compare.papers.measure import leading, master
from systems.library import many_emitters

NUMBERS = (1, 2, 5, 10, 20, 50, 100)
# rates in units of kappa; the laser is searched around the polariton that blocks
RESONANT = {"g": 2.0, "detuning": 0.0}
DETUNED = {"g": 0.2, "detuning": 0.8}
GAMMA, XI = 0.01, 1e-3
POINTS = 201  # of a range in which g2 has one dip, a tenth of it wide or more
NEAR = 0.02  # of the place of the dip: a tenth of its width


def values(case: dict[str, float], number: Any, x: Any) -> dict[str, Any]:
    """Values of `many_emitters.MODEL`; ``x`` is the laser in units of the polariton, or of kappa.

    >>> float(values(RESONANT, 4, 1.0)["Delta_a"])
    -4.0
    """
    scale = case["g"] * np.sqrt(number) if case is RESONANT else 1.0
    laser = -x * scale
    return {
        "Delta_a": laser,
        "Delta_s": laser + case["detuning"],
        "g": case["g"],
        "N": number,
        "kappa": 1.0,
        "gamma": GAMMA,
        "xi": XI,
    }


@cache
def smallest(resonant: bool, xi: float = XI) -> Roads:
    """The smallest g2(0) for each of `NUMBERS`, on both roads, shape (7,) each.

    The master equation is searched around the place of the closed form, to `NEAR` of it: at a weak
    drive both have their minimum there.

    >>> smallest(resonant=True).leading.round(5)[:2].tolist()
    [0.35586, 0.40426]
    """
    case, (low, high) = (RESONANT, (0.4, 1.6)) if resonant else (DETUNED, (0.5, 1.0))
    N = np.array(NUMBERS, float)

    def on(road: Any) -> Any:
        return lambda x: road(
            many_emitters.MODEL, values(case, N[:, np.newaxis], x) | {"xi": xi}, "g2_a"
        )

    ends = np.full(len(N), low), np.full(len(N), high)
    place = place_of_least(on(leading), *ends, points=POINTS)
    near = (1 - NEAR) * place, (1 + NEAR) * place
    return Roads(*(np.asarray(least(on(road), *near, points=9)) for road in (leading, master)))


def worsens(scale: float) -> Readings:
    """The smallest ratio of neighbours in the resonant case must be above one."""
    ratio = smallest(resonant=True, xi=scale * XI).map(lambda g2: float(np.min(g2[1:] / g2[:-1])))
    return above(1, ratio, "smallest ratio of the smallest g2(0)", _words(2), "worsens")


def improves(scale: float) -> Readings:
    """The largest ratio of neighbours in the detuned case must be below one."""
    ratio = smallest(resonant=False, xi=scale * XI).map(lambda g2: float(np.max(g2[1:] / g2[:-1])))
    return below(1, ratio, "largest ratio of the smallest g2(0)", _words(0.2), "improves")


def _words(g: float) -> str:
    numbers = ", ".join(map(str, NUMBERS))
    return f"of one number of emitters to that before, over {numbers} at g = {g:g} kappa,"
