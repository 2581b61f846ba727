"""Whether the entries of a sheet make sense, before minutes are spent on their numbers.

Everything but the numbers is worked out, and a fault is said with the line on which it stands.
"""

from collections.abc import Mapping
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

import sympy as sp

from compare.audit.decision import bound_of, measure
from compare.audit.measure import Measure, check_of_field, find_beside
from compare.audit.point import letters_in, model_values, work_out
from compare.audit.sheet import EQUALS, IDENTICAL, Entry, Sheet
from compare.extremes import POINTS, resolution
from compare.formula.definitions import read_letters
from compare.formula.notation import read_formula
from compare.quantities import read_quantity
from systems.values import read_values

FINEST = 0.1  # of the last printed digit: so that how a place is searched does not decide on it


def settled(sheet: Sheet) -> None:
    """Raise `ValueError` with the line for an entry whose values, system or field make no sense.

    Everything but the numbers is worked out: a fault is said before minutes are spent.

    >>> from compare.papers import load
    >>> settled(load("huang2018").sheet())
    """
    _settle_values(sheet)
    for entry in sheet.entries:
        try:
            for reading in entry.readings or ({},):
                asked = measure(sheet, entry, reading)
                if not entry.python:
                    _settle(asked)
                _settle_relation(entry, asked)
        except ValueError as error:
            sheet.refuse(entry, error)


def _settle_values(sheet: Sheet) -> None:
    """Raise `ValueError` with the line for a system, a value or a drive that all entries share.

    A value that nothing asks for is most likely misspelt.  Functions in Python may ask for any.
    """
    try:
        settings = set(_settings(sheet.system, sheet))
    except ValueError as error:
        sheet.refuse_key("system", error)
    asked = [part for entry in sheet.entries for part in (entry.asked, *entry.readings)]
    for other in [*asked, *(part["ratio_to"] for part in asked if "ratio_to" in part)]:
        if "system" in other:
            settings |= _known_settings(other["system"], sheet)
    written = [sheet.values, *(part.get("values", {}) for part in asked)]
    written += [part.get("ratio_to", {}) for part in asked]
    names = settings.union(*written, (part["over"] for part in asked if "over" in part))
    for name, value in sheet.values.items():
        try:
            if isinstance(value, str):
                read_formula(value, {known: sp.Symbol(known) for known in sorted(names)})
        except ValueError as error:
            sheet.refuse_key(name, f"value `{name}`: {error}")
    used = settings | letters_in({str(i): text for i, text in enumerate(_texts(sheet))})
    for name in sheet.values:
        if name not in used and not any(entry.python for entry in sheet.entries):
            near = get_close_matches(name, settings, n=1)
            hint = f"; did you mean `{near[0]}`?" if near else "."
            sheet.refuse_key(name, f"value `{name}` is used nowhere{hint}")
    if sheet.drive.name and sheet.drive.name not in names:
        sheet.refuse_key("name", f"drive `{sheet.drive.name}` must be one of the values.")


def _settings(system: str, sheet: Sheet) -> set[str]:
    """Names that the system takes."""
    target = find_beside(system, sheet.path.parent)
    return {*map(str, target.model.parameters), *target.columns}


def _known_settings(system: str, sheet: Sheet) -> set[str]:
    """The same; of a system that is not there none, for its entry says so."""
    try:
        return _settings(system, sheet)
    except ValueError:
        return set()


def _texts(sheet: Sheet) -> list[str]:
    """Every text of a sheet that may hold a formula."""
    found: list[str] = []

    def collect(part: Any) -> None:
        if isinstance(part, Mapping):
            collect(list(part.values()))
        elif isinstance(part, list | tuple):
            for inner in part:
                collect(inner)
        elif isinstance(part, str):
            found.append(part)

    collect(sheet.values)
    for entry in sheet.entries:
        # words are no formulas: a letter in a sentence is not used
        asked = [entry.asked, *entry.readings]
        words = ("system", "quantity", "detail", "measure", "take", "over")
        collect([{k: v for k, v in part.items() if k not in words} for part in asked])
        collect(entry.bound)
    return found


def _settle(asked: Measure) -> None:
    """Work out everything that costs nothing."""
    target = find_beside(str(asked.asked["system"]), asked.folder)
    point = asked.point()
    asked.field()
    if "number" in asked.asked:
        work_out(str(asked.asked["number"]), point, "number")
    elif not str(asked.asked["quantity"]).startswith("C"):
        _settle_quantity(asked)
    if "over" in asked.asked:
        low, high = asked.ends()
        if not low < high:
            raise ValueError(f"key `range` must begin below its end, but is [{low:g}, {high:g}].")
    read_values(target.model, model_values(target, point))
    if "ratio_to" in asked.asked:
        _settle(asked.denominator())


def _settle_quantity(asked: Measure) -> None:
    """Raise `ValueError` for a quantity that is not known, or that no field has."""
    quantity = read_quantity(asked.target.model, str(asked.asked["quantity"]))
    if asked.asked.get("field") is not None:
        check_of_field(quantity)


def _settle_relation(entry: Entry, asked: Measure) -> None:
    """Raise `ValueError` for a bound or a printed formula that cannot be read."""
    if isinstance(entry.bound, str):
        bound_of(entry, asked)
    if entry.relation == EQUALS and "place" in str(asked.asked.get("take", "")):
        _settle_place(entry, asked)
    if entry.relation == IDENTICAL:
        letters = read_letters(asked.target.model, entry.letters, ())
        read_formula(entry.formula, letters)


def _settle_place(entry: Entry, asked: Measure) -> None:
    """Raise `ValueError` for a place that is searched less finely than it is printed.

    A grid point that happens to be the printed number would make any such claim true.
    """
    if "ratio_to" in asked.asked:
        return
    finest = resolution(*asked.ends(), asked.asked.get("points", POINTS))
    unit = 10.0 ** int(Decimal(entry.printed).as_tuple().exponent)
    if finest > unit * FINEST:
        raise ValueError(
            f"key `points` must be larger, or `range` narrower: the place is found to {finest:.2g} "
            f"only, and has to be to a tenth of the last digit of {entry.printed}."
        )
