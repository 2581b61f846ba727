"""The signed ladder from the formula to the master equation, as a table and as a picture."""

from compare.budget.ladder import budget, largest

__all__ = ["budget", "largest"]
