"""The certificate of a state: how far each of its numbers moves with the cut and with round-off.

It lists the evidence, of every mode and order, at every point; `numeric.judge` decides on each
number alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from systems.display import Shown, counts, ends, points


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
