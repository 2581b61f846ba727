"""What a message says to do where a truncation was too small: it is followed, and works."""

import ast
import re
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import sympy as sp
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp
from sympy.physics.quantum.pauli import SigmaMinus

from numeric import steady_state
from numeric.frames import polarons
from numeric.frames.fluctuations import states_around
from numeric.lindblad.space import count_states, space
from numeric.search import start, truncation
from numeric.search.advice import Shortage
from numeric.search.classical import amplitudes, branches
from numeric.solvers import choice, memory
from numeric.solvers.choice import solve_points
from numeric.solvers.solution import Solution
from systems import Loss, Model
from systems.library import (
    jaynes_cummings,
    kerr,
    kerr_dimer,
    kerr_ring,
    optomechanics,
    second_harmonic,
)
from systems.status import Status

a, (G, kappa) = BosonOp("a"), sp.symbols("G kappa", real=True)
b, c, d, (F, g) = BosonOp("b"), BosonOp("c"), BosonOp("d"), sp.symbols("F g", positive=True)
HARMONICS = Model(
    "harmonic of a harmonic",
    F * (a + Dagger(a))
    + g * (Dagger(b) * a**2 + Dagger(a) ** 2 * b + Dagger(c) * b**2 + Dagger(b) ** 2 * c),
    tuple(Loss(kappa, x) for x in (a, b, c)),
    F,
)
SQUEEZED = Model("pairs", G * (a**2 + Dagger(a) ** 2), (Loss(kappa, a),))
MOVED = 1e-3  # of a truncation given, by how much a number may be off that is returned


def ways(advice):
    """The arguments that the advice names, one dictionary for each way out."""
    parts = re.split(r", or ", advice)
    found = [re.findall(r"(order|limit|quanta|tolerance)=([^`]*)`", part) for part in parts]
    return [{name: ast.literal_eval(x) for name, x in pairs} for pairs in found if pairs]


def draw(kind, rng):
    """A model, values of strong light, and a search with too few states."""
    if kind == "Kerr":
        drawn = {"Delta": rng.uniform(-2, 2), "chi": rng.uniform(0.1, 1), "xi": rng.uniform(3, 5)}
        return kerr.MODEL, {**drawn, "gamma": 1.0}, 12
    if kind == "pairs":
        return SQUEEZED, {"G": rng.uniform(0.15, 0.2), "kappa": 1.0}, 14
    if kind == "atom":
        drawn = {"g": rng.uniform(0.5, 5), "xi": rng.uniform(0.8, 1.5)}
        rest = {"Delta_a": 0.0, "Delta_s": 0.0, "kappa": 1.0, "gamma": 0.3}
        return jaynes_cummings.MODEL, drawn | rest, 14
    values = {"Delta": 0.7, "U": 1.0, "J": 1.3, "gamma": 1.0, "F": rng.uniform(0.3, 0.5)}
    return kerr_dimer.MODEL, values, 28


@pytest.mark.parametrize("kind", ["Kerr", "pairs", "atom", "dimer"])
@pytest.mark.parametrize("seed", [1, 3])
def test_each_way_out_gives_the_number_where_it_is_followed(kind, seed):
    model, values, limit = draw(kind, np.random.default_rng(seed))
    ended = steady_state(model, values, limit=limit, frame="original")
    assert ended.status == "not converged"
    named = ways(ended.advice)
    assert named
    found = [steady_state(model, values, **way).estimate("correlation", "a") for way in named]
    assert {one.status for one in found} == {"ok"}, (ended.advice, values)
    # a truncation of one's own is judged by `MOVED`, a search by its tolerance
    np.testing.assert_allclose([one.value for one in found], found[0].value, rtol=MOVED, atol=0)


