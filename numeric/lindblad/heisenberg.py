"""How means change in time, d<O>/dt = <heisenberg(O)>, read off the untruncated equation.

    d<O>/dt = <i [H, O]> + sum_k rate_k/2 <L_k' [O, L_k] + [L_k', O] L_k>

(H.-P. Breuer and F. Petruccione, "The Theory of Open Quantum Systems", Sec. 3.2.3).
Those of the first and second moments a_i, a_i'a_j and a_i a_j that close among themselves obey a
linear equation, d<O>/dt = M <O> + source.  Which ones do depends on which terms are there: a Kerr
mode without its nonlinearity is linear, so symbols whose value is zero are told first (`patterns`).
"""

from collections.abc import Iterator
from functools import lru_cache
from itertools import combinations_with_replacement

import numpy as np
import sympy as sp

from systems import Model
from systems.arithmetic import evaluate
from systems.ladder import Ladder, Word, add, adjoint, is_two_level, multiply, scale
from systems.values import Arrays


@lru_cache(maxsize=1024)
def heisenberg(model: Model, word: Word) -> Ladder:
    """The adjoint Liouvillian applied to a normal-ordered word, as words and coefficients.

    It says how the mean of the word changes, d<O>/dt = <heisenberg(O)>, without a truncation.

    >>> from systems.library import kerr
    >>> flow = heisenberg(kerr.MODEL, ((0,), (1,)))  # of the amplitude <a>
    >>> flow[(0,), (1,)], flow[(0,), (0,)], flow[(1,), (2,)]
    (-I*Delta - gamma/2, -I*xi, -2*I*chi)
    """
    modes, moment = model.modes, {word: sp.S.One}

    def product(*factors: Ladder) -> Ladder:
        result = factors[0]
        for factor in factors[1:]:
            result = multiply(result, factor, modes)
        return result

    def commutator(x: Ladder, y: Ladder) -> Ladder:
        return add(product(x, y), scale(sp.S.NegativeOne, product(y, x)))

    terms = [scale(sp.I, commutator(model.ladder, moment))]
    for loss, L in zip(model.losses, model.jumps, strict=True):
        dagger = adjoint(L)
        both = add(product(dagger, commutator(moment, L)), product(commutator(dagger, moment), L))
        terms.append(scale(loss.rate / 2, both))
    total = {word: sp.expand(coefficient) for word, coefficient in add(*terms).items()}
    return {word: coefficient for word, coefficient in total.items() if coefficient != 0}


def moments_that_close(
    model: Model, absent: frozenset[sp.Symbol], arrays: Arrays
) -> tuple[list[Word], np.ndarray, np.ndarray]:
    """Words of one and of two ladder operators, with the equation d<O>/dt = M <O> + source.

    Of those that close among themselves, for arrays of one dimension at which the symbols
    ``absent`` are zero: M has the shape (points, words, words), the source (points, words).

    >>> from systems.library import kerr
    >>> arrays = {name: np.array([x]) for name, x in {**kerr.VALUES, "chi": 0.0}.items()}
    >>> words, M, source = moments_that_close(kerr.MODEL, frozenset({kerr.chi}), arrays)
    >>> float(M[0, 0, 0].real), source.shape  # a is lost with gamma/2
    (-0.5, (1, 5))
    """
    M, source = drift(model, absent, order=2)
    words = _closed(model, absent, order=2)
    return words, in_numbers(M, arrays), in_numbers(source, arrays)[..., 0]


@lru_cache(maxsize=32)
def drift(model: Model, absent: frozenset[sp.Symbol], order: int) -> tuple[sp.Matrix, sp.Matrix]:
    """Drift matrix and source of the moments up to this order that close among themselves.

    d<O>/dt = M <O> + source, both symbolic; M has no rows where nothing closes.

    >>> from systems.library import kerr
    >>> M, source = drift(kerr.MODEL, frozenset({kerr.chi}), order=1)
    >>> M[0, 0], source[0]  # of a
    (-I*Delta - gamma/2, -I*xi)
    """
    kept, none = _closed(model, absent, order), ((0,) * len(model.modes),) * 2
    flow = {word: without(absent, heisenberg(model, word)) for word in kept}
    M = sp.Matrix(len(kept), len(kept), lambda i, j: flow[kept[i]].get(kept[j], sp.S.Zero))
    return M, sp.Matrix([flow[word].get(none, sp.S.Zero) for word in kept])


