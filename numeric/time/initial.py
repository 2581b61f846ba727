"""The state from which an evolution starts: the vacuum, a Fock state, or a density matrix."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from numeric.lindblad.space import Cut, Space, limits, resized, show_cut
from systems import Model
from systems.ladder import atoms, fits, is_two_level

# By which a trace may differ from one: more than a solver's round-off, less than a typing error
TRACE = 1e-9
EMPTY = 1e-14  # of a trace: elements below count as zero when a state is cut to its quanta


@dataclass(frozen=True)
class Start:
    """A density matrix between some occupations, shapes (states, states) and (states, modes).

    >>> from systems.library import kerr
    >>> start = read_start(kerr.MODEL, (1,))
    >>> start.quanta, start.on(Space(kerr.MODEL.modes, 2)).real.diagonal()
    (1, array([0., 1., 0.]))
    """

    occupations: np.ndarray
    rho: np.ndarray
    ket: np.ndarray | None = None  # (states,), where it is known to be pure

    @property
    def quanta(self) -> int:
        """The largest total number of quanta that is there."""
        there = self.rho.diagonal().real > EMPTY
        return int(self.occupations[there].sum(axis=1).max(initial=0))

    def check_held(self, model: Model, cut: Cut) -> None:
        """Raise `ValueError` where a truncation that was given does not hold this state.

        >>> from systems.library import kerr
        >>> read_start(kerr.MODEL, (3,)).check_held(kerr.MODEL, 2)
        Traceback (most recent call last):
        ValueError: Argument `quanta` must be at least 3 for this `initial`, but is 2.
        """
        there = self.occupations[self.rho.diagonal().real > EMPTY]
        every = limits(model.modes, cut)
        tops = [int(np.max(side.shells(there), initial=0)) for side in every]
        if any(top > side.top for top, side in zip(tops, every, strict=True)):
            least = resized(model.modes, cut, tops)
            raise ValueError(
                f"Argument `quanta` must be at least {show_cut(model, least)} for this `initial`, "
                f"but is {show_cut(model, cut)}."
            )

    def on(self, space: Space) -> np.ndarray:
        """The matrix on a space, shape (states, states); what lies beyond its cut is left out."""
        held, where = self._places(space)
        rho = np.zeros((space.size, space.size), dtype=complex)
        rho[np.ix_(where, where)] = self.rho[np.ix_(held, held)]
        return rho

    def ket_on(self, space: Space) -> np.ndarray | None:
        """The amplitudes of a pure state on a space, shape (states,)."""
        if self.ket is None:
            return None
        held, where = self._places(space)
        ket = np.zeros(space.size, dtype=complex)
        ket[where] = self.ket[held]
        return ket

    def _places(self, space: Space) -> tuple[np.ndarray, np.ndarray]:
        """Which occupations a space holds, and their positions there."""
        where = np.array([space.position(tuple(n)) for n in self.occupations.tolist()])
        (held,) = np.nonzero(where >= 0)
        return held, where[held]


def read_start(model: Model, initial: Any) -> Start:
    """What a caller hands over as a state at the first time.

    None is the vacuum, a tuple the Fock state of that occupation, a `qutip.Qobj` a ket or a
    density matrix on the product of the modes' spaces (in the order of ``model.modes``), and a
    state of this package itself, an evolution with its last time.  Raises `TypeError` or
    `ValueError` for anything else, and for a trace that is not one.

    >>> from systems.library import kerr
    >>> read_start(kerr.MODEL, None).quanta
    0
    """
    count = len(model.modes)
    if initial is None:
        initial = (0,) * count
    if hasattr(initial, "restricted_density_matrix"):
        start = _of_state(model, initial)
    elif hasattr(initial, "full") and hasattr(initial, "dims"):
        start = _of_qobj(model, initial)
    elif isinstance(initial, Sequence) and not isinstance(initial, str):
        one = np.ones(1, dtype=complex)
        start = Start(np.array([_occupation(model, initial)]), one[:, None], one)
    else:
        raise TypeError(
            "Argument `initial` must be None (the vacuum), an occupation, a qutip.Qobj or a "
            f"state, but is {type(initial).__name__}."
        )
    trace = complex(np.trace(start.rho))
    if not abs(trace - 1) < TRACE:
        raise ValueError(f"Argument `initial` must have the trace 1, but has {trace.real:.6g}.")
    return start


def _occupation(model: Model, initial: Sequence[int]) -> list[int]:
    whole = len(initial) == len(model.modes) and all(int(n) == n and n >= 0 for n in initial)
    if not whole or not fits(tuple(int(n) for n in initial), model.modes):
        raise ValueError(
            f"Argument `initial` must hold a number of quanta for each of the {len(model.modes)} "
            f"modes (a two-level system: 0 or 1), but is {initial!r}."
        )
    return [int(n) for n in initial]


def _of_state(model: Model, state: Any) -> Start:
    """A steady state at its only point, or the last time of an evolution."""
    if state.model.modes != model.modes:
        raise ValueError("Argument `initial` must be a state of the same modes, but is of others.")
    times = getattr(state, "times", None)
    if len(state.shape) > (0 if times is None else 1):
        raise ValueError(
            f"Argument `initial` must be one state, but holds a batch of shape {state.shape}."
        )
    if getattr(state, "bright", ()):
        names = ", ".join(str(mode.name) for mode in model.modes)
        raise ValueError(
            "Argument `initial` must have a density matrix, but this bright light is known without "
            "one: start from the vacuum and let its drive make it, or solve it with a truncation "
            f"that holds all quanta of {names} (`quanta=...`)."
        )
    rho = state.restricted_density_matrix()
    return Start(state.occupations, rho if times is None else rho[-1])


def _of_qobj(model: Model, state: Any) -> Start:
    ket = state.full().ravel() if state.isket else None
    state = state.proj() if state.isket else state
    levels, groups = [int(n) for n in np.ravel(state.dims[0])], atoms(model.modes)
    matches = len(levels) == len(groups) and all(
        not is_two_level(model.modes[group[0]]) or n == 1 + len(group)
        for n, group in zip(levels, groups, strict=False)
    )
    if not state.isoper or not matches or np.prod(levels) != state.shape[0]:
        names = ", ".join(str(mode.name) for mode in model.modes)
        raise ValueError(
            f"Argument `initial` must live on the product of the spaces of {names}, but has the "
            f"dims {state.dims}."
        )
    places = np.array(np.unravel_index(np.arange(state.shape[0]), levels)).T
    occupations = np.zeros((len(places), len(model.modes)), dtype=int)
    for place, group in zip(places.T, groups, strict=True):
        for level, mode in enumerate(group, 1):
            atom = is_two_level(model.modes[mode])
            occupations[:, mode] = place == level if atom else place
    return Start(occupations, np.asarray(state.full()), ket)
