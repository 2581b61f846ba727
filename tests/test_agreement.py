"""The agreement table: what stands in it, and the laws that it shows."""

import numpy as np
import pandas as pd
import pytest
from sympy import Symbol, conjugate, symbols
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp

import numeric
from compare import agreement, summary
from compare.agreement import DIGITS, compare_numbers, without_deviation
from compare.quantities import read_quantities
from systems import Loss, Model

Delta, chi, gamma, xi = symbols("Delta chi gamma xi", real=True)
J = Symbol("J")
a, b = BosonOp("a"), BosonOp("b")
KERR = Model(
    name="driven Kerr mode",
    hamiltonian=Delta * Dagger(a) * a + chi * Dagger(a) ** 2 * a**2 + xi * (Dagger(a) + a),
    losses=(Loss(gamma, a),),
    drive=xi,
)
PAIR = Model(
    name="two linear modes",
    hamiltonian=J * Dagger(a) * b + conjugate(J) * Dagger(b) * a + xi * (Dagger(a) + a),
    losses=(Loss(gamma, a), Loss(gamma, b)),
    drive=xi,
)
COLUMNS = ["quantity", "analytic", "numeric", "deviation", "matching_digits", "resolved", "status"]


def test_deviation_of_every_quantity_is_second_order_in_the_drive() -> None:
    drive = np.geomspace(0.01, 0.04, 3)
    values = {"Delta": 0.3, "chi": 2.0, "gamma": 1.0, "xi": drive}
    table = agreement(KERR, values, ["number", "g2", "g3", "P1", "P2"], quanta=6)
    for _, rows in table.groupby("quantity"):
        slope = np.polyfit(np.log(drive), np.log(abs(rows["deviation"])), 1)[0]
        # the next order is (xi/gamma)^4: it bends the slope by no more than (0.04)^2 times ten
        assert slope == pytest.approx(2, abs=0.02)


def test_closed_forms_of_a_coherent_state_are_exact_at_any_drive() -> None:
    values = {"J": 0.7 + 0.4j, "gamma": 1.0, "xi": np.array([0.01, 0.1])}
    table = agreement(PAIR, values, "number,g2,g3_b,number_b")
    # the truncation is converged to 1e-8
    np.testing.assert_allclose(table["deviation"], 0, atol=1e-7)


def test_table_has_one_row_per_point_and_quantity_with_the_varied_values_first() -> None:
    x, y = np.meshgrid([0.0, 1.0], [0.01, 0.02, 0.03], indexing="ij")
    table = agreement(KERR, {"Delta": x, "chi": 1.0, "gamma": 1.0, "xi": y}, "number,g2", quanta=4)
    assert list(table.columns) == ["Delta", "xi", *COLUMNS]
    assert len(table) == 12
    assert not table.duplicated(["Delta", "xi", "quantity"]).any()


def test_labels_name_the_points_in_place_of_the_values() -> None:
    phi = np.array([0.1, 0.2])
    values = {"J": np.exp(1j * phi), "gamma": 1.0, "xi": 0.01}
    table = agreement(PAIR, values, ["number"], labels={"phi_um": phi}, quanta=4)
    assert list(table.columns) == ["phi_um", *COLUMNS]
    assert list(table["phi_um"]) == [0.1, 0.2]


def test_complex_values_are_split_into_two_real_columns() -> None:
    values = {"J": np.array([1 + 2j, 3j]), "gamma": 1.0, "xi": 0.01}
    table = agreement(PAIR, values, ["number"], quanta=4)
    assert table[["J_real", "J_imag"]].to_numpy().tolist() == [[1, 2], [0, 3]]


def test_single_point_needs_no_coordinates() -> None:
    values = {"Delta": 0.0, "chi": 1.0, "gamma": 1.0, "xi": 0.01}
    table = agreement(KERR, values, quanta=4)
    assert list(table.columns) == COLUMNS
    assert list(table["quantity"]) == ["number", "g2"]


def test_a_truncation_that_is_too_small_is_said_in_every_row() -> None:
    values = {"Delta": 0.0, "chi": 0.1, "gamma": 1.0, "xi": 3.0}
    table = agreement(KERR, values, quanta=2)
    assert list(table["status"]) == ["not converged"] * 2
    assert not table["resolved"].any()
    assert agreement(KERR, values)["resolved"].all()


def test_table_remembers_how_it_was_solved() -> None:
    values = {"Delta": 0.0, "chi": 1.0, "gamma": 1.0, "xi": np.array([0.01, 0.1])}
    attrs = agreement(KERR, values, quanta=5).attrs
    assert attrs["values"] == {"Delta": 0.0, "chi": 1.0, "gamma": 1.0, "xi": [0.01, 0.1]}
    assert attrs["numeric"]["quanta"] == [5, 5]
    assert attrs["numeric"]["status"] == {"ok": 2}


