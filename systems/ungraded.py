"""Weights of a model without a grading: its drive pays for some of the modes only.

A mirror that photons push, a'a (b + b'), takes any number of phonons without any drive: no weight
of b is conserved.  The photons still are.  With the weights (1, 0) a state of n photons has the
amplitude drive**n, whatever the mirror does.  So it is with phonons that scatter photons into
sidebands, a'c b + c'a b': there is a grading, which a warm bath of b raises, and the photons alone.
"""

from functools import lru_cache
from itertools import compress

from systems.grading import NoGrading, change_of, find_grading, smallest_sum
from systems.ladder import Word
from systems.model import Model

PART = 0.5  # parts of weights are 0 or 1: weights that are conserved are so in any unit


@lru_cache(maxsize=64)
def partial_weights(model: Model) -> tuple[int, ...]:
    """The weights of a model without a grading, zero in the modes that allow none.

    No term of order 0 in the drive changes the number of quanta that is left, and no jump raises
    it.  Empty where the model has a grading that no bath raises, and where all would be zero.

    >>> from systems.library import kerr, optomechanics
    >>> partial_weights(optomechanics.MODEL), partial_weights(kerr.MODEL)
    ((1, 0), ())
    """
    try:
        heated = (word for word, order in model.jump_orders().items() if not order)
        if not any(model.driven_grading.raises(word) > 0 for word in heated):
            return ()
    except NoGrading:
        pass
    words = model.driven_orders()
    jumps = [change_of(word) for jump in model.jumps for word in jump]
    kept = _conserved(words, jumps, len(model.modes))
    if not any(kept):
        return ()
    rest: dict[Word, int] = {}
    for (p, q), order in words.items():
        word = tuple(compress(p, kept)), tuple(compress(q, kept))
        rest[word] = min(order, rest.get(word, order))
    some = iter(find_grading(rest, list(compress(model.modes, kept))).weights)
    found = tuple(next(some) if there else 0 for there in kept)
    raised = (sum(w * x for w, x in zip(found, change, strict=True)) for change in jumps)
    return () if any(more > 0 for more in raised) else found


def weights_of(model: Model) -> tuple[int, ...]:
    """Grade of one quantum in each mode; one of each where the model has no weights at all.

    >>> from systems.library import optomechanics, second_harmonic
    >>> weights_of(second_harmonic.MODEL), weights_of(optomechanics.MODEL)
    ((1, 2), (1, 0))
    """
    return partial_weights(model) or _weights(model)


@lru_cache(maxsize=64)
def _weights(model: Model) -> tuple[int, ...]:
    try:
        return model.driven_grading.weights
    except NoGrading:
        return (1,) * len(model.modes)


def _conserved(words: dict[Word, int], jumps: list[list[int]], count: int) -> list[bool]:
    """Which modes can have a positive weight in a sum that no term of order 0 changes.

    The variables are the weights w, and parts t <= w of them up to one: as much as all can have at
    once.
    """
    still, none = [change_of(word) for word, order in words.items() if order == 0], [0] * count
    bounds = [([sign * x for x in change] + none, 0.0) for change in still for sign in (1, -1)]
    bounds += [(change + none, 0.0) for change in jumps]
    one = [[int(i == j) for j in range(count)] for i in range(count)]
    bounds += [([-x for x in row] + row, 0.0) for row in one]
    answer = smallest_sum(bounds, [*none, *[-1] * count], [(0, None)] * count + [(0, 1)] * count)
    return [bool(t > PART) for t in answer.x[count:]]
