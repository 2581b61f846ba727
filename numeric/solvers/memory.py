"""How much memory one steady state may take, as a number of unknowns.

A density matrix of N states has N^2 unknowns.  What a solver holds of each differs by a factor of
ten, so the most that fit differ by model and by solver.  Seconds never decide: a machine that is
slower gives the same answer.
"""

from functools import lru_cache

from systems import Model
from systems.grading import NoGrading
from systems.ungraded import partial_weights

# Unknowns of one steady state: more take minutes and gigabytes (90,000 of one mode take 1.5 s and
# 0.6 GB, of several modes some seconds)
LARGEST = 300_000
# The same where the drive orders some modes only, such as the photons that push a mirror: these are
# solved in parts (`numeric.solvers.staircase`), 3 kB an unknown
LARGEST_IN_PARTS = 810_000
# The same of three modes and more that sweeps serve (`numeric.solvers.graded.sylvester`): 0.7 kB an
# unknown, 16 CPU seconds for four modes at the loss
LARGEST_SWEPT = 4_010_000


def largest(model: Model, solver: str = "auto") -> int:
    """Most unknowns of one steady state of a model by this solver.

    >>> from systems.library import kerr, kerr_ring, optomechanics
    >>> [largest(one.MODEL) for one in (kerr, optomechanics, kerr_ring)]
    [300000, 810000, 4010000]
    """
    if partial_weights(model):
        return LARGEST_IN_PARTS
    return LARGEST_SWEPT if solver == "auto" and _is_swept(model) else LARGEST


@lru_cache(maxsize=256)
def _is_swept(model: Model) -> bool:
    """Whether sweeps over wide grades serve a model, whatever the cut."""
    try:
        raised = map(model.driven_grading.raises, model.jump_orders())
        return len(model.modes) > 2 and all(more < 0 for more in raised)
    except NoGrading:
        return False
