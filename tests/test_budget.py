"""The error budget: its steps add up, and where the answer is known each has its size."""

import numpy as np
import pandas as pd
import pytest
import sympy as sp
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp
from sympy.physics.quantum.pauli import SigmaMinus, SigmaPlus

from compare import agreement, budget
from compare.budget import largest, widen
from compare.budget.rungs import BRINGS, JUMPS
from compare.budget.sentences import FLOOR, budget_text
from compare.budget.steps import brings
from compare.budget.waterfall import draw
from systems import Loss, Model
from systems.library import jaynes_cummings, kerr, kerr_dimer, nanotip

gamma, kappa, xi = sp.symbols("gamma kappa xi", positive=True)
a = BosonOp("a")
ATOM = Model(
    name="driven two-level atom",
    hamiltonian=xi * (SigmaPlus("s") + SigmaMinus("s")),
    losses=(Loss(gamma, SigmaMinus("s")),),
    drive=xi,
)
DEPHASED = Model(
    name="linear mode with dephasing",
    hamiltonian=xi * (Dagger(a) + a),
    losses=(Loss(gamma, a), Loss(kappa, Dagger(a) * a)),
    drive=xi,
)
SWEEP = {**kerr.VALUES, "xi": np.array([0.05, 0.1, 0.2])}


@pytest.mark.parametrize(
    ("model", "values"),
    [
        (kerr.MODEL, SWEEP),
        (jaynes_cummings.MODEL, jaynes_cummings.VALUES),
        (ATOM, {"gamma": 1.0, "xi": 0.1}),
    ],
    ids=["kerr", "jaynes_cummings", "atom"],
)
def test_contributions_add_up_to_the_deviation_of_the_formula(model: Model, values: dict) -> None:
    table = budget(model, values, "number")
    direct = agreement(model, values, "number")
    rungs = len(BRINGS)
    value, deviation, contribution, step = (
        table[name].to_numpy().reshape(-1, rungs)
        for name in ("value", "deviation", "contribution", "step")
    )
    # round-off of nine terms of the size of one
    np.testing.assert_allclose(contribution.sum(axis=1), deviation[:, 0], rtol=0, atol=1e-14)
    np.testing.assert_allclose(step.sum(axis=1), value[:, -1] - value[:, 0], rtol=0, atol=1e-14)
    # the master equation is converged to 1e-8, in another batch to other digits beyond
    np.testing.assert_allclose(deviation[:, 0], direct["deviation"], rtol=0, atol=1e-8)
    np.testing.assert_allclose(value[:, -1], direct["numeric"], rtol=1e-8)


def test_ladder_of_a_two_level_atom_is_known_on_paper() -> None:
    drive = 0.1
    rows = budget(ATOM, {"gamma": 1.0, "xi": drive}, "P1").set_index("rung")
    s = 4 * drive**2
    rate = np.sqrt(1 - 16 * drive**2)  # of H_eff = [[0, xi], [xi, -i gamma/2]], its eigenvalues
    slowest = ((1 - rate) / (4 * drive)) ** 2
    known = {
        "leading order": s,
        "normalised": s / (1 + s),
        "H_eff, C_0 = 1": s / (1 + s),
        "H_eff, slowest": slowest / (1 + slowest),
        "H_eff, converged": slowest / (1 + slowest),
        "truncated": s / (1 + 2 * s),
        "master equation": s / (1 + 2 * s),
    }
    # round-off of the solvers
    np.testing.assert_allclose(rows["value"][list(known)], list(known.values()), rtol=1e-12)


def test_corrections_of_a_kerr_mode_close_in_on_the_master_equation() -> None:
    rows = budget(kerr.MODEL, {**kerr.VALUES, "xi": 0.05}, "g2").set_index("rung")
    sizes = abs(rows["deviation"][["leading order", "one correction", "two corrections"]])
    assert (np.diff(sizes) < 0).all()
    assert sizes.iloc[-1] < 1e-4  # of third order in N = 0.01, times ten


