"""The certificate of a state: how far each of its numbers moves with the cut and with round-off.

It lists the evidence, of every mode and order, at every point (`changes`, `cuts`, `roundoff`);
`numeric.trust.judge` decides on each number alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from numeric.lindblad.space import Cut
from numeric.solvers.solution import Solution
from numeric.trust.judge import beyond, estimate, results
from systems import Model
from systems.display import Shown, counts, ends, points

Evidence: TypeAlias = dict[str, np.ndarray]  # by name of the result, one number per point


@dataclass(frozen=True, repr=False)
class Certificate(Shown):
    """Evidence per point, arrays of the batch's shape; results by name ("n(a)", "g2(a)").

    >>> from numeric import steady_state
    >>> from systems.library import kerr
    >>> found = steady_state(kerr.MODEL, kerr.VALUES).certificate
    >>> sorted(found.change), bool(found.change["g2(a)"] < 1e-8)
    (['g2(a)', 'g3(a)', 'g4(a)', 'n(a)'], True)
    """

    quanta: Any  # largest total number of quanta
    change: dict[str, Any]  # relative change of each result with two more quanta, or from two fewer
    roundoff: dict[str, Any]  # estimated relative round-off error of each result
    top: Any  # population of the last two shells (one of them is empty where pairs are made)
    cut: dict[str, Any]  # relative change of each result, were the cut lifted: never below `change`
    residual: Any  # |L rho|/(|L| |rho|), scaled
    solver: Any  # name
    status: Any  # "ok", "not unique", "does not exist", "not converged"

    def _title(self) -> str:
        return f"certificate of {points(np.shape(self.quanta))}: {counts(self.status)}"

    def _facts(self) -> Mapping[str, str]:
        facts = {"quanta": ends(self.quanta), "solver": counts(self.solver)}
        facts |= {"residual": f"{_worst(self.residual):.1e}", "status": counts(self.status)}
        return facts | {
            name: f"change {_worst(change):.1e}, cut {_worst(self.cut[name]):.1e}, "
            f"round-off {_worst(self.roundoff[name]):.1e}"
            for name, change in self.change.items()
        }

    def __str__(self) -> str:
        """One line on the solve, one line per result with its worst point.

        >>> from numeric import steady_state
        >>> from systems.library import kerr
        >>> print(steady_state(kerr.MODEL, kerr.VALUES, quanta=3).certificate)  # doctest: +ELLIPSIS
        quanta 3 to 3, solver direct, residual ...
          n(a): change ..., cut ..., round-off ...
        """
        head = (
            f"quanta {int(np.min(self.quanta))} to {int(np.max(self.quanta))}, "
            f"solver {', '.join(np.unique(self.solver))}, residual {_worst(self.residual):.1e}, "
            f"top shells {_worst(self.top):.1e}, status {', '.join(np.unique(self.status))}"
        )
        rows = [
            f"  {name}: change {_worst(change):.1e}, cut {_worst(self.cut[name]):.1e}, "
            f"round-off {_worst(self.roundoff[name]):.1e}"
            for name, change in self.change.items()
        ]
        return "\n".join([head, *rows])


def _worst(numbers: Any) -> float:
    known = np.ravel(numbers)[~np.isnan(np.ravel(numbers))]
    return float(np.max(known)) if known.size else float("nan")


def changes(model: Model, coarse: Solution, fine: Solution, order: int = 4) -> Evidence:
    """Relative change of each result from one truncation to a finer one, same points.

    NaN where one of them found no state; zero where both are equal, or both undefined.  A small
    change is no proof: of a hot or metastable state it is small while most of the state lies
    beyond both truncations, and `cuts` adds what the last shells tell of that.

    >>> from scipy.stats import poisson
    >>> def cut_at(quanta):  # coherent light with 0.01 quanta
    ...     return Solution.mixture(poisson.pmf(range(quanta + 1), 0.01))
    >>> from systems.library import kerr
    >>> found = changes(kerr.MODEL, cut_at(2), cut_at(4), order=2)
    >>> sorted(found), bool(1e-3 < found["g2(a)"][0] < 1e-1)
    (['g2(a)', 'n(a)'], True)
    """
    changed = {}
    for name, mode, k in results(model, coarse.space.cut, order):
        before, after = estimate(coarse, mode, k)[0], estimate(fine, mode, k)[0]
        with np.errstate(divide="ignore", invalid="ignore"):
            same = (before == after) | (np.isnan(before) & np.isnan(after))
            change = np.where(same, 0.0, abs(before / after - 1))
        changed[name] = np.where(coarse.found & fine.found, change, np.nan)
    return changed


def cuts(model: Model, changed: Evidence, fine: Solution, order: int, cut: Cut) -> Evidence:
    """Relative change of each result, were the cut lifted: measured, and what is missing still.

    ``changed`` comes from `changes`, ``fine`` is the finer of its two solutions, ``cut`` that
    of the coarser one.

    >>> from scipy.stats import poisson
    >>> def cut_at(quanta):  # coherent light with 0.01 quanta
    ...     return Solution.mixture(poisson.pmf(range(quanta + 1), 0.01))
    >>> from systems.library import kerr
    >>> changed = changes(kerr.MODEL, cut_at(2), cut_at(4), order=2)
    >>> lifted = cuts(kerr.MODEL, changed, cut_at(4), order=2, cut=2)
    >>> bool(lifted["g2(a)"][0] >= changed["g2(a)"][0])
    True
    """
    return {
        name: changed[name] + beyond(fine, (mode,) * k, k > 1, bound=False)
        for name, mode, k in results(model, cut, order)
    }


def roundoff(model: Model, found: Solution, order: int = 4) -> Evidence:
    """Estimated relative round-off error of each result; NaN where the result is undefined.

    >>> from scipy.stats import poisson
    >>> found = Solution.mixture(poisson.pmf(range(4), 0.01))  # coherent light
    >>> from systems.library import kerr
    >>> sorted(roundoff(kerr.MODEL, found, order=3))
    ['g2(a)', 'g3(a)', 'n(a)']
    """
    floors = {}
    for name, mode, k in results(model, found.space.cut, order):
        value, error = estimate(found, mode, k)
        with np.errstate(divide="ignore", invalid="ignore"):
            floors[name] = error / abs(value)
    return floors
