"""Errors of a model that keeps only a few excitations of its emitters.

`systems.Emitters` with ``excited=2`` has no state with three excited emitters.  States of up to two
quanta are whole, however these are shared between emitters and light, and so is what follows from
them alone; any state with more is a guess, because the light in it would have gone on to the
emitters.  So a moment may be wrong by what such states hold of it, and by what their jumps feed.

    moment of order k:   sum_(n > kept) P_n n (n - 1) ... (n - k + 1),
    probability:         sum_(n > kept) P_n,
    mean of an operator: its norm times sqrt(P_(n > kept) P_(n >= kept)), as of a coherence.

With two excitations kept and P_3 = 1e-6, <n> may be wrong by about 3e-6, its <n (n - 1)> by 6e-6.
These tell orders of magnitude, and `MARGIN` times as much is taken.

A bosonic mode that stands for many emitters (``collective`` of a `Model`) is right in its
amplitudes up to two quanta, and wrong in the jumps out of its second excitation: these feed states
of one quantum less.  So of its states with two or more excitations those are guessed that have more
quanta than a number needs, two at most.

Where a number is no moment of the steady state (g2 at a delay, a spectrum, photons of a pulse), it
is computed again without states of more quanta than are whole, and what that changes is taken.
"""

from math import prod

import numpy as np

from numeric.lindblad.scaling import weights
from numeric.solvers.solution import Solution
from numeric.trust.tail import falling_factorials
from systems import Model
from systems.levels import LevelOp

# Of three and four emitters, one to three of which were kept excited, at drives of 0.01 to 0.3 of
# the loss, on resonance and off it, true errors were between a hundredth and five times the sums
MARGIN = 5.0


def quanta_kept(model: Model) -> int | None:
    """How many quanta a model holds wholly, or None where its emitters have all their states.

    >>> from systems.library import tavis_cummings
    >>> quanta_kept(tavis_cummings.MODEL) is None
    True
    """
    return min((m.kept for m in model.modes if isinstance(m, LevelOp) and m.kept), default=None)


def is_whole(model: Model) -> bool:
    """Whether no state of a model is a guess.

    >>> from dataclasses import replace
    >>> from systems.library import many_emitters, tavis_cummings
    >>> is_whole(tavis_cummings.MODEL), is_whole(replace(many_emitters.MODEL, collective="b"))
    (True, False)
    """
    return quanta_kept(model) is None and model.collective is None


def check_jumps(model: Model, what: str) -> None:
    """Raise `ValueError` where ``what`` follows jumps that a collective mode does not have.

    >>> from systems.library import kerr
    >>> check_jumps(kerr.MODEL, "a spectrum")
    """
    if model.collective is not None:
        raise ValueError(
            f"Argument `model` must have each emitter's jumps for {what}, but its mode "
            f"`{model.collective}` stands for many emitters: write them down one by one or as "
            "systems.Emitters."
        )


def narrowed(model: Model) -> int | None:
    """How many quanta are left where no state is a guess, or None where all are right.

    >>> from dataclasses import replace
    >>> from systems.library import many_emitters
    >>> narrowed(replace(many_emitters.MODEL, collective="b"))
    2
    """
    return 2 if model.collective is not None else quanta_kept(model)


def guessed(model: Model, found: Solution, order: int = 0, quanta: int = 0) -> np.ndarray:
    """Upper estimate of how much of a moment sits in states the model cannot represent, per point.

    For ``order=0`` it is that much of the total probability, or of that of some ``quanta``.

    >>> from systems.library import tavis_cummings
    >>> from numeric import steady_state
    >>> state = steady_state(tavis_cummings.MODEL, tavis_cummings.VALUES, quanta=3)
    >>> guessed(tavis_cummings.MODEL, state.blocks[0], order=2)  # both emitters are there
    array([0.])
    """
    if is_whole(model):
        return np.zeros(len(found.points))
    n = _quanta(model, found)
    ways = prod((n - i for i in range(order)), start=np.ones_like(n))
    there = np.where(_suspects(model, found, max(order, quanta)), ways, 0.0)
    return MARGIN * np.asarray(np.maximum(found.populations, 0.0) @ there)


def coherence(model: Model, found: Solution) -> np.ndarray:
    """sqrt(P_(n > kept) P_(n >= kept)) per point, zero where the model is whole.

    >>> from systems.library import kerr
    >>> from numeric import steady_state
    >>> coherence(kerr.MODEL, steady_state(kerr.MODEL, kerr.VALUES, quanta=3).blocks[0])
    array([0.])
    """
    if is_whole(model):
        return np.zeros(len(found.points))
    n, p = _quanta(model, found), np.maximum(found.populations, 0.0)
    kept = min(n for n in (quanta_kept(model), 1 if model.collective else None) if n)
    return MARGIN * np.asarray(np.sqrt((p @ _suspects(model, found, 1)) * (p @ (n >= kept))))


def missed(model: Model, found: Solution, modes: tuple[int, ...], normalised: bool) -> np.ndarray:
    """Relative error of a moment of some modes, or of a correlation, by what is guessed.

    >>> from systems.library import kerr
    >>> from numeric import steady_state
    >>> state = steady_state(kerr.MODEL, kerr.VALUES, quanta=3)
    >>> missed(kerr.MODEL, state.blocks[0], (0, 0), normalised=True)
    array([0.])
    """
    if is_whole(model):
        return np.zeros(len(found.points))
    parts = [modes, *((mode,) for mode in modes if normalised)]
    with np.errstate(divide="ignore", invalid="ignore"):
        moments = (found.populations @ falling_factorials(found.space, part) for part in parts)
        shares = [guessed(model, found, len(part)) / abs(moment)
                  for part, moment in zip(parts, moments, strict=True)]  # fmt: skip
    return np.asarray(np.nan_to_num(np.sum(shares, axis=0), nan=0.0, posinf=np.inf))


def _suspects(model: Model, found: Solution, needed: int) -> np.ndarray:
    """Which states are guesses, for a number that needs so many quanta."""
    most, n = quanta_kept(model), _quanta(model, found)
    beyond = np.zeros(len(n), dtype=bool) if most is None else n > most
    if model.collective is not None:
        excited = found.space.occupations[:, model.index(model.collective)]
        beyond |= (excited > 1) & (n > min(max(needed, 1), 2))
    return beyond


def _quanta(model: Model, found: Solution) -> np.ndarray:
    """Quanta of every state, an excited emitter and a photon one each."""
    w = weights(model)
    return np.asarray(found.space.occupations @ (w / np.min(w[w > 0])))
