"""Modes that nothing fills: they hold exactly no quantum, where arithmetic leaves 1e-56 of one.

A term a'^p a^q of H_eff or of a jump brings the first quantum into a mode if it creates one there
and destroys none; it acts once every mode in which it destroys some has quanta.  What the vacuum
does not reach in this way stays empty for ever, and a steady state that is the only one is where
the vacuum ends.  Which terms are there is a matter of values: a coupling of zero couples nothing.
"""

from itertools import compress

import numpy as np

from numeric.lindblad.space import Space
from numeric.solvers.solution import Solution
from systems import Model
from systems.arithmetic import evaluate, evaluate_sum
from systems.ladder import Word, filled_modes
from systems.values import Arrays

Term = tuple[Word, np.ndarray]  # a word, and where it has a coefficient that is not zero


def emptied(rho: np.ndarray, found: Solution) -> np.ndarray:
    """Density matrices without elements of states that are known to be empty.

    ``rho`` has the shape (points, states, states), for the points of ``found``.

    >>> from numeric.lindblad.space import Space
    >>> from sympy.physics.quantum.boson import BosonOp
    >>> on, rho = Space([BosonOp("a")], 1), np.array([[1.0, 1e-30], [1e-30, 0.0]]) + 0j
    >>> found = Solution.of(on, rho, np.array([1e-16, 0.0]), 0.0, "ok", "by hand")
    >>> emptied(found.rho, found)[0].real
    array([[1., 0.],
           [0., 0.]])
    """
    full = ~((found.populations == 0) & (found.error == 0))
    return np.where(full[:, :, None] & full[:, None, :], rho, 0)


def reached(model: Model, arrays: Arrays) -> np.ndarray:
    """Which modes can have a quantum, shape (points, modes), for arrays of one dimension.

    >>> from systems.library import kerr_dimer
    >>> values = {**kerr_dimer.VALUES, "J": [0.0, 1.0], "F": [0.1, 0.1]}
    >>> from systems.values import read_values
    >>> reached(kerr_dimer.MODEL, read_values(kerr_dimer.MODEL, values)).tolist()
    [[True, False], [True, True]]
    """
    words, present = zip(*_terms(model, arrays), strict=True)
    acts = np.broadcast_arrays(next(iter(arrays.values())), *present)[1:]
    # one search for all points at which the same terms are there
    patterns, which = np.unique(acts, axis=1, return_inverse=True)
    filled = [filled_modes(compress(words, pattern)) for pattern in patterns.T]
    modes = range(len(model.modes))
    return np.array([[mode in some for mode in modes] for some in filled])[np.ravel(which)]


def empty_states(model: Model, arrays: Arrays, on: Space) -> np.ndarray:
    """Which states hold quanta of a mode that cannot have any, shape (points, states).

    >>> from numeric.lindblad.space import space
    >>> from systems.library import kerr_dimer
    >>> apart = {name: np.array([x]) for name, x in (kerr_dimer.VALUES | {"J": 0.0}).items()}
    >>> on = space(kerr_dimer.MODEL.modes, 1)  # states 00, 01, 10
    >>> empty_states(kerr_dimer.MODEL, apart, on).tolist()
    [[False, True, False]]
    """
    return np.asarray(~reached(model, arrays) @ (on.occupations > 0).T)


def _terms(model: Model, arrays: Arrays) -> list[Term]:
    """The words of H_eff and of the jumps."""
    terms = [(word, evaluate_sum(x, arrays) != 0) for word, x in model.effective_ladder.items()]
    for loss, jump in zip(model.losses, model.jumps, strict=True):
        lossy = evaluate(loss.rate, arrays) != 0
        terms += [(word, lossy & (evaluate_sum(x, arrays) != 0)) for word, x in jump.items()]
    return terms
