"""A model is checked when it is written; its grading is the order at which modes light up."""

import importlib
import subprocess
import sys

import numpy as np
import pytest
import sympy as sp
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp
from sympy.physics.quantum.pauli import SigmaMinus, SigmaPlus

import systems
from analytic import derive
from systems import Loss, Model
from systems.grading import NoGrading
from systems.ladder import normal_order
from systems.library import SYSTEMS, nanotip
from systems.listed import LISTED

a, b, s = BosonOp("a"), BosonOp("b"), SigmaMinus("s")
Delta, g = sp.symbols("Delta g", real=True)
gamma, xi = sp.symbols("gamma xi", positive=True)
drive = xi * (a + Dagger(a))
number = Dagger(a) * a + Dagger(b) * b


LOSSES = (Loss(gamma, a),)


def model(hamiltonian, losses=LOSSES, **more):
    return Model("test", hamiltonian, losses, xi, **more)


@pytest.mark.parametrize(
    ("hamiltonian", "weights", "unit"),
    [
        (Delta * number + g * (Dagger(a) * b + Dagger(b) * a) + drive, (1, 1), 1),
        (Delta * number + g * (a * SigmaPlus("s") + Dagger(a) * s) + drive, (1, 1, 1), 1),
        # chi^(2): a quantum of b is worth two of a
        (g * (a**2 * Dagger(b) + Dagger(a) ** 2 * b) + drive, (1, 2), 1),
        # driving b makes pairs in a: half an order of the drive each
        (g * (a**2 * Dagger(b) + Dagger(a) ** 2 * b) + xi * (b + Dagger(b)), (1, 2), 2),
        # a parametric drive of first order alone, and one of second order beside a coherent drive
        (Delta * Dagger(a) * a + xi * (a**2 + Dagger(a) ** 2), (1,), 2),
        (Delta * Dagger(a) * a + xi**2 * (a**2 + Dagger(a) ** 2) + drive, (1,), 1),
    ],
)
def test_grading_is_the_order_of_the_drive_that_excites_a_mode(hamiltonian, weights, unit):
    grading = model(hamiltonian).grading
    assert (grading.weights, grading.unit) == (weights, unit)


def test_a_symbol_of_its_own_order_takes_part_in_the_grading():
    squeeze = g * (a**2 + Dagger(a) ** 2) + drive
    with pytest.raises(NoGrading, match=r"order 0 .* numeric\.steady_state, which needs no"):
        _ = model(squeeze).grading
    assert model(squeeze, orders={g: 2}).grading.weights == (1,)


def test_a_counter_rotating_term_has_no_grading_and_is_named():
    with pytest.raises(NoGrading, match=r"Dagger\(a\)\*Dagger\(b\)|a\*b"):
        _ = model(Delta * number + g * (a * b + Dagger(a) * Dagger(b)) + drive).grading


def test_effective_hamiltonian_damps_every_mode_by_half_its_rate():
    effective = nanotip.MODEL.effective_ladder
    half = nanotip.Delta - sp.I * nanotip.gamma / 2
    assert effective[(1, 0), (1, 0)] == effective[(0, 1), (0, 1)] == half


def test_order_of_writing_does_not_matter():
    written = Delta * (a * Dagger(a) - 1) + xi * (Dagger(a) + a) + g * Dagger(a) * a * Dagger(a) * a
    ordered = (Delta + g) * Dagger(a) * a + g * Dagger(a) ** 2 * a**2 + drive
    assert normal_order(written - ordered, (a,)) == {}


def test_names_of_sympy_built_ins_are_only_names():
    names = ["E", "I", "S", "N", "Q", "gamma", "beta"]
    E, I, S, N, Q, gam, beta = (sp.Symbol(n, real=True) for n in names)  # noqa: E741
    m = Model(
        "names",
        (E + I + S + N + gam + beta) * Dagger(a) * a + Q * (a + Dagger(a)),
        (Loss(sp.Symbol("kappa", positive=True), a),),
        Q,
    )
    assert {str(p) for p in m.parameters} == {*names, "kappa"}