@pytest.mark.slow
def test_quantum_jumps_are_the_largest_part_at_the_interference_point_of_the_paper() -> None:
    device = nanotip.Device()
    values = device.parameters(0.35e-6, 0.21e-6)
    table = budget(nanotip.MODEL, {**values, "chi": 0.5 * values["gamma"]}, "g2", quanta=3)
    # the leading order is next to its zero, which jumps fill
    assert -1 < table["deviation"].iloc[0] < -0.9
    assert brings(table)[int(table["contribution"].abs().argmax())] == JUMPS
    (sentence,) = largest(table)
    assert JUMPS in sentence


@pytest.mark.slow
def test_model_without_amplitudes_keeps_the_rungs_that_it_has() -> None:
    table = budget(DEPHASED, {"gamma": 1.0, "kappa": 0.5, "xi": 0.1}, "number")
    left_out = table.attrs["left_out"]
    assert "normalised" in left_out
    assert "Loss `kappa`" in left_out["normalised"]
    assert "master equation" in set(table["rung"])
    first = table["deviation"].iloc[0]
    assert table["contribution"].sum() == pytest.approx(first, abs=1e-14)


def test_round_off_floor_is_far_below_the_smallest_step_that_is_shown() -> None:
    table = budget(kerr.MODEL, kerr.VALUES, "number,g2,P1")
    assert table["roundoff"].between(1e-17, 1e-12).all()


def test_labels_and_rungs_come_in_order() -> None:
    table = budget(kerr.MODEL, SWEEP, "number,g2", labels={"drive": SWEEP["xi"]})
    assert list(table.columns[:3]) == ["drive", "quantity", "rung"]
    assert len(table) == 2 * 3 * len(BRINGS)
    assert list(table["rung"][: len(BRINGS)]) == list(BRINGS)


@pytest.mark.slow
def test_picture_has_a_panel_per_quantity_for_points_and_sweeps_but_none_for_grids() -> None:
    for values in (kerr.VALUES, SWEEP):
        assert len(draw(budget(kerr.MODEL, values, "number,g2")).axes) == 2
    grid = {**SWEEP, "Delta": np.array([0.0, 0.1, 0.2])}
    with pytest.raises(ValueError, match="point or of a sweep"):
        draw(budget(kerr.MODEL, grid, "number"))


def test_truncation_that_cannot_hold_the_quantity_is_refused() -> None:
    with pytest.raises(ValueError, match="Argument `quanta` must be at least 3 for g3"):
        budget(kerr.MODEL, kerr.VALUES, "g3", quanta=2)


def test_wide_table_has_the_same_numbers_with_the_contribution_beside_each_rung() -> None:
    values = {**SWEEP, "xi": np.array([0.1, 0.05, 0.1])}  # in no order, and one of them twice
    table = budget(kerr.MODEL, values, "number,g2")
    wide, rungs = widen(table), list(BRINGS)
    assert len(wide) == 2 * 3
    pairs = [name for rung in rungs[1:] for name in (rung, f"{rung}_contribution")]
    assert list(wide.columns) == ["xi", "quantity", rungs[0], *pairs,
                                  "deviation", "roundoff", "status"]  # fmt: skip
    long = table["value"].to_numpy().reshape(-1, len(rungs))
    np.testing.assert_array_equal(wide[rungs], long)
    assert list(wide["xi"]) == [0.1, 0.05, 0.1] * 2
    parts = wide[[f"{rung}_contribution" for rung in rungs[1:]]].sum(axis=1)
    # round-off of nine terms of the size of one
    off = wide["leading order"] / wide["master equation"] - 1
    np.testing.assert_allclose(parts, off, rtol=0, atol=1e-14)
    np.testing.assert_allclose(wide["deviation"], off, rtol=0, atol=1e-14)


