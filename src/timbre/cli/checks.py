"""What `timbre doctor` looks at besides the engine: what keeps jobs and files, and what stands between it and others.

Nothing is made that is not there yet.
"""

import contextlib
import importlib.util
import os
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime

from timbre.access.start import check_tls, is_loopback
from timbre.cli.finding import Finding
from timbre.cli.serve import check_port
from timbre.errors import TimbreError
from timbre.settings import Settings
from timbre.store.database import Database
from timbre.store.room import size
from timbre.store.storage import storage

LATER = "made when timbre serve first starts"
SOON_DAYS = 21


def examine_service(chosen: Settings) -> Iterator[Finding]:
    """Database, storage, broker, worker, watermark, Wyoming, certificate."""
    for what, look in LOOKS.items():
        try:
            yield look(chosen)
        except TimbreError as fault:
            yield Finding(what, "missing", str(fault), fault.advice)


def _database(chosen: Settings) -> Finding:
    if not chosen.database_url and not (chosen.home / "timbre.db").exists():
        return Finding("database", "ok", f"SQLite, {LATER}")
    with contextlib.closing(Database.of(chosen)) as database:
        database.check()
        where = database.url.database if database.is_sqlite else f"{database.url.host}/{database.url.database}"
        return Finding("database", "ok", f"{'SQLite' if database.is_sqlite else 'Postgres'}, {where}")


def _storage(chosen: Settings) -> Finding:
    if not chosen.storage_url and not (chosen.home / "files").exists():
        return Finding("storage", "ok", f"a folder, {LATER}")
    place = storage(chosen)
    free = place.check()
    return Finding("storage", "ok", place.where + (f", {size(free)} free" if free is not None else ""))


def _broker(chosen: Settings) -> Finding:
    from timbre.jobs.broker import Announcer, server_command, socket_path

    if chosen.broker_url:
        Announcer(chosen).check()
        return Finding("broker", "ok", "answers")
    program = server_command(chosen.home)[0]
    if not socket_path(chosen.home).exists():
        return Finding("broker", "ok", f"its own, started by timbre serve: {program}")
    Announcer(chosen).check()
    return Finding("broker", "ok", "its own, runs")


def _worker(chosen: Settings) -> Finding:
    import psutil

    running = []
    for process in psutil.process_iter():
        try:
            words = process.cmdline()
            ours = "worker" in words[1:4] and any(word.endswith("timbre") for word in words[:3])
            if ours and process.environ().get("TIMBRE_HOME") == os.environ.get("TIMBRE_HOME"):
                running.append(process.pid)
        except psutil.Error:
            continue  # it has ended, or is somebody else's
    if running:
        return Finding("worker", "ok", "runs, process " + " ".join(map(str, running)))
    return Finding("worker", "note", "none runs on this machine: jobs wait", "It is started by: timbre serve")


def _watermark(chosen: Settings) -> Finding:
    from timbre.audio import watermark

    if watermark.wanted(chosen.watermark):
        return Finding("watermark", "ok", "speech is marked as made by a machine")
    if chosen.watermark == "off":
        return Finding("watermark", "ok", "off, by TIMBRE_WATERMARK")
    remedy = "pip install 'timbre-tts[watermark]'"
    return Finding("watermark", "note", "speech is not marked: the extra is not installed", remedy)


def _wyoming(chosen: Settings) -> Finding:
    if not chosen.wyoming:
        return Finding("wyoming", "note", "off", "For Home Assistant: TIMBRE_WYOMING=true")
    if importlib.util.find_spec("wyoming") is None:
        return Finding("wyoming", "missing", "on, but not installed", "pip install 'timbre-tts[wyoming]'")
    where = f"{chosen.wyoming_host}:{chosen.wyoming_port}"
    try:
        check_port(chosen.wyoming_host, chosen.wyoming_port)
    except TimbreError:
        return Finding("wyoming", "ok", f"something listens at {where}, perhaps Timbre itself")
    return Finding("wyoming", "ok", f"{where} is free for it")


def _certificate(chosen: Settings) -> Finding:
    if not check_tls(chosen):
        if is_loopback(chosen.host):
            return Finding("certificate", "ok", f"none: {chosen.host} is reached from this machine alone")
        remedy = "Set TIMBRE_TLS_CERTIFICATE and TIMBRE_TLS_KEY, or put a proxy with https before it."
        return Finding("certificate", "note", "none: keys and texts travel as they are", remedy)
    ends = _expiry(chosen.tls_certificate, chosen.tls_key)
    if ends is None:
        return Finding("certificate", "missing", "it is not valid now", "Renew it; look at this machine's clock too.")
    days = (ends - datetime.now(UTC)).days
    level = "ok" if days > SOON_DAYS else "note"
    return Finding("certificate", level, f"valid until {ends:%Y-%m-%d}", "" if level == "ok" else "Renew it soon.")


def _expiry(certificate: str, key: str) -> datetime | None:
    """Until when a certificate is valid, as a client that trusts it learns from a handshake; None: it is not valid."""
    server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context(cafile=certificate)
    server.load_cert_chain(certificate, key)
    client.check_hostname = False
    client.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = client.wrap_bio(to_client, to_server), server.wrap_bio(to_server, to_client, server_side=True)
    try:
        for _ in range(5):
            for end in ends:
                with contextlib.suppress(ssl.SSLWantReadError):
                    end.do_handshake()
    except ssl.SSLError:
        return None
    told = ends[0].getpeercert() or {}
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(told["notAfter"])), UTC) if told else None


LOOKS = {
    "database": _database,
    "storage": _storage,
    "broker": _broker,
    "worker": _worker,
    "watermark": _watermark,
    "wyoming": _wyoming,
    "certificate": _certificate,
}
