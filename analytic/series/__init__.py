"""Closed forms beyond leading order: the steady state as a series in the drive."""

from analytic.series.expansion import Expansion, expand

__all__ = ["Expansion", "expand"]
