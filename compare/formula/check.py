"""A printed formula against the derived one: identical, equal up to a convention, or different.

Papers agree on physics and differ in letters: a decay rate may be that of the energy or of the
amplitude, ``chi`` may be ``U/2``, a detuning may count from the laser or from the resonance.
What is not identical is tried under each of these conventions, fewest first; an amplitude also
with another phase and with the norm of its ket.  What is still different is shown to differ at
the simplest point of the parameters where it does.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import sympy as sp

import analytic
from analytic.identity import same_function
from compare.formula.conventions import Setting, settings
from compare.formula.factors import Factor, factors
from compare.formula.notation import read_formula
from compare.formula.samples import Samples
from compare.quantities import read_quantity
from systems import Model

Definitions = Mapping[Any, Any] | Iterable[str]
IDENTICAL, CONVENTION, DIFFERENT = "identical", "equal up to a convention", "different"


@dataclass(frozen=True)
class Verdict:
    """What `check_formula` found.  ``str()`` of it says it in words."""

    quantity: str
    verdict: str
    printed: sp.Expr  # in the model's symbols
    derived: sp.Expr
    conventions: tuple[str, ...] = ()  # of the paper, as far as they differ from the model's
    proved: bool = True  # as expressions; else equal at random points
    point: Mapping[str, complex] = field(default_factory=dict)
    printed_value: complex | None = None
    derived_value: complex | None = None
    deviation: float | None = None  # of the two values, relative; they may agree as doubles
    multiple: sp.Expr | None = None  # of the derived form, if the printed one is that everywhere

    def __str__(self) -> str:
        if self.verdict == DIFFERENT:
            return f"{self.quantity}: different, {self._difference}"
        proof = "" if self.proved else " (at random points; not proved)"
        under = f": {'; '.join(self.conventions)}" if self.conventions else ""
        return f"{self.quantity}: {self.verdict}{proof}{under}"

    @property
    def _difference(self) -> str:
        point = ", ".join(f"{name} = {_short(value)}" for name, value in self.point.items())
        printed, derived = _told_apart(self.printed_value, self.derived_value)
        values = f"for example at {point}: printed {printed}, derived {derived}"
        if printed == derived:
            values += f" (apart by {self.deviation:.1g} of it)"
        if self.multiple is None:
            return values
        times = _times(self.multiple)
        return f"the printed form is {times} times the derived one everywhere, {values}"


def check_formula(
    model: Model,
    text: str,
    quantity: str,
    abbreviations: Definitions = (),
    conventions: Definitions = (),
    latex: bool | None = None,
) -> Verdict:
    """Whether a printed formula is the closed form that `analytic.derive` finds.

    ``text`` is in SymPy's or in LaTeX's spelling; ``quantity`` is a name as for `agreement`
    (``number``, ``g2``, ``P10``, ...) or an amplitude (``C20``).  ``abbreviations`` define
    further letters, each from those before (``{"Delta_1": "2*Delta - I*gamma"}`` or strings
    ``"Delta_1 = 2*Delta - I*gamma"``); ``conventions`` say what a letter of the paper is in the
    model's symbols (``"gamma = gamma/2"`` if the paper's gamma is an amplitude's decay rate).

    Raises `ValueError` for a text that cannot be read and for names that are not known.
    """
    printed = read_formula(text, _names(model, abbreviations, conventions), latex)
    derived = derived_form(model, quantity)
    if same_function(printed, derived):
        return Verdict(quantity, IDENTICAL, printed, derived)
    samples = Samples(model, printed, derived)
    readings = list(_readings(samples, model, factors(_occupation(model, quantity))))
    if not readings:
        return _different(samples, quantity, printed, derived)
    return _up_to(*min(readings, key=_assumptions), quantity, printed, derived)


def derived_form(model: Model, quantity: str) -> sp.Expr:
    """The closed form of a quantity: one of `compare.quantities`, or an amplitude ``C20``."""
    if occupation := _occupation(model, quantity):
        return analytic.derive(model, max(1, model.grading.of(occupation))).amplitude(occupation)
    found = read_quantity(model, quantity)
    return found.on(analytic.derive(model, found.quanta(model)))


def _occupation(model: Model, quantity: str) -> tuple[int, ...] | None:
    """That of an amplitude; None for what is measured."""
    if not quantity.startswith("C"):
        return None
    return tuple(read_quantity(model, f"P{quantity[1:]}").arguments[0])


def _readings(
    samples: Samples, model: Model, allowed: Iterable[Factor]
) -> Iterator[tuple[Setting, Factor]]:
    """The conventions, each with a factor, under which the forms agree at random points."""
    for setting in settings(model):
        ratio = samples.ratio(setting)
        if ratio is not None:
            yield from ((setting, f) for f in allowed if samples.is_close(ratio, f.value))


def _assumptions(reading: tuple[Setting, Factor]) -> tuple[int, int]:
    """How much a reading assumes; a convention is a better reason than a factor."""
    setting, factor = reading
    return len(setting.sentences) + len(factor.sentences), len(factor.sentences)


def _up_to(
    setting: Setting, factor: Factor, quantity: str, printed: sp.Expr, derived: sp.Expr
) -> Verdict:
    sentences = setting.sentences + factor.sentences
    proved = same_function(factor.value * setting.apply(printed), derived)
    verdict = CONVENTION if sentences else IDENTICAL
    return Verdict(quantity, verdict, printed, derived, sentences, proved)


def _different(samples: Samples, quantity: str, printed: sp.Expr, derived: sp.Expr) -> Verdict:
    found = samples.witness(printed.free_symbols | derived.free_symbols)
    return Verdict(
        quantity,
        DIFFERENT,
        printed,
        derived,
        point=found.point,
        printed_value=complex(found.printed),
        derived_value=complex(found.derived),
        deviation=found.deviation,
        multiple=samples.multiple(),
    )


def _names(
    model: Model, abbreviations: Definitions, conventions: Definitions
) -> dict[str, sp.Expr]:
    names: dict[str, sp.Expr] = {str(s): s for s in model.parameters}
    # all in the model's symbols: gamma = gamma/2 is no circle
    names |= {n: _read(definition, names) for n, definition in read_definitions(conventions)}
    for name, definition in read_definitions(abbreviations):
        names[name] = _read(definition, names)
    return names


def read_definitions(definitions: Definitions) -> list[tuple[str, Any]]:
    """Names and their meanings, from a mapping or from texts ``NAME = FORMULA``."""
    if isinstance(definitions, Mapping):
        return [(str(name), meaning) for name, meaning in definitions.items()]
    pairs = []
    for text in definitions:
        name, _, meaning = (part.strip() for part in text.partition("="))
        if not name or not meaning:
            raise ValueError(f"A definition must look like NAME=FORMULA, but is `{text}`.")
        pairs.append((re.sub(r"[\\{}]", "", name), meaning))
    return pairs


def _read(definition: Any, names: Mapping[str, sp.Expr]) -> sp.Expr:
    if isinstance(definition, sp.Expr):
        return definition.xreplace({s: names.get(str(s), s) for s in definition.free_symbols})
    return read_formula(str(definition), names)


def _told_apart(left: complex | None, right: complex | None) -> tuple[str, str]:
    """Both numbers with as many digits as it takes to see that they differ."""
    pairs = [(_short(left, digits), _short(right, digits)) for digits in (6, 9, 12, 16)]
    return next((pair for pair in pairs if pair[0] != pair[1]), pairs[-1])


def _times(multiple: sp.Expr) -> str:
    if not multiple.has(sp.Float):
        return str(multiple)
    if abs(multiple - 1) < 1e-5:  # six digits would say 1
        return f"(1 + {_short(complex(multiple - 1), 3)})"
    return _short(complex(multiple))


def _short(value: complex | None, digits: int = 6) -> str:
    if value is None:
        return "?"
    return f"{value.real if value.imag == 0 else value:.{digits}g}"
