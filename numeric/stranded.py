"""States that the truncation alone leaves without a way to the vacuum.

A mode without a loss of its own may decay through a coupling that takes more quanta than are
allowed: with radiation pressure g a'a (b + b') the state |0, Q> of the last shell decays only by
way of |1, Q>, which is cut off.  Left in, such a state is a second steady state, or a trap, that
the untruncated equation does not have.  It is told from a state that is really dark by a larger
truncation, in which the way is open.
"""

from collections.abc import Iterable

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order

from numeric.space import Space, space
from systems import Model
from systems.ladder import Word

Words = Iterable[Word]


def stranded(model: Model, quanta: int, hops: Words, jumps: Iterable[Words]) -> np.ndarray:
    """Mask of the states that reach the vacuum with more quanta only, shape (states,).

    ``hops`` are the words of the Hamiltonian, ``jumps`` those of each loss, that do not vanish.
    """
    on, hops, steps = space(model.modes, quanta), list(hops), [list(words) for words in jumps]
    lost = ~_decaying(on, hops, steps)
    if not lost.any():
        return lost
    # a way out may raise the quanta once for every mode that it leads through
    raised = max((sum(p) - sum(q) for p, q in hops), default=0)
    wide = space(model.modes, quanta + max(raised, 0) * len(model.modes))
    where = [wide.position(tuple(n)) for n in on.occupations]
    return np.asarray(lost & _decaying(wide, hops, steps)[where])


def _decaying(on: Space, hops: list[Word], jumps: list[list[Word]]) -> np.ndarray:
    """Mask of the states from which hops and jumps lead to the vacuum."""
    steps = csr_array((on.size, on.size))  # [to, from]
    for word in hops:
        steps = steps + abs(on.word(word))
    for words in jumps:
        jump = csr_array((on.size, on.size))
        for word in words:
            jump = jump + abs(on.word(word))
        # the evolution between two jumps couples what jumps to the same state
        steps = steps + jump + jump.T @ jump
    vacuum = on.position((0,) * len(on.modes))
    found = breadth_first_order(steps, vacuum, return_predecessors=False)
    return np.isin(np.arange(on.size), found)
