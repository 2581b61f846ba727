"""Pictures of tables: which mode a panel shows, and what stands there where no number does."""

import numpy as np
import pandas as pd

from compare.curves import draw
from compare.solving import solve
from systems.library import jaynes_cummings


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
