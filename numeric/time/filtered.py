"""Photon correlations behind filters: g2 of light of two colours, by the sensor method.

A sensor is a two-level system of frequency omega and width Gamma that couples to the field b so
weakly, epsilon (b' s + s' b), that it does not act back.  Its excitation is what a filter of the
Lorentzian width Gamma lets through, and

    g2(omega_1, omega_2) = <n_1 n_2>/(<n_1> <n_2>)

(E. del Valle, A. Gonzalez-Tudela, F. P. Laussy, C. Tejedor and M. J. Hartmann, Phys. Rev. Lett.
109, 183601 (2012)), where both may look at one field or each at its own.  With real sensors epsilon
has to be so small that nothing depends on it and so large that it is resolved.  Here the limit
epsilon -> 0 is taken beforehand: elements between m_i and n_i quanta of the sensors (0 or 1) follow
from those with one quantum less,

    (L - z) x_(m n) = i sum_i (m_i b_i x_(m_i - 1) - n_i x_(n_i - 1) b_i'),
    z = sum_i (m_i + n_i) Gamma_i/2 + i (m_i - n_i) omega_i,

from x_(0 0) = rho on, and <n_1 n_2> is the trace of the last one.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from numeric.arguments import is_real
from numeric.frames.gaussian import GaussianState
from numeric.steady import steady_state
from numeric.time.pairings import filtered
from numeric.time.response import Response, read_frequencies, respond
from numeric.trust.expectation import Field, field_words
from numeric.trust.worth import Known
from systems import Model
from systems.labels import label_beside, unlabel
from systems.progress import bar
from systems.values import Values

Quanta = tuple[int, int, int, int]  # m_1, n_1, m_2, n_2
ONE, OTHER, BOTH = SEEN = (1, 1, 0, 0), (0, 0, 1, 1), (1, 1, 1, 1)  # whose traces are numbers
MARGIN = 10  # times the change by one shake that rounding may make: shakes differ that much


def filtered_correlation(
    model: Model,
    values: Values,
    mode: Field,
    omegas: Any,
    width: float | tuple[float, float],
    others: Any = None,
    quanta: int | None = None,
    progress: bool = True,
    second: Field | None = None,
) -> Any:
    """g2 behind two filters at zero delay, shape ``values' shape`` + that of the frequencies.

    ``omegas`` and ``others`` (by default the same) are the frequencies of the first and the second
    filter, counted from the laser, arrays that broadcast; ``width`` is the full width Gamma of
    both, or a pair of widths, all in the unit of the rates.  The first filter looks at ``mode``, a
    mode or a field, and the second one at ``second`` (by default the same one), such as a cavity
    and the atom in it.  Wide filters see g2(0), or the cross-correlation of both fields; narrow
    ones the coherent light of the laser.  NaN where the number is not "ok"; the accuracy is 1e-6.
    Raises `ValueError` or `TypeError` for bad arguments.

    >>> from systems import jaynes_cummings, kerr
    >>> values = {"Delta": 0.0, "chi": 0.5, "gamma": 1.0, "xi": 1e-3}
    >>> wide = filtered_correlation(kerr.MODEL, values, "a", 0.0, width=1e5)
    >>> round(float(wide), 4)  # 0.5 without a filter
    0.5
    >>> model, coupled = jaynes_cummings.MODEL, jaynes_cummings.VALUES
    >>> wide = filtered_correlation(model, coupled, "a", 0.0, 1e6, quanta=4, second="s")
    >>> now = steady_state(model, coupled, quanta=4).cross_correlation("a", "s")
    >>> bool(np.isclose(wide, now, rtol=1e-3))
    True
    """
    given, axes = unlabel({"omegas": omegas, "others": omegas if others is None else others})
    first, other = _together(*(read_frequencies(value, name) for name, value in given.items()))
    widths, flat = _read_widths(width), (first.ravel(), other.ravel())
    fields = [field_words(model, mode if one is None else one) for one in (mode, second)]
    state = steady_state(model, values, quanta, progress=progress)

    def read(response: Response) -> Known:
        b = [response.field(words) for words in fields]
        value, roundoff = np.empty((2, first.size))
        for i, pair in enumerate(zip(*flat, strict=True)):
            response.tick(i / first.size)
            sensors = Sensors(response, b, pair, widths)
            value[i], roundoff[i] = sensors.correlation()
        return value, roundoff

    def linear(light: GaussianState) -> Known:
        return filtered(light, fields, flat, widths)

    with bar(progress) as report:
        found = respond(state, read, first.size, report, linear)
    g2 = np.reshape(found.trusted, (*state.shape, *first.shape))
    shown = axes.array(first) if axes else first
    return label_beside(g2, state.arrays, "omega", shown, "g2")


def _read_widths(width: Any) -> tuple[float, float]:
    """The widths of both filters; raises `ValueError` for what is no positive number."""
    pair = np.ravel(np.array(width, dtype=object)).tolist()
    pair = pair * 2 if np.ndim(width) == 0 else pair
    if len(pair) != 2 or not all(is_real(one) and 0 < one < np.inf for one in pair):
        raise ValueError(
            f"Argument `width` must be a positive number, or a pair of them, but is {width!r}."
        )
    return float(pair[0]), float(pair[1])


def _together(omegas: np.ndarray, others: np.ndarray) -> list[np.ndarray]:
    """Both frequencies in one shape."""
    try:
        return list(np.broadcast_arrays(omegas, others))
    except ValueError:
        raise ValueError(
            f"Arguments `omegas` and `others` must have shapes that broadcast, but have "
            f"{omegas.shape} and {others.shape}."
        ) from None


@dataclass(frozen=True)
class Sensors:
    """A pair of filters: their fields (scaled matrices), frequencies and widths.

    >>> from numeric import steady_state
    >>> from systems.library import kerr
    >>> state = steady_state(kerr.MODEL, {**kerr.VALUES, "chi": 0.0}, quanta=6)
    >>> response = Response(state, state.blocks[0], 0)
    >>> b = response.field(field_words(kerr.MODEL, "a"))
    >>> g2, _ = Sensors(response, [b, b], (0.0, 1.0), (1.0, 1.0)).correlation()
    >>> bool(np.isclose(g2, 1))  # coherent light is coherent behind any filters
    True
    """

    response: Response
    fields: list[np.ndarray]
    omegas: tuple[float, float]
    widths: tuple[float, float]

    def correlation(self) -> tuple[float, float]:
        """g2 and its round-off: what the error of the steady state makes of it."""
        found = self._traces(self.response.rho)
        moved = found + self._traces(self.response.shake(), roughly=True)
        n1, n2, both = np.array([found, moved]).T
        with np.errstate(divide="ignore", invalid="ignore"):
            g2 = both / (n1 * n2)
        return float(g2[0]), MARGIN * abs(float(g2[0] - g2[1]))

    def _traces(self, rho: np.ndarray, roughly: bool = False) -> np.ndarray:
        """<n_1>, <n_2> and <n_1 n_2>, in units of epsilon, as maps of the density matrix."""

        @cache
        def element(quanta: Quanta) -> np.ndarray:
            if not any(quanta):
                return rho
            turned: Quanta = (quanta[1], quanta[0], quanta[3], quanta[2])
            if turned > quanta:  # the matrix of the whole is Hermitian
                return np.asarray(element(turned).conj().T)
            source = np.zeros_like(rho)
            for i, is_there in enumerate(quanta):
                if is_there:
                    b = self.fields[i // 2]
                    less = tuple(q - (i == j) for j, q in enumerate(quanta))
                    before = element(less)
                    source = source + (1j * before @ b.conj().T if i % 2 else -1j * b @ before)
            return self.response.solver(self._shift(quanta))(source, roughly)

        return np.array([self.response.trace(element(quanta)).real for quanta in SEEN])

    def _shift(self, quanta: Quanta) -> complex:
        """z, at which the elements between so many quanta of the sensors move."""
        up, down = np.array(quanta[::2]), np.array(quanta[1::2])
        return complex((up + down) @ self.widths / 2 + 1j * (up - down) @ self.omegas)
