"""What surrounds a classical amplitude to first order, and how many states it takes to hold it.

Around a root of the classical equations H has no linear terms, and to second order in the ladder
operators (losses to first) the light is Gaussian: its covariances follow from linear equations
(`numeric.frames.gaussian`), as for the sidebands of a driven cavity (D. F. Walls and G. J. Milburn,
"Quantum Optics", the linearised analysis of optical bistability).  They tell how many quanta a
displaced frame takes before any is solved: light of a thousand quanta may need ten, or, squeezed
near a turning point, more than a cut that holds it all.
"""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import sympy as sp

from numeric.frames.covariances import Squeezing, transformation
from numeric.frames.gaussian import GaussianState, gaussian
from numeric.frames.shift import product_of, shift
from numeric.lindblad.space import count_states, wider
from systems import Loss, Model
from systems.ladder import Ladder, is_two_level
from systems.status import Status
from systems.values import Arrays

# A frame takes so many quanta times those at which linear squeezed light is 1e-9 of itself, and
# `LEAST`, at least: second harmonics of 16 and 13 such quanta settled at 25 and 23 (1.3, 1.5), of 1
# at 9, a dimer of 18, whose nonlinearity holds the tail back, at 26 (1.2); one of 24 not at 30
STEEPER = 1.1
LEAST = 4  # quanta that it takes to compare n and g2 with two more


@lru_cache(maxsize=32)
def linearised(model: Model) -> Model:
    """A displaced model with at most two ladder operators in a term of H, and one in a loss.

    >>> from systems.library import kerr
    >>> linear = linearised(shift(kerr.MODEL, (True,)).model)
    >>> sorted(max(map(sum, word)) for word in linear.ladder)  # b'b, b'^2 and b^2, and drives
    [1, 1, 1, 2, 2]
    """
    losses = [
        Loss(loss.rate, _short(model, jump, 1))
        for loss, jump in zip(model.losses, model.jumps, strict=True)
        if any(sum(map(sum, word)) == 1 for word in jump)
    ]
    return Model(f"{model.name}, linearised", _short(model, model.ladder, 2), tuple(losses))


def _short(model: Model, words: Ladder, most: int) -> sp.Expr:
    """The sum of the words of at most so many ladder operators."""
    return sp.Add(
        *(
            c * product_of(model.modes, p, q)
            for (p, q), c in words.items()
            if 0 < sum(p) + sum(q) <= most
        )
    )


def surrounding(model: Model, arrays: Arrays, alphas: np.ndarray) -> list[GaussianState]:
    """The linearised light around roots, ``alphas`` (points, modes), for arrays of one dimension.

    Its points count these roots; those whose covariances are not resolved are left out, and so are
    models with atoms, which are no linear light.

    >>> from numeric.search.classical import amplitudes
    >>> from systems.library import kerr
    >>> values = {"Delta": 0.0, "chi": 1e-4, "gamma": 1.0, "xi": 3.0}
    >>> arrays = {name: np.array([x]) for name, x in values.items()}
    >>> (light,) = surrounding(kerr.MODEL, arrays, amplitudes(kerr.MODEL, arrays)[0])
    >>> (mode,) = light.model.modes
    >>> bool(light.measured("number", mode).value[0] < 0.01)  # beside the 36 at the root
    True
    """
    if any(map(is_two_level, model.modes)) or model.collective is not None:
        return []
    around = shift(model, tuple(np.any(alphas != 0, axis=0).tolist()))
    linear, values = linearised(around.model), around.values(arrays, alphas)
    kept = {name: x for name, x in values.items() if name in map(str, linear.parameters)}
    return gaussian(linear, kept or values, np.arange(len(alphas)), 1e-8, 2)


def states_around(model: Model, arrays: Arrays, alphas: np.ndarray) -> np.ndarray:
    """How many states of b = a - alpha it takes at least for n and g2, (points,); NaN: not known.

    ``alphas`` (points, modes) are classical roots, or NaN.

    >>> from numeric.search.classical import amplitudes
    >>> from systems.library import kerr
    >>> values = {"Delta": 0.0, "chi": 1e-4, "gamma": 1.0, "xi": 3.0}
    >>> arrays = {name: np.array([x]) for name, x in values.items()}
    >>> states_around(kerr.MODEL, arrays, amplitudes(kerr.MODEL, arrays)[0])
    array([7.])
    """
    sizes = np.full(len(alphas), np.nan)
    (rows,) = np.nonzero(np.isfinite(alphas).all(axis=1))
    some = {name: array[rows] for name, array in arrays.items()}
    for light in surrounding(model, some, alphas[rows]) if rows.size else []:
        tops = np.array([light.filled(i) for i in range(len(model.modes))]).T
        sizes[rows[light.points]] = [_states(model, row) for row in tops.tolist()]
    return sizes


def _states(model: Model, tops: Sequence[int]) -> int:
    """States of the smallest cut, in all or mode by mode, for such quanta of linear light."""
    each = tuple(int(np.ceil(STEEPER * top)) + LEAST for top in tops)
    return min(count_states(model.modes, max(each)), count_states(model.modes, each))


def squeezings(model: Model, arrays: Arrays, alphas: np.ndarray) -> list[Squeezing]:
    """The frames around roots, ``alphas`` (points, modes), for arrays of one dimension.

    Roots that are not known (NaN), those whose fluctuations are not, and models with atoms have
    none.

    >>> from systems.library import jaynes_cummings
    >>> arrays = {name: np.array([x]) for name, x in jaynes_cummings.VALUES.items()}
    >>> squeezings(jaynes_cummings.MODEL, arrays, np.array([[2.0, 0.0]]))
    []
    """
    (rows,) = np.nonzero(np.isfinite(alphas).all(axis=1))
    if not rows.size:
        return []
    given = {name: array[rows] for name, array in arrays.items()}
    found = []
    for light in surrounding(model, given, alphas[rows]):
        count, (C, _) = len(model.modes), light.covariances()
        U, V, left = transformation(C[:, count:, :count], C[:, :count, :count])
        places = rows[light.points]
        good = (light.status == Status.OK) & np.isfinite(left).all(axis=1)
        if good.any():
            found.append(Squeezing(model, places, alphas[places], U, V, left).at(good))
    return found


def states_squeezed(model: Model, arrays: Arrays, alphas: np.ndarray) -> np.ndarray:
    """How many states a first look at c takes around roots (points, modes); NaN: not known.

    >>> from systems.library import kerr_dimer
    >>> values = {"Delta": 0.7, "J": 1.3, "gamma": 1.0, "U": 1e-3, "F": 20.0}
    >>> arrays = {name: np.array([x]) for name, x in values.items()}
    >>> from numeric.search.classical import amplitudes
    >>> root = amplitudes(kerr_dimer.MODEL, arrays)[0]
    >>> bool(states_squeezed(kerr_dimer.MODEL, arrays, root)[0] < 200)  # and 703 of b
    True
    """
    sizes = np.full(len(alphas), np.nan)
    for frame in squeezings(model, arrays, alphas):
        kept = [count_states(model.modes, wider(cut, 2)) for cut in frame.starts()]
        sizes[frame.points] = kept
    return sizes
