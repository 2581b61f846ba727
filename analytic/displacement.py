"""Which losses have amplitudes at leading order, and a displaced loss as one that has.

Amplitudes need jumps which lower the number of quanta: after any other one the state is mixed
already at leading order.  A loss with a displacement, ``L = L0 + c``, can be written without it,
since the Lindblad equation does not change under

    L0 + c -> L0,    H -> H + (i/2) rate (c* L0 - c L0')

(H.-P. Breuer and F. Petruccione, The Theory of Open Quantum Systems, eq. (3.72)).  So a loss
``a + beta drive``, light that interferes with the drive before it is lost, is the loss ``a`` with
another drive.  Only this form has amplitudes at leading order: between jumps of ``L0 + c`` itself
the state is another one, and its jumps feed it at the same order.
"""

import sympy as sp
from sympy.physics.quantum import Dagger

from analytic.reach import other_roads
from systems import Loss, Model
from systems.ladder import Ladder, Word, adjoint, express, label, multiply, show


def without_displacement(model: Model) -> Model:
    """The same Lindblad equation with losses that hold no number; the model itself if none does.

    Also the model itself where the displacement does not vanish with the drive: there is then no
    series around the vacuum.

    >>> from systems import Loss, Model, kerr
    >>> loss = Loss(kerr.gamma, kerr.a + 2 * kerr.xi / kerr.gamma)
    >>> model = Model("in transmission", kerr.MODEL.hamiltonian, (loss,), kerr.xi)
    >>> without_displacement(model).losses[0].operator
    a
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


def check_lowering(model: Model) -> None:
    """Raise `ValueError` unless every jump lowers the number of quanta, and by one amount.

    Other jumps (dephasing, thermal excitation, a field displaced by what is not weak) feed states
    at the same order of the drive as their amplitudes, so that a pure state is wrong at leading
    order.

    >>> from systems import kerr
    >>> check_lowering(kerr.MODEL)
    """
    if found := model.not_lowering():
        loss, word = found
        roads = other_roads(model) + _weak(model, loss, model.jumps[model.losses.index(loss)])
        raise ValueError(
            f"Loss `{loss.rate}` of `{show(loss.operator)}` must lower the number of "
            f"quanta, but its term `{express(word, model.modes)}` does not: amplitudes of "
            f"H_eff are then wrong at leading order; use {roads}."
        )
    for loss, jump in zip(model.losses, model.jumps, strict=True):
        _check_damping(model, loss, jump)


def _weak(model: Model, loss: Loss, jump: Ladder) -> str:
    """What an excitation at a rate that may be small is to be told."""
    rate = loss.rate.free_symbols
    raising = all(model.grading.raises(word) > 0 for word in jump)
    if not raising or not rate or rate & model.small.keys():
        return ""
    names = ", ".join(sorted(map(str, rate)))
    return (
        f"; where one of {names} is small, name it among the `orders` of the Model, as "
        "{n_th: 2} for thermal photons"
    )


def _check_damping(model: Model, loss: Loss, jump: Ladder) -> None:
    """Raise `ValueError` for a loss of modes together that count different numbers of quanta.

    Its ``L'L`` turns a quantum of one into a quantum of the other without any drive.
    """
    grading = model.grading
    for word, coefficient in multiply(adjoint(jump), jump, model.modes).items():
        for order in model.by_order(sp.expand(loss.rate * coefficient)):
            if grading.raises(word) > order * grading.unit:
                counts = zip(map(label, model.modes), grading.weights, strict=True)
                words = ", ".join(f"{weight} of `{name}`" for name, weight in counts)
                raise ValueError(
                    f"Loss `{loss.rate}` of `{show(loss.operator)}` must lower the number of "
                    f"quanta by one amount, but a quantum counts {words}, as the drive reaches "
                    f"them: use {other_roads(model)}."
                )
