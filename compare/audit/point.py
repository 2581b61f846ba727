"""The values of a sheet as numbers: formulas in other values, letters, laboratory units.

A value is a number or a formula in other values, ``Delta = "-chi/2"``.  Names that the model does
not have are letters: ``lambda = 1.55e-6`` and ``omega = "2*pi*c/lambda"``.  Where a paper gives the
system's settings in the units of its laboratory, they may be used as well, and what follows from
them too: ``r = 0.35`` decides ``gamma``, and ``chi = "3*gamma"`` takes it from there.
"""

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

import numpy as np
import sympy as sp

from compare.formula.notation import read_formula
from compare.targets import Target
from systems.arithmetic import evaluate


def read_point(
    target: Target, written: Mapping[str, Any], used: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """Every value and letter as a number or an array: those of the model, and all that is written.

    Rates are in one unit, the reader's; arrays broadcast.  Raises `ValueError` for a formula that
    cannot be read or goes in a circle, for a value of the model that is missing, and for a name
    that is neither of the model nor in any formula.  ``used`` names letters that stand in formulas
    which are overwritten here.

    >>> from compare.targets import find_target
    >>> read_point(find_target("kerr"), {"gamma": 2, "chi": "g/2", "g": 6, "Delta": 0, "xi": 0.1})
    {'gamma': 2, 'g': 6, 'Delta': 0, 'xi': 0.1, 'chi': 3.0}
    """
    known = {name: value for name, value in written.items() if not isinstance(value, str)}
    symbols = [str(symbol) for symbol in target.model.parameters]
    settings = {*symbols, *target.columns}
    names = {name: sp.Symbol(name) for name in (*written, *settings)}
    forms = {
        name: _read(name, text, names) for name, text in written.items() if isinstance(text, str)
    }
    _check_used(target, written.keys() - used, settings, forms)
    _solve(forms, known)
    if target.laboratory is not None:
        known |= target.read({name: known[name] for name in settings & known.keys()})
        _solve(forms, known)
    if forms:
        name, form = next(iter(forms.items()))
        lacks = sorted(str(s) for s in form.free_symbols if str(s) not in known)
        raise ValueError(
            f"value `{name}` cannot be worked out: it needs `{'`, `'.join(lacks)}`, which is not "
            "given or follows from it."
        )
    missing = [name for name in symbols if name not in known]
    if missing:
        raise ValueError(f"the system needs a value for `{'`, `'.join(missing)}`.")
    return known


def model_values(target: Target, point: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the point that are the model's.

    >>> from compare.targets import find_target
    >>> kerr = find_target("kerr")
    >>> point = read_point(kerr, {"gamma": 1, "chi": "U", "U": 6, "Delta": 0, "xi": 0.1})
    >>> sorted(model_values(kerr, point))
    ['Delta', 'chi', 'gamma', 'xi']
    """
    return {str(symbol): point[str(symbol)] for symbol in target.model.parameters}


def work_out(text: str, point: Mapping[str, Any], what: str = "formula") -> Any:
    """A formula in the values of a point, as a number or an array; raises `ValueError`.

    >>> work_out("xi/gamma", {"xi": 0.1, "gamma": 2.0})
    0.05
    """
    form = _read(what, text, {name: sp.Symbol(name) for name in point})
    return _number(form, point)


def letters_in(values: Mapping[str, Any]) -> frozenset[str]:
    """Every name that stands in a formula among the values.

    >>> sorted(letters_in({"xi": "sqrt(P)*c", "P": 2.0}))
    ['P', 'c', 'sqrt']
    """
    texts = (value for value in values.values() if isinstance(value, str))
    return frozenset(name for text in texts for name in re.findall(r"[^\W\d]\w*", text))


def _read(name: str, text: str, names: Mapping[str, sp.Symbol]) -> sp.Expr:
    try:
        return read_formula(text, names)
    except ValueError as error:
        raise ValueError(f"value `{name}`: {error}") from error


def _solve(forms: dict[str, sp.Expr], known: dict[str, Any]) -> None:
    """Move every form whose letters are known to what is known, until none is left that can be."""
    ready = [n for n, form in forms.items() if {str(s) for s in form.free_symbols} <= known.keys()]
    for name in ready:
        known[name] = _number(forms.pop(name), known)
    if ready:
        _solve(forms, known)


def _number(form: sp.Expr, known: Mapping[str, Any]) -> Any:
    """The form at what is known: real where it is."""
    used = {str(s): np.asarray(known[str(s)]) for s in form.free_symbols}
    found = evaluate(form, used or {"": np.asarray(0.0)})
    number = found.real if np.all(np.imag(found) == 0) else found
    return number.item() if number.ndim == 0 else number


def _check_used(
    target: Target, written: Iterable[str], settings: set[str], forms: Mapping[str, sp.Expr]
) -> None:
    """Raise for a name that decides nothing: most likely one that is misspelt."""
    used = {str(symbol) for form in forms.values() for symbol in form.free_symbols}
    for name in sorted(written):
        if name not in settings | used:
            near = get_close_matches(name, settings, n=1)
            hint = f"; did you mean `{near[0]}`?" if near else "."
            raise ValueError(
                f"value `{name}` is neither one of {target.name} ({', '.join(sorted(settings))}) "
                f"nor in the formula of one{hint}"
            )
