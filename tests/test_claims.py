"""The audit: the rule of the verdicts, and what the claims of the paper come to."""

import re
import signal
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from compare import extremes, papers
from compare.audit.decision import decisions
from compare.audit.turning import scale_of_truth
from compare.claim import (
    LEADING,
    NOT_REPRODUCED,
    REPRODUCED,
    UNDETERMINED,
    VERDICTS,
    Readings,
    Roads,
    above,
    below,
    digits,
    near,
    reason,
    verdict,
)
from compare.cli import main
from compare.extremes import Curve, greatest, least
from compare.papers import Paper, atlas
from compare.papers.tang2025.claims import (
    blockade,
    claims_text,
    device,
    efficiency,
    mechanism,
    paper,
)
from compare.papers.tang2025.claims.roads import at, master
from compare.papers.tang2025.figures import fig3b
from compare.papers.tang2025.figures.cavities import DEVICE
from systems.library.nanotip import PUBLISHED

WEAK = 1e-9  # of the paper's power
SHEET = papers.load("tang2025").sheet()
CLAIMS = {claim.name: claim for claim in decisions(SHEET, "claim", paper.at_drive)}


@pytest.mark.parametrize(
    ("leading", "master", "word"),
    [
        (0.0124, 0.0116, REPRODUCED),
        (0.5, 0.012, REPRODUCED),
        (0.012, 0.0126, LEADING),
        (0.0114, 0.0126, NOT_REPRODUCED),
        (np.nan, 0.0126, NOT_REPRODUCED),
        (0.012, np.nan, UNDETERMINED),
    ],
)
def test_verdict_follows_from_the_numbers(leading: float, master: float, word: str) -> None:
    assert verdict(digits("0.012", Roads(leading, master), "g2")) == word


def test_readings_that_differ_leave_a_claim_undetermined() -> None:
    roads = Roads(1.0, 1.0)
    assert verdict((*below(2, roads, "x"), *above(0, roads, "x"))) == REPRODUCED
    assert verdict((*below(2, roads, "x"), *above(2, roads, "x"))) == UNDETERMINED


def test_text_is_called_open_only_where_its_readings_differ_in_their_verdicts() -> None:
    roads = Roads(1.0, 1.0)
    assert "does not say" in reason((*below(2, roads, "x"), *above(2, roads, "x")))
    assert "does not say" not in reason((*below(0, roads, "x"), *above(2, roads, "x")))


@pytest.mark.parametrize(
    ("curve", "low", "high", "infimum"),
    [
        (lambda x: (x - 0.123) ** 2, 0, 1, 0),
        (lambda x: np.exp(-x), 0, 2, np.exp(-2)),
        (lambda x: x, 0.5, 1, 0.5),
    ],
)
def test_infimum_counts_the_ends_and_what_lies_between_the_points(
    curve: Curve, low: float, high: float, infimum: float
) -> None:
    # a place is found to a half of 1/32/16^3 of the interval: a parabola is then off by its square
    assert least(curve, low, high) == pytest.approx(infimum, rel=1e-12, abs=1e-8)
    assert greatest(lambda x: -curve(x), low, high) == -least(curve, low, high)


