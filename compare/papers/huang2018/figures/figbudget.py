"""Budget of Eq. (7) where it misses most: light along the rotation at k = 1.5, 29 kHz, 2 fW.

The formula promises twice the bunching that the master equation has.
"""

import pandas as pd
from matplotlib.figure import Figure

from compare.audit.point import model_values
from compare.budget import budget
from compare.papers import load
from compare.papers.panels import draw_budget
from compare.papers.scans import formula, where


def compute() -> pd.DataFrame:
    """The ladder of `compare.budget`, one row a rung."""
    asked = formula(load("huang2018").sheet(), "g2_along")
    return budget(asked.target.model, model_values(asked.target, asked.point()), "g2")


def draw(table: pd.DataFrame) -> Figure:
    """The waterfall from no error to that of the formula, with its point and drive above it."""
    return draw_budget(table, where(load("huang2018").sheet(), "g2_along"))
