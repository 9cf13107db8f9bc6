"""`timbre keys`: before anything runs, beside a service, and from elsewhere."""

import os
import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from running import free_port, serving


def timbre(home: Path, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"TIMBRE_HOME": str(home)} | {f"TIMBRE_{k.upper()}": v for k, v in settings.items()}
    done = subprocess.run(
        [sys.executable, "-m", "timbre", *words],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done


def made(home: Path, *words: str, **settings: str) -> str:
    done = timbre(home, "keys", "create", *words, **settings)
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(r"tb_[\w-]{32,}\n", done.stdout), done.stdout
    return done.stdout.strip()


def test_the_first_key_is_made_before_anything_runs(tmp_path: Path):
    home = tmp_path / "new"
    assert "no keys" in timbre(home, "keys", "list").stderr
    limits = ("--per-minute", "60", "--characters-per-day", "5000", "--jobs", "2")
    key = made(home, "Home Assistant", "--scope", "speak", "--scope", "voices", "--expires", "30d", *limits)
    made(home, "Plain")
    listed = timbre(home, "keys", "list").stdout
    assert key not in listed and key[:11] in listed and len(listed.splitlines()) == 2
    for fact in ("speak voices", "60 requests a minute", "0 of 5000 characters today", "2 jobs at once", "until 20"):
        assert fact in listed
    assert (home.stat().st_mode & 0o077, (home / "timbre.db").stat().st_mode & 0o077) == (0, 0)


def test_a_key_is_changed_revoked_and_forgotten(tmp_path: Path):
    made(tmp_path, "Anna", "--per-minute", "60", "--expires", "12h")
    changed = timbre(
        tmp_path, "keys", "change", "Anna", "--per-minute", "none", "--expires", "none", "--scope", "admin"
    )
    assert changed.stdout.rstrip().endswith("Anna: admin")
    assert "revoke it first" in timbre(tmp_path, "keys", "remove", "Anna").stderr.lower()
    assert "is revoked" in timbre(tmp_path, "keys", "revoke", "Anna").stdout
    assert "revoked" in timbre(tmp_path, "keys", "list").stdout
    assert "No key is left" in timbre(tmp_path, "keys", "remove", "Anna").stderr


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["create", ""], 1),
        (["create", "Anna", "--scope", "fly"], 2),
        (["create", "Anna", "--expires", "soon"], 2),
        (["create", "Anna", "--expires", "2020-01-01"], 1),
        (["create", "Anna", "--expires", "9999w"], 1),
        (["create", "Anna", "--per-minute", "0"], 1),
        (["create", "Anna", "--jobs", "many"], 2),
        (["revoke", "nobody"], 1),
        (["list", "--server", "nonsense"], 1),
        (["list", "--server", f"http://127.0.0.1:{free_port()}"], 1),
        ([], 2),
    ],
)
def test_what_makes_no_sense_is_said_so(tmp_path: Path, words: list[str], code: int):
    done = timbre(tmp_path, "keys", *words)
    assert done.returncode == code and done.stderr and not done.stdout


@pytest.mark.parametrize("verb", ["serve", "api"])
def test_others_can_reach_a_service_only_once_it_has_a_key(tmp_path: Path, verb: str):
    done = timbre(tmp_path, verb, host="0.0.0.0", port=str(free_port()))
    assert done.returncode == 1
    assert done.stderr.splitlines()[-2:] == [
        "timbre: Timbre does not listen at 0.0.0.0, where others can reach it, before there is an API key.",
        "Make one first: timbre keys create NAME --scope admin",
    ]
    weak = timbre(tmp_path, verb, host="0.0.0.0", port=str(free_port()), api_key="hunter2")
    assert weak.returncode == 1 and "hunter2" not in weak.stderr


def test_keys_of_a_service_elsewhere_and_beside_it(engine_folder: Path, tmp_path: Path):
    admin = made(tmp_path, "Boss", "--scope", "admin")
    with serving(tmp_path, engine_folder, host="0.0.0.0") as service, httpx.Client(base_url=service.url) as http:
        elsewhere = tmp_path / "elsewhere"
        elsewhere.mkdir()
        server = ("--server", service.url)

        def status(key: str) -> int:
            return http.get("/voices", headers={"Authorization": f"Bearer {key}"}).status_code

        assert http.get("/voices").status_code == 401 and status(admin) == 200
        denied = timbre(elsewhere, "keys", "list", *server)
        assert denied.returncode == 1 and "needs an API key" in denied.stderr
        key = made(elsewhere, "Anna", "--expires", "30d", *server, api_key=admin)
        assert status(key) == 200
        assert "lacks the scope admin" in timbre(elsewhere, "keys", "list", *server, api_key=key).stderr
        kept = elsewhere / "admin.key"
        kept.write_text(f"{admin}\n")
        assert "Anna" in timbre(elsewhere, "keys", "list", *server, "--key-file", str(kept)).stdout
        done = timbre(
            elsewhere, "keys", "change", "Anna", "--scope", "voices", "--expires", "1w", *server, api_key=admin
        )
        assert "Anna: voices, until" in done.stdout
        assert "is revoked" in timbre(elsewhere, "keys", "revoke", "Anna", *server, api_key=admin).stdout
        assert status(key) == 401
        assert timbre(elsewhere, "keys", "remove", "Anna", *server, api_key=admin).returncode == 2
        assert not (elsewhere / "timbre.db").exists()

        beside = made(tmp_path, "Beside")
        assert status(beside) == 200
        timbre(tmp_path, "keys", "revoke", "Beside")
        assert status(beside) == 401
        assert timbre(elsewhere, "keys", "list", "--server", f"{service.url}/static/js/app.js#").returncode == 1
