"""Truncations by sums of quanta: groups beside other modes, and quanta counted by grades."""

from ast import literal_eval
from itertools import product

import numpy as np
import pytest
import qutip
import sympy as sp
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp
from sympy.physics.quantum.pauli import SigmaMinus

import analytic
import numeric
from compare.cli import main
from numeric import steady_state
from numeric.lindblad.heat import fall_of_baths
from numeric.lindblad.space import Space, covers, hull, read_cut, show_cut, wider
from numeric.search.classical import branches
from numeric.search.growth import Growth
from numeric.search.pushed import pushes
from systems import Loss, Model
from systems.arithmetic import evaluate
from systems.ladder import fits, is_two_level
from systems.library import kerr, kerr_dimer, second_harmonic
from systems.sides import CutSide, Grouped, count_states, group, most_quanta
from systems.values import read_values

SECOND = {"Delta_a": 0.3, "Delta_b": -0.2, "F": 0.1, "g": 0.8, "kappa_a": 1.0, "kappa_b": 2.0}
a, b, c, s, t = BosonOp("a"), BosonOp("b"), BosonOp("c"), SigmaMinus("s"), SigmaMinus("t")
g, kappa, F = sp.symbols("g kappa F", positive=True)
n_th = sp.Symbol("n_th", nonnegative=True)


def scattering() -> Model:
    """Photons that phonons scatter into a sideband: a'c b + h.c., the phonons warm."""
    hop = g * (Dagger(a) * c * b + Dagger(b) * Dagger(c) * a)
    bath = Loss(kappa * (n_th + 1), b), Loss(kappa * n_th, Dagger(b))
    return Model(
        name="photons that warm phonons scatter",
        hamiltonian=hop + F * (a + Dagger(a)),
        losses=(Loss(kappa, a), Loss(kappa, c), *bath),
        drive=F,
    )


SCATTERED = {"g": 0.7, "kappa": 1.0, "n_th": 0.05, "F": 0.02}


@pytest.mark.parametrize(
    ("modes", "sides"),
    [
        ((a, b), [((1, 2), 7)]),
        ((a, b, c), [((1, 1, 0), 3), ((0, 0, 1), 5)]),
        ((a, b, c), [((2, 3, 0), 9), ((0, 0, 1), 1)]),
        ((a, s, b, t), [((1, 2, 0, 3), 6), ((0, 0, 1, 0), 2)]),
        ((a, s, b), [((1, 0, 2), 5)]),
    ],
)
def test_a_cut_keeps_every_state_within_its_sides_and_no_other(modes, sides):
    cut = group(modes, [CutSide(*side) for side in sides])
    assert isinstance(cut, Grouped)
    levels = [2 if is_two_level(mode) else 10 for mode in modes]
    inside = [
        n
        for n in product(*map(range, levels))
        if fits(n, modes) and all(np.dot(w, n) <= limit for w, limit in sides)
    ]
    space = Space(modes, cut)
    assert [tuple(n) for n in space.occupations.tolist()] == inside
    assert count_states(modes, cut) == len(inside)
    assert most_quanta(modes, cut) == max(map(sum, inside))
    last = [side.shells(space.occupations) for side in space.sides]
    assert [max(shell) for shell in last] == [side.top for side in space.sides]
    assert [min(shell) for shell in last] == [0] * len(last)


@pytest.mark.parametrize("weight", [1, 2, 3])
def test_two_more_shells_hold_a_pair_of_any_mode(weight):
    """So that light which comes in pairs does not hide from the comparison of two cuts."""
    cut = Grouped((CutSide((1, weight), 7),))
    fewer, more = Space((a, b), cut), Space((a, b), wider(cut, 2))
    for pair in ((2, 0), (0, 2)):
        assert all(more.position(tuple(np.add(n, pair))) >= 0 for n in fewer.occupations)


