"""Squeezed frames: the same light in modes that linear light leaves thermal."""

import re

import numpy as np
import pytest
from oracles import kerr_correlation, kerr_moment
from scipy.stats import unitary_group
from sympy.physics.quantum import Dagger

from numeric import fields, steady_state
from numeric.frames.bright import BrightSearch
from numeric.frames.covariances import transformation
from numeric.frames.fluctuations import states_around, states_squeezed
from numeric.lindblad.space import space
from numeric.search.classical import amplitudes
from numeric.solvers.solution import Solution
from systems.library import jaynes_cummings, kerr, kerr_dimer
from systems.status import Status

BRIGHT = {"Delta": 0.1, "chi": 2e-3, "gamma": 1.0, "xi": 6.0}  # 83 quanta, |V| = 0.19
DIMER = {"Delta": 0.7, "J": 1.3, "gamma": 1.0, "U": 1e-3, "F": 10.0}  # 42 and 74 quanta


@pytest.fixture(scope="module")
def bright():
    return steady_state(kerr.MODEL, BRIGHT, frame="squeezed")


@pytest.fixture(scope="module")
def dimer():
    return steady_state(kerr_dimer.MODEL, DIMER, order=2, frame="squeezed")


def covariances(U, V, n):
    """<b_i'b_j> and <b_i b_j> of b = U c + V c' with n thermal quanta in the modes c."""
    N = U.conj() * n @ U.T + V.conj() * (n + 1) @ V.T
    return N, U * (n + 1) @ V.T + V * n @ U.T


@pytest.mark.parametrize("count", [1, 2, 3])
def test_of_squeezed_thermal_light_a_transformation_leaves_the_thermal_light(count):
    """Drawn as beam splitters, squeezers and beam splitters (S. L. Braunstein, PRA 71, 055801)."""
    rng = np.random.default_rng(count)
    one, two = (unitary_group.rvs(count, random_state=rng).reshape(count, count) for _ in "ab")
    r, n = rng.uniform(0, 1.5, count), np.sort(rng.uniform(0, 2, count))
    N, M = covariances(one * np.cosh(r) @ two, one * np.sinh(r) @ two.conj(), n)
    U, V, left = (part[0] for part in transformation(N[None], M[None]))
    # of matrices of order 10, by some roots and an inverse
    np.testing.assert_allclose(left, n, rtol=1e-10)
    np.testing.assert_allclose(U @ U.conj().T - V @ V.conj().T, np.eye(count), atol=1e-12)
    np.testing.assert_allclose(U @ V.T, V @ U.T, atol=1e-12)
    for mine, drawn in zip(covariances(U, V, left), (N, M), strict=True):
        np.testing.assert_allclose(mine, drawn, atol=1e-11)


def test_a_squeezed_frame_has_the_exact_moments_of_a_kerr_mode(bright):
    assert bright.solver == "squeezed"
    assert bright.status == "ok"
    for order in (2, 3, 4):
        exact = kerr_correlation(order, **BRIGHT)
        np.testing.assert_allclose(bright.correlation("a", order), exact, rtol=1e-8)
    np.testing.assert_allclose(bright.number("a"), kerr_correlation(1, **BRIGHT), rtol=1e-8)
    (a,) = bright.model.modes
    for operator, powers in ((a, (0, 1)), (a**2, (0, 2)), (Dagger(a) * a**2, (1, 2))):
        exact = complex(kerr_moment(*powers, **BRIGHT))
        np.testing.assert_allclose(complex(bright.expect(operator)), exact, rtol=1e-8)


def test_a_squeezed_frame_that_grows_for_pairs_alone_has_their_exact_moments():
    """Bent more: the first look does not settle n and g2, and no higher order is asked for."""
    values = {**BRIGHT, "chi": 2e-2, "xi": 4.0}
    state = steady_state(kerr.MODEL, values, order=2, frame="squeezed")
    for order, found in ((1, state.number("a")), (2, state.correlation("a"))):
        right = kerr_correlation(order, **values)
        assert float(found) == pytest.approx(right, rel=1e-8)  # the tolerance of the search


def test_fields_are_read_off_a_squeezed_frame_as_off_every_other(bright):
    (a,) = bright.model.modes
    mean, square = (complex(kerr_moment(0, k, **BRIGHT)) for k in (1, 2))
    n = kerr_correlation(1, **BRIGHT)
    np.testing.assert_allclose(
        fields.number(bright, 2 * a + 1), 4 * n + 4 * mean.real + 1, rtol=1e-8
    )
    exact = 2 * (abs(square - mean**2) - n + abs(mean) ** 2)
    # n and |<a>|^2 are 83, what is left of them is 0.4: two digits are lost of ten
    np.testing.assert_allclose(fields.squeezing(bright, a), exact, rtol=1e-7)


def test_delayed_light_of_a_squeezed_frame_is_that_of_a_displaced_one(bright):
    around = steady_state(kerr.MODEL, BRIGHT, frame="displaced")
    taus = [0.0, 0.4, 2.0]
    one, other = (fields.delayed_correlation(state, "a", taus) for state in (bright, around))
    # g2 - 1 is -2e-3 at no delay, and g2 is settled to 1e-8
    assert np.max(abs(other - 1)) > 1e-4
    np.testing.assert_allclose(one, other, rtol=1e-7)


