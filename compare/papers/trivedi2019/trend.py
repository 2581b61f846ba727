"""The smallest g2(0) over the laser's frequency, against the number of emitters.

"Improves" and "worsens" are read as at every step of `NUMBERS`: the ratio of the smallest g2(0) of
the next number to that of the one before is below, or above, one.

The abstract states no coupling.  A reading is a case that a source names; the notebook has two of
resonant emitters, which differ, and one of detuned ones.  Between both, `coupling_from_which` says
from which coupling on resonant emitters are worse.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
from scipy.optimize import brentq

from compare.audit.measure import leading, master
from compare.claim import Readings, Roads, digits, measured
from compare.extremes import least, place_of_least
from compare.papers import load
from systems.library import many_emitters

NUMBERS = (1, 2, 5, 10, 20, 50, 100)  # of emitters, about evenly in their logarithm
Case = Mapping[str, float]
# couplings and detunings of the notebook in units of kappa, under its own letters
CASES: dict[str, Case] = {
    "resonant": {"g": 2.0, "detuning": 0.0},  # (a)
    "resonant, weakly coupled": {"g": 0.2, "detuning": 0.0},  # (b)
    "detuned": {"g": 0.2, "detuning": 0.8},  # (c)
}
RESONANT, WEAKLY, DETUNED = CASES
COMPUTED = {  # by two independent programs, for 1, 2, 10, 50 and 100 emitters
    RESONANT: ("0.35586", "0.40426", "0.5915", "0.77115", "0.82866"),
    WEAKLY: ("0.99596", "0.99327", "0.98629", "0.98612", "0.98799"),
    # four digits: at a drive of 1e-3 kappa both roads differ by 6e-5 for one emitter
    DETUNED: ("0.8322", "0.5689", "0.3090", "0.2640", "0.2586"),
}
COUPLED = (0.25, 2.0)  # g: from where one emitter has polaritons at all, g > |kappa - gamma|/4
POINTS = 81  # of a range in which g2 has one dip, a tenth of it wide or more
NEAR = 0.02  # of the place of the dip: a tenth of its width


def own(name: str) -> Any:
    """A value of the sheet that is a number, in units of kappa.

    >>> own("xi")
    1e-06
    """
    return load("trivedi2019").sheet().values[name]


def values(case: Case, number: Any, x: Any, scale: float = 1.0) -> dict[str, Any]:
    """Values of `many_emitters.MODEL`; ``x`` is the laser in units of the polariton, or of kappa.

    >>> float(values(CASES["resonant"], 4, 1.0)["Delta_a"])
    -4.0
    """
    laser = -x * (1.0 if case["detuning"] else case["g"] * np.sqrt(number))
    return {
        "Delta_a": laser,
        "Delta_s": laser + case["detuning"],
        "g": case["g"],
        "N": number,
        "kappa": own("kappa"),
        "gamma": own("gamma"),
        "xi": scale * own("xi"),
    }


@cache
def smallest(name: str, scale: float = 1.0) -> Roads:
    """The smallest g2(0) for each of `NUMBERS` in a case, on both roads, shape (7,) each.

    >>> smallest("resonant").leading.round(5)[:2].tolist()
    [0.35586, 0.40426]
    """
    return _smallest(CASES[name], scale)


def _smallest(case: Case, scale: float = 1.0, numbers: tuple[int, ...] = NUMBERS) -> Roads:
    """The same of any coupling and detuning.

    The master equation is searched around the place of the closed form, to `NEAR` of it: at a weak
    drive both have their minimum there.
    """
    return Roads(_found(leading, case, scale, numbers), _found(master, case, scale, numbers))


def _found(road: Any, case: Case, scale: float, numbers: tuple[int, ...]) -> np.ndarray:
    """The smallest g2(0) on one road."""
    N = np.array(numbers, float)

    def on(road: Any) -> Any:
        model = many_emitters.MODEL
        return lambda x: road(model, values(case, N[:, np.newaxis], x, scale), "g2_a")

    if case["detuning"]:
        low, high = np.full(len(N), 0.5), np.full(len(N), 1.0)
    else:  # the dip of weakly coupled emitters lies up to a linewidth above the polariton
        low, high = np.full(len(N), 0.4), 1.6 + 1 / (case["g"] * np.sqrt(N))
    place = place_of_least(on(leading), low, high, points=POINTS)
    near = (1 - NEAR) * place, (1 + NEAR) * place
    return np.asarray(least(on(road), *near, points=9))


def worsens(scale: float) -> Readings:
    """The smallest ratio of neighbours, in both resonant cases of the notebook."""
    return tuple(r for name in (RESONANT, WEAKLY) for r in _steps(name, np.min, "smallest", scale))


def improves(scale: float) -> Readings:
    """The largest ratio of neighbours in the detuned case."""
    return _steps(DETUNED, np.max, "largest", scale)


def _steps(name: str, extreme: Any, word: str, scale: float) -> Readings:
    """An extreme of the ratios of neighbours in a case."""
    ratio = smallest(name, scale).map(lambda g2: float(extreme(g2[1:] / g2[:-1])))
    numbers = ", ".join(map(str, NUMBERS))
    detail = f"of one number of emitters to that before, over {numbers} at g = {CASES[name]['g']:g}"
    return measured(ratio, f"{word} ratio of the smallest g2(0)", f"{detail} kappa,")


def fifty_resonant(scale: float) -> Readings:
    """The smallest g2(0) of 50 emitters over that of one, in both resonant cases."""
    return tuple(r for name in (RESONANT, WEAKLY) for r in _fifty(name, scale))


def fifty_detuned(scale: float) -> Readings:
    """The same in the detuned case."""
    return _fifty(DETUNED, scale)


def _fifty(name: str, scale: float) -> Readings:
    place = NUMBERS.index(50)
    ratio = smallest(name, scale).map(lambda g2: float(g2[place] / g2[0]))
    detail = f"of 50 emitters to that of one at g = {CASES[name]['g']:g} kappa,"
    return measured(ratio, "ratio of the smallest g2(0)", detail)


def computed(scale: float) -> Readings:
    """The numbers of `COMPUTED`, one reading each."""
    found: Readings = ()
    for name, numbers in COMPUTED.items():
        for number, printed in zip((1, 2, 10, 50, 100), numbers, strict=True):
            place = NUMBERS.index(number)
            roads = smallest(name, scale).map(lambda g2, i=place: float(g2[i]))
            found += digits(printed, roads, "smallest g2(0)", f"of {number} emitters, {name},")
    return found


def coupling_every_step(scale: float) -> Readings:
    """The coupling in kappa from which on each of `NUMBERS` resonant emitters is worse."""
    return _coupling_from_which(NUMBERS, scale)


def coupling_fifty(scale: float) -> Readings:
    """The coupling in kappa from which on 50 resonant emitters are worse than one."""
    return _coupling_from_which((1, 50), scale)


@cache
def _coupling_from_which(numbers: tuple[int, ...], scale: float) -> Readings:
    """Where the smallest ratio of neighbours passes one, on each road by itself."""

    def excess(g: float, road: Any) -> float:
        g2 = _found(road, {"g": g, "detuning": 0.0}, scale, numbers)
        return float(np.min(g2[1:] / g2[:-1])) - 1

    # 1e-3 of a coupling that is given to two digits
    closed = float(brentq(excess, *COUPLED, args=(leading,), rtol=1e-3))
    # at a weak drive the other road has it there as well; where not, brentq says so
    solved = float(brentq(excess, 0.98 * closed, 1.02 * closed, args=(master,), rtol=1e-3))
    detail = f"in kappa from which on more emitters are worse, over {', '.join(map(str, numbers))}"
    return measured(Roads(closed, solved), "coupling", detail)