@pytest.mark.parametrize(
    ("build", "error", "message"),
    [
        (lambda: model(sp.Symbol("z") * Dagger(a) * a + drive), ValueError, "must be Hermitian"),
        (lambda: model(xi * a), ValueError, "must be Hermitian"),
        (lambda: model(Delta * Dagger(a) * a + g * (a + Dagger(a))), ValueError, "`drive` must be"),
        (lambda: model(Delta + xi), TypeError, "at least one BosonOp"),
        (lambda: model("a"), TypeError, "must be a SymPy expression"),
        (lambda: Loss(-1, a), ValueError, "must not be negative"),
        (lambda: Loss(a, a), TypeError, "must be a number or an expression of symbols"),
        (lambda: Loss(gamma, gamma), TypeError, "must be a polynomial in the ladder operators"),
        (lambda: model(drive, losses=(gamma,)), TypeError, "must hold Loss objects"),
        (lambda: model(drive, losses=Loss(gamma, a)), TypeError, "but is one Loss"),
        (lambda: model(sp.sin(xi) * (a + Dagger(a))), ValueError, "a polynomial in the drive `xi`"),
        (
            lambda: model(sp.Symbol("gamma", real=True) * Dagger(a) * a + drive),
            ValueError,
            "two sets of assumptions",
        ),
        # printed, this would read Delta*a*Dagger(a)*a: operator or number?
        (
            lambda: model(sp.Symbol("a", real=True) * Dagger(a) * a + drive),
            ValueError,
            "Name `a` must be that of a symbol or of a mode, but is both",
        ),
        (
            lambda: model(Delta * s * SigmaPlus("s") + drive, (Loss(sp.Symbol("s") ** 2, a),)),
            ValueError,
            "Name `s` must be",
        ),
        (lambda: nanotip.MODEL.index("a3"), ValueError, "must be one of a1, a2"),
    ],
)
def test_bad_models_are_refused_in_one_sentence(build, error, message):
    with pytest.raises(error, match=message):
        build()


def random_model(seed):
    """Two modes with couplings and drives that are drawn, and losses that lower the quanta."""
    random = np.random.default_rng(seed)
    kinds = [Dagger(a) * b, Dagger(a) ** 2 * a**2, Dagger(a) * a * Dagger(b) * b]
    chosen = [x for x in kinds if random.random() < 0.7]
    pairs = xi**2 * (1 + xi) * (Dagger(a) ** 2 + a**2)
    H = Delta * number + sum(g * (x + Dagger(x)) for x in chosen) + (1 + xi) * drive + pairs
    return model(H, (Loss(gamma, a), Loss(gamma, b)))


@pytest.mark.parametrize("seed", range(4))
def test_the_leading_part_is_what_stays_when_the_drive_goes_to_zero(seed):
    # scale every amplitude by drive**quanta: an element of H_eff that raises g quanta by drive**-g
    drawn, t = random_model(seed), sp.Symbol("t", positive=True)
    for word, coefficient in drawn.effective_ladder.items():
        if any(map(any, word)):
            scaled = sp.expand(coefficient.subs(xi, t * xi) * t ** -drawn.grading.raises(word))
            assert sp.limit(scaled, t, 0) == drawn.leading_ladder.get(word, 0)


@pytest.mark.parametrize(
    ("jump", "lowers", "pays"),
    [
        (a, True, True),
        (a**2 * Dagger(b), True, True),
        (a + b, True, True),
        (a + xi, False, True),  # the drive in it makes up for the quantum that is not lost
        (Dagger(a) * a, False, False),
        (Dagger(a), False, False),
        (a + 3, False, False),
    ],
)
def test_a_jump_lowers_if_all_its_terms_do(jump, lowers, pays):
    drawn = model(
        Delta * number + g * (Dagger(a) * b + Dagger(b) * a) + drive, (Loss(gamma, jump),)
    )
    assert (drawn.not_lowering() is None) == lowers
    assert (drawn.not_lowering(paid=True) is None) == pays


def test_the_table_of_systems_holds_every_file_of_the_library_that_has_amplitudes():
    models = {id(entry.model) for entry in SYSTEMS.values()}
    left = {name for name in LISTED if id(getattr(systems, name).MODEL) not in models}
    # a mirror that light pushes has no amplitudes in Fock states, so that no closed form is derived
    with pytest.raises(NoGrading, match="conserve the number of quanta"):
        derive(systems.optomechanics.MODEL)
    assert left == {"optomechanics"}


@pytest.mark.parametrize("name", LISTED)
def test_every_listed_system_is_an_attribute_of_systems(name):
    assert getattr(systems, name) is importlib.import_module(f"systems.library.{name}")
    assert name in dir(systems)


def test_what_is_not_listed_is_no_attribute():
    with pytest.raises(AttributeError, match="has no attribute `kerl`"):
        _ = systems.kerl


def test_models_alone_load_no_listed_system():
    script = (
        "import sys, systems; print(*(m for m in sys.modules if 'library' in m and 'syst' in m))"
    )
    found = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert not found.stdout.split()
