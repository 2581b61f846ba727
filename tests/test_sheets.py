"""Papers as data: what a sheet of claims may hold, and that verdicts follow from its numbers."""

import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from compare import papers
from compare.audit import decision
from compare.audit.atlas import formulas
from compare.audit.decision import decisions
from compare.audit.judgement import audit, audit_text
from compare.audit.measure import Measure
from compare.audit.point import read_point
from compare.audit.reader import TABLES, read_sheet
from compare.audit.settling import settled
from compare.audit.sheet import TEMPLATE, Entry, Sheet
from compare.claim import (
    LEADING,
    NOT_REPRODUCED,
    REPRODUCED,
    UNDETERMINED,
    Readings,
    Roads,
    measured,
    verdict,
)
from compare.cli import main
from compare.files.provenance import ROOT
from compare.targets import find_target
from systems.library import spinning

KERR = """
citation = "A. Nobody (2026)"
system = "kerr"
[values]
gamma = 1.0
chi = 2.0
Delta = 0.0
xi = 0.01
"""
THERMAL = """
from sympy import symbols
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp
from systems import Loss, Model
a, (F, n) = BosonOp("a"), symbols("F n", positive=True)
bath = Model("bath", F * (a + Dagger(a)), (Loss(1 + n, a), Loss(n, Dagger(a))), drive=F)
"""
CLAIM = """
[[claim]]
id = "g2"
place = "Fig. 1"
statement = "g2(0) on resonance"
quantity = "g2"
"""


@pytest.fixture
def written(tmp_path: Path) -> Path:
    return tmp_path / "mine.toml"


def decided(sheet: Sheet, entry: Entry) -> Readings:
    at_drive = next((p.at_drive for p in papers.every() if p.sheet() == sheet), float)
    alone = replace(sheet, entries=(entry,))
    return decisions(alone, entry.kind, at_drive)[0](1.0)


def read(sheet: Sheet, entry: Entry) -> Readings:
    return decisions(replace(sheet, entries=(entry,)), entry.kind)[0](1.0)


