"""The error budget: which neglected piece of physics makes a closed form wrong, and by how much.

`steps` computes the signed ladder from the formula to the converged master equation, `rungs` lists
what stands on it, and `populations` is the photon statistics of the rungs that are amplitudes.
`wide` lays a budget out with a column per rung, or as text; `sentences` says what it means, and
`waterfall` draws it.
"""

from compare.budget.sentences import largest
from compare.budget.steps import budget
from compare.budget.wide import widen

__all__ = ["budget", "largest", "widen"]
