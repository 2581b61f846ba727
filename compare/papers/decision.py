"""The claims of a sheet, each as something that can be decided: its numbers and its intervals.

Data becomes what `compare.claim` judges.  A decision is called with a multiple of the paper's own
drive, 1 for the paper itself, so that one can ask at which drive a claim would come true.
"""

import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import sympy as sp

from compare.claim import Claim, Readings, Roads, above, apart, below, digits, exactly, near
from compare.extremes import POINTS, resolution
from compare.formula.check import check_formula
from compare.formula.definitions import read_letters
from compare.formula.notation import read_formula
from compare.formula.verdict import CANNOT_JUDGE, CONVENTION
from compare.formula.verdict import IDENTICAL as PROVED
from compare.papers.measure import Measure, check_of_field, find_beside, master
from compare.papers.point import letters_in, model_values, work_out
from compare.papers.sheet import (
    ABOVE,
    BELOW,
    EQUALS,
    EXACTLY,
    IDENTICAL,
    WITHIN,
    Entry,
    Sheet,
)
from compare.quantities import read_quantity
from systems.arithmetic import evaluate
from systems.values import read_values

WEAKEST = 1e-4  # drive over the smallest loss: leading order is exact to 1e-8 times a factor there
EXACT = 1e-4  # more than that factor makes of it: a formula that is further off is wrong
FINEST = 0.1  # of the last printed digit: so that how a place is searched does not decide on it
AtDrive = Callable[[float], Any]  # multiple of the paper's drive -> what a claim in Python is given


def decisions(sheet: Sheet, kind: str, at_drive: AtDrive = float) -> tuple[Claim, ...]:
    """The entries of one kind as claims; call one with a multiple of the paper's drive.

    ``at_drive`` makes of that multiple what functions in Python are called with, such as a device.
    Raises `ValueError` with the line where a function is missing.

    >>> from compare.papers import load
    >>> first = decisions(load("huang2018").sheet(), "claim")[0]
    >>> first.place, round(float(first(1.0)[0].roads.master), 6)
    ('as quoted by RunThePaper, 1807.10084, T002', 0.001025)
    """
    return tuple(_decision(sheet, entry, at_drive) for entry in sheet.of(kind))


def measure(
    sheet: Sheet, entry: Entry, reading: Mapping[str, Any] | None = None, scale: float = 1.0
) -> Measure:
    """What an entry asks for, in one of its readings, at a multiple of the paper's drive.

    >>> from compare.papers import load
    >>> sheet = load("huang2018").sheet()
    >>> sorted(measure(sheet, sheet.of("formula")[0]).point())[:3]
    ['Delta', 'Delta_F', 'Omega']
    """
    other = dict(reading or {})
    values = {**sheet.values, **entry.asked.get("values", {}), **other.pop("values", {})}
    asked = {"system": sheet.system, **entry.asked, **other, "values": values}
    # what one claim does not need is no mistake in the values of all
    letters = letters_in(sheet.values) | sheet.values.keys()
    found = Measure(asked, sheet.path.parent, letters)
    name = drive_name(sheet, found)
    own = values.get(name)
    if scale != 1 and own is not None:
        scaled = f"({own})*{scale!r}" if isinstance(own, str) else own * scale
        found = found.at(**{name: scaled})
    return found


def drive_name(sheet: Sheet, found: Measure) -> str:
    """The value that drives the system: what the sheet says, or the model's own symbol.

    >>> from compare.papers import load
    >>> sheet = load("huang2018").sheet()
    >>> drive_name(sheet, measure(sheet, sheet.of("formula")[0]))
    'P'
    """
    return sheet.drive.name or str(found.target.model.drive)


def _decision(sheet: Sheet, entry: Entry, at_drive: AtDrive) -> Claim:
    """One entry as a claim, named by its id."""
    function = _python(sheet, entry) if entry.python else None

    def numbers(scale: float = 1.0) -> Readings:
        try:
            if function is not None:
                return _judged(sheet, entry, function(at_drive(scale)), scale)
            return _readings(sheet, entry, scale)
        except ValueError as error:
            sheet.refuse(entry, error)

    numbers.__name__ = entry.id
    return Claim(entry.place or entry.source, entry.statement, numbers)


def _readings(sheet: Sheet, entry: Entry, scale: float) -> Readings:
    """The readings of an entry: one, or those that it lists."""
    found: Readings = ()
    for reading in entry.readings or ({},):
        asked = measure(sheet, entry, reading, scale)
        quantity = str(asked.asked.get("measure", _called(asked)))
        detail = str(asked.asked.get("detail", ""))
        if entry.relation == IDENTICAL:
            found += _formula(sheet, entry, asked)
        else:
            found += _reading(entry, asked, asked.roads(), quantity, detail)
    return found


def _judged(sheet: Sheet, entry: Entry, found: Readings, scale: float) -> Readings:
    """What a function gives, with the interval of the sheet where the function says none.

    What is printed stands in the sheet then; it may not be said in both places, nor in none.
    """
    if any(reading.open != bool(entry.printed) for reading in found):
        said = "says what is printed as well" if entry.printed else "does not say what is printed"
        sheet.refuse(
            entry, f"the function `{entry.python}` {said}: one of it and the sheet has to."
        )
    if not entry.printed:
        return found
    asked = measure(sheet, entry, scale=scale)
    parts = (_reading(entry, asked, r.roads, r.quantity, r.detail) for r in found)
    return tuple(reading for (reading,) in parts)


