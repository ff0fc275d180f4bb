"""Parts of the machine: child processes, ports, folders, a browser."""
