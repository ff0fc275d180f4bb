"""Start a node and wait for Ctrl-C: `python -m devtools.cluster.node`. It needs root, and prints how to reach it."""

import signal
import sys
import time

from devtools.cluster.node.node import Node
from devtools.cluster.pod_cluster import ClusterError
from devtools.go_programs.build import GoBuildError
from devtools.go_programs.programs import program


def main() -> int:
    """Start a node and wait for Ctrl-C."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    started = time.monotonic()
    try:
        with Node() as node:
            print(f"export KUBECONFIG={node.kubeconfig}\nalias kubectl={program('kubectl')}", flush=True)
            print(f"The node is ready after {time.monotonic() - started:.0f} s.", file=sys.stderr, flush=True)
            signal.pause()
    except KeyboardInterrupt:
        return 0
    except (ClusterError, GoBuildError) as error:
        print(error, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
