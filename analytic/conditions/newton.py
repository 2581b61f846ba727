"""Complex equations that vanish together: their zeros by Newton's method from many places.

Each equation takes two real unknowns or a complex one.  What a start leads to is followed to many
digits; double zeros, and curves of zeros, are left out.
"""

from typing import Any

import numpy as np
import sympy as sp

from analytic.conditions.condition import Condition
from systems.progress import busy

DECADES = 1.5  # around the largest rate, in which they lie
STEPS = 40  # of it from each: of a thousand starts in two systems all had arrived
FOLLOWED = 1e-6  # of the sum of the moduli of its terms: what arrives is followed to more digits
# Least singular value at a simple zero of Newton's matrix, relative to the terms and the unknowns.
# At double zeros it came out below 1e-8, at two simple ones 1e-5 apart at 2e-6
SINGULAR = 1e-7
DIGITS = 30  # with which what they find is followed up
VANISHES = 1e-15  # of the sum of the moduli of its terms: half of the digits
SAME = 1e-8  # relative distance within which two solutions are one


class Newton:
    """Newton's method for polynomials that vanish together, from many starts at once.

    ``unknowns`` are real or complex symbols; where one of the ``poles`` is zero, too, there is no
    solution.

    >>> x, y = sp.symbols("x y", positive=True)
    >>> (point,) = Newton([x, y], [x - 1 + sp.I * (y - 2)], poles=[]).solve(5, seed=1, rate=1.0)
    >>> point.values
    {x: 1.00000000000000, y: 2.00000000000000}
    """

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

    @busy("zeros by Newton's method")
    def solve(self, starts: int, seed: int, rate: float) -> list[Condition]:
        """All that so many starts lead to, each once, sorted by value.

        They lie within `DECADES` of the ``rate``.
        """
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


def _size(polynomial: sp.Expr) -> sp.Expr:
    """The sum of the moduli of its terms."""
    terms = sp.Add.make_args(sp.expand(polynomial))
    return sp.Add(*(sp.Abs(t, evaluate=False) for t in terms))