def test_a_formula_without_a_number_is_not_resolved_and_says_why() -> None:
    formula, numeric = np.array([np.nan, np.inf, 1.0, 0.0, 0.0]), np.array([1.0, 1.0, 0, 0, 1.0])
    deviation = compare_numbers(formula, numeric)["deviation"]
    np.testing.assert_array_equal(deviation, [np.nan, np.nan, np.nan, 0, -1])
    words = ["formula undefined", "formula diverges", "numeric is zero", "ok", "ok"]
    assert without_deviation(formula, deviation).tolist() == words


def test_matching_digits_count_the_decimals_that_agree() -> None:
    found = compare_numbers([1.01, 1.0, 5.0, 1.0, -0.0], [1.0, 1.0, 1.0, 0.0, 2.0])
    np.testing.assert_allclose(found["deviation"], [0.01, 0, 4, np.nan, -1], rtol=1e-12)
    np.testing.assert_allclose(found["matching_digits"], [2, DIGITS, 0, np.nan, 0], atol=1e-12)


def test_summary_leaves_out_what_is_not_resolved() -> None:
    table = pd.DataFrame(
        {
            "r_um": [0.1, 0.2, 0.3, 0.4],
            "quantity": "g2",
            "analytic": [1.1, 0.7, 1.0, 9.0],
            "numeric": [1.0, 1.0, 1.0, 1.0],
            "deviation": [0.1, -0.3, 0.0, 8.0],
            "matching_digits": 0.0,
            "resolved": [True, True, True, False],
            "status": ["ok", "ok", "ok", "not resolved"],
        }
    )
    (row,) = summary(table).to_dict("records")
    assert (row["points"], row["resolved"]) == (4, 3)
    assert (row["largest"], row["median"], row["where"]) == (0.3, 0.1, "r_um = 0.2")
    assert row["rms"] == pytest.approx(np.sqrt((0.01 + 0.09) / 3), rel=1e-12)


def test_summary_of_a_quantity_without_resolved_points_says_so() -> None:
    # no drive reaches mode b: its g2 is 0/0, which neither road may call a number
    values = {"J": 0.0, "gamma": 1.0, "xi": np.array([0.01, 0.02])}
    table = agreement(PAIR, values, ["number", "g2_b"], quanta=4)
    undefined = table[table["quantity"] == "g2_b"]
    assert set(undefined["status"]) == {"undefined"}
    assert summary(table).set_index("quantity").loc["g2_b", "resolved"] == 0
    assert summary(table).set_index("quantity").loc["g2_b", "left_out"] == "2 undefined"


def test_too_few_quanta_are_refused_before_anything_is_solved() -> None:
    values = {"Delta": 0.0, "chi": 1.0, "gamma": 1.0, "xi": 0.1}
    with pytest.raises(ValueError, match="`quanta` must be at least 3 for g3, but is 2"):
        agreement(KERR, values, "number,g3", quanta=2)


def test_labels_must_fit_the_points() -> None:
    values = {"Delta": np.zeros(3), "chi": 1.0, "gamma": 1.0, "xi": 0.1}
    with pytest.raises(ValueError, match="must broadcast to the points"):
        agreement(KERR, values, labels={"r_um": np.zeros(2)}, quanta=4)
    with pytest.raises(ValueError, match="must not use the name `numeric`"):
        agreement(KERR, values, labels={"numeric": np.zeros(3)}, quanta=4)


def test_two_exact_zeros_agree_and_one_says_nothing() -> None:
    # g2 of a two-level system is zero on both roads
    found = compare_numbers([0.0, 1.0], [0.0, 0.0])
    np.testing.assert_array_equal(found["deviation"], [0.0, np.nan])
    assert found["matching_digits"][0] == DIGITS


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_ok_is_what_a_larger_truncation_gives(seed: int) -> None:
    """At random drives, weak to strong: a deviation compares two numbers that are right."""
    random = np.random.default_rng(seed)
    sizes = random.normal(size=2) * 10 ** random.uniform(-1, 1, 2)
    drives = 10 ** random.uniform(-4, 0.3, 4)
    values = {"Delta": sizes[0], "chi": sizes[1], "gamma": 1.0, "xi": drives}
    table = agreement(KERR, values, "number,g2,g3,P2", progress=False)
    larger = numeric.steady_state(KERR, values, quanta=table.attrs["numeric"]["quanta"][1] + 6)
    assert (table["status"] == "ok").mean() > 0.5
    for quantity in read_quantities(KERR, "number,g2,g3,P2"):
        rows = table[table["quantity"] == quantity.name]
        found, ok = rows["numeric"].to_numpy(), (rows["status"] == "ok").to_numpy()
        # what two more quanta change by less than 1e-6 counts as converged
        exact = quantity.estimate_on(larger).value
        np.testing.assert_allclose(found[ok], exact[ok], rtol=2e-6, atol=0)
