"""Budget of the amplitudes near the optimum: Delta = 0.275 gamma, U = 0.0428 gamma, F = 0.01 gamma.

Where two paths nearly cancel, the next order of the drive is as large as what is left: half of it
are amplitudes, half are quantum jumps out of three quanta, which no amplitude sees.  At a drive
that is weak by any measure the formula is off by a half.
"""

import pandas as pd
from matplotlib.figure import Figure

from compare.audit.point import model_values
from compare.budget import budget
from compare.papers import load
from compare.papers.panels import draw_budget
from compare.papers.scans import formula, where

QUANTA = 4  # of the amplitudes: two photons are fed by jumps out of three, which two cut off


def compute() -> pd.DataFrame:
    """The ladder of `compare.budget`, one row a rung."""
    asked = formula(load("liew2010").sheet(), "g2_near_optimum")
    values = model_values(asked.target, asked.point())
    return budget(asked.target.model, values, "g2", quanta=QUANTA)


def draw(table: pd.DataFrame) -> Figure:
    """The waterfall from no error to that of the formula, with its point and drive above it."""
    return draw_budget(table, where(load("liew2010").sheet(), "g2_near_optimum"))
