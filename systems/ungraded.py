"""Weights of a model without a grading: its drive pays for some of the modes only.

A mirror that photons push, a'a (b + b'), takes any number of phonons without any drive: no weight
of b is conserved.  The photons still are.  With the weights (1, 0) a state of n photons has the
amplitude drive**n, whatever the mirror does.
"""

from functools import lru_cache
from itertools import compress

from systems.grading import NoGrading, find_grading
from systems.ladder import Word
from systems.model import Model

PART = 0.5  # parts of weights are 0 or 1: weights that are conserved are so in any unit


@lru_cache(maxsize=64)
def partial_weights(model: Model) -> tuple[int, ...]:
    """The weights of a model without a grading, zero in the modes that allow none.

    No term of order 0 in the drive changes the number of quanta that is left.  Empty where the
    model has a grading, and where all would be zero.

    >>> from systems.library import kerr, optomechanics
    >>> partial_weights(optomechanics.MODEL), partial_weights(kerr.MODEL)
    ((1, 0), ())
    """
    words = {word: min(model.by_order(c)) for word, c in model.ladder.items()}
    try:
        model.grading  # noqa: B018  (raises where there is none)
    except NoGrading:
        kept = _conserved(words, len(model.modes))
    else:
        return ()
    if not any(kept):
        return ()
    rest: dict[Word, int] = {}
    for (p, q), order in words.items():
        word = tuple(compress(p, kept)), tuple(compress(q, kept))
        rest[word] = min(order, rest.get(word, order))
    found = iter(find_grading(rest, list(compress(model.modes, kept))).weights)
    return tuple(next(found) if there else 0 for there in kept)


def _conserved(words: dict[Word, int], count: int) -> list[bool]:
    """Which modes can have a positive weight in a sum that no term of order 0 changes."""
    from scipy.optimize import linprog  # slow to import

    changes = [[p - q for p, q in zip(*w, strict=True)] for w, order in words.items() if order == 0]
    # weights w, and parts t <= w of them up to one: as much as all can have at once
    same = [[*change, *[0] * count] for change in changes if any(change)]
    one = [[int(i == j) for j in range(count)] for i in range(count)]
    answer = linprog(
        [0] * count + [-1] * count,
        A_ub=[[*(-x for x in row), *row] for row in one],
        b_ub=[0] * count,
        A_eq=same or None,
        b_eq=[0] * len(same) or None,
        bounds=[(0, None)] * count + [(0, 1)] * count,
    )
    return [bool(t > PART) for t in answer.x[count:]]
