"""What makes a matrix a steady state is judged alike, whichever solver found it."""

from dataclasses import replace

import numpy as np
import pytest
import qutip
import sympy as sp
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp
from sympy.physics.quantum.pauli import SigmaMinus

from numeric import steady_state
from numeric.lindblad.liouvillian import liouvillian
from numeric.solvers import direct as reference
from numeric.solvers.solution import Solution
from numeric.solvers.soundness import is_positive, judged
from numeric.trust.tail import escape
from systems import Loss, Model
from systems.library import jaynes_cummings, kerr, kerr_dimer
from systems.values import read_values

a, b = BosonOp("a"), BosonOp("b")
atoms = tuple(SigmaMinus(name) for name in ("s", "t", "u"))
D, g, x, y, z = sp.symbols("D g x y z", real=True)
k, F = sp.symbols("k F", positive=True)
SOLVERS = ("auto", "direct", "iterative", "qutip")


def hermitian(term):
    return term + Dagger(term)


def light(mode=a):
    return D * Dagger(mode) * mode + F * hermitian(mode)


NOT_UNIQUE = {
    # no excitation leaves the combination of atoms that does not couple
    "two atoms in a cavity": (light() + g * hermitian(Dagger(a) * (atoms[0] + atoms[1])), (a,)),
    "unequal couplings": (light() + g * hermitian(Dagger(a) * (x * atoms[0] + y * atoms[1])), (a,)),
    "three atoms": (light() + g * hermitian(Dagger(a) * sum(atoms)), (a,)),
    "a superradiant loss": (F * hermitian(sum(atoms[:2])), (sum(atoms[:2]),)),
    "a hidden mode": (light() + g * Dagger(b) ** 2 * b**2, (a,)),
}


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("case", NOT_UNIQUE)
def test_a_dark_state_is_no_number_whoever_solves(case, solver):
    hamiltonian, lossy = NOT_UNIQUE[case]
    model = Model("dark", hamiltonian, tuple(Loss(k, mode) for mode in lossy), drive=F)
    generator = np.random.default_rng(len(case))
    for quanta in (2, 3):
        values = {str(p): generator.uniform(0.2, 1.0) for p in model.parameters}
        if case == "unequal couplings":
            values["y"] = values["x"]  # else the light empties both
        state = steady_state(model, values, quanta, solver)
        assert state.status == "not unique"
        assert np.isnan(state.number(model.modes[0]))


@pytest.mark.parametrize("listed", [kerr, kerr_dimer, jaynes_cummings])
def test_qutip_agrees_within_the_error_that_is_found_for_it(listed):
    generator = np.random.default_rng(5)
    resolved = 0
    for drive in (1e-6, 1e-4, 1e-2, 0.3):
        values = {name: x * generator.uniform(0.7, 1.3) for name, x in listed.VALUES.items()}
        values[str(listed.MODEL.drive)] = drive
        found, right = (
            steady_state(listed.MODEL, values, 4, name).blocks[0] for name in ("qutip", "direct")
        )
        off = abs(found.populations - right.populations)
        # ten times: an estimate is no bound
        assert np.all(off <= 10 * (found.error + right.error))
        state = steady_state(listed.MODEL, values, 4, "qutip")
        resolved += state.number_status("a") == "ok"
        assert np.isnan(state.number("a")) == (state.number_status("a") != "ok")
    assert resolved >= 2  # of a weak drive QuTiP leaves no digits


@pytest.mark.parametrize("error", [ValueError, RuntimeError, MemoryError, ZeroDivisionError])
def test_an_error_of_qutip_is_a_status(monkeypatch, error):
    def fail(*_, **__):
        raise error("Matrix is singular")

    monkeypatch.setattr(qutip, "steadystate", fail)
    state = steady_state(kerr.MODEL, kerr.VALUES, 4, "qutip")
    assert state.status == "not converged"
    assert np.isnan(state.number("a"))


def test_what_qutip_gets_wrong_is_found_out(monkeypatch):
    right = steady_state(kerr.MODEL, kerr.VALUES, 4, "direct").density_matrix()
    for size in (1e-3, 1e-9):
        wrong = qutip.Qobj(right.full() + size * np.diag([1.0, 0, 0, 0, -1.0]))
        monkeypatch.setattr(qutip, "steadystate", lambda *_, wrong=wrong, **__: wrong)
        state = steady_state(kerr.MODEL, kerr.VALUES, 4, "qutip")
        assert np.isnan(state.correlation("a", 4))
        assert state.correlation_status("a", 4) != "ok"


def solution():
    arrays = {n: v[None] for n, v in read_values(kerr.MODEL, kerr.VALUES).items()}
    return reference.solve(liouvillian(kerr.MODEL, 4), arrays)


DEFECTS = {
    "a coherence that no state has": ((0, 1), 0.9),
    "a negative population": ((4, 4), -0.1),
    "a trace": ((0, 0), 0.1),
}


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_matrix_that_is_no_state_is_not_ok(defect):
    (i, j), change = DEFECTS[defect]
    good = solution()
    assert judged(good).status.tolist() == ["ok"]
    np.testing.assert_allclose(judged(good).rho, good.rho, rtol=1e-14)  # but for rounding
    rho = good.rho.copy()
    rho[0, i, j] += change
    if i != j:
        rho[0, j, i] += change
    bad = judged(replace(good, rho=rho))
    assert bad.status.tolist() == ["not resolved"]
    assert np.isnan(bad.populations).all()


def test_a_matrix_that_is_not_hermitian_or_not_balanced_is_not_ok():
    good = solution()
    bent = good.rho.copy()
    bent[0, 1, 2] += 1e-3
    assert judged(replace(good, rho=bent)).status.tolist() == ["not resolved"]
    assert judged(replace(good, residual=np.array([1e-3]))).status.tolist() == ["not converged"]
    empty = replace(good, rho=good.rho * np.nan)
    assert judged(empty).status.tolist() == ["not converged"]


def test_a_population_may_be_negative_within_its_error_only():
    populations, error = np.array([[1.0, -1e-9], [1.0, -1e-9]]), np.array([[0, 1e-8], [0, 1e-12]])
    assert is_positive(populations, error).tolist() == [True, False]


@pytest.mark.parametrize("after", [0.2, -0.2])
def test_populations_that_fall_ever_more_slowly_are_no_second_hump(after):
    """From a factor 2 to one of 1.2 per quantum, as beside a pushed mirror; and up again."""
    slopes = np.concatenate([np.linspace(0.7, 0.2, 40), np.full(20, 0.2), np.full(12, after)])
    populations = np.exp(-np.cumsum(slopes))
    share = escape(Solution.mixture(populations / np.sum(populations)))
    assert (share[0] > 1e-3) == (after < 0)  # of a number, what may be lost that is returned
