"""The numerical road: steady states of the master equation, right at any drive."""

from numeric.certificate import Certificate
from numeric.delayed import delayed_correlation
from numeric.state import SteadyState
from numeric.steady import steady_state

__all__ = ["Certificate", "SteadyState", "delayed_correlation", "steady_state"]
