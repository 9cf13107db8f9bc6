"""What is looked at before the service begins to listen."""

import ipaddress
import logging
import ssl
from pathlib import Path

from timbre.access import keys
from timbre.errors import BadCertificate, DatabaseAway, DatabaseLocked, KeyNeeded, WeakKey
from timbre.settings import Settings
from timbre.store.database import Database

log = logging.getLogger(__name__)

LEAST_CHARACTERS = 20
"""Of TIMBRE_API_KEY, which its user makes up."""


def check_address(settings: Settings, database: Database) -> None:
    """Raises errors.KeyNeeded when others could reach the service and there is no key, and errors.WeakKey.

    A database that does not answer yet keeps nobody from starting: until it does, every request is refused.
    """
    if given := settings.api_key.get_secret_value():
        if len(given) < LEAST_CHARACTERS:
            raise WeakKey(least=LEAST_CHARACTERS)
        return
    if is_loopback(settings.host):
        return
    try:
        database.upgrade()
        with database.reading() as session:
            if not keys.any_exist(session):
                raise KeyNeeded(host=settings.host)
    except (DatabaseAway, DatabaseLocked) as fault:
        log.warning("%s %s", fault, fault.advice)


def check_tls(settings: Settings) -> bool:
    """Whether https is served. Raises errors.BadCertificate when its files cannot be used."""
    certificate, key = settings.tls_certificate, settings.tls_key
    if not (certificate or key):
        return False
    if not (certificate and key):
        raise BadCertificate(reason="one of them is not set")
    for path in (certificate, key):
        try:
            Path(path).read_bytes()
        except OSError as fault:
            raise BadCertificate(reason=f"{path}: {(fault.strerror or str(fault)).lower()}") from None
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password=_no_passphrase)
    except (ssl.SSLError, ValueError) as fault:
        reason = getattr(fault, "reason", None) or "NOT_A_CERTIFICATE_AND_ITS_KEY"
        raise BadCertificate(reason=reason.lower().replace("_", " ")) from None
    return True


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches an address."""
    if host == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


def _no_passphrase() -> str:
    """Nobody is there to be asked for it."""
    return ""
