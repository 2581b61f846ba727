"""Truncations mode by mode, and found by themselves: exact solutions, independent programs."""

import subprocess
import sys

import numpy as np
import pytest
import qutip
import sympy as sp
from oracles import gaussian_g2, kerr_correlation, parametric_amplifier
from scipy.special import gammaln
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp
from typer.testing import CliRunner

from compare.cli.app import app
from compare.cli.cuts import read_cut as read_option
from numeric import delayed_correlation, steady_state
from numeric.lindblad.space import Space, count_states
from numeric.search.classical import branches
from numeric.search.projection import needed
from numeric.search.start import LIMIT
from numeric.solvers.choice import solve_points
from numeric.solvers.solution import Solution, each
from systems import Loss, Model
from systems.library import jaynes_cummings, kerr, kerr_dimer, kerr_ring
from systems.status import Status

a, b = BosonOp("a"), BosonOp("b")
D, w, g = sp.symbols("D w g", real=True)
k, h, F = sp.symbols("k h F", positive=True)
light = D * Dagger(a) * a + F * (a + Dagger(a))
PRESSURE = light + w * Dagger(b) * b + g * Dagger(a) * a * (b + Dagger(b))
HARMONIC = light + 2 * D * Dagger(b) * b + g * (Dagger(a) ** 2 * b + Dagger(b) * a**2)
DIMER = {"Delta": 0.7, "U": 1.0, "J": 1.3, "gamma": 1.0, "F": 0.6}


def model(hamiltonian, *losses):
    return Model("test", hamiltonian, (Loss(k, a), *losses), drive=F)


def in_product_space(n, m, Delta, U, J, gamma, F):
    """QuTiP's steady state of the dimer with n and m levels."""
    x, y = (
        qutip.tensor(qutip.destroy(n), qutip.qeye(m)),
        qutip.tensor(qutip.qeye(n), qutip.destroy(m)),
    )
    H = sum(Delta * z.dag() * z + U * z.dag() ** 2 * z**2 for z in (x, y))
    H = H + J * (x.dag() * y + y.dag() * x) + F * (x + x.dag())
    return qutip.steadystate(H, [np.sqrt(gamma) * z for z in (x, y)]), x, y


@pytest.mark.parametrize("tops", [(5, 3), (2, 6)])
@pytest.mark.parametrize("solver", ["auto", "direct", "iterative", "qutip"])
def test_a_cut_mode_by_mode_is_the_product_space(tops, solver):
    state = steady_state(kerr_dimer.MODEL, DIMER, dict(zip("ab", tops, strict=True)), solver)
    rho, x, y = in_product_space(tops[0] + 1, tops[1] + 1, **DIMER)
    assert state.truncation == dict(zip("ab", tops, strict=True))
    assert state.quanta == sum(tops)
    for mode, z in (("a", x), ("b", y)):
        # QuTiP's rho is right to some 1e-15, numbers are of order 0.1
        found = state.estimate("number", mode).value
        assert found == pytest.approx(qutip.expect(z.dag() * z, rho), rel=1e-11, abs=0)
        pairs = qutip.expect(z.dag() ** 2 * z**2, rho) / found**2
        assert state.estimate("correlation", mode).value == pytest.approx(pairs, rel=1e-10, abs=0)


def test_a_cut_is_the_same_whether_it_is_by_modes_or_in_all():
    values = DIMER | {"F": 0.05}
    by_modes = steady_state(kerr_dimer.MODEL, values, {"a": 5, "b": 5})
    in_all = steady_state(kerr_dimer.MODEL, values, 8)
    for mode in "ab":
        # five quanta at a twentieth of the loss leave (0.05^2)^(6 - 2)
        left, right = by_modes.correlation(mode), in_all.correlation(mode)
        assert left == pytest.approx(right, rel=1e-9, abs=0)
    taus = [0.0, 0.4, 2.0]
    delayed = [
        delayed_correlation(kerr_dimer.MODEL, values, "a", taus, quanta)
        for quanta in ({"a": 5, "b": 5}, 5)
    ]
    np.testing.assert_allclose(*delayed, rtol=1e-6, atol=0)  # the accuracy that it promises


