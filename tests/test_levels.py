"""Atoms of several levels and ensembles of emitters: their algebra, both roads, oracles."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
import qutip
import sympy as sp
from qutip import piqs
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp
from sympy.physics.quantum.pauli import SigmaMinus

import analytic
import numeric
from numeric.lindblad.space import Space, count_states
from numeric.trust.excitations import quanta_kept
from systems import Atom, Emitters, Loss, Model
from systems.ladder import find_modes, normal_order
from systems.library import many_emitters, n_scheme, tavis_cummings

a = BosonOp("a")
COLLECTIVE = replace(many_emitters.MODEL, collective="b")
Delta, Delta_s, alpha, g = sp.symbols("Delta Delta_s alpha g", real=True)
kappa, gamma, xi = sp.symbols("kappa gamma xi", positive=True)
TWO_ROADS = 1e-5  # at xi = 1e-3 losses: relative corrections are of the order of xi^2


def transmon(levels: int) -> Model:
    """A driven cavity and a transmon cut at so many levels."""
    atom = Atom("q", "0123"[:levels])
    b, anharmonic = atom.lowering(), [k * (k - 1) / sp.S(2) for k in range(levels)]
    H = Delta * (Dagger(a) * a + atom.number) + g * (Dagger(a) * b + Dagger(b) * a)
    H += alpha * sp.Add(*(x * atom.population(str(k)) for k, x in enumerate(anharmonic) if x))
    return Model("transmon", H + xi * (a + Dagger(a)), (Loss(kappa, a), Loss(gamma, b)), xi)


def kerr_pair() -> Model:
    """The same with an oscillator that is not cut."""
    b = BosonOp("q")
    H = Delta * (Dagger(a) * a + Dagger(b) * b) + alpha / 2 * Dagger(b) ** 2 * b**2
    H += g * (Dagger(a) * b + Dagger(b) * a) + xi * (a + Dagger(a))
    return Model("oscillators", H, (Loss(kappa, a), Loss(gamma, b)), xi)


POINT = {"Delta": 0.3, "alpha": -4.0, "g": 1.5, "kappa": 1.0, "gamma": 0.4}


def test_transitions_multiply_as_kets_and_bras_do() -> None:
    atom = Atom("s", "gef")
    modes = find_modes([atom.transition("e", "f")])
    for i, j, k, m in itertools.product("gef", repeat=4):
        product = normal_order(atom.transition(i, j) * atom.transition(k, m), modes)
        expected = normal_order(atom.transition(i, m), modes) if j == k else {}
        assert product == expected, (i, j, k, m)


def test_the_populations_of_an_atom_add_up_to_one() -> None:
    atom = Atom("s", "gsef")
    total = sum(map(atom.population, atom.levels))
    assert normal_order(total, find_modes([total])) == {((0, 0, 0), (0, 0, 0)): 1}


def test_transitions_of_two_atoms_commute() -> None:
    one, two = Atom("s", "gef").transition("e", "f"), Atom("t", "gef").transition("g", "e")
    modes = find_modes([one, two])
    assert normal_order(one * two, modes) == normal_order(two * one, modes)


@pytest.mark.parametrize("quanta", range(5))
def test_an_atom_is_in_one_level_in_every_state_of_the_cut_space(quanta: int) -> None:
    modes = find_modes([a, Atom("s", "gef").transition("e", "f"), SigmaMinus("t")])
    states = Space(modes, quanta).occupations
    assert (states[:, [1, 2]].sum(axis=1) <= 1).all()
    assert len(states) == count_states(modes, quanta)


def test_the_levels_of_a_ladder_count_as_many_quanta_as_steps() -> None:
    assert transmon(4).grading.weights == (1, 1, 2, 3)


def test_two_quanta_do_not_see_where_an_oscillator_is_cut_above_them() -> None:
    cut, whole = (analytic.derive(model, quanta=2) for model in (transmon(3), kerr_pair()))
    g2, exact = (d.evaluate(d.correlation(a), POINT | {"xi": 1.0}) for d in (cut, whole))
    np.testing.assert_allclose(g2, exact, rtol=1e-12, atol=0)  # the same numbers, other letters


@pytest.mark.parametrize("drive", [0.3, 0.01])
def test_a_transmon_has_the_steady_state_of_its_matrices(drive: float) -> None:
    A = qutip.tensor(qutip.destroy(8), qutip.qeye(3))
    B = qutip.tensor(qutip.qeye(8), qutip.destroy(3))
    top = qutip.tensor(qutip.qeye(8), qutip.fock_dm(3, 2))
    H = 0.3 * (A.dag() * A + B.dag() * B) - 4 * top + 1.5 * (A.dag() * B + B.dag() * A)
    rho = qutip.steadystate(H + drive * (A + A.dag()), [A, np.sqrt(0.4) * B])
    number = qutip.expect(A.dag() * A, rho)
    state = numeric.steady_state(transmon(3), POINT | {"xi": drive})
    expected = qutip.expect(A.dag() ** 2 * A**2, rho) / number**2
    # 1e-15 of QuTiP over n^2 at the weak drive, a truncation to 1e-8 at the strong one
    np.testing.assert_allclose(state.correlation(a), expected, rtol=1e-4, atol=0)
    found = state.density_matrix()
    assert found.dims == [[state.certificate.quanta + 1, 3]] * 2
    np.testing.assert_allclose(found.ptrace(1).full(), rho.ptrace(1).full(), rtol=0, atol=1e-8)


@pytest.mark.parametrize("solver", ["direct", "iterative"])
def test_both_roads_agree_on_a_transmon_at_weak_drive(solver: str) -> None:
    closed, values = analytic.derive(transmon(3), quanta=2), POINT | {"xi": 1e-4}
    state = numeric.steady_state(transmon(3), values, quanta=4, solver=solver)
    pairs = [(closed.number(mode), state.number(mode)) for mode in ("a", "q_1", "q_2")]
    for form, number in [*pairs, (closed.correlation(a), state.correlation(a))]:
        np.testing.assert_allclose(closed.evaluate(form, values), number, rtol=TWO_ROADS, atol=0)


def test_a_sweep_of_many_points_finds_what_single_points_do() -> None:
    values = POINT | {"alpha": np.linspace(-5, 5, 200), "xi": 0.05}
    swept = numeric.steady_state(transmon(3), values).correlation(a)
    for i in (0, 99, 199):
        one = numeric.steady_state(transmon(3), values | {"alpha": values["alpha"][i]})
        # both are right to the tolerance of the chosen truncation
        np.testing.assert_allclose(swept[i], one.correlation(a), rtol=1e-7, atol=0)


def test_the_series_of_an_atom_converges_to_the_master_equation() -> None:
    values = POINT | {"xi": 0.02}
    exact = numeric.steady_state(transmon(3), values).correlation(a)
    errors = []
    for corrections in (0, 1, 2):
        series = analytic.expand(transmon(3), corrections)
        errors.append(abs(series.evaluate(series.correlation(a), values) / exact - 1))
    # each correction is smaller by a multiple of (xi/gamma)^2 = 0.0025, g2 being 380 at this point
    assert errors[1] < 0.1 * errors[0]
    assert errors[2] < 0.1 * errors[1]


def test_a_second_emitter_that_does_not_couple_changes_nothing() -> None:
    values = {"Delta": 0.7, "Delta_s": 0.3, "g": 1.3, "kappa": 1.0, "gamma": 0.6, "xi": 0.4}
    one = numeric.steady_state(ensemble(Emitters("S", 1)), values)
    atom = SigmaMinus("S")
    H = Delta * Dagger(a) * a + Delta_s * Dagger(atom) * atom + xi * (a + Dagger(a))
    H += g * (Dagger(a) * atom + Dagger(atom) * a)
    other = numeric.steady_state(Model("atom", H, (Loss(kappa, a), Loss(gamma, atom)), xi), values)
    np.testing.assert_allclose(one.correlation(a), other.correlation(a), rtol=1e-12, atol=0)


def ensemble(emitters: Emitters) -> Model:
    """Emitters in a driven cavity, with a loss of each or of all together."""
    S = emitters.lowering
    H = Delta * Dagger(a) * a + Delta_s * emitters.number + xi * (a + Dagger(a))
    losses = (Loss(gamma, S),) if emitters.symmetric else emitters.losses(gamma)
    H += g * (Dagger(a) * S + Dagger(S) * a)
    return Model("ensemble", H, (Loss(kappa, a), *losses), xi)


def separate(count: int) -> Model:
    """The same emitters one by one."""
    atoms = [SigmaMinus(f"s{i}") for i in range(count)]
    H = Delta * Dagger(a) * a + xi * (a + Dagger(a))
    H += sp.Add(*(Delta_s * Dagger(s) * s + g * (Dagger(a) * s + Dagger(s) * a) for s in atoms))
    return Model("separate", H, (Loss(kappa, a), *(Loss(gamma, s) for s in atoms)), xi)


STRONG = {"Delta": 0.7, "Delta_s": 0.3, "g": 1.3, "kappa": 1.0, "gamma": 0.6, "xi": 0.1}


def test_two_emitters_as_one_atom_have_the_steady_state_of_two_atoms() -> None:
    one, two = (numeric.steady_state(m, STRONG) for m in (ensemble(Emitters("S", 2)), separate(2)))
    # two ways to the same numbers, each right to the 1e-8 of the chosen truncation
    np.testing.assert_allclose(one.number(a), two.number(a), rtol=1e-7, atol=0)
    np.testing.assert_allclose(one.correlation(a), two.correlation(a), rtol=1e-7, atol=0)
    dark = one.number("S_0_1")
    assert dark > 0  # jumps of one emitter alone leave the symmetric states


@pytest.mark.slow
def test_no_number_is_returned_that_emitters_left_out_would_change() -> None:
    values = {"Delta": 5.2, "Delta_s": 5.2, "g": 3.0, "kappa": 1.0, "gamma": 0.5, "xi": 0.1}
    whole = numeric.steady_state(ensemble(Emitters("S", 3)), values, quanta=4)
    asked = [("number", "a"), ("correlation", "a"), ("marginal", "a", 2), ("expect", a)]
    words = set()
    for excited in (1, 2):
        state = numeric.steady_state(ensemble(Emitters("S", 3, excited=excited)), values, quanta=4)
        for quantity in asked:
            found, exact = state.estimate(*quantity), whole.estimate(*quantity).value
            words.add(str(found.status))
            # what is returned of a truncation that was given is right to a thousandth
            assert found.status != "ok" or abs(found.value / exact - 1) < 1e-3
            assert found.status != "ok" or abs(found.value - exact) < found.error
    assert words == {"ok", "not converged"}
    short = state.estimate("correlation", "a").value
    assert state.certificate.cut["g2(a)"] > abs(short / whole.correlation("a") - 1)


def test_emitters_that_keep_all_their_excitations_are_judged_as_any_model_is() -> None:
    assert quanta_kept(ensemble(Emitters("S", 3))) is None
    assert quanta_kept(ensemble(Emitters("S", 3, excited=3))) is None
    assert quanta_kept(ensemble(Emitters("S", 3, excited=2))) == 2


def matrix_of(emitters: Emitters, operator: sp.Expr) -> np.ndarray:
    """An operator between the levels of emitters, in their order."""
    modes = find_modes([loss.operator for loss in emitters.losses(1)])
    space = Space(modes, 1)
    names = ["S_0", *(str(mode.name) for mode in modes)]
    held = [names[1 + n.index(1)] if any(n) else names[0] for n in space.index]
    order = [held.index(f"S_{level}") for level in emitters.atom.levels]
    words = normal_order(operator, modes).items()
    total = sum(complex(c) * space.word(word).toarray() for word, c in words)
    return total[np.ix_(order, order)]


@pytest.mark.parametrize("count", [2, 3, 6])
def test_the_losses_of_each_emitter_are_those_of_piqs(count: int) -> None:
    """The dissipator on a random state without coherences between different total spins."""
    emitters, random = Emitters("S", count), np.random.default_rng(1)
    pairs = [(*map(int, level.split("_")), 0)[:2] for level in emitters.atom.levels]
    spins = np.array([d for _, d in pairs])
    X = random.normal(size=(len(pairs),) * 2) + 1j * random.normal(size=(len(pairs),) * 2)
    rho = X @ X.conj().T * np.equal.outer(spins, spins)
    # piqs lists the largest spin first, its most excited state first
    theirs = sorted(range(len(pairs)), key=lambda i: (pairs[i][1], -pairs[i][0]))
    L = piqs.Dicke(count, emission=0.7).liouvillian().full()
    expected = (L @ rho[np.ix_(theirs, theirs)].ravel(order="F")).reshape(X.shape, order="F")
    found = np.zeros(X.shape, complex)
    for loss in emitters.losses(0.7):
        jump = matrix_of(emitters, loss.operator)
        both = jump.conj().T @ jump
        found += 0.7 * (jump @ rho @ jump.conj().T - (both @ rho + rho @ both) / 2)
    # piqs holds its rates to seven digits: it keeps the trace to 1e-8 only
    tolerance = 1e-7 * abs(expected).max()
    np.testing.assert_allclose(found[np.ix_(theirs, theirs)], expected, rtol=0, atol=tolerance)
    np.testing.assert_allclose(np.trace(found), 0, rtol=0, atol=1e-13 * abs(found).max())


@pytest.mark.parametrize("collective", [False, True])
def test_the_closed_form_holds_for_any_number_of_emitters(collective: bool) -> None:
    M = sp.Symbol("M", nonnegative=True)
    any_number = analytic.derive(ensemble(Emitters("S", M + 2, 2, symmetric=collective)), quanta=2)
    for count in (2, 5):
        known = analytic.derive(ensemble(Emitters("S", count, symmetric=collective)), quanta=2)
        g2 = any_number.evaluate(any_number.correlation(a), STRONG | {"M": count - 2})
        np.testing.assert_allclose(
            g2, known.evaluate(known.correlation(a), STRONG), rtol=1e-12, atol=0
        )


def test_many_emitters_are_an_oscillator() -> None:
    """With N to infinity at a fixed g sqrt(N) the light is coherent (Holstein and Primakoff)."""
    M = sp.Symbol("M", nonnegative=True)
    model = ensemble(Emitters("S", M + 2, excited=2))
    closed = analytic.derive(model, quanta=2)
    values = STRONG | {"M": np.array([1e3, 1e4]), "g": 1.3 / np.sqrt([1e3, 1e4])}
    left = abs(closed.evaluate(closed.correlation(a), values) - 1)
    np.testing.assert_allclose(
        left[0] / left[1], 10, rtol=1e-2, atol=0
    )  # what is left falls as 1/N


def test_blockade_by_transparency_has_its_closed_form_on_resonance() -> None:
    closed = analytic.derive(n_scheme.MODEL, quanta=2)
    values = n_scheme.VALUES | {"Delta_f": np.array([-3.0, 0.0, 5.0])}
    expected = closed.evaluate(n_scheme.resonant_correlation(), values)
    np.testing.assert_allclose(
        closed.evaluate(closed.correlation("a"), values), expected, rtol=1e-12, atol=0
    )


def test_two_emitters_block_as_the_listed_closed_form_says() -> None:
    values = tavis_cummings.VALUES | {"xi": 1e-3}
    closed = analytic.derive(tavis_cummings.MODEL)
    g2 = closed.evaluate(closed.correlation("a"), values)
    exact = numeric.steady_state(tavis_cummings.MODEL, values).correlation("a")
    np.testing.assert_allclose(g2, exact, rtol=1e-4, atol=0)  # xi^2 of 1e-6, jumps at a small g2


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: Atom("s", "g"), "two or more different names"),
        (lambda: Atom("s", "gg"), "two or more different names"),
        (
            lambda: Atom("s", "ge").transition("g", "f"),
            "must be one of g, e, named by text, but is 'f'",
        ),
        (lambda: Atom("s", "012").transition(1, 2), "named by text, but is 1"),
        (lambda: Atom("s", "gef").lowering(1), "for each of the 2 steps"),
        (lambda: Emitters("S", 0), "must be a positive integer"),
        (lambda: Emitters("S", sp.Symbol("N")), "must be a number, or not below"),
        (lambda: Emitters("S", 100), "give `excited`"),
        (lambda: Emitters("S", 3, excited=0), "must be a positive integer"),
        (lambda: Emitters("S", 1000, excited=100), "keep fewer excited ones"),
        (lambda: Atom("s", "ge", kept=-1), "must be a number of quanta"),
        (lambda: Emitters("S", 3, symmetric=True).losses(1), "a loss of all together is"),
    ],
)
def test_atoms_that_cannot_be_are_refused_in_a_sentence(build, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        build()


def test_an_atom_must_be_named_by_text() -> None:
    with pytest.raises(TypeError, match="named by text"):
        Atom("s", [0, 1])
    with pytest.raises(TypeError, match="must be a text"):
        Emitters(None, 3)
    with pytest.raises(TypeError, match="`elements` of the Atom `q` must be a number"):
        Atom("q", "01").lowering("1")


def test_an_atom_in_two_levels_at_once_is_no_state() -> None:
    with pytest.raises(ValueError, match="the levels of an atom"):
        analytic.derive(transmon(3)).amplitude((0, 1, 1))


@pytest.mark.slow
@pytest.mark.parametrize("drive", [1e-3, 0.5])
def test_numbers_in_time_are_right_to_a_thousandth_or_not_returned(drive: float) -> None:
    values = {"Delta": 3.0, "Delta_s": 3.0, "g": 3.0, "kappa": 1.0, "gamma": 0.5, "xi": drive}
    whole, cut = ensemble(Emitters("S", 3)), ensemble(Emitters("S", 3, excited=2))
    asked = {
        "g2": lambda m: numeric.delayed_correlation(m, values, "a", [0.3, 1.0], quanta=4),
        "g1": lambda m: numeric.coherence(m, values, "a", [1.0], quanta=4),
        "S": lambda m: numeric.spectrum(m, values, "a", [0.4], quanta=4),
    }
    for name, number in asked.items():
        found, exact = number(cut), number(whole)
        assert np.all(np.isnan(found) | (abs(found / exact - 1) < 1e-3)), name
        assert drive > 1e-3 or np.isfinite(found).all(), name
        assert drive < 0.5 or np.isnan(found).all(), name


def test_a_pulse_into_emitters_that_are_cut_is_judged() -> None:
    whole, cut = ensemble(Emitters("S", 2)), ensemble(Emitters("S", 2, excited=1))
    words = set()
    for height in (0.003, 1.0):
        pulse = {**STRONG, "xi": lambda t, x=height: x * np.exp(-((t - 2) ** 2))}
        found, exact = (
            numeric.emitted(m, pulse, "a", (0, 4), quanta=2, complete=False) for m in (cut, whole)
        )
        words.add(found.status("photons"))
        assert found.status("photons") != "ok" or abs(found.photons / exact.photons - 1) < 1e-3
    assert words == {"ok", "not converged"}
    with pytest.raises(ValueError, match="at most the 1 quanta that the emitters keep"):
        numeric.emitted(cut, STRONG, "a", (0, 4), initial=(0, 0, 2), quanta=3)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_mode_for_many_emitters_is_judged_by_what_its_jumps_may_change(count: int) -> None:
    words = set()
    for drive in (1e-3, 0.02, 0.3):
        values = {"Delta_a": 0.4, "Delta_s": 0.5, "g": 0.7, "kappa": 1.0, "gamma": 0.5, "xi": drive}
        alone = {**values, "N": float(count)}
        mode = numeric.steady_state(COLLECTIVE, alone, quanta=4)
        each = numeric.steady_state(many_emitters.atoms(count), values, quanta=4)
        for quantity in [("number", "a"), ("correlation", "a"), ("marginal", "a", 2)]:
            found, exact = mode.estimate(*quantity), each.estimate(*quantity)
            words.add(str(found.status))
            assert found.status != "ok" or abs(found.value / exact.value - 1) < 1e-3, quantity
    # the second excitation of one emitter is never reached
    assert ("not converged" in words and "ok" in words) or count == 1


def test_a_mode_for_many_emitters_has_no_spectrum() -> None:
    known = COLLECTIVE, many_emitters.VALUES, "a"
    for number in (numeric.spectrum, numeric.coherence):
        with pytest.raises(ValueError, match="its mode `b` stands for many emitters"):
            number(*known, [0.0])
    with pytest.raises(ValueError, match="its mode `b` stands for many emitters"):
        numeric.emitted(*known, (0, 1))


def test_a_level_that_no_term_reaches_says_how_to_do_without_it() -> None:
    F, gamma = sp.symbols("F gamma", positive=True)
    values = {"F": 0.1, "gamma": 1.0}

    def mean(emitters: Emitters, of: Emitters) -> complex:
        S = emitters.lowering
        model = Model("superradiance", F * (S + Dagger(S)), (Loss(gamma, S),), F)
        return complex(numeric.steady_state(model, values).expect(of.number))

    with pytest.raises(ValueError, match=r"`S_0_2`, a level of `S` .* `symmetric=True`"):
        mean(Emitters("S", 4), Emitters("S", 4))
    as_told = Emitters("S", 4, symmetric=True)
    assert 0 < mean(as_told, as_told).real < 4
    with pytest.raises(ValueError, match=r"must hold the modes S_1, .* but holds `T_1`\.$"):
        mean(as_told, Emitters("T", 1))
