"""What /openapi.json promises, held against a running service by schemathesis: every operation, with requests that
follow it and requests that break it.

A few of each here; CONTRACT_EXAMPLES says how many (`make contract`). Models are left alone here where a request
would really load, unload or install one: what follows could not be judged. `test_models_api.py` does all of that.
"""

import copy
import os
import re
from collections.abc import Iterator
from itertools import count
from typing import Any

import httpx
import pytest
import schemathesis
from guarded import OWN_KEY as KEY
from hypothesis import HealthCheck, Phase, assume, settings
from running import Service
from schemathesis.checks import load_all_checks
from schemathesis.specs.openapi import checks

from timbre.api.app import routes
from timbre.settings import Settings

_names = count()
EXAMPLES = int(os.environ.get("CONTRACT_EXAMPLES", "2"))
JSON = "application/json"
PASSING = {"engine_busy", "engine_starting"}
REAL = re.compile(r"/models/(tiny|mini|xtts-v2)/(load|unload|install)$")

load_all_checks()
DESCRIBED = routes(Settings(_env_file=None)).openapi()  # type: ignore[call-arg]
CONTRACT = schemathesis.openapi.from_dict(copy.deepcopy(DESCRIBED))
CONTRACT.config.generation.update(max_examples=EXAMPLES, deterministic=True)
CONTRACT.config.phases.coverage.enabled = EXAMPLES > 20  # each bound of each field: some thousand requests


@pytest.fixture(scope="module")
def called(littered: Service) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=littered.url, timeout=120, headers={"Authorization": f"Bearer {KEY}"}) as client:
        yield client


def no_fault_of_ours(_: schemathesis.CheckContext, answer: schemathesis.Response, case: schemathesis.Case) -> None:
    """A refusal has our shape, or OpenAI's; what is no fault of the client's passes by itself."""
    if answer.status_code < 400 or case.method == "HEAD":
        return
    error = answer.json()["error"]
    assert error["message"] and (error["code"] or case.path.startswith("/v1/")), error
    if not case.path.startswith("/v1/"):
        assert error["request_id"] == answer.headers["x-request-id"][0], error
    assert answer.status_code < 500 or (answer.status_code == 503 and error["code"] in PASSING), error


HELD: list[Any] = [
    no_fault_of_ours,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
    checks.missing_required_header,
]


def test_the_service_describes_itself_as_the_tests_have_it(called: httpx.Client):
    assert called.get("/openapi.json").json() == DESCRIBED


def shape(wanted: dict[str, Any]) -> dict[str, Any]:
    """A body's schema: named, or one of some."""
    schema = wanted["schema"]
    named = schema if "$ref" in schema else next(one for one in schema["anyOf"] if "$ref" in one)
    return dict(DESCRIBED["components"]["schemas"][named["$ref"].rpartition("/")[2]])


def bodies() -> Iterator[Any]:
    """Each example of a body, with the operation that it is for."""
    for path, operations in DESCRIBED["paths"].items():
        for method, operation in operations.items():
            wanted = operation.get("requestBody", {}).get("content", {}).get(JSON)
            if wanted is None:
                continue
            for place, example in enumerate(shape(wanted).get("examples", [])):
                yield pytest.param(method, path, example, id=f"{method} {path} {place}")


@pytest.mark.parametrize(("method", "path", "example"), list(bodies()))
def test_an_example_of_the_description_is_taken(called: httpx.Client, method: str, path: str, example: Any):
    path = path.replace("{checkpoint_id}", "c-1")
    made = {
        "{profile_id}": "/quality-profiles",
        "{voice_id}": "/voices/mix",
        "{key_id}": "/keys",
        "{dataset_id}": "/training/datasets",
        "{pronunciation_id}": "/pronunciations",
    }
    for name, where in made.items():
        if name in path:
            first = shape(DESCRIBED["paths"][where]["post"]["requestBody"]["content"][JSON])["examples"][0]
            own = {"written" if "written" in first else "name": f"To be changed {next(_names)}"}
            path = path.replace(name, called.post(where, json=first | own).json()["id"])
    answer = called.request(method, path, json=example)
    assert answer.is_success or answer.json()["error"]["code"] in unmade(path), answer.text


def unmade(path: str) -> set[str]:
    """What an example may be refused by, for what it names is nobody's until it is made."""
    kinds = {
        "/session": "invalid_api_key",
        "/demote": "not_promoted",
        "{segment_id}": "unknown_segment",
        "/training/estimate": "unknown_dataset unknown_build",
        "/training/start": "unknown_dataset unknown_build",
        "/training/search": "unknown_dataset unknown_build",
        "/training/stop": "no_active_run unknown_run",
        "/training/pause": "no_active_run unknown_run",
        "/training/resume": "no_active_run unknown_run",
        "{run_id}": "unknown_run",
        "{source_id}": "unknown_source",
        **dict.fromkeys(
            ("download", "segment", "transcribe", "filter", "build", "run"), "unknown_dataset dataset_busy"
        ),
    }
    return {code for end, codes in kinds.items() if path.endswith(end) for code in codes.split()}


def test_every_operation_that_takes_a_body_shows_one():
    shown = {f"{case.values[0]} {case.values[1]}" for case in bodies()}
    wants = {
        f"{method} {path}"
        for path, operations in DESCRIBED["paths"].items()
        for method, operation in operations.items()
        if JSON in operation.get("requestBody", {}).get("content", {})
    }
    assert wants == shown


@CONTRACT.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_an_operation_keeps_to_the_contract(case: schemathesis.Case, littered: Service):
    assume(not REAL.search(case.formatted_path))
    known = {one["name"] for one in DESCRIBED["paths"][case.path][case.method.lower()].get("parameters", [])}
    assume(set(case.query or {}) <= known)  # a parameter that means nothing is passed over, as everywhere
    case.call_and_validate(
        base_url=littered.url, headers={"Authorization": f"Bearer {KEY}"}, checks=HELD, timeout=120, verify=False
    )
