"""Steady states that are known exactly: the judges of both roads, each with its source.

Rates are energy decay rates, hbar = 1; a' creates.  Most oracles are formulas on paper, with H
written beside them.  The one many-digit solver, `populations`, takes any model; it is held
against a dense solve of an equation written by hand in `test_oracles.py`, and so are the formulas.
"""

from collections.abc import Callable, Mapping
from math import factorial
from typing import Any

import mpmath as mp
import numpy as np

from numeric.lindblad.space import space
from numeric.solvers.precise import precise_populations
from systems import Model
from systems.ladder import Occupation

DIGITS = 50  # sixteen are compared; what cancels in a sum over moments takes up to thirty


def populations(
    model: Model, values: Mapping[str, Any], quanta: int, digits: int = DIGITS
) -> dict[Occupation, mp.mpf]:
    """Probability of every occupation with at most ``quanta`` quanta, to ``digits`` digits.

    The master equation of the model at one point of values (as they are stored: doubles),
    cut where `numeric.steady_state(model, values, quanta)` cuts it.
    """
    found = precise_populations(model, values, quanta, digits)
    states = space(model.modes, quanta).occupations.tolist()
    return {tuple(n): p for n, p in zip(states, found, strict=True)}


def mean(probabilities: Mapping[Occupation, mp.mpf], weigh: Callable[[Occupation], Any]) -> mp.mpf:
    """``sum_n weigh(n) P_n`` without loss of digits."""
    return mp.fsum(weigh(n) * p for n, p in probabilities.items())


def moment_of(probabilities: Mapping[Occupation, mp.mpf], mode: int, order: int) -> mp.mpf:
    """``<a'^k a^k>`` of one mode: the mean of n (n - 1) ... (n - k + 1)."""
    return mean(probabilities, lambda n: mp.ff(n[mode], order))


# A driven Kerr mode: H = Delta a'a + chi a'a'aa + xi (a' + a), losses gamma D[a] + gamma_2 D[aa]


def kerr_moment(p, q, *, Delta, chi, gamma, xi, gamma_2=0.0):
    """``<a'^p a^q>`` at any drive: P. D. Drummond and D. F. Walls, J. Phys. A 13, 725 (1980).

    Their Eq. (5.16) in our signs (a number not checked against the print), with generalised
    hypergeometric functions 0F2.  Loss of pairs enters as an imaginary part of chi.
    """
    with mp.workdps(DIGITS):
        X = mp.mpc(chi, -mp.mpf(gamma_2) / 2)
        x, w = mp.mpc(Delta, -mp.mpf(gamma) / 2) / X, -mp.mpf(xi) / X
        z = 2 * abs(w) ** 2
        norm, shifted = _sum_0f2(x, mp.conj(x), z), _sum_0f2(x + q, mp.conj(x) + p, z)
        poles = mp.rf(x, q) * mp.rf(mp.conj(x), p)
        return w**q * mp.conj(w) ** p / poles * shifted / norm


def _sum_0f2(a, b, z):
    """0F2(; a, b; z), also where its terms fall by a hundred orders and rise again.

    Those of two branches do; `mpmath.hyper` ends between them, on the fainter one.  Where the
    second is thousands of quanta away, as of a mode that is nearly linear, it is not summed.
    """
    total = term = mp.mpc(1)
    for j in range(4000):
        ratio = z / ((j + 1) * (a + j) * (b + j))
        term *= ratio
        total += term
        # past what is nearly a pole of the terms, which lifts them again
        if j > -a.real and abs(ratio) < 0.5 and abs(term) < mp.eps * abs(total):
            break
    return total


def kerr_correlation(order, **kerr):
    """``<a'^k a^k>``/n^k, and n itself for order 1, as a float."""
    moment = kerr_moment(order, order, **kerr).real
    return float(moment / kerr_moment(1, 1, **kerr).real ** order if order > 1 else moment)


def kerr_probability(n, terms=60, **kerr):
    """``P_n = sum_k (-1)^k <a'^(n+k) a^(n+k)>/(n! k!)``, as a float; for up to some ten photons."""
    with mp.workdps(DIGITS):
        moments = (kerr_moment(n + k, n + k, **kerr).real for k in range(terms))
        return float(mp.fsum((-1) ** k * m / mp.factorial(k) for k, m in enumerate(moments))
                     / mp.factorial(n))  # fmt: skip


def kerr_terms(order, count, *, Delta, chi, gamma, xi):
    """The first terms of ``<a'^k a^k>`` in powers of the drive: the quotient, expanded."""
    with mp.workdps(DIGITS):
        x = mp.mpc(Delta, -mp.mpf(gamma) / 2) / chi
        f = (mp.mpf(xi) / chi) ** 2
        above, below = (
            [(2 * f) ** j / (factorial(j) * abs(mp.rf(x + k, j)) ** 2) for j in range(count)]
            for k in (order, 0)
        )
        above = [f**order / abs(mp.rf(x, order)) ** 2 * weight for weight in above]
        terms: list[Any] = []
        for j in range(count):
            terms.append(above[j] - sum(terms[i] * below[j - i] for i in range(j)))
        return [float(term) for term in terms]


# Gaussian light: linear modes, heat, and a parametric drive below threshold


