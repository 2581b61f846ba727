"""Values of a model's symbols: checked once, the same way on both roads.

Values are a dict from the model's symbols, or their names, to numbers or arrays that broadcast,
those of xarray by the names of their dimensions.  Rates may be in any one unit.  `read_values`
makes arrays of one shape of them, and refuses what no formula and no solver could use;
`systems.arithmetic` puts those into an expression.
"""

from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from difflib import get_close_matches
from functools import lru_cache
from numbers import Number, Real
from typing import Any

import numpy as np
import sympy as sp

# names that stood here before and are as often asked for with the values
from systems.arithmetic import EPSILON as EPSILON
from systems.arithmetic import Arrays as Arrays
from systems.arithmetic import evaluate as evaluate
from systems.arithmetic import evaluate_sum as evaluate_sum
from systems.grading import change_of
from systems.labels import Labelled, unlabel
from systems.ladder import Ladder, show
from systems.loss import Loss
from systems.model import Model

REAL = 1e-12  # imaginary part of a rate, relative: four digits more than one rounding leaves
# What a value may be: products of two rates, which everything is made of, stay floats, and nothing
# is so small that floats have only some of its digits
LARGEST, SMALLEST = 1e300, float(np.finfo(float).tiny)
VAST = 1e30  # values up to which products of ten stay in the range of floats, 1.8e308
Values = Mapping[Any, Any]  # name or Symbol -> number or array
# What a letter that looks like the time is told
IN_TIME = (
    "; what depends on time is a symbol of its own in the Hamiltonian, whose value is a function "
    "of time (numeric.evolve)"
)

NO_SYMBOL = ""  # what stands for the values of a model without symbols: it has the batch's shape


def read_values(model: Model, values: Values, idle: Collection[str] = ()) -> Arrays:
    """The values by name, broadcast against one another to one shape.

    Arrays of xarray broadcast by the names of their dimensions, and what is returned remembers
    these (`systems.labels`).  Raises `ValueError` or `TypeError` for an unknown or missing name,
    NaN or infinity, a complex value of a real symbol, arrays that do not broadcast, plain arrays
    beside labelled ones, rates of losses that are not positive, of a pump or a dephasing that are
    negative, and coefficients of the Hamiltonian that are not finite.  Rates named ``idle`` may be
    zero: those of a loss that is switched on and off.

    >>> from systems import kerr
    >>> arrays = read_values(kerr.MODEL, {"Delta": [0.0, 1.0], "chi": 5.0, "gamma": 1.0, "xi": 0.1})
    >>> arrays["chi"]
    array([5., 5.])
    """
    given, axes = unlabel(_named(model, values))
    _check_names(model, given)
    arrays = {str(s): _read(s, given[str(s)]) for s in model.parameters}
    if not arrays:  # a model written in plain numbers is one point
        arrays = {NO_SYMBOL: np.zeros(())}
    try:
        shape = np.broadcast_shapes(*(array.shape for array in arrays.values()))
    except ValueError:
        shapes = ", ".join(f"{name} {array.shape}" for name, array in arrays.items() if array.ndim)
        raise ValueError(
            f"Argument `values` must hold arrays that broadcast, but has {shapes}."
        ) from None
    arrays = {name: np.broadcast_to(array, shape) for name, array in arrays.items()}
    _check_rates(model, arrays, idle)
    _check_coefficients(model, arrays)
    return arrays if axes is None else Labelled(arrays, axes)


def read_exact(model: Model, values: Values, argument: str = "at") -> dict[sp.Symbol, sp.Expr]:
    """Single rational numbers for some of the symbols, floats as the decimals that they show.

    Raises `ValueError` or `TypeError` as `read_values` does, and for an array.

    ``argument`` is the name under which messages speak of the values.

    >>> from systems import kerr
    >>> read_exact(kerr.MODEL, {"Delta": 0.1})
    {Delta: 1/10}
    """
    given = _named(model, values, argument)
    known = {str(symbol): symbol for symbol in model.parameters}
    _check_known(known, given, argument)
    for name, value in given.items():
        if np.ndim(value):
            raise ValueError(f"Value `{name}` must be a single number here, but is an array.")
    arrays = {name: _read(known[name], value) for name, value in given.items()}
    _check_rates(model, arrays)
    # arrays hold floats: what was exact stays so
    exact = {n: arrays[n].item() if hasattr(x, "dtype") else x for n, x in given.items()}
    return {known[name]: sp.nsimplify(x, rational=True) for name, x in exact.items()}


def rate_unit(arrays: Arrays, rates: Collection[str]) -> np.ndarray:
    """A unit for the rates, per point: the power of two next above the largest of ``rates``.

    To divide by a power of two rounds nothing.  It is 1 where all rates vanish.  Numbers that are
    made of rates must not depend on their unit, and high powers of values in rad/s would leave the
    range of floats: divide by this first.

    >>> rate_unit({"gamma": np.array([3.0, 0.0]), "phi": np.array([9.0, 9.0])}, {"gamma"})
    array([4., 1.])
    """
    largest = np.max([abs(arrays[name]) for name in sorted(rates)], axis=0)
    return np.where(largest > 0, np.ldexp(1.0, np.frexp(largest)[1]), 1.0)


