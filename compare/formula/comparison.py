"""The printed form held against the derived one, under ever more assumptions.

A formula is judged by the reading that assumes least: as it stands; under conventions, fewest
first; with a constant factor; at leading order in the drive.  Random points find the reading, in
40 digits, and a proof is then tried: both forms as one fraction of polynomials.  Where the proof
would be too much work the verdict says that it rests on points.

What assumes least comes first, so that a paper that is right as printed is not told that it uses
twice the rate, although some pair of conventions may fit as well.  And a formula may be right at
leading order in the drive while it goes on with terms that the derived one does not have.  Then the
verdict says so and shows the first of them.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple

import sympy as sp

from analytic.rational.vanishing import same_function
from compare.formula.conventions import Choice, choices, other_nonlinearity
from compare.formula.factors import Prefactor
from compare.formula.notation import real_part
from compare.formula.orders import NoSeries, first_terms
from compare.formula.samples import Samples
from compare.formula.size import is_provable
from compare.formula.verdict import CONVENTION, DIFFERENT, IDENTICAL, LEADING, Verdict
from systems import Model


class Interpretation(NamedTuple):
    """Conventions, and a factor, under which the printed form is meant.

    A paper may count decay as an amplitude rate where the model has an energy rate, and may print
    its amplitude with another phase: both together are one interpretation.  ``choice`` says what
    its letters are in the model's symbols (`compare.formula.conventions`), ``factor`` is the
    constant with which the form is multiplied (`compare.formula.factors`).

    >>> x = sp.Symbol("x")
    >>> Interpretation(Choice(()), Prefactor(sp.Integer(2), ("twice",))).apply(x)
    2*x
    """

    choice: Choice
    factor: Prefactor

    @property
    def sentences(self) -> tuple[str, ...]:
        """What the paper would have to mean.

        >>> x = sp.Symbol("x")
        >>> twice = Interpretation(Choice(()), Prefactor(sp.Integer(2), ("twice",)))
        >>> twice.sentences
        ('twice',)
        """
        return self.choice.sentences + self.factor.sentences

    @property
    def assumptions(self) -> tuple[int, int]:
        """How much it assumes, as a tuple to compare: all its sentences, then those of the factor.

        Of two readings with equally many sentences the one without a factor is taken: a convention
        is a better reason than a factor.

        >>> x = sp.Symbol("x")
        >>> twice = Interpretation(Choice(()), Prefactor(sp.Integer(2), ("twice",)))
        >>> twice.assumptions > Interpretation(Choice(()), Prefactor()).assumptions
        True
        """
        return len(self.sentences), len(self.factor.sentences)

    def apply(self, printed: sp.Expr) -> sp.Expr:
        """The printed form in the model's symbols.

        >>> x = sp.Symbol("x")
        >>> twice = Interpretation(Choice(()), Prefactor(sp.Integer(2), ("twice",)))
        >>> twice.apply(x)
        2*x
        """
        return self.factor.value * self.choice.apply(printed)


@dataclass(frozen=True)
class Comparison:
    """Both forms of a quantity in the model's symbols, and what may lie between them.

    ``fixed`` are the symbols of the model to which the reader gave a value, in both forms;
    ``factors`` are the constant factors that count as conventions.

    >>> from systems import kerr
    >>> gamma = next(s for s in kerr.MODEL.parameters if str(s) == "gamma")
    >>> forms = Comparison(kerr.MODEL, "number", gamma, 2 * gamma, {}, [Prefactor()])
    >>> forms.verdict().conventions
    ("the paper's gamma is 2*gamma of the model (twice the rate)",)
    """

    model: Model
    quantity: str
    printed: sp.Expr
    derived: sp.Expr
    fixed: Mapping[sp.Symbol, sp.Expr]
    factors: list[Prefactor]

    def verdict(self) -> Verdict:
        """The verdict that assumes least.

        Raises `ValueError` where the forms have no point in common at which both are finite.

        The steps are those of the head of this file, from no assumption to none that helps:
        identical, equal up to a convention, identical at leading order, different.  A reading is
        found at random points in 40 digits; ``proved`` says whether a proof was found as well.

        >>> from systems import kerr
        >>> x = kerr.MODEL.drive
        >>> printed, derived = (x + 1) ** 2, x**2 + 2 * x + 1
        >>> Comparison(kerr.MODEL, "number", printed, derived, {}, [Prefactor()]).verdict().verdict
        'identical'
        """
        samples = Samples(self.model, self.printed, self.derived)
        if samples.may_agree() and self._is_proved(self.printed):
            return self._found(IDENTICAL)
        if reading := self._reading(samples):
            return self._up_to(reading, samples)
        return self._leading() or self._different(samples)

    def _found(self, verdict: str, **more: object) -> Verdict:
        """A verdict on these two forms; ``more`` are further fields of `Verdict`."""
        return Verdict(self.quantity, verdict, self.printed, self.derived, **more)  # type: ignore[arg-type]

    def _is_proved(self, form: sp.Expr) -> bool:
        """Whether a form and the derived one are the same function, multiplied out.

        Real and imaginary parts are written by means of conjugates first, because the proof treats
        z and its conjugate as two letters.  What would take more than some ten seconds is not
        tried, and counts as not proved.
        """
        explicit = form.replace(sp.re, real_part).replace(sp.im, lambda z: real_part(-sp.I * z))
        return is_provable(explicit, -self.derived) and same_function(explicit, self.derived)

    def _reading(self, samples: Samples) -> Interpretation | None:
        """The reading with fewest assumptions under which the forms agree at random points.

        Settings come with fewest sentences first, so that the search ends as soon as the next one
        has more than the best that was found.  For each choice the ratio derived/printed must be
        one number at all points, and that number must be a factor that counts as a convention.
        Returns ``None`` where nothing fits.
        """
        best: Interpretation | None = None
        for choice in choices(self.model, self.printed.free_symbols, self._held):
            if best and len(choice.sentences) > len(best.sentences):
                break
            if (ratio := samples.ratio(choice)) is None:
                continue
            fit = [
                Interpretation(choice, factor)
                for factor in self.factors
                if samples.is_close(ratio, factor.value)
            ]
            best = min([best, *fit] if best else fit, key=lambda r: r.assumptions, default=None)
        return best

    @property
    def _held(self) -> set[sp.Symbol]:
        """Symbols that are tied to a value or to one another; zero is zero in any convention."""
        tied = {symbol: value for symbol, value in self.fixed.items() if value != 0}
        return set(tied).union(*(value.free_symbols for value in tied.values()))

    def _up_to(self, reading: Interpretation, samples: Samples) -> Verdict:
        """The verdict of a reading, with a point at which the form as it stands differs."""
        proved = self._is_proved(reading.apply(self.printed))
        if not reading.sentences:
            return self._found(IDENTICAL, proved=proved)
        return self._found(
            CONVENTION,
            conventions=reading.sentences,
            proved=proved,
            otherwise=self._otherwise(reading, samples),
            **self._witness(samples),
        )

    def _otherwise(self, reading: Interpretation, samples: Samples) -> str:
        """The mistake that looks the same as the convention: a nonlinearity of the other sign."""
        other = other_nonlinearity(self.model, reading.choice)
        ratio = samples.ratio(other) if other else None
        if other is None or ratio is None or not samples.is_close(ratio, reading.factor.value):
            return ""
        return f"the sign of {', '.join(map(str, other.conventions[-1].multiples))} is turned"

    def _leading(self) -> Verdict | None:
        """Where both agree for a weak drive, and what the printed form goes on with.

        The drive and the model's further small symbols are sent towards zero together, each to its
        order. Returns ``None`` where the forms differ even there, where the printed form has no
        drive in it, and where it is one power of the drive already: nothing is then to be dropped.
        """
        small = self.model.small
        if not self.printed.free_symbols & small.keys() or self.derived == 0:
            return None
        samples = Samples(self.model, self.printed, self.derived, small)
        reading = None if samples.is_one_power() else self._reading(samples)
        if reading is None:
            return None
        read, proved, beyond = reading.apply(self.printed), False, None
        with suppress(NoSeries):
            first, following = first_terms(read, small)
            proved = self._is_proved(first)
            beyond = following if self._follows(read, following, small) else None
        return self._found(LEADING, conventions=reading.sentences, proved=proved, beyond=beyond)

    def _follows(self, read: sp.Expr, following: sp.Expr, small: Mapping[sp.Symbol, int]) -> bool:
        """Whether a term is what the form differs by, for a weak drive.

        ``read - derived`` over ``following`` must tend to one for a weak drive.  If it does not,
        the series of the printed form says nothing about where the two part, and no term is shown.
        """
        if following == 0:
            return False
        samples = Samples(self.model, read - self.derived, following, small)
        ratio = samples.exact_ratio(Choice(()))
        return ratio is not None and samples.is_close(ratio, sp.S.One)

    def _different(self, samples: Samples) -> Verdict:
        """The verdict where no reading helps, with the multiple that the form may be."""
        return self._found(DIFFERENT, multiple=samples.multiple(), **self._witness(samples))

    def _witness(self, samples: Samples) -> dict[str, object]:
        """The simplest point at which the forms differ, as fields of a verdict."""
        found = samples.witness(self.printed.free_symbols | self.derived.free_symbols)
        return {
            "point": found.point,
            "printed_value": complex(found.printed),
            "derived_value": complex(found.derived),
            "deviation": found.deviation,
        }