def test_extremes_of_the_claims_are_those_of_the_whole_range(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # an end is a point of the first grid already, and no other point of it may be smaller
    monkeypatch.setattr(extremes, "ZOOMS", 1)
    monkeypatch.setattr(mechanism, "FINE", 17)
    ends = {(0, 0.2): (0.2, 0.33), (0.6, mechanism.FAR_UM): (0.6, 0.21)}
    for (low, high), (r_um, phi_um) in ends.items():
        # there lies the infimum of an interval that is open at this end
        at_end = master(at(DEVICE, r_um, phi_um), "g2")
        least = mechanism._least_g2(master, DEVICE, low, high)
        assert least == pytest.approx(at_end, rel=1e-12)


def test_reason_has_the_digits_that_tell_the_ends_of_the_interval_apart() -> None:
    text = reason(digits("1.029234e-3", Roads(4.63e-4, 1.0292333e-3), "g2(0)"))
    low, high = (float(end) for end in re.findall(r"between (\S+) and (\S+):", text)[0])
    found = float(re.findall(r"equation (\S+)", text)[0])
    assert found < low < 1.029234e-3 < high


def test_reason_tells_a_miss_by_two_percent_from_one_by_a_hundred() -> None:
    assert "(+1.94 % from the printed value)" in reason(CLAIMS["g4_tip"](1.0))
    assert "+100 % from the printed" in reason(digits("0.5", Roads(0.5, 1.0), "x"))
    # no share of nothing, and no distance from a bound
    assert "printed" not in reason(digits("0", Roads(1.0, 1.0), "x"))
    assert "printed" not in reason(below(2, Roads(1.0, 1.0), "x"))


@pytest.mark.parametrize(("master", "word"), [(1.04, REPRODUCED), (1.06, LEADING), (0.94, LEADING)])
def test_printed_formula_is_true_within_a_share_of_its_value(master: float, word: str) -> None:
    assert verdict(near(1.0, 0.05, Roads(1.0, master), "x")) == word
    # a detuning or an energy may be negative
    assert verdict(near(-1.0, 0.05, Roads(-1.0, -master), "x")) == word


@pytest.mark.parametrize(
    ("printed", "low", "high"),
    [("0.4", 0.35, 0.45), ("3.6e-5", 3.55e-5, 3.65e-5), ("99.7", 99.65, 99.75), ("2", 1.5, 2.5)],
)
def test_printed_number_is_true_within_half_a_unit_of_its_last_digit(
    printed: str, low: float, high: float
) -> None:
    (reading,) = digits(printed, Roads(0, 0), "x")
    # round-off of decimal fractions
    assert (reading.low, reading.high) == pytest.approx((low, high), rel=1e-12)


def test_every_claim_says_where_it_stands_and_what_it_says() -> None:
    for entry in SHEET.of("claim"):
        assert "Fig. " in entry.place or "Eq. " in entry.place, entry.id
        assert not entry.statement.endswith("."), entry.id


def test_no_claim_is_forgotten() -> None:
    written = [entry.python for entry in SHEET.of("claim") if entry.python]
    functions = {
        f"claims/{module.__name__.split('.')[-1]}.py:{name}"
        for module in (device, blockade, mechanism, efficiency)
        for name, value in vars(module).items()
        if getattr(value, "__module__", "") == module.__name__
        and not name.startswith("_")
        and getattr(value, "__annotations__", {}).get("return") == Readings
    }
    assert set(written) == functions
    assert len(SHEET.of("claim")) == 43


@pytest.fixture(scope="module")
def few() -> pd.DataFrame:
    """Rows of claims that need few points."""
    some = ["J_0", "weak_drive", "formula_for_r", "amplitude_sum", "eq7", "g2_ideal", "g2_tip"]
    some += ["blockade_for_strong_chi", "no_blockade_for_weak_chi"]
    return paper.audit(some).set_index("claim")


@pytest.mark.slow
def test_distance_of_the_roads_stands_under_deviation_and_says_which_it_is(
    few: pd.DataFrame,
) -> None:
    assert few.loc["g2_tip", "quantity"] == "g2(0)"
    assert few.loc["eq7", "quantity"] == "largest |deviation|"
    assert few.loc["eq7", ["leading_order", "master_equation"]].isna().all()
    assert 0 < few.loc["eq7", "deviation"] < device.EXACT
    assert set(few.attrs["columns"]) <= set(few.columns)


def test_printed_correlations_are_those_of_the_master_equation(few: pd.DataFrame) -> None:
    # the paper's digits, 0.009 and 0.012, are no leading orders
    for claim, printed in (("g2_ideal", 0.009), ("g2_tip", 0.012)):
        assert few.loc[claim, "verdict"] == REPRODUCED
        assert few.loc[claim, "master_equation"] == pytest.approx(printed, abs=0.0005)
        assert abs(few.loc[claim, "deviation"]) > 0.1


def test_drive_is_not_weak_and_the_sum_leaves_states_out(few: pd.DataFrame) -> None:
    assert few.loc["weak_drive", "verdict"] == NOT_REPRODUCED
    # |0,1>, |0,2>, |0,3> and |1,2> have fewer quanta than three and n > m
    assert few.loc["amplitude_sum", "master_equation"] == 4


def test_formula_with_an_undefined_letter_is_undetermined(few: pd.DataFrame) -> None:
    assert few.loc["formula_for_r", "verdict"] == UNDETERMINED
    assert "not a length" in few.loc["formula_for_r", "reason"]


def test_interference_blocks_in_the_closed_form_alone_unless_the_drive_is_weak() -> None:
    claim = CLAIMS["blockade_at_side_low"]
    assert verdict(claim(1.0)) == LEADING
    assert verdict(claim(WEAK)) == REPRODUCED
    assert verdict(mechanism.C20_zero(DEVICE)) == LEADING


def test_formula_with_a_flipped_sign_is_not_reproduced(monkeypatch: pytest.MonkeyPatch) -> None:
    assert verdict(device.eq6_cw(DEVICE)) == REPRODUCED
    monkeypatch.setitem(PUBLISHED, "P10", 2 * PUBLISHED["P10"])
    assert verdict(device.eq6_cw(DEVICE)) == NOT_REPRODUCED


def test_power_of_truth_of_the_weak_drive_is_that_of_a_tenth_of_the_loss() -> None:
    gamma = DEVICE.parameters(0.35e-6, 0.27e-6)["gamma"]
    found = scale_of_truth(CLAIMS["weak_drive"]) * DEVICE.power
    # the precision of the search
    assert found == pytest.approx(DEVICE.power_of(0.1 * gamma), rel=2e-3)


@pytest.mark.parametrize("bound", [1e-3, 0.3, 1.7])
def test_drive_of_truth_is_found_below_and_above_that_of_the_paper(bound: float) -> None:
    def claim(scale: float) -> Readings:
        within = below if bound < 1 else above
        return within(bound, Roads(np.nan, scale), "power")

    assert scale_of_truth(claim) == pytest.approx(bound, rel=2e-3)


def test_claim_that_no_drive_makes_true_has_none() -> None:
    assert np.isnan(scale_of_truth(lambda _: below(0, Roads(1, 1), "one")))
    assert np.isnan(scale_of_truth(lambda _: below(0, Roads(1, np.inf), "one")))


def test_audit_prints_verdicts_reasons_and_powers(few: pd.DataFrame) -> None:
    text = claims_text(few.reset_index())
    assert "closed form/master equation - 1" in text
    assert "at which a disputed claim would hold" in text
    assert "weak_drive: 0.93" in text  # 4 fW (0.1/0.207)^2
    assert all(word in text for word in VERDICTS)


@pytest.fixture
def quick(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, few: pd.DataFrame
) -> Iterator[list[int]]:
    """An empty folder, and an audit that is counted instead of computed."""
    calls: list[int] = []

    def audit(_: Paper) -> pd.DataFrame:
        calls.append(1)
        return few.reset_index()

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(Paper, "audit", audit)
    before = signal.getsignal(signal.SIGTERM)
    yield calls
    signal.signal(signal.SIGTERM, before)


ROW = {
    "formula": "g2", "quantity": "g2", "drive": 4.0, "unit": "fW", "drive_stated": True,
    "drive_over_loss": 0.2, "leading_order": 0.9, "master_equation": 1.0, "deviation": -0.1,
    "holds_to_1_percent": 0.1, "holds_to_10_percent": 1.0, "status": "ok",
}  # fmt: skip


def run(*words: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main(list(words))
    assert not ended.value.code


def test_audit_is_computed_once(quick: list[int], capsys: pytest.CaptureFixture[str]) -> None:
    run("audit", "tang2025")
    first = capsys.readouterr().out
    run("audit", "tang2025")
    second = capsys.readouterr()
    assert second.out == first
    assert "claims.csv is current" in second.err
    assert len(quick) == 1
    run("audit", "tang2025", "--fresh")
    assert len(quick) == 2
    written = pd.read_csv("results/claims.csv", dtype={"printed": str})
    assert list(written["printed"])[:2] == ["0.4", "<< 1"]
    Path("results/agreement.csv").write_text("mine")
    run("audit", "tang2025")  # does not write this one


@pytest.mark.slow
def test_reproduce_without_arguments_makes_the_audit_and_the_atlas_as_well(
    quick: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(papers, "keys", lambda: ["tang2025"])
    monkeypatch.setattr(atlas, "formulas", lambda _: pd.DataFrame([ROW]))
    monkeypatch.setattr(Paper, "figures", lambda _: ["fig3b"])
    monkeypatch.setattr(fig3b, "R_UM", np.linspace(0, 0.7, 5))
    monkeypatch.setattr(fig3b, "PHI_UM", np.linspace(0, 1.1, 5))
    run("reproduce")
    assert {path.stem for path in Path("results").iterdir()} == {"fig3b", "claims", "atlas"}
    assert len(quick) == 1
