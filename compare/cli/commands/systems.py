"""`blockade systems`: the systems that commands know by name, and their values."""

import typer

from compare.cli.loading import loads


@loads("compare.targets")
def systems() -> None:
    """List the systems and their values.

    Example: blockade systems
    """
    from compare.targets import find_target, listed

    for name, line in listed().items():
        target = find_target(name)
        values = [*target.columns, *map(str, target.model.parameters)]
        example = " ".join(f"--set {key}={value:.6g}" for key, value in target.example.items())
        typer.echo(f"{name}: {line}\n    values: {', '.join(values)}\n    such as: {example}")