def _named(model: Model, values: Values, argument: str = "values") -> dict[str, Any]:
    """The values by name; refuses what is no dict, and one symbol under two spellings."""
    if not isinstance(model, Model):
        raise TypeError(f"Argument `model` must be a Model, but is {model!r}.")
    if not isinstance(values, Mapping):
        raise TypeError(f"Argument `{argument}` must be a dict from names to values: {values!r}.")
    given = {str(name): value for name, value in values.items()}
    if len(given) < len(values):
        names = [str(name) for name in values]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"Argument `{argument}` must hold `{twice}` once, but holds it twice.")
    return given


def _check_names(model: Model, given: Mapping[str, Any]) -> None:
    """Raises unless there is a value for every symbol of the model, and for nothing else."""
    known = [str(symbol) for symbol in model.parameters]
    _check_known(known, given, "values")
    missing = [name for name in known if name not in given]
    if missing:
        hint = IN_TIME if {"t", "time"} & {name.lower() for name in missing} else ""
        raise ValueError(f"Argument `values` must hold a value for {', '.join(missing)}{hint}.")


def _check_known(known: Collection[str], given: Iterable[str], argument: str) -> None:
    """Raises for a name that the model does not have, with the name that is next to it."""
    for name in given:
        if name not in known:
            near = get_close_matches(name, known, n=1, cutoff=0.5)
            hint = f"; did you mean `{near[0]}`?" if near else "."
            raise ValueError(
                f"Argument `{argument}` must hold {', '.join(known)}, but also has `{name}`{hint}"
            )


def _read(symbol: sp.Symbol, value: Any) -> np.ndarray:
    """One value as an array; what is wrong with it is said in terms of its symbol."""
    array = _plain(symbol, value)
    if array.size == 0:
        raise ValueError(f"Value `{symbol}` must hold at least one number, but is empty.")
    if not np.isfinite(array).all():
        raise ValueError(f"Value `{symbol}` must be finite, but holds NaN or infinity.")
    # floats of less than 64 bits have no numbers to compare with
    _check_range(symbol, abs(array if array.dtype.itemsize >= 8 else array.astype(complex)))
    if symbol.is_real and array.dtype.kind == "c":
        if np.any(array.imag):
            first = array[array.imag != 0][0]
            raise ValueError(f"Value `{symbol}` must be real, but is {first:g}.")
        array = array.real
    return array.astype(complex if array.dtype.kind == "c" else float)


def _plain(symbol: sp.Symbol, value: Any) -> np.ndarray:
    """One value as a plain array of numbers; raises `TypeError` for what is none."""
    if np.ma.isMaskedArray(value):
        raise TypeError(f"Value `{symbol}` must be a number or a plain array, but is masked.")
    if dims := _dimensions(value):
        # as plain arrays two of them would be matched by position, whatever their names
        raise TypeError(
            f"Value `{symbol}` must be a number, a plain array or one of xarray, but is labelled "
            f"({', '.join(dims)}): hand over its `.values`, with an axis for every dimension."
        )
    try:
        array = _as_numbers(value)
    except (ValueError, TypeError):  # rows of different lengths, an expression with symbols
        array = np.asarray(None)
    except OverflowError:
        raise ValueError(f"Value `{symbol}` must be at most {LARGEST:g} in size.") from None
    if callable(value) and not isinstance(value, sp.Basic):
        raise TypeError(
            f"Value `{symbol}` must be a number or an array here, but is a function: values that "
            "move in time are for numeric.evolve, periodic_state and emitted, and for "
            "analytic.weak_pulse."
        )
    if array.dtype.kind not in "iufc":
        raise TypeError(
            f"Value `{symbol}` must be a number or an array, but is {shorten(repr(value))}."
        )
    return array


def _check_range(symbol: sp.Symbol, size: np.ndarray) -> None:
    """Raises for numbers that floats hold no products, or not all the digits, of."""
    small, large = size[(size > 0) & (size < SMALLEST)], size[size > LARGEST]
    if large.size:
        raise ValueError(
            f"Value `{symbol}` must be at most {LARGEST:g} in size, but is {large[0]:g}."
        )
    if small.size:
        raise ValueError(
            f"Value `{symbol}` must be 0 or at least {SMALLEST:.2g} in size, the smallest float "
            f"with all of its digits, but is {small[0]:g}."
        )


def _dimensions(value: Any) -> list[str]:
    """Names of the dimensions of a labelled array that is none of xarray."""
    named = getattr(value, "dims", None) if hasattr(value, "coords") else None
    return [str(name) for name in named] if named else []


