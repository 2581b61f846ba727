"""What a model cannot show that keeps only some excitations of its emitters.

`systems.Emitters` with ``excited=2`` has no state with three excited emitters.  States of up to two
quanta are whole, however these are shared between emitters and light, and so is what follows from
them alone; any state with more is a guess, because the light in it would have gone on to the
emitters.  So a moment may be wrong by what such states hold of it, and by what their jumps feed.

    moment of order k:   sum_(n > kept) P_n n (n - 1) ... (n - k + 1),
    probability:         sum_(n > kept) P_n,
    mean of an operator: its norm times sqrt(P_(n > kept) P_(n >= kept)), as of a coherence.

These tell orders of magnitude, and `MARGIN` times as much is taken.
"""

from math import prod

import numpy as np

from numeric.scaling import weights
from numeric.solvers.solution import Solution
from numeric.tail import weights as falling
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


def guessed(model: Model, found: Solution, order: int = 0) -> np.ndarray:
    """What states beyond `quanta_kept` hold of a moment of some order, or in all, per point.

    >>> from systems.library import tavis_cummings
    >>> from numeric import steady_state
    >>> state = steady_state(tavis_cummings.MODEL, tavis_cummings.VALUES, quanta=3)
    >>> guessed(tavis_cummings.MODEL, state.blocks[0], order=2)  # both emitters are there
    array([0.])
    """
    most = quanta_kept(model)
    if most is None:
        return np.zeros(len(found.points))
    n = _quanta(model, found)
    ways = prod((n - i for i in range(order)), start=np.ones_like(n))
    return MARGIN * np.asarray(np.maximum(found.populations, 0.0) @ np.where(n > most, ways, 0.0))


def coherence(model: Model, found: Solution) -> np.ndarray:
    """sqrt(P_(n > kept) P_(n >= kept)) per point, zero where the model is whole.

    >>> from systems.library import kerr
    >>> from numeric import steady_state
    >>> coherence(kerr.MODEL, steady_state(kerr.MODEL, kerr.VALUES, quanta=3).blocks[0])
    array([0.])
    """
    most, p = quanta_kept(model), np.maximum(found.populations, 0.0)
    if most is None:
        return np.zeros(len(found.points))
    n = _quanta(model, found)
    return MARGIN * np.asarray(np.sqrt((p @ (n > most)) * (p @ (n >= most))))


def share(model: Model, found: Solution, modes: tuple[int, ...], normalised: bool) -> np.ndarray:
    """Relative error of a moment of some modes, or of a correlation, by what is guessed.

    >>> from systems.library import kerr
    >>> from numeric import steady_state
    >>> state = steady_state(kerr.MODEL, kerr.VALUES, quanta=3)
    >>> share(kerr.MODEL, state.blocks[0], (0, 0), normalised=True)
    array([0.])
    """
    if quanta_kept(model) is None:
        return np.zeros(len(found.points))
    parts = [modes, *((mode,) for mode in modes if normalised)]
    with np.errstate(divide="ignore", invalid="ignore"):
        moments = (found.populations @ falling(found.space, part) for part in parts)
        shares = [guessed(model, found, len(part)) / abs(moment)
                  for part, moment in zip(parts, moments, strict=True)]  # fmt: skip
    return np.asarray(np.nan_to_num(np.sum(shares, axis=0), nan=0.0, posinf=np.inf))


def _quanta(model: Model, found: Solution) -> np.ndarray:
    """Quanta of every state, an excited emitter and a photon one each."""
    w = weights(model)
    return np.asarray(found.space.occupations @ (w / np.min(w)))
