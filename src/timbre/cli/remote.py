"""A Timbre that runs elsewhere, as the command line asks it."""

import json
from typing import Any

from timbre.errors import BadServer, ServerAway, ServerRefused
from timbre.settings import settings

PATIENCE_S = 30.0


def ask(server: str, method: str, path: str, body: Any = None) -> Any:
    """Its answer as JSON. The key is that of TIMBRE_API_KEY: on a command line, others could read it.

    Raises errors.BadServer, ServerAway, ServerRefused.
    """
    import httpx

    key = settings().api_key.get_secret_value()
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    try:
        with httpx.Client(base_url=server, headers=headers, timeout=PATIENCE_S) as client:
            answer = client.request(method, path, json=body)
    except (httpx.InvalidURL, httpx.UnsupportedProtocol, UnicodeError):
        raise BadServer(server=server) from None
    except httpx.HTTPError as fault:
        raise ServerAway(server=server, reason=str(fault).rstrip(".").lower() or type(fault).__name__) from None
    if answer.is_success:
        return answer.json() if answer.content else None
    raise _refusal(server, answer.status_code, answer.text)


def _refusal(server: str, status: int, text: str) -> ServerRefused | ServerAway:
    try:
        error = json.loads(text)["error"]
        return ServerRefused(message=error["message"], hint=error["hint"])
    except (ValueError, KeyError, TypeError):
        return ServerAway(server=server, reason=f"something else answers there, with status {status}")
