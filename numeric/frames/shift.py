"""A model around amplitudes of its modes: the displaced frame, and its operators.

With a_i = alpha_i + b_i, H keeps its form with alpha_i + b_i in the place of a_i, and a loss
L = L' + c, with c the number in it, is the loss L' and a drive (e.g. H.-P. Breuer and F.
Petruccione, "The Theory of Open Quantum Systems", Eqs. (3.72) and (3.73)):

    L -> L - c,    H -> H + (i rate/2) (conj(c) L' - c L'^dagger).

Any alpha is right, and only decides how many quanta of b there are (`numeric.frames.displaced`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from math import comb
from typing import Any

import numpy as np
import sympy as sp
from sympy.physics.quantum import Dagger

from systems import Loss, Model
from systems.ladder import Ladder, Mode, Occupation, Word, add, adjoint, label, scale
from systems.values import Arrays, evaluate_sum


@dataclass(frozen=True)
class Shift:
    """A model around amplitudes of its modes, and what its coefficients are.

    ``alphas`` are symbols for the amplitudes of the modes that are displaced, by position.  Every
    coefficient of ``model`` is a symbol: ``coefficients`` has it in those of the model that was
    displaced and in the amplitudes.

    >>> from systems.library import kerr
    >>> around = shift(kerr.MODEL, (True,))
    >>> around.alphas, around.model.name
    ({0: alpha_a}, 'driven Kerr mode, displaced')
    """

    model: Model
    alphas: dict[int, sp.Symbol]
    coefficients: dict[sp.Symbol, sp.Expr]

    def values(self, arrays: Arrays, alphas: np.ndarray) -> Arrays:
        """Numbers for the symbols, from those of the model and amplitudes (points, modes).

        >>> from systems.library import kerr
        >>> arrays = {name: np.array([x]) for name, x in kerr.VALUES.items()}
        >>> around = shift(kerr.MODEL, (True,))
        >>> sorted(around.values(arrays, np.array([[0.5j]]))) == sorted(
        ...     map(str, around.model.parameters)
        ... )
        True
        """
        known = {**arrays, **{str(s): alphas[:, i] for i, s in self.alphas.items()}}
        found = {}
        for symbol in self.model.parameters:
            # drive and force of the light cancel at a classical root: what is left is computed well
            coefficient = self.coefficients.get(symbol)
            found[str(symbol)] = (
                known[str(symbol)] if coefficient is None else evaluate_sum(coefficient, known)
            )
        return found or known

    def field(self, words: Ladder) -> Ladder:
        """A field of the modes a = alpha + b in words of b.

        >>> from systems.library import kerr
        >>> shift(kerr.MODEL, (True,)).field({((0,), (1,)): sp.Integer(2)})
        {((0,), (0,)): 2*alpha_a, ((0,), (1,)): 2}
        """
        count = len(next(iter(words))[0])
        return _around(words, [self.alphas.get(i, sp.S.Zero) for i in range(count)])


@lru_cache(maxsize=32)
def shift(model: Model, moved: tuple[bool, ...]) -> Shift:
    """The model around amplitudes of the modes that are ``moved``.

    >>> from systems.library import kerr
    >>> around = shift(kerr.MODEL, (True,))
    >>> around.coefficients[around.model.ladder[(1,), (2,)]]  # of b'b b
    2*chi*conjugate(alpha_a)
    """
    names = [f"alpha_{label(mode)}" for mode in model.modes]
    symbols = [sp.Symbol(_fresh(name, model), complex=True) for name in names]
    chosen = {i: s for i, s in enumerate(symbols) if moved[i]}
    alphas = [chosen.get(i, sp.S.Zero) for i in range(len(symbols))]
    none = ((0,) * len(model.modes),) * 2
    H, jumps = _around(model.ladder, alphas), []
    for loss, jump in zip(model.losses, model.jumps, strict=True):
        L = _around(jump, alphas)
        c = L.pop(none, sp.S.Zero)
        # what was a number in the loss before is taken out as well: it is a drive, too
        jumps.append(L)
        i_rate = sp.I * loss.rate / 2
        H = add(H, scale(i_rate * sp.conjugate(c), L), scale(-i_rate * c, adjoint(L)))
    known: dict[sp.Symbol, sp.Expr] = {}
    terms = _Namer("h", model, known).operator(H, hermitian=True)
    losses = [
        Loss(loss.rate, _Namer(f"l{k}_", model, known).operator(L))
        for k, (loss, L) in enumerate(zip(model.losses, jumps, strict=True))
        if L
    ]
    return Shift(Model(f"{model.name}, displaced", terms, tuple(losses)), chosen, known)


@dataclass(frozen=True)
class _Namer:
    """Writes operators with a symbol for each coefficient that is no plain number."""

    stem: str
    model: Model
    known: dict[sp.Symbol, sp.Expr]

    def operator(self, words: Ladder, hermitian: bool = False) -> sp.Expr:
        terms = []
        for k, ((p, q), c) in enumerate(words.items()):
            if (hermitian and p > q) or not any(map(any, (p, q))):
                continue  # with its adjoint below; a constant energy is none
            symbol = self._symbol(k, c, real=hermitian and p == q)
            terms.append(symbol * product_of(self.model.modes, p, q))
            if hermitian and p != q:
                terms.append(sp.conjugate(symbol) * product_of(self.model.modes, q, p))
        return sp.Add(*terms)

    def _symbol(self, k: int, c: sp.Expr, real: bool) -> sp.Expr:
        if c.is_number:
            return c
        name = _fresh(f"{self.stem}{k}", self.model)
        symbol = sp.Symbol(name, real=True) if real else sp.Symbol(name, complex=True)
        self.known[symbol] = sp.re(c) if real and not c.is_real else c
        return symbol


def _fresh(name: str, model: Model) -> str:
    """The name, lengthened until the model has no symbol and no mode of that name."""
    taken = {*map(str, model.parameters), *map(label, model.modes)}
    while name in taken:
        name += "_"
    return name


def displaced(word: Word, alphas: np.ndarray) -> list[tuple[Word, np.ndarray]]:
    """The words of b in a word of a = alpha + b, with their coefficients, (points,) each.

    >>> words = displaced(((1,), (1,)), np.array([[2j]]))
    >>> [(other, complex(c[0])) for other, c in words]  # |alpha|^2 + conj(alpha) b + alpha b' + b'b
    [(((0,), (0,)), (4+0j)), (((0,), (1,)), -2j), (((1,), (0,)), 2j), (((1,), (1,)), (1+0j))]
    """
    return [
        (other, np.asarray(c))
        for other, c in _terms(word, list(alphas.T), np.conj, np.ones(len(alphas), dtype=complex))
        if np.any(c != 0)
    ]


def _terms(
    word: Word, alphas: Sequence[Any], conjugate: Callable[[Any], Any], one: Any
) -> list[tuple[Word, Any]]:
    """The same with amplitudes of any kind, numbers or symbols."""
    p, q = word
    terms = []
    for up in product(*(range(n + 1) for n in p)):
        for down in product(*(range(n + 1) for n in q)):
            c = one
            for i, alpha in enumerate(alphas):
                if p[i] > up[i] or q[i] > down[i]:
                    c = c * comb(p[i], up[i]) * comb(q[i], down[i])
                    c = c * conjugate(alpha) ** (p[i] - up[i]) * alpha ** (q[i] - down[i])
            terms.append(((up, down), c))
    return terms


def _around(operator: Ladder, alphas: list[sp.Expr]) -> Ladder:
    """An operator of a = alpha + b in words of b."""
    total: Ladder = {}
    for word, coefficient in operator.items():
        for other, c in _terms(word, alphas, sp.conjugate, sp.S.One):
            total[other] = total.get(other, sp.S.Zero) + c * coefficient
    return {word: c for word, c in total.items() if c != 0}


def product_of(modes: Sequence[Mode], p: Occupation, q: Occupation) -> sp.Expr:
    """A word as a product of ladder operators.

    >>> from systems.library import kerr
    >>> product_of(kerr.MODEL.modes, (1,), (2,))
    Dagger(a)*a**2
    """
    up = [Dagger(mode) ** n for mode, n in zip(modes, p, strict=True) if n]
    down = [mode**n for mode, n in zip(modes, q, strict=True) if n]
    return sp.Mul(*up, *down)
