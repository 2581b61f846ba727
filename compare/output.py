"""Files that are either whole or not there, and never somebody else's.

One run writes files of one stem, ``fig3c.csv``, ``.png``, ``.pdf``, and beside them the sidecar
``fig3c.json`` with its provenance and the SHA-256 of each.  Every file is written under another
name in the same folder and then renamed.

Only a file that still has the content noted in its sidecar is overwritten.  The sidecar goes
first and keeps the sums of what it replaces, so that a run that dies between two renames
leaves files that are all recognised as our own, and a stem that counts as unfinished.
"""

import json
import os
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryFile
from typing import Any

import pandas as pd

TOOL = "photon-blockade"


def publish(folder: Path, stem: str, files: Mapping[str, bytes], record: Mapping[str, Any]) -> None:
    """Write ``{suffix: content}`` and the sidecar, all or nothing."""
    sums = {f"{stem}.{suffix}": _sum(content) for suffix, content in files.items()}
    replaced = {
        name: _sum((folder / name).read_bytes()) for name in sums if (folder / name).exists()
    }
    sidecar = {"tool": TOOL, **record, "files": sums, "replaced": replaced}
    text = json.dumps(sidecar, indent=2, ensure_ascii=False, default=_plain) + "\n"
    contents = {f"{stem}.json": text.encode()}
    contents |= {f"{stem}.{suffix}": content for suffix, content in files.items()}
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as drafts:
        pairs = [(_draft(drafts, folder, content), name) for name, content in contents.items()]
        for draft, name in pairs:
            draft.replace(folder / name)


def to_csv(table: pd.DataFrame) -> bytes:
    """The table as CSV; twelve digits are more than either road is good for."""
    return table.to_csv(index=False, float_format="%.12g", lineterminator="\n").encode()


def check_csv(path: Path, force: bool) -> None:
    """Raise `ValueError` unless the table and its sidecar can be written to ``path``."""
    if path.suffix != ".csv":
        given = "empty, or the folder `.`" if path == Path() else f"`{path}`"
        raise ValueError(f"Argument `--out` must be a file FILE.csv, but is {given}.")
    check_folder(path.parent)
    if not force:
        check_ours(path.parent, path.stem, ["csv"])


def check_folder(folder: Path) -> None:
    """Raise `ValueError` unless the folder can be written, or made where it is to be."""
    places = [folder.absolute(), *folder.absolute().parents]
    try:
        TemporaryFile(dir=next(place for place in places if place.exists())).close()
    except OSError as error:
        raise ValueError(
            f"Folder `{folder}` of `--out` must be one that can be written, but: {error.strerror}."
        ) from None


def check_ours(folder: Path, stem: str, suffixes: Iterable[str]) -> None:
    """Raise `ValueError` if a file of the stem exists that this tool did not write so."""
    sidecar = read_sidecar(folder, stem)
    if sidecar is None and (folder / f"{stem}.json").exists():
        raise ValueError(_foreign(folder / f"{stem}.json"))
    ours = [(sidecar or {}).get(key, {}) for key in ("files", "replaced")]
    for path in (folder / f"{stem}.{suffix}" for suffix in suffixes):
        if path.exists() and _sum(path.read_bytes()) not in [sums.get(path.name) for sums in ours]:
            raise ValueError(_foreign(path))


def read_sidecar(folder: Path, stem: str) -> dict[str, Any] | None:
    """The sidecar of a stem, or ``None`` where there is none of this tool."""
    try:
        sidecar = json.loads((folder / f"{stem}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return sidecar if isinstance(sidecar, dict) and sidecar.get("tool") == TOOL else None


def is_current(folder: Path, stem: str, inputs: str) -> bool:
    """Whether the stem was finished from the same inputs and its files are as they were."""
    sidecar = read_sidecar(folder, stem)
    if sidecar is None or sidecar.get("inputs") != inputs:
        return False
    paths = {folder / name: content for name, content in sidecar["files"].items()}
    return all(path.exists() and _sum(path.read_bytes()) == old for path, old in paths.items())


def _draft(drafts: ExitStack, folder: Path, content: bytes) -> Path:
    with NamedTemporaryFile(dir=folder, prefix=".", suffix=".part", delete=False) as file:
        draft = Path(file.name)
        drafts.callback(draft.unlink, missing_ok=True)
        file.write(content)
    draft.chmod(0o666 & ~_umask())
    return draft


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _sum(content: bytes) -> str:
    return sha256(content).hexdigest()


def _foreign(path: Path) -> str:
    return (
        f"File `{path}` must be one that blockade wrote and nobody changed since, but is not; "
        "move it away, or overwrite it with --force."
    )


def _plain(value: Any) -> Any:
    """What JSON cannot hold, as text or numbers."""
    if isinstance(value, complex):
        return str(value)
    return value.tolist() if hasattr(value, "tolist") else str(value)
