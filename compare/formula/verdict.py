"""What was found of a printed formula, as data and in words.

The words are sparing with praise: "identical" without a proof says so; a convention is called a
choice that the paper has to state; a form that differs comes with the simplest point at which it
does; and where there is nothing to compare with, nothing is said of the formula.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import sympy as sp

from systems.display import Shown

IDENTICAL, CONVENTION, DIFFERENT = "identical", "equal up to a convention", "different"
LEADING, CANNOT_JUDGE = "identical at leading order", "cannot judge"
SHOWN = 200  # signs of an expression in a sentence: two lines of a wide terminal


@dataclass(frozen=True, repr=False)
class Verdict(Shown):
    """What `check_formula` found.  ``str()`` of it says it in words.

    ``verdict`` is "identical", "equal up to a convention", "identical at leading order",
    "different" or "cannot judge".  Where the forms differ as they stand, ``point`` is the simplest
    point of the model's symbols at which they do, with the values of both there.  A verdict that is
    not ``proved`` rests on 32 random points.

    >>> from compare import check_formula
    >>> from systems import kerr
    >>> found = check_formula(kerr.MODEL, "2*xi/(2*Delta - I*gamma)", "C1")
    >>> found.verdict, found.proved
    ('equal up to a convention', True)

    A formula that is wrong at a point is shown there:

    >>> wrong = check_formula(kerr.MODEL, "1/(1 + 3*chi**2/gamma**2)", "g2", ["Delta = 0"])
    >>> wrong.verdict, sorted(wrong.point)
    ('different', ['chi', 'gamma'])
    """

    quantity: str
    verdict: str
    printed: sp.Expr  # in the model's symbols
    derived: sp.Expr  # NaN where it cannot be derived
    conventions: tuple[str, ...] = ()  # of the paper, as far as they differ from the model's
    proved: bool = True  # as expressions; else equal at random points
    point: Mapping[str, complex] = field(default_factory=dict)  # at which the forms differ
    printed_value: complex | None = None
    derived_value: complex | None = None
    deviation: float | None = None  # of the two values, relative; they may agree as doubles
    multiple: sp.Expr | None = None  # of the derived form, if the printed one is that everywhere
    beyond: sp.Expr | None = None  # the printed form's next term in the drive, if it has one
    otherwise: str = ""  # the mistake that looks the same as a convention
    reason: str = ""  # why nothing can be said
    idle: tuple[str, ...] = ()  # letters that are defined as numbers and stand nowhere

    def _title(self) -> str:
        return f"verdict on {self.quantity}: {self.verdict}"

    def _facts(self) -> Mapping[str, str]:
        facts = {"in words": str(self), "printed": f"${sp.latex(self.printed)}$"}
        return facts | {"derived": f"${sp.latex(self.derived)}$"}

    def __str__(self) -> str:
        """The verdict in words, with letters that were defined as numbers and never used."""
        said = f"{self.quantity}: {self.verdict}{self._details}"
        if not self.idle or self.verdict == IDENTICAL:
            return said
        return f"{said} (defined, but used nowhere: {', '.join(self.idle)})"

    @property
    def _details(self) -> str:
        """What follows the verdict's own word: a reason, an example, conventions, a next term."""
        if self.verdict == CANNOT_JUDGE:
            return f", since there is no closed form to compare with: {self.reason}"
        if self.verdict == DIFFERENT:
            return f", {self._multiple}{self._example}"
        proof = "" if self.proved else " (at random points; not proved)"
        return proof + self._choice + self._next_order

    @property
    def _choice(self) -> str:
        """The conventions, and what the formula would be without them."""
        if not self.conventions:
            return ""
        said = f": {'; '.join(self.conventions)}"
        if not self.point:
            return said
        mistake = f" ({self.otherwise})" if self.otherwise else ""
        return (
            f"{said}. That is a choice which the paper has to state: without it the formula is "
            f"different{mistake}, {self._example}"
        )

    @property
    def _next_order(self) -> str:
        """The next term of a form that is identical at leading order."""
        if self.verdict != LEADING:
            return ""
        term = "further orders" if self.beyond is None else shown(self.beyond)
        return f"; beyond it the printed form has {term}, of which the derived form says nothing"

    @property
    def _multiple(self) -> str:
        """The factor by which the printed form differs everywhere, where there is one."""
        if self.multiple is None:
            return ""
        return f"the printed form is {_times(self.multiple)} times the derived one everywhere, "

    @property
    def _example(self) -> str:
        """The point at which the forms differ, with as many digits as it takes to see it."""
        point = ", ".join(f"{name} = {_short(value)}" for name, value in self.point.items())
        printed, derived = _told_apart(self.printed_value, self.derived_value)
        at = f" at {point}" if point else ""
        values = f"for example{at}: printed {printed}, derived {derived}"
        return values + (f" (apart by {self.deviation:.1g} of it)" if printed == derived else "")


def shown(form: sp.Expr) -> str:
    """An expression as text, cut after `SHOWN` signs, where it would fill the screen.

    >>> shown(sp.Symbol("x") ** 2)
    'x**2'
    """
    text = str(form)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]} ..."


def _told_apart(left: complex | None, right: complex | None) -> tuple[str, str]:
    """Both numbers with as many digits as it takes to see that they differ."""
    pairs = [(_short(left, digits), _short(right, digits)) for digits in (6, 9, 12, 16)]
    return next((pair for pair in pairs if pair[0] != pair[1]), pairs[-1])


def _times(multiple: sp.Expr) -> str:
    """A factor in words, by its distance from 1 where six digits would not show it."""
    if not multiple.has(sp.Float):
        return str(multiple)
    if abs(multiple - 1) < 1e-5:  # six digits would say 1
        return f"(1 + {_short(complex(multiple - 1), 3)})"
    return _short(complex(multiple))


def _short(value: complex | None, digits: int = 6) -> str:
    """A number in so many digits, real where it is; a question mark where it is not known."""
    if value is None:
        return "?"
    return f"{value.real if value.imag == 0 else value:.{digits}g}"
