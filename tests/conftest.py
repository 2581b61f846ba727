"""What all tests share: pictures that cost little, and `--quick`, a developer's answer."""

from collections.abc import Iterator
from itertools import groupby

import pytest


@pytest.fixture(scope="session", autouse=True)
def cheap_pictures() -> Iterator[None]:
    """Fewer pixels, and letters as outlines, not as a font cut to size: half the cost of a picture.

    No test asks for either.  The layout of a figure, its text and its colours are those of users.
    """
    from compare.style import STYLE

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(STYLE, "savefig.dpi", 100)
        patch.setitem(STYLE, "pdf.fonttype", 3)
        yield


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
