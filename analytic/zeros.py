"""Blockade of a field, and of several orders at once: where <b^k> vanishes at leading order.

For a field b = sum_i c_i a_i + beta, light of several modes and of the laser,

    g^(k) = |<b^k>|^2/|<b>|^(2k),      <b^k> = <0|b^k|psi>

(`analytic.fields`), a polynomial in the amplitudes.  A homodyned emitter, or the port of a cavity
that also carries the drive, blocks where *these* vanish, not where the mode's own amplitude does:
H. Flayac and V. Savona, Phys. Rev. A 88, 033836 (2013).  The c_i and beta may hold symbols that
the model does not have, such as beta = r xi with an unknown r.

Each order that vanishes is a complex equation, and takes two real unknowns or a complex one.  One
order is solved as `Derivation.blockade_conditions` does; several orders together by Newton's
method from many places.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
import sympy as sp

from analytic.conditions.condition import Condition, zeros
from analytic.conditions.roots import numeric_zeros
from analytic.conditions.unknowns import Unknowns, check_free, read_unknowns, symbols_of
from analytic.derivation import Derivation, check_closed
from analytic.fields import Field, project
from systems.fields import leading_part, read_field
from systems.ladder import multiply
from systems.values import Values, check_positive, read_exact

STARTS = 1000  # of Newton's method; of the systems tried, 300 found all that 3000 did
DECADES = 1.5  # around the largest rate, in which they lie
STEPS = 40  # of it from each: of a thousand starts in two systems all had arrived
FOLLOWED = 1e-6  # of the sum of the moduli of its terms: what arrives is followed to more digits
# Least singular value at a simple zero of Newton's matrix, relative to the terms and the unknowns.
# At double zeros it came out below 1e-8, at two simple ones 1e-5 apart at 2e-6
SINGULAR = 1e-7
DIGITS = 30  # with which what they find is followed up
VANISHES = 1e-15  # of the sum of the moduli of its terms: half of the digits
SAME = 1e-8  # relative distance within which two solutions are one


@dataclass(frozen=True)
class _Known:
    """The symbols of a model and of a field, as far as names are looked up."""

    parameters: tuple[sp.Symbol, ...]


def field_conditions(
    closed: Derivation,
    field: Field,
    solve_for: Unknowns,
    at: Mapping[Any, Any] | None = None,
    order: int = 2,
    values: Values | None = None,
) -> list[Condition]:
    """Where ``<b^order>`` of a field vanishes at leading order: all real branches.

    ``field`` is a mode or an expression ``sum_i c_i a_i + beta``, whose symbols may be unknowns
    (beta of the order of the drive, ``r*xi``).  The other arguments, the result and the errors are
    those of `Derivation.blockade_conditions`.  What a zero is worth says `numeric.fields` at its
    values.

    The laser that cancels the pairs of a Kerr mode in one port:

    >>> from analytic import derive
    >>> from systems import kerr
    >>> r = sp.Symbol("r")
    >>> port = kerr.a + r * kerr.xi
    >>> values = {"Delta": 0, "chi": 1, "gamma": 2, "xi": 0.01}
    >>> for condition in field_conditions(derive(kerr.MODEL), port, r, values=values):
    ...     print(complex(condition.values[r]).imag > 0)
    True
    True
    """
    check_closed(closed)
    known = _known(closed, [field])
    unknowns = read_unknowns(known, solve_for)  # type: ignore[arg-type]
    fixed = symbols_of(known, at or {}, "at")  # type: ignore[arg-type]
    check_free(unknowns, fixed, "at")
    if values is None:
        return zeros(*_factors(closed, field, order, fixed), unknowns)
    exact = _exact(closed, known, values)
    check_free(unknowns, exact, "values")
    exact |= fixed
    return numeric_zeros(*_factors(closed, field, order, exact), unknowns, exact)


def joint_zeros(
    closed: Derivation,
    conditions: Sequence[tuple[Field, int]],
    solve_for: Sequence[sp.Symbol | str],
    values: Values,
    starts: int = STARTS,
    seed: int = 1,
) -> list[Condition]:
    """Points at which several orders, of one field or of several, vanish together.

    ``conditions`` are pairs of a field and an order, ``[(b, 2), (b, 3)]`` for g2 = g3 = 0.  Each
    takes two real unknowns of ``solve_for`` or one complex one.  ``values`` holds numbers for all
    other symbols but the drive.  Newton's method starts from ``starts`` random places within
    one and a half decades of the largest rate; what it finds is followed to `DIGITS` digits, and
    what makes a field dark or does not have the signs of its symbols is left out.  Points that no
    start leads to are not found.  Raises `ValueError` or `TypeError` for bad arguments.

    >>> from analytic import derive
    >>> from systems import kerr
    >>> joint_zeros(derive(kerr.MODEL, 3), [("a", 2), ("a", 3)], ("Delta", "chi", "gamma", "xi"),
    ...             {}, starts=5)  # a Kerr mode has none
    []
    """
    check_closed(closed)
    known = _known(closed, [field for field, _ in conditions])
    unknowns = [read_unknowns(known, one)[0] for one in solve_for]  # type: ignore[arg-type]
    count = sum(1 if x.is_real else 2 for x in unknowns)
    if count != 2 * len(conditions):
        raise ValueError(
            f"Argument `solve_for` must hold {2 * len(conditions)} real unknowns (a complex one "
            f"counts twice) for {len(conditions)} conditions, but holds {count}."
        )
    exact = _exact(closed, known, values)
    check_free(unknowns, exact, "values")
    if closed.model.drive not in {*exact, *unknowns}:
        exact[closed.model.drive] = sp.S.One  # it drops out
    several = [_factors(closed, field, order, exact) for field, order in conditions]
    wholes = [sp.expand(sp.Mul(*factors)) for factors, _ in several]
    poles = [pole for _, found in several for pole in found]
    missing = set().union(*(w.free_symbols for w in wholes)) - set(unknowns)
    if missing:
        raise ValueError(
            f"Argument `values` must hold a value for {', '.join(sorted(map(str, missing)))}."
        )
    system = _System(unknowns, wholes, poles)
    return system.solve(starts, seed, _rate(closed, exact))


class _System:
    """Polynomials that vanish together, with Newton's method for it, from many starts at once."""

    def __init__(
        self, unknowns: list[sp.Symbol], wholes: list[sp.Expr], poles: list[sp.Expr]
    ) -> None:
        self.unknowns = unknowns
        # a complex unknown and its conjugate are two letters: polynomials stay as short as they are
        self.twins = {x: sp.Dummy(f"{x}_bar") for x in unknowns if not x.is_real}
        wholes, poles = ([self._in_letters(p) for p in every] for every in (wholes, poles))
        letters = [*unknowns, *self.twins.values()]
        slopes = [[sp.diff(whole, x) for x in letters] for whole in wholes]
        self.count, self.letters = len(wholes), letters
        self.function = self._compiled([*wholes, *(d for row in slopes for d in row)])
        self.exact = sp.lambdify(letters, [*wholes, *(d for row in slopes for d in row)], "mpmath")
        self.sizes = self._compiled([_size(whole) for whole in wholes])
        open_poles = [pole for pole in poles if pole.free_symbols]
        self.poles = self._compiled(open_poles)
        self.pole_sizes = self._compiled([_size(pole) for pole in open_poles])

    def solve(self, starts: int, seed: int, rate: float) -> list[Condition]:
        """All that the starts lead to, each once, sorted by value."""
        random, found = np.random.default_rng(seed), list[np.ndarray]()
        begin = [
            np.concatenate([self._draw(x, random, rate) for x in self.unknowns])
            for _ in range(starts)
        ]
        ends = self._followed(np.transpose(begin), rate)

        def is_new(point: np.ndarray) -> bool:
            return not any(np.allclose(point, f, rtol=SAME, atol=SAME * rate) for f in found)

        for end in ends[:, self._holds(ends, FOLLOWED)].T:
            point = self._polished(end) if is_new(end) else None
            if point is not None and is_new(point):
                found.append(point)
        return [self._condition(point) for point in sorted(found, key=lambda p: [*p])]

    def _in_letters(self, polynomial: sp.Expr) -> sp.Expr:
        """The polynomial without conjugates of the unknowns, which have letters of their own."""
        for x, bar in self.twins.items():
            polynomial = polynomial.subs(
                {sp.conjugate(x): bar, sp.Abs(x): sp.sqrt(x * bar), sp.re(x): (x + bar) / 2,
                 sp.im(x): (x - bar) / (2 * sp.I)}
            )  # fmt: skip
        return polynomial

    def _compiled(self, several: list[sp.Expr]) -> Any:
        """Expressions as a function of the points, (reals, points), of shape (several, points)."""
        # as floats first: NumPy has no whole numbers of more than 64 bits
        function = sp.lambdify(self.letters, [sp.N(e, 17) for e in several], "numpy", cse=True)

        def at(x: np.ndarray) -> np.ndarray:
            found = np.empty((len(several), x.shape[1]), dtype=complex)
            with np.errstate(all="ignore"):
                for row, value in zip(found, function(*self._variables(x)), strict=True):
                    row[:] = value
            return found

        return at

    def _followed(self, x: np.ndarray, rate: float) -> np.ndarray:
        """Where Newton's method leads from points (reals, points); NaN where it is no simple zero.

        At a double zero, and along a curve of zeros, the matrix is singular.
        """
        for _ in range(STEPS):
            matrix, value = self._matrix(x)
            lost = ~(np.isfinite(matrix).all(axis=(1, 2)) & np.isfinite(value).all(axis=1))
            matrix[lost], value[lost] = 0, 0
            step = -(np.linalg.pinv(matrix) @ value[..., None])[..., 0].T
            # no leap far beyond what is there already, so that far starts do not get lost
            reach, length = np.linalg.norm(x, axis=0) + rate, np.linalg.norm(step, axis=0)
            x = x + step * np.minimum(1, reach / np.where(length > 0, length, 1))
        matrix, _ = self._matrix(x)
        with np.errstate(all="ignore"):
            sizes = np.tile(self.sizes(x).real, (2, 1)).T[..., None]
            matrix = matrix / sizes * np.linalg.norm(x, axis=0)[:, None, None]
        matrix[~np.isfinite(matrix).all(axis=(1, 2))] = 0
        simple = np.linalg.svd(matrix, compute_uv=False)[:, -1] > SINGULAR
        return np.where(simple, x, np.nan)

    def _matrix(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Newton's matrices (points, equations, reals) and what should vanish (points, equations).

        Of a complex unknown z = x + i y: d/dx = d/dz + d/dz*, d/dy = i (d/dz - d/dz*).
        """
        numbers = self.function(x)
        value, slopes = numbers[: self.count], numbers[self.count :]
        matrix = np.array(self._real_slopes(list(slopes.reshape(self.count, -1, x.shape[1])
                                                 .transpose(1, 0, 2))))  # fmt: skip
        parts = matrix.transpose(2, 1, 0)
        return np.concatenate([parts.real, parts.imag], axis=1), np.concatenate(
            [value.real, value.imag]
        ).T

    def _real_slopes(self, slopes: list[Any]) -> list[Any]:
        """Derivatives by the real unknowns from those by the letters."""
        bars, found = iter(slopes[len(self.unknowns) :]), list[Any]()
        for unknown, slope in zip(self.unknowns, slopes, strict=False):
            if unknown.is_real:
                found.append(slope)
            else:
                bar = next(bars)
                found += [slope + bar, 1j * (slope - bar)]
        return found

    def _holds(self, x: np.ndarray, small: float) -> np.ndarray:
        """Per point: whether all vanish, no pole does, and the signs are those of the symbols."""
        with np.errstate(all="ignore"):
            relative = abs(self.function(x)[: self.count]) / self.sizes(x).real
            holds = np.isfinite(x).all(axis=0) & (relative < small).all(axis=0)
            holds &= (abs(self.poles(x)) > 1e-6 * self.pole_sizes(x).real).all(axis=0)
        for unknown, number in zip(self.unknowns, self._numbers(x), strict=True):
            if unknown.is_positive:
                holds &= np.real(number) > 0
        return holds

    def _numbers(self, x: Any) -> list[Any]:
        """The unknowns from real numbers: a complex one takes two."""
        parts, numbers = iter(x), []
        for unknown in self.unknowns:
            real = next(parts)
            numbers.append(real if unknown.is_real else real + 1j * next(parts))
        return numbers

    def _variables(self, x: Any) -> list[Any]:
        """The unknowns from real numbers, and after them the conjugates of the complex ones."""
        numbers = self._numbers(x)
        pairs = zip(numbers, self.unknowns, strict=True)
        return [*numbers, *(z.conjugate() for z, unknown in pairs if not unknown.is_real)]

    def _polished(self, x: np.ndarray) -> np.ndarray | None:
        """The point to many digits, or None if it is no simple zero."""
        import mpmath

        def at(*parts: Any) -> list[Any]:
            return list(self.exact(*self._variables(parts)))

        def values(*parts: Any) -> list[Any]:
            return [part(v) for part in (mpmath.re, mpmath.im) for v in at(*parts)[: self.count]]

        def slopes(*parts: Any) -> Any:
            flat, width = at(*parts)[self.count :], len(self.letters)
            rows = [self._real_slopes(flat[i * width : (i + 1) * width]) for i in range(self.count)]
            return mpmath.matrix(
                [[part(v) for v in row] for part in (mpmath.re, mpmath.im) for row in rows]
            )

        with mpmath.workdps(DIGITS):
            try:
                end = mpmath.findroot(
                    values, [mpmath.mpf(float(v)) for v in x], J=slopes, tol=1e-40
                )
            except (ValueError, ZeroDivisionError):  # no convergence, or a singular matrix
                return None
            point = np.array([float(v) for v in end])
        return point if self._holds(point[:, None], VANISHES * 1e3)[0] else None

    def _condition(self, point: np.ndarray) -> Condition:
        numbers = self._numbers(point.tolist())
        return Condition(
            {x: sp.sympify(v) for x, v in zip(self.unknowns, numbers, strict=True)}, sp.true
        )

    @staticmethod
    def _draw(unknown: sp.Symbol, random: np.random.Generator, rate: float) -> np.ndarray:
        """A place to start from, as one or two real numbers."""
        size = rate * 10 ** random.uniform(-DECADES, DECADES)
        if unknown.is_nonnegative:
            return np.array([size])
        if unknown.is_real:
            return np.array([size * random.choice([-1, 1])])
        angle = random.uniform(0, 2 * np.pi)
        return size * np.array([np.cos(angle), np.sin(angle)])


def _factors(
    closed: Derivation, field: Field, order: int, exact: Mapping[sp.Symbol, sp.Expr]
) -> tuple[list[sp.Expr], list[sp.Expr]]:
    """Factors of ``<b^order>`` that do not vanish with ``<b>`` alone, and the poles.

    Both are polynomials; at a pole the amplitude diverges or the field is dark.
    """
    check_positive("order", order)
    model, free = closed.model, _free(closed, field)
    b = leading_part(model, read_field(model, field, free))
    dark = (0,) * len(model.modes)
    product = reduce(lambda x, y: multiply(x, y, model.modes), [b] * order)
    # numbers first: with all symbols a common denominator takes minutes
    top, bottom = _fraction(project(closed, product, dark).subs(exact))
    one, _ = _fraction(project(closed, b, dark).subs(exact))
    if top == 0 or one == 0:
        raise ValueError(
            f"Argument `field` must be one that emits at leading order, but <b^{order}> of "
            f"`{field}` is zero there for all values: use numeric.fields."
        )
    poles = [*_irreducible(bottom), *_irreducible(one)]
    return [f for f in _irreducible(top) if f not in poles], poles


def _fraction(expression: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """Numerator and denominator, multiplied out; they may share factors."""
    top, bottom = sp.fraction(sp.together(expression))
    return sp.expand(top), sp.expand(bottom)


def _irreducible(polynomial: sp.Expr) -> list[sp.Expr]:
    """The factors that can vanish, i taken for a letter: true Gaussian factors take minutes."""
    i = sp.Dummy("i")
    factors = sp.factor_list(polynomial.xreplace({sp.I: i}))[1]
    plain = [sp.expand(f.xreplace({i: sp.I})) for f, _ in factors]
    return [f for f in plain if f.free_symbols and not f.is_positive]


def _free(closed: Derivation, field: Field) -> set[sp.Symbol]:
    """The symbols of a field that are none of the model."""
    symbols = set() if isinstance(field, str) else field.free_symbols
    return {s for s in symbols if s.is_commutative} - set(closed.model.parameters)


def _known(closed: Derivation, fields: Sequence[Field]) -> _Known:
    free = set[sp.Symbol]().union(*(_free(closed, field) for field in fields))
    return _Known((*closed.model.parameters, *sorted(free, key=str)))


def _exact(closed: Derivation, known: _Known, values: Values) -> dict[sp.Symbol, sp.Expr]:
    """Exact numbers for the model's symbols and for those of the field."""
    own = {str(s): s for s in known.parameters if s not in closed.model.parameters}
    inside = {name: v for name, v in values.items() if str(name) not in own}
    exact = read_exact(closed.model, inside, "values")
    more = {own[str(n)]: sp.nsimplify(v, rational=True) for n, v in values.items() if str(n) in own}
    return exact | more


def _rate(closed: Derivation, exact: Mapping[sp.Symbol, sp.Expr]) -> float:
    """The largest rate of a loss that is known, or 1."""
    rates = [loss.rate.subs(exact) for loss in closed.model.losses]
    return max([float(rate) for rate in rates if rate.is_number and rate > 0], default=1.0)


def _size(polynomial: sp.Expr) -> sp.Expr:
    """The sum of the moduli of its terms."""
    terms = sp.Add.make_args(sp.expand(polynomial))
    return sp.Add(*(sp.Abs(t, evaluate=False) for t in terms))
