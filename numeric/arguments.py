"""Arguments that several functions of the numerical road share, checked with one sentence."""

from collections.abc import Sequence

import numpy as np

from numeric.operators import count_states
from systems import Model
from systems.ladder import Occupation
from systems.values import check_positive

LARGEST = 100_000  # unknowns of one steady state: more take minutes and gigabytes


def is_real(value: object) -> bool:
    """Whether it is a real number."""
    return isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)


def check_quanta(model: Model, quanta: int, name: str = "quanta") -> None:
    """Raise unless ``quanta`` is a positive integer whose Liouvillian fits."""
    check_positive(name, quanta)
    size = count_states(model.modes, quanta)
    if size**2 > LARGEST:
        raise ValueError(
            f"Argument `{name}` must leave at most {LARGEST} unknowns, but {quanta} quanta "
            f"are {size} states and {size**2} unknowns."
        )


def check_order(order: int, quanta: int) -> None:
    """Raise unless g^(order) can be computed with this many quanta."""
    check_positive("order", order)
    if quanta < order:
        raise ValueError(
            f"Argument `quanta` must be at least {order} for g{order}, but is {quanta}."
        )


def check_occupation(occupation: Occupation, model: Model, quanta: int) -> None:
    """Raise unless the occupation is one of the truncated space."""
    count = len(model.modes)
    if not isinstance(occupation, Sequence | np.ndarray) or isinstance(occupation, str):
        raise TypeError(
            f"Argument `occupation` must be a tuple of {count} integers, but is {occupation!r}."
        )
    if len(occupation) != count or any(int(n) != n or n < 0 for n in occupation):
        raise ValueError(
            f"Argument `occupation` must be {count} non-negative integers, but is {occupation!r}."
        )
    if sum(occupation) > quanta:
        raise ValueError(
            f"Argument `quanta` must be at least {sum(occupation)} for the probability of "
            f"{tuple(occupation)}, but is {quanta}."
        )
