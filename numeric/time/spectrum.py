"""The spectrum of light and its first-order coherence, by the quantum regression theorem.

    S(omega) = int (<b'(0) b(tau)> - |<b>|^2) exp(i omega tau) dtau      over all tau
             = 2 Re Tr[(b - <b>)' x],      (i omega - L) x = (b - <b>) rho,
    g1(tau)  = <b'(0) b(tau)>/<b'b>.

omega counts from the laser's frequency, positive where light is bluer.  In the frame of the laser
the coherent part |<b>|^2 is a line 2 pi |<b>|^2 delta(omega), the light that is scattered
elastically; S is what is left, with the integral 2 pi (<b'b> - |<b>|^2).  At weak drive that is of
the fourth order in the drive, and lost in the round-off of the whole below some 1e-5 of the loss.

H. J. Carmichael, "Statistical Methods in Quantum Optics 1" (Springer, 1999), Secs. 1.5 and 2.3; of
a driven atom B. R. Mollow, Phys. Rev. 188, 1969 (1969).
"""

from functools import partial
from typing import Any

import numpy as np

from numeric.frames.gaussian import GaussianState
from numeric.solvers.direct import FACTORABLE
from numeric.steady import steady_state
from numeric.time import explicit
from numeric.time.pairings import coherent_share, density
from numeric.time.propagation import Factorised, propagate_complex, propagate_stepwise
from numeric.time.regression import read_delays
from numeric.time.response import Response, read_frequencies, respond, rounding
from numeric.trust.expectation import Field, field_words
from numeric.trust.worth import Known
from systems import Model
from systems.labels import label_beside
from systems.ladder import Ladder
from systems.progress import bar
from systems.status import Estimate
from systems.values import Values

SMALL = 1e-6  # of g1's largest value: what is propagated has eight digits of the decaying part


def spectrum(
    model: Model,
    values: Values,
    mode: Field,
    omegas: Any,
    quanta: int | None = None,
    progress: bool = True,
) -> Any:
    """S(omega) of a mode or field in the steady state, shape ``values' shape + omegas' shape``.

    ``omegas`` are frequencies in the unit of the rates, counted from the laser; S has the unit of
    <b'b> over a rate.  The coherent line, 2 pi |<b>|^2 delta(omega), is left out
    (`SteadyState.amplitude` has <b>).  ``quanta`` and ``progress`` are those of `steady_state`.

    NaN where `estimate` gives another status than "ok": of coherent light nothing is left but
    round-off.  The relative accuracy is 1e-6.  Raises `ValueError` or `TypeError` for bad
    arguments, and `ValueError` where only a truncation of one's own can tell, naming one.

    An empty cavity in a thermal bath has a Lorentzian of its own width:

    >>> import sympy as sp
    >>> from sympy.physics.quantum import Dagger
    >>> from systems import Loss, Model, kerr
    >>> bath = sp.Symbol("bath", positive=True)
    >>> up = Loss(kerr.gamma * bath, Dagger(kerr.a))
    >>> down = Loss(kerr.gamma * (1 + bath), kerr.a)
    >>> model = Model("thermal", kerr.MODEL.hamiltonian, (down, up), kerr.xi)
    >>> values = {"Delta": 0.5, "chi": 0.0, "gamma": 1.0, "bath": 1e-3, "xi": 0.0}
    >>> S = spectrum(model, values, "a", [0.5, 1.0])
    >>> round(float(S[0] / S[1]), 6)  # half a width off
    2.0
    """
    return estimate(model, values, mode, omegas, quanta, progress).trusted


def estimate(
    model: Model,
    values: Values,
    mode: Field,
    omegas: Any,
    quanta: int | None = None,
    progress: bool = True,
) -> Estimate:
    """S(omega) with its absolute error and its status, each of the shape of `spectrum`.

    >>> from systems import kerr
    >>> coherent = {**kerr.VALUES, "chi": 0.0}  # light of a linear mode
    >>> estimate(kerr.MODEL, coherent, "a", 0.0).status
    array('not resolved', dtype=object)
    """
    frequencies, field = read_frequencies(omegas), field_words(model, mode)
    state = steady_state(model, values, quanta, progress=progress)
    read = partial(_density, field=field, omegas=frequencies.ravel())
    linear = partial(density, field=field, omegas=frequencies.ravel())
    with bar(progress) as report:
        found = respond(state, read, frequencies.size, report, linear)
    shape = (*state.shape, *frequencies.shape)
    parts = (np.reshape(p, shape) for p in (found.value, found.error, found.status))
    return Estimate(*(label_beside(p, state.arrays, "omega", omegas, "spectrum") for p in parts))