@pytest.mark.parametrize(("drive", "asked"), [(0.2, {"tolerance"}), (0.57, {"order", "tolerance"})])
def test_what_no_cut_settles_is_told_the_tolerance_to_which_it_is_known(drive, asked, monkeypatch):
    """With room for seven quanta of a chain of four modes, as nine of five have by default."""
    monkeypatch.setattr(memory, "LARGEST_SWEPT", 160_000)
    monkeypatch.setattr(start, "LARGEST_SWEPT", 160_000)
    monkeypatch.setattr(start, "BY_SWEEPS", 400)
    modes = a, b, c, d
    hops = sp.Add(*(0.5 * (Dagger(x) * y + Dagger(y) * x) for x, y in pairwise(modes)))
    kerrs = sp.Add(*(Dagger(x) ** 2 * x**2 for x in modes))
    hamiltonian = F * (a + Dagger(a)) + hops + kerrs
    chain = Model("chain of four", hamiltonian, tuple(Loss(sp.Integer(1), x) for x in modes), F)
    ended = steady_state(chain, {"F": drive})
    assert ended.status == "not converged"
    (way,) = [way for way in ways(ended.advice) if "tolerance" in way]
    assert set(way) == asked
    found = steady_state(chain, {"F": drive}, **way)
    assert (found.status, found.advice) == ("ok", "")
    monkeypatch.undo()
    larger = steady_state(chain, {"F": drive}, quanta=9)
    g2 = [float(one.correlation("d")) for one in (found, larger)]
    np.testing.assert_allclose(*g2, rtol=way["tolerance"], atol=0)


@pytest.mark.parametrize("quanta", [3, 6])
def test_a_truncation_given_is_told_one_that_does(quanta):
    model, values, _ = draw("Kerr", np.random.default_rng(quanta))
    few = steady_state(model, values, quanta=quanta)
    assert few.advice.startswith("Not converged: n(a), g2(a)")
    (way,) = [one for one in ways(few.advice) if "quanta" in one]
    assert steady_state(model, values, **way).advice == ""
    assert steady_state(model, values, order=2).correlation_status("a") == "ok"  # "leave it out"


@pytest.mark.slow
@pytest.mark.parametrize("asked", [{"limit": 84}, {"quanta": 5}])
def test_one_who_names_a_solver_is_sent_to_what_that_solver_takes(asked):
    """Three modes may have 2,002 states swept, and 547 iterated."""
    ring = {"Delta": 0.7, "chi": 1.0, "J": 1 + 0.5j, "gamma": 1.0, "xi": 0.5}
    few = steady_state(kerr_ring.MODEL, ring, solver="iterative", **asked)
    assert ("quanta" in asked) == ("without `quanta`" in few.advice)
    search, own = ways(few.advice)
    assert search == {"order": 2, "limit": 547}
    for way in (search, own):
        state = steady_state(kerr_ring.MODEL, ring, solver="iterative", **way)
        assert state.correlation_status("a1") == "ok"


@pytest.mark.parametrize("asked", [{"limit": 250, "frame": "original", "order": 2}, {"quanta": 60}])
def test_squeezed_light_that_no_truncation_holds_is_sent_to_its_covariances(asked):
    values = {"G": 0.248759, "kappa": 1.0}  # fifty quanta: some 1,500 states
    ended = steady_state(SQUEEZED, values, **asked)
    assert "leave out `quanta`" in ended.advice.lower()
    state = steady_state(SQUEEZED, values)
    assert (state.advice, state.solver) == ("", "gaussian")
    n, g2 = float(state.number("a")), float(state.correlation("a"))
    # g2 = 2 + |<aa>|^2/n^2, and |<aa>|^2 = n (n + 1/2) of pairs on resonance
    np.testing.assert_allclose(n, 50.0, rtol=1e-3)  # as many digits as G has
    np.testing.assert_allclose(g2, 3 + 1 / (2 * n), rtol=1e-10)  # round-off


