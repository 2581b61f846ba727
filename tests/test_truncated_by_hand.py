"""Truncations asked for by hand: the same words wherever a master equation is solved."""

import numpy as np
import pytest

import compare
import numeric
from compare.cli import main
from systems import kerr, kerr_dimer

POINT = "--set chi=5 --set gamma=1"
COMMANDS = {
    "solve": f"solve kerr --set Delta=0 --set xi=0.1 {POINT}",
    "compare": f"compare kerr --set Delta=0 --set xi=0.1 {POINT}",
    "sweep": f"sweep kerr --set xi=0.1 --vary Delta=0,1 {POINT} --store new.zarr",
    "budget": f"budget kerr --set Delta=0 --set xi=0.1 {POINT}",
    "validity": f"validity kerr --set Delta=0 {POINT}",
    "optimum": f"optimum kerr --set Delta=0.5 --vary xi=0.1 {POINT} --over Delta",
}
REFUSED = [
    ("--quanta x", "or one for each mode (a=4,b=30) or sum of modes (a+b=4,c=30), but is `x`"),
    ("--quanta 1", "must be at least 2 for g2, but is 1"),
    ("--quanta b=4", "modes a"),
    ("--limit 2", "Argument `limit` must be at least"),
    ("--limit 10000", "Argument `limit` must leave at most 547 states"),
    ("--solver fast", "Argument `solver` must be one of"),
    ("--tolerance 2", "Argument `tolerance` must lie between 0 and 1, but is 2.0"),
    ("--order 0", "--order"),
]
# words of the formula there: its truncation, and the distance and order up to which it is believed
OWN = {("budget", "--quanta"): "--truncation", ("validity", "--tolerance"): None,
       ("validity", "--order"): None}  # fmt: skip
CASES = [
    (name, OWN.get((name, words.split()[0]), words.split()[0]), words.split()[1], sentence)
    for name in COMMANDS
    for words, sentence in REFUSED
    if OWN.get((name, words.split()[0]), "") is not None
]


@pytest.mark.parametrize(("name", "option", "word", "sentence"), CASES)
def test_every_command_refuses_a_truncation_in_the_same_words(
    name, option, word, sentence, capsys, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as ended:
        main([*COMMANDS[name].split(), option, word])
    error = capsys.readouterr().err
    assert ended.value.code == 2
    assert sentence in error
    assert error.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_the_last_rung_of_a_budget_is_the_truncation_given():
    values = {**kerr_dimer.VALUES, "F": 0.2}
    cut = {"a": 4, "b": 3}
    ladder = compare.budget(kerr_dimer.MODEL, values, "number", truncation=cut, progress=False)
    state = numeric.steady_state(kerr_dimer.MODEL, values, cut)
    mode = kerr_dimer.MODEL.modes[0]
    assert ladder["value"].iloc[-1] == pytest.approx(float(state.number(mode)), rel=1e-12)


@pytest.mark.parametrize("chi", [0.02, 0.1, 0.5, 5.0])
def test_a_critical_drive_with_quanta_given_is_right_to_half_a_percent_or_not_given(chi):
    values = {"Delta": 0.0, "chi": chi, "gamma": 1.0}
    chosen = compare.critical_drive(kerr.MODEL, values, "g2", 1e-3)
    for quanta in (2, 3, 8):
        given = compare.critical_drive(kerr.MODEL, values, "g2", 1e-3, quanta=quanta)
        right = abs(given.drive / chosen.drive - 1) < 0.005
        assert right if given.status == "ok" else given.status == "not converged"
    assert given.status == "ok"  # of eight quanta
    assert (compare.critical_drive(kerr.MODEL, values, "g2", 1e-3, quanta=2).status == "ok") == (
        chi > 1  # of weakly bound pairs a third photon moves g2 by more than a hundredth of 1e-3
    )


def test_a_limit_too_small_for_the_drive_is_said_and_one_that_suffices_is_right():
    hot = {"Delta": 0.0, "chi": 0.01, "gamma": 1.0}
    small = compare.validity(kerr.MODEL, hot, "number", 0.5, largest=5.0, limit=8)
    large = compare.validity(kerr.MODEL, hot, "number", 0.5, largest=5.0, limit=200)
    assert small["status"].tolist() == ["not converged"]
    assert large["status"].tolist() == ["ok"]
    assert float(small["critical_drive"].iloc[0]) <= float(large["critical_drive"].iloc[0])


def test_a_minimum_with_quanta_given_is_that_with_quanta_chosen():
    values = {"Delta": 0.3, "chi": 1.0, "gamma": 1.0}
    chosen, given = (
        compare.optimum(kerr.MODEL, values, "Delta", [0.05], corrections=[], quanta=quanta)
        for quanta in (None, 6)
    )
    # six quanta leave 1e-12 of g2 at this drive, and the place is good to the root of that
    for column in ("Delta", "true"):
        assert np.allclose(chosen[column], given[column], rtol=1e-6, atol=0)


def test_a_store_knows_how_its_truncations_were_chosen(tmp_path):
    pytest.importorskip("zarr")
    axes, fixed = {"xi": [0.01]}, {"Delta": 0.0, "chi": 5.0, "gamma": 1.0}
    store = tmp_path / "map.zarr"
    compare.sweep(kerr.MODEL, axes, "g2", fixed, store=store, tolerance=1e-4)
    with pytest.raises(ValueError, match="differs in its truncation or solver"):
        compare.sweep(kerr.MODEL, axes, "g2", fixed, store=store)
