"""How much memory one steady state may take, as a number of unknowns.

A density matrix of N states has N^2 unknowns.  What a solver holds of each differs by a factor of
ten, so the most that fit differ by model and by solver.  Seconds never decide: a machine that is
slower gives the same answer.
"""

from functools import lru_cache

import numpy as np

from systems import Model
from systems.grading import NoGrading, change_of
from systems.ladder import leaves_one
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
# The same of two modes, or of one beside an atom, whose quanta change by jumps alone: few of the
# unknowns are not zero (`numeric.lindblad.sector`).  861 states take 7 s and 1.5 GB
LARGEST_CHARGED = 810_000


def largest(model: Model, solver: str = "auto") -> int:
    """Most unknowns of one steady state of a model by this solver.

    >>> from systems.library import kerr, kerr_ring, optomechanics
    >>> [largest(one.MODEL) for one in (kerr, optomechanics, kerr_ring)]
    [300000, 810000, 4010000]
    """
    if partial_weights(model):
        return LARGEST_IN_PARTS
    if solver in ("auto", "direct") and keeps_a_charge(model):
        return LARGEST_CHARGED
    return LARGEST_SWEPT if solver == "auto" and _is_swept(model) else LARGEST


@lru_cache(maxsize=256)
def keeps_a_charge(model: Model) -> bool:
    """Whether H keeps a sum of the quanta of two modes, or one, that each jump changes by a number.

    Each mode has to have a jump of its own, so that all that this keeps apart from the populations
    is zero.

    >>> from sympy.physics.quantum import Dagger
    >>> from sympy.physics.quantum.boson import BosonOp
    >>> from systems import Loss
    >>> a, b = BosonOp("a"), BosonOp("b")
    >>> losses = Loss(1, a), Loss(2, b), Loss(3, Dagger(b))
    >>> swaps, drive = a * Dagger(b) + b * Dagger(a), b + Dagger(b)
    >>> [keeps_a_charge(Model("pumped", H, losses)) for H in (swaps, swaps + drive)]
    [True, False]
    """
    steps = [change_of(word) for word in model.ladder]
    for jump in model.jumps:
        first, *others = map(np.array, map(change_of, jump))
        steps += [(other - first).tolist() for other in others]
    ones = [model.occupation(mode) for mode in model.modes]
    alone = (next(iter(jump)) for jump in model.jumps if len(jump) == 1)
    if len(ones) > 2 or not leaves_one(alone, ones):
        return False
    return bool(np.linalg.matrix_rank([[0] * len(ones), *steps]) < len(ones))


@lru_cache(maxsize=256)
def _is_swept(model: Model) -> bool:
    """Whether sweeps over wide grades serve a model, whatever the cut."""
    try:
        raised = map(model.driven_grading.raises, model.jump_orders())
        return len(model.modes) > 2 and all(more < 0 for more in raised)
    except NoGrading:
        return False
