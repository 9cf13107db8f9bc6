"""A real object store that speaks S3: OpenStack Swift (tried: 2.38.3 from PyPI), its four servers on this machine.

It keeps objects as files with extended attributes, which the temporary folder's file system has to know: ext4, xfs,
btrfs or a tmpfs of Linux 6.6 do.
"""

import getpass
import signal
import subprocess
import sys
import sysconfig
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from running import free_port

KEY, SECRET, REGION = "timbre:tester", "a-secret-of-theirs", "us-east-1"
SERVERS = ("account", "container", "object")

BACKEND = """[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
user = {user}
swift_dir = {home}
devices = {home}/disks
mount_check = false
fallocate_reserve = 0
workers = 0
[pipeline:main]
pipeline = {name}-server
[app:{name}-server]
use = egg:swift#{name}
"""
FILTERS = ("catch_errors", "gatekeeper", "healthcheck", "s3api", "tempauth", "bulk", "slo", "dlo")
SAID = {"s3api": f"location = {REGION}\n", "tempauth": f"user_{KEY.replace(':', '_')} = {SECRET} .admin\n"}
PROXY = f"""[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {{port}}
user = {{user}}
swift_dir = {{home}}
workers = 0
[pipeline:main]
pipeline = {" ".join(FILTERS)} proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
error_suppression_interval = 0
""" + "".join(f"[filter:{name}]\nuse = egg:swift#{name}\n{SAID.get(name, '')}" for name in FILTERS)
HASHES = """[swift-hash]
swift_hash_path_suffix = timbre
[storage-policy:0]
name = only
default = yes
"""
RINGS = """
import sys
from swift.common.ring import RingBuilder
for server in sys.argv[2].split(","):
    name, port = server.split("=")
    ring = RingBuilder(4, 1, 1)
    where = {"region": 1, "zone": 1, "ip": "127.0.0.1", "port": int(port), "device": "one", "weight": 1, "meta": ""}
    ring.add_dev(where | {"replication_ip": "127.0.0.1", "replication_port": int(port)})
    ring.rebalance()
    ring.get_ring().save(f"{sys.argv[1]}/{name}.ring.gz")
"""


class Swift:
    """The four servers, which can be killed and started again."""

    def __init__(self, home: Path) -> None:
        if sys.platform != "linux":
            pytest.skip("wants OpenStack Swift, which runs on Linux")
        self.home = home
        self.ports = {name: free_port() for name in (*SERVERS, "proxy")}
        self.endpoint = f"http://127.0.0.1:{self.ports['proxy']}"
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        (home / "disks" / "one").mkdir(parents=True)
        (home / "swift.conf").write_text(HASHES)
        user = getpass.getuser()
        for name, port in self.ports.items():
            text = PROXY if name == "proxy" else BACKEND
            (home / f"{name}.conf").write_text(text.format(name=name, port=port, home=home, user=user))
        ports = ",".join(f"{name}={self.ports[name]}" for name in SERVERS)
        done = subprocess.run([sys.executable, "-c", RINGS, home, ports], capture_output=True, timeout=60)
        assert done.returncode == 0, done.stderr

    def start(self, *names: str) -> None:
        """Starts what does not run, and returns once it answers."""
        for name in names or self.ports:
            if name not in self.running:
                command = self._tool(f"{name}-server", f"{name}.conf")
                with (self.home / f"{name}.log").open("ab") as log:
                    self.running[name] = subprocess.Popen(command, stdout=log, stderr=log, cwd=self.home)
        for name in names or self.ports:
            self._wait(name)

    def kill(self, *names: str) -> None:
        """Ends servers without a word of warning."""
        for name in names or tuple(self.running):
            process = self.running.pop(name)
            process.send_signal(signal.SIGKILL)
            process.wait(10)

    def make_bucket(self, name: str) -> None:
        """Makes a bucket, by a request that is signed as any of S3 is."""
        import obstore
        from obstore.store import S3Store

        owner: dict[str, Any] = {"access_key_id": KEY, "secret_access_key": SECRET, "region": REGION}
        store = S3Store(name, endpoint=self.endpoint, client_options={"allow_http": True}, **owner)
        httpx.put(obstore.sign(store, "PUT", "", timedelta(minutes=1))).raise_for_status()

    def url(self, bucket: str, prefix: str = "") -> str:
        """The setting that leads there."""
        return f"s3://{bucket}/{prefix}?endpoint={self.endpoint}&region={REGION}"

    def _tool(self, name: str, file: str) -> list[str]:
        tool = Path(sysconfig.get_path("scripts")) / f"swift-{name}"
        return [sys.executable, str(tool), str(self.home / file)]

    def _wait(self, name: str) -> None:
        deadline = time.monotonic() + 60
        path = "/healthcheck" if name == "proxy" else "/"
        while time.monotonic() < deadline and self.running[name].poll() is None:
            try:
                httpx.get(f"http://127.0.0.1:{self.ports[name]}{path}", timeout=5)
                return
            except httpx.TransportError:
                time.sleep(0.05)
        raise AssertionError(f"swift's {name} did not start:\n{(self.home / f'{name}.log').read_text()}")