@pytest.mark.parametrize("key", papers.keys())
def test_verdicts_of_a_paper_follow_from_its_numbers(
    key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # what both roads would find is drawn; the verdict has to be the one that the rule gives
    sheet = papers.load(key).sheet()
    random = np.random.default_rng(1)
    drawn: list[Roads] = []

    def roads(_: Measure) -> Roads:
        drawn.append(Roads(*(10.0 ** random.uniform(-4, 4, 2))))
        return drawn[-1]

    monkeypatch.setattr(Measure, "roads", roads)
    plain = [e for e in sheet.of("claim") if not e.python and e.relation != "formula identical"]
    for entry in [*plain, *(e for e in sheet.of("check") if not e.python)]:
        drawn.clear()
        readings = decided(sheet, entry)
        assert [reading.roads for reading in readings] == drawn
        words = {
            REPRODUCED if r.low <= r.roads.master <= r.high
            else LEADING if r.low <= r.roads.leading <= r.high else NOT_REPRODUCED
            for r in readings
        }  # fmt: skip
        assert verdict(readings) == (words.pop() if len(words) == 1 else UNDETERMINED), entry.id


@pytest.mark.parametrize("key", papers.keys())
def test_a_printed_digit_that_is_moved_changes_the_verdict(
    key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet = papers.load(key).sheet()
    kinds = ("claim", "check")
    entries = [e for kind in kinds for e in sheet.of(kind) if e.relation == "equals" and e.printed]
    for entry in entries:
        printed = Decimal(entry.printed)
        unit = Decimal((0, (1,), int(printed.as_tuple().exponent)))
        # what both roads would find rounds to what is printed, from above
        roads = Roads(np.nan, float(printed + unit * Decimal("0.4")))
        monkeypatch.setattr(Measure, "roads", lambda _, roads=roads: roads)
        monkeypatch.setattr(
            decision, "_python", lambda *_, roads=roads: lambda _: measured(roads, "it")
        )
        assert verdict(read(sheet, entry)) == REPRODUCED, entry.id
        for place in range(len(printed.as_tuple().digits)):
            for step in (-1, 1):
                moved = replace(entry, printed=str(printed + step * unit.scaleb(place)))
                assert verdict(read(sheet, moved)) == NOT_REPRODUCED, moved.printed


@pytest.mark.parametrize("key", papers.keys())
def test_every_claim_says_what_is_printed_and_where(key: str) -> None:
    sheet = papers.load(key).sheet()
    settled(sheet)
    assert sheet.of("formula")
    assert sheet.source or key == "tang2025"
    for entry in sheet.of("claim"):
        words = ("abstract", "Fig.", "Eq", "text", "as quoted by", "as written by")
        assert any(word in entry.place for word in words), entry.id
        assert "computed" not in entry.place, entry.id
    for entry in sheet.of("check"):
        assert any(word in entry.source for word in ("computed", "derived")), entry.id


def test_the_sheet_of_the_spinning_resonator_has_the_values_of_its_device() -> None:
    sheet = papers.load("huang2018").sheet()
    point = decision.measure(sheet, sheet.of("formula")[0]).point()
    device = spinning.Device()
    own = device.parameters(spin=29e3, detuning=-0.5 * device.chi)
    # digits of the constants of nature in the sheet; xi has omega_L for omega_0, 1e-9 apart
    assert {name: point[name] for name in own} == pytest.approx(own, rel=1e-8)
    assert device.chi / device.gamma == pytest.approx(19.602, abs=5e-4)


def test_values_may_be_formulas_in_letters_in_any_order() -> None:
    values = {
        "xi": "sqrt(P)",
        "P": 4.0,
        "Delta": "k*chi",
        "chi": "U/2",
        "U": 6,
        "k": -1,
        "gamma": 1,
    }
    point = read_point(find_target("kerr"), values)
    assert (point["xi"], point["Delta"], point["chi"]) == (2.0, -3.0, 3.0)


def test_settings_of_a_laboratory_decide_what_formulas_are_made_of() -> None:
    tip = find_target("nanotip")
    point = read_point(tip, {"r": 0.35, "phi": 0.21, "power": 4.0, "chi": "gamma/2"})
    assert point["chi"] == pytest.approx(point["gamma"] / 2, rel=1e-15)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"gama": 1.0}, "value `gama` is neither one of kerr .* did you mean `gamma`"),
        ({"chi": "U/2"}, "`chi` cannot be worked out: it needs `U`|`U`"),
        ({"chi": "Delta", "Delta": "chi"}, "cannot be worked out"),
        ({"chi": "2*(", "gamma": 1.0}, "value `chi`: Formula"),
    ],
)
def test_values_that_make_no_sense_are_refused(values: dict[str, object], sentence: str) -> None:
    others = {"Delta": 0.0, "chi": 1.0, "gamma": 1.0, "xi": 0.1}
    with pytest.raises(ValueError, match=sentence):
        read_point(find_target("kerr"), others | values)


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ("", None),
        ("[[claim]]\nid = 'x'\n", "line 9: claim `x`: must have the key `statement`"),
        (CLAIM, "line 10: claim `g2`: must have the key `printed`"),
        (CLAIM + "printed = 'small'\n", "line 15: claim `g2`: key `printed` must be a number"),
        (CLAIM + "printd = '1'\n", "line 15: .*key `printd` is not known.*mean `printed`"),
        (CLAIM + "printed = 0.5\n", "line 15: .*key `printed` must be a text, but is 0.5"),
        (
            CLAIM + "printed = '1'\nrelation = 'equal'\n",
            "line 16: .*`equal`; did you mean `equals`",
        ),
        (CLAIM + "printed = '1'\nrange = [0, 1]\n", "line 16: .*`range` needs `over`"),
        (
            CLAIM + "printed = '1'\nover = 'Delta'\ntake = 'minimum'\nrange = [1, 1]\n",
            "line 18: .*`range` must begin below its end",
        ),
        (CLAIM + "printed = '1'\nnumber = 'xi'\n", "must have one of `quantity`, `number`"),
        (CLAIM + "printed = '1'\n" + CLAIM + "printed = '1'\n", "line 17: id `g2` is taken"),
        (CLAIM + "printed = '1'\nbound = 2\n", "line 16: .*`bound` does not go with `equals`"),
        (CLAIM + "printed = '1'\nshare = 0.1\n", "line 16: .*`share` goes with `within` only"),
        (CLAIM + "printed = '1'\nformula = 'xi'\n", "`formula` goes with `formula identical` only"),
        (
            CLAIM + "printed = '1.5'\nrelation = 'exactly'\n",
            "line 15: .*`exactly` needs a whole number",
        ),
        (
            CLAIM + "printed = '1'\nrelation = 'within'\nbound = 1\nshare = -1\n",
            "line 18: .*`share` must be positive",
        ),
        (CLAIM + "printed = '1'\npoints = 5\n", "line 16: .*`points` needs `over`"),
        (CLAIM + "printed = '1'\npoints = 2\n", "`points` must be at least 3|needs `over`"),
        (
            CLAIM.replace("quantity = ", "field = { a = 1 }\nnumber = ") + "printed = '1'\n",
            "line 14: .*`field` goes with `quantity`",
        ),
        (
            CLAIM.replace('quantity = "g2"', "python = 'own.py:f'\nvalues = { xi = 1 }"),
            "line 15: .*`values` does not go with `python`",
        ),
        (
            CLAIM + "printed = '1'\nreadings = [{ range = [0, 1] }]\n",
            "`range` needs `over`",
        ),
        (
            CLAIM.replace("claim", "formula") + "over = 'xi'\n",
            "line 15: formula `g2`: key `over` is not known",
        ),
        ("[valeus]\nx = 1\n", "line 9: key `valeus` is not known here; did you mean `values`"),
        ("[drive]\nnaem = 'xi'\n", "line 10: key `naem` is not known here; did you mean `name`"),
        ("[[claim]\n", "is no TOML: .*line 9"),
    ],
)
def test_a_wrong_file_is_refused_with_line_and_key(
    written: Path, more: str, sentence: str | None
) -> None:
    written.write_text(KERR + more)
    if sentence is None:
        assert read_sheet(written).entries == ()
        return
    with pytest.raises(ValueError, match=sentence):
        read_sheet(written)


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ("quantity = 'h2'\n", "line 10: claim `g2`: Quantity `h2`"),
        ("quantity = 'g2'\nvalues = { xi = 'J' }\n", "line 10: claim `g2`: value `xi`"),
        ("quantity = 'g2'\nsystem = 'ker'\n", "line 10: claim `g2`: Argument `system`"),
        ("quantity = 'g2'\nfield = { c = 1 }\n", "line 10: claim `g2`: field `c`"),
        (
            "quantity = 'P1'\nfield = { a = 1 }\n",
            "line 10: claim `g2`: key `quantity` must be number, g2, .* of a field",
        ),
        (
            "quantity = 'g2'\nover = 'Delta'\nrange = ['chi', 'gamma']\ntake = 'minimum'\n",
            r"line 10: claim `g2`: key `range` must begin below its end, but is \[2, 1\]",
        ),
        (
            "quantity = 'g2'\nrelation = 'less than'\nbound = 'gama'\n",
            "line 10: claim `g2`: value `bound`: .* did you mean `gamma`",
        ),
        (
            "quantity = 'g2'\nrelation = 'formula identical'\nformula = '1/(chi'\n",
            "line 10: claim `g2`: Formula `1/.chi` cannot be read",
        ),
        ("python = 'nothing.py:f'\n", "line 10: claim `g2`: file `nothing.py` does not exist"),
    ],
)
def test_a_claim_that_cannot_be_decided_is_refused_before_any_is(
    written: Path, more: str, sentence: str
) -> None:
    written.write_text(KERR + CLAIM.replace('quantity = "g2"\n', "") + "printed = '1'\n" + more)
    with pytest.raises(ValueError, match=sentence):
        audit(read_sheet(written))


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('"kerr"', '"ker"', "line 3: Argument `system`"),
        ("gamma = 1.0", "gamma = '2*('", "line 5: value `gamma`: Formula"),
        ("xi = 0.01", "xi = 'gama/9'", "line 8: value `xi`: .* did you mean `gamma`"),
        ("xi = 0.01", "xi = 0.01\nchii = 2.0", "line 9: value `chii` is used nowhere; .*`chi`"),
        ("xi = 0.01", "xi = 0.01\n[drive]\nname = 'eta'", "line 10: drive `eta` must be one of"),
    ],
)
def test_a_fault_that_all_claims_share_is_refused_with_its_own_line(
    written: Path, old: str, new: str, sentence: str
) -> None:
    written.write_text(KERR.replace(old, new) + CLAIM + "printed = '1'\n")
    with pytest.raises(ValueError, match=sentence):
        settled(read_sheet(written))