@pytest.mark.parametrize(("pump", "limit"), [(0.24, 60), (0.235, 14), (0.248, 60), (0.248759, 200)])
def test_a_cut_that_bends_a_tail_is_allowed_for_or_names_no_truncation(pump, limit):
    """A limit or quanta that are named hold g2 of squeezed light of 6, 4, 31 and 50 quanta."""
    values = {"G": pump, "kappa": 1.0}
    ended = steady_state(SQUEEZED, values, limit=limit, frame="original", order=2)
    assert ended.status == "not converged"
    named = ways(ended.advice)
    assert bool(named) == (pump < 0.245)
    exact = steady_state(SQUEEZED, values)
    for way in named:
        state = steady_state(SQUEEZED, values, frame="original", **{"order": 2, **way})
        np.testing.assert_allclose(state.correlation("a"), exact.correlation("a"), rtol=MOVED)
    assert named or "leave out `quanta`, `frame`" in ended.advice


def test_light_of_an_atom_and_a_bright_cavity_is_told_what_holds_it():
    # n = (xi/(kappa/2))^2 of a cavity alone: 178 quanta, and 6.5 standard deviations more
    values = {"Delta_a": 0.0, "Delta_s": 0.0, "g": 1.0, "kappa": 0.3, "gamma": 0.1, "xi": 2.0}
    ended = steady_state(jaynes_cummings.MODEL, values, order=2, frame="original")
    assert ended.correlation_status("a") == "not converged"
    (quanta,) = [way["quanta"] for way in ways(ended.advice) if "quanta" in way]
    # solved once with 266: g2 is then "ok", and what the last shell holds is 4e-12
    assert 240 < quanta < 273


@pytest.mark.parametrize("asked", [{"limit": 60, "frame": "original"}, {"quanta": 12}])
def test_nearly_coherent_light_is_sent_to_its_amplitude(asked):
    # |2 xi/gamma|^2 of a cavity alone: some 4,000 states
    values = {"Delta": 0.0, "chi": 1e-6, "gamma": 1.0, "xi": 30.0}
    ended = steady_state(kerr.MODEL, values, **asked)
    assert '`frame="displaced"`' in ended.advice
    state = steady_state(kerr.MODEL, values, frame="displaced")
    assert state.advice == ""
    # the classical light is detuned by 2 chi n: n (1 + (4 chi n/gamma)^2) = |2 xi/gamma|^2
    np.testing.assert_allclose(state.number("a"), 3600.0, rtol=2 * (4 * 1e-6 * 3600) ** 2)


@pytest.mark.slow
def test_a_limit_that_keeps_a_hot_mirror_from_its_own_basis_is_advised_against():
    values = {**optomechanics.VALUES, "n_th": 300.0, "g": 1.0}
    ended = steady_state(optomechanics.WARM, values, order=2, limit=40)
    assert ended.number_status("b") == "not converged"
    assert "ask for no `limit`" in ended.advice
    state = steady_state(optomechanics.WARM, values, order=2)
    assert (state.advice, state.solver) == ("", "thermal")


@pytest.mark.parametrize("quanta", [3, 4, 6])
def test_numbers_that_a_cut_does_not_reach_are_left_out_of_its_message(quanta):
    """Four quanta of the harmonic take eight of the mode that makes them: so many are advised."""
    few = steady_state(second_harmonic.MODEL, second_harmonic.VALUES, quanta=quanta)
    (way,) = ways(few.advice)
    assert steady_state(second_harmonic.MODEL, second_harmonic.VALUES, **way).advice == ""


def test_no_truncation_is_advised_that_lacks_the_ways_to_what_is_asked():
    """Four quanta of c are made of sixteen of a, and so are those of a truncation that is named."""
    values = {"g": 0.8, "kappa": 1.0, "F": 0.02}
    state = steady_state(HARMONICS, values, limit=150)
    assert state.correlation_status("c", order=4) == "not converged"
    whole = steady_state(HARMONICS, values)
    assert whole.advice == ""
    for way in ways(state.advice):
        found = steady_state(HARMONICS, values, **way)
        assert found.advice == ""
        np.testing.assert_allclose(found.correlation("c"), whole.correlation("c"), rtol=1e-8)


