"""Delayed correlations to leading order in the drive, in closed form.

A weak drive makes an amplitude of order drive^g in a state of grade g, and no jump happens
between two photons.  The first one leaves phi = a psi, normalised to phi_0 = 1, which evolves as

    i d phi/dtau = K phi,    g2(tau) = |phi_1(tau)/psi_1|^2,

with the terms of K that keep the grade or raise it by the order of the drive: a triangular
equation for the few amplitudes up to one photon.

H. J. Carmichael, R. J. Brecha and P. R. Rice, Opt. Commun. 82, 73 (1991).
"""

import numpy as np
from scipy.linalg import expm

from numeric.solvers.scaling import amplitudes, scale
from numeric.space import Space, space
from systems import Model
from systems.ladder import show
from systems.values import Arrays, Values, evaluate, read_values


def leading_correlation(model: Model, values: Values, mode: int, delays: np.ndarray) -> np.ndarray:
    """g2(tau) of the mode at this position, shape ``values' shape + delays' shape``.

    NaN where the mode is empty at leading order.  Raises `NoGrading` or `ValueError` for a
    model in which the leading order is no pure state.
    """
    check_pure(model)
    arrays, grading = read_values(model, values), model.grading
    on = space(model.modes, 2 * grading.weights[mode])
    shape, times = next(iter(arrays.values())).shape, delays.ravel()
    flat = {name: array.ravel() for name, array in arrays.items()}
    grades = np.array([grading.of(tuple(n)) for n in on.occupations])
    one = on.position(model.occupation(model.modes[mode]))
    needed = grades <= grades[one]
    a = on.lowering[mode].full()
    # scaled to amplitudes of order one, as in `numeric.solvers.scaling`: s drops out of the ratio
    s = scale(model, flat)[:, None, None] ** np.subtract.outer(-grades, -grades).astype(float)
    found = []
    for K in leading_effective(model, flat, on) * s:
        psi = amplitudes(K)
        with np.errstate(divide="ignore", invalid="ignore"):
            phi = (a @ psi / psi[one])[needed]
        evolved = expm(-1j * times[:, None, None] * K[np.ix_(needed, needed)]) @ phi
        found.append(abs(evolved[:, np.flatnonzero(needed) == one] / psi[one]).ravel() ** 2)
    return np.array(found).reshape((*shape, *delays.shape))


def leading_effective(model: Model, arrays: Arrays, on: Space) -> np.ndarray:
    """K to leading order, shape (points, states, states), for arrays of one dimension."""
    grading, none = model.grading, (0,) * len(model.modes)
    K = np.zeros((next(iter(arrays.values())).size, on.size, on.size), dtype=complex)
    for word, coefficient in model.effective_ladder.items():
        raised = grading.raises(word)
        if word == (none, none) or raised < 0 or raised % grading.unit:
            continue
        leading = model.by_order(coefficient).get(raised // grading.unit, 0)
        if leading != 0:
            K += evaluate(leading, arrays)[:, None, None] * on.word(word).toarray()
    return K


def check_pure(model: Model) -> None:
    """Raise unless every jump lowers the number of quanta."""
    grading = model.grading
    for loss, jump in zip(model.losses, model.jumps, strict=True):
        if any(grading.raises(word) >= 0 for word in jump):
            raise ValueError(
                "Argument `leading_order` must be False for this model: its jump "
                f"`{show(loss.operator)}` does not lower the number of quanta."
            )
