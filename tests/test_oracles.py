"""The oracles themselves: each against another way to the same number."""

from itertools import product

import mpmath as mp
import numpy as np
import oracles
import pytest
from oracles import (
    atom_excitation,
    driven_pairs_moment,
    gaussian_g2,
    kerr_correlation,
    kerr_moment,
    kerr_probability,
    kerr_terms,
    linear_amplitudes,
    moment_of,
    pairs_moment,
    parametric_amplifier,
    populations,
)
from test_steady_exact import ATOM, KERR, SQUEEZED, THERMAL
from test_steady_precision import DIMER, UNEQUAL

from systems.library import parametric_kerr

POINT = {"Delta": 0.7, "chi": -0.9, "gamma": 1.0, "gamma_2": 0.3}


def by_hand(quanta, v):
    """Populations of `UNEQUAL` with at most ``quanta`` quanta: matrices, dense, LU."""
    states = [(m, n) for m, n in product(range(quanta + 1), repeat=2) if m + n <= quanta]
    size = len(states)

    def matrix(element):
        return mp.matrix([[element(row, column) for column in states] for row in states])

    A = matrix(lambda r, c: mp.sqrt(c[0]) if r == (c[0] - 1, c[1]) else 0)
    B = matrix(lambda r, c: mp.sqrt(c[1]) if r == (c[0], c[1] - 1) else 0)
    v = {name: mp.mpf(value) for name, value in v.items()}
    H = v["Delta"] * (A.T * A + B.T * B) + v["J"] * (A.T * B + B.T * A) + v["xi"] * (A + A.T)
    H += v["chi_a"] * A.T * A.T * A * A + v["chi_b"] * B.T * B.T * B * B
    jumps = [(v["kappa_a"], A), (v["kappa_b"], B), (v["phase"], B.T * B)]
    K = H - mp.mpc(0, 0.5) * sum((rate * L.T * L for rate, L in jumps), mp.zeros(size))
    equation = mp.zeros(size**2)
    for i, j in product(range(size), repeat=2):
        for k in range(size):
            equation[i * size + j, k * size + j] -= 1j * K[i, k]
            equation[i * size + j, i * size + k] += 1j * mp.conj(K[j, k])
            for m, (rate, L) in product(range(size), jumps):
                equation[i * size + j, k * size + m] += rate * L[i, k] * L[j, m]
    for k in range(size**2):
        equation[0, k] = int(k % (size + 1) == 0)
    rho = mp.lu_solve(equation, mp.matrix([1] + [0] * (size**2 - 1)))
    return {state: rho[i * (size + 1)].real for i, state in enumerate(states)}


@pytest.mark.parametrize(("drive", "J", "phase"), [(1e-4, 1e-4, 1e-9), (0.4, 1.1, 0.2)])
def test_the_many_digits_are_those_of_an_equation_written_by_hand(drive, J, phase):
    values = {**DIMER, "xi": drive, "Delta": 0.4, "J": J, "phase": phase}
    found = populations(UNEQUAL, values, 2, digits=40)
    with mp.workdps(50):
        dense = by_hand(2, values)
        assert found.keys() == dense.keys()
        for occupation, exact in dense.items():
            # of 40 digits, of elements in units of the drive
            assert abs(found[occupation] / exact - 1) < mp.mpf(10) ** -35


@pytest.mark.parametrize("xi", [1e-4, 0.2])
def test_drummond_and_walls_have_the_many_digits(xi):
    P = populations(KERR, {**POINT, "xi": xi}, 18)
    n = float(moment_of(P, 0, 1))
    # what 18 quanta leave out is below (xi/|chi|)^36
    assert kerr_correlation(1, xi=xi, **POINT) == pytest.approx(n, rel=1e-13)
    g3 = float(moment_of(P, 0, 3) / moment_of(P, 0, 1) ** 3)
    assert kerr_correlation(3, xi=xi, **POINT) == pytest.approx(g3, rel=1e-13)
    for photons in range(4):
        exact = float(P[(photons,)])
        assert kerr_probability(photons, xi=xi, **POINT) == pytest.approx(exact, rel=1e-13, abs=0)


def test_both_branches_of_a_kerr_mode_are_in_its_moments(monkeypatch):
    """However many digits: terms fall by a hundred orders between the branches."""
    both = {"Delta": -12.0, "chi": 0.05, "gamma": 1.0, "xi": 28.0}
    few = kerr_correlation(1, **both)
    monkeypatch.setattr(oracles, "DIGITS", 150)
    assert few == pytest.approx(kerr_correlation(1, **both), rel=1e-15)
    assert 90 < few < 100


