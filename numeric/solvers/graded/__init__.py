"""Steady states at weak drive by sweeps over the grades, many parameter points at a time.

The fastest solver of the project: maps of parameters take some ten microseconds a point, where a
sparse factorisation takes some ten milliseconds.  `sweeps` has the idea, its derivation and
`solve`; `problem` writes a model as constant matrices times coefficients, if possible in the
`basis` that makes the undriven Hamiltonian diagonal; `lists` turns these into lists of integers and
weights, a `program`; `kernel` is the compiled code that runs through them, with arithmetic on
`lanes` that stays in registers as `vectors`; `company` sorts points that come in no order; `scan`
sums one series for all drives of a scan; `resolvent` does the same sweeps for delayed correlations.
Three modes and more have grades of many states: their blocks are solved as Sylvester equations in
`sylvester`, of many points in compiled code (`pointwise`).  `kinds` says which of the two serves a
model and a cut.
"""

from typing import TYPE_CHECKING, Any

from numeric.solvers.threads import loaded

if TYPE_CHECKING:  # for those who read types only
    from numeric.solvers.graded.elimination import TooLarge
    from numeric.solvers.graded.kinds import Kind, kind
    from numeric.solvers.graded.sweeps import solve
    from numeric.solvers.graded.swept import GradedSolution

HOMES = {
    "GradedSolution": "numeric.solvers.graded.swept",
    "Kind": "numeric.solvers.graded.kinds",
    "TooLarge": "numeric.solvers.graded.elimination",
    "kind": "numeric.solvers.graded.kinds",
    "solve": "numeric.solvers.graded.sweeps",
}
__all__ = ["GradedSolution", "Kind", "TooLarge", "kind", "solve"]


def __getattr__(name: str) -> Any:
    """Load what is asked for: compiled code only for those who need it."""
    if name in HOMES:
        return getattr(loaded(HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