def test_an_atom_needs_no_number_and_a_batch_has_one_cut():
    values = {**jaynes_cummings.VALUES, "Delta_a": np.linspace(-5, 5, 40)}
    by_modes = steady_state(jaynes_cummings.MODEL, values, {"a": 6})
    assert count_states(jaynes_cummings.MODEL.modes, (6, 1)) == 14
    assert by_modes.truncation[0] == {"a": 6, "s": 1}
    in_all = steady_state(jaynes_cummings.MODEL, values, 7)
    # weak light: the cuts differ by one state
    np.testing.assert_allclose(
        by_modes.correlation("a"), in_all.correlation("a"), rtol=1e-8, atol=0
    )
    certificate = by_modes.certificate
    assert np.all(certificate.change["n(a)"] < 1e-8)
    assert np.all(certificate.top < 1e-8)


@pytest.mark.parametrize(
    ("quanta", "message"),
    [
        ({"a": 4}, "must name the modes a, b, but names a"),
        ({"a": 4, "c": 1, "b": 2}, "must name the modes a, b"),
        ({"a": 4, "b": 0}, "must be a positive integer, but is 0"),
        ({"a": 40, "b": 40}, "1681 states"),
    ],
)
def test_a_cut_that_makes_no_sense_is_refused(quanta, message):
    with pytest.raises(ValueError, match=message):
        steady_state(kerr_dimer.MODEL, DIMER, quanta)


def test_orders_that_a_cut_by_modes_does_not_hold_are_refused():
    state = steady_state(kerr_dimer.MODEL, DIMER, {"a": 4, "b": 1})
    with pytest.raises(ValueError, match="at least 2 for g2 of b, but is 1"):
        state.correlation("b")
    with pytest.raises(ValueError, match=r"hold the occupation \(0, 2\)"):
        state.probability((0, 2))
    assert state.estimate("cross_correlation", "a", "b").value > 0


@pytest.mark.slow
def test_lossless_partners_have_their_values_by_default():
    # by independent programs, to the digits given
    mirror = steady_state(model(PRESSURE), {"D": 10.0, "w": 10.0, "g": 1.0, "k": 1.0, "F": 2.0})
    assert mirror.number(a) == pytest.approx(0.0405712614, rel=1e-8)
    assert mirror.number(b) == pytest.approx(8.89932e-4, rel=1e-5)
    assert mirror.correlation(a) == pytest.approx(1.02074602, rel=1e-8)
    harmonic = steady_state(model(HARMONIC), {"D": 0.3, "g": 0.5, "k": 1.0, "F": 0.2})
    assert harmonic.number(a) == pytest.approx(0.121140955822, rel=1e-10)
    assert harmonic.number(b) == pytest.approx(0.012611550168, rel=1e-10)
    # one LU of the plain Liouvillian on 13 x 7 and on 15 x 8 levels; smaller spaces end in ...7791
    assert harmonic.correlation(a) == pytest.approx(1.18511517766051, rel=1e-12)


@pytest.mark.slow
def test_a_hot_mode_beside_cold_light_grows_alone():
    # a bath of 0.2 phonons that the light does not see
    bath = (Loss(k * sp.Rational(6, 5), b), Loss(k * sp.Rational(1, 5), Dagger(b)))
    apart = model(light + w * Dagger(b) * b, *bath)
    state = steady_state(apart, {"D": 0.2, "w": 1.0, "k": 1.0, "F": 0.01}, order=2)
    assert state.status == "ok"
    assert state.truncation["b"] > 2 * state.truncation["a"]
    # coherent and thermal light, to the tolerance of the search
    assert state.number(a) == pytest.approx(1e-4 / (0.2**2 + 0.25), rel=1e-8)
    assert state.number(b) == pytest.approx(0.2, rel=1e-7)
    assert state.correlation(a) == pytest.approx(1, rel=1e-7)
    assert state.correlation(b) == pytest.approx(2, rel=1e-7)


