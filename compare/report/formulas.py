"""Formulas of a page as MathML, which browsers draw without a script.

latex2mathml makes it of the LaTeX that SymPy and the analytic road write.  Between two jumps of
lines a formula may scroll: none is cut.
"""

import json
import re
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

import sympy as sp

import analytic
from analytic.closed import own_letters
from compare.extras import needed
from compare.quantities import Quantity
from compare.report.charts import plain
from compare.style import mathematical
from systems import Model

LONGEST = 1200  # signs of LaTeX of a closed form that a reader would still read


def mathml(latex: str) -> str:
    r"""A formula in LaTeX as a block of MathML.

    >>> mathml(r"\chi").partition(">")[2]
    '<mrow><mi>&#x003C7;</mi></mrow></math>'
    """
    latex2mathml = needed("latex2mathml.converter", "report")
    return str(latex2mathml.convert(_known(latex), display="block"))


def formula_html(latex: str) -> str:
    """A formula that scrolls where the screen is narrow, and that a keyboard can reach.

    >>> formula_html("x").startswith('<div class="formula"')
    True
    """
    return (
        f'<div class="formula" tabindex="0" role="group" aria-label="formula">{mathml(latex)}</div>'
    )


def model_html(model: Model) -> list[str]:
    """The Hamiltonian, the losses and the drive of a model.

    >>> from systems import kerr
    >>> model_html(kerr.MODEL)[-1]
    '<p>The drive is ξ.</p>'
    """
    parts = ["<h3>Hamiltonian (hbar = 1, in the frame of the laser)</h3>"]
    parts.append(formula_html(f"H = {sp.latex(model.hamiltonian)}"))
    parts.append("<h3>Losses</h3>")
    losses = (
        rf"{sp.latex(x.rate)} \, \mathcal{{D}}[{sp.latex(x.operator)}] \rho" for x in model.losses
    )
    equation = r"\frac{d\rho}{dt} = -i [H, \rho] + " + " + ".join(losses)
    return [
        *parts,
        formula_html(equation),
        f"<p>The drive is {escape(plain(str(model.drive)))}.</p>",
    ]


def closed_forms_html(
    model: Model, wanted: Iterable[Quantity], abbreviations: Mapping[sp.Symbol, sp.Expr]
) -> list[str]:
    """The closed forms of leading order, each with its name, or the reason why there is none.

    >>> from compare.quantities import read_quantities
    >>> from systems import kerr
    >>> (form,) = closed_forms_html(kerr.MODEL, read_quantities(kerr.MODEL, "g2"), {})
    >>> "<mfrac>" in form
    True
    """
    wanted = list(wanted)
    try:
        closed = analytic.find_closed(model, max(q.quanta(model) for q in wanted))
    except ValueError as reason:
        return [f"<p>There are no closed forms: {escape(str(reason))}</p>"]
    parts, abbreviations = [], own_letters(closed) or abbreviations
    if abbreviations:
        parts.append("<p>In the abbreviations</p>")
        parts += [formula_html(f"{sp.latex(k)} = {sp.latex(v)}") for k, v in abbreviations.items()]
    return parts + [_one(closed, quantity, abbreviations) for quantity in wanted]


def stored_html(attrs: Mapping[str, Any]) -> list[str]:
    """The Hamiltonian and the closed forms that a stored sweep notes, and its other values.

    >>> (line,) = stored_html({"latex": '{"H": "x"}'})
    >>> "<math" in line
    True
    """
    formulas = json.loads(attrs.get("latex", "{}"))
    parts = [_or_long(name, latex) for name, latex in formulas.items()]
    told = ("losses", "drive", "fixed") if formulas else ("hamiltonian", "losses", "drive", "fixed")
    return parts + [
        f"<p>{name}: <code>{escape(str(attrs[name]))}</code></p>" for name in told if name in attrs
    ]


def _one(closed: analytic.Closed, quantity: Quantity, short: Mapping[sp.Symbol, Any]) -> str:
    """One closed form, or a sentence in its place."""
    try:
        form = quantity.on(closed, abbreviations=short)
    except ValueError as reason:
        return f"<p>{escape(quantity.name)}: {escape(str(reason))}</p>"
    return _or_long(quantity.name, sp.latex(form))


def _or_long(name: str, latex: str) -> str:
    """A formula, or the sentence that it is too long."""
    if len(latex) > LONGEST:
        return (
            f"<p>The closed form of {escape(name)} is too long to be read ({len(latex)} signs); "
            "<code>blockade derive</code> prints it.</p>"
        )
    # what is no name of a quantity is in LaTeX already: H, and letters that are defined
    plain_name = name.isidentifier() and name != "H"
    return formula_html(f"{mathematical(name).strip('$') if plain_name else name} = {latex}")


def _known(latex: str) -> str:
    r"""LaTeX without what latex2mathml does not know: sizes of brackets with no partner.

    >>> _known(r"{a}^{\\dagger}")
    '{a}^{\\\\dagger}'
    """
    return re.sub(r"\\operatorname\{(\w+)\}", r"\\mathrm{\1}", latex)