def test_a_solver_that_fails_with_more_quanta_leaves_what_was_solved_with_fewer(monkeypatch):
    """The state is that of the last cut, "not converged", and so is each of its numbers."""
    right = truncation.solve_points

    def fails(model, arrays, points, cut, *how):
        if cut > 10:
            return Solution.none(space(model.modes, cut), points, Status.NOT_CONVERGED)
        return right(model, arrays, points, cut, *how)

    values = {"Delta": 0.0, "chi": 0.5, "gamma": 1.0, "xi": 0.5}
    whole = steady_state(kerr.MODEL, values)
    monkeypatch.setattr(truncation, "solve_points", fails)
    state = steady_state(kerr.MODEL, values)
    assert state.status == state.number_status("a") == "not converged"
    known = state.estimate("number", "a").value
    # a coherent state of one quantum, more than there is, has exp(-1)/10! beyond ten
    np.testing.assert_allclose(known, whole.number("a"), rtol=1e-6)


def test_of_bright_light_that_no_cut_holds_the_states_around_its_amplitude_are_named():
    """405 and 328 quanta near a turning point: 240,000 states hold them, and 703 what surrounds."""
    values = {"Delta": 0.7, "J": 1.3, "gamma": 1.0, "U": 1e-3, "F": 20.0}
    arrays = {name: np.array([x]) for name, x in values.items()}
    few = solve_points(kerr_dimer.MODEL, arrays, np.arange(1), 4, "direct")
    light = branches(kerr_dimer.MODEL, arrays).quanta
    (around,) = states_around(kerr_dimer.MODEL, arrays, amplitudes(kerr_dimer.MODEL, arrays)[0])
    how = (kerr_dimer.MODEL, [few], [light], 4, 1e-8, 1e-3)
    needed = Shortage(*how, looked=True, around=around).advice
    assert f"as some {around:.0f} are needed around" in needed
    # what fits, and was looked for in vain, is not said to be needed
    assert "is known to do" in Shortage(*how, looked=True, around=400.0).advice


@pytest.mark.slow
@pytest.mark.parametrize(("Delta", "chi", "xi"), [(-6.31, 0.0707, 10.0), (-40.0, 0.5, 69.12)])
def test_light_that_hardly_leaves_its_branches_is_said_to_be_metastable(
    monkeypatch, Delta, chi, xi
):
    # as where integers do not tell how much is on which
    monkeypatch.setattr("numeric.solvers.direct.metastable", lambda *_: None)
    # at the second point populations are computed, to two digits
    values = {"Delta": Delta, "chi": chi, "gamma": 1.0, "xi": xi}
    state = steady_state(kerr.MODEL, values)
    words = [state.number_status("a"), *(state.correlation_status("a", k) for k in (2, 3, 4))]
    assert {state.status, state.certificate.status, *words} == {"not resolved"}
    assert "several stable branches" in state.advice
    assert "More quanta do not help: ask for values with one branch, or with fewer" in state.advice
    for followed in ({"xi": 3 * xi}, {"chi": 10 * chi}):
        known = steady_state(kerr.MODEL, {**values, **followed})
        assert (known.status, known.advice) == ("ok", "")


