"""What lies beyond the cut, read off the populations of the last shells.

S_q is the population of all states with q quanta.  Near the cut it falls by a factor g per
quantum, which the last four shells tell (four, because pairs fill every other one).  The first
shell that is missing would hold about

    S_(Q+1) = max(S_Q g, S_(Q-1) g^2),

the ones beyond it a geometric series.  They are missing from a moment themselves (`missing`), and
they would have fed the shells below by quantum jumps, which matters where interference empties
those (`supply`: an upper estimate, as if every quantum fell into the least favourable state).
"""

import numpy as np

from numeric.batch import Block
from numeric.operators import Space, count_states

FLAT = 1 - 1e-6  # a series that does not fall faster than this has no sum to speak of


def weights(space: Space, modes: tuple[int, ...]) -> np.ndarray:
    """Diagonal of a_i' a_j' ... a_j a_i for every state; ones without modes."""
    powers = [space.falling(mode, modes.count(mode)) for mode in sorted(set(modes))]
    return np.asarray(np.prod([np.ones(space.size), *powers], axis=0))


def shells(block: Block, weight: np.ndarray | float = 1.0) -> np.ndarray:
    """What each shell contributes to the mean of a diagonal, shape (points, quanta + 1)."""
    of = block.space.occupations.sum(axis=1)[:, None] == np.arange(block.space.quanta + 1)
    return np.maximum(block.populations * weight, 0.0) @ of


def fall(population: np.ndarray) -> np.ndarray:
    """By which factor the populations of the last four shells fall per quantum."""
    padded = np.pad(population, ((0, 0), (max(0, 4 - population.shape[1]), 0)))
    outer, inner = padded[:, -2:], padded[:, -4:-2]
    steps = 2 + np.argmax(outer, axis=1) - np.argmax(inner, axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.max(outer, axis=1) / np.max(inner, axis=1)
    return np.asarray(np.nan_to_num(ratio, nan=0.0, posinf=np.inf) ** (1 / steps))


def _more(space: Space) -> bool:
    """Whether there is anything beyond the cut: two atoms hold no third quantum."""
    return count_states(space.modes, space.quanta + 1) > space.size


def missing(block: Block, modes: tuple[int, ...]) -> np.ndarray:
    """What the shells beyond the cut hold of <a_i' a_j' ... a_j a_i>, per point."""
    top, g = block.space.quanta, fall(shells(block)) * _more(block.space)
    g = np.minimum(g * (top + 1) / (top + 1 - min(len(modes), top)), FLAT)
    held = shells(block, weights(block.space, modes))
    return np.maximum(held[:, -1] * g, held[:, -2] * g**2) / (1 - g)


def supply(block: Block) -> np.ndarray:
    """Quanta in the shells beyond the cut, which jumps and the drive would hand on, per point."""
    top, population = block.space.quanta, shells(block)
    g = np.minimum(fall(population) * _more(block.space), FLAT)
    first = np.maximum(population[:, -1] * g, population[:, -2] * g**2)
    return np.asarray((top + 1) * first / (1 - g))


def fed(block: Block, modes: tuple[int, ...]) -> np.ndarray:
    """By how much <a_i' a_j' ... a_j a_i> may change at most through what lies beyond, per point."""
    top, largest = block.space.quanta, np.max(weights(block.space, modes))
    return supply(block) * largest * (top + 1) / (top + 1 - min(len(modes), top))