@lru_cache(maxsize=32)
def _closed(model: Model, absent: frozenset[sp.Symbol], order: int) -> list[Word]:
    """The moments up to this order that close among themselves."""
    words = _first_moments(model) + (_second_moments(model) if order == 2 else [])
    flow = {word: without(absent, heisenberg(model, word)) for word in words}
    closed = set(flow)
    none = ((0,) * len(model.modes),) * 2

    def is_open(word: Word) -> bool:
        # what is bounded only feeds second moments, but an atom may damp an amplitude
        other = set(flow[word]) - closed - {none}
        return any(degree(model, word) == 1 or degree(model, w) > 1 for w in other)

    # drop a moment whose equation holds a higher one, then those that it drops in turn
    while leaving := set(filter(is_open, closed)):
        closed -= leaving
    return sorted(closed)


def _first_moments(model: Model) -> list[Word]:
    """The words a_i and a_i' of all bosonic modes."""
    ones = [model.occupation(mode) for mode in model.modes if not is_two_level(mode)]
    none = (0,) * len(model.modes)
    return [(none, one) for one in ones] + [(one, none) for one in ones]


def _second_moments(model: Model) -> list[Word]:
    """The words a_i'a_j, a_i a_j and a_i'a_j' of all bosonic modes."""
    ones = [model.occupation(mode) for mode in model.modes if not is_two_level(mode)]
    none = (0,) * len(model.modes)
    pairs = [
        tuple(x + y for x, y in zip(*pair, strict=True))
        for pair in combinations_with_replacement(ones, 2)
    ]
    words = [(p, q) for p in ones for q in ones]
    return words + [(none, pair) for pair in pairs] + [(pair, none) for pair in pairs]


def patterns(model: Model, arrays: Arrays) -> Iterator[tuple[frozenset[sp.Symbol], np.ndarray]]:
    """Which symbols are zero, and at which points of the flat batch: every pattern once.

    >>> from systems.library import kerr
    >>> arrays = {**{name: np.ones(2) for name in kerr.VALUES}, "chi": np.array([0.0, 1.0])}
    >>> [(sorted(map(str, absent)), rows) for absent, rows in patterns(kerr.MODEL, arrays)]
    [([], array([1])), (['chi'], array([0]))]
    """
    points = next(iter(arrays.values())).size
    rows = [arrays[str(s)].ravel() == 0 for s in model.parameters]
    zero = np.array(rows, dtype=bool).reshape(len(rows), points)
    which = np.zeros(points, dtype=int)
    # nearly all symbols are zero everywhere or nowhere; to sort whole columns would be slow
    for row in zero[zero.any(axis=1) & ~zero.all(axis=1)]:
        _, which = np.unique(2 * which + row, return_inverse=True)
    for k in range(which.max() + 1):
        found = np.flatnonzero(which == k)
        pairs = zip(model.parameters, zero[:, found[0]], strict=True)
        yield frozenset(s for s, gone in pairs if gone), found


def without(absent: frozenset[sp.Symbol], operator: Ladder) -> Ladder:
    """The operator with the symbols ``absent`` set to zero, words that vanish left out.

    >>> x = sp.Symbol("x")
    >>> without(frozenset({x}), {((0,), (1,)): x, ((1,), (1,)): 1 + x})
    {((1,), (1,)): 1}
    """
    left = {word: x.xreplace(dict.fromkeys(absent, sp.S.Zero)) for word, x in operator.items()}
    return {word: x for word, x in left.items() if x != 0}


def in_numbers(matrix: sp.Matrix, arrays: Arrays) -> np.ndarray:
    """The matrix with values for its symbols, shape ``arrays' shape + matrix's shape``.

    >>> x = sp.Symbol("x")
    >>> in_numbers(sp.Matrix([[x, 2 * x]]), {"x": np.array([1.0, 2.0])}).tolist()
    [[[1.0, 2.0]], [[2.0, 4.0]]]
    """
    entries = [evaluate(entry, arrays) for entry in matrix]
    return np.stack(entries, axis=-1).reshape(*entries[0].shape, *matrix.shape)


def degree(model: Model, word: Word) -> int:
    """Number of bosonic ladder operators of a word: a'a has two, sigma'a one.

    >>> from systems.library import jaynes_cummings
    >>> degree(jaynes_cummings.MODEL, ((1, 0), (0, 1)))  # a' s
    1
    """
    return bosons(model, word[0]) + bosons(model, word[1])


def bosons(model: Model, powers: tuple[int, ...]) -> int:
    """Quanta of an occupation that are not in two-level systems: only these can grow.

    >>> from systems.library import jaynes_cummings
    >>> bosons(jaynes_cummings.MODEL, (3, 1))
    3
    """
    return sum(n for n, mode in zip(powers, model.modes, strict=True) if not is_two_level(mode))