@pytest.mark.parametrize(("N", "M"), [(0.1, 0.75), (-0.2, 0.0), (np.nan, 0.0), (np.inf, 0.0)])
def test_covariances_of_no_state_have_no_transformation(N, M):
    """Less noise than the vacuum, fewer quanta than none, and nothing."""
    found = transformation(np.array([[[N]], [[0.0]]]), np.array([[[M]], [[0.0]]]))
    for part in found:
        assert np.isnan(part[0]).all()
        assert np.isfinite(part[1]).all()  # another point of the batch: the vacuum


def assert_stationary(state, F, U, rtol):
    """d<a>/dt = d<b>/dt = 0 and d<a'a + b'b>/dt = 0 of the dimer, exactly and in no cut."""
    a, b = state.model.modes
    E, J, (A, B) = DIMER["Delta"] - 0.5j, DIMER["J"], map(state.amplitude, "ab")
    for x, X, other, drive in ((a, A, B, F), (b, B, A, 0.0)):
        terms = [E * X, 2 * U * state.expect(Dagger(x) * x**2), J * other, drive]
        assert abs(sum(terms)) < rtol * max(map(abs, terms))
    gained, lost = -2 * F * A.imag, state.number("a") + state.number("b")
    np.testing.assert_allclose(gained, lost, rtol=rtol)


def test_two_squeezed_modes_obey_their_equations_of_motion(dimer):
    assert (dimer.solver, dimer.status) == ("squeezed", "ok")
    assert_stationary(dimer, DIMER["F"], DIMER["U"], rtol=1e-8)  # the search's tolerance


def test_a_squeezed_frame_changes_no_number_of_a_displaced_one(dimer):
    around = steady_state(kerr_dimer.MODEL, DIMER, order=2, frame="displaced")
    for mode in "ab":
        for quantity in ("number", "correlation", "amplitude"):
            one, other = (state.estimate(quantity, mode).value for state in (dimer, around))
            np.testing.assert_allclose(one, other, rtol=2e-8)  # of two searches
    one, other = (state.cross_correlation("a", "b") for state in (dimer, around))
    np.testing.assert_allclose(one, other, rtol=2e-8)


def test_where_squeezing_fills_a_displaced_frame_fewer_states_are_foretold_in_a_squeezed_one():
    """400 quanta near a turning point, and 40 far from one, where either will do."""
    for F, ratio in ((20.0, 4), (10.0, 0.5)):
        arrays = {name: np.array([x]) for name, x in {**DIMER, "F": F}.items()}
        known = kerr_dimer.MODEL, arrays, amplitudes(kerr_dimer.MODEL, arrays)[0]
        assert states_around(*known)[0] > ratio * states_squeezed(*known)[0]


@pytest.mark.slow
def test_squeezed_light_of_two_bright_modes_is_answered_by_default():
    state = steady_state(kerr_dimer.MODEL, {**DIMER, "F": 20.0}, order=2, tolerance=1e-5)
    assert (state.solver, state.status) == ("squeezed", "ok")
    assert_stationary(state, 20.0, DIMER["U"], rtol=1e-5)


def test_probabilities_of_squeezed_light_are_refused_in_a_sentence(bright):
    for ask in (lambda: bright.distribution("a"), lambda: bright.probability((3,))):
        with pytest.raises(ValueError, match="squeezed around an amplitude"):
            ask()


def test_a_squeezed_frame_of_atoms_or_beside_a_cut_is_none():
    state = steady_state(jaynes_cummings.MODEL, jaynes_cummings.VALUES, frame="squeezed")
    assert state.status == "not converged"
    assert "leave out `frame`" in state.advice
    with pytest.raises(ValueError, match="`quanta` must be left out"):
        steady_state(kerr.MODEL, kerr.VALUES, quanta=3, frame="squeezed")


def test_light_that_its_states_do_not_settle_is_known_to_the_tolerance_that_is_advised():
    """Six quanta beside a strong nonlinearity: no number to 1e-8 in so few states."""
    bent = {"Delta": 0.1, "chi": 0.05, "gamma": 1.0, "xi": 2.0}
    state = steady_state(kerr.MODEL, bent, frame="squeezed", limit=15)
    assert state.status == state.certificate.status == "not converged"
    assert np.isnan(state.number("a"))
    tolerance = re.search(r"`tolerance=(\S+)`", state.advice)
    assert tolerance is not None
    known = float(tolerance[1])
    again = steady_state(kerr.MODEL, bent, frame="squeezed", limit=15, tolerance=known)
    assert again.status == "ok"
    assert again.advice == ""
    for order in (2, 3, 4):
        exact = kerr_correlation(order, **bent)
        np.testing.assert_allclose(again.correlation("a", order), exact, rtol=known)


def test_a_squeezed_frame_may_be_asked_for_pairs_alone():
    """Its first cut is too small, and it grows for n and g2."""
    bent = {"Delta": 0.0, "chi": 0.05, "gamma": 1.0, "xi": 2.0}
    state = steady_state(kerr.MODEL, bent, frame="squeezed", order=2)
    assert state.status == "ok"
    # by the tolerance of the search
    np.testing.assert_allclose(state.correlation("a"), kerr_correlation(2, **bent), rtol=1e-8)


def test_a_solver_that_fails_in_a_squeezed_frame_leaves_no_number(monkeypatch):
    def nothing(self, model, arrays, cut):
        return Solution.none(space(model.modes, cut), np.arange(1), Status.NOT_CONVERGED)

    monkeypatch.setattr(BrightSearch, "_one", nothing)
    state = steady_state(kerr.MODEL, BRIGHT, frame="squeezed")
    assert state.status == state.number_status("a") == "not converged"
    assert np.isnan(state.correlation("a"))
