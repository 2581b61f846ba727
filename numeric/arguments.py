"""Arguments that several functions of the numerical road share, checked with one sentence."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from math import isqrt
from typing import Any

import numpy as np

from numeric.lindblad.space import (
    Cut,
    count_states,
    levels,
    limits,
    read_cut,
    show_cut,
    wider,
)
from numeric.solvers.memory import LARGEST, largest
from systems import Model
from systems.ladder import Occupation, Word, is_two_level, label
from systems.values import check_positive, shorten


def is_real(value: object) -> bool:
    """Whether it is a real number, of Python or NumPy; True and False are none.

    >>> is_real(np.float64(0.5)), is_real(True), is_real("1")
    (True, False, False)
    """
    return isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)


def check_quanta(
    model: Model, quanta: int | Mapping[str, int], name: str = "quanta", solver: str = "direct"
) -> Cut:
    """The cut that ``quanta`` stands for; raise unless it is one whose Liouvillian fits.

    ``name`` is what the argument is called, ``solver`` for whom it has to fit.  Raises `ValueError`
    for what is neither a positive integer nor one for each mode or sum of modes, and for more
    unknowns than `largest` allows.

    >>> from systems.library import kerr_dimer
    >>> check_quanta(kerr_dimer.MODEL, {"a": 4, "b": 30})
    (4, 30)
    >>> check_quanta(kerr_dimer.MODEL, 40)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ValueError: Argument `quanta` must leave at most 300000 unknowns, but 40 quanta are ...
    """
    cut = read_cut(model, quanta, name)
    size = count_states(model.modes, cut)
    if size**2 > (most := largest(model, solver)):
        numbers = (show_cut(model, cut), size, size**2)
        kept, states, unknowns = (shorten(str(number)) for number in numbers)
        raise ValueError(
            f"Argument `{name}` must leave at most {most} unknowns, but {kept} "
            f"quanta are {states} states and {unknowns} unknowns."
        )
    return cut


def check_factorable(
    model: Model, cut: Cut, unknowns: int, what: str, order: int | None, frame: bool = False
) -> None:
    """Raise `ValueError` where a cut has more unknowns than these, naming one that has not.

    ``order`` is that for which it was chosen, None where it was given; ``frame`` tells whether it
    stands around an amplitude, where no argument makes it smaller.

    >>> from systems.library import kerr
    >>> check_factorable(kerr.MODEL, 199, 30_000, "a spectrum", order=4)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ValueError: At most 173 states are taken for a spectrum, ... fewer quanta (`quanta=170`).
    """
    most, states = isqrt(unknowns), count_states(model.modes, cut)
    if states <= most:
        return
    if frame:
        raise ValueError(
            f"Light so far from coherent is too bright for {what}: at most {most} states are "
            f"taken, but around its amplitude it holds {states}."
        )
    if order is None:
        raise ValueError(
            f"Argument `quanta` must leave at most {most} states for {what}, but {states} are left."
        )
    raise ValueError(
        f"At most {most} states are taken for {what}, but the truncation that was chosen has "
        f"{states}: give fewer quanta ({_fewer(model, cut, most)})."
    )


def _fewer(model: Model, cut: Cut, most: int) -> str:
    """The largest cut of so many states that holds two more quanta than it needs, as it is given.

    The two are those of the truncation that a number is judged by.
    """
    while count_states(model.modes, cut) > most:
        cut = wider(cut, -1)
    shown = str(show_cut(model, wider(cut, -2))).replace("'", '"')
    return f"`quanta={shown}`"


def check_order(order: int, quanta: int, of: str = "") -> None:
    """Raise `ValueError` unless g^(order) (``of`` a mode) can be computed with this many quanta.

    >>> check_order(2, 1)
    Traceback (most recent call last):
    ValueError: Argument `quanta` must be at least 2 for g2, but is 1.
    """
    check_positive("order", order)
    if int(order) ** 2 > LARGEST:  # as many states as that at least
        raise ValueError(
            f"Argument `order` must leave at most {LARGEST} unknowns, but is {shorten(str(order))}."
        )
    if quanta < order:
        raise ValueError(
            f"Argument `quanta` must be at least {order} for g{order}{of and f' of {of}'}, "
            f"but is {quanta}."
        )


def check_held(model: Model, cut: Cut, modes: tuple[int, ...]) -> None:
    """Raise `ValueError` unless the cut holds a quantum in each of these modes (or several in one).

    >>> from systems.library import kerr_dimer
    >>> check_held(kerr_dimer.MODEL, (4, 1), (1, 1))
    Traceback (most recent call last):
    ValueError: Argument `quanta` must be at least 2 for g2 of b, but is 1.
    """
    if isinstance(cut, int):
        return check_order(len(modes), cut)
    kept = levels(model.modes, cut)
    for mode in set(modes):
        if not is_two_level(model.modes[mode]):
            check_order(modes.count(mode), kept[mode] - 1, label(model.modes[mode]))


def check_reached(model: Model, cut: Cut, modes: tuple[int, ...]) -> None:
    """Raise `ValueError` where the vacuum reaches these modes only beyond the cut.

    Modes that it does not reach with two more quanta each, either, stay empty and are no mistake.

    >>> from systems.library import second_harmonic
    >>> check_reached(second_harmonic.MODEL, 2, (1, 1))  # g2 of the mode that pairs make
    Traceback (most recent call last):
    ValueError: Argument `quanta` must be at least 3 for g2 of b, which has to be reached ...
    """
    if reaches(model, cut, modes) or not reaches(model, wider(cut, 2 * len(modes)), modes):
        return
    what = f"g{len(modes)}" if len(modes) > 1 else "the mean number"
    labels = " and ".join(str(model.modes[mode].name) for mode in dict.fromkeys(modes))
    must = f"be at least {fewest(model, modes)}" if isinstance(cut, int) else "be larger"
    raise ValueError(
        f"Argument `quanta` must {must} for {what} of {labels}, which has "
        f"to be reached from the vacuum, but is {show_cut(model, cut)}."
    )


@lru_cache(maxsize=256)
def fewest(model: Model, modes: tuple[int, ...]) -> int:
    """Fewest quanta with which these modes (one may come twice) have a quantum each.

    States are reached from the vacuum through the terms of the Hamiltonian and the jumps: two
    quanta of a second harmonic take three, of which two become the first while it waits.  Where
    no path is found, with twice as many quanta and two as there are modes, the modes stay empty.

    >>> from systems.library import second_harmonic
    >>> fewest(second_harmonic.MODEL, (0,)), fewest(second_harmonic.MODEL, (1, 1))
    (1, 3)
    """
    for quanta in range(1, 2 * len(modes) + 3):
        if reaches(model, quanta, modes):
            return max(quanta, 1)
    return 1


def reaches(model: Model, cut: Cut, modes: tuple[int, ...]) -> bool:
    """Whether the vacuum reaches, within the cut, a state in which these modes have a quantum each.

    >>> from systems.library import second_harmonic
    >>> [reaches(second_harmonic.MODEL, cut, (1, 1)) for cut in (2, 3, (2, 1), (2, 2))]
    [False, True, False, True]
    """
    wanted = [modes.count(i) for i in range(len(model.modes))]
    return bool(np.any(np.all(_reached(model, cut) >= wanted, axis=1)))


@lru_cache(maxsize=64)
def _reached(model: Model, cut: Cut) -> np.ndarray:
    """Occupations that the vacuum reaches within the cut, shape (states, modes).

    Values do not matter: a term counts whatever its coefficient.
    """
    words: list[Word] = [*model.ladder, *(word for jump in model.jumps for word in jump)]
    lower, raised = (np.array([word[i] for word in words]) for i in (1, 0))
    tops, every = np.array(levels(model.modes, cut)) - 1, limits(model.modes, cut)
    counted, most = (np.array(x) for x in zip(*every, strict=True))
    reached = {(0,) * len(model.modes)}
    left = list(reached)
    while left:
        n = np.array(left.pop())
        after = (n - lower + raised)[(n >= lower).all(axis=1)]
        inside = (after <= tops).all(axis=1) & (after @ counted.T <= most).all(axis=1)
        new = set(map(tuple, after[inside].tolist())) - reached
        reached |= new
        left += new
    return np.array(sorted(reached))


def _is_count(n: Any) -> bool:
    """Whether it is a non-negative whole number."""
    return is_real(n) and bool(np.isfinite(n)) and int(n) == n and n >= 0


def check_occupation(occupation: Occupation, model: Model, cut: Cut) -> None:
    """Raise unless the occupation is one of the truncated space.

    Raises `TypeError` for what is no tuple, and `ValueError` for numbers that are no integers, or
    negative, or of another count than the modes, or of more quanta than the truncation holds.

    >>> from systems.library import kerr_dimer
    >>> check_occupation((1, 0, 0), kerr_dimer.MODEL, 4)
    Traceback (most recent call last):
    ValueError: Argument `occupation` must be 2 non-negative integers, but is (1, 0, 0).
    """
    count = len(model.modes)
    if not isinstance(occupation, Sequence | np.ndarray) or isinstance(occupation, str):
        raise TypeError(
            f"Argument `occupation` must be a tuple of {count} integers, but is {occupation!r}."
        )
    if len(occupation) != count or not all(map(_is_count, occupation)):
        raise ValueError(
            f"Argument `occupation` must be {count} non-negative integers, but is {occupation!r}."
        )
    if isinstance(cut, int) and sum(occupation) > cut:
        raise ValueError(
            f"Argument `quanta` must be at least {sum(occupation)} for the probability of "
            f"{tuple(occupation)}, but is {cut}."
        )
    held = (side.limit >= np.dot(side.weights, occupation) for side in limits(model.modes, cut))
    if not isinstance(cut, int) and not all(held):
        raise ValueError(
            f"Argument `quanta` must hold the occupation {tuple(occupation)} of which the "
            f"probability is asked for, but is {show_cut(model, cut)}."
        )
