"""What the doctor says of the parts that keep jobs and files, and of the certificate."""

import datetime
from pathlib import Path

import pytest
import trustme
from commanding import Command
from running import Service

from timbre.cli.checks import examine_service
from timbre.cli.finding import Finding
from timbre.settings import Settings


def examined(**chosen: object) -> dict[str, Finding]:
    return {found.what: found for found in examine_service(Settings(_env_file=None, **chosen))}  # type: ignore[arg-type]


def certificate(folder: Path, days: int) -> dict[str, str]:
    ends = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=days)
    made = trustme.CA().issue_cert("localhost", not_after=ends)
    made.cert_chain_pems[0].write_to_path(str(folder / "chain.pem"))
    made.private_key_pem.write_to_path(str(folder / "key.pem"))
    return {"tls_certificate": str(folder / "chain.pem"), "tls_key": str(folder / "key.pem")}


def test_of_a_running_service(service: Service, tmp_path: Path):
    told = Command(service, tmp_path).done("doctor")
    for line in ("Timbre 0.", "SQLite, ", "its own, runs", "worker           runs", str(service.home / "files")):
        assert line in told, told


def test_nothing_is_made_by_looking(tmp_path: Path):
    found = examined(home=tmp_path / "new")
    assert found["database"].level == found["storage"].level == found["broker"].level == "ok"
    assert not (tmp_path / "new").exists()


def test_what_was_set_and_does_not_answer(tmp_path: Path):
    found = examined(
        home=tmp_path, broker_url="redis://127.0.0.1:1/0", database_url="postgresql://u:secret@127.0.0.1:1/x",
        storage_url=f"file://{tmp_path}/absent",
    )  # fmt: skip
    for what in ("broker", "database", "storage"):
        assert found[what].level == "missing" and found[what].remedy and "secret" not in found[what].found


@pytest.mark.parametrize(
    ("days", "level", "words"), [(90, "ok", "until"), (5, "note", "until"), (-1, "missing", "now")]
)
def test_a_certificate_says_until_when(tmp_path: Path, days: int, level: str, words: str):
    found = examined(home=tmp_path, host="0.0.0.0", **certificate(tmp_path, days))["certificate"]
    assert found.level == level and words in found.found


def test_http_that_others_reach_is_told_and_a_bad_certificate_too(tmp_path: Path):
    assert examined(home=tmp_path, host="0.0.0.0")["certificate"].level == "note"
    assert (
        examined(home=tmp_path, tls_certificate=str(tmp_path / "no.pem"), tls_key="x")["certificate"].level == "missing"
    )
