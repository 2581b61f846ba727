"""Linear light in any bath: exact closed forms of quadratic models, at any strength of the drive.

Where H holds at most two ladder operators in a term and every loss at most one (thermal and
squeezed baths and gain included), the first and second moments of the modes obey equations among
themselves,

    d<X>/dt = i <[H, X]> + sum_k rate_k <L_k' X L_k - (L_k' L_k X + X L_k' L_k)/2>,

and the state is Gaussian: every normally ordered moment is a sum over pairings of them (L.
Isserlis, Biometrika 12, 134 (1918)).  With m = <a>, n = <a'a> - |m|^2, s = <aa> - m^2 of one mode

    g2 = 1 + (n^2 + |s|^2 + 2 n |m|^2 + 2 Re[s conj(m)^2])/<a'a>^2.

Nothing is small here.  There is a steady state where all modes are damped: below the threshold of a
pair drive, and where loss exceeds gain.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, cached_property
from itertools import combinations_with_replacement

import numpy as np
import sympy as sp

from analytic.evaluation import number_at
from analytic.heisenberg import heisenberg
from analytic.latex import align, correlation_symbol, number_symbol
from analytic.quadratic.followers import followers, from_others
from analytic.quadratic.stationary import Moment, steady
from analytic.rational.abbreviations import Abbreviations
from analytic.rational.factored import Factored
from analytic.rational.naming import Names, find_names, free_name
from analytic.rational.polynomials import Singular
from systems import Model
from systems.arithmetic import evaluate
from systems.display import Shown
from systems.ladder import Ladder, Mode, Word, express, label
from systems.progress import busy
from systems.status import Status
from systems.values import Values, check_positive, read_values

# Operations of a form that is still multiplied out: g2 in a squeezed bath has 77 and takes a
# second. Longer ones, such as its g3 of 174, take half a minute and more, and come out no shorter
LONG = 150
# Terms of a polynomial in a line: with eight, of two or three letters each, it has some 100 letters
LINE = 8
DAMPED = 1e-12  # relative to the largest rate: round-off of an eigenvalue that is none
Factor = tuple[int, bool]  # a mode by its position, and whether it is the creation operator


def gaussian(model: Model) -> Gaussian:
    """The exact moments of a quadratic model, with any bath and any drive, or none.

    Raises `TypeError` for what is no `systems.Model`, `ValueError` for two-level systems, for a
    term of H with more than two ladder operators and for a loss with more than one.

    >>> import sympy as sp
    >>> from sympy.physics.quantum import Dagger
    >>> from sympy.physics.quantum.boson import BosonOp
    >>> from systems import Loss, Model
    >>> a, (kappa, n_th) = BosonOp("a"), sp.symbols("kappa n_th", positive=True)
    >>> bath = Loss(kappa * (n_th + 1), a), Loss(kappa * n_th, Dagger(a))
    >>> warm = gaussian(Model("warm cavity", sp.Symbol("Delta", real=True) * Dagger(a) * a, bath))
    >>> warm.number("a"), warm.correlation("a")  # thermal light
    (n_th, 2)
    """
    if not isinstance(model, Model):
        raise TypeError(f"Argument `model` must be a systems.Model, but is {model!r}.")
    _check_quadratic(model)
    return Gaussian(model)


class Gaussian(Shown):
    """Moments of a Gaussian steady state as SymPy expressions in the model's symbols, all exact.

    The methods are those of `Derivation`; modes are named by operator or label.

    >>> import sympy as sp
    >>> from sympy.physics.quantum import Dagger
    >>> from sympy.physics.quantum.boson import BosonOp
    >>> from systems import Loss, Model
    >>> a, (kappa, G) = BosonOp("a"), sp.symbols("kappa G", positive=True)
    >>> pairs = gaussian(Model("pairs", G * (a**2 + Dagger(a) ** 2), (Loss(kappa, a),), G))
    >>> pairs.evaluate(pairs.number("a"), {"kappa": 1.0, "G": [0.1, 0.3]})  # threshold: kappa/4
    array([0.0952381,       nan])
    """

    def __init__(self, model: Model) -> None:
        self.model = model

    def _title(self) -> str:
        return f"Gaussian steady state of the {self.model.name}"

    def _facts(self) -> Mapping[str, str]:
        losses = len(self.model.losses)
        return {"modes": ", ".join(map(label, self.model.modes)), "losses": str(losses)}

    @cached_property
    @busy("names for what repeats")
    def abbreviations(self) -> Names:
        """Means m = <a>, covariances n = <a'a> - |m|^2, s = <aa> - m^2, and what makes them.

        A dict from symbols to definitions, each in those before it, for the methods that take
        ``abbreviations``: of two modes in different baths a number has thousands of letters, and
        in these names a line.  ``n_a_b`` is <a'b> - <a'><b>, ``s_a_b`` is <ab> - <a><b>.  Moments
        that are long follow from others by their own equation of motion.

        >>> from systems import Loss, Model
        >>> from sympy.physics.quantum import Dagger
        >>> from sympy.physics.quantum.boson import BosonOp
        >>> a, (kappa, G) = BosonOp("a"), sp.symbols("kappa G", positive=True)
        >>> pairs = gaussian(Model("pairs", G * (a**2 + Dagger(a) ** 2), (Loss(kappa, a),), G))
        >>> pairs.correlation("a", 2, pairs.abbreviations)
        (2*n_a**2 + Abs(s_a)**2)/n_a**2
        """
        moments = {w: m for w, m in self._moments.items() if w in self._names and m.products}
        later = [w for words in self._lengths(moments) for w in followers(self._linear, words)]
        first = {w: m for w, m in moments.items() if w not in later}
        products = [x for m in first.values() for x in m.products]
        taken = {*map(str, self.model.parameters), *(str(self._names[w]) for w in moments)}
        names = find_names(products, {}, taken)
        defined = [(self._names[w], m.expression(names)) for w, m in first.items()]
        defined += [(self._names[w], from_others(self._linear[w], w, self._name)) for w in later]
        names.update(defined)
        return names

    def number(self, mode: Mode | str, abbreviations: Abbreviations | None = None) -> sp.Expr:
        """Mean number ``<a'a>``."""
        return self.moment(mode, 1, abbreviations)

    def moment(
        self, mode: Mode | str, order: int = 1, abbreviations: Abbreviations | None = None
    ) -> sp.Expr:
        """``<a'^k a^k>``, k = ``order``, not divided by the mean number."""
        check_positive("order", order)
        i = self.model.index(mode)
        return self._product(((i, True),) * order + ((i, False),) * order, abbreviations)

    def correlation(
        self, mode: Mode | str, order: int = 2, abbreviations: Abbreviations | None = None
    ) -> sp.Expr:
        """``g^(order)(0)`` of a mode; raises `ValueError` for one that stays empty."""
        below = self._filled(mode, abbreviations) ** order
        return _ratio(self.moment(mode, order, abbreviations), below, abbreviations)

    def cross_correlation(
        self, first: Mode | str, second: Mode | str, abbreviations: Abbreviations | None = None
    ) -> sp.Expr:
        """``g2_12(0) = <a'b'ba>/(<a'a> <b'b>)`` of two modes."""
        i, j = self.model.index(first), self.model.index(second)
        both = self._product(((i, True), (j, True), (j, False), (i, False)), abbreviations)
        below = self._filled(first, abbreviations) * self._filled(second, abbreviations)
        return _ratio(both, below, abbreviations)

    def latex(self, abbreviations: Abbreviations | None = None) -> str:
        r"""Abbreviations, mean numbers and g2 of all modes as one LaTeX ``align*`` environment.

        >>> from systems import Loss, Model
        >>> from sympy.physics.quantum import Dagger
        >>> from sympy.physics.quantum.boson import BosonOp
        >>> a, (kappa, n_th) = BosonOp("a"), sp.symbols("kappa n_th", positive=True)
        >>> bath = Loss(kappa * (n_th + 1), a), Loss(kappa * n_th, Dagger(a))
        >>> H = sp.Symbol("Delta", real=True) * Dagger(a) * a
        >>> print(gaussian(Model("warm", H, bath)).latex().splitlines()[1].strip())
        \langle a^\dagger a \rangle &= n_{th} \\
        """
        rows = [(sp.latex(name), meaning) for name, meaning in (abbreviations or {}).items()]
        for mode in filter(self.number, self.model.modes):
            rows.append((number_symbol(mode), self.number(mode, abbreviations)))
            rows.append((correlation_symbol(mode, 2), self.correlation(mode, 2, abbreviations)))
        return align(rows)

    def evaluate(self, expression: sp.Expr, values: Values) -> np.ndarray:
        """A closed form at values: an array of their broadcast shape, NaN without a steady state.

        Raises `ValueError` or `TypeError` for values that are missing, unknown or not finite.
        """
        number = number_at(self.model, expression, values)
        return np.where(self.status(values) == Status.OK, number, np.nan)[()]

    def status(self, values: Values) -> np.ndarray:
        """Per point "ok", or "does not exist" where a mode is not damped: array of their shape."""
        arrays = read_values(self.model, values)
        first = [word for word in self._words if _size(word) == 1]
        entries = [evaluate(self._flows[row].get(w, sp.S.Zero), arrays)
                   for row in first for w in first]  # fmt: skip
        shape = entries[0].shape
        drift = np.stack(entries, axis=-1).reshape(*shape, len(first), len(first))
        fastest, size = np.linalg.eigvals(drift).real.max(-1), abs(drift).max((-1, -2))
        return np.where(fastest < -DAMPED * size, Status.OK, Status.MISSING)

    def _filled(self, mode: Mode | str, abbreviations: Abbreviations | None) -> sp.Expr:
        """The mean number of a mode, which is not zero."""
        number = self.number(mode, abbreviations)
        if number == 0:
            raise ValueError(f"Mode `{mode}` stays empty: its correlations are 0/0.")
        return number

    @cached_property
    def _words(self) -> list[Word]:
        """The words of one and of two ladder operators."""
        count = len(self.model.modes)
        ones = [tuple(int(i == j) for j in range(count)) for i in range(count)]
        none = (0,) * count
        pairs = [tuple(map(sum, zip(*pair, strict=True)))
                 for pair in combinations_with_replacement(ones, 2)]  # fmt: skip
        first = [(none, one) for one in ones] + [(one, none) for one in ones]
        second = [(none, pair) for pair in pairs] + [(pair, none) for pair in pairs]
        return first + second + [(p, q) for p in ones for q in ones]

    @cached_property
    def _flows(self) -> dict[Word, Ladder]:
        """``d<X>/dt`` of every word, as words."""
        return {word: heisenberg(self.model, word) for word in self._words}

    @cached_property
    def _means(self) -> dict[Word, Moment]:
        """Steady <a_i> and <a_i'>."""
        return self._solve([word for word in self._words if _size(word) == 1])

    @cached_property
    def _covariances(self) -> dict[Word, Moment]:
        """Steady <XY> - <X><Y>.

        A drive moves the means and leaves what is spread around them as it is: covariances obey the
        equations of second moments without the terms in <X> alone.
        """
        return self._solve([word for word in self._words if _size(word) == 2])

    @busy("moments of linear light")
    def _solve(self, words: list[Word]) -> dict[Word, Moment]:
        """The words between which the equations are linear, fed by the numbers in them."""
        try:
            return steady(self._flows, words)
        except Singular:
            raise ValueError(
                "Argument `model` must have a steady state, but some mode of the "
                f"{self.model.name} has no loss: give each one, of its own or through a coupling."
            ) from None

    @cached_property
    def _moments(self) -> dict[Word, Moment]:
        """The means and the covariances."""
        return {**self._means, **self._covariances}

    @cached_property
    def _linear(self) -> dict[Word, Ladder]:
        """The equations of means and of covariances, each among themselves."""
        none = ((0,) * len(self.model.modes),) * 2
        return {
            word: {w: c for w, c in flow.items() if w == none or _size(w) == _size(word)}
            for word, flow in self._flows.items()
        }

    def _lengths(self, moments: Mapping[Word, Moment]) -> list[dict[Word, int]]:
        """How long the closed forms are beyond a line, of means and of covariances."""
        costs = {w: sum(map(_length, m.products)) for w, m in moments.items()}
        return [{w: c for w, c in costs.items() if _size(w) == order} for order in (1, 2)]

    def _name(self, word: Word) -> sp.Expr:
        """The name of a moment, or what it is where that is short."""
        if not self._moments[word].products:
            return self._moments[word].expression()
        if word in self._names:
            return self._names[word]
        return sp.conjugate(self._names[word[::-1]])

    @cached_property
    def _names(self) -> dict[Word, sp.Symbol]:
        """``m_a`` for <a>, ``s_a_b`` for <ab>, ``n_a_b`` for <a'b>; none for the conjugate ones.

        Real where they are, and none that the model or another moment has.
        """
        used, names = {*map(str, self.model.parameters)}, {}
        for word, moment in self._moments.items():
            up, down = ([i for i, k in enumerate(side) for _ in range(k)] for side in word)
            kind = {(0, 1): "m", (0, 2): "s", (1, 1): "n"}.get((len(up), len(down)))
            if kind and (not up or up <= down):
                modes = dict.fromkeys(label(self.model.modes[i]) for i in (*up, *down))
                real = (kind == "n" and not moment.imaginary) or None
                names[word] = free_name("_".join((kind, *modes)), used, real)
        return names

    def _value(self, abbreviated: bool, *factors: Factor) -> sp.Expr:
        """The mean of one ladder operator or the covariance of two: its form, or its name."""
        up, down = [0] * len(self.model.modes), [0] * len(self.model.modes)
        for mode, creates in factors:
            (up if creates else down)[mode] += 1
        word = tuple(up), tuple(down)
        return self._name(word) if abbreviated else self._moments[word].expression()

    def _product(self, factors: tuple[Factor, ...], abbreviations: Abbreviations | None) -> sp.Expr:
        """A normally ordered product, over one denominator; or in abbreviations."""
        if not abbreviations:
            return _simple(self._expect(factors, False))
        return _moduli(sp.expand(self._expect(factors, True)))

    @cache  # noqa: B019  (lives as long as the state that it belongs to)
    @busy("products of moments")
    def _expect(self, factors: tuple[Factor, ...], abbreviated: bool) -> sp.Expr:
        """A normally ordered product: the first factor alone, or paired with one of the others."""
        if not factors:
            return sp.S.One
        first, *rest = factors
        total = self._value(abbreviated, first) * self._expect(tuple(rest), abbreviated)
        for i, other in enumerate(rest):
            left = self._expect((*rest[:i], *rest[i + 1 :]), abbreviated)
            total += self._value(abbreviated, first, other) * left
        return total


