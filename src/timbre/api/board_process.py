"""TensorBoard as a process of its own: `python -m timbre.api.board_process LOGS SOCKET PREFIX PARENT`.

It listens on a Unix socket in a folder that is its user's alone, knows nothing but curves, and ends with its parent.
"""

import os
import shutil
import sys
import time
from argparse import Namespace
from pathlib import Path
from typing import Any

NICENESS = 10
READY = "ready"
"""The line that says it listens."""


def main(logs: str, socket: str, prefix: str, parent: int) -> None:
    """Serves until the parent is gone."""
    os.nice(NICENESS)
    os.umask(0o077)
    from tensorboard import program
    from tensorboard.plugins.core.core_plugin import CorePluginLoader
    from tensorboard.plugins.hparams.hparams_plugin import HParamsPlugin
    from tensorboard.plugins.metrics.metrics_plugin import MetricsPlugin
    from tensorboard.plugins.scalar.scalars_plugin import ScalarsPlugin
    from werkzeug.serving import WSGIRequestHandler, make_server

    class Quiet(WSGIRequestHandler):
        def log_request(self, code: int | str = "-", size: int | str = "-") -> None: ...

    class Server(program.TensorBoardServer):  # type: ignore[misc]
        def __init__(self, app: Any, flags: Namespace) -> None:
            self._server = make_server(f"unix://{socket}", 0, app, threaded=True, request_handler=Quiet)

        def serve_forever(self) -> None:
            self._server.serve_forever()

        def get_url(self) -> str:
            return socket

    plugins = [CorePluginLoader(), ScalarsPlugin, MetricsPlugin, HParamsPlugin]  # the page asks for the last anyway
    board = program.TensorBoard(plugins, server_class=Server)
    words = {"logdir": logs, "path_prefix": prefix, "load_fast": "false", "reload_interval": "5"}
    board.configure(argv=["tensorboard", *(f"--{name}={value}" for name, value in words.items())])
    board.launch()
    print(READY, flush=True)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # nobody reads on
    while os.getppid() == parent:
        time.sleep(0.5)
    shutil.rmtree(Path(socket).parent, ignore_errors=True)
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]))
