"""Steady states at weak drive by sweeps over the grades, many parameter points at a time."""

from numeric.solvers.graded.elimination import TooLarge
from numeric.solvers.graded.sweeps import GradedSolution, solve

__all__ = ["GradedSolution", "TooLarge", "solve"]
