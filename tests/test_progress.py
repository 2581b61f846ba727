"""Bars: whoever waits is told what for, and nothing is left behind."""

import time
from collections.abc import Callable

import pytest

from systems import progress
from systems.progress import bar, remark


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[[], str]:
    """What a stderr that is watched has been shown, with waits a hundred times as short."""
    monkeypatch.setattr(progress, "is_watched", lambda: True)
    monkeypatch.setattr(progress, "WAIT", 0.01)
    monkeypatch.setattr(progress, "PAUSE", 0.0)
    return lambda: capsys.readouterr().err


def test_what_has_no_points_to_count_is_said_on_the_bar_that_is_open(
    seen: Callable[[], str],
) -> None:
    with bar() as report:
        with remark("compiling"):
            time.sleep(0.1)
        report("6 quanta", 3, 10)
    shown = [line.strip() for line in seen().split("\r")]
    assert "compiling" in shown
    assert any(line.startswith("6 quanta:  30%") for line in shown)
    assert shown[-2:] == ["", ""]  # wiped out


def test_what_is_reported_once_is_shown_when_it_lasts(seen: Callable[[], str]) -> None:
    with bar() as report:
        report("10 quanta", 0, 1)  # too early to be drawn; nothing else is reported
        time.sleep(0.1)
    shown = [line.strip() for line in seen().split("\r")]
    assert any(line.startswith("10 quanta:   0%") for line in shown)
    assert shown[-2:] == ["", ""]


def test_what_is_over_soon_is_not_said(
    seen: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "WAIT", 60.0)
    with bar(), remark("compiling"):
        pass
    assert not seen()


def test_without_a_bar_nothing_is_said(seen: Callable[[], str]) -> None:
    with bar(shown=False), remark("compiling"):
        time.sleep(0.05)
    assert not seen()
