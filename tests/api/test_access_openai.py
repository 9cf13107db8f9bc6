"""OpenAI's own client meets a service with keys."""

from collections.abc import Iterator

import openai
import pytest
from guarded import Guarded
from running import Service


def client(url: str, key: str) -> openai.OpenAI:
    return openai.OpenAI(base_url=f"{url}/v1", api_key=key, max_retries=0)


def speak(client: openai.OpenAI, text: str = "Tea now.", **more: object) -> bytes:
    wish = {"model": "tts-1", "voice": "alloy", "response_format": "pcm"} | more
    return client.audio.speech.create(input=text, **wish).content


@pytest.fixture
def refused(guarded: Guarded) -> Iterator:
    def refusal(kind: type[openai.APIStatusError], key: str, text: str = "Tea now.") -> openai.APIStatusError:
        with client(guarded.url, key) as caller, pytest.raises(kind) as raised:
            speak(caller, text)
        return raised.value

    return refusal


def test_with_a_key_it_speaks(guarded: Guarded):
    _, key = guarded.key("speak")
    with client(guarded.url, key) as caller:
        assert len(speak(caller)) > 1000
        assert next(model.id for model in caller.models.list()) == "tiny"


def test_an_open_service_takes_any_key(service: Service):
    for key in ("none", "sk-anything", "tb_made_up"):
        with client(service.url, key) as caller:
            assert len(speak(caller)) > 1000


@pytest.mark.parametrize("key", ["sk-anything", "tb_made_up"])
def test_a_wrong_key(refused, key: str):
    fault = refused(openai.AuthenticationError, key)
    assert (fault.status_code, fault.code, fault.type) == (401, "invalid_api_key", "invalid_request_error")
    assert fault.response.headers["www-authenticate"].startswith("Bearer")


def test_a_revoked_key(guarded: Guarded, refused):
    made, key = guarded.key("speak")
    with guarded.client(guarded.admin_key) as admin:
        admin.delete(f"/keys/{made}")
    fault = refused(openai.AuthenticationError, key)
    assert fault.code == "invalid_api_key" and "was revoked" in str(fault)


def test_a_key_without_the_scope(guarded: Guarded, refused):
    fault = refused(openai.PermissionDeniedError, guarded.key("voices")[1])
    assert (fault.code, fault.type) == ("insufficient_permissions", "permission_error") and "scope" in str(fault)


def test_too_many_requests(guarded: Guarded, refused):
    _, key = guarded.key("speak", requests_per_minute=1)
    with client(guarded.url, key) as caller:
        speak(caller)
    fault = refused(openai.RateLimitError, key)
    assert (fault.code, fault.type) == ("rate_limit_exceeded", "rate_limit_error")
    assert 1 <= int(fault.response.headers["retry-after"]) <= 60


def test_too_many_characters(guarded: Guarded, refused):
    fault = refused(openai.RateLimitError, guarded.key("speak", characters_per_day=5)[1])
    assert fault.code == "insufficient_quota" and int(fault.response.headers["retry-after"]) > 0
