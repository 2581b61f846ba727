"""Atoms and emitters whose states are known on paper: forms and rates that share no code."""

import numpy as np
import pytest
import sympy as sp
from scipy.linalg import expm, lstsq
from sympy.physics.quantum import Dagger

import analytic
import numeric
from numeric import fields
from systems import Atom, Emitters, Loss, Model

d, Delta, delta, pair, Omega = sp.symbols("d Delta delta pair Omega", real=True)
gamma, dephasing, xi = sp.symbols("gamma dephasing xi", positive=True)


def test_a_control_laser_makes_an_atom_transparent_as_its_susceptibility_says() -> None:
    """M. Fleischhauer, A. Imamoglu and J. P. Marangos, Rev. Mod. Phys. 77, 633 (2005).

    <|g><e|> = -xi/[Delta - i Gamma/2 - (Omega/2)^2/(d - i dephasing/2)], Gamma all loss of |e>,
    d the detuning of both lasers together and D[|s><s|] the dephasing.
    """
    atom = Atom("s", "gse")
    lasers = xi * atom.transition("e", "g") + Omega / 2 * atom.transition("e", "s")
    H = Delta * atom.population("e") + d * atom.population("s") + lasers + Dagger(lasers)
    down = Loss(gamma, atom.transition("g", "e"))
    others = Loss(gamma / 3, atom.transition("s", "e")), Loss(dephasing, atom.population("s"))
    model = Model("transparency", H, (down, *others), xi)
    light = np.linspace(-3, 3, 13)
    values = {"Delta": light, "d": light, "Omega": 1.2, "gamma": 1.0, "dephasing": 0.02}
    state = numeric.steady_state(model, values | {"xi": 1e-5})
    dipole = -1e-5 / (light - 2j / 3 - 0.36 / (light - 0.01j))
    # corrections are of the order of (xi/dephasing)^2
    np.testing.assert_allclose(state.amplitude("s_e"), dipole, rtol=1e-5, atol=0)
    closed = analytic.derive(Model("clean", H, (down,), xi), quanta=1)
    e = closed.amplitude((1, 0))  # the modes are s_e, s_s
    assert sp.simplify(e + xi / (Delta - sp.I * gamma / 2 - Omega**2 / (4 * d))) == 0


@pytest.mark.parametrize("count", [3, 10])
@pytest.mark.parametrize("drive", [1e-3, 2.0])
def test_emitters_that_lose_light_together_have_the_state_of_puri_and_lawande(
    count: int, drive: float
) -> None:
    """R. R. Puri and S. V. Lawande, Phys. Lett. A 72, 200 (1979).

    With xi (S + S') and gamma D[S] the state is (S + c)^-1 times its adjoint, c = 2i xi/gamma:
    the same equation is gamma D[S + c] alone.
    """
    together = Emitters("S", count, symmetric=True).lowering
    model = Model("together", xi * (together + Dagger(together)), (Loss(gamma, together),), xi)
    state = numeric.steady_state(model, {"gamma": 1.0, "xi": drive})
    k = np.arange(1, count + 1)
    S = np.diag(np.sqrt(k * (count - k + 1.0)), 1)
    root = np.linalg.inv(S + 2j * drive * np.eye(count + 1))
    rho = root @ root.conj().T / np.linalg.norm(root) ** 2
    bright, pairs = (np.trace(A.T @ A @ rho).real for A in (S, S @ S))
    # the inverse has entries up to 1/xi^N, but all of one sign: nothing cancels
    assert state.expect(Dagger(together) * together) == pytest.approx(bright, rel=1e-9)
    assert fields.correlation(state, together) == pytest.approx(pairs / bright**2, rel=1e-8)


def test_inverted_emitters_flash_at_the_rates_of_dicke_without_any_hamiltonian() -> None:
    """R. H. Dicke, Phys. Rev. 93, 99 (1954): k excited ones decay with k (N - k + 1) gamma.

    Each sends one photon: N in all, g2 = 1 - 1/N of the whole flash.
    """
    count, times = 6, np.linspace(0, 1.5, 7)
    together = Emitters("S", count, symmetric=True).lowering
    model = Model("flash", 0, (Loss(gamma, together),))
    full = (0,) * (count - 1) + (1,)
    found = numeric.evolve(model, {"gamma": 1.0}, times, initial=full)
    k = np.arange(count + 1)
    rates = k * (count - k + 1.0)
    p = np.array([expm((np.diag(rates[1:], 1) - np.diag(rates)) * t)[:, count] for t in times])
    flash = found.expect(Dagger(together) * together)
    np.testing.assert_allclose(flash, p @ rates, rtol=1e-9, atol=0)  # as `evolve` promises
    assert max(flash) > count  # brighter than emitters on their own
    sent = numeric.emitted(model, {"gamma": 1.0}, model.losses[0], (0, 40), initial=full)
    assert sent.photons == pytest.approx(count, rel=1e-8)
    assert sent.g2 == pytest.approx(1 - 1 / count, rel=1e-8)


def test_a_biexciton_driven_at_two_photons_has_the_state_of_its_four_levels() -> None:
    """S. Stufler et al., Phys. Rev. B 73, 125304 (2006): two-photon Rabi resonance of a dot.

    |g>, |h>, |v>, |x> as matrices; the light of the driven polarisation is one field.
    """
    dot = Atom("d", ["g", "h", "v", "x"])
    light = dot.transition("g", "h") + dot.transition("h", "x")
    splitting = dot.population("h") - dot.population("v")
    H = pair / 2 * (dot.population("h") + dot.population("v")) + delta / 2 * splitting
    steps = [("g", "h"), ("g", "v"), ("h", "x"), ("v", "x")]
    losses = tuple(Loss(gamma, dot.transition(*step)) for step in steps)
    model = Model("biexciton", H + xi * (light + Dagger(light)), losses, xi)
    assert model.grading.weights == (1, 1, 2)
    values = {"pair": 20.0, "delta": 0.3, "gamma": 1.0, "xi": 2.0}
    state = numeric.steady_state(model, values)

    g, h, v, x = one = np.eye(4)
    b = np.outer(g, h) + np.outer(h, x)
    matrix = 10 * (np.outer(h, h) + np.outer(v, v)) + 0.15 * (np.outer(h, h) - np.outer(v, v))
    matrix = matrix + 2 * (b + b.T)
    L = -1j * (np.kron(matrix, one) - np.kron(one, matrix))
    for c in (np.outer(g, h), np.outer(g, v), np.outer(h, x), np.outer(v, x)):
        L = L + np.kron(c, c) - (np.kron(c.T @ c, one) + np.kron(one, c.T @ c)) / 2
    rho = lstsq(np.vstack([L, one.ravel()]), np.eye(17)[16])[0].reshape(4, 4)
    # least squares of seventeen equations: round-off times their condition
    for name, level in (("d_h", 1), ("d_v", 2), ("d_x", 3)):
        assert state.number(name) == pytest.approx(rho[level, level].real, rel=1e-10)
    n, pairs = (np.trace(A.T @ A @ rho).real for A in (b, b @ b))
    assert fields.correlation(state, light) == pytest.approx(pairs / n**2, rel=1e-10)
