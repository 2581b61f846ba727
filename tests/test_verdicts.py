"""The audits of all papers: our checks hold, and a printed digit decides a verdict.

What an entry asks for is solved once a paper; what is judged over and over again are the numbers.
"""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from compare import papers
from compare.audit import decision
from compare.audit.decision import decisions
from compare.audit.measure import Measure
from compare.audit.sheet import CHECK, CLAIM, EQUALS, Entry, Sheet
from compare.claim import REPRODUCED, UNDETERMINED, Readings, Roads, measured, verdict
from compare.papers.trivedi2019 import trend
from compare.papers.wang2021 import law

# claims of a number that take seconds, and that another claim of the same kind stands for
SLOW = {"R_tip_minimum", "R_bare_minimum"}


def decided(sheet: Sheet, entry: Entry, key: str) -> Readings:
    (claim,) = decisions(replace(sheet, entries=(entry,)), entry.kind, papers.load(key).at_drive)
    return claim(1.0)


def numbers(sheet: Sheet) -> list[Entry]:
    """Claims and checks of one printed number."""
    written = [*sheet.of(CLAIM), *sheet.of(CHECK)]
    return [e for e in written if e.printed and e.relation == EQUALS and e.id not in SLOW]


def moved(printed: str, units: int) -> str:
    """The number with its last digit so many higher."""
    number = Decimal(printed)
    return str(number + units * Decimal((0, (1,), int(number.as_tuple().exponent))))


@pytest.fixture(scope="module")
def solved() -> Iterator[dict[str, dict[str, Readings]]]:
    """For every paper the readings of its numbers and its checks, solved once when asked for."""

    class Solved(dict[str, dict[str, Readings]]):
        def __missing__(self, key: str) -> dict[str, Readings]:
            sheet = papers.load(key).sheet()
            wanted = [*sheet.of(CHECK), *(e for e in numbers(sheet) if e.kind == CLAIM)]
            self[key] = {entry.id: decided(sheet, entry, key) for entry in wanted}
            return self[key]

    with pytest.MonkeyPatch.context() as patch:
        # six sites take seconds a point: reproduce has them
        patch.setattr(law, "CHAINS", {sites: law.CHAINS[sites] for sites in (2, 4)})
        short = {gamma: {4: found[4]} for gamma, found in law.COMPUTED.items()}
        patch.setattr(law, "COMPUTED", short)
        yield Solved()


@pytest.mark.slow
@pytest.mark.parametrize("key", papers.keys())
def test_every_check_of_ours_is_reproduced(
    solved: dict[str, dict[str, Readings]], key: str
) -> None:
    for entry in papers.load(key).sheet().of(CHECK):
        assert verdict(solved[key][entry.id]) == REPRODUCED, entry.id


@pytest.mark.slow
@pytest.mark.parametrize("key", papers.keys())
@pytest.mark.parametrize("units", [1, -1])
def test_moving_a_printed_digit_of_a_reproduced_number_changes_its_verdict(
    solved: dict[str, dict[str, Readings]], key: str, units: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet, held = papers.load(key).sheet(), 0
    for entry in numbers(sheet):
        readings = solved[key][entry.id]
        if verdict(readings) != REPRODUCED:
            continue
        _answer(monkeypatch, readings)
        assert verdict(decided(sheet, entry, key)) == REPRODUCED, entry.id
        _answer(monkeypatch, readings)
        other = replace(entry, printed=moved(entry.printed, units))
        assert verdict(decided(sheet, other, key)) != REPRODUCED, entry.id
        held += 1
    assert held >= 1


def _answer(monkeypatch: pytest.MonkeyPatch, readings: Readings) -> None:
    """Let both roads, and functions in Python, give again what they gave."""
    found = iter(readings)
    again = tuple(measured(r.roads, r.quantity, r.detail)[0] for r in readings)
    monkeypatch.setattr(Measure, "roads", lambda _: next(found).roads)
    monkeypatch.setattr(decision, "_python", lambda *_: lambda _: again)


def test_resonant_emitters_leave_the_claim_open_and_the_notebook_has_both_cases() -> None:
    # at 2 kappa more emitters are worse at every step, at 0.2 kappa fifty are better than one
    strong, weak = trend.smallest(trend.RESONANT).master, trend.smallest(trend.WEAKLY).master
    assert np.all(np.diff(strong) > 0)
    assert weak[trend.NUMBERS.index(50)] < weak[0]
    sheet = papers.load("trivedi2019").sheet()
    entries = {entry.id: entry for entry in sheet.of(CLAIM)}
    for name in ("worsens_in_resonant_systems", "fifty_resonant"):
        assert verdict(decided(sheet, entries[name], "trivedi2019")) == UNDETERMINED


@pytest.mark.parametrize("name", trend.CASES)
def test_a_laser_on_a_grid_finds_no_deeper_dip(name: str) -> None:
    case, numbers = trend.CASES[name], np.array(trend.NUMBERS)
    x = np.linspace(0.4, 1.6 + (1 if name == trend.WEAKLY else 0), 400)
    point = trend.values(case, numbers[:, np.newaxis], x)
    g2 = trend.leading(trend.many_emitters.MODEL, point, "g2_a").min(axis=1)
    # the place is known to 1e-4 of the dip, and its depth to the square of that
    assert np.all(g2 >= trend.smallest(name).leading * (1 - 1e-7))


def test_a_number_of_a_function_and_its_print_are_not_said_twice_or_not_at_all() -> None:
    sheet = papers.load("tang2025").sheet()
    entry = next(e for e in sheet.of(CLAIM) if e.id == "r_zero")
    with pytest.raises(ValueError, match=r"line .*`r_zero`: the function .* does not say what is"):
        decided(sheet, replace(entry, printed=""), "tang2025")
    other = next(e for e in sheet.of(CLAIM) if e.id == "amplitude_sum")
    with pytest.raises(ValueError, match=r"`amplitude_sum`: the function .* says what is printed"):
        decided(sheet, replace(other, printed="0"), "tang2025")


def test_numbers_of_a_function_are_judged_by_the_digits_of_the_sheet() -> None:
    sheet = papers.load("tang2025").sheet()
    entry = next(e for e in sheet.of(CLAIM) if e.id == "phi_zero_second")
    (reading,) = decided(sheet, entry, "tang2025")
    assert (reading.low, reading.high) == pytest.approx((0.815, 0.825), rel=1e-12)
    assert reading.roads == Roads(reading.roads.master, reading.roads.master)
