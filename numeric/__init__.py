"""The numerical road: states of the master equation, right at any drive.

    d rho/dt = -i [H, rho] + sum_k rate_k D[L_k] rho = 0,     hbar = 1

The road is walked from a `systems.Model` and its values to numbers with an error and a status.
`steady` is the door to steady states and `state` is what it returns: `arguments` are checked, a
truncation is found by `search`, the equation (`lindblad`) is solved by one of the `solvers`, and
numbers are read off (`reading`) and judged (`trust`).  Light that no cut has to hold stands in
`frames`.  From a steady state go on `fields`, the statistics of sums of modes, and `time`, all that
happens at later times; `export` hands a model to QuTiP.  Each folder tells its rooms by itself.

Every number is judged before it is returned: what is lost in round-off, or would change with more
quanta, is NaN, and its status says why (docs/glossary.md has the words).

>>> import numeric
>>> from systems.library import kerr
>>> round(float(numeric.steady_state(kerr.MODEL, kerr.VALUES, quanta=4).number("a")), 4)
0.0371

Nothing here imports the analytic road: a comparison is worth what their independence is worth.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

import systems  # noqa: F401  (keeps the import paths of earlier versions alive)

if TYPE_CHECKING:  # for those who read types only
    from numeric.export import to_qutip
    from numeric.state import NoJumpState, SteadyState
    from numeric.steady import nojump_state, steady_state
    from numeric.time.counting import Pulse, emitted
    from numeric.time.delayed import delayed_correlation
    from numeric.time.evolution import Evolution, evolve
    from numeric.time.filtered import filtered_correlation
    from numeric.time.periodic import periodic_state
    from numeric.time.spectrum import coherence, spectrum
    from numeric.time.trajectories import trajectories
    from numeric.trust.certificate import Certificate

HOMES = {
    "Certificate": "numeric.trust.certificate",
    "Evolution": "numeric.time.evolution",
    "NoJumpState": "numeric.state",
    "Pulse": "numeric.time.counting",
    "SteadyState": "numeric.state",
    "coherence": "numeric.time.spectrum",
    "delayed_correlation": "numeric.time.delayed",
    "emitted": "numeric.time.counting",
    "evolve": "numeric.time.evolution",
    "filtered_correlation": "numeric.time.filtered",
    "nojump_state": "numeric.steady",
    "periodic_state": "numeric.time.periodic",
    "spectrum": "numeric.time.spectrum",
    "steady_state": "numeric.steady",
    "to_qutip": "numeric.export",
    "trajectories": "numeric.time.trajectories",
}
# Loaded when asked for, so that importing the package costs nothing.
__all__ = [
    "Certificate",
    "Evolution",
    "NoJumpState",
    "Pulse",
    "SteadyState",
    "coherence",
    "delayed_correlation",
    "emitted",
    "evolve",
    "filtered_correlation",
    "nojump_state",
    "periodic_state",
    "spectrum",
    "steady_state",
    "to_qutip",
    "trajectories",
]


def __getattr__(name: str) -> Any:
    if name == "fields":  # a module of functions, read as `numeric.fields.correlation`
        return import_module("numeric.fields")
    if name not in HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
