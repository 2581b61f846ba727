"""Two closed forms compared at points: random ones to find a ratio, simple ones to show.

Doubles find the candidates, 40 digits decide: a term of 1e-12 is no round-off.  For the leading
order the drive is taken to 1e-60 with 400 digits, where the next order is far below what is told
apart: no series has to be expanded for that.

One point at which the forms differ refutes a reading.  A ratio that is the same at all random
points is strong evidence for one, but no proof: that is made in `compare.formula.comparison`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from itertools import chain
from typing import Any, NamedTuple

import mpmath
import numpy as np
import sympy as sp

from compare.formula.conventions import Choice
from compare.formula.factors import recognise
from compare.formula.points import random_points, simple_points
from systems import Model

DIGITS = 40  # more than twice those of a double: what is lost where a form cancels is still there
FINE = 1e-30  # relative; cancellation in the forms may cost ten of the digits
ROUGH = 1e-6  # the same in doubles; a candidate is looked at again with all digits
DOUBLE = 1e-9  # where a form holds doubles itself, and is worth no more
EXACT = 2**53  # whole numbers up to here are doubles
TRIED = 500  # points looked at with all digits in search of a witness

Form = Callable[..., Any]


class Precision(NamedTuple):
    """How forms are compared with all digits, and at which scale of the drive.

    ``digits`` are those of the arithmetic, ``fine`` the largest relative difference of two numbers
    that count as equal, ``scale`` what the small symbols are multiplied with.

    With the standard values a difference of one part in 1e30 is seen.  `WEAK` is the one for
    leading orders: at its drive of 1e-60 the next order is below ``fine`` even where it is only the
    root of the drive smaller.

    >>> Precision().digits, WEAK.scale
    (40, 1e-60)
    """

    digits: int = DIGITS
    fine: float = FINE
    scale: float = 1.0


NOTHING = mpmath.mpf("1e-350")  # next to the round-off of the 400 digits below
# what is left of the next order is far below `fine`, even in powers of the drive's root; and three
# orders of the drive squared, each 1e-120, may cancel and leave forty of the digits
WEAK = Precision(digits=400, fine=1e-25, scale=1e-60)


class Witness(NamedTuple):
    """A point at which the forms differ, by name, and their values there.

    >>> Witness({"x": 1.0}, mpmath.mpc(2), mpmath.mpc(1)).deviation
    0.5
    """

    point: dict[str, complex]
    printed: mpmath.mpc
    derived: mpmath.mpc

    @property
    def deviation(self) -> float:
        """How far apart the values are, in units of the larger one.

        It is 2 where the values are opposite to each other, and never more.

        >>> Witness({}, mpmath.mpc(1), mpmath.mpc(-1)).deviation
        2.0
        """
        larger = max(abs(self.printed), abs(self.derived))
        return float(abs(self.printed - self.derived) / larger)


class Samples:
    """Both forms as functions of the parameters, and random points to tell them apart.

    With ``small`` symbols and their orders these are sent towards zero: what agrees there agrees
    at leading order.

    ``printed`` and ``derived`` are in the symbols of ``model.parameters``.  ``points`` has the
    shape (symbols, points), complex, in the order of these symbols; a symbol that is declared real
    or positive has such values.

    >>> from systems import kerr
    >>> gamma = next(s for s in kerr.MODEL.parameters if str(s) == "gamma")
    >>> Samples(kerr.MODEL, gamma, 2 * gamma).multiple()
    1/2
    """

    def __init__(
        self,
        model: Model,
        printed: sp.Expr,
        derived: sp.Expr,
        small: Mapping[sp.Symbol, int] | None = None,
    ) -> None:
        """Make both forms into functions, and evaluate the derived one at all points once."""
        self.symbols = model.parameters
        self.orders = [(small or {}).get(symbol, 0) for symbol in self.symbols]
        self.at = WEAK if small else Precision()
        self.forms = (printed, derived)
        self.doubles, self.digits = (self._functions(kind) for kind in ("numpy", "mpmath"))
        self.points = random_points(self.symbols)
        self.close = DOUBLE if printed.has(sp.Float) or derived.has(sp.Float) else self.at.fine
        self.derived_at_points = self._doubles(1, self.points)

    def may_agree(self) -> bool:
        """Whether the forms agree as they stand, as far as doubles tell.

        A smaller difference than `ROUGH`, relative to the larger value, may be round-off and does
        not count; the proof that follows decides.

        >>> from systems import kerr
        >>> x = kerr.gamma
        >>> Samples(kerr.MODEL, (x + 1) ** 2, x**2 + 2 * x + 1).may_agree()
        True
        """
        left, right = self._rough(self.points)
        with np.errstate(all="ignore"):
            return not np.any(abs(left - right) > ROUGH * np.maximum(abs(left), abs(right)))

    def ratio(self, choice: Choice) -> mpmath.mpc | None:
        """The number that turns the printed into the derived form under a choice.

        None where it is another one from point to point.  Doubles sort out most choices, and what
        they leave is looked at with all digits.

        The ratio is derived/printed with 40 digits, and may be complex: 2 means that the printed
        form is half of the derived one in that choice.

        >>> from systems import kerr
        >>> x = kerr.gamma
        >>> float(Samples(kerr.MODEL, x, 2 * x).ratio(Choice(())).real)
        2.0
        >>> Samples(kerr.MODEL, x, x**2).ratio(Choice(())) is None
        True
        """
        if self.at == WEAK:  # small beside 1, even a leading term is lost in doubles
            return self.exact_ratio(choice)
        printed = self._printed(self.points, choice)
        with np.errstate(all="ignore"):
            ratios = self.derived_at_points / printed
            # what is not finite in doubles may be with more digits
            differ = abs(ratios - ratios[0]) > ROUGH * abs(ratios[0])
        return None if differ.any() else self.exact_ratio(choice)

    def is_one_power(self) -> bool:
        """Whether the printed form is one power of the small symbols, without further orders.

        For such a form f(1) f(4) = f(2)^2, with the small symbols multiplied by 1, 2 and 4 to the
        power of their orders.  It is tried at three of the random points.

        >>> from systems import kerr
        >>> x = kerr.gamma
        >>> forms = [x**2, x**2 + x**4]
        >>> [Samples(kerr.MODEL, form, form, {x: 1}).is_one_power() for form in forms]
        [True, False]
        """
        with mpmath.workdps(self.at.digits):
            for point in self.points.T[:3]:
                scaled = [point * 2.0 ** (k * np.array(self.orders)) for k in range(3)]
                once, twice, thrice = (self._exact(p)[0] for p in scaled)
                if not abs(once * thrice - twice**2) <= NOTHING * abs(twice) ** 2:
                    return False
        return True

    def exact_ratio(self, choice: Choice) -> mpmath.mpc | None:
        """As `ratio`, with all digits from the start: for forms that cancel in doubles.

        >>> from systems import kerr
        >>> x = kerr.gamma
        >>> float(Samples(kerr.MODEL, x, x / 4).exact_ratio(Choice(())).real)
        0.25
        """
        with mpmath.workdps(self.at.digits):
            return self._constant(self._exact(point, choice) for point in self.points.T)

    def witness(self, used: Set[sp.Basic]) -> Witness:
        """The simplest point at which the forms differ.

        Raises `ValueError` where no point is found at which both are finite and differ.

        Points with small whole numbers come first, since a reader can check those by hand.
        ``used`` are the symbols of the two forms: the others are left out of the point, for they
        play no part.

        >>> from systems import kerr
        >>> x = kerr.gamma
        >>> found = Samples(kerr.MODEL, x, x**2).witness({x})
        >>> found.point, complex(found.printed), complex(found.derived)
        ({'gamma': (2+0j)}, (2+0j), (4+0j))
        """
        # where all simple points are poles, a random one is still a witness
        points = np.hstack([simple_points(self.symbols), self.points])
        with mpmath.workdps(DIGITS):
            for point in self._likely(points):
                left, right = self._exact(point)
                if self._apart(left, right):
                    at = zip(self.symbols, point, strict=True)
                    return Witness({str(s): complex(x) for s, x in at if s in used}, left, right)
        raise ValueError(
            f"Formula `{self.forms[0]}` must be finite where it is compared, but no point is found "
            "at which it is and differs from the derived one."
        )

    def is_close(self, number: mpmath.mpc, other: sp.Expr) -> bool:
        """Whether a ratio is the exact number ``other``, as far as the digits tell.

        Where a form holds doubles itself, it is worth no more than `DOUBLE`.

        >>> from systems import kerr
        >>> x = kerr.gamma
        >>> samples = Samples(kerr.MODEL, x, x)
        >>> samples.is_close(mpmath.mpc(0.5), sp.Rational(1, 2))
        True
        """
        with mpmath.workdps(self.at.digits):
            exact = mpmath.mpmathify(sp.N(other, self.at.digits))
            return bool(abs(number - exact) <= self.close * abs(exact))

    def multiple(self) -> sp.Expr | None:
        """The number that turns the derived into the printed form as it stands, if it is one.

        It is exact where a reader would recognise it, such as 2 or sqrt(2)/3 (`recognise`), and
        else a number of 40 digits; ``None`` where the ratio differs from point to point.

        >>> from systems import kerr
        >>> x = kerr.gamma
        >>> Samples(kerr.MODEL, 3 * x, x).multiple()
        3
        """
        ratio = self.ratio(Choice(()))
        with mpmath.workdps(DIGITS):
            return recognise(1 / ratio) if ratio else None

    def _functions(self, kind: str) -> tuple[Form, Form]:
        """Both forms as functions: of arrays for ``numpy``, of one point for ``mpmath``."""
        left, right = (
            sp.lambdify(self.symbols, _of_kind(form, kind), kind, cse=True, dummify=True)
            for form in self.forms
        )
        return left, right

    def _rough(self, points: np.ndarray) -> np.ndarray:
        """The printed and the derived form in doubles, shape (2, count)."""
        return np.array([self._doubles(0, points), self._doubles(1, points)])

    def _printed(self, points: np.ndarray, choice: Choice) -> np.ndarray:
        """The printed form in doubles, read under a choice, shape (points,)."""
        left = self._doubles(0, choice.read(self.symbols, points))
        return left.conj() if choice.conjugated else left

    def _doubles(self, form: int, points: Any) -> np.ndarray:
        """One of the two forms in doubles, shape (points,), also where it is a constant."""
        with np.errstate(all="ignore"):
            return self.doubles[form](*points) * np.ones(len(points[0]), complex)

    def _exact(self, point: np.ndarray, choice: Choice | None = None) -> list[mpmath.mpc]:
        """The printed and the derived form at one point; NaN where they are not defined.

        Small symbols are scaled by `Precision.scale` to the power of their orders.
        """
        scale = mpmath.mpf(self.at.scale)
        numbers = [
            (mpmath.mpc(x) if x.imag else mpmath.mpf(x.real)) * scale**order
            for x, order in zip(map(complex, point), self.orders, strict=True)
        ]
        read = choice.read(self.symbols, numbers) if choice else numbers
        left, right = (_value(f, x) for f, x in zip(self.digits, (read, numbers), strict=True))
        return [mpmath.conj(left) if choice and choice.conjugated else left, right]

    def _constant(self, pairs: Iterable[Sequence[mpmath.mpc]]) -> mpmath.mpc | None:
        """The common ratio derived/printed of all pairs, or ``None`` as soon as one differs."""
        first = None
        for printed, derived in pairs:
            ratio = derived / printed if printed else mpmath.mpc("nan")
            first = ratio if first is None else first
            if not abs(ratio - first) <= self.close * abs(first):  # NaN is no ratio
                return None
        return first

    def _likely(self, points: np.ndarray) -> Iterable[np.ndarray]:
        """Points that differ in doubles, then others: the simplest of them, and the random ones."""
        left, right = self._rough(points)
        with np.errstate(all="ignore"):
            apart = abs(left - right) > ROUGH * np.maximum(abs(left), abs(right))
        same = points[:, ~apart].T
        return chain(points[:, apart].T[:TRIED], same[:TRIED], self.points.T)

    def _apart(self, left: mpmath.mpc, right: mpmath.mpc) -> bool:
        """Whether two values differ by more than the digits of the forms can blur.

        Values that are not finite, and two values below `FINE`, do not count as apart: the first
        are of a pole, the second may be the round-off of a zero.
        """
        larger = max(abs(left), abs(right))
        if not (mpmath.isfinite(left) and mpmath.isfinite(right)) or larger < FINE:
            return False  # a pole, or the round-off of a zero
        return bool(abs(left - right) > self.close * larger)


def _value(form: Form, point: Sequence[Any]) -> mpmath.mpc:
    """A form at a point; NaN where it divides by zero or leaves the range of numbers."""
    try:
        return mpmath.mpc(form(*point))
    except (ZeroDivisionError, OverflowError):
        return mpmath.mpc("nan")


def _of_kind(form: sp.Expr, kind: str) -> sp.Expr:
    """For NumPy, long whole numbers as floats."""
    if kind != "numpy":
        return form
    long = [n for n in form.atoms(sp.Rational) if max(abs(n.p), n.q) > EXACT]
    return form.xreplace({n: sp.Float(n, 17) for n in long})
