"""Run the notebooks again and keep their outputs, without the time of day: `make notebooks`."""

from pathlib import Path

import nbformat
from nbclient import NotebookClient
from tqdm import tqdm

FOLDER = Path(__file__).parent

if __name__ == "__main__":
    for path in tqdm(sorted(FOLDER.glob("*.ipynb"))):
        notebook = nbformat.read(path, as_version=4)
        place = {"metadata": {"path": FOLDER}}
        NotebookClient(notebook, resources=place, record_timing=False).execute()
        nbformat.write(notebook, path)