def test_a_mode_too_slow_to_be_seen_is_said_to_be_so_and_may_be_left_out():
    # both modes are lossy, so that the steady state is the only one, whatever round-off can tell
    far, kappa, mode = sp.Symbol("far", real=True), sp.Symbol("kappa", positive=True), BosonOp("m")
    light = Dagger(a) ** 2 * a**2 + F * (a + Dagger(a))
    hop = far * Dagger(mode) * mode + Dagger(a) * mode + Dagger(mode) * a
    both = Model("a mode far away", light + hop, (Loss(1, a), Loss(kappa, mode)), F)
    state = steady_state(both, {"far": 1e7, "kappa": 1e-15, "F": 0.1})
    assert state.status == "not resolved"
    assert np.isnan(state.number("a"))
    assert "leave out a mode that is far" in state.advice
    without = steady_state(Model("without it", light, (Loss(1, a),), F), {"F": 0.1})
    assert (without.status, without.advice) == ("ok", "")


@pytest.mark.parametrize(
    ("split", "word"), [(1e-2, "ok"), (1e-7, "not resolved"), (0.0, "does not exist")]
)
def test_a_superposition_that_hardly_decays_is_not_said_to_have_no_steady_state(split, word):
    """Of two modes, driven, it borrows its loss from a at the splitting's square; none without."""
    apart = sp.Symbol("apart", real=True)
    hops = sum(Dagger(x) * y + Dagger(y) * x for x, y in ((a, b), (a, c)))
    H = hops + apart * (Dagger(b) * b - Dagger(c) * c) + F * (b + Dagger(b))
    state = steady_state(Model("a dark pair", H, (Loss(1, a),), F), {"apart": split, "F": 0.01})
    assert state.number_status("b") == word
    assert ("ask for rates that lie less far apart" in state.advice) == (word == "not resolved")


def test_a_number_below_round_off_is_no_metastable_state():
    state = steady_state(kerr.MODEL, {**kerr.VALUES, "xi": 1e-200}, quanta=4)
    assert (state.correlation_status("a", 4), state.status, state.advice) == (
        "not resolved",
        "ok",
        "",
    )


@pytest.mark.slow
def test_a_limit_below_the_default_is_named_as_what_stands_in_the_way():
    hops = sum(Dagger(x) * y + Dagger(y) * x for x, y in ((a, b), (b, c), (c, d)))
    every = (a, b, c, d)
    H = sum(Dagger(x) ** 2 * x**2 for x in every) / 2 + hops / 2 + F * (a + Dagger(a))
    chain = Model("chain of four", H, tuple(Loss(1, x) for x in every), F)
    few = steady_state(chain, {"F": 0.1}, limit=300)
    assert few.status == "not converged"
    assert "Ask for no `limit`" in few.advice
    assert (steady_state(chain, {"F": 0.1}).status) == "ok"


def test_a_frame_is_only_blamed_where_no_solver_was_asked_for_a_cut():
    # a solver that fails leaves its name, a frame that does not hold the light none
    state = steady_state(kerr.MODEL, kerr.VALUES)
    words = []
    for name in ("iterative", "none"):
        none = Solution.none(space((a,), 6), np.arange(1), Status.NOT_CONVERGED, name)
        words.append(replace(state, blocks=(none,), others=(None,)).advice)
    assert "No solver settles" in words[0]
    assert "frame" not in words[0]
    assert "No frame that fits" in words[1]


@pytest.mark.parametrize(("given", "named"), [(1e-4, True), (4e-3, False)])
def test_the_last_cut_is_named_only_where_it_holds_as_a_given_one(given, named, monkeypatch):
    """Nothing larger fits, by which it might be judged: as much counts as it may be off at most."""
    monkeypatch.setattr(memory, "LARGEST", 6**4)
    values = {"Delta": 0.7, "U": 1.0, "J": 1.3, "gamma": 1.0, "F": 0.5}
    arrays = {name: np.array([x]) for name, x in values.items()}
    box = solve_points(kerr_dimer.MODEL, arrays, np.arange(1), (5, 5), "direct")
    how = (kerr_dimer.MODEL, [box], [np.zeros((1, 2))], 4, 1e-16, MOVED)
    advice = Shortage(*how, looked=True, given=(given, given)).advice
    assert ({"quanta": {"a": 5, "b": 5}} in ways(advice)) == named


