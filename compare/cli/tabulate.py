"""The table of what a command was asked for, and its picture."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from compare.cli.cuts import Search
from compare.cli.voice import is_quiet

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from compare.cli.request import Request


def tabulated(
    make: Callable[..., "pd.DataFrame"],
    request: "Request",
    quantities: str,
    search: Search,
    **own: Any,
) -> "pd.DataFrame":
    """The table that a public function makes of what was asked for, with the names of its axes.

    ``make`` is `compare.solve`, `compare.agreement` or `compare.budget`; ``own`` are arguments that
    the others do not have, or by that name understand otherwise.

    >>> from compare import solve
    >>> from compare.cli.request import read_request
    >>> from compare.targets import find_target
    >>> point = [f"{name}={value}" for name, value in find_target("kerr").example.items()]
    >>> tabulated(solve, read_request("kerr", point, []), "g2", Search())["status"].tolist()
    ['ok']
    """
    table = make(
        request.target.model,
        request.values,
        quantities,
        labels=request.labels,
        progress=not is_quiet(),
        **(search.arguments() | own),
    )
    table.attrs["spelled"] = request.target.spelled
    return table


def picture(table: "pd.DataFrame") -> "Figure | None":
    """The picture of a table, None where nothing or more than two values vary.

    >>> import pandas as pd
    >>> print(picture(pd.DataFrame({"quantity": ["g2"], "numeric": [0.5], "status": ["ok"]})))
    None
    """
    from compare import curves

    return curves.draw(table) if curves.can_be_drawn(table) else None
