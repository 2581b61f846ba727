"""What the README shows runs, and what it names exists."""

import re
import shlex
import signal
from pathlib import Path

import pytest

from compare.cli import main
from compare.files.provenance import ROOT

PAGES = ("README.md", "CONTRIBUTING.md", "docs/glossary.md", "docs/howto/paper.md")
RUN = (
    "README.md",
    "docs/tutorial.md",
    "docs/qutip.md",
    "docs/howto/truncation.md",
    "docs/howto/time.md",
)
PYTHON = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
HERE = re.compile(r"`((?:systems|analytic|numeric|compare|tests|docs|notebooks)/[\w./]+)`")


@pytest.mark.parametrize("page", RUN)
def test_the_python_of_a_page_runs_from_top_to_bottom(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = PYTHON.findall((ROOT / page).read_text(encoding="utf-8"))
    assert blocks
    names: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, page, "exec"), names)


def test_the_readme_shows_what_its_command_prints(capsys: pytest.CaptureFixture[str]) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    ((line, shown),) = re.findall(r"^\$ blockade (.*)\n((?:.+\n)+?)```", text, re.MULTILINE)
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(SystemExit):
        main(shlex.split(line))
    signal.signal(signal.SIGTERM, before)
    assert capsys.readouterr().out.startswith(shown)


@pytest.mark.parametrize("page", PAGES)
def test_every_file_that_a_page_names_exists(page: str) -> None:
    named = HERE.findall((ROOT / page).read_text(encoding="utf-8"))
    assert not [path for path in named if not (ROOT / path).exists()]


def test_every_target_of_make_that_a_page_names_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))
    text = "".join((ROOT / page).read_text(encoding="utf-8") for page in PAGES)
    assert set(re.findall(r"`make ([a-z]+)", text)) <= targets
