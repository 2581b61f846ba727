"""The signed ladder from the formula to the master equation, as a table and as a picture."""

from compare.budget.sentences import largest
from compare.budget.steps import budget
from compare.budget.wide import widen

__all__ = ["budget", "largest", "widen"]
