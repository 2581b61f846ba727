"""A printed formula against the derived one: identical, equal up to a convention, or different.

Papers agree on physics and differ in letters: a decay rate may be that of the energy or of the
amplitude, ``chi`` may be ``U/2``, a detuning may count from the laser or from the resonance.
What is not identical is tried under each of these conventions, fewest first; an amplitude also
with another phase and with the norm of its ket.  A formula with higher orders in the drive is
then held against the derived one at leading order.  What is still different is shown to differ
at the simplest point of the parameters where it does.
"""

from collections.abc import Mapping
from dataclasses import replace

import sympy as sp

import analytic
from compare.formula.comparison import Comparison
from compare.formula.definitions import Definitions, read_letters
from compare.formula.factors import factors
from compare.formula.notation import read_formula
from compare.formula.size import check_size
from compare.formula.verdict import CANNOT_JUDGE, Verdict
from compare.quantities import read_occupation, read_quantity
from systems import Model
from systems.grading import NoGrading
from systems.progress import busy


@busy("both sides of the formula")
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
    ``"Delta_1 = 2*Delta - I*gamma"``); one that defines a symbol of the model (``"Delta = 0"``,
    ``"chi = -Delta"``) fixes it in both formulas.  ``conventions`` say what a letter of the paper
    is in the model's symbols (``"gamma = gamma/2"`` if the paper's gamma is an amplitude's decay
    rate).

    The verdict is "identical", "equal up to a convention", "identical at leading order" (its
    ``beyond`` is the next term of the printed form, which is not judged), "different", or
    "cannot judge" where there is no closed form (its ``reason`` says why).

    Raises `ValueError` for a text that cannot be read, for names that are not known, for
    definitions that contradict one another, and for formulas that are too large to compare.

    >>> from systems import kerr
    >>> print(check_formula(kerr.MODEL, "1/(1 + 4*chi**2/gamma**2)", "g2", ["Delta = 0"]))
    g2: identical
    """
    if not isinstance(model, Model):
        raise TypeError(f"Argument `model` must be a systems.Model, but is {model!r}.")
    letters = read_letters(model, abbreviations, conventions)
    printed = _in_symbols(read_formula(text, letters, latex), model)
    try:
        occupation = _occupation(model, quantity)
        if occupation is None:
            read_quantity(model, quantity)  # a wrong name is no refusal of the derivation
        derived = _derived(model, quantity, letters.fixed)
    except (NoGrading, _Refused) as refusal:
        return Verdict(quantity, CANNOT_JUDGE, printed, sp.nan, reason=str(refusal))
    allowed = factors(occupation)
    found = Comparison(model, quantity, printed, derived, letters.fixed, allowed).verdict()
    return replace(found, idle=letters.idle)


def derived_form(model: Model, quantity: str) -> sp.Expr:
    """The closed form of a quantity: one of `compare.quantities`, or an amplitude ``C20``.

    Of leading order in the drive, in the symbols of the model.  Raises `ValueError` for a name that
    is not known, and where `analytic.derive` has no closed form: its subclass `analytic.NotSeen`
    says that the leading order does not see the quantity, although higher orders may.

    >>> from systems import kerr
    >>> derived_form(kerr.MODEL, "C1")
    -2*xi/(2*Delta - I*gamma)
    """
    if occupation := _occupation(model, quantity):
        return analytic.derive(model, max(1, model.grading.of(occupation))).amplitude(occupation)
    found = read_quantity(model, quantity)
    return found.on(analytic.derive(model, found.quanta(model)))


class _Refused(ValueError):
    """There is no closed form to compare with."""


def _derived(model: Model, quantity: str, fixed: Mapping[sp.Symbol, sp.Expr]) -> sp.Expr:
    """The closed form with the fixed symbols put in; raises `_Refused` where there is none.

    A form that is 0/0 or infinite at those values is none either.
    """
    try:
        form = check_size(derived_form(model, quantity).xreplace(fixed), "The derived form")
    except ValueError as refusal:
        raise _Refused(str(refusal)) from refusal
    if form.has(sp.nan, sp.zoo):
        raise _Refused("The derived form has no finite value where the symbols are fixed.")
    return form


def _occupation(model: Model, quantity: str) -> tuple[int, ...] | None:
    """That of an amplitude; None for what is measured."""
    if not str(quantity).startswith("C"):
        return None
    occupation = read_occupation(model, quantity)
    read_quantity(model, "P" + "".join(f"_{n}" for n in occupation))  # refuses too many quanta
    return occupation


def _in_symbols(printed: sp.Expr, model: Model) -> sp.Expr:
    """The form itself; raises `ValueError` where it holds a symbol that the model has not."""
    if unknown := printed.free_symbols - set(model.parameters):
        raise ValueError(
            f"A formula must be in the symbols {', '.join(map(str, model.parameters))}, but "
            f"its definitions hold {', '.join(sorted(map(str, unknown)))}."
        )
    return printed