def test_a_sum_of_all_modes_is_a_total_and_single_modes_are_a_box():
    model = kerr_dimer.MODEL
    assert read_cut(model, {"a + b": 6}) == read_cut(model, {"3a + 3b": 20}) == 6
    assert read_cut(model, {"b": 3, "2 * a": 9}) == read_cut(model, {"a": 4, "b": 3}) == (4, 3)
    assert show_cut(model, read_cut(model, {"2b+a": 7})) == {"a + 2 b": 7}
    assert read_cut(model, show_cut(model, read_cut(model, {"2b+a": 7}))) == Grouped(
        (CutSide((1, 2), 7),)
    )


def test_a_hull_holds_all_that_any_of_its_cuts_holds():
    modes, grouped = (a, b, c), Grouped((CutSide((1, 2, 0), 6), CutSide((0, 0, 1), 4)))
    for other in (5, (3, 4, 2), wider(grouped, 2)):
        whole = Space(modes, hull(modes, [grouped, other]))
        for cut in (grouped, other):
            whole.positions(Space(modes, cut))  # raises KeyError for a state that is not there
    assert covers(wider(grouped, 2), grouped)


@pytest.mark.parametrize("quanta", [{"a + c": 4}, {"a": 4, "a + b": 4}, {"a +": 4}, {"": 4}])
def test_a_sum_that_does_not_name_each_mode_once_is_refused(quanta):
    with pytest.raises(ValueError, match="must name the modes a, b, but names"):
        steady_state(kerr_dimer.MODEL, kerr_dimer.VALUES, quanta)


@pytest.mark.slow
def test_photons_in_all_beside_phonons_have_the_numbers_of_a_box():
    """By another library on the product of the modes, with three photons and eight phonons."""
    model, names = scattering(), ("a", "b", "c")
    box = {"a": 3, "b": 8, "c": 3}
    H, losses = numeric.to_qutip(model, SCATTERED, quanta=box)
    rho = qutip.steadystate(H, losses)
    tops = [top + 1 for top in box.values()]
    lower = [qutip.tensor(*(qutip.destroy(n) if i == k else qutip.qeye(n)
             for k, n in enumerate(tops))) for i in range(3)]  # fmt: skip
    for solver in ("direct", "iterative"):
        state = steady_state(model, SCATTERED, {"a + c": 3, "b": 8}, solver=solver)
        assert state.space.size == 90  # of 144
        for name, x in zip(names, lower, strict=True):
            right = qutip.expect(x.dag() * x, rho)
            # a fourth photon has (2 F/kappa)^2 = 2e-3 of what a third one has, of n 1e-8 or so
            assert float(state.number(name)) == pytest.approx(right, rel=1e-7)
        right = qutip.expect(lower[0].dag() ** 2 * lower[0] ** 2, rho)
        right /= qutip.expect(lower[0].dag() * lower[0], rho) ** 2
        # of g2 a fourth photon is two orders of the drive less: (2 F/kappa)^4 of it
        assert float(state.correlation("a")) == pytest.approx(right, rel=2e-6)


@pytest.mark.parametrize("solver", ["direct", "iterative"])
def test_quanta_of_a_harmonic_that_count_as_two_hold_the_leading_order(solver):
    """Four quanta by their grades hold what two of the harmonic are made of, in nine states."""
    formula = analytic.derive(second_harmonic.MODEL, 4).correlation("b")
    right = evaluate(formula, {name: np.array(x) for name, x in SECOND.items()})
    gaps = []
    for drive in (1e-2, 1e-3):
        few = steady_state(
            second_harmonic.MODEL, {**SECOND, "F": drive}, {"a + 2 b": 4}, solver=solver
        )
        assert few.space.size == 9
        gaps.append(abs(float(few.estimate("correlation", "b").value) / float(right) - 1))
    # the next order of the drive is missing, and no other
    assert gaps[1] / gaps[0] == pytest.approx(1e-2, rel=0.1)