def test_sentence_counts_the_points_at_which_nothing_is_known() -> None:
    (sentence,) = largest(budget(kerr.MODEL, kerr.VALUES | {"xi": [0.0, 0.1, 0.05]}, "g2"))
    assert sentence.endswith("; 1 of 3 points undefined.")


def test_printed_ladder_of_each_quantity_ends_with_its_round_off_floor() -> None:
    lines = budget_text(budget(kerr.MODEL, kerr.VALUES, "number,g2")).splitlines()
    assert [FLOOR in line for line in lines[1:]] == [*[False] * len(BRINGS), True] * 2
    assert "g2" in lines[-1]


@pytest.mark.slow
def test_steps_that_cancel_are_named_a_pair_and_not_the_cause() -> None:
    # two quanta are too few for g2 next to its zero: cutting there is undone by the next step
    values = {**kerr_dimer.VALUES, "F": 0.2}
    (sentence,) = largest(budget(kerr_dimer.MODEL, values, "g2"))
    cause, others = sentence.split(", while ")
    assert "largest part is higher orders of the drive between jumps" in cause
    assert "against the depletion of the vacuum" in cause
    assert "the cut of the master equation" in others
    assert "cancel" in others


def ladder(contributions: list[float]) -> pd.DataFrame:
    """A made-up ladder of one point with these steps."""
    parts = np.array([0.0, *contributions])
    deviation = parts.sum() - np.cumsum(parts)
    rungs = [*list(BRINGS)[: len(contributions)], "master equation"]
    columns = {"rung": rungs, "deviation": deviation, "contribution": parts}
    return pd.DataFrame({"quantity": "g2", **columns, "roundoff": 1e-15, "status": "ok"})


@pytest.mark.parametrize(
    ("contributions", "against", "pairs"),
    [
        ([0.5, 0.2, 0.1], 0, 0),
        ([0.5, -0.2, 0.1], 0, 0),  # less than half
        ([0.5, -0.3, 0.1], 1, 0),
        ([0.5, 3.0, -2.99], 0, 1),
        ([0.5, 0.03, -0.0299], 0, 0),  # they cancel, but nobody took them for the cause
        ([-3.0, 2.99, 0.5], 0, 1),
    ],
)
def test_sentence_names_what_stands_against_the_largest_step(
    contributions: list[float], against: int, pairs: int
) -> None:
    (sentence,) = largest(ladder(contributions))
    assert "(+50.000%)" in sentence.split(", against")[0].split(", while")[0]
    assert sentence.count("against") == against
    assert sentence.count("cancel") == pairs


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_contributions_add_up_whatever_is_left_out(seed: int) -> None:
    """Of random models: with dephasing there are no amplitudes, next to zeros steps are huge."""
    random = np.random.default_rng(seed)
    Delta, chi = sp.symbols("Delta chi", real=True)
    n = Dagger(a) * a
    mode = Delta * n + chi * Dagger(a) ** 2 * a**2 + xi * (Dagger(a) + a)
    dephasing = (Loss(kappa, n),) if seed % 2 else ()
    model = Model("random", mode, (Loss(gamma, a), *dephasing), xi)
    sizes = random.normal(size=2) * 10 ** random.uniform(-1, 1, 2)
    values = {"Delta": sizes[0], "chi": sizes[1], "gamma": 1.0, "xi": np.geomspace(1e-3, 0.4, 3)}
    if dephasing:
        values["kappa"] = random.uniform(0.1, 2)
    table = budget(model, values, "number,g2", progress=False)
    assert bool(table.attrs["left_out"]) == bool(dephasing)
    for _, rows in table.groupby(["quantity", "xi"]):
        parts, error = rows["contribution"], rows["deviation"].dropna().iloc[0]
        # round-off of nine terms
        assert parts.sum() == pytest.approx(error, rel=0, abs=1e-14 * max(1, abs(parts).max()))