def test_a_letter_that_any_formula_uses_is_no_mistake(written: Path) -> None:
    number = CLAIM.replace('quantity = "g2"', 'number = "chi/kappa"') + "printed = '1'\n"
    written.write_text(KERR + "kappa = 3.0\n" + number)
    settled(read_sheet(written))


def test_a_function_beside_the_sheet_decides_and_knows_the_drive(written: Path) -> None:
    (written.parent / "own.py").write_text(
        "from compare.claim import Roads, below\n"
        "def drive(scale):\n    return below(0.5, Roads(1.0, scale), 'drive')\n"
    )
    claim = CLAIM.replace('quantity = "g2"', 'python = "own.py:drive"')
    written.write_text(KERR + '[drive]\nname = "xi"\n' + claim)
    (row,) = audit(read_sheet(written)).to_dict("records")
    assert row["verdict"] == NOT_REPRODUCED
    # true up to half the drive, which is 0.01; the precision of the search
    assert row["true_at_xi"] == pytest.approx(0.005, rel=2e-3)


def test_readings_that_differ_leave_a_claim_open_and_the_nearest_is_named(written: Path) -> None:
    # g2 = 1/(1 + 4 (chi/gamma)^2) at resonance: 0.059 and 0.2
    readings = (
        'readings = [{ detail = "chi = 2," }, { values = { chi = 1.0 }, detail = "chi = 1," }]'
    )
    written.write_text(KERR + CLAIM + f'printed = "0.2"\n{readings}\n')
    (row,) = audit(read_sheet(written)).to_dict("records")
    assert row["verdict"] == UNDETERMINED
    assert row["reason"].endswith("Nearest to what is printed: chi = 1.")