def _size(word: Word) -> int:
    """How many ladder operators a word has."""
    return sum(map(sum, word))


def _length(product: Factored) -> int:
    """The terms above the line that do not fit one."""
    sizes = [len(f.polynomial.monoms()) for f, power in product.powers.items() if power > 0]
    return sum(size for size in sizes if size > LINE)


def _moduli(expression: sp.Expr) -> sp.Expr:
    """A sum with z conj(z) written |z|^2."""
    pairs = [z for z in expression.atoms(sp.Symbol) if expression.has(sp.conjugate(z))]
    terms = []
    for term in sp.Add.make_args(expression):
        powers = term.as_powers_dict()
        for z in pairs:
            both = min(powers[z], powers[sp.conjugate(z)])
            term *= sp.Abs(z) ** (2 * both) / (z * sp.conjugate(z)) ** both
        terms.append(term)
    return sp.Add(*terms)


def _ratio(above: sp.Expr, below: sp.Expr, abbreviations: Abbreviations | None) -> sp.Expr:
    return above / below if abbreviations else _simple(above / below)


def _check_quadratic(model: Model) -> None:
    found = model.not_quadratic()
    if found is None:
        return
    if isinstance(found, tuple):
        what = f"`{express(found, model.modes)}`"
    else:
        what = f"the two-level `{found.name}`"
    raise ValueError(
        "Argument `model` must hold at most two ladder operators in a term of H and one in a loss, "
        f"all of bosons, but has {what}: use analytic.derive or analytic.expand (with weak baths "
        "named among the `orders`), or numeric.steady_state."
    )


def _simple(expression: sp.Expr) -> sp.Expr:
    """Over one denominator, factored, unless it is long."""
    if sp.count_ops(expression) > LONG:
        return expression
    roots = {p for p in expression.atoms(sp.Pow) if not p.exp.is_Integer}
    letters = {m: sp.Dummy() for m in {*roots, *expression.atoms(sp.Function)}}
    meaning = {letter: x for x, letter in letters.items()}
    return sp.factor(sp.cancel(expression.xreplace(letters))).xreplace(meaning)
