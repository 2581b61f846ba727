"""Derivations and summaries as text for a terminal.

Formulas are written in SymPy's spelling, one a line and with its name, so that each can be copied
into ``blockade check`` or into Python.
"""

import re
from collections.abc import Iterator, Mapping

import pandas as pd
import sympy as sp
from sympy.printing.str import StrPrinter

from analytic import Closed, Derivation, NotSeen
from compare.quantities import Quantity, read_quantity
from systems import Model
from systems.ladder import label
from systems.ungraded import partial_weights

WIDE = 96  # letters in a line beside its indent: what a printed page and half a screen have


def derivation_text(closed: Closed, abbreviations: Mapping[sp.Symbol, sp.Expr]) -> str:
    """The amplitude equations and the leading-order closed forms, one a line.

    ``abbreviations`` are those of `analytic.Derivation.amplitude`, and are listed before the closed
    forms.  A formula goes on in indented lines where it is wider than a page.  Where a form does
    not exist, its reason stands in its place.

    >>> import analytic
    >>> from systems.library import kerr
    >>> print(derivation_text(analytic.derive(kerr.MODEL, 1), {}).splitlines()[-1].strip())
    number_a = 4*xi**2/Abs(2*Delta - I*gamma)**2
    """
    write = _Writer(closed.model).doprint
    equations, definitions = [], [f"{write(k)} = {write(x)}" for k, x in abbreviations.items()]
    if isinstance(closed, Derivation):
        equations = [f"{write(eq.lhs)} = {write(eq.rhs)}" for eq in closed.equations]
    forms = [f"{name} = {write(form)}" for name, form in _closed_forms(closed, abbreviations)]
    parts = {
        "Amplitudes of the effective Hamiltonian": equations,
        "Abbreviations": definitions,
        f"Steady state to leading order in {closed.model.drive or 'the drive'}": forms,
    }
    return "\n\n".join(
        "\n  ".join([head, *map(_fold, lines)]) for head, lines in parts.items() if lines
    )


def _fold(line: str) -> str:
    """A formula or a sentence in lines that fit a page; the next ones are indented."""
    lines = [""]
    for part in re.split(r"(?= )", line) if line.endswith(".") else _terms(line):
        if len(lines[-1]) + len(part) > WIDE:
            lines.append(" " * 6)
        lines[-1] += part
    return "\n".join(lines)


def _terms(formula: str) -> Iterator[str]:
    """The formula cut before its terms, and terms that are too long before their factors."""
    for term in re.split(r"(?= [+-] )", formula):
        long = len(term) > WIDE - 10
        yield from re.split(r"(?<!\*)(?=\*(?!\*))|(?=/)", term) if long else [term]


def meant_text(written_out: Mapping[str, str]) -> str:
    """Which mode is meant where the name of a quantity leaves it out; empty where none does.

    >>> meant_text({"number": "number_a1", "g2": "g2_a1"})
    'number is number_a1, g2 is g2_a1.'
    """
    told = ", ".join(f"{name} is {whole}" for name, whole in written_out.items())
    return told and f"{told}."


SHORT = 20  # rows of a table that is printed whole: what fits on a terminal beside its command
SHOWN = 9  # points of a longer one: ends, middle and what lies between, for each quantity


def points_text(table: pd.DataFrame, most: int = SHORT) -> str:
    """The rows of a table, or of each quantity some that are spread over all; deviations in %.

    Up to ``most`` rows are all shown.

    >>> table = pd.DataFrame({"xi": range(50), "quantity": "g2", "numeric": 0.5, "status": "ok"})
    >>> print(points_text(table).splitlines()[-1])
    9 of 50 points of each quantity are shown.
    """
    shown, last = table, ""
    if len(table) > most:
        groups = [rows for _, rows in table.groupby("quantity", sort=False)]
        few = [rows.iloc[spread(len(rows), SHOWN)] for rows in groups]
        shown = pd.concat(few)
        last = f"\n{len(few[0])} of {len(groups[0])} points of each quantity are shown."
    if "deviation" in shown:
        shown = shown.assign(deviation=[_percent(x) for x in shown["deviation"]])
    if "error" in shown:
        shown = shown.assign(error=["-" if pd.isna(x) else f"{x:.0e}" for x in shown["error"]])
    return str(shown.to_string(index=False, float_format="{:.6g}".format, na_rep="-")) + last