@pytest.mark.slow
def test_a_tolerance_is_named_with_the_states_that_its_search_takes():
    """Modes that exchange pumped quanta: pairs take 630 states, which g3 and g4 are not worth."""
    drawn = {"J": 0.7, "U": 1.0, "kappa": 1.0, "loss": 0.8, "P": 0.5}
    J, U, P, loss = sp.symbols("J U P loss", positive=True)
    H = 0.3 * Dagger(a) * a - 0.2 * Dagger(b) * b + J * (Dagger(a) * b + Dagger(b) * a)
    H += U * (Dagger(a) ** 2 * a**2 + Dagger(b) ** 2 * b**2)
    losses = (Loss(kappa, a), Loss(loss, b), Loss(P, Dagger(a)))
    model = Model("pumped modes that exchange quanta", H, losses)
    ended = steady_state(model, drawn)
    assert ended.status == "not converged"
    assert ended.correlation_status("a") == ended.correlation_status("b") == "ok"
    (way,) = [way for way in ways(ended.advice) if "tolerance" in way]
    assert way["limit"] > count_states(model.modes, (44, 13))
    assert steady_state(model, drawn, **way).advice == ""


@pytest.mark.slow
@pytest.mark.parametrize("asked", [{"quanta": 13}, {"frame": "original"}])
def test_where_iterating_fails_what_factors_can_do_is_named(asked, monkeypatch):
    """Two atoms in a cavity, with factors of 6,400 unknowns, 80 states, at most."""

    def fails(equation, *how):
        return Solution.none(equation.space, np.arange(1), Status.NOT_CONVERGED, "iterative")

    monkeypatch.setattr(choice, "REFACTORED", 6400)
    monkeypatch.setattr(choice.iterative, "solve_point", fails)
    first, second = SigmaMinus("s"), SigmaMinus("t")
    H = F * (a + Dagger(a)) + sum(a * Dagger(x) + Dagger(a) * x for x in (first, second)) / 2
    model = Model("two atoms", H, tuple(Loss(1, x) for x in (a, first, second)), F)
    ended = steady_state(model, {"F": 1.2}, **asked)
    assert ended.number_status("a") == "not converged"
    # a search has gone as far as factors do, and knows to which tolerance
    word = "quanta" if "quanta" in asked else "tolerance"
    (way,) = [way for way in ways(ended.advice.replace(" (", ", or ")) if word in way]
    assert word == "tolerance" or count_states(model.modes, way["quanta"] + 1) <= 80
    followed = steady_state(model, {"F": 1.2}, **way)
    assert followed.correlation_status("a") == "ok"
    monkeypatch.undo()
    larger = steady_state(model, {"F": 1.2}, quanta=26)
    np.testing.assert_allclose(followed.correlation("a"), larger.correlation("a"), rtol=MOVED)


@pytest.mark.slow
def test_around_the_rest_of_a_mirror_the_tolerance_that_is_known_is_named(monkeypatch):
    """With room for so few states that g4 is left open at 1e-8."""
    far = {"Delta": 1.0, "omega": 1.0, "g": 1.0, "kappa": 0.1, "gamma": 0.01, "xi": 0.005}
    monkeypatch.setattr(polarons, "ROOM", 420)
    ended = steady_state(optomechanics.MODEL, far)
    assert ended.estimate("correlation", "a", order=4).status == "not converged"
    pairs, looser = ways(ended.advice)
    assert (pairs, set(looser)) == ({"order": 2}, {"tolerance"})
    found = steady_state(optomechanics.MODEL, far, **looser)
    assert (found.status, found.advice) == ("ok", "")
    monkeypatch.undo()
    known = steady_state(optomechanics.MODEL, far)
    g4 = [float(one.correlation("a", order=4)) for one in (found, known)]
    np.testing.assert_allclose(*g4, rtol=looser["tolerance"], atol=0)  # as is asked for