@pytest.mark.parametrize(
    "values",
    [
        {"Delta": 0.0, "chi": 0.01, "gamma": 1.0, "xi": 3.0},  # 21 quanta
        {"Delta": -2.0, "chi": 0.1, "gamma": 1.0, "xi": 3.0},  # 13, past the bistable region
        {"Delta": -3.0, "chi": 0.3, "gamma": 1.0, "xi": 2.0},  # 2, from two branches
    ],
)
def test_strong_light_of_a_kerr_mode_is_exact_by_default(values):
    state = steady_state(kerr.MODEL, values)
    for order in (1, 2, 3):
        found = state.correlation("a", order) if order > 1 else state.number("a")
        assert found == pytest.approx(kerr_correlation(order, **values), rel=1e-8, abs=0)


def test_squeezed_light_is_exact_by_default():
    G = float(np.sqrt(2 / (8 * (1 + 2 * 2))))  # two quanta: N = 8 G^2/(1 - 16 G^2)
    squeezed = model(D * Dagger(a) * a + F * (a**2 + Dagger(a) ** 2))
    state = steady_state(squeezed, {"D": 0.0, "k": 1.0, "F": G}, order=2)
    mean, N, M = parametric_amplifier(G, 0.0)
    assert state.number(a) == pytest.approx(2, rel=1e-7, abs=0)
    assert state.correlation(a) == pytest.approx(gaussian_g2(mean, N, M), rel=1e-6, abs=0)


def test_classical_branches_are_the_roots_of_the_cubic():
    for Delta, chi, xi in ((-6.31, 0.0707, 10.85), (-3.0, 0.3, 2.0), (1.0, 0.2, 2.5)):
        found = branches(kerr.MODEL, {n: np.array([x]) for n, x in
                         {"Delta": Delta, "chi": chi, "gamma": 1.0, "xi": xi}.items()})  # fmt: skip
        # n ((Delta + 2 chi n)^2 + gamma^2/4) = xi^2
        roots = np.roots([4 * chi**2, 4 * Delta * chi, Delta**2 + 0.25, -(xi**2)])
        real = roots[abs(roots.imag) < 1e-9].real
        assert found.quanta[0, 0] == pytest.approx(real.max(), rel=1e-6)
        assert found.several[0] == (real.size > 1)


def test_a_cut_below_a_branch_that_doubles_cannot_weigh_is_not_converged():
    # it is left once in 1e15 lifetimes: with all of it (`test_metastable`) integers weigh it
    values = {"Delta": -6.31, "chi": 0.0707, "gamma": 1.0, "xi": 10.85}
    assert steady_state(kerr.MODEL, values, quanta=35).number_status("a") == "not converged"


def test_no_density_matrix_of_too_few_quanta_is_shown():
    values = {"Delta": 0.0, "chi": 0.0, "gamma": 1.0, "xi": 1.0}  # four quanta
    few = steady_state(kerr.MODEL, values, quanta=2)
    assert few.status == "not converged"
    assert np.isnan(few.density_matrix().full()).all()
    assert steady_state(kerr.MODEL, values, quanta=25).density_matrix().tr() == pytest.approx(1)


def test_populations_that_floats_cannot_hold_are_not_zero():
    values = {"Delta": 0.0, "chi": 1.0, "gamma": 1.0, "xi": np.array([1e-200, 0.0])}
    state = steady_state(kerr.MODEL, values, quanta=3)
    for n in (1, 2, 3):
        assert state.probability_status((n,)).tolist() == ["not resolved", "ok"]
    assert state.correlation_status("a").tolist() == ["not resolved", "undefined"]


def test_what_interrupts_a_batch_drops_the_points_that_wait():
    started = []

    def slow(c, s):
        started.append(c)
        rho = np.diag([1.0, 0.0]) + 0j
        return Solution.of(Space([a], 1), rho, np.zeros(2), 0.0, "ok", "by hand")

    def interrupt(done):
        raise KeyboardInterrupt

    def blocked(c, s):
        import time

        time.sleep(0.4)
        return slow(c, s)

    with pytest.raises(KeyboardInterrupt):
        each(blocked, np.zeros((50, 1)), np.ones(50), threads=1, beat=interrupt)
    assert len(started) < 5
    assert each(slow, np.zeros((5, 1)), np.ones(5), threads=1).populations.shape == (5, 2)


