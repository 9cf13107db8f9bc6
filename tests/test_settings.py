"""The settings, and the file that shows them."""

from pathlib import Path

from timbre.settings import Settings, example

ROOT = Path(__file__).parents[1]


def test_env_example_is_what_the_settings_give():
    assert (ROOT / ".env.example").read_text("utf-8") == example(), "run: make env"


def test_every_setting_is_described_and_named():
    text = example()
    for name, field in Settings.model_fields.items():
        assert field.description and field.description.endswith(".")
        assert f"TIMBRE_{name.upper()}=" in text and field.description in text


def test_the_example_changes_nothing(tmp_path: Path, monkeypatch):
    for name in Settings.model_fields:
        monkeypatch.delenv(f"TIMBRE_{name.upper()}", raising=False)
    lines = [line.removeprefix("# ") if line.startswith("# TIMBRE_") else line for line in example().splitlines()]
    given = {line.split("=", 1)[0]: line.split("=", 1)[1] for line in lines if line.startswith("TIMBRE_")}
    before = Settings(_env_file=None)
    for name, value in given.items():
        if name != "TIMBRE_HOME":
            monkeypatch.setenv(name, value)
    assert Settings(_env_file=None) == before