def _as_numbers(value: Any) -> np.ndarray:
    """An array; exact numbers (of SymPy, `Fraction`, `Decimal`, long integers) become floats."""
    array = np.asarray(complex(value) if isinstance(value, sp.Expr) else value)
    exact = array.dtype == object and all(isinstance(x, Number | Decimal) for x in array.flat)
    if not exact:
        return array
    kind = float if all(isinstance(x, Real | Decimal) for x in array.flat) else complex
    return np.array([kind(x) for x in array.flat], kind).reshape(array.shape)


def check_positive(name: str, value: int) -> None:
    """Raise `ValueError` unless the argument is a positive integer.

    >>> check_positive("order", 2)
    >>> check_positive("order", 0)
    Traceback (most recent call last):
    ValueError: Argument `order` must be a positive integer, but is 0.
    """
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
        raise ValueError(f"Argument `{name}` must be a positive integer, but is {value!r}.")


def check_driven(model: Model) -> None:
    """Raise `ValueError` for a model without a drive, where something is asked of the drive.

    >>> from systems import kerr
    >>> check_driven(kerr.MODEL)
    """
    if model.drive is None:
        raise ValueError(
            f"Argument `model` must have a drive here, but the {model.name} has none: use "
            "numeric.steady_state, or analytic.expand where `orders` names what is small."
        )


def shorten(text: str) -> str:
    """A text of at most eighty signs, for messages.

    >>> len(shorten("x" * 200))
    80
    """
    return text if len(text) <= 80 else f"{text[:76]} ..."


def _check_rates(model: Model, arrays: Arrays, idle: Collection[str] = ()) -> None:
    """Raises for rates that are negative, complex or infinite.

    A symbol that is the rate at which quanta are lost may not be zero, unless it is idle: what it
    leaves is not the model that was written.  A pump or a dephasing may be.
    """
    for loss, jump in zip(model.losses, model.jumps, strict=True):
        if not {str(symbol) for symbol in loss.rate.free_symbols} <= arrays.keys():
            continue
        rate = evaluate(loss.rate, arrays)
        if not np.isfinite(rate).all():
            must, value = "be finite", rate[~np.isfinite(rate)][0]
        elif np.any(abs(rate.imag) > REAL * abs(rate)):
            must, value = "be real", rate[abs(rate.imag) > REAL * abs(rate)][0]
        elif _is_needed(loss, jump, idle) and np.any(rate.real <= 0):
            must = "be positive (leave the loss out of the model for a lossless mode)"
            value = rate.real.min()
        elif np.any(rate.real < 0):
            must, value = "not be negative", rate.real.min()
        else:
            continue
        raise ValueError(
            f"Rate `{loss.rate}` of the loss of `{show(loss.operator)}` must {must}, "
            f"but is {value:g}."
        )


def _is_needed(loss: Loss, jump: Ladder, idle: Collection[str]) -> bool:
    """Whether the rate is a symbol, and quanta are lost at it."""
    lost = any(sum(change_of(word)) < 0 for word in jump)
    return loss.rate.is_Symbol and str(loss.rate) not in idle and lost


def _check_coefficients(model: Model, arrays: Arrays) -> None:
    """Raises for products that leave the range of floats, and for poles.

    Coefficients that are sums of products can only overflow, which values below `VAST` do not: then
    those with quotients and functions alone are evaluated.
    """
    # one value serves a whole axis where arrays are only broadcast
    size = max(float(np.max(abs(array))) for array in arrays.values()) if arrays else 0.0
    for coefficient in model.ladder.values() if size > VAST else _with_poles(model):
        if not np.isfinite(evaluate(coefficient, arrays)).all():
            raise ValueError(
                f"Coefficient `{shorten(str(coefficient))}` of the Hamiltonian must be finite, but "
                "has a pole or exceeds 1.8e308, the largest float, at these values."
            )


@lru_cache(maxsize=32)
def _with_poles(model: Model) -> list[sp.Expr]:
    """The coefficients of the Hamiltonian that are not just sums of products."""
    plain = (sp.conjugate, sp.Abs, sp.re, sp.im)
    return [
        c
        for c in model.ladder.values()
        if any(not (p.exp.is_Integer and p.exp > 0) for p in c.atoms(sp.Pow))
        or any(not isinstance(f, plain) for f in c.atoms(sp.Function))
    ]


def select(arrays: Arrays, points: np.ndarray) -> Arrays:
    """The values at some of the points of a flattened batch, one-dimensional.

    >>> select({"Delta": np.array([[0.0, 1.0], [2.0, 3.0]])}, np.array([1, 2]))
    {'Delta': array([1., 2.])}
    """
    shape = next(iter(arrays.values())).shape or (1,)
    where = np.unravel_index(points, shape)  # no copy of arrays that are only broadcast
    return {name: np.atleast_1d(array)[where] for name, array in arrays.items()}
