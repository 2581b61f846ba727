"""The state from which an evolution starts: the vacuum, a Fock state, or a density matrix."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from numeric.space import Space
from numeric.state import SteadyState
from systems import Model
from systems.ladder import is_two_level

TRACE = 1e-9  # by which a trace may differ from one: what solvers leave, and no slip of the pen
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

    @property
    def quanta(self) -> int:
        """The largest total number of quanta that is there."""
        there = self.rho.diagonal().real > EMPTY
        return int(self.occupations[there].sum(axis=1).max(initial=0))

    def on(self, space: Space) -> np.ndarray:
        """The matrix on a space, shape (states, states); what lies beyond its cut is left out."""
        where = np.array([space.position(tuple(n)) for n in self.occupations.tolist()])
        (held,) = np.nonzero(where >= 0)
        rho = np.zeros((space.size, space.size), dtype=complex)
        rho[np.ix_(where[held], where[held])] = self.rho[np.ix_(held, held)]
        return rho


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
    if isinstance(initial, SteadyState):
        start = _of_state(model, initial)
    elif hasattr(initial, "full") and hasattr(initial, "dims"):
        start = _of_qobj(model, initial)
    elif isinstance(initial, Sequence) and not isinstance(initial, str):
        start = Start(np.array([_occupation(model, initial)]), np.ones((1, 1), dtype=complex))
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
    tops = [1 if is_two_level(mode) else np.inf for mode in model.modes]
    pairs = list(zip(initial, tops, strict=False))
    if len(initial) != len(tops) or any(int(n) != n or not 0 <= n <= top for n, top in pairs):
        raise ValueError(
            f"Argument `initial` must hold a number of quanta for each of the {len(tops)} modes "
            f"(a two-level system: 0 or 1), but is {initial!r}."
        )
    return [int(n) for n in initial]


def _of_state(model: Model, state: SteadyState) -> Start:
    """A steady state at its only point, or the last time of an evolution."""
    if state.model.modes != model.modes:
        raise ValueError("Argument `initial` must be a state of the same modes, but is of others.")
    times = getattr(state, "times", None)
    if len(state.shape) > (0 if times is None else 1):
        raise ValueError(
            f"Argument `initial` must be one state, but holds a batch of shape {state.shape}."
        )
    rho = state.restricted_density_matrix()
    return Start(state.occupations, rho if times is None else rho[-1])


def _of_qobj(model: Model, state: Any) -> Start:
    if state.isket:
        state = state.proj()
    levels = [int(n) for n in np.ravel(state.dims[0])]
    fits = len(levels) == len(model.modes) and all(
        n <= 2 or not is_two_level(mode) for n, mode in zip(levels, model.modes, strict=False)
    )
    if not state.isoper or not fits or np.prod(levels) != state.shape[0]:
        names = ", ".join(str(mode.name) for mode in model.modes)
        raise ValueError(
            f"Argument `initial` must live on the product of the spaces of {names}, but has the "
            f"dims {state.dims}."
        )
    occupations = np.array(np.unravel_index(np.arange(state.shape[0]), levels)).T
    return Start(occupations, np.asarray(state.full()))