def _density(response: Response, field: Ladder, omegas: np.ndarray) -> Known:
    """S at all frequencies and its round-off, each of the shape (frequencies,)."""
    b = response.field(field)
    rest = b - response.trace(b @ response.rho) * np.eye(len(b))
    read, source, noise = response.adjoint(rest), rest @ response.rho, rounding(response, rest)
    value, error = np.empty((2, len(omegas)))
    for i, omega in enumerate(omegas):
        response.tick(i / len(omegas))
        solve = response.solver(1j * omega, traceless=True)
        value[i] = 2 * response.trace(read @ solve(source)).real
        error[i] = 2 * abs(response.trace(abs(read) @ abs(solve(noise, roughly=True))))
    return value, error


def coherence(
    model: Model,
    values: Values,
    mode: Field,
    taus: Any,
    quanta: int | None = None,
    progress: bool = True,
) -> Any:
    """g1(tau) of a mode or field, complex, shape ``values' shape + taus' shape``.

    ``g1(tau) = <b'(0) b(tau)>/<b'b>`` in the frame of the laser: 1 for coherent light, and
    g1(-tau) is its conjugate.  At long delays it is the coherent share |<b>|^2/<b'b>.  NaN
    where the number of quanta is not "ok".  The accuracy is 1e-6 of the part that decays.

    >>> from systems import kerr
    >>> complex(coherence(kerr.MODEL, {**kerr.VALUES, "chi": 0.0}, "a", 3.0).round(6))
    (1+0j)
    """
    delays, field = read_delays(taus), field_words(model, mode)
    state = steady_state(model, values, quanta, progress=progress)
    times, where = np.unique(abs(delays.ravel()), return_inverse=True)

    def signed(found: np.ndarray) -> np.ndarray:
        """At delays of either sign, from those at all sizes."""
        there = found[..., where.ravel()]
        return np.where(delays.ravel() < 0, there.conj(), there)

    def read(response: Response) -> Known:
        found = signed(_first_order(response, field, times))
        return found, np.full(len(found), SMALL * 1e-3)

    def linear(light: GaussianState) -> Known:
        found, error = coherent_share(light, field, times)
        return signed(found), error[:, where.ravel()]

    with bar(progress) as report:
        found = respond(state, read, delays.size, report, linear)
    g1 = np.reshape(found.trusted, (*state.shape, *delays.shape))
    return label_beside(g1, state.arrays, "tau", taus, "g1")


def _first_order(response: Response, field: Ladder, times: np.ndarray) -> np.ndarray:
    """g1 at times >= 0 in rising order: the conjugate of Tr[b' exp(L tau) b rho]/n."""
    b = response.field(field)
    mean = response.trace(b @ response.rho)
    rest = b - mean * np.eye(len(b))
    n = response.trace(response.adjoint(b) @ b @ response.rho).real
    # Tr[(b - <b>)' x] as a row on flattened matrices
    read = (response.adjoint(rest) * (response.shrink**2)[:, None]).T.ravel()
    start = (rest @ response.rho).ravel()
    return np.asarray((abs(mean) ** 2 + _follow(response, start, read, times).conj()) / n)


def _follow(
    response: Response, start: np.ndarray, read: np.ndarray, times: np.ndarray
) -> np.ndarray:
    """read . exp(L t) start, as `numeric.time.regression` follows a click."""
    scaled, rate = times * response.unit, float(np.median(abs(response.L.diagonal()))) or 1.0
    if not np.any(start):
        return np.zeros(len(times))
    if explicit.pays(response.space, response.L, scaled):
        floor = float(abs(read @ start))
        found = explicit.follow(response.L, start, read, scaled, 0.0, floor, response.tick)
        if np.isfinite(found).all() or len(start) > FACTORABLE:
            return found
    found = propagate_complex(Factorised(response.L, rate), start, read, scaled, rate)
    if np.isnan(found).any():
        real, imaginary = (
            propagate_stepwise(response.L, start, phase * read, scaled) for phase in (1, -1j)
        )
        return real + 1j * imaginary
    return found
