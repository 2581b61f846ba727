"""Light in time as the literature has it: drives that move, held against maps and matrices."""

from itertools import pairwise

import numpy as np
import pytest
import sympy as sp
from scipy.linalg import expm
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp
from sympy.physics.quantum.pauli import SigmaMinus

import numeric
from numeric.time.course import FINEST
from systems import Atom, Loss, Model, kerr

chi, Delta = sp.symbols("chi Delta", real=True)
gamma, xi = sp.symbols("gamma xi", positive=True)
s, a = SigmaMinus("s"), BosonOp("a")
ATOM = Model("driven atom", xi * (s + Dagger(s)), (Loss(gamma, s),), drive=xi)
KICKED = Model("kicked", chi * Dagger(a) ** 2 * a**2 + xi * (a + Dagger(a)), (Loss(gamma, a),), xi)


@pytest.mark.parametrize("drive", [0.3, 0.125, 1e-4, 20.0])  # 1/8 is critically damped
def test_an_atom_that_is_driven_swings_into_its_steady_state_as_torrey_says(drive: float) -> None:
    """H. C. Torrey, Phys. Rev. 76, 1059 (1949), on resonance with decay alone; Omega = 2 xi."""
    t, Omega = np.linspace(0.1, 12, 40), 2 * drive
    found = numeric.evolve(ATOM, {"xi": drive, "gamma": 1.0}, [0.0, *t]).number("s")[1:]
    turn = np.sqrt(Omega**2 - 1 / 16 + 0j)
    sine = t if turn == 0 else np.sin(turn * t) / turn
    swing = np.exp(-0.75 * t) * (np.cos(turn * t) + 0.75 * sine)
    exact = Omega**2 / (2 * Omega**2 + 1) * (1 - swing).real
    # `evolve` promises 1e-10; 1 - swing itself loses (Omega t)^2 of 16 digits
    np.testing.assert_allclose(found, exact, rtol=1e-10 + 1e-15 / (0.1 * drive) ** 2, atol=0)


def counted(drive: float, length: float) -> np.ndarray:
    """The probabilities of 0 ... 9 photons of a square pulse on an atom, at any later time.

    Every jump is marked with z: sum_m z^m p_m = Tr exp(L_z t) rho, on a circle around 0.
    """
    lower, one = np.array([[0.0, 1.0], [0.0, 0.0]]), np.eye(2)
    n = lower.T @ lower

    def through(x: float, z: complex, t: float) -> np.ndarray:
        H = x * (lower + lower.T)
        L = -1j * (np.kron(H, one) - np.kron(one, H)) + z * np.kron(lower, lower)
        return expm((L - (np.kron(n, one) + np.kron(one, n)) / 2) * t)

    circle = 0.5 * np.exp(2j * np.pi * np.arange(16) / 16)
    ends = [through(0, z, 40.0) @ through(drive, z, length) @ [1, 0, 0, 0] for z in circle]
    traces = np.array([end[0] + end[3] for end in ends])
    return np.array([(traces * circle**-m).mean().real for m in range(10)])


@pytest.mark.parametrize("area", [2, 1], ids=["2 pi", "pi"])
def test_a_pulse_of_full_rabi_turns_sends_pairs_and_one_of_half_a_turn_single_photons(
    area: int,
) -> None:
    """K. A. Fischer et al., Nature Phys. 13, 649 (2017): two-photon bundles of a 2 pi pulse."""
    length, m = 0.1, np.arange(10)
    drive = area * np.pi / 2 / length
    pulse = {"xi": lambda t: drive * (t < length), "gamma": 1.0}
    sent, p = numeric.emitted(ATOM, pulse, "s", (0, 40)), counted(drive, length)
    # 1e-6 is promised; exp(-40) and the tenth photon are below
    assert sent.photons == pytest.approx(m @ p, rel=1e-6)
    assert sent.single == pytest.approx(p[1], rel=1e-6)
    assert sent.several == pytest.approx(p[2:].sum(), rel=1e-6)
    assert sent.g2 == pytest.approx(m * (m - 1) @ p / (m @ p) ** 2, rel=1e-6)
    assert bool(p[2] > p[1]) == (area == 2)