def test_the_terms_of_the_kerr_mode_add_up_to_its_moments():
    point = {"Delta": 0.7, "chi": -0.9, "gamma": 1.0, "xi": 0.05}
    for order in (1, 2, 3):
        exact = float(kerr_moment(order, order, **point).real)
        # each term is some (0.05/0.5)^2 of the one before
        assert sum(kerr_terms(order, 9, **point)) == pytest.approx(exact, rel=1e-14, abs=0)


def test_the_phase_of_the_kerr_mode_is_that_of_a_linear_one_without_its_nonlinearity():
    point = {"Delta": 0.7, "gamma": 1.0, "xi": 0.05}
    amplitude = linear_amplitudes([[0.7 - 0.5j]], [0.05])[0]
    found = complex(kerr_moment(0, 1, chi=1e-9, **point))
    assert found == pytest.approx(amplitude, rel=1e-7)  # chi n/gamma
    assert complex(kerr_moment(1, 0, chi=1e-9, **point)) == pytest.approx(np.conj(found), rel=1e-14)


@pytest.mark.parametrize("orders", [(1, 1), (0, 1), (2, 2), (1, 3)])
def test_both_drives_of_a_kerr_mode_have_the_limits_of_either_alone(orders):
    alone = driven_pairs_moment(*orders, **POINT, xi=0.8, G=0.0)
    assert mp.almosteq(alone, kerr_moment(*orders, **POINT, xi=0.8), rel_eps=mp.mpf(10) ** -40)
    pairs = driven_pairs_moment(*orders, Delta=0, chi=0.5, gamma=1, gamma_2=0.2, xi=0, G=1.1)
    # H = U a'a'aa/2 + G (a'a' + aa)/2 there; its losses of pairs are counted alike
    other = pairs_moment(*orders, U=1, G=2.2, gamma=1, gamma_2=0.2)
    assert abs(pairs - other) < mp.mpf(10) ** -40 * (1 + abs(other))


@pytest.mark.parametrize(("xi", "G"), [(0.3, 0.1j), (0.2, -0.05)])
def test_both_drives_of_a_kerr_mode_have_the_many_digits(xi, G):
    values = {"Delta": 0.3, "chi": 2.0, "gamma": 1.0, "xi": xi, "G": G}
    found = populations(parametric_kerr.MODEL, values, 16, digits=30)
    for order in (1, 2, 3):
        exact = driven_pairs_moment(order, order, **values)
        moment = moment_of(found, 0, order)
        assert abs(exact - moment) < mp.mpf(10) ** -11 * moment  # what 17 quanta would add


def test_gaussian_light_has_the_many_digits():
    P = populations(THERMAL, {"Delta": 0.4, "gamma": 1.0, "bath": 1e-3, "xi": 0.02}, 12, digits=20)
    n, pairs = (float(moment_of(P, 0, order)) for order in (1, 2))
    (mean,) = linear_amplitudes([[0.4 - 0.5j]], [0.02])
    # each quantum more has a thousandth of the probability
    assert abs(mean) ** 2 + 1e-3 == pytest.approx(n, rel=1e-12)
    assert gaussian_g2(mean, 1e-3, 0.0) == pytest.approx(pairs / n**2, rel=1e-12)
    P = populations(SQUEEZED, {"Delta": 0.0, "gamma": 1.0, "G": 1e-3, "xi": 0.02}, 12, digits=20)
    n, pairs = (float(moment_of(P, 0, order)) for order in (1, 2))
    mean, N, M = parametric_amplifier(1e-3, 0.02)
    assert abs(mean) ** 2 + N == pytest.approx(n, rel=1e-12)
    assert gaussian_g2(mean, N, M) == pytest.approx(pairs / n**2, rel=1e-12)


@pytest.mark.parametrize("xi", [1e-5, 0.3, 20.0])
def test_the_bloch_equations_have_the_many_digits(xi):
    P = populations(ATOM, {"Delta": 0.7, "gamma": 1.0, "gamma_2": 0.6, "xi": xi}, 1, digits=30)
    exact = float(P[(1,)])
    # round-off
    assert atom_excitation(xi, 0.7, decay=0.8) == pytest.approx(exact, rel=1e-14, abs=0)
