"""What all tests share: `--quick`, which keeps one case of each test that is not slow."""

from itertools import groupby

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--quick",
        action="store_true",
        help="of each test that is not slow the first case only: a developer's answer",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Of every test function the first case, unless it is marked as slow."""
    if config.getoption("--quick"):
        quick = [item for item in items if not item.get_closest_marker("slow")]
        firsts = [next(cases) for _, cases in groupby(quick, key=_function)]
        kept = set(firsts)
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = firsts


def _function(item: pytest.Item) -> tuple[str, str]:
    return str(item.path), getattr(item, "originalname", item.name)