@pytest.mark.parametrize(
    ("more", "value"),
    [
        ('over = "Delta"\nrange = [-3, 3]\ntake = "minimum"\n', None),
        ('over = "Delta"\nrange = [-3, 3]\ntake = "place of the minimum"\n', None),
        ("ratio_to = { chi = 0.0 }\n", 1 / 17),
        ("values = { chi = 'gamma' }\n", 1 / 5),
    ],
)
def test_what_is_taken_over_a_range_is_that_of_the_kerr_mode(
    written: Path, more: str, value: float | None
) -> None:
    # g2 = (Delta^2 + 1/4)/((Delta + 2)^2 + 1/4), whose extremes lie at Delta^2 + 2 Delta = 1/4
    written.write_text(KERR + CLAIM + 'printed = "1"\n' + more)
    sheet = read_sheet(written)
    (reading,) = decided(sheet, sheet.of("claim")[0])
    place = -1 + 1.25**0.5
    least = (place**2 + 0.25) / ((place + 2) ** 2 + 0.25)
    expected = value or (place if "place" in more else least)
    # xi^2 of the master equation, and half a step of the last grid for a place
    assert reading.roads.leading == pytest.approx(expected, rel=1e-3)
    assert reading.roads.master == pytest.approx(expected, rel=2e-3)


