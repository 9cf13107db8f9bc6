"""Our model against the public reference, on the golden files of a tiny one."""

from pathlib import Path

import pytest

from timbre.engine.verify import Report
from timbre.training.parity import verify

GOLDEN = Path(__file__).parents[1] / "fixtures" / "golden-tiny"


@pytest.fixture(scope="module")
def report() -> Report:
    return verify(GOLDEN)


def test_every_golden_value_is_met(report: Report) -> None:
    failed = [check for check in report.checks if not check.passed]
    assert not failed
    assert {"codes", "latents", "waveform", "waveform_speed_1_3", "dvae_codes", "training.gradient"} <= {
        check.name for check in report.checks
    }


def test_text_ids_are_compared_in_all_seventeen_languages(report: Report) -> None:
    assert sum(check.name.startswith("text_ids[") for check in report.checks) == 17
