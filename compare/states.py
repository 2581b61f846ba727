"""The steady states behind a table: all of its points in portions, and what a sidecar says of them.

Each portion is one call of the batch solver, and a bar counts them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from compare.quantities import Quantity, check_holds
from systems import Model
from systems.progress import counted
from systems.status import Status
from systems.values import Arrays

if TYPE_CHECKING:
    import numeric

ORDER = 4  # populations are taken from states that are good for g2 to g4: the small ones lag behind
PORTION = 2**14  # points solved together: enough for the compiled sweeps, few enough for a bar


def steady_states(
    model: Model,
    arrays: Arrays,
    wanted: Sequence[Quantity],
    quanta: int | Mapping[str, int] | None,
    solver: str,
    tolerance: float = 1e-8,
    order: int = 2,
    limit: int | None = None,
    progress: bool = True,
) -> list[numeric.SteadyState]:
    """Steady states of all points in order, in portions that a progress bar counts.

    The truncation holds what is wanted and, where it is chosen point by point, is converged
    for numbers and g2 in any case, for higher correlations where they are wanted.  Raises
    `ValueError` for a given truncation that cannot hold what is wanted.

    ``arrays`` are the values in one shape; a portion has at most `PORTION` points.

    >>> from compare.quantities import read_quantities
    >>> from systems import kerr
    >>> from systems.values import read_values
    >>> arrays = read_values(kerr.MODEL, {**kerr.VALUES, "xi": [0.1, 0.2]})
    >>> g2 = read_quantities(kerr.MODEL, "g2")
    >>> (state,) = steady_states(kerr.MODEL, arrays, g2, None, "auto")
    >>> state.correlation("a").shape
    (2,)
    """
    import numeric

    check_holds(wanted, quanta)
    least = max(sum(q.occupation) for q in wanted)
    points = np.arange(int(np.prod(next(iter(arrays.values())).shape)))
    populations = any(q.method == "probability" for q in wanted)
    portions = np.array_split(points, -(-len(points) // PORTION))
    flat = {name: array.ravel() for name, array in arrays.items()}
    return [
        numeric.steady_state(
            model,
            {name: array[portion] for name, array in flat.items()},
            quanta=quanta,
            solver=solver,
            tolerance=tolerance,
            limit=limit,
            order=max(ORDER if populations else order, least),
        )
        for portion in counted(portions, "master equation", progress=progress)
    ]


def describe(states: Sequence[numeric.SteadyState]) -> dict[str, Any]:
    """How the master equation was solved, and the worst that the certificates say.

    A dictionary that a sidecar can hold: names of the solvers, smallest and largest truncation, how
    often each status, the largest relative changes and round-off by result, and the largest
    residual. ``states`` are those of batches, each of the shape (points,).

    >>> import numeric
    >>> from systems import kerr
    >>> values = {**kerr.VALUES, "xi": np.array([0.01, 0.02])}
    >>> found = describe([numeric.steady_state(kerr.MODEL, values, quanta=4)])
    >>> found["quanta"], bool(found["largest_residual"] < 1e-9)
    ([4, 4], True)
    """
    certificates = [state.certificate for state in states]
    quanta = np.concatenate([c.quanta for c in certificates])
    words, counts = np.unique(
        np.concatenate([c.status for c in certificates]).astype(str), return_counts=True
    )
    return {
        "solver": sorted({str(name) for c in certificates for name in np.unique(c.solver)}),
        "quanta": [int(quanta.min()), int(quanta.max())],
        "status": dict(zip(words.tolist(), counts.tolist(), strict=True)),
        "largest_change_with_two_more_quanta": _largest([c.change for c in certificates]),
        "largest_change_if_the_cut_were_lifted": _largest([c.cut for c in certificates]),
        "largest_roundoff": _largest([c.roundoff for c in certificates]),
        "largest_residual": _largest([{"residual": np.ravel(c.residual)} for c in certificates])[
            "residual"
        ],
    }


def ways_out(states: Sequence[numeric.SteadyState], words: Iterable[str]) -> list[str]:
    """What to ask for where numbers with these statuses are not converged or not resolved.

    The `numeric.SteadyState.advice` of each portion, once each; none where all are known.

    >>> import numeric
    >>> from systems import kerr
    >>> state = numeric.steady_state(kerr.MODEL, {**kerr.VALUES, "xi": 0.5}, quanta=2)
    >>> ways_out([state], ["ok", "not converged"])[0].split(";")[0]
    'Not converged: g2(a)'
    >>> ways_out([state], ["ok", "undefined"])
    []
    """
    if {Status.NOT_CONVERGED, Status.NOT_RESOLVED}.isdisjoint(words):
        return []
    return list(dict.fromkeys(advice for state in states if (advice := state.advice)))


def _largest(results: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """The largest error of each result over all portions of points."""
    # an undefined result (no photons) has no error to speak of
    return {
        name: float(np.nanmax(np.concatenate([[0.0], *(result[name] for result in results)])))
        for name in results[0]
    }
