"""Pictures of tables: which mode a panel shows, and what stands there where no number does."""

import numpy as np
import pandas as pd

from compare import agreement
from compare.curves import draw
from compare.solving import solve
from systems.library import jaynes_cummings, kerr


def test_a_panel_names_the_mode_that_its_quantity_leaves_out() -> None:
    driven = {**jaynes_cummings.VALUES, "xi": np.array([0.01, 0.02])}
    axes = draw(solve(jaynes_cummings.MODEL, driven, "g2,g2_a", progress=False)).axes
    assert [one.get_ylabel() for one in axes] == ["$g^{(2)}_{a}(0)$"] * 2


def test_a_panel_without_a_number_says_why() -> None:
    lost = {"quantity": "g2", "numeric": np.nan, "status": "not resolved"}
    (panel,) = draw(pd.DataFrame({"xi": [0.01, 0.5], **lost})).axes
    assert [text.get_text() for text in panel.texts] == ["master equation: not resolved"]
    assert panel.get_xlim() == (0.01, 0.5)  # the values that were asked for
    assert not panel.lines


def test_words_stand_beside_a_closed_form_that_has_numbers() -> None:
    lost = {"quantity": "g2", "analytic": [0.1, 0.2], "numeric": np.nan, "status": "not resolved"}
    (panel,) = draw(pd.DataFrame({"xi": [0.01, 0.5], **lost})).axes
    assert len(panel.texts) == len(panel.lines) == 1


def test_what_is_zero_everywhere_looks_like_a_zero() -> None:
    """Beside numbers of order one: an axis of its own would end at 0.05."""
    empty = {"Delta": np.linspace(-1, 1, 5), "chi": 1.0, "gamma": 1.0, "xi": 0.0}
    for table in (solve(kerr.MODEL, empty, "number"), agreement(kerr.MODEL, empty, "number")):
        assert draw(table).axes[0].get_ylim() == (-0.05, 1.0)
    weak = solve(kerr.MODEL, empty | {"xi": 1e-4}, "number")
    assert draw(weak).axes[0].get_ylim()[1] < 1e-7
