"""Photon correlations behind filters: g2 of light of two colours, by the sensor method.

A sensor is a two-level system of frequency omega and width Gamma that couples to the field b so
weakly, epsilon (b' s + s' b), that it does not act back.  Its excitation is what a filter of the
Lorentzian width Gamma lets through, and

    g2(omega_1, omega_2) = <n_1 n_2>/(<n_1> <n_2>)

(E. del Valle, A. Gonzalez-Tudela, F. P. Laussy, C. Tejedor and M. J. Hartmann, Phys. Rev. Lett.
109, 183601 (2012)).  With real sensors epsilon has to be so small that nothing depends on it and so
large that it is resolved.  Here the limit epsilon -> 0 is taken beforehand: elements between m_i
and n_i quanta of the sensors (0 or 1) follow from those with one quantum less,

    (L - z) x_(m n) = i sum_i (m_i b x_(m_i - 1) - n_i x_(n_i - 1) b'),
    z = sum_i (m_i + n_i) Gamma/2 + i (m_i - n_i) omega_i,

from x_(0 0) = rho on, and <n_1 n_2> is the trace of the last one.
"""

from functools import cache
from typing import Any

import numpy as np

from numeric.arguments import is_real
from numeric.expectation import field_words
from numeric.gaussian import GaussianState
from numeric.steady import steady_state
from numeric.time.pairings import filtered
from numeric.time.regression import Field
from numeric.time.response import Response, read_frequencies, respond
from numeric.worth import Known
from systems import Model
from systems.labels import label_beside, unlabel
from systems.progress import bar
from systems.values import Values

Quanta = tuple[int, int, int, int]  # m_1, n_1, m_2, n_2
BOTH: Quanta = (1, 1, 1, 1)
MARGIN = 10  # times the change by one shake that rounding may make: shakes differ that much


def filtered_correlation(
    model: Model,
    values: Values,
    mode: Field,
    omegas: Any,
    width: float,
    others: Any = None,
    quanta: int | None = None,
    progress: bool = True,
) -> Any:
    """g2 behind two filters at zero delay, shape ``values' shape`` + that of the frequencies.

    ``omegas`` and ``others`` (by default the same) are the frequencies of the first and the second
    filter, counted from the laser, arrays that broadcast; ``width`` is the full width Gamma of
    both, all in the unit of the rates.  Wide filters see g2(0) of the mode or field, narrow ones
    the coherent light of the laser.  NaN where the number is not "ok"; the accuracy is 1e-6.
    Raises `ValueError` or `TypeError` for bad arguments.

    >>> from systems import kerr
    >>> values = {"Delta": 0.0, "chi": 0.5, "gamma": 1.0, "xi": 1e-3}
    >>> wide = filtered_correlation(kerr.MODEL, values, "a", 0.0, width=1e5)
    >>> round(float(wide), 4)  # 0.5 without a filter
    0.5
    """
    given, frame = unlabel({"omegas": omegas, "others": omegas if others is None else others})
    first, second = _together(*(read_frequencies(value, name) for name, value in given.items()))
    if not (is_real(width) and 0 < width < np.inf):
        raise ValueError(f"Argument `width` must be a positive number, but is {width!r}.")
    pairs = list(zip(first.ravel(), second.ravel(), strict=True))
    field, flat = field_words(model, mode), (first.ravel(), second.ravel())
    state = steady_state(model, values, quanta, progress=progress)

    def read(response: Response) -> Known:
        b = response.field(field)
        found = np.array([_pair(response, response.rho, b, pair, width) for pair in pairs])
        moved = [_pair(response, response.shaken(), b, pair, width) for pair in pairs]
        return found, MARGIN * abs(found - moved)

    def linear(light: GaussianState) -> Known:
        return filtered(light, field, flat, float(width))

    with bar(progress) as report:
        found = respond(state, read, len(pairs), report, linear)
    g2 = np.reshape(found.trusted, (*state.shape, *first.shape))
    axes = frame.array(first) if frame else first
    return label_beside(g2, state.arrays, "omega", axes, "g2")


def _together(omegas: np.ndarray, others: np.ndarray) -> list[np.ndarray]:
    """Both frequencies in one shape."""
    try:
        return list(np.broadcast_arrays(omegas, others))
    except ValueError:
        raise ValueError(
            f"Arguments `omegas` and `others` must have shapes that broadcast, but have "
            f"{omegas.shape} and {others.shape}."
        ) from None


def _pair(
    response: Response,
    rho: np.ndarray,
    b: np.ndarray,
    omegas: tuple[float, float],
    width: float,
) -> float:
    """g2 of one pair of filters, from the elements between sensor states one after the other."""

    @cache
    def element(quanta: Quanta) -> np.ndarray:
        if not any(quanta):
            return rho
        turned: Quanta = (quanta[1], quanta[0], quanta[3], quanta[2])
        if turned > quanta:  # the matrix of the whole is Hermitian
            return np.asarray(element(turned).conj().T)
        m1, n1, m2, n2 = quanta
        z = sum(quanta) * width / 2 + 1j * ((m1 - n1) * omegas[0] + (m2 - n2) * omegas[1])
        source = np.zeros_like(rho)
        for i, is_there in enumerate(quanta):
            if is_there:
                less = tuple(q - (i == j) for j, q in enumerate(quanta))
                before = element(less)
                source = source + (1j * before @ b.conj().T if i % 2 else -1j * b @ before)
        return response.solver(z)(source)

    n1, n2, both = (response.trace(element(q)).real for q in ((1, 1, 0, 0), (0, 0, 1, 1), BOTH))
    return float(both / (n1 * n2))