def pairs_moment(p, q, *, U, G, gamma, gamma_2=0.0):
    """``<a'^p a^q>`` of H = U a'a'aa/2 + G (a'a' + aa)/2, losses gamma D[a] + gamma_2 D[aa].

    By the complex P function (P. D. Drummond and C. W. Gardiner, J. Phys. A 13, 2353 (1980)),
    here exp(2 alpha beta) (alpha^2 - z)^(-1 - e) (beta^2 - z*)^(-1 - e*) with z = -G/X and
    e = i gamma/(2 X), X = U - i gamma_2: the integrals of its powers are beta functions.  Both
    phases above threshold (N. Bartolo et al., Phys. Rev. A 94, 033841 (2016)) are in it.
    """
    with mp.workdps(2 * DIGITS):
        X = mp.mpc(U, -mp.mpf(gamma_2))
        root, e = mp.sqrt(-mp.mpf(G) / X), mp.mpc(0, gamma) / (2 * X)
        count = 60 + 8 * int(abs(root) ** 2)  # terms: the largest is near 2 |z|

        def power(j):
            half = mp.mpf(j + 1) / 2
            return root**j * mp.gamma(half) * mp.rgamma(half - e) if j % 2 == 0 else mp.mpf(0)

        powers = [power(j) for j in range(count + p + q)]

        def total(p, q):
            return mp.fsum(
                mp.mpf(2) ** k / mp.factorial(k) * powers[k + q] * mp.conj(powers[k + p])
                for k in range(count)
            )

        return total(p, q) / total(0, 0)


def driven_pairs_moment(p, q, *, Delta, chi, gamma, xi, G, gamma_2=0.0):
    """``<a'^p a^q>`` of a Kerr mode that is driven by single quanta and by pairs.

    H = Delta a'a + chi a'a'aa + xi (a' + a) + G a'a' + conj(G) aa, losses gamma D[a] + gamma_2
    D[aa].  Its complex P function is exp(2 alpha beta) w(alpha) conj(w)(beta) with

        w'/w = ((x - 2) alpha + f) / (alpha^2 - z),
        x = (Delta - i gamma/2)/X,  f = xi/X,  z = -G/X,  X = chi - i gamma_2/2

    (N. Bartolo et al., Phys. Rev. A 94, 033841 (2016), by the same method).  The integrals of its
    powers I_j obey (x + j) I_(j+1) = j z I_(j-1) - f I_j, by parts, and I_0 = 1.
    """
    with mp.workdps(2 * DIGITS):
        X = mp.mpc(chi, -mp.mpf(gamma_2) / 2)
        x, f, z = mp.mpc(Delta, -mp.mpf(gamma) / 2) / X, mp.mpf(xi) / X, -mp.mpmathify(G) / X
        largest = max(abs(z), abs(f / 2) ** 2, abs(x))
        count = 80 + 8 * int(largest)
        powers = [mp.mpc(1)]
        for j in range(count + p + q):
            before = powers[j - 1] if j else mp.mpc(0)
            powers.append((j * z * before - f * powers[j]) / (x + j))

        def total(p, q):
            terms = (
                mp.mpf(2) ** k / mp.factorial(k) * powers[k + q] * mp.conj(powers[k + p])
                for k in range(count)
            )
            return mp.fsum(terms)

        return total(p, q) / total(0, 0)


def linear_amplitudes(effective, feed):
    """``<a_i>`` of driven linear modes, d a/dt = -i (K a + f) = 0: all their light is coherent."""
    return np.linalg.solve(effective, -np.asarray(feed, dtype=complex))


def gaussian_g2(mean, N, M):
    """g2 from <a>, N = <a'a> - |<a>|^2 and M = <aa> - <a>^2 (Wick's theorem)."""
    n = abs(mean) ** 2 + N
    cross = 4 * abs(mean) ** 2 * N + 2 * np.real(np.conj(mean) ** 2 * M)
    return (abs(mean) ** 4 + cross + 2 * N**2 + abs(M) ** 2) / n**2


def parametric_amplifier(G, xi):
    """<a>, N and M of H = G (a'a' + aa) + xi (a' + a) with the loss D[a], for G < 1/4.

    d<a>/dt = -<a>/2 - 2 i G <a'> - i xi;  dN/dt = -N - 4 G Im M*;  dM/dt = -M - 2 i G (2 N + 1).
    """
    below = 1 - 16 * G**2
    return xi * (8 * G - 2j) / below, 8 * G**2 / below, -2j * G / below


# A two-level atom: H = Delta s's + xi (s' + s), losses gamma D[s] and a dephasing


def atom_excitation(xi, Delta=0.0, gamma=1.0, decay=None):
    """Probability of the excited state by the optical Bloch equations.

    ``decay`` is that of the coherence, 1/T_2: gamma/2 without dephasing, (gamma + gamma_2)/2
    with the loss gamma_2 D[s's].  Works on numbers, arrays and symbols.
    """
    decay = gamma / 2 if decay is None else decay
    rate = 2 * xi**2 * decay / (Delta**2 + decay**2)  # of absorption and of stimulated emission
    return rate / (gamma + 2 * rate)


def atom_delayed(tau, xi):
    """g2(tau) on resonance, gamma = 1: H. J. Carmichael and D. F. Walls, J. Phys. B 9, 1199 (1976).

    g2 = 1 - exp(-3 tau/4) [cos(mu tau) + 3/(4 mu) sin(mu tau)],  mu^2 = 4 xi^2 - 1/16.
    """
    with mp.workdps(DIGITS):
        tau, mu = mp.mpf(tau), mp.sqrt(4 * mp.mpf(xi) ** 2 - mp.mpf(1) / 16)
        wave = mp.cos(mu * tau) + 3 * tau / 4 * mp.sinc(mu * tau)
        return float(mp.re(1 - mp.exp(-3 * tau / 4) * wave))
