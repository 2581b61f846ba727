"""What the sweeps over the grades read of a model: words, and a function for their coefficients.

No compiled code is loaded with it, so that single points have it at no cost.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import sympy as sp

from systems import Model
from systems.grading import NoGrading
from systems.ladder import Word, express
from systems.values import Arrays

Columns = dict[Word, np.ndarray]  # coefficients (point) of words


@dataclass(frozen=True)
class Equation:
    """Words of H_eff, pairs of words of the jumps, and a function for all their coefficients.

    The function takes the values of ``names`` and returns coefficients and rates in one list.

    >>> from systems.library import kerr
    >>> equation = equation_of(kerr.MODEL)
    >>> equation.names, len(equation.words), equation.pure  # every jump lowers the grade
    (('Delta', 'chi', 'gamma', 'xi'), 4, True)
    """

    words: tuple[Word, ...]
    pairs: tuple[tuple[Word, Word], ...]
    names: tuple[str, ...]
    function: Callable[..., list[np.ndarray]]
    pure: bool

    def evaluate(
        self, arrays: Arrays
    ) -> tuple[Columns, dict[tuple[Word, Word], np.ndarray], np.ndarray]:
        """Coefficients (point) of the words and of the pairs, and the unit of energy (point).

        The unit is the first loss rate that is positive at every point, or one.
        """
        shape = next(iter(arrays.values())).shape
        found = self.function(*(arrays[name] for name in self.names))
        columns = [np.broadcast_to(np.asarray(c, dtype=complex), shape) for c in found]
        rates = [rate.real for rate in columns[len(self.words) + len(self.pairs) :]]
        unit = next((rate for rate in rates if np.all(rate > 0)), np.ones(shape))
        words = dict(zip(self.words, columns, strict=False))
        return words, dict(zip(self.pairs, columns[len(self.words) :], strict=False)), unit


@lru_cache(maxsize=256)
def lowers(model: Model) -> bool:
    """Whether every jump lowers the grade; raises `NoGrading` if one may raise it.

    >>> from systems.library import kerr
    >>> lowers(kerr.MODEL)
    True
    """
    grading, words = model.driven_grading, [word for jump in model.jumps for word in jump]
    for word in words:
        _check_jump(model, word)
    return all(grading.raises(word) < 0 for word in words)


def read(
    model: Model, arrays: Arrays
) -> tuple[Columns, dict[tuple[Word, Word], np.ndarray], np.ndarray]:
    """Coefficients (point) of the words of H_eff and of pairs of words of the jumps, and a unit.

    ``arrays`` have one dimension.  The unit is the energy, per point, that may serve as one.
    Raises `NoGrading` if a jump may raise the grade.

    >>> from systems.library import kerr
    >>> words, jumps, unit = read(kerr.MODEL, {name: np.ones(1) for name in kerr.VALUES})
    >>> len(words), len(jumps), unit  # Delta - i gamma/2, chi, the drive up and down; the loss
    (4, 1, array([1.]))
    """
    return equation_of(model).evaluate(arrays)


@lru_cache(maxsize=32)
def equation_of(model: Model) -> Equation:
    """What the sweeps read of a model; raises `NoGrading` if a jump may raise the grade.

    >>> from systems.library import kerr
    >>> equation_of(kerr.MODEL).pairs  # a rho a'
    ((((0,), (1,)), ((0,), (1,))),)
    """
    vacuum = (0,) * len(model.modes)
    # a constant moves no level against another
    effective = {w: c for w, c in model.effective_ladder.items() if w != (vacuum, vacuum)}
    jumps: dict[tuple[Word, Word], sp.Expr] = {}
    pure = lowers(model)
    for loss, ladder in zip(model.losses, model.jumps, strict=True):
        for word, x in ladder.items():
            for other, y in ladder.items():
                product = loss.rate * x * sp.conjugate(y)
                jumps[word, other] = jumps.get((word, other), 0) + product
    rates = [loss.rate for loss in model.losses]
    function = sp.lambdify(model.parameters, [*effective.values(), *jumps.values(), *rates])
    names = tuple(str(symbol) for symbol in model.parameters)
    return Equation(tuple(effective), tuple(jumps), names, function, pure)


def _check_jump(model: Model, word: Word) -> None:
    if model.driven_grading.raises(word) > 0 or not any(word[1]):
        raise NoGrading(
            "The losses must not raise the number of quanta, but one has the term "
            f"`{express(word, model.modes)}`."
        )
