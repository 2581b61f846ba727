"""The ways from the vacuum to an occupation, and whether a cut holds all states on them.

Populations fall with the quanta, but a few quanta of one mode may be made of many of another: a
second harmonic of four quanta comes from eight of the mode that makes it.  A cut without these is
wrong at leading order, however little lies beyond it.
"""

from functools import lru_cache

import numpy as np

from numeric.lindblad.scaling import weights
from numeric.lindblad.space import Cut, limits
from systems import Model
from systems.grading import NoGrading
from systems.ladder import is_two_level


def paths_held(model: Model, occupations: np.ndarray, cut: Cut, beyond: int = 0) -> np.ndarray:
    """Whether a cut holds all states on the ways to these occupations, at leading order.

    ``occupations`` has the shape (states, modes), the result (states,).  On the way are states
    of the same grade at most: four quanta of a second harmonic take eight of the mode that makes
    them, and a truncation of six gives them wrong, however fast populations fall.  Each order
    ``beyond`` the leading one, a factor of the drive squared, takes the states of one more order.

    >>> from systems.library import second_harmonic
    >>> four = np.array([[0, 4], [4, 0]])  # of the harmonic, or of the mode that makes it
    >>> [paths_held(second_harmonic.MODEL, four, cut).tolist() for cut in (6, 8, (8, 3))]
    [[False, True], [True, True], [False, True]]
    """
    w = weights(model)
    grade = occupations @ w + beyond * _unit(model)
    # what each mode alone counts at a side, at that grade
    most = [
        np.max(grade[:, None] * np.array(side.weights) // np.maximum(w, 1), axis=1) <= side.limit
        for side in limits(model.modes, cut)
    ]
    return np.asarray(np.all(most, axis=0))


def on_the_way(model: Model, order: int) -> int:
    """Most quanta on the ways to ``order`` quanta of any mode, with the first correction to them.

    See `paths_held`.

    >>> from systems.library import kerr, second_harmonic
    >>> on_the_way(kerr.MODEL, 4), on_the_way(second_harmonic.MODEL, 4)
    (5, 9)
    """
    return int((_grade(model, order) + _unit(model)) // max(min(weights(model)), 1))


def tops_on_the_way(model: Model, order: int) -> np.ndarray:
    """Quanta of each mode on the ways to ``order`` quanta of any mode, (modes,).

    Those to a harmonic are counted with the first correction to them; where every quantum is of
    one grade, the fall of populations tells more.

    >>> from systems.library import kerr_dimer, second_harmonic
    >>> tops_on_the_way(second_harmonic.MODEL, 4), tops_on_the_way(kerr_dimer.MODEL, 4)
    (array([9, 4]), array([4, 4]))
    """
    grade = _grade(model, order)
    more = _unit(model) if grade > order else 0
    return np.asarray((grade + more) // np.maximum(weights(model), 1))


def _grade(model: Model, order: int) -> int:
    """The highest grade of ``order`` quanta of a mode."""
    most = [1 if is_two_level(mode) else order for mode in model.modes]
    return int(max(most * weights(model)))


@lru_cache(maxsize=64)
def _unit(model: Model) -> int:
    """By how much one order of the drive raises the grade."""
    try:
        return model.driven_grading.unit
    except NoGrading:
        return 1
