"""A model in a frame that is displaced and squeezed, and its operators.

Around an amplitude light may be squeezed, or two modes with each other: few quanta of b are not
enough for it, but few of c are, with

    a_i = alpha_i + sum_j (U_ij c_j + V_ij c_j'),    U U' - V V' = 1,    U V^T = V U^T,

a Bogoliubov transformation (D. F. Walls and G. J. Milburn, "Quantum Optics", ch. 5; C. Weedbrook et
al., Rev. Mod. Phys. 84, 621 (2012), Sec. II, where it acts on quadratures as S).  Polynomials in
ladder operators stay polynomials of the same degree, so the model of c is a `systems.Model` like
every other, exactly; a number that normal order leaves in a loss is a drive, as in
`numeric.frames.shift`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
import sympy as sp

from numeric.frames.shift import Shift, product_of
from systems import Loss, Model
from systems.ladder import Ladder, Mode, Word, label, multiply
from systems.values import Arrays, evaluate

Numbers = dict[Word, Any]  # a polynomial, with a number (or a symbol) per word and point
Words = tuple[Word, ...]


@dataclass(frozen=True)
class Squeeze(Shift):
    """A model of c with a = alpha + U c + V c'; ``around`` is the same without U and V.

    ``up`` and ``down`` are symbols for the elements of V and of U, by their positions.

    >>> from numeric.frames.shift import shift
    >>> from systems.library import kerr
    >>> arrays = {name: np.array([x]) for name, x in kerr.VALUES.items()}
    >>> around = shift(kerr.MODEL, (False,))
    >>> U, V = np.array([[[1.25]]]), np.array([[[0.75]]])
    >>> frame, values = squeeze(around, around.values(arrays, np.zeros((1, 1))), U, V)
    >>> frame.model.name, len(frame.model.ladder)  # no longer 5 words, but all up to the fourth
    ('driven Kerr mode, displaced, squeezed', 10)
    """

    around: Shift | None = None
    down: dict[tuple[int, int], sp.Symbol] = field(default_factory=dict)
    up: dict[tuple[int, int], sp.Symbol] = field(default_factory=dict)

    def field(self, words: Ladder) -> Ladder:
        """A field of the modes a in words of c.

        >>> from numeric.frames.shift import shift
        >>> from systems.library import kerr
        >>> around = shift(kerr.MODEL, (True,))
        >>> arrays = {name: np.array([x]) for name, x in kerr.VALUES.items()}
        >>> values = around.values(arrays, np.ones((1, 1)))
        >>> frame, _ = squeeze(around, values, np.array([[[1.25]]]), np.array([[[0.75]]]))
        >>> frame.field({((0,), (1,)): sp.S.One})
        {((0,), (0,)): alpha_a, ((0,), (1,)): u_a_a, ((1,), (0,)): v_a_a}
        """
        assert self.around is not None
        modes, table = self.model.modes, range(len(self.model.modes))
        U, V = ([[part[i, j] for j in table] for i in table] for part in (self.down, self.up))
        lower, raised = _steps(U, V, sp.conjugate)
        return _substituted(self.around.field(words), lower, raised, modes, sp.S.One)

    def symbols(self, U: np.ndarray, V: np.ndarray) -> Arrays:
        """Numbers for the symbols of U and V, both (points, modes, modes).

        >>> frame = Squeeze(None, {}, {}, None, {(0, 0): sp.Symbol("u")}, {(0, 0): sp.Symbol("v")})
        >>> frame.symbols(np.array([[[1.25]]]), np.array([[[0.75]]]))
        {'u': array([1.25]), 'v': array([0.75])}
        """
        parts = ((self.down, U), (self.up, V))
        return {str(s): part[:, i, j] for names, part in parts for (i, j), s in names.items()}


def squeeze(
    around: Shift, values: Arrays, U: np.ndarray, V: np.ndarray, name: str | None = None
) -> tuple[Squeeze, Arrays]:
    """A model around amplitudes, squeezed, and its values from those of the displaced one.

    ``values`` are arrays of one dimension, ``U`` and ``V`` (points, modes, modes).

    >>> from numeric import steady_state
    >>> from numeric.frames.shift import shift
    >>> from systems.library import kerr
    >>> arrays = {name: np.array([x]) for name, x in kerr.VALUES.items()}
    >>> around = shift(kerr.MODEL, (False,))
    >>> U, V = np.array([[[np.cosh(0.1)]]]), np.array([[[np.sinh(0.1)]]])
    >>> frame, others = squeeze(around, around.values(arrays, np.zeros((1, 1))), U, V)
    >>> one, two = steady_state(kerr.MODEL, kerr.VALUES), steady_state(frame.model, others)
    >>> c = two.model.modes[0]
    >>> a = np.cosh(0.1) * two.amplitude(c) + np.sinh(0.1) * two.amplitude(c).conj()
    >>> bool(abs(a / one.amplitude("a") - 1)[0] < 1e-7)  # of two searches to 1e-8
    True
    """
    model, one = around.model, np.ones(len(U), dtype=complex)
    modes, none = model.modes, ((0,) * len(model.modes),) * 2
    lower, raised = _steps(np.moveaxis(U, 0, -1), np.moveaxis(V, 0, -1), np.conj)

    def transformed(words: Ladder) -> Numbers:
        known = {word: evaluate(c, values) for word, c in words.items()}
        return _substituted(known, lower, raised, modes, one)

    H, jumps = transformed(model.ladder), []
    for loss, jump in zip(model.losses, model.jumps, strict=True):
        L = transformed(jump)
        c = L.pop(none, 0.0 * one)
        i_rate = 0.5j * evaluate(loss.rate, values)
        for (p, q), x in L.items():
            H[p, q] = H.get((p, q), 0.0) + i_rate * np.conj(c) * x
            H[q, p] = H.get((q, p), 0.0) - i_rate * c * np.conj(x)
        jumps.append(L)
    H.pop(none, None)  # a constant energy is none
    kept = _kept(H, hermitian=True), tuple(_kept(L) for L in jumps)
    frame, names = _named(around, *kept, name or f"{model.name}, squeezed")
    found = {name: values[name] for name in map(str, model.parameters)}
    wanted = set(map(str, frame.model.parameters))
    for words, numbers in zip(names, (H, *jumps), strict=True):
        found |= {name: _part(word, numbers[word], real) for word, (name, real) in words.items()}
    return frame, {n: x for n, x in found.items() if n in wanted}


def _part(word: Word, number: np.ndarray, real: bool) -> np.ndarray:
    return np.asarray(number.real if real else number)


def _kept(words: Numbers, hermitian: bool = False) -> Words:
    """The words that are not zero everywhere; of a Hermitian sum one of each pair."""
    some = (word for word, c in words.items() if np.any(c != 0))
    return tuple(sorted(word for word in some if not (hermitian and word[0] > word[1])))


@lru_cache(maxsize=32)
def _model(
    around: Model, H: Words, jumps: tuple[Words, ...], name: str
) -> tuple[Model, tuple[dict[Word, tuple[str, bool]], ...]]:
    """A model with a symbol per word, and the names of these: of H, and of each loss."""
    fresh = _Fresh({*map(str, around.parameters), *map(label, around.modes)})
    hermitian: dict[Word, sp.Symbol] = {}
    terms = []
    for k, (p, q) in enumerate(H):
        real = p == q
        s = fresh.symbol(f"h{k}", real)
        hermitian[p, q] = s
        terms.append(s * product_of(around.modes, p, q))
        if not real:
            terms.append(sp.conjugate(s) * product_of(around.modes, q, p))
    losses, named = [], [hermitian]
    for k, (loss, words) in enumerate(zip(around.losses, jumps, strict=True)):
        symbols = {word: fresh.symbol(f"l{k}_{j}", False) for j, word in enumerate(words)}
        named.append(symbols)
        if symbols:
            parts = (s * product_of(around.modes, *word) for word, s in symbols.items())
            losses.append(Loss(loss.rate, sp.Add(*parts)))
    names = tuple({w: (str(s), bool(s.is_real)) for w, s in words.items()} for words in named)
    return Model(name, sp.Add(*terms), tuple(losses)), names


def _named(
    around: Shift, H: Words, jumps: tuple[Words, ...], name: str
) -> tuple[Squeeze, tuple[dict[Word, tuple[str, bool]], ...]]:
    """The frame of a model with a symbol per word, and their names."""
    model, names = _model(around.model, H, jumps, name)
    taken = {*map(str, model.parameters), *map(str, around.coefficients), *_symbols(around)}
    fresh, modes = _Fresh({*taken, *map(label, model.modes)}), range(len(model.modes))
    stems = [label(mode) for mode in model.modes]
    down, up = (
        {(i, j): fresh.symbol(f"{x}_{stems[i]}_{stems[j]}", False) for i in modes for j in modes}
        for x in "uv"
    )
    return Squeeze(model, around.alphas, around.coefficients, around, down, up), names


def _symbols(around: Shift) -> set[str]:
    """All names that the coefficients of a displaced model are made of."""
    return {str(s) for c in around.coefficients.values() for s in c.free_symbols}


class _Fresh:
    """Symbols that are not taken yet."""

    def __init__(self, taken: set[str]) -> None:
        self.taken = taken

    def symbol(self, name: str, real: bool) -> sp.Symbol:
        while name in self.taken:
            name += "_"
        self.taken.add(name)
        return sp.Symbol(name, real=True) if real else sp.Symbol(name, complex=True)


def squeezed(
    words: dict[Word, np.ndarray], U: np.ndarray, V: np.ndarray, modes: Sequence[Mode]
) -> dict[Word, np.ndarray]:
    """A polynomial of b = U c + V c' in words of c, with numbers (points,) for each word.

    >>> from sympy.physics.quantum.boson import BosonOp
    >>> number = {((1,), (1,)): np.ones(1)}
    >>> U, V = np.array([[[1.25]]]), np.array([[[0.75]]])
    >>> found = squeezed(number, U, V, [BosonOp("a")])
    >>> found[(0,), (0,)].real, found[(1,), (1,)].real  # V^2, and U^2 + V^2 quanta for each of c
    (array([0.5625]), array([2.125]))
    """
    steps = _steps(np.moveaxis(U, 0, -1), np.moveaxis(V, 0, -1), np.conj)
    return _substituted(words, *steps, modes, np.ones(len(U), dtype=complex))


def _steps(U: Any, V: Any, conjugate: Callable[[Any], Any]) -> tuple[list[Numbers], list[Numbers]]:
    """Each b_i, and each b_i', in words of c."""
    m = len(U)
    none = (0,) * m
    ones = [tuple(int(i == j) for j in range(m)) for i in range(m)]
    lower = [
        {(none, ones[j]): U[i][j] for j in range(m)} | {(ones[j], none): V[i][j] for j in range(m)}
        for i in range(m)
    ]
    lower = [{w: c for w, c in one.items() if np.any(c != 0)} for one in lower]
    return lower, [{(q, p): conjugate(c) for (p, q), c in one.items()} for one in lower]


def _substituted(
    words: Numbers, lower: list[Numbers], raised: list[Numbers], modes: Sequence[Mode], one: Any
) -> Numbers:
    """A polynomial with other operators in the place of b_i and b_i', in normal order."""
    none = (0,) * len(modes)
    done: dict[Word, Numbers] = {(none, none): {(none, none): one}}

    def product(word: Word) -> Numbers:
        if word not in done:
            p, q = word
            side, powers, steps = (1, q, lower) if any(q) else (0, p, raised)
            i = max(k for k, n in enumerate(powers) if n)  # the operator that stands last
            less = tuple(n - (k == i) for k, n in enumerate(powers))
            before = product((p, less) if side else (less, q))
            done[word] = multiply(before, steps[i], modes)
        return done[word]

    total: Numbers = {}
    for word, c in words.items():
        for other, x in product(word).items():
            total[other] = total[other] + c * x if other in total else c * x
    return total