def test_an_interrupted_program_does_not_wait_for_the_point_that_is_being_solved():
    # a factorisation of minutes, which nothing can stop, and Ctrl-C
    program = """
import time
import numpy as np
from numeric.solvers.solution import each

def interrupt(done):
    raise KeyboardInterrupt

each(lambda c, s: time.sleep(600), np.zeros((3, 1)), np.ones(3), beat=interrupt)
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=120)
    assert b"KeyboardInterrupt" in ended.stderr


def test_a_program_that_goes_on_after_an_interrupt_ends_in_peace():
    # a thread that was left behind still has factors when the program ends
    program = """
import time
from scipy.sparse import csc_array, eye_array
from scipy.sparse.linalg import splu
from numeric.solvers.threads import spread

def factors(begun):
    begun.append(splu(csc_array(eye_array(200))))
    while True:
        time.sleep(0.01)

def interrupt(done):
    if begun:
        raise KeyboardInterrupt

begun = []
try:
    spread(factors, [(begun,)], beat=interrupt)
except KeyboardInterrupt:
    print("interrupted")
"""
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=120
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "interrupted\n", "")


def test_the_command_line_takes_a_cut_by_modes():
    options = [
        "--set",
        "Delta=0.7",
        "--set",
        "U=1",
        "--set",
        "J=1.3",
        "--set",
        "gamma=1",
        "--set",
        "F=0.01",
    ]
    search = ["--order", "2", "--tolerance", "1e-6", "--limit", "60"]
    for more in (["--quanta", "a=4,b=3"], search):
        found = CliRunner().invoke(app, ["compare", "kerr_dimer", *options, *more])
        assert found.exit_code == 0, found.output
        assert "g2" in found.output
    with pytest.raises(ValueError, match="Option `--quanta` must be a number"):
        read_option("a=4;b=3")


def test_advice_names_what_is_known_and_works_when_it_is_followed():
    values = {"Delta": 0.7, "U": 1.0, "J": 1.3, "gamma": 1.0, "F": 0.15}
    ended = steady_state(kerr_dimer.MODEL, values, limit=36)
    assert ended.status == "not converged"
    assert "g4(b)" in ended.advice.split(";")[0]
    assert "converged: n(a)" in ended.advice
    assert "`order=2`" in ended.advice
    assert "`limit=547`" in ended.advice
    assert steady_state(kerr_dimer.MODEL, values, limit=547).advice == ""
    assert steady_state(kerr_dimer.MODEL, values, order=2).status == "ok"


@pytest.mark.parametrize("limit", [35, 56, 70])
def test_a_search_ends_where_nothing_larger_fits(limit):
    values = {"Delta": 0.0, "chi": 0.01, "gamma": 1.0, "J": 0.3, "xi": 3.0}
    state = steady_state(kerr_ring.MODEL, values, order=2, limit=limit, frame="original")
    assert state.status == "not converged"  # some 36 quanta, which so few states do not hold


@pytest.mark.parametrize("most", [7, 8])
def test_a_search_uses_the_last_quantum_that_fits(most):
    """Five and seven quanta do not settle here, six and eight do: one more than seven is tried."""
    values = {**kerr_ring.VALUES, "xi": 0.15}
    state = steady_state(kerr_ring.MODEL, values, limit=count_states(kerr_ring.MODEL.modes, most))
    assert state.quanta == most
    assert state.status == ("ok" if most == 8 else "not converged")
    larger = steady_state(kerr_ring.MODEL, values, quanta=10)
    g4 = [float(one.estimate("correlation", "a1", 4).value) for one in (state, larger)]
    if most == 8:
        np.testing.assert_allclose(*g4, rtol=1e-8, atol=0)  # the tolerance of the search


@pytest.mark.parametrize(
    ("strange", "values"),
    [
        # fifty quanta, N = 8 G^2/(1 - 16 G^2), of squeezed light: some 1,500 states
        (D * Dagger(a) * a + F * (a**2 + Dagger(a) ** 2), {"D": 0.0, "k": 1.0, "F": 0.248759}),
        (light, {"D": 0.0, "k": 1.0, "F": 10.0}),  # 400 quanta of coherent light: 510 states
    ],
)
def test_a_search_that_cannot_succeed_ends_before_it_is_expensive(strange, values, monkeypatch):
    tried = []

    def counted(model, arrays, points, cut, *rest):
        tried.append(count_states(model.modes, cut))
        return solve_points(model, arrays, points, cut, *rest)

    monkeypatch.setattr("numeric.search.truncation.solve_points", counted)
    state = steady_state(model(strange), values, frame="original")
    assert state.number_status(a) == state.correlation_status(a) == "not converged"
    assert max(tried) < LIMIT / 2


def test_what_was_converged_before_a_cut_that_no_solver_solves_is_shown(monkeypatch):
    """Displaced thermal light, |alpha|^2 = 0.72 of n = 0.92: g2 = 2 - |alpha|^4/n^2."""
    sizes = []

    def failing(model, arrays, points, cut, *rest):
        found = solve_points(model, arrays, points, cut, *rest)
        sizes.append(found.space.size)
        if found.space.size <= 26:
            return found
        return Solution.none(found.space, points, Status.NOT_CONVERGED)

    monkeypatch.setattr("numeric.search.truncation.solve_points", failing)
    values = {"D": 0.5, "k": 1.0, "h": 0.2, "F": 0.6}
    bath = Model("warm", light, (Loss(k * (h + 1), a), Loss(k * h, Dagger(a))), drive=F)
    state = steady_state(bath, values, frame="original")
    alpha = values["F"] ** 2 / (values["D"] ** 2 + 1 / 4)
    n = values["h"] + alpha
    assert max(sizes) > 26
    assert state.status == "not converged"
    # the tolerance of the search
    np.testing.assert_allclose(state.number(a), n, rtol=1e-8)
    np.testing.assert_allclose(state.correlation(a), 2 - alpha**2 / n**2, rtol=1e-8)
    assert state.correlation_status(a, order=4) == "not converged"


@pytest.mark.slow
def test_a_mirror_that_rings_asks_for_phonons_and_not_for_photons():
    # Delta = g^2/omega: photons shift a mirror of little loss by 0.7 of its width each
    values = {"D": 0.49, "w": 1.0, "g": 0.7, "k": 0.1, "h": 0.01, "F": 0.005}
    mirror = model(PRESSURE, Loss(h, b))
    state = steady_state(mirror, values, order=2, tolerance=1e-5)
    fixed = steady_state(mirror, values, {"a": 4, "b": 30})
    assert state.status == "ok"
    assert state.truncation["b"] > 3 * state.truncation["a"]
    for quantity in ("number", "correlation"):
        # the tolerance of the search
        found, more = (one.estimate(quantity, a).value for one in (state, fixed))
        assert found == pytest.approx(more, rel=1e-5, abs=0)


@pytest.mark.parametrize("n", [0.5, 2.0, 8.0])
def test_the_quanta_that_thermal_and_coherent_light_need_are_foreseen(n):
    # from a cut that holds all but a percent of it; thermal light to a tenth, as sums round, and
    # coherent light from above, but by no more than half
    q, tolerance = np.arange(400), 1e-8
    coherent = np.exp(q * np.log(n) - n - gammaln(q + 1))
    for law, slack in (((n / (n + 1)) ** q / (n + 1), 1.1), (coherent, 1.5)):
        beyond = 1 - np.cumsum(law)
        top = max(int(np.argmax(beyond < 1e-2)), 8)
        held = law[: top + 1]
        found = Solution.of(Space([a], top), np.diag(held) + 0j, 1e-17 * held, 0.0, "ok", "by hand")
        right = int(np.argmax(beyond < tolerance))
        (seen,) = needed(found, found.space.sides[0], ((),), tolerance)
        assert right / 1.1 <= seen <= slack * right + 2
