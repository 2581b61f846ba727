"""The numerical road: steady states of the master equation, right at any drive."""

from numeric.certificate import Certificate
from numeric.state import NoJumpState, SteadyState
from numeric.steady import nojump_state, steady_state
from numeric.time.delayed import delayed_correlation
from numeric.time.trajectories import trajectories

__all__ = [
    "Certificate",
    "NoJumpState",
    "SteadyState",
    "delayed_correlation",
    "nojump_state",
    "steady_state",
    "trajectories",
]