def test_light_that_cancels_the_mode_leaves_what_a_linear_cavity_never_had(written: Path) -> None:
    # a linear mode is coherent: |a + light|^2 = |alpha + light|^2, here |-2i xi + xi|^2 = 5 xi^2
    claim = CLAIM.replace('"g2"', '"number"') + 'field = { a = 1, light = "xi" }\n'
    written.write_text(KERR + claim + 'values = { chi = 0.0 }\nprinted = "0.0005"\n')
    sheet = read_sheet(written)
    (reading,) = decided(sheet, sheet.of("claim")[0])
    assert (reading.roads.leading, reading.roads.master) == pytest.approx((5e-4, 5e-4), rel=1e-9)


def test_a_number_without_a_closed_form_is_still_that_of_the_master_equation(written: Path) -> None:
    # the light of the empty cavity taken away from a mode on resonance: 0/0 at leading order
    light = 'field = { a = 1, light = "xi/(Delta - i*gamma/2)" }\nprinted = "1"\n'
    written.write_text(KERR + CLAIM + light)
    (row,) = audit(read_sheet(written)).to_dict("records")
    assert row["master_equation"] > 1
    assert np.isnan([row["leading_order"], row["deviation"]]).all()
    assert "there is no closed form" in row["reason"]


def test_a_model_without_closed_forms_is_judged_by_the_master_equation_alone(written: Path) -> None:
    # a driven cavity in a thermal bath: n photons of the bath, (2 F/kappa)^2 of the laser
    (written.parent / "own.py").write_text(THERMAL)
    head = 'citation = "A. Nobody (2026)"\nsystem = "own.py:bath"\n[values]\nF = 0.01\nn = 0.1\n'
    written.write_text(head + CLAIM.replace('"g2"\n', '"number_a"\n', 2) + 'printed = "0.1004"\n')
    (row,) = audit(read_sheet(written)).to_dict("records")
    assert row["verdict"] == REPRODUCED
    assert np.isnan(row["leading_order"])


def test_claims_on_a_mirror_are_held_against_its_sums_over_phonons(written: Path) -> None:
    # weakly coupled to its mirror a cavity is a linear mode: one photon in (2 xi/kappa)^2
    (written.parent / "own.py").write_text("from systems.library.optomechanics import MODEL\n")
    values = "Delta = 0\ng = 1e-3\nomega = 10\nkappa = 1\ngamma = 1\nxi = 0.01\n"
    head = f'citation = "A. Nobody (2026)"\nsystem = "own.py:MODEL"\n[values]\n{values}'
    written.write_text(head + CLAIM.replace('"g2"\n', '"number_a"\n', 2) + 'printed = "0.00040"\n')
    (row,) = audit(read_sheet(written)).to_dict("records")
    assert row["verdict"] == REPRODUCED
    # g^2/omega = 1e-7 shifts nothing that could be seen
    np.testing.assert_allclose(row["leading_order"], 4e-4, rtol=1e-6, atol=0)


@pytest.mark.parametrize("wrong", [False, True])
def test_a_printed_formula_is_a_claim(written: Path, wrong: bool) -> None:
    formula = f"1/(1 + {3 if wrong else 4}*chi**2/gamma**2)"
    claim = (
        CLAIM + f'relation = "formula identical"\nformula = "{formula}"\nletters = ["Delta = 0"]'
    )
    written.write_text(KERR + claim)
    (row,) = audit(read_sheet(written)).to_dict("records")
    assert row["verdict"] == (NOT_REPRODUCED if wrong else REPRODUCED)
    # (1 + 4 c)/(1 + 3 c) - 1 with c = chi^2/gamma^2 = 4, but for terms of the order of the drive^2
    assert row["deviation"] == pytest.approx(4 / 13 if wrong else 0, rel=1e-6, abs=1e-6)


def test_a_wrong_formula_that_agrees_at_the_values_of_the_paper_is_not_reproduced(
    written: Path,
) -> None:
    # without the detuning, which is zero here
    claim = CLAIM.replace('"g2"\n', '"number"\n', 2) + 'relation = "formula identical"\n'
    written.write_text(KERR + claim + 'formula = "4*xi**2/gamma**2"')
    (row,) = audit(read_sheet(written)).to_dict("records")
    assert row["verdict"] == NOT_REPRODUCED
    assert "not identical" in row["reason"]
    assert "inf" not in row["reason"]


