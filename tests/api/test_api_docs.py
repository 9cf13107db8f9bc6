"""What `docs/api.md` shows, done as it stands there."""

import json
import subprocess
import sys
import textwrap
from pathlib import Path

from running import Service

DOCS = Path(__file__).parents[2] / "docs" / "api.md"


def test_the_example_of_a_stream_speaks(service: Service, tmp_path: Path):
    text = DOCS.read_text("utf-8")
    section = text[text.index("## A text that is still being written") :]
    example, shown = section[section.index("    import asyncio") :].split("It prints", 1)
    code = textwrap.dedent(example).replace("127.0.0.1:8005", service.url.removeprefix("http://"))
    (tmp_path / "example.py").write_text(code)
    ran = subprocess.run(
        [sys.executable, "example.py"], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert ran.returncode == 0, ran.stderr
    said = [json.loads(line) for line in ran.stdout.splitlines()]
    assert [event["event"] for event in said] == ["started", "sentence", "sentence", "done"]
    assert all(event["text"] in shown for event in said[1:3])
    assert (tmp_path / "speech.pcm").stat().st_size == round(said[-1]["audio_s"] * 24_000) * 2
