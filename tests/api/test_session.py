"""Browsers: signing in with a key, and what neither a foreign page nor a forged request can do."""

import asyncio
import json
from collections.abc import Iterator

import httpx
import pytest
from guarded import Guarded
from running import Service
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

EVIL = {"Origin": "https://evil.example"}


@pytest.fixture
def browser(guarded: Guarded) -> Iterator[httpx.Client]:
    """A browser that signed in with a key of its own for voices; `key` is the key's id."""
    key, secret = guarded.key("speak", "voices")
    with guarded.client() as client:
        client.key = key  # type: ignore[attr-defined]
        answer = client.post("/session", json={"key": secret}, headers={"Origin": guarded.url})
        assert answer.status_code == 201
        client.csrf = {"X-CSRF-Token": answer.json()["csrf"]}  # type: ignore[attr-defined]
        yield client


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def test_an_open_service_says_that_no_key_is_needed(service: Service):
    answer = httpx.get(f"{service.url}/session")
    assert answer.json() == {
        "signed_in": True, "key_needed": False, "through": "open", "scopes": ["speak", "voices", "train", "admin"],
    }  # fmt: skip
    assert httpx.post(f"{service.url}/session", json={"key": "tb_made_up"}).status_code == 401


def test_who_is_not_signed_in_hears_so(guarded: Guarded):
    with guarded.client() as nobody:
        assert nobody.get("/session").json() == {"signed_in": False, "key_needed": True, "scopes": []}
    with guarded.client(guarded.admin_key) as program:
        found = program.get("/session").json()
        assert found["through"] == "key" and "admin" in found["scopes"] and "csrf" not in found


def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(guarded: Guarded):
    _, secret = guarded.key("speak")
    with guarded.client() as client:
        answer = client.post("/session", json={"key": secret})
        (cookie,) = answer.headers.get_list("set-cookie")
        assert {"httponly", "samesite=strict", "path=/"} <= {part.strip().lower() for part in cookie.split(";")}
        assert "secure" not in cookie.lower() and secret not in cookie
        assert answer.headers["cache-control"] == "no-store"
        assert answer.json()["csrf"] not in cookie
        secured = client.post("/session", json={"key": secret}, headers={"X-Forwarded-Proto": "https"})
        (cookie,) = secured.headers.get_list("set-cookie")
        assert cookie.startswith("__Host-") and "secure" in cookie.lower() and "domain" not in cookie.lower()


def test_signed_in_one_may_ask_and_with_the_token_change(guarded: Guarded, browser):
    assert browser.get("/voices").status_code == 200
    found = browser.get("/session").json()
    assert (found["signed_in"], found["through"], found["key_id"]) == (True, "cookie", browser.key)
    assert found["scopes"] == ["speak", "voices"] and found["csrf"] == browser.csrf["X-CSRF-Token"]
    say = {"text": "Tea now.", "format": "pcm"}
    assert code(browser.post("/synthesize-direct", json=say)) == (403, "csrf_failed")
    assert code(browser.patch("/voices/ana", json={}, headers={"X-CSRF-Token": "x"})) == (403, "csrf_failed")
    assert code(browser.delete("/voices/ana")) == (403, "csrf_failed")
    assert browser.post("/synthesize-direct", json=say, headers=browser.csrf).status_code == 200
    assert code(browser.get("/keys")) == (403, "missing_scope")


def test_a_foreign_page_gets_nowhere(guarded: Guarded, browser):
    headers = browser.csrf | EVIL
    assert code(browser.post("/synthesize-direct", json={"text": "Hi."}, headers=headers)) == (403, "wrong_origin")
    assert code(browser.post("/session", json={"key": "tb_x"}, headers=EVIL)) == (403, "wrong_origin")
    assert code(browser.get("/voices", headers=EVIL)) == (401, "session_ended")
    assert code(browser.get("/voices", headers={"Sec-Fetch-Site": "cross-site"})) == (401, "session_ended")
    assert "access-control-allow-origin" not in browser.get("/voices", headers=EVIL).headers
    preflight = EVIL | {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x-csrf-token"}
    assert not any("access-control" in name for name in browser.options("/voices", headers=preflight).headers)
    rebound = {"Host": "evil.example"}
    assert code(browser.get("/voices", headers=rebound)) == (400, "wrong_host")
    assert code(browser.post("/session", json={"key": "tb_x"}, headers=rebound)) == (400, "wrong_host")


def test_a_socket_takes_the_cookie_from_our_own_page_only(guarded: Guarded, browser):
    cookie = {"Cookie": "; ".join(f"{name}={value}" for name, value in browser.cookies.items())}
    url = guarded.url.replace("http", "ws") + "/v1/audio/stream"

    async def refused(**headers: str) -> int:
        with pytest.raises(InvalidStatus) as raised:
            async with connect(url, additional_headers=cookie | headers):
                pass
        return raised.value.response.status_code

    async def test() -> None:
        assert await refused(Origin="https://evil.example") == 403
        assert await refused(Origin="null") == 403
        assert await refused() == 401  # a browser always says where it comes from
        async with connect(url, additional_headers=cookie | {"Origin": guarded.url}) as socket:
            for message in ({"voice": "ana"}, {"text": "Tea."}, {"end": True}):
                await socket.send(json.dumps(message))
            said = [json.loads(message) async for message in socket if isinstance(message, str)]
            assert said[-1]["event"] == "done"

    asyncio.run(test())


def test_signing_out(browser):
    assert code(browser.delete("/session")) == (403, "csrf_failed")
    stale = dict(browser.cookies)
    assert browser.delete("/session", headers=browser.csrf).status_code == 204
    assert not browser.cookies
    browser.cookies.update(stale)
    assert code(browser.get("/voices")) == (401, "session_ended")
    assert browser.delete("/session").status_code == 204  # it was over already


def test_revoking_the_key_signs_the_browser_out(guarded: Guarded, browser):
    with guarded.client(guarded.admin_key) as admin:
        admin.delete(f"/keys/{browser.key}")
    assert code(browser.get("/voices")) == (401, "session_ended")
    assert browser.get("/session").json()["signed_in"] is False


@pytest.mark.parametrize(
    "wrong", [{"key": "tb_made_up"}, {"key": ""}, {"key": "tb_\ud800"}, {"key": "x" * 501}, {}, []]
)
def test_signing_in_with_what_is_no_key(guarded: Guarded, wrong):
    with guarded.client() as client:
        body = json.dumps(wrong)
        answer = client.post("/session", content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code in {401, 422} and "set-cookie" not in answer.headers, answer.text
        assert "tb_" not in answer.json()["error"]["message"]


def test_odd_cookies_hide_none_of_ours(guarded: Guarded, browser):
    ours = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    with guarded.client() as client:
        for odd in (f"a b=c; {ours}", f'x="; {ours}', f"bad[]=1;{ours}", f"{ours}; =; ;;"):
            assert client.get("/voices", headers={"Cookie": odd}).status_code == 200, odd
        assert client.get("/voices", headers={"Cookie": "=;;;\x01"}).status_code == 401


@pytest.mark.parametrize("path", ["/", "/voices", "/nothing", "/session", "/static/js/none.js", "/keys"])
def test_every_answer_tells_browsers_to_be_careful(guarded: Guarded, path: str):
    with guarded.client() as nobody:
        headers = nobody.get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff" and headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "no-referrer" and headers["x-request-id"]
        assert "strict-transport-security" not in headers and "server" not in headers
