"""Delays after a click on bunched light: independent modes, the exponential, both roads."""

import numpy as np
import pytest
import sympy as sp
from scipy.linalg import expm
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp

from numeric import delayed_correlation, steady_state
from numeric.lindblad.liouvillian import liouvillian
from systems import Loss, Model
from systems.values import read_values

D, U, E, X, G = sp.symbols("D U E X G", real=True)
k, xi = sp.symbols("k xi", positive=True)
a, b = BosonOp("a"), BosonOp("b")
PAIRS = Model(
    "a mode driven in pairs beside one that is driven",
    D * Dagger(a) * a
    + U * Dagger(a) ** 2 * a**2
    + G * (a**2 + Dagger(a) ** 2)
    + E * Dagger(b) * b
    + xi * (b + Dagger(b))
    + X * Dagger(a) * a * Dagger(b) * b,
    (Loss(k, a), Loss(k, b)),
    xi,
    {G: 2},
)
ISSUE = {"D": -4.87, "U": 32.0, "E": -31.0, "k": 1.0, "xi": 1.6e-6, "G": 1.6e-6**2, "X": 0.0}
TAUS = np.array([0.0, 0.1, 0.7, 3.0])


def draw(seed):
    rng = np.random.default_rng(seed)
    drive = 10 ** rng.uniform(-7, -2)
    names = {n: rng.choice([-1, 1]) * 10 ** rng.uniform(-1, 2) for n in ("D", "U", "E")}
    return {**names, "k": 1.0, "xi": drive, "G": drive**2, "X": 0.0}


@pytest.mark.parametrize("values", [ISSUE, *map(draw, range(5))])
def test_independent_modes_do_not_notice_each_other(values):
    alone = delayed_correlation(PAIRS, values, "a", TAUS, quanta=4, second="b")
    batch = {name: np.full(40, value) for name, value in values.items()}
    together = delayed_correlation(PAIRS, batch, "a", TAUS, quanta=4, second="b")
    # the cut couples the modes by the weight of five quanta, below 1e-8; accuracy of the road 1e-8
    np.testing.assert_allclose(alone, 1, rtol=1e-7, atol=0)
    np.testing.assert_allclose(together, 1, rtol=1e-7, atol=0)


@pytest.mark.parametrize("coupling", [0.2, 1.3, -20.0])
def test_coupled_modes_follow_the_exponential_of_the_liouvillian(coupling):
    # drive at which the exponential in doubles, relative to elements of order xi^2, has 1e-9 left
    values = {**ISSUE, "xi": 1e-3, "G": 1e-6, "X": coupling}
    found = delayed_correlation(PAIRS, values, "a", TAUS, quanta=4, second="b")
    equation = liouvillian(PAIRS, 4)
    point = {n: np.atleast_1d(x) for n, x in read_values(PAIRS, values).items()}
    L = equation.matrix(equation.coefficients(point)[0]).toarray()
    rho = steady_state(PAIRS, values, quanta=4).restricted_density_matrix()
    click, other = (mode.toarray() for mode in equation.space.lowering)
    after = click @ rho @ click.conj().T
    after /= np.trace(after)
    photons = other.conj().T @ other
    states = [(expm(L * tau) @ after.ravel()).reshape(rho.shape) for tau in TAUS]
    exact = [np.trace(photons @ x).real / np.trace(photons @ rho).real for x in states]
    np.testing.assert_allclose(found, exact, rtol=1e-6, atol=0)


def test_one_delay_gives_one_number():
    whole = delayed_correlation(PAIRS, ISSUE, "a", TAUS, second="b", quanta=3)
    one = delayed_correlation(PAIRS, ISSUE, "a", 0.7, second="b", quanta=3)
    assert one.shape == ()
    assert one == pytest.approx(whole[2], rel=1e-7, abs=0)  # accuracy of the road
    drives = {**ISSUE, "D": np.linspace(0, 1, 3)}
    assert delayed_correlation(PAIRS, drives, "a", 0.7, second="b", quanta=3).shape == (3,)