def spread(count: int, most: int) -> list[int]:
    """At most so many positions from the first to the last, evenly spread.

    >>> spread(50, 3)
    [0, 24, 49]
    """
    steps = min(most, count) - 1
    return sorted({round(i * (count - 1) / max(steps, 1)) for i in range(steps + 1)})


class _Writer(StrPrinter):
    """SymPy's text, but ``i`` for the imaginary unit where a symbol is called ``I``."""

    def __init__(self, model: Model) -> None:
        """Choose the letter of the imaginary unit for one model."""
        super().__init__()
        self.unit = "i" if "I" in map(str, model.parameters) else "I"

    def _print_Determinant(self, expr: sp.Expr) -> str:
        """What a determinant is of: its elements are for LaTeX, and for Python."""
        return str(expr.in_words())

    def _print_ImaginaryUnit(self, expr: sp.Expr) -> str:
        return self.unit


def summary_text(summary: pd.DataFrame) -> str:
    """The summary with deviations in percent; what no point has is a dash.

    ``summary`` is that of `compare.summary`; columns that are empty are left out.

    >>> from compare import agreement, summary
    >>> from systems import kerr
    >>> text = summary_text(summary(agreement(kerr.MODEL, kerr.VALUES, "number")))
    >>> "%" in text.splitlines()[1]
    True
    """
    shown = summary.copy()
    for measure in ("largest", "median", "rms"):
        shown[measure] = [_percent(deviation) for deviation in summary[measure]]
    empty = [name for name in ("where", "left_out") if not summary[name].fillna("").any()]
    return shown.drop(columns=empty).to_string(
        index=False, float_format="{:.6g}".format, na_rep="-"
    )


def _percent(deviation: float) -> str:
    """A deviation in percent with three digits, or a dash where there is none."""
    return "-" if pd.isna(deviation) else f"{100 * deviation:.3g} %"


def _closed_forms(
    closed: Closed, abbreviations: Mapping[sp.Symbol, sp.Expr]
) -> Iterator[tuple[str, sp.Expr | str]]:
    """Names and forms of amplitudes and probabilities, then of numbers and correlations.

    Where there is no form, the text that stands for it says why: a state whose amplitude the
    leading order does not see, or a mode that stays empty.
    """
    for occupation in closed.states[1:] if isinstance(closed, Derivation) else ():
        digits = ("_" if max(occupation) > 9 else "").join(map(str, occupation))
        for name, form in (("C", closed.amplitude), ("P", closed.probability)):
            try:
                yield f"{name}_{digits}", form(occupation, abbreviations)
            except NotSeen as reason:
                yield f"{name}_{digits}", str(reason)
    for quantity in _quantities(closed):
        try:
            yield quantity.name, quantity.on(closed, abbreviations=abbreviations)
        except ValueError as undefined:  # a mode that no single quantum reaches
            yield quantity.name, str(undefined)


def _quantities(closed: Closed) -> Iterator[Quantity]:
    """Mean number and correlations of every mode, as far as the quanta go."""
    model = closed.model
    weights = partial_weights(model) or model.driven_grading.weights
    counted = [(label(mode), w) for mode, w in zip(model.modes, weights, strict=True) if w]
    for mode, weight in counted:
        names = [f"number_{mode}", *(f"g{k}_{mode}" for k in range(2, closed.quanta + 1))]
        within = names[: closed.quanta // weight]  # a heavy mode takes several quanta
        yield from (read_quantity(model, name) for name in within)
