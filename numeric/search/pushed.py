"""How many quanta others put into a mode that they push, before anything is solved.

Photons that push a mirror, g a'a (b + b'), shift its rest position by beta = g/omega each.  With k
of them the mirror swings around k beta, from the empty state at most to twice that; and P(q) of a
coherent state of amplitude alpha falls beyond its mean as exp(-2 (sqrt(q) - alpha)^2).  Each photon
more is rarer by a factor f, and so little of what it pushes has to be held.  What k photons show to
a tolerance t takes

    sqrt(Q) = max_j [SWING (k + j) beta + LEAST sqrt(ln(f^j/t)/2)]

phonons.  Photons that block each other are rare, f = (2 s)^4, where the drive is s of the loss: of
eight mirrors it told 2e-5 to 2e-3 where 3e-5 to 1e-3 came out.

What a cut of such a mode costs falls slowly with its phonons and swings, as a mirror that meets the
last of them turns there: from 60 to 62 phonons g4(b) moved by 2e-6 and was 2e-5 off (g = 1.2 omega,
five photons).  A cut is compared with one that has a share of them more (`steps`).
"""

from math import ceil, log

import numpy as np

from systems import Model
from systems.ladder import is_two_level
from systems.sides import Cut, limits
from systems.ungraded import partial_weights
from systems.values import Arrays, evaluate

# Of k beta, what a mirror is given.  To settle g4 of the light to 1e-8 took 1.5 to 1.8 for six
# mirrors with beta of 0.2 to 1.2; two is the turning point, where it seldom is
SWING = 1.7
# Of the deviations that coherent light takes: 5.5 miss a tolerance of 1e-8, as computed
LEAST = 0.9
MORE = 6  # quanta beyond k, of which it is asked what they push
FAR = 2**20  # phonons: what needs as many needs too many
# Of the phonons of a cut, how many others it is compared with has more: what is left falls to a
# third and less, where it falls by a tenth with each
SHARE, PAIR = 0.15, 2


def pushes(model: Model, arrays: Arrays) -> np.ndarray:
    """By how much one quantum of another mode shifts the amplitude of each mode, (points, modes).

    For arrays of one dimension.  Zero of modes whose quanta the drive orders, and of atoms; of
    several modes that push one the strongest counts.

    >>> from systems.library import optomechanics
    >>> arrays = {n: np.array([x]) for n, x in optomechanics.VALUES.items()}  # g/omega = 0.4
    >>> pushes(optomechanics.MODEL, arrays).round(6)
    array([[0. , 0.4]])
    """
    count, weights = len(next(iter(arrays.values()))), partial_weights(model)
    found = np.zeros((count, len(model.modes)))
    for i, mode in enumerate(model.modes):
        if weights and weights[i] == 0 and not is_two_level(mode):
            each = [_push(model, arrays, j, i) for j, w in enumerate(weights) if w]
            found[:, i] = np.max(each, axis=0)
    return found


def _push(model: Model, arrays: Arrays, of: int, mode: int) -> np.ndarray:
    """|g/(omega - i gamma/2)| of a'a (g* b + g b') and omega b'b, (points,)."""
    one, own, both = (
        tuple(int(j in some) for j in range(len(model.modes)))
        for some in ({of}, {mode}, {of, mode})
    )
    ladder = model.effective_ladder
    force, stiff = (
        abs(evaluate(ladder[word], arrays)) if word in ladder else 0.0
        for word in ((both, one), (own, own))
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        shift = np.nan_to_num(np.divide(force, stiff), nan=0.0, posinf=FAR)
    return np.broadcast_to(shift, len(next(iter(arrays.values()))))


def swung(shifts: np.ndarray, order: int, tolerance: float, s: np.ndarray) -> np.ndarray:
    """Quanta that hold what ``order`` quanta push by ``shifts`` each, (points, modes); 0 without.

    ``s`` is the scale of the drive, (points,).

    >>> swung(np.array([[0.0, 0.2, 0.7]]), order=4, tolerance=1e-8, s=np.array([0.05]))
    array([[ 0, 17, 63]])
    """
    held = np.zeros(np.shape(shifts))
    for more in range(MORE + 1):
        left = np.maximum(4 * more * np.log(np.minimum(2 * s, 1.0)) - log(tolerance), 0.0)
        spread = np.where(left > 0, LEAST * np.sqrt(left / 2), -np.inf)
        held = np.maximum(held, SWING * (order + more) * shifts + spread[:, None])
    return np.where(shifts > 0, np.minimum(np.ceil(held**2), FAR), 0).astype(int)


def steps(model: Model, arrays: Arrays, cut: Cut) -> list[int]:
    """By how many quanta another cut has to differ at each side, to tell what this one costs.

    Two, of pairs, or a share of those of a mode that others push at any point of flat ``arrays``.

    >>> from systems.library import optomechanics
    >>> arrays = {n: np.array([x]) for n, x in optomechanics.VALUES.items()}
    >>> steps(optomechanics.MODEL, arrays, (5, 60))
    [2, 9]
    """
    every = limits(model.modes, cut)
    pairs = zip(every, pushed_sides(model, arrays, cut, mixed=False), strict=True)
    return [max(PAIR, ceil(SHARE * side.top)) if own else PAIR for side, own in pairs]


def pushed_sides(model: Model, arrays: Arrays, cut: Cut, mixed: bool = True) -> list[bool]:
    """Which of the `limits` of a cut limit modes that others push, at any point.

    ``mixed``: also sides that count others together with these, as a cut by all quanta does.

    >>> from systems.library import optomechanics
    >>> arrays = {n: np.array([x]) for n, x in optomechanics.VALUES.items()}
    >>> pushed_sides(optomechanics.MODEL, arrays, (5, 60))
    [False, True]
    >>> [pushed_sides(optomechanics.MODEL, arrays, 9, mixed) for mixed in (True, False)]
    [[True], [False]]
    """
    pushed, few = np.any(pushes(model, arrays), axis=0), np.any if mixed else np.all
    counted = [np.array(side.weights) > 0 for side in limits(model.modes, cut)]
    return [bool(few(pushed[some])) for some in counted]
