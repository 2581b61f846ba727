"""What a bath alone makes of modes that hold quanta of their own, such as the phonons of a mirror.

A bath that takes quanta out of a mode at the rate down n and puts some in at the rate up (n + 1)
leaves populations that fall by x = up/down a quantum, exactly: P(q) = (1 - x) x^q.  What a shell of
such light contributes to <b'^k b^k> is a negative binomial law, whose tail beyond T quanta is the
incomplete beta function

    I_x(T - k + 1, k + 1)

(M. Abramowitz and I. A. Stegun, "Handbook of Mathematical Functions", Eq. 26.5.26).  It tells the
quanta that a truncation has to hold before anything is solved.  Light that pushes the mode changes
that little where it is weak; what it does change the last shells tell
(`numeric.search.projection`).
"""

from functools import partial

import numpy as np
from scipy.special import betainc

from systems import Model
from systems.ladder import is_two_level
from systems.ungraded import partial_weights
from systems.values import Arrays, evaluate

FAR = 2**20  # quanta: what needs as many needs too many


def fall_of_baths(model: Model, arrays: Arrays) -> np.ndarray:
    """By which factor per quantum the populations of each mode fall in its bath, (points, modes).

    For arrays of one dimension.  Zero of modes that no bath fills, of those whose quanta the drive
    orders, and of atoms; one where a bath puts in more than it takes.  Of a loss that does both at
    once, as in a squeezed bath, quanta come in pairs, and the factor is that of one of them.

    >>> from systems.library import optomechanics
    >>> arrays = {n: np.array([x]) for n, x in {**optomechanics.VALUES, "n_th": 4.0}.items()}
    >>> fall_of_baths(optomechanics.WARM, arrays)  # of the photons and of the phonons
    array([[0. , 0.8]])
    """
    count, weights = len(next(iter(arrays.values()))), partial_weights(model)
    falls = np.zeros((count, len(model.modes)))
    for i, mode in enumerate(model.modes):
        if weights and weights[i] == 0 and not is_two_level(mode):
            falls[:, i] = _fall(model, arrays, i)
    return falls


def _fall(model: Model, arrays: Arrays, mode: int) -> np.ndarray:
    """Up over down of one mode, (points,), or the root of it where quanta come in pairs."""
    one, none = (
        tuple(int(there and i == mode) for i in range(len(model.modes))) for there in (1, 0)
    )
    up, down = np.zeros((2, len(next(iter(arrays.values())))))
    both = False
    for loss, jump in zip(model.losses, model.jumps, strict=True):
        raising, lowering = jump.get((one, none), 0), jump.get((none, one), 0)
        size = partial(evaluate, arrays=arrays)
        up = up + abs(size(loss.rate * raising * raising))
        down = down + abs(size(loss.rate * lowering * lowering))
        both |= raising != 0 and lowering != 0
    with np.errstate(divide="ignore", invalid="ignore"):
        x = np.clip(np.nan_to_num(np.asarray(up / down, dtype=float), nan=0.0), 0.0, 1.0)
    return np.sqrt(x) if both else x


def held(falls: np.ndarray, order: int, tolerance: float) -> np.ndarray:
    """Quanta that hold n ... g^(order) of light in such baths up to ``tolerance``, relative.

    ``falls`` are the factors of `fall_of_baths`, the result has their shape; 0 where there is no
    bath, and `FAR` at most.

    >>> held(np.array([0.0, 0.5, 0.9]), order=2, tolerance=1e-8)
    array([  0,  35, 230])
    """
    if not np.any(falls > 0):
        return np.zeros(falls.shape, dtype=int)
    enough, few = np.full(falls.shape, FAR), np.full(falls.shape, order - 1)
    while np.any(enough - few > 1):  # halved until they are neighbours
        middle = (enough + few) // 2
        good = betainc(middle - order + 1, order + 1, falls) <= tolerance
        enough, few = np.where(good, middle, enough), np.where(good, few, middle)
    return np.where(falls > 0, enough, 0)