def test_every_kick_of_a_train_is_felt_however_short() -> None:
    """W. Leonski and R. Tanas, Phys. Rev. A 49, R20 (1994): kicks fill a Kerr mode to one photon.

    Each is a displacement, and between them the mode is left to itself.
    """
    kick, nonlinear, loss, width, levels = np.pi / 10, 1.4, 0.01, 1e-4, 10
    lower = np.diag(np.sqrt(np.arange(1, levels)), 1).astype(complex)
    n, one = lower.T @ lower, np.eye(levels)
    H = nonlinear * lower.T @ lower.T @ lower @ lower
    L = -1j * (np.kron(H, one) - np.kron(one, H)) + loss * np.kron(lower, lower)
    free = expm(L - loss / 2 * (np.kron(n, one) + np.kron(one, n)))
    push = expm(-1j * kick * (lower + lower.T))
    rho, exact = np.eye(levels**2)[0], []
    for _ in range(8):
        rho = free @ np.kron(push, push.conj()) @ rho
        exact.append(rho.reshape(levels, levels)[1, 1].real)
    values = {"chi": nonlinear, "gamma": loss, "xi": lambda t: kick / width * (t % 1 < width)}
    found = numeric.evolve(KICKED, values, np.arange(9.0), quanta=8)
    # a kick lasts width: the mode turns by a part of that, and a kick of ten levels is not whole
    np.testing.assert_allclose(found.probability((1,))[1:], exact, rtol=1e-4, atol=0)
    assert max(exact) > 0.8


def test_kicks_too_short_to_be_found_are_refused_with_what_to_do() -> None:
    width = 0.1 / FINEST
    values = {"chi": 1.0, "gamma": 0.1, "xi": lambda t: 0.1 / width * (t % 0.3 < width)}
    with pytest.raises(ValueError, match="evolve in parts, each from the state"):
        numeric.evolve(KICKED, values, [0.0, 1.0], quanta=2)


@pytest.mark.parametrize("end", [1.0, 1.1, 0.7])
def test_the_state_at_the_edge_of_a_pulse_is_that_before_it(end: float) -> None:
    values = {**kerr.VALUES, "chi": 0.0, "Delta": 0.0, "gamma": 1.0}
    values |= {"xi": lambda t: 0.1 * (t < end)}
    found = numeric.evolve(kerr.MODEL, values, [0.0, end, 3.0], quanta=6).amplitude("a")
    exact = -0.2j * (1 - np.exp(-end / 2)) * np.array([0, 1, np.exp(-(3 - end) / 2)])
    # what six quanta leave out of 0.04 quanta
    np.testing.assert_allclose(found[1:], exact[1:], rtol=1e-7, atol=0)


def test_two_pulses_in_the_wrong_order_carry_an_atom_past_its_lossy_level() -> None:
    """Stimulated Raman adiabatic passage, U. Gaubatz et al., J. Chem. Phys. 92, 5363 (1990).

    In the dark state nothing is lost; what is, is held against the equations as matrices.
    """
    P, S = sp.symbols("P S", real=True)
    atom = Atom("s", "gse")
    H = P * atom.transition("e", "g") / 2 + S * atom.transition("e", "s") / 2
    model = Model("passage", H + Dagger(H), (Loss(gamma, atom.transition("g", "e")),))
    pump, stokes = (lambda t, c=c: 20 * np.exp(-((t - c) ** 2)) for c in (0.7, -0.7))
    values = {"P": pump, "S": stokes, "gamma": 1.0}
    found = numeric.evolve(model, values, [-3.0, 0.0, 3.0])
    # short steps of constant matrices at their middle: right to the step squared
    steps, g = np.linspace(-3, 3, 4001), np.eye(3)[0]
    rho, jump = np.outer(g, g).astype(complex), np.outer(g, np.eye(3)[2])
    for left, right in pairwise(steps):
        t, h = (left + right) / 2, right - left
        K = np.zeros((3, 3), complex)
        K[2, :2] = K[:2, 2] = pump(t) / 2, stokes(t) / 2
        K[2, 2] = -0.5j
        U = expm(-1j * h * K)
        fed = h / 2 * (U @ (jump @ rho @ jump.T) @ U.conj().T)
        rho = U @ rho @ U.conj().T + fed
        rho += h / 2 * jump @ rho @ jump.T
    assert found.number("s_s")[-1] == pytest.approx(rho[1, 1].real, rel=1e-4)
    assert found.number("s_s")[-1] > 0.97
