"""Losses with a displacement, ``L = L0 + c``, written without it.

The Lindblad equation does not change under

    L0 + c -> L0,    H -> H + (i/2) rate (c* L0 - c L0'),

so that a loss ``a + beta drive`` (light that interferes with the drive before it is lost) is the
loss ``a`` with another drive.  Only this form has amplitudes at leading order: between jumps of
``L0 + c`` itself the state is another one, and its jumps feed it at the same order.
H.-P. Breuer and F. Petruccione, The Theory of Open Quantum Systems, eq. (3.72).
"""

import sympy as sp
from sympy.physics.quantum import Dagger

from systems import Loss, Model
from systems.ladder import Word, label


def without_displacement(model: Model) -> Model:
    """The same Lindblad equation with losses that hold no number; the model itself if none does.

    Also the model itself where the displacement does not vanish with the drive: there is then no
    series around the vacuum.
    """
    vacuum: Word = ((0,) * len(model.modes),) * 2
    if not any(vacuum in jump and len(jump) > 1 for jump in model.jumps):
        return model
    hamiltonian, losses = model.hamiltonian, []
    for loss, jump in zip(model.losses, model.jumps, strict=True):
        c = jump.get(vacuum, sp.S.Zero)
        L = sp.expand(loss.operator - c)
        hamiltonian += sp.I / 2 * loss.rate * (sp.conjugate(c) * L - c * Dagger(L))
        losses.append(Loss(loss.rate, L) if c != 0 else loss)
    weights = {label(m): w for m, w in zip(model.modes, model.grading.weights, strict=True)}
    try:
        other = Model(model.name, hamiltonian, tuple(losses), model.drive, model.orders, weights)
        return other if other.grading == model.grading else model
    except ValueError:  # a rate that is not known to be real, a drive that brings another grading
        return model
