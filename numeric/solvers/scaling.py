"""How fast the density matrix falls with the number of quanta: the scale of its elements.

A weak drive makes rho_ij of the order s^(g_i + g_j), with g the grade of a state (its quanta)
and s << 1 the amplitude of one quantum.  Dividing it out, sigma_ij = rho_ij/s^(g_i + g_j),
leaves a matrix whose elements are all of order one and an equation

    L~_(ij)(kl) = L_(ij)(kl) s^(g_k + g_l - g_i - g_j)

that is well conditioned at any drive.  The result does not depend on s: it is exact for every s.
"""

import numpy as np

from systems import Model
from systems.grading import LIMIT, NoGrading
from systems.ladder import Word
from systems.values import Arrays, evaluate


def weights(model: Model) -> np.ndarray:
    """Grade of one quantum in each mode; plain quanta where the model has no grading."""
    try:
        grading = model.grading
    except NoGrading:
        return np.ones(len(model.modes), dtype=int)
    # a mode that nothing drives has an arbitrary, large weight; it may still be thermal
    return np.array([w if w < LIMIT * grading.unit else grading.unit for w in grading.weights])


def scale(model: Model, arrays: Arrays) -> np.ndarray:
    """The amplitude s of one grade, between 0 and 1, dimensionless.

    Every process that raises the grade by g at a rate r, against a loss kappa, populates it
    with an amplitude of about (r/kappa)^(1/g); s is the largest of these, and 1 where
    nothing raises the grade, nothing is lost, or the drive is strong.
    """
    w, loss = weights(model), loss_scale(model, arrays)
    with np.errstate(divide="ignore", invalid="ignore"):
        estimates = [(rate / loss) ** (1 / raised) for raised, rate in _raising(model, w, arrays)]
    s = np.max([np.zeros_like(loss), *estimates], axis=0)
    return np.where((s > 0) & (s < 1), s, 1.0)


def loss_scale(model: Model, arrays: Arrays) -> np.ndarray:
    """The largest rate at which a quantum is lost; 0 where nothing is lost."""
    w, total = weights(model), np.zeros(next(iter(arrays.values())).shape)
    for loss, jump in zip(model.losses, model.jumps, strict=True):
        for word, x in jump.items():
            if _raised(word, w) < 0:
                total = np.maximum(total, abs(evaluate(loss.rate * x * x, arrays)))
    return total


def _raised(word: Word, w: np.ndarray) -> int:
    return int(w @ (np.array(word[0]) - np.array(word[1])))


def _raising(model: Model, w: np.ndarray, arrays: Arrays) -> list[tuple[int, np.ndarray]]:
    found = [
        (_raised(word, w), abs(evaluate(coefficient, arrays)))
        for word, coefficient in model.ladder.items()
    ]
    for loss, jump in zip(model.losses, model.jumps, strict=True):
        for word, x in jump.items():
            # a jump raises both sides of the density matrix
            found.append((2 * _raised(word, w), abs(evaluate(loss.rate * x * x, arrays))))
    return [(raised, rate) for raised, rate in found if raised > 0]
