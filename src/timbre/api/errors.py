"""Where a fault becomes an answer: the native shape everywhere, OpenAI's under /v1."""

import logging
import re
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import Scope
from starlette.websockets import WebSocket

from timbre.errors import TimbreError

log = logging.getLogger("timbre.api")


class InvalidRequest(TimbreError):
    code, status = "invalid_request", 422
    message = "{field}: {problem}."
    hint = "See /openapi.json for what a request has to look like."


class InvalidMessage(InvalidRequest):
    hint = "See docs/api.md for what a message has to look like."


class NoSuchRoute(TimbreError):
    code, status = "not_found", 404
    message = "There is nothing at {path}."
    hint = "See /openapi.json for all that there is."


class WrongMethod(TimbreError):
    code, status = "method_not_allowed", 405
    message = "{path} does not take {method}."
    hint = "See /openapi.json for what it takes."


class TooLarge(TimbreError):
    code, status = "too_large", 413
    message = "The request is larger than {limit_mb} MB."
    hint = "Send less at once."


class HeadTooLarge(TimbreError):
    code, status = "head_too_large", 431
    message = "The request has more than {count} headers, or more than {bytes} bytes of them."
    hint = "Send fewer; a long text belongs in the body."


class TooSlow(TimbreError):
    code, status = "too_slow", 408
    message = "Nothing more of the request came for {seconds} s."
    hint = "Send it again."


class WrongHost(TimbreError):
    code, status = "wrong_host", 400
    message = "This service does not answer to the name '{host}'."
    hint = "Add the name to TIMBRE_ALLOWED_HOSTS."


class WrongOrigin(TimbreError):
    code, status = "wrong_origin", 403
    message = "A page of {origin} may not use this service."
    hint = "Open the page of this service itself, or call it from a program."


def answer(fault: TimbreError, scope: Scope) -> JSONResponse:
    """The answer to a fault, in the shape that the path's clients know."""
    request_id = scope.get("state", {}).get("request_id", "")
    openai = scope["type"] == "http" and scope.get("path", "").startswith("/v1/")  # OpenAI's clients open no sockets
    shape = _openai(fault) if openai else native_shape(fault, request_id)
    headers = {"X-Request-ID": request_id}
    if fault.retry_after is not None:
        headers["Retry-After"] = str(fault.retry_after)
    if fault.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="timbre"'
    return JSONResponse({"error": shape}, fault.status, headers)


def native_shape(fault: TimbreError, request_id: str) -> dict[str, Any]:
    """A fault as everybody else reads it."""
    more = {name: fault.facts[name] for name in fault.shown if name in fault.facts}
    return {"code": fault.code, "message": str(fault), "hint": fault.advice, "request_id": request_id} | more


def openai_shape(fault: TimbreError) -> dict[str, Any]:
    """A fault as OpenAI's clients read it."""
    return _openai(fault)


def install(app: FastAPI) -> None:
    """Makes every fault of the app's routes end in `answer`."""
    app.add_exception_handler(TimbreError, _on_ours)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(Exception, _on_bug)


def _openai(fault: TimbreError) -> dict[str, Any]:
    return {
        "message": f"{fault} {fault.advice}",
        "type": "server_error" if fault.status >= 500 else KINDS.get(fault.status, "invalid_request_error"),
        "param": fault.facts.get("field") or fault.facts.get("parameter") or PARAMS.get(fault.code),
        "code": CODES.get(fault.code, fault.code),
    }


KINDS = {403: "permission_error", 429: "rate_limit_error"}
"""What OpenAI calls an error with this status, where it is not an invalid request."""

CODES = {
    "missing_api_key": "invalid_api_key",
    "expired_api_key": "invalid_api_key",
    "revoked_api_key": "invalid_api_key",
    "missing_scope": "insufficient_permissions",
    "quota_spent": "insufficient_quota",
}
"""OpenAI's own codes for errors that it knows."""

PARAMS = {
    "empty_text": "input",
    "text_too_long": "input",
    "unknown_voice": "voice",
    "unknown_format": "response_format",
    "unknown_language": "language",
    "language_not_spoken": "language",
    "unknown_model": "model",
    "unknown_profile": "profile",
    "model_not_loaded": "model",
}
"""Which field of OpenAI's request an error is about."""


async def _on_ours(request: Request, fault: Exception) -> JSONResponse:
    assert isinstance(fault, TimbreError)
    said = answer(fault, request.scope)
    if isinstance(request, WebSocket):  # of an answer instead of a socket the framework only knows when it is sent
        await said(request.scope, request.receive, request.send)
    return said


async def _on_invalid(request: Request, fault: Exception) -> JSONResponse:
    assert isinstance(fault, RequestValidationError)
    return answer(invalid(fault.errors()[0]), request.scope)


def invalid(first: dict[str, Any], kind: type[InvalidRequest] = InvalidRequest) -> InvalidRequest:
    """One sentence from the first of pydantic's findings."""
    whole = "The message" if kind is InvalidMessage else "The body"
    if first["type"] == "json_invalid":
        return kind(field=whole, problem="it is not JSON")
    field = ".".join(str(part) for part in first["loc"] if part not in {"body", "query", "path"}) or whole
    problem = re.sub(r"^(Value error|Input),? ", "it ", first["msg"]).rstrip(".")
    return kind(field=field, problem=PROBLEMS.get(first["type"], problem))


PROBLEMS = {"missing": "it is missing", "extra_forbidden": "there is no such field"}


async def _on_http(request: Request, fault: Exception) -> JSONResponse:
    assert isinstance(fault, HTTPException)
    path = request.url.path
    known: dict[int, TimbreError] = {
        404: NoSuchRoute(path=path),
        405: WrongMethod(path=path, method=request.method),
    }
    return answer(known.get(fault.status_code) or _plain(fault), request.scope)


def _plain(fault: HTTPException) -> TimbreError:
    plain = InvalidRequest(field="The request", problem=str(fault.detail).rstrip("."))
    plain.status = fault.status_code  # type: ignore[misc]  # the framework's own refusals keep their status
    return plain


async def _on_bug(request: Request, fault: Exception) -> JSONResponse:
    request_id = request.scope.get("state", {}).get("request_id", "")
    log.error("request %s, %s %s, failed:", request_id, request.method, request.url.path)  # a traceback follows
    return answer(TimbreError(), request.scope)