@pytest.mark.slow
def test_a_batch_by_grades_agrees_with_its_points_solved_alone():
    scanned = {**SECOND, "Delta_a": np.linspace(-2, 2, 40)}
    many = steady_state(second_harmonic.MODEL, scanned, {"a + 2 b": 8})
    assert set(many.solver) == {"graded"}
    few = {**SECOND, "Delta_a": scanned["Delta_a"][::8]}
    alone = steady_state(second_harmonic.MODEL, few, {"a + 2 b": 8}, solver="direct")
    for mode in ("a", "b"):
        # both solvers are tested to 1e-9 elsewhere
        np.testing.assert_allclose(many.number(mode)[::8], alone.number(mode), rtol=1e-9)
    assert many.truncation[0] == {"a + 2 b": 8}


@pytest.mark.slow
def test_bright_light_that_doubles_its_frequency_is_counted_so_too():
    """What fills is looked at mode by mode first, and every quantum of b was two of a."""
    bright = {"Delta_a": 0.0, "Delta_b": 0.0, "g": 0.5, "kappa_a": 1.0, "kappa_b": 1.0, "F": 1.5}
    state = steady_state(second_harmonic.MODEL, bright, frame="original")
    assert (state.status, list(state.truncation)) == ("ok", ["a + 2 b"])
    assert state.space.size < 300  # 322 mode by mode
    gained = -2 * bright["F"] * state.amplitude("a").imag  # energy flows in as it is lost
    lost = state.number("a") + 2 * state.number("b")
    np.testing.assert_allclose(gained, lost, rtol=1e-8)  # the tolerance of the search


@pytest.mark.slow
@pytest.mark.parametrize("drive", [0.1, 0.7])
def test_a_search_counts_quanta_of_a_harmonic_as_two_and_keeps_fewer_states(drive):
    values = {**SECOND, "F": drive}
    found = steady_state(second_harmonic.MODEL, values)
    assert found.status == "ok"
    assert list(found.truncation) == ["a + 2 b"]
    plain = steady_state(second_harmonic.MODEL, values, most_quanta((a, b), found.space.cut))
    assert found.space.size < 0.6 * plain.space.size
    for mode in ("a", "b"):
        for order in (2, 3, 4):
            np.testing.assert_allclose(
                found.correlation(mode, order=order),
                plain.correlation(mode, order=order),
                rtol=1e-8,  # the tolerance of the search
            )


@pytest.mark.slow
def test_a_search_orders_photons_by_their_total_beside_warm_phonons():
    state = steady_state(scattering(), SCATTERED, order=2)
    assert state.status == "ok"
    assert list(state.truncation) == ["a + c", "b"]
    # g2 of phonons is that of a thermal state, but for as many as there are photons
    photons = float(state.number("a") + state.number("c"))
    assert abs(float(state.correlation("b")) - 2) < photons / SCATTERED["n_th"]
    more = steady_state(scattering(), SCATTERED, {"a + c": 5, "b": 13}, order=2)
    for mode in ("a", "b", "c"):
        np.testing.assert_allclose(state.number(mode), more.number(mode), rtol=1e-8)


def test_no_number_is_known_of_quanta_that_two_cuts_do_not_hold():
    """Both give zero, and no change says that it is: of three quanta of b, six of a are needed."""
    state = steady_state(second_harmonic.MODEL, {**SECOND, "F": 0.7}, limit=30, order=4)
    assert state.status == "not converged"
    held = state.space.occupations[:, 1].max()
    for order in range(2, 5):
        word = state.correlation_status("b", order=order)
        assert word == "not converged" if order > held - 2 else True
    assert "g4(b)" in state.advice.split(";")[0]


def test_a_truncation_by_sums_that_is_advised_works_when_it_is_followed():
    values = {**SECOND, "F": 0.5}
    few = steady_state(second_harmonic.MODEL, values, {"a + 2 b": 4})
    assert "Not converged" in few.advice
    cut = literal_eval(few.advice.split("quanta=")[-1].rstrip("`)."))
    assert steady_state(second_harmonic.MODEL, values, cut).advice == ""


