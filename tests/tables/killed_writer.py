"""Writers that die: a process that forks one for each order, and kills it where it is told.

Run as a program it reads orders, one JSON object a line, and answers each with one. It imports
everything first and never opens DuckDB itself, so a fork takes milliseconds and has one thread.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

KILLED = -signal.SIGKILL
# What Python does to files. DuckDB's own writing shows up as the batches it pulls.
EVENTS = {"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.scandir", "os.listdir"}
EVENTS |= {"fcntl.flock", "shutil.rmtree", "ctypes.dlsym"}


class Writers:
    """Orders writers from a test, and kills them."""

    def __init__(self) -> None:
        environment = {
            **os.environ,
            "SOURCE_DATE_EPOCH": "1700000000",  # the same tables are then the same bytes
            "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[2]), *sys.path]),
        }
        self._process = subprocess.Popen(
            [sys.executable, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )

    def order(self, target: Path, what: str, **order: Any) -> dict[str, Any]:
        """Let a writer put connectome "A" or "B" at `target`; see `main` for what more to say."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(
            json.dumps({"target": str(target), "what": what, **order}),
            file=self._process.stdin,
            flush=True,
        )
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()


def main() -> None:
    """Answer orders: ``at`` (die at this event), ``after`` (die after these seconds),
    ``exchange`` (false: as on a file system that cannot), ``times`` (write so often in a row),
    ``background`` (answer at once with the pid; a later order to ``wait`` says how it fares).
    """
    import duckdb  # noqa: F401
    import pandas as pd  # noqa: F401
    import pyarrow.dataset
    import pyarrow.parquet  # noqa: F401

    from connectome_analysis.tables import write  # noqa: F401
    from tests.tables import examples  # noqa: F401

    for line in sys.stdin:
        order = json.loads(line)
        if "wait" in order:
            answer = _wait(order["wait"], os.WNOHANG)
        else:
            reading, writing = os.pipe()
            child = os.fork()
            if child == 0:
                os.close(reading)
                _write(order, writing)
            os.close(writing)
            if "after" in order:
                time.sleep(order["after"])
                os.kill(child, signal.SIGKILL)
            if order.get("background"):
                answer = {"pid": child}
                os.close(reading)
            else:
                with os.fdopen(reading) as told:
                    events = told.read()
                answer = {**_wait(child), "events": json.loads(events or "null")}
        print(json.dumps(answer), flush=True)


def _wait(child: int, options: int = 0) -> dict[str, Any]:
    pid, status = os.waitpid(child, options)
    return {"code": os.waitstatus_to_exitcode(status)} if pid else {"running": True}


def _write(order: dict[str, Any], tell: int) -> None:
    from connectome_analysis.tables import swap, write
    from tests.tables import examples

    if not order.get("exchange", True):
        swap._exchange = lambda *_: False
    parent = str(Path(order["target"]).parent)
    last = order.get("at")
    events: list[str] = []

    def happens(event: str) -> None:
        events.append(event)
        if len(events) == last:
            os.kill(os.getpid(), signal.SIGKILL)

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event in EVENTS:
            about = arguments[0]
            is_path = event == "open" and isinstance(about, str | bytes | os.PathLike)
            # Modules and time zones are opened too; a folder is emptied by relative names.
            if not is_path or os.fsdecode(about).startswith(parent):
                happens(event)

    fsync = os.fsync

    def sync(descriptor: int) -> None:
        happens("os.fsync")
        fsync(descriptor)

    os.fsync = sync
    sys.addaudithook(hook)
    code = 0
    try:
        for i in range(order.get("times", 1)):
            what = order["what"][i % len(order["what"])]
            tables = {"A": examples.two, "B": examples.five}[what]()
            write(
                order["target"], tables, examples.MANIFEST, overwrite=order.get("overwrite", True)
            )
    except (OSError, ValueError) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        code = 1
    with suppress(BrokenPipeError):  # nobody listens to a writer in the background
        os.write(tell, json.dumps(events).encode())
    os._exit(code)


if __name__ == "__main__":
    main()
