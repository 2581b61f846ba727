"""The names of the quantities that both roads can compute.

    number, number_a2      mean number of quanta <a'a> of a mode
    g2, g3, g2_a2          g^(k)(0) = <a'^k a^k> / <a'a>^k of a mode, k = 2, 3, ...
    g2_a1_a2               g2_12(0) = <a1'a2'a2 a1> / (<a1'a1> <a2'a2>) of two modes
    P10, P01, P0010        probability of an occupation, written in the order of `model.modes`

After the underscore stands the label of a mode.  Without one the mode is the first boson that the
drive acts on alone, as the CW mode ``a1`` of the nanotip, or else the first boson: a two-level
system has no second quantum to correlate.  An occupation has one digit per mode,
or two digits per mode where a mode holds ten quanta or more: ``P0010`` of two modes is (0, 10).
With an underscore before each number, ``P_0_10`` or ``P_10`` of one mode, there is no doubt; two
digits for a single mode are refused without it, because ``P10`` is one quantum in most papers.

A `Quantity` is the name of a method that both roads have, with its arguments: that is what makes
the two roads comparable, and what a new quantity has to be (CONTRIBUTING, "To add", has the list).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from systems import Model
from systems.expressions import shown
from systems.grading import NoGrading
from systems.ladder import Mode, Occupation, is_two_level, label
from systems.status import Estimate

PATTERN = re.compile(
    r"(?P<number>number|g(?P<order>\d+))(_(?P<mode>.+))?|P(?P<digits>[0-9]+|(_[0-9]+)+)"
)

# amplitudes that a closed form may rest on: measured on two modes, where g10 (66 amplitudes) takes
# half a minute
LARGEST = 70


class Road(Protocol):
    """What both roads have: an expression from a closed form, an array from a state.

    >>> import analytic, numeric
    >>> from systems import kerr
    >>> n = [road.number("a") for road in (analytic.derive(kerr.MODEL, 1),
    ...                                    numeric.steady_state(kerr.MODEL, kerr.VALUES, quanta=4))]
    >>> n[0], round(float(n[1]), 4)
    (4*xi**2/Abs(2*Delta - I*gamma)**2, 0.0371)
    """

    def number(self, mode: Mode | str, /) -> Any:
        """Mean number of quanta of a mode."""

    def correlation(self, mode: Mode | str, order: int, /) -> Any:
        """``g^(order)(0)`` of a mode."""

    def cross_correlation(self, first: Mode | str, second: Mode | str, /) -> Any:
        """``g2_12(0)`` of two modes."""

    def probability(self, occupation: Occupation, /) -> Any:
        """Probability of an occupation."""


class Solved(Road, Protocol):
    """A solved state, which knows what its numbers are worth.

    >>> import numeric
    >>> from systems import kerr
    >>> state: Solved = numeric.steady_state(kerr.MODEL, kerr.VALUES, quanta=4)
    >>> str(state.estimate("number", "a").status)
    'ok'
    """

    def estimate(self, quantity: str, /, *arguments: Any) -> Estimate:
        """Value, absolute error and status of the number that a method returns."""


@dataclass(frozen=True)
class Quantity:
    """A method that both roads have, with its arguments: ``correlation(mode, order)``.

    `read_quantity` makes one of a name.  ``occupation`` is the least excited state that
    contributes: what a truncation has to hold.

    >>> from systems import kerr
    >>> g3 = read_quantity(kerr.MODEL, "g3")
    >>> g3.method, g3.arguments[1:], g3.occupation, g3.quanta(kerr.MODEL)
    ('correlation', (3,), (3,), 3)
    """

    name: str
    method: str
    arguments: tuple[Any, ...]
    occupation: Occupation

    def on(self, road: Road, **options: Any) -> Any:
        """The quantity on a road: an expression of the closed form, an array of the state.

        ``options`` are passed to the method of the road.  Raises what that method raises, for
        example `analytic.NotSeen` where the leading order does not see the quantity.

        >>> import analytic
        >>> from systems import kerr
        >>> read_quantity(kerr.MODEL, "number").on(analytic.derive(kerr.MODEL, 1))
        4*xi**2/Abs(2*Delta - I*gamma)**2
        """
        return getattr(road, self.method)(*self.arguments, **options)

    def status_on(self, state: Solved) -> Any:
        """What the quantity is worth at each point of the master equation: "ok", ...

        >>> import numeric
        >>> from systems import kerr
        >>> state = numeric.steady_state(kerr.MODEL, kerr.VALUES, quanta=6)
        >>> str(read_quantity(kerr.MODEL, "number").status_on(state))
        'ok'
        """
        return self.estimate_on(state).status

    def estimate_on(self, state: Solved) -> Estimate:
        """Value, absolute error and status at each point of the master equation.

        >>> import numeric
        >>> from systems import kerr
        >>> state = numeric.steady_state(kerr.MODEL, kerr.VALUES, quanta=6)
        >>> read_quantity(kerr.MODEL, "g2").estimate_on(state).status
        'ok'
        """
        return state.estimate(self.method, *self.arguments)

    def quanta(self, model: Model) -> int:
        """Quanta, as the model's grading weighs them, that the closed form needs at least.

        Each counts as one where a model has no grading.

        >>> from systems import second_harmonic
        >>> model = second_harmonic.MODEL
        >>> read_quantity(model, "g2_b").quanta(model)  # two quanta, each of weight two
        4
        """
        try:
            return max(1, model.grading.of(self.occupation))
        except NoGrading:
            return max(1, sum(self.occupation))


def read_quantities(model: Model, names: str | Iterable[str]) -> tuple[Quantity, ...]:
    """The quantities called ``names`` (a list, or one string with commas), each once.

    Raises `ValueError` for a name that is not known, and lists those that are.

    >>> from systems import kerr
    >>> [quantity.name for quantity in read_quantities(kerr.MODEL, "number, g2, number")]
    ['number', 'g2']
    """
    if not isinstance(names, Iterable):
        raise TypeError(f"Argument `quantities` must hold names, but is {shown(names)}.")
    listed = names.split(",") if isinstance(names, str) else list(names)
    unique = dict.fromkeys(str(name).strip() for name in listed)
    if not unique:
        raise ValueError("Argument `quantities` must hold at least one name, but is empty.")
    return tuple(read_quantity(model, name) for name in unique)


def read_quantity(model: Model, name: str) -> Quantity:
    """The quantity called ``name``, see the head of this file.

    Raises `ValueError` also for more quanta than a closed form can hold.

    >>> from systems import nanotip
    >>> read_quantity(nanotip.MODEL, "P10").arguments
    ((1, 0),)
    """
    if not isinstance(name, str):
        raise TypeError(f"The name of a quantity must be a text, but is {name!r}.")
    quantity = _read(model, name)
    if not _fits(model, quantity.occupation):
        raise ValueError(_too_large(model, quantity))
    return quantity


def written_out(model: Model, wanted: Iterable[Quantity]) -> dict[str, str]:
    """Names that leave out which mode is meant, each with the name that says it.

    There are none in a model of one mode.

    >>> from systems import kerr, nanotip
    >>> written_out(nanotip.MODEL, read_quantities(nanotip.MODEL, "g2,g2_a2,P10"))
    {'g2': 'g2_a1'}
    >>> written_out(kerr.MODEL, read_quantities(kerr.MODEL, "g2"))
    {}
    """
    if len(model.modes) == 1:
        return {}
    return {
        one.name: f"{one.name}_{label(one.arguments[0])}"
        for one in wanted
        if one.method in ("number", "correlation") and "_" not in one.name
    }


def check_holds(wanted: Sequence[Quantity], quanta: Any, name: str = "quanta") -> None:
    """Raise `ValueError` for a number of quanta that is too small for what is asked for.

    Anything else is left to whoever solves; ``name`` is what the argument is called.

    >>> from systems import kerr
    >>> check_holds(read_quantities(kerr.MODEL, "number,g2"), 1)
    Traceback (most recent call last):
        ...
    ValueError: Argument `quanta` must be at least 2 for g2, but is 1.
    """
    highest = max(wanted, key=lambda q: sum(q.occupation))
    least = sum(highest.occupation)
    if isinstance(quanta, int) and quanta < least:
        raise ValueError(
            f"Argument `{name}` must be at least {least} for {highest.name}, but is {quanta}."
        )


def _read(model: Model, name: str) -> Quantity:
    """The quantity of a name, whatever its size; raises `ValueError` for a name that is none."""
    match = PATTERN.fullmatch(name)
    if match is None or match["order"] in ("0", "1"):
        raise ValueError(_unknown(model, name))
    if match["digits"]:
        occupation = read_occupation(model, name)
        return Quantity(name, "probability", (occupation,), occupation)
    order = int(match["order"] or 1)
    if order == 2 and (pair := _read_pair(model, name, match["mode"] or "")):
        return Quantity(name, "cross_correlation", pair, _one_each(model, *pair))
    mode = _read_mode(model, name, match["mode"])
    if order > 1:
        return Quantity(name, "correlation", (mode, order), model.occupation(mode, order))
    return Quantity(name, "number", (mode,), model.occupation(mode))


def driven_mode(model: Model) -> Mode:
    """The mode that a name without a label means.

    It is the first boson that a term of creation operators of it alone feeds, or else the first
    boson, or the first mode of a model without bosons.

    >>> from systems import jaynes_cummings
    >>> driven_mode(jaynes_cummings.MODEL).name
    a
    """
    pumps = [p for p, q in model.ladder if not any(q) and len(p) - p.count(0) == 1]
    driven = [mode for i, mode in enumerate(model.modes) if any(p[i] for p in pumps)]
    bosons = [mode for mode in (*driven, *model.modes) if not is_two_level(mode)]
    return (bosons or model.modes)[0]


def read_occupation(model: Model, name: str) -> tuple[int, ...]:
    """The occupation in the name of a probability ``P10`` or of an amplitude ``C10``.

    One number per mode, in the order of ``model.modes``.  Raises `ValueError` for more or fewer
    numbers than modes, and for two digits of one mode.

    >>> from systems import kerr_dimer
    >>> read_occupation(kerr_dimer.MODEL, "C20"), read_occupation(kerr_dimer.MODEL, "P_0_10")
    ((2, 0), (0, 10))
    """
    digits = name[1:]
    parts = digits.split("_")[1:]
    if len(parts) == len(model.modes):
        return tuple(map(int, parts))
    plain = digits.replace("_", "", 1)  # P_10 as it is printed
    width, rest = divmod(len(plain), len(model.modes))
    if rest or width not in (1, 2) or not re.fullmatch("[0-9]+", plain):
        labels = ", ".join(label(mode) for mode in model.modes)
        raise ValueError(
            f"Quantity `{name}` must have one digit (or two digits) for each of the modes {labels}."
        )
    if width == 2 and len(model.modes) == 1:
        raise ValueError(_two_digits(model, name))
    return tuple(int(plain[i : i + width]) for i in range(0, len(plain), width))


def _two_digits(model: Model, name: str) -> str:
    """The refusal of ``P10`` in a model of one mode: ten quanta, or a one and a zero."""
    kind, few, many = name[0], name[1], int(name[1:])
    return (
        f"Quantity `{name}` must say what it means in a model of one mode: `{kind}_{many}` is "
        f"{many} quanta of the mode {label(model.modes[0])}, `{kind}{few}` is {few}."
    )


def _read_mode(model: Model, name: str, text: str | None) -> Mode:
    """The mode with this label, or the driven one where a name has no label."""
    if text is None:
        return driven_mode(model)
    labels = [label(mode) for mode in model.modes]
    if text not in labels:
        raise ValueError(
            f"Quantity `{name}` must name one of the modes {', '.join(labels)}, but names `{text}`."
        )
    return model.modes[labels.index(text)]


def _read_pair(model: Model, name: str, text: str) -> tuple[Mode, Mode] | None:
    """The modes that ``a1_a2`` names; None where it is not two labels, or is the label of one."""
    modes = {label(mode): mode for mode in model.modes}
    cuts = [i for i, sign in enumerate(text) if sign == "_" and text not in modes]
    pairs = [(text[:i], text[i + 1 :]) for i in cuts if {text[:i], text[i + 1 :]} <= modes.keys()]
    if len(pairs) > 1:
        readings = " or ".join(f"{first} and {second}" for first, second in pairs)
        raise ValueError(f"Quantity `{name}` must name two modes, but may mean {readings}.")
    return (modes[pairs[0][0]], modes[pairs[0][1]]) if pairs else None


def _one_each(model: Model, first: Mode, second: Mode) -> tuple[int, ...]:
    """The occupation with one quantum in each of two modes."""
    both = zip(model.occupation(first), model.occupation(second), strict=True)
    return tuple(n + k for n, k in both)


def _fits(model: Model, occupation: tuple[int, ...]) -> bool:
    """Whether at most `LARGEST` amplitudes have no more quanta than the occupation."""
    if sum(occupation) >= LARGEST:
        return False
    try:
        grading = model.grading
    except NoGrading:  # nor is there a closed form that could be too long
        return True
    states = np.ones(grading.of(occupation) + 1, int)  # by quanta: without modes the vacuum
    states[1:] = 0
    for mode, weight in zip(model.modes, grading.weights, strict=True):
        top = 1 if is_two_level(mode) else len(states)
        shifts = [n * weight for n in range(top + 1) if n * weight < len(states)]
        shifted = [np.pad(states[: len(states) - shift], (shift, 0)) for shift in shifts]
        states = np.sum(shifted, axis=0)
    return bool(states.sum() <= LARGEST)


def _too_large(model: Model, quantity: Quantity) -> str:
    """The refusal of a quantity whose closed form is too long, with the largest that is not."""
    must = f"Quantity `{quantity.name}` must rest on at most {LARGEST} amplitudes"
    if quantity.method != "correlation":
        return f"{must}, but needs more: name an occupation of fewer quanta."
    mode = quantity.arguments[0]
    top = max(k for k in range(1, LARGEST) if _fits(model, model.occupation(mode, k)))
    return f"{must}, but needs more: the largest order of the mode {label(mode)} is g{top}."


def _unknown(model: Model, name: str) -> str:
    """The refusal of a name, with the names that there are."""
    last, one = label(model.modes[-1]), "1" + "0" * (len(model.modes) - 1)
    first = label(model.modes[0])
    pair = f", g2_{first}_{last} between two" if len(model.modes) > 1 else ""
    return (
        f"Quantity `{name}` is not known; there are number, g2, g3, ... (number_{last}, "
        f"g2_{last} for the mode {last}{pair}) and P{one}, ... (one digit per mode)."
    )
