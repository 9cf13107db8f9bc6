"""The one Settings object. Every default stands in this folder once; `make env` writes `.env.example` from it."""

from functools import lru_cache

from pydantic_settings import SettingsConfigDict

from timbre.settings.datasets import DatasetSettings
from timbre.settings.service import ServiceSettings
from timbre.settings.training import TrainingSettings


class Settings(TrainingSettings, DatasetSettings, ServiceSettings):
    """What can be set from the environment (prefix TIMBRE_) or from a `.env` file, each with its description."""

    model_config = SettingsConfigDict(env_prefix="TIMBRE_", env_file=".env", extra="ignore")


@lru_cache
def settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()


def example() -> str:
    """What `.env.example` holds: every setting with its description, commented out, at its default."""
    lines = ["# Copy this file to .env and take away the # before what you want to change. Written by: make env", ""]
    for name, field in Settings.model_fields.items():
        default = "" if field.default_factory else field.default
        lines += [f"# {field.description}", f"# TIMBRE_{name.upper()}={default}", ""]
    return "\n".join(lines)
