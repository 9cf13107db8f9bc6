"""What `docs/engine.md` shows, done as it stands there."""

import json
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
from running import Service

DOCS = Path(__file__).parents[2] / "docs" / "engine.md"


def test_the_example_speaks(service: Service, tmp_path: Path):
    text = DOCS.read_text("utf-8")
    example = text[text.index('    """Speaks') : text.index("It prints")]
    (tmp_path / "example.py").write_text(textwrap.dedent(example))
    ran = subprocess.run(
        [sys.executable, "example.py"],
        cwd=tmp_path,
        env=service.environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    first, second, done = (json.loads(line) for line in ran.stdout.splitlines())
    samples = np.fromfile(tmp_path / "speech.f32", "<f4")
    assert (first["index"], first["at"], second["index"]) == (0, 0, 1)
    assert 0 < second["at"] < len(samples) == done["done"]["samples"]
    pause = samples[second["at"] - 7200 : second["at"]]
    assert not pause.any() and np.abs(samples).max() > 1e-3


def test_it_names_every_figure_of_the_stats(service: Service):
    code = "import json; from timbre.engine.blocking import Client; print(json.dumps(Client.from_settings().stats()))"
    asked = subprocess.run(
        [sys.executable, "-c", code], env=service.environment(), capture_output=True, text=True, timeout=60, check=True
    )
    text = DOCS.read_text("utf-8")
    assert not [name for name in json.loads(asked.stdout) if f"`{name}`" not in text]