def _reading(entry: Entry, asked: Measure, roads: Roads, quantity: str, detail: str) -> Readings:
    """The interval in which a number makes the statement true, by its relation."""
    if entry.relation == EQUALS:
        return digits(entry.printed, roads, quantity, detail)
    bound = _bound(entry, asked)
    if entry.relation == EXACTLY:
        return exactly(int(bound), roads, quantity, detail)
    if entry.relation == WITHIN:
        (reading,) = near(bound, entry.share, roads, quantity, detail)
        return (replace(reading, printed=entry.printed),)
    side = {BELOW: below, ABOVE: above}[entry.relation]
    return side(bound, roads, quantity, detail, entry.printed)


def _bound(entry: Entry, asked: Measure) -> float:
    """The number that the relation speaks of: given, worked out, or what is printed."""
    if isinstance(entry.bound, str):
        return float(work_out(entry.bound, asked.point(), "bound"))
    return float(Decimal(entry.printed)) if entry.bound is None else float(entry.bound)


def _called(asked: Measure) -> str:
    """A quantity as a sentence calls it: ``g2(0)``."""
    name = str(asked.asked.get("quantity", asked.asked.get("number")))
    if name[0] == "g" and name[1:].split("_")[0].isdigit():
        name = name.replace("_", "(0) of ", 1) if "_" in name else f"{name}(0)"
    taken = str(asked.asked.get("take", ""))
    if "place" in taken:
        name = f"{asked.asked['over']} at the {taken.split()[-1]} of {name}"
    elif taken:
        name = f"{taken} of {name}"
    return f"ratio of the {name}" if "ratio_to" in asked.asked else name


def _formula(sheet: Sheet, entry: Entry, asked: Measure) -> Readings:
    """A printed formula against the derived one, and against the limit of a weak drive.

    Its number is the largest deviation from the master equation where the drive is `WEAKEST` of the
    smallest loss.  A formula that is not proved identical fails whatever that deviation is; one
    that cannot be compared, for there is no closed form, has no number.
    """
    model, name = asked.target.model, str(asked.asked["quantity"])
    found = check_formula(model, entry.formula, name, entry.letters)
    if found.verdict == CANNOT_JUDGE:
        return below(EXACT, apart(np.nan), "largest |deviation|", "", entry.printed or "=")
    proved = found.verdict == PROVED and found.proved
    values = model_values(asked.target, asked.point())
    losses = [np.min(evaluate(sp.sympify(loss.rate), read_values(model, values)).real)
              for loss in model.losses]  # fmt: skip
    values[str(model.drive)] = WEAKEST * min(loss for loss in losses if loss > 0)
    printed = found.printed if not name.startswith("C") else sp.Abs(found.printed) ** 2
    quantity = name.replace("C", "P", 1) if name.startswith("C") else name
    expected = np.asarray(evaluate(printed, read_values(model, values))).real
    off = float(np.max(abs(expected / master(model, values, quantity) - 1)))
    words = "is proved identical to" if proved else "is not identical to"
    if found.verdict == CONVENTION:
        words = "is up to a convention, and only so,"
    detail = f"at a drive of {WEAKEST:g} of the loss, of a formula that {words} the derived one,"
    # what is not identical fails also where it agrees, by chance, at the values of this paper
    bound, gap = (EXACT, off) if proved else (0.0, max(off, np.finfo(float).eps))
    return below(bound, apart(gap), "largest |deviation|", detail, entry.printed or "=")


def _python(sheet: Sheet, entry: Entry) -> Callable[[Any], Readings]:
    """The function ``file.py:NAME`` beside the sheet."""
    path, _, name = entry.python.rpartition(":")
    if not path.endswith(".py") or not name:
        sheet.refuse(entry, f"key `python` must be file.py:NAME, but is `{entry.python}`.")
    module = _module(sheet, entry, path)
    function = getattr(module, name, None)
    if not callable(function):
        sheet.refuse(entry, f"file `{path}` has no function `{name}`.")
    found: Callable[[Any], Readings] = function
    return found


def _module(sheet: Sheet, entry: Entry, path: str) -> Any:
    """The module in a file beside the sheet: of a paper of this project under its own name."""
    file = (sheet.path.parent / path).resolve()
    if not file.is_file():
        sheet.refuse(entry, f"file `{path}` does not exist.")
    here = Path(__file__).resolve().parent
    if file.is_relative_to(here):
        parts = file.relative_to(here).with_suffix("").parts
        return import_module(".".join((__package__ or "", *parts)))
    return _run(file)


@cache
def _run(file: Path) -> Any:
    """A file of the reader's, run once; what it raises is theirs to read."""
    spec = importlib.util.spec_from_file_location(f"claims_in_{file.stem}", file)
    assert spec is not None
    assert spec.loader is not None  # a .py file has both
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise ValueError(
            f"File `{file.name}` does not import: {type(error).__name__}: {error}"
        ) from error
    return module


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
        _bound(entry, asked)
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
