"""Who may import torch. import-linter reads the imports; this looks at what a fresh process really loads."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import timbre

SOURCE = Path(timbre.__file__).parent
TORCH_SIDE = ("timbre.xtts", "timbre.engine.", "timbre.evaluation", "timbre.training")
BRIDGES = {f"timbre.engine.{name}" for name in ("blocking", "child", "client", "incoming", "protocol")}
HEAVY = {"torch", "torchaudio", "transformers", "faster_whisper", "silero_vad"}


def modules() -> list[str]:
    """Every module that must be usable without torch."""
    names = [
        ".".join(("timbre", *path.relative_to(SOURCE).with_suffix("").parts)).removesuffix(".__init__")
        for path in SOURCE.rglob("*.py")
        if path.name != "__main__.py" and path.parent.name != "migrations"  # Alembic alone runs its env.py
    ]
    return sorted(
        name for name in names if name in BRIDGES or not f"{name}.".startswith(TORCH_SIDE) or name == "timbre.engine"
    )


def loaded(script: str, *arguments: str) -> set[str]:
    """The top-level packages that a fresh process has after a script."""
    whole = (
        f"{script}\nimport json, sys; print('\\n' + json.dumps(sorted({{name.split('.')[0] for name in sys.modules}})))"
    )
    done = subprocess.run(
        [sys.executable, "-c", whole, *arguments], capture_output=True, text=True, env=os.environ, check=True
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize("script", ["import timbre", "from timbre.cli.main import main; main(['--help'])"])
def test_the_package_and_its_help_load_next_to_nothing(script: str):
    found = loaded(script)
    assert not found & (HEAVY | {"numpy", "pydantic", "fastapi", "av", "onnxruntime"})


def test_the_torchless_ring_never_imports_torch():
    names = modules()
    assert {"timbre.api.app", "timbre.speech", "timbre.cli.engine", "timbre.voices.library"} <= set(names)
    found = loaded("import importlib\n" + "\n".join(f"importlib.import_module({name!r})" for name in names))
    assert not found & HEAVY


def test_listing_voices_and_models_does_not_import_torch(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("TIMBRE_HOME", str(tmp_path))
    for words in (["voices", "list"], ["models", "list"]):
        assert not loaded(f"from timbre.cli.main import main; main({words!r})") & HEAVY