def test_the_command_line_takes_a_cut_by_sums(capsys):
    words = " ".join(f"--set {name}={x}" for name, x in SECOND.items())
    with pytest.raises(SystemExit):
        main(f"solve second_harmonic {words} --quanta a+2b=8".split())
    printed = capsys.readouterr().out
    right = steady_state(second_harmonic.MODEL, SECOND, {"a + 2 b": 8})
    assert f"{float(right.number('a')):.4g}" in printed


def pairs() -> Model:
    """A quantum that splits in two, a -> b + c."""
    split = g * (Dagger(a) * b * c + Dagger(b) * Dagger(c) * a)
    losses = tuple(Loss(kappa, mode) for mode in (a, b, c))
    return Model("a quantum that splits", split + F * (a + Dagger(a)), losses, F)


@pytest.mark.parametrize("quanta", [{"a + c": 12, "b": 2}, {"a": 9, "b": 2, "c": 12}])
def test_a_short_side_beside_long_ones_is_judged_though_no_more_fits_there(quanta):
    """Two more quanta on every side do not fit: three quanta of a need three of b all the same."""
    values = {"g": 0.7, "kappa": 1.0, "F": 0.01}
    right = steady_state(pairs(), values, quanta={"2 a + b + c": 10})
    state = steady_state(pairs(), values, quanta=quanta)
    g3 = state.estimate("correlation", "a", order=3)
    assert g3.status == "not converged"
    # the cut is off by a quarter, and says so
    assert abs(g3.value - right.correlation("a", order=3)) <= 1.5 * g3.error
    np.testing.assert_allclose(state.correlation("a"), right.correlation("a"), rtol=1e-3)


@pytest.mark.slow
def test_a_search_tries_cuts_between_two_shells_where_two_more_do_not_fit():
    """Raman light: n and g2 of a cut by hand, which a search by whole shells passed by."""
    idler = 0.2 * Dagger(a) * a + g * (Dagger(a) * b * c + Dagger(b) * Dagger(c) * a)
    losses = Loss(kappa, a), Loss(kappa, b), Loss(kappa / 2, c)
    raman = Model("Raman light", idler + F * (a + Dagger(a)), losses, F)
    values = {"g": 1.0, "kappa": 1.0, "F": 0.3}
    state = steady_state(raman, values, order=2)
    assert state.status == "ok"
    # photons of b and of c come in pairs: what is lost of one is lost of the other
    np.testing.assert_allclose(state.number("b"), state.number("c") / 2, rtol=1e-8)


def test_a_sum_that_holds_no_quantum_of_one_of_its_modes_is_refused():
    with pytest.raises(ValueError, match=r"quanta\['5 a \+ c'\]` must be at least 5, .* but is 3"):
        steady_state(pairs(), {"g": 0.7, "kappa": 1.0, "F": 0.01}, quanta={"5 a + c": 3, "b": 3})


def test_no_cut_is_looked_for_between_two_shells_of_several_sides():
    model = scattering()
    arrays = {name: np.atleast_1d(x) for name, x in read_values(model, SCATTERED).items()}
    seen = branches(model, arrays), fall_of_baths(model, arrays), pushes(model, arrays)
    growth = Growth(2, 1e-8, 40, model, np.arange(1), *seen, room=40)
    now = Grouped((CutSide((1, 0, 1), 3), CutSide((0, 1, 0), 5)))  # 60 states: no more fit
    assert growth._larger(now, now) is None


def test_a_sum_that_names_a_mode_twice_is_refused_for_that():
    with pytest.raises(ValueError, match="must name a mode once, but `a \\+ a` names a twice"):
        steady_state(kerr.MODEL, kerr.VALUES, quanta={"a + a": 3})
