"""What keeps a service from listening."""

import ssl
from pathlib import Path

import pytest
import trustme

from timbre.access import keys
from timbre.access.start import check_address, check_tls, is_loopback
from timbre.errors import BadCertificate, KeyNeeded, WeakKey
from timbre.settings import Settings
from timbre.store.database import Database


def settings(**more: object) -> Settings:
    return Settings(_env_file=None, **more)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "timbre.example"])
def test_others_can_reach_it_only_once_there_is_a_key(database: Database, host: str):
    with pytest.raises(KeyNeeded) as raised:
        check_address(settings(host=host), database)
    assert host in str(raised.value) and "timbre keys create" in raised.value.advice
    check_address(settings(host=host, api_key="x" * 20), database)
    keys.create(database, keys.Wish("Anna", ["admin"]))
    check_address(settings(host=host), database)


def test_this_machine_needs_none(database: Database):
    for host in ("127.0.0.1", "localhost", "::1"):
        check_address(settings(host=host), database)


def test_a_key_that_can_be_guessed_is_refused_and_not_shown(database: Database):
    for host in ("127.0.0.1", "0.0.0.0"):
        with pytest.raises(WeakKey) as raised:
            check_address(settings(host=host, api_key="hunter2"), database)
        assert "hunter2" not in str(raised.value) + raised.value.advice


def test_a_database_that_is_away_keeps_nobody_from_starting():
    away = Database("postgresql://nobody@127.0.0.1:1/none")
    check_address(settings(host="0.0.0.0"), away)
    away.close()


def test_which_addresses_are_this_machines_own():
    assert all(map(is_loopback, ("127.0.0.1", "127.8.9.1", "::1", "[::1]", "localhost", "::ffff:127.0.0.1")))
    assert not any(map(is_loopback, ("", "0.0.0.0", "::", "10.0.0.1", "localhost.evil.example", "::ffff:10.0.0.1")))


def test_a_certificate_and_its_key(tmp_path: Path):
    authority = trustme.CA()
    paths = []
    for number in range(2):
        made = authority.issue_cert("localhost")
        certificate, key = tmp_path / f"{number}.pem", tmp_path / f"{number}.key"
        made.cert_chain_pems[0].write_to_path(certificate)
        made.private_key_pem.write_to_path(key)
        paths.append((str(certificate), str(key)))
    (certificate, key), (_, other) = paths
    assert check_tls(settings()) is False
    assert check_tls(settings(tls_certificate=certificate, tls_key=key)) is True
    text, folder = tmp_path / "notes.txt", str(tmp_path)
    text.write_text("hello")
    wrong = [(certificate, ""), ("", key), (certificate, other), (key, certificate), (str(text), key), (folder, key)]
    for one, two in [*wrong, (certificate, str(tmp_path / "none.key"))]:
        with pytest.raises(BadCertificate) as raised:
            check_tls(settings(tls_certificate=one, tls_key=two))
        assert str(raised.value).endswith(".") and "\n" not in str(raised.value)


def test_a_key_with_a_passphrase_asks_nobody(tmp_path: Path):
    from cryptography.hazmat.primitives import serialization

    made = trustme.CA().issue_cert("localhost")
    plain = serialization.load_pem_private_key(made.private_key_pem.bytes(), None)
    locked = plain.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"secret"),
    )
    certificate, key = tmp_path / "cert.pem", tmp_path / "cert.key"
    made.cert_chain_pems[0].write_to_path(certificate)
    key.write_bytes(locked)
    with pytest.raises(BadCertificate):
        check_tls(settings(tls_certificate=str(certificate), tls_key=str(key)))
    assert ssl.OPENSSL_VERSION  # and it did not wait for somebody to type
