"""The routes that tell: health, languages, models, voices, the page, and OpenAPI."""

import subprocess
import sys

import httpx
from running import Service
from sound import seconds

from timbre.text.languages import LANGUAGES


def test_health_and_readiness(http: httpx.Client):
    assert http.get("/health").json()["status"] == "ok"
    assert http.get("/ready").json() == {"status": "ready", "model": "tiny"}
    [engine] = http.get("/health/engines").json()["items"]
    assert engine["model"] == "tiny" and engine["ready"]
    assert "folder" not in engine and "pid" not in engine


def test_the_languages_are_those_of_the_loaded_model(http: httpx.Client):
    found = http.get("/languages").json()
    assert [language["code"] for language in found["items"]] == ["en", "pt"]
    assert found["text_limit"] == 10_000
    whole = [language["code"] for language in http.get("/languages?all=true").json()["items"]]
    assert whole == list(LANGUAGES)


def test_the_built_in_voices_are_listed_and_can_be_heard(http: httpx.Client):
    items = http.get("/voices").json()["items"]
    assert [voice["id"] for voice in items if voice["kind"] == "built-in"] == ["ana", "bruno", "clara", "davi"]
    assert all(value is not None for voice in items for value in voice.values())
    assert http.get("/voices/bruno").json()["about"] == "Deep and slow."
    assert seconds(http.get("/voices/bruno/preview?format=wav").content) > 0


def test_the_models_say_which_is_loaded(http: httpx.Client):
    items = http.get("/models").json()["items"]
    assert [model["id"] for model in items if model["loaded"]] == ["tiny"]


def test_openapi_describes_every_route_with_examples(http: httpx.Client):
    document = http.get("/openapi.json").json()
    wanted = {
        "/synthesize-direct", "/v1/audio/speech", "/v1/models", "/voices", "/voices/clone", "/voices/{voice_id}",
        "/voices/{voice_id}/preview", "/languages", "/models", "/health", "/health/engines", "/ready",
    }  # fmt: skip
    assert wanted <= set(document["paths"])
    assert document["components"]["schemas"]["SynthesizeDirect"]["examples"]


def test_the_page_and_all_that_it_loads_come_from_here(http: httpx.Client):
    page = http.get("/")
    assert page.headers["content-type"].startswith("text/html")
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert "http" not in page.text.replace("http-equiv", "").replace("http://www.w3.org", "")
    for path in (
        "css/timbre.css", "bootstrap/css/bootstrap.min.css", "bootstrap/js/bootstrap.bundle.min.js", "icon.svg",
        "js/app.js", "js/theme.js", "locales/en/shell.json", "locales/pt-BR/shell.json",
    ):  # fmt: skip
        assert http.get(f"/static/{path}").status_code == 200, path


def test_the_api_never_imports_torch():
    script = "import sys, timbre.cli.api, timbre.cli.serve, timbre.cli.say; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", script], check=True)


def test_without_an_engine_it_says_so(service: Service, tmp_path):
    script = (
        "import sys; from starlette.testclient import TestClient; from timbre.api.app import create;"
        "from timbre.settings import settings\n"
        "with TestClient(create(settings()), client=('127.0.0.1', 1), base_url='http://localhost') as http:\n"
        "    for path in ('/ready', '/voices', '/languages', '/v1/models'):\n"
        "        answer = http.get(path); assert answer.status_code == 503, (path, answer.text)\n"
        "        assert answer.headers['retry-after'] == '5'\n"
        "    assert not http.get('/health/engines').json()['items'][0]['ready']\n"
        "    assert http.get('/health').status_code == 200\n"
    )
    environment = service.environment() | {"TIMBRE_HOME": str(tmp_path)}
    subprocess.run([sys.executable, "-c", script], check=True, env=environment)