@pytest.mark.parametrize(("points", "fine"), [(5, False), (17, False), (65, True)])
def test_a_place_is_searched_more_finely_than_it_is_printed(
    written: Path, points: int, fine: bool
) -> None:
    # five points zoom three times by two: to 1/32 of the range, and 0 is one of them
    claim = CLAIM + 'over = "Delta"\nrange = [-10, 10]\ntake = "place of the minimum"\n'
    written.write_text(KERR + claim + f'points = {points}\nprinted = "0.00"')
    if fine:
        settled(read_sheet(written))
    else:
        with pytest.raises(ValueError, match="line 10: claim `g2`: key `points` must be larger"):
            settled(read_sheet(written))


def test_checks_of_ours_are_no_claims(written: Path) -> None:
    check = CLAIM.replace("[[claim]]", "[[check]]").replace("place", "source")
    written.write_text(KERR + check + 'printed = "0.06"\n')
    rows = audit(read_sheet(written))
    assert rows["kind"].tolist() == ["check"]


def test_a_file_without_a_claim_is_refused_and_one_of_checks_alone_is_not(written: Path) -> None:
    written.write_text(KERR)
    with pytest.raises(ValueError, match=r"`mine.toml` has nothing to judge"):
        audit(read_sheet(written))
    check = CLAIM.replace("[[claim]]", "[[check]]").replace("place", "source")
    written.write_text(KERR + check + 'printed = "0.06"\n')
    sheet = read_sheet(written)
    assert audit_text(sheet, audit(sheet)).startswith("Deviation: ")


def run(*words: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main(list(words))
    assert not ended.value.code


def test_the_template_is_a_file_of_claims_that_is_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    run("claims", "--template")
    text = capsys.readouterr().out
    assert text == TEMPLATE.read_text(encoding="utf-8")
    Path("mine.toml").write_text(text)
    run("audit", "mine.toml", "--out", "made")
    printed = capsys.readouterr().out
    assert "6 claims: 5 reproduced" in printed
    assert "Checks of ours" in printed
    header = Path("made/mine.csv").read_text().splitlines()[0]
    assert header.startswith("claim,place,statement,quantity,printed,leading_order,master_equation")
    assert Path("made/mine.json").is_file()


@pytest.mark.parametrize("path", [TEMPLATE, ROOT / "docs" / "howto" / "paper.md"])
def test_every_key_of_a_sheet_is_explained_by_the_template_and_the_manual(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    keys = {key for table in TABLES.values() for key in table}
    assert not {key for key in keys if not re.search(rf"\b{key}\b", text)}


def test_a_formula_of_the_atlas_is_followed_to_the_drive_that_the_sheet_names(
    written: Path,
) -> None:
    # off by some (xi/gamma)^2, 1e-4 of g2: no tolerance is met up to there
    formula = CLAIM.replace("[[claim]]", "[[formula]]") + "largest = 0.012\n"
    written.write_text(KERR + formula)
    (row,) = formulas(read_sheet(written)).to_dict("records")
    assert row["status"] == "not reached"
    assert row["holds_to_1_percent"] == pytest.approx(0.012, rel=1e-12)


@pytest.mark.slow
def test_a_formula_of_the_atlas_is_off_as_the_series_says(written: Path) -> None:
    formula = CLAIM.replace("[[claim]]", "[[formula]]").replace('"g2"', '"number"')
    written.write_text(KERR.replace("chi = 2.0", "chi = 1e-9") + formula)
    (row,) = formulas(read_sheet(written)).to_dict("records")
    # a linear mode has no error at any drive: the search ends at one quantum
    assert row["status"] == "not reached"
    assert row["drive_over_loss"] == pytest.approx(0.01, rel=1e-12)
    assert row["deviation"] == pytest.approx(0, abs=1e-6)
