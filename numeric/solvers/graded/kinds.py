"""Which kind of sweep serves a model and a cut: everybody who wants to know asks here.

Both kinds go over the grades in the same way (`numeric.solvers.graded.sweeps`).  They differ in how
they solve the blocks: by compiled elimination, or, where grades hold many states, as Sylvester
equations.  No compiled code is loaded by asking.
"""

from enum import StrEnum
from functools import lru_cache

import numpy as np

from numeric.lindblad.space import Cut, decaying, space
from numeric.lindblad.stability import every_mode_is_lossy
from numeric.solvers.graded.equation import lowers
from systems import Model
from systems.grading import NoGrading

# States of one grade from which on the Sylvester equations are faster than an elimination, measured
# on a ring of three
WIDE = 10


class Kind(StrEnum):
    """How the blocks of a sweep are solved.

    >>> [str(kind) for kind in Kind]
    ['elimination', 'sylvester']
    """

    ELIMINATION = "elimination"  # compiled: `numeric.solvers.graded.sweeps`
    SYLVESTER = "sylvester"  # `numeric.solvers.graded.sylvester`


@lru_cache(maxsize=256)
def kind(model: Model, cut: Cut) -> Kind | None:
    """The kind of sweep that finds steady states of this model on this cut; None where none does.

    Sweeps divide by how fast states decay without a drive: each one by its own losses, as the
    elimination exchanges no pivots, or together with others of its grade where eigenvectors are
    taken.  The last shell of a lossless mode may have lost those others to the cut.

    >>> from dataclasses import replace
    >>> from systems.library import kerr_dimer, kerr_ring, optomechanics, second_harmonic
    >>> [str(kind(model, 4)) for model in (kerr_dimer.MODEL, kerr_ring.MODEL, optomechanics.MODEL)]
    ['elimination', 'sylvester', 'None']
    >>> lossless = replace(second_harmonic.MODEL, losses=second_harmonic.MODEL.losses[:1])
    >>> kind(lossless, 4) is None  # only the harmonic loses quanta
    True
    """
    try:
        way = needed_kind(model, cut)
    except NoGrading:
        return None
    return way if _settles(model, cut, way == Kind.SYLVESTER) else None


def needed_kind(model: Model, cut: Cut) -> Kind:
    """The same for who has no other solver: raises `NoGrading`, with the reason, instead of None.

    What does not decay is left to the sweeps, which report that they do not converge.

    >>> from systems.library import optomechanics
    >>> needed_kind(optomechanics.MODEL, 4)
    Traceback (most recent call last):
        ...
    systems.grading.NoGrading: Term `...` of the Hamiltonian must conserve the number of quanta ...
    """
    if reason := _ungraded(model):
        raise NoGrading(reason)
    return Kind.SYLVESTER if _is_wide(model, cut) else Kind.ELIMINATION


@lru_cache(maxsize=256)
def solves_together(model: Model, cut: Cut) -> bool:
    """Whether sweeps solve two modes and more as Sylvester equations, wide grades or not.

    They need no compiled code.  States without a loss of their own have to decay by way of others
    of their grade, as the level |s> of an atom does that a laser makes transparent.

    >>> from systems.library import kerr, kerr_dimer, n_scheme
    >>> [solves_together(one.MODEL, 4) for one in (kerr, kerr_dimer, n_scheme)]
    [False, True, True]
    >>> kind(n_scheme.MODEL, 4) is None  # nothing leaves |s> alone
    True
    """
    if len(model.modes) < 2 or _ungraded(model):
        return False
    return lowers(model) and _settles(model, cut, together=True)


def _is_wide(model: Model, cut: Cut) -> bool:
    """Whether three modes or more have a grade with at least `WIDE` states, and all jumps lower it.

    Two modes have few states in a grade, and often a basis in which nothing has to be eliminated.
    """
    if len(model.modes) < 3:
        return False
    grades = space(model.modes, cut).occupations @ np.array(model.driven_grading.weights)
    widest = np.max(np.unique(grades, return_counts=True)[1])
    return bool(widest >= WIDE and lowers(model))


@lru_cache(maxsize=256)
def _ungraded(model: Model) -> str:
    """Why the model has no grades that jumps leave or lower; nothing where it has.

    That there are none takes some tens of milliseconds to find out, each time.
    """
    try:
        lowers(model)
    except NoGrading as error:
        return str(error)
    return ""


def _settles(model: Model, cut: Cut, together: bool) -> bool:
    """Whether every state decays, alone or ``together`` with others of its grade."""
    if every_mode_is_lossy(model):
        return True
    hops = [word for word in model.effective_ladder if model.driven_grading.raises(word) == 0]
    on = space(model.modes, cut)
    return bool(decaying(on, hops if together else (), model.jumps).all())
