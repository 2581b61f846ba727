"""What a claim asks for, as a number on both roads: a quantity at values, or taken over a range.

Each road is asked by itself, also for a minimum or its place.  The closed form is that of leading
order; the master equation chooses its truncation, and gives NaN for a number that is not trusted.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import sympy as sp

import analytic
import numeric
from analytic import fields as closed_fields
from analytic.closed import own_letters
from compare.audit.point import model_values, read_point, work_out
from compare.audit.sheet import MAXIMUM, MINIMUM
from compare.claim import Roads
from compare.extremes import POINTS, greatest, least, place_of_greatest, place_of_least
from compare.quantities import Quantity, read_quantity
from compare.targets import Target, find_target
from numeric import fields as solved_fields
from systems import Model
from systems.values import read_values

LIGHT = "light"  # in a field: the part that is no mode but the laser's own light
TAKEN = {
    MINIMUM: least,
    MAXIMUM: greatest,
    f"place of the {MINIMUM}": place_of_least,
    f"place of the {MAXIMUM}": place_of_greatest,
}


@dataclass(frozen=True)
class Measure:
    """What is asked of a system: the keys of `compare.audit.reader.ASKED`, with values merged.

    ``asked`` holds ``system``, ``values``, and one of ``quantity`` and ``number``; ``folder`` is
    where a system in a file is looked for.

    >>> values = {"Delta": 0, "chi": 5, "gamma": 1, "xi": 0.01}
    >>> g2 = Measure({"system": "kerr", "values": values, "quantity": "g2"}, Path("."))
    >>> roads = g2.roads()
    >>> round(float(roads.leading), 6), round(float(roads.master), 4)
    (0.009901, 0.0099)
    """

    asked: Mapping[str, Any]
    folder: Path
    # of the sheet: known here, though a claim may overwrite the formula that they stand in
    letters: frozenset[str] = frozenset()

    @property
    def target(self) -> Target:
        """The system that is asked, listed or in a file beside the sheet.

        Raises `ValueError` for one that does not exist or does not import.

        >>> Measure({"system": "kerr", "values": {}}, Path(".")).target.drive
        'xi'
        """
        return find_beside(str(self.asked["system"]), self.folder)

    def roads(self) -> Roads:
        """The number on both roads, found on each by itself.

        A minimum of the closed form may lie elsewhere than that of the master equation: each road
        is searched alone.  NaN where there is no closed form, or the state is not trusted.

        Raises `ValueError` for values, names and systems that make no sense.

        >>> values = {"chi": 5, "gamma": 1, "xi": 0.01}
        >>> asked = {"system": "kerr", "values": values, "quantity": "number"}
        >>> taken = {"over": "Delta", "range": [-1, 1], "take": "place of the maximum"}
        >>> abs(round(Measure({**asked, **taken}, Path(".")).roads().leading, 6))  # on resonance
        0.0
        """
        found = Roads(self._on(leading), self._on(master))
        if "ratio_to" not in self.asked:
            return found
        return found.map(np.divide, self.denominator().roads()).map(float)

    def along(self, name: str, x: np.ndarray) -> Roads:
        """The number on both roads at many values of one name, in one batch each.

        For a measure that takes nothing over a range and is no ratio; shape that of ``x``.

        >>> values = {"Delta": 0, "chi": 5, "gamma": 1, "xi": 0.01}
        >>> g2 = Measure({"system": "kerr", "values": values, "quantity": "g2"}, Path("."))
        >>> g2.along("chi", np.array([0.0, 5.0])).leading.round(4)
        array([1.    , 0.0099])
        """
        points = [self.at(**{name: float(value)}) for value in x]
        if len({asked.field() for asked in points}) > 1:  # made of what varies: one by one
            found = [Roads(asked._on(leading), asked._on(master)) for asked in points]
            return Roads(*np.array([(roads.leading, roads.master) for roads in found]).T)
        target = self.target
        values = model_values(target, self.at(**{name: x}).point())
        asked = (target.model, values, self.asked["quantity"], points[0].field())
        return Roads(np.asarray(leading(*asked)), np.asarray(master(*asked)))

    def denominator(self) -> "Measure":
        """What a ratio is taken to: the same at other values, or of another system.

        >>> values = {"Delta": 0, "chi": "5*gamma", "gamma": 1, "xi": 0.01}
        >>> asked = {"system": "kerr", "values": values, "quantity": "g2"}
        >>> ratio = Measure({**asked, "ratio_to": {"chi": 0}}, Path("."))
        >>> ratio.denominator().asked["values"]["chi"]
        0
        """
        other = dict(self.asked["ratio_to"])
        asked = {key: value for key, value in self.asked.items() if key != "ratio_to"}
        asked |= {key: other.pop(key) for key in ("system", "quantity", "field") if key in other}
        return replace(self, asked=asked | {"values": {**self.asked["values"], **other}})

    def point(self) -> dict[str, Any]:
        """The values and letters as numbers, arrays where the sheet has lists.

        A value that is varied is 0 here unless the sheet gives it.  Raises `ValueError` as
        `compare.audit.point.read_point` does.

        >>> values = {"Delta": 0, "chi": "5*gamma", "gamma": 1, "xi": 0.01}
        >>> Measure({"system": "kerr", "values": values}, Path(".")).point()["chi"]
        5
        """
        return read_point(self.target, self._written(), self.letters)

    def at(self, **values: Any) -> "Measure":
        """The same at other values; those that are not named stay.

        >>> values = {"Delta": 0, "chi": "5*gamma", "gamma": 1, "xi": 0.01}
        >>> asked = Measure({"system": "kerr", "values": values}, Path("."))
        >>> asked.at(gamma=2).point()["chi"]  # 5*gamma
        10
        """
        return replace(self, asked={**self.asked, "values": {**self.asked["values"], **values}})

    def field(self) -> Any:
        """The field that is observed, a sum of modes and of light; None for a mode by its name.

        A SymPy expression, as `systems.fields` reads it; see `read_light`.

        >>> values = {"Delta": 0, "chi": "5*gamma", "gamma": 1, "xi": 0.01}
        >>> mixed = {"a": 1, "light": "2*xi/gamma"}
        >>> Measure({"system": "kerr", "values": values, "field": mixed}, Path(".")).field()
        a + 2*xi/gamma
        """
        written = self.asked.get("field")
        return None if written is None else read_light(self.target, self._written(), written)

    def ends(self) -> tuple[float, float]:
        """The ends of the range, which may be formulas in values that do not vary.

        >>> values = {"Delta": 0, "chi": 5, "gamma": 2, "xi": 0.01}
        >>> asked = {"system": "kerr", "values": values, "over": "Delta", "range": ["-gamma", 1]}
        >>> Measure(asked, Path(".")).ends()
        (-2.0, 1.0)
        """
        low, high = (self._end(end) for end in self.asked["range"])
        return low, high

    def _written(self) -> dict[str, Any]:
        """The values, with one for the name that varies."""
        written = dict(self.asked["values"])
        if "over" in self.asked:
            written.setdefault(self.asked["over"], 0.0)
        return written

    def _on(self, road: Callable[..., Any]) -> float:
        """The number on one road."""
        if "over" not in self.asked:
            return float(self._curve(road)(None))
        low, high = self.ends()
        take = TAKEN[self.asked["take"]]
        return float(take(self._curve(road), low, high, self.asked.get("points", POINTS)))

    def _end(self, end: Any) -> float:
        return float(work_out(end, self.point(), "range")) if isinstance(end, str) else float(end)

    def _curve(self, road: Callable[..., Any]) -> Callable[[Any], Any]:
        """The quantity on one road against the value that varies."""
        target, over = self.target, self.asked.get("over")

        def curve(x: Any) -> Any:
            written = self._written() | ({} if over is None else {over: x})
            point = read_point(target, written, self.letters)
            if "number" in self.asked:
                return np.asarray(work_out(self.asked["number"], point, "number"))[()]
            return road(
                target.model, model_values(target, point), self.asked["quantity"], self.field()
            )

        return curve


def find_beside(system: str, folder: Path) -> Target:
    """The system of a sheet: a listed one, or one in a file that lies in the sheet's folder.

    >>> find_beside("kerr", Path("nowhere")).name
    'kerr'
    """
    if ".py:" in system:
        return _in_file(str(folder / system))
    return find_target(system)


@cache
def _in_file(text: str) -> Target:
    """A system in a file, run once in a process."""
    return find_target(text)


def leading(model: Model, values: Mapping[str, Any], name: str, field: Any = None) -> Any:
    """A quantity by its closed form of leading order; NaN where there is none.

    >>> from systems import kerr
    >>> float(leading(kerr.MODEL, kerr.VALUES, "g2").round(4))
    0.0099
    """
    found = _form(model, name, field)
    if found is None:
        shape = next(iter(read_values(model, values).values())).shape
        return np.full(shape, np.nan)[()]
    closed, form = found
    return np.asarray(closed.evaluate(form, values)).real[()]


@cache
def _form(model: Model, name: str, field: Any) -> tuple[analytic.Closed, sp.Expr] | None:
    """The closed form of a quantity, found once in a process.

    None where the model has none (`compare.agreement.closed_forms`), or the quantity, because
    jumps decide.
    """
    quantity = read_quantity(model, name)
    if field is not None:
        check_of_field(quantity)
    try:
        closed: Any = _closed(model, quantity.quanta(model))
        if field is None:
            return closed, quantity.on(closed, abbreviations=own_letters(closed))
        if not isinstance(closed, analytic.Derivation):
            return None  # a field needs amplitudes
        return closed, _of_field(quantity, closed_fields, closed, field)
    except ValueError:
        return None


def master(model: Model, values: Mapping[str, Any], name: str, field: Any = None) -> Any:
    """A quantity by the master equation; NaN where it is not trusted.

    The truncation is chosen for the correlation of the highest order that the name asks for.

    >>> from systems import kerr
    >>> bool(master(kerr.MODEL, kerr.VALUES, "g2") > leading(kerr.MODEL, kerr.VALUES, "g2"))
    True
    """
    quantity = read_quantity(model, name)
    state = numeric.steady_state(
        model, values, order=max(2, sum(quantity.occupation)), progress=False
    )
    return quantity.on(state) if field is None else _of_field(quantity, solved_fields, state, field)


def _of_field(quantity: Quantity, road: Any, state: Any, field: Any) -> Any:
    """The number or the correlation of a field; raises `ValueError` for what no field has."""
    check_of_field(quantity)
    return getattr(road, quantity.method)(state, field, *quantity.arguments[1:])


def check_of_field(quantity: Quantity) -> None:
    """Raise `ValueError` for what a field does not have, such as a population.

    >>> from systems import kerr
    >>> check_of_field(read_quantity(kerr.MODEL, "g2"))
    """
    if quantity.method not in ("number", "correlation"):
        raise ValueError(
            f"key `quantity` must be number, g2, g3, ... of a field, but is `{quantity.name}`."
        )


@cache
def _closed(model: Model, quanta: int) -> analytic.Closed:
    """The closed forms with so many quanta, derived once in a process."""
    return analytic.find_closed(model, quanta)


def read_light(target: Target, values: Mapping[str, Any], written: Mapping[str, Any]) -> sp.Expr:
    """A field b = sum c_i a_i + beta from labels of modes and the key ``light``.

    Coefficients are numbers or formulas in the values; they become formulas in the model's symbols,
    so that light which follows the drive does so at every drive.

    >>> from compare.targets import find_target
    >>> read_light(find_target("kerr"), {"t": 2}, {"a": 1, "light": "t*xi/gamma"})
    a + 2*xi/gamma
    """
    from compare.formula.notation import read_formula
    from systems.ladder import label

    model = target.model
    symbols = {str(symbol): symbol for symbol in model.parameters}
    letters: dict[str, sp.Expr] = dict(symbols)
    for name, value in values.items():
        if name not in symbols:
            letters[name] = read_formula(str(value), letters)
    modes = {label(mode): mode for mode in model.modes}
    if unknown := sorted(written.keys() - modes.keys() - {LIGHT}):
        raise ValueError(
            f"field `{unknown[0]}` must be one of the modes {', '.join(modes)}, or `{LIGHT}`."
        )
    return sum(
        (read_formula(str(c), letters) * modes.get(name, sp.S.One) for name, c in written.items()),
        sp.S.Zero,
    )
