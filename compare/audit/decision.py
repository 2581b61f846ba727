"""The claims of a sheet, each as something that can be decided: its numbers and its intervals.

Data becomes what `compare.claim` judges.  A decision is called with a multiple of the paper's own
drive, 1 for the paper itself, so that one can ask at which drive a claim would come true.
"""

import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import sympy as sp

from compare.audit.measure import Measure, master
from compare.audit.point import letters_in, model_values, work_out
from compare.audit.sheet import (
    ABOVE,
    BELOW,
    EQUALS,
    EXACTLY,
    IDENTICAL,
    WITHIN,
    Entry,
    Sheet,
)
from compare.claim import Claim, Readings, Roads, above, apart, below, digits, exactly, near
from compare.formula.check import check_formula
from compare.formula.verdict import CANNOT_JUDGE, CONVENTION
from compare.formula.verdict import IDENTICAL as PROVED
from systems.arithmetic import evaluate
from systems.values import read_values

WEAKEST = 1e-4  # drive over the smallest loss: leading order is exact to 1e-8 times a factor there
EXACT = 1e-4  # more than that factor makes of it: a formula that is further off is wrong
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
    bound = bound_of(entry, asked)
    if entry.relation == EXACTLY:
        return exactly(int(bound), roads, quantity, detail)
    if entry.relation == WITHIN:
        (reading,) = near(bound, entry.share, roads, quantity, detail)
        return (replace(reading, printed=entry.printed),)
    side = {BELOW: below, ABOVE: above}[entry.relation]
    return side(bound, roads, quantity, detail, entry.printed)


def bound_of(entry: Entry, asked: Measure) -> float:
    """The number that the relation speaks of: given, worked out, or what is printed.

    >>> from compare.papers import load
    >>> sheet = load("huang2018").sheet()
    >>> entry = Entry("claim", "few", line=1, asked={}, printed="0.05")
    >>> bound_of(entry, measure(sheet, sheet.of("formula")[0]))
    0.05
    """
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
