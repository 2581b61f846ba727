"""What happens in a model, whatever the cut: the words of H and of its jumps, with coefficients.

Every normal-ordered word of H and every pair of words of a jump operator has one coefficient, which
the values of the parameters give.  The matrices of the master equation, one for each of them, are
those of `numeric.lindblad.liouvillian`.
"""

from typing import TypeAlias

import numpy as np
import sympy as sp

from systems import Model
from systems.arithmetic import evaluate_sum
from systems.grading import change_of
from systems.ladder import Word, leaves_one
from systems.values import Arrays

Term: TypeAlias = tuple[complex, Word]  # a coefficient and what it multiplies


class Processes:
    """The words of H and of the jumps of one model, each with its coefficient.

    ``expressions`` are the coefficients: first of the words of H but the constant, which commutes
    with everything, then of the ``pairs`` of words that each jump makes.

    >>> from systems.library import kerr
    >>> processes = Processes(kerr.MODEL)
    >>> processes.expressions, processes.pairs  # of a', a, a'a and a'^2 a^2; of a and a'
    ([xi, xi, Delta, chi, gamma], [(((0,), (1,)), ((0,), (1,)))])
    """

    def __init__(self, model: Model) -> None:
        self.model, none = model, (0,) * len(model.modes)
        terms = [(word, x) for word, x in model.ladder.items() if word != (none, none)]
        self.expressions: list[sp.Expr] = [x for _, x in terms]
        self.pairs: list[tuple[Word, Word]] = []
        # number of the coefficient, word; the same for the words of each loss
        self._hops: list[tuple[int, Word]] = [(k, word) for k, (word, _) in enumerate(terms)]
        self._steps: list[list[tuple[int, Word]]] = []
        self._firsts: list[int] = []  # number of the first coefficient of each loss
        for loss, jump in zip(model.losses, model.jumps, strict=True):
            self._steps.append([])
            self._firsts.append(len(self.expressions))
            for left, x in jump.items():
                for right, y in jump.items():
                    if left == right:
                        self._steps[-1].append((len(self.expressions), left))
                    self.expressions.append(loss.rate * x * sp.conjugate(y))
                    self.pairs.append((left, right))

    def coefficients(self, arrays: Arrays) -> np.ndarray:
        """Coefficients of the parts, shape (points, parts), for arrays of one dimension.

        They are complex, in the unit of the rates.  Sums that nearly cancel are computed with
        more digits (`systems.arithmetic.evaluate_sum`), for their rounding would be that of the
        result.

        >>> from systems.library import kerr
        >>> from systems.values import read_values
        >>> arrays = {n: v[None] for n, v in read_values(kerr.MODEL, kerr.VALUES).items()}
        >>> processes = Processes(kerr.MODEL)
        >>> processes.coefficients(arrays).shape == (1, len(processes.expressions))
        True
        """
        columns = [evaluate_sum(e, arrays).astype(complex) for e in self.expressions]
        return np.stack(columns, axis=-1)

    def summands(self, c: np.ndarray) -> tuple[list[Term], list[list[Term]]]:
        """The words of H and of each jump sqrt(rate) L, each with its coefficient, at one point.

        >>> from systems.library import kerr
        >>> processes = Processes(kerr.MODEL)
        >>> hamiltonian, jumps = processes.summands(np.ones(len(processes.expressions)))
        >>> len(hamiltonian), jumps
        (4, [[(np.float64(1.0), ((0,), (1,)))]])
        """
        jumps = []
        for first, step in zip(self._firsts, self._steps, strict=True):
            pairs = c[first : first + len(step) ** 2].reshape(len(step), len(step))
            k = int(np.argmax(abs(pairs.diagonal())))
            amplitudes = pairs[:, k] / (np.sqrt(abs(pairs[k, k])) or 1.0)
            words = (word for _, word in step)
            jumps.append(list(zip(amplitudes, words, strict=True)))
        return [(c[k], word) for k, word in self._hops], jumps

    def jump_rates(self, c: np.ndarray) -> list[tuple[list[int], float]]:
        """By how much each term of a jump raises the quanta of each mode, and at which rate.

        >>> from systems.library import kerr
        >>> from systems.values import read_values
        >>> arrays = {n: v[None] for n, v in read_values(kerr.MODEL, kerr.VALUES).items()}
        >>> processes = Processes(kerr.MODEL)
        >>> processes.jump_rates(processes.coefficients(arrays)[0])
        [([-1], 1.0)]
        """
        steps = [pair for step in self._steps for pair in step]
        return [(change_of(word), float(abs(c[k]))) for k, word in steps]

    def is_unique(self, c: np.ndarray) -> bool:
        """Whether a jump of its own in every mode leaves one steady state, whatever else there is.

        That is D[a] at a rate of this row of coefficients, or D[a'] in one of the modes.

        >>> from systems.library import kerr
        >>> processes = Processes(kerr.MODEL)
        >>> [processes.is_unique(x * np.ones(len(processes.expressions))) for x in (0, 1)]
        [False, True]
        """
        alone = (step[0] for step in self._steps if len(step) == 1)
        ones = [self.model.occupation(mode) for mode in self.model.modes]
        return leaves_one((word for k, word in alone if c[k]), ones)
