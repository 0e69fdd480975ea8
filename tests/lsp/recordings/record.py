"""Stands between an editor and netpol-lsp and writes down each message, a line of JSON each.

Give the editor this as the server: `python record.py FILE netpol-lsp`. From the lines of FILE whose `from` is `client`
a recording is made by hand: the folders become `{root}`, `{path}` and `{rules}`.
"""

import json
import re
import subprocess
import sys
import threading
from pathlib import Path


def pump(source, sink, who, log):
    """Pass messages on until the source ends."""
    while True:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            byte = source.read(1)
            if not byte:
                sink.close()
                return
            head += byte
        length = int(re.search(rb"Content-Length: *(\d+)", head, re.IGNORECASE)[1])
        body = source.read(length)
        log.write(json.dumps({"from": who, "message": json.loads(body)}, ensure_ascii=False) + "\n")
        log.flush()
        sink.write(head + body)
        sink.flush()


def main():
    file, *command = sys.argv[1:]
    with Path(file).open("a", encoding="utf-8") as log:
        server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        to_server = threading.Thread(target=pump, args=(sys.stdin.buffer, server.stdin, "client", log), daemon=True)
        to_server.start()
        pump(server.stdout, sys.stdout.buffer, "server", log)
        sys.exit(server.wait())


if __name__ == "__main__":
    main()
