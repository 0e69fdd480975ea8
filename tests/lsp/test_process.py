"""The server as a program: command line, transports, and how it ends."""

import asyncio
import json
import os
import signal
import subprocess
import sys

import pytest

from netpol_lsp import __version__
from netpol_lsp.lsp.transport.framing import FrameReader, frame

COMMAND = [sys.executable, "-W", "error", "-m", "netpol_lsp.lsp.main"]
PATIENCE = 60


def message(method, number=None, **params):
    data = {"jsonrpc": "2.0", "method": method, "params": params or None}
    return frame(json.dumps(data | ({} if number is None else {"id": number})).encode())


def initialize(**more):
    return message("initialize", 1, processId=None, rootUri=None, capabilities={}, **more) + message("initialized", x=1)


GOODBYE = message("shutdown", 2) + message("exit")


def run(data, *options):
    return subprocess.run([*COMMAND, *options], input=data, capture_output=True, timeout=PATIENCE, check=False)


def messages(data):
    return [json.loads(body) for body in FrameReader().feed(data)]


def test_version():
    done = run(b"", "--version")
    assert (done.returncode, done.stdout.decode().strip()) == (0, f"netpol-lsp {__version__}")


def test_help_is_quick_to_load():
    code = "import sys, netpol_lsp.lsp.main as m\ntry: m.main(['--help'])\nexcept SystemExit: pass\nprint([x for x in ('pygls', 'lsprotocol') if x in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=PATIENCE, check=True)
    assert done.stdout.rstrip().endswith("[]")


@pytest.mark.parametrize(
    "options", [["--tcp", "x"], ["--tcp", "70000"], ["--tcp", "1", "--ws", "2"], ["--log-level", "loud"], ["file.yaml"]]
)
def test_wrong_usage(options):
    done = run(b"", *options)
    assert done.returncode == 2
    assert b"usage: netpol-lsp" in done.stderr


def test_a_misspelt_option():
    assert b"unknown option: --stdoi, did you mean `--stdio`?" in run(b"", "--stdoi").stderr


def test_a_session_ends_with_0_and_says_nothing_beside_the_wire():
    done = run(initialize() + GOODBYE)
    assert (done.returncode, done.stderr) == (0, b"")
    first, last = messages(done.stdout)[0], messages(done.stdout)[-1]
    assert first["result"]["serverInfo"] == {"name": "netpol-lsp", "version": __version__}
    assert (last["id"], last["result"]) == (2, None)


def answers(*parts):
    """The answers to requests over standard input, by id, in a session that ends well."""
    done = run(b"".join([initialize(), *parts, GOODBYE]))
    assert done.returncode == 0
    found = {}
    for item in messages(done.stdout):
        if "method" not in item:
            found.setdefault(item["id"], []).append(item)
    assert all(len(one) == 1 for number, one in found.items() if number is not None), "one answer to each request"
    return found


WHERE = {"textDocument": {"uri": "file:///ws/web.yaml"}, "position": {"line": 0, "character": 0}}


def test_malformed_requests_are_answered_and_the_session_goes_on():
    found = answers(
        frame(b"{ not json"),
        frame(b"[]"),
        frame(b"\xff\xfe"),
        message("textDocument/hover", 10, textDocument=5),
        message("textDocument/unheardOf", 11, a=1),
        message("textDocument/didChange", textDocument="x"),
        message("unheardOf/notification", a=1),
        frame(b'{"jsonrpc":"2.0","id":12,"method":"textDocument/hover","params":[]}'),
        message("initialize", 13, processId=None, rootUri=None, capabilities={}),
        message("textDocument/hover", 14, **WHERE),
    )
    codes = {number: item["error"]["code"] for number, (item, *_) in found.items() if "error" in item}
    assert codes == {None: -32700, 10: -32602, 11: -32601, 12: -32602, 13: -32600}
    assert [item["error"]["code"] for item in found[None]] == [-32700, -32600, -32700]
    assert found[14][0]["result"] is None


def test_odd_frames_are_passed_over():
    body = json.dumps({"jsonrpc": "2.0", "id": 10, "method": "textDocument/hover", "params": WHERE}).encode()
    found = answers(
        b"X-Header: 1\r\n\r\n",
        b"Content-Length: many\r\n\r\n",
        b"content-type: x; charset=utf-8\r\nCONTENT-LENGTH:%d\r\n\r\n%b" % (len(body), body),
        frame(b""),
    )
    assert found[10][0]["result"] is None


def test_a_request_that_is_cancelled_at_once_is_answered_once():
    """Whether the cancellation comes in time is a matter of luck; an answer there is in any case."""
    found = answers(message("textDocument/hover", 10, **WHERE), message("$/cancelRequest", id=10))
    assert found[10][0].get("error", {}).get("code", -32800) == -32800


def test_requests_before_initialize_and_after_shutdown_are_refused():
    data = message("textDocument/hover", 10, **WHERE) + initialize() + message("shutdown", 2)
    done = run(data + message("textDocument/hover", 11, **WHERE) + message("exit"))
    codes = {item["id"]: item["error"]["code"] for item in messages(done.stdout) if "error" in item}
    assert (done.returncode, codes) == (0, {10: -32002, 11: -32600})


@pytest.mark.parametrize("option", ["--stdio", "--clientProcessId=1"])
def test_options_that_clients_add(option):
    assert run(initialize() + GOODBYE, option).returncode == 0


def test_exit_without_shutdown_ends_with_1():
    assert run(initialize() + message("exit")).returncode == 1


def test_a_client_that_hangs_up_ends_the_server():
    assert run(initialize()).returncode == 1


def test_leaving_while_a_compiled_library_is_busy_is_no_abort():
    code = """if True:
        import jsonschema_rs, sys
        from netpol_lsp.lsp import main
        from netpol_lsp.lsp.features import lifecycle

        def spin(_):
            print("busy", file=sys.stderr, flush=True)
            while True:
                pass

        def warm_up():
            jsonschema_rs.validator_for({"format": "spin"}, formats={"spin": spin}, validate_formats=True).is_valid("x")

        lifecycle.warm_up = warm_up
        sys.exit(main.main([]))
    """
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", code], **pipes) as server:
        server.stdin.write(initialize())
        server.stdin.flush()
        assert server.stderr.readline() == b"busy\n"
        server.communicate(GOODBYE, timeout=PATIENCE)
    assert server.returncode == 0


def test_what_prints_does_not_break_the_wire():
    code = "import sys; from netpol_lsp.lsp import main, server\nold = server.NetpolServer.__init__\ndef new(self): print('stray'); old(self)\nserver.NetpolServer.__init__ = new\nsys.exit(main.main([]))"
    done = subprocess.run(
        [sys.executable, "-c", code], input=initialize() + GOODBYE, capture_output=True, timeout=PATIENCE, check=False
    )
    assert done.returncode == 0
    assert messages(done.stdout)[0]["id"] == 1


def test_the_log_goes_to_a_file(tmp_path):
    log = tmp_path / "server.services.log"
    done = run(initialize() + frame(b"nonsense") + GOODBYE, "--log-level", "info", "--log-file", str(log))
    assert (done.returncode, done.stderr) == (0, b"")
    assert "not JSON" in log.read_text()


def test_a_port_that_is_taken_is_told(tmp_path):
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = run(b"", "--tcp", str(taken.getsockname()[1]))
    assert done.returncode == 2
    assert done.stderr.startswith(b"netpol-lsp: ")
    assert b"Traceback" not in done.stderr


async def listening(option, *more):
    """A server that listens on a free port, the port, and its token."""
    server = await asyncio.create_subprocess_exec(*COMMAND, option, "0", *more, stderr=asyncio.subprocess.PIPE)
    async with asyncio.timeout(PATIENCE):
        line = (await server.stderr.readline()).decode()
        token = "" if "--no-token" in more else (await server.stderr.readline()).decode().split()[-1]
    host, _, port = line.split()[-1].rpartition(":")
    assert host == "127.0.0.1"
    return server, int(port), token


async def say(port, data):
    """What a server answers until it hangs up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(data)
    async with asyncio.timeout(PATIENCE):
        try:
            return await reader.read()
        except ConnectionError:
            return b""
        finally:
            writer.close()


@pytest.mark.asyncio
async def test_nobody_without_the_token_gets_an_answer_over_tcp():
    server, port, token = await listening("--tcp")
    for data in (
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"\x16\x03\x01\x02\x00\r\n\r\n",
        initialize(),
        initialize(initializationOptions={"token": "wrong"}),
        message("workspace/executeCommand", 1, command="netpol.showConfig"),
        b"Content-Length: 999999999999\r\n\r\n",
    ):
        assert await say(port, data) == b""
    _, silent = await asyncio.open_connection("127.0.0.1", port)
    answer = await say(port, initialize(initializationOptions={"token": token}) + GOODBYE)
    assert messages(answer)[0]["result"]["serverInfo"]["name"] == "netpol-lsp"
    async with asyncio.timeout(PATIENCE):
        assert await server.wait() == 0
    silent.close()


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://evil.example"}, {"Host": "evil.example"}, {"Host": "127.0.0.1.evil.example"}, {}],
)
async def test_no_web_page_may_open_a_websocket(headers):
    server, port, token = await listening("--ws")
    asked = {"Host": f"127.0.0.1:{port}", "Upgrade": "websocket", "Connection": "Upgrade"}
    asked |= {"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version": "13"} | headers
    path = f"/?token={token}" if headers else "/"
    lines = [f"GET {path} HTTP/1.1", *(f"{name}: {value}" for name, value in asked.items()), "", ""]
    assert (await say(port, "\r\n".join(lines).encode())).startswith(b"HTTP/1.1 403")
    server.kill()
    await server.wait()


@pytest.mark.parametrize(
    "data",
    [
        b"1}Content-Length: 2\r\n\r\n{}",
        b"Content-Length: 2\n\n{}",
        b"Content-Length: 99999999999\r\n\r\n",
        frame(b'{"jsonrpc":"2.0"' + message("x")),
    ],
)
def test_a_stream_that_cannot_be_cut_ends_the_server_and_is_said(data):
    done = run(initialize() + data + message("textDocument/hover", 10, **WHERE))
    assert done.returncode == 1
    assert b"the server ends" in done.stderr
    assert messages(done.stdout)[-1]["error"]["code"] == -32700


def test_the_configuration_of_other_folders_is_not_told(tmp_path):
    (tmp_path / "ws").mkdir()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / ".netpol-lint.yaml").write_text("default-namespace: secret-place\n")
    start = message("initialize", 1, processId=None, rootUri=(tmp_path / "ws").as_uri(), capabilities={})
    asked = [{"uri": (tmp_path / "other" / "a.yaml").as_uri()}]
    ask = message("workspace/executeCommand", 10, command="netpol.showConfig", arguments=asked)
    done = run(start + message("initialized", x=1) + ask + GOODBYE)
    assert any(item.get("id") == 10 and "result" in item for item in messages(done.stdout))
    assert b"secret-place" not in done.stdout


def test_methods_that_are_not_known_are_no_errors_in_the_log():
    done = run(initialize() + message("x/y", 10, a=1) + message("x/z", a=1) + message("$/x", a=1) + GOODBYE)
    assert done.returncode == 0
    assert b"ERROR" not in done.stderr
    assert [item["error"]["code"] for item in messages(done.stdout) if item.get("id") == 10] == [-32601]


@pytest.mark.skipif(os.name == "nt", reason="needs pipes that fill up")
def test_a_client_that_stops_reading_and_leaves_ends_the_server():
    server = subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    hover = b"".join(message("textDocument/x" + "y" * 100, number, **WHERE) for number in range(10, 3000))
    server.stdin.write(initialize() + hover)
    server.stdin.close()
    assert server.wait(PATIENCE) == 1
    server.stdout.close()


@pytest.mark.skipif(os.name == "nt", reason="needs signals")
def test_a_loop_that_is_stuck_does_not_outlive_its_client():
    code = (
        "import sys, time; from netpol_lsp.lsp import main; from netpol_lsp.lsp.features import hover; "
        "from netpol_lsp.lsp.transport import protocol, watchdog; watchdog._GRACE = 0.1; "
        "protocol.NetpolProtocol.receive = lambda *_: time.sleep(600); sys.exit(main.main([]))"
    )
    server = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    server.stdin.write(initialize())
    server.stdin.close()
    assert server.wait(PATIENCE) == 1
    server.stdout.close()


@pytest.mark.asyncio
async def test_tcp():
    server, port, _ = await listening("--tcp", "--no-token")
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(initialize() + GOODBYE)
    async with asyncio.timeout(PATIENCE):
        answer = await reader.read()
        assert await server.wait() == 0
    writer.close()
    assert messages(answer)[0]["result"]["serverInfo"]["name"] == "netpol-lsp"


@pytest.mark.asyncio
async def test_a_tcp_client_that_hangs_up_ends_the_server():
    server, port, _ = await listening("--tcp", "--no-token")
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(initialize())
    writer.close()
    async with asyncio.timeout(PATIENCE):
        assert await server.wait() == 1


@pytest.mark.asyncio
async def test_websocket():
    from websockets.asyncio.client import connect

    server, port, token = await listening("--ws")
    async with asyncio.timeout(PATIENCE), connect(f"ws://127.0.0.1:{port}/?token={token}") as socket:
        for body in FrameReader().feed(initialize()):
            await socket.send(body.decode())
        first = json.loads(await socket.recv())
        assert first["result"]["serverInfo"]["name"] == "netpol-lsp"
        for body in FrameReader().feed(GOODBYE):
            await socket.send(body.decode())
        assert await server.wait() == 0


@pytest.mark.skipif(os.name == "nt", reason="needs signals")
def test_a_client_that_dies_ends_the_server(tmp_path):
    """Also when somebody else holds the other end of the wire open."""
    client = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    read_end, write_end = os.pipe()
    code = "from netpol_lsp.lsp import main; from netpol_lsp.lsp.transport import watchdog; import sys; watchdog._CHECK = 0.01; sys.exit(main.main([]))"
    server = subprocess.Popen(
        [sys.executable, "-c", code], stdin=read_end, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    os.close(read_end)
    body = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {"processId": client.pid, "rootUri": None, "capabilities": {}},
    }
    os.write(write_end, frame(json.dumps(body).encode()) + message("initialized", x=1))
    assert server.stdout.readline().startswith(b"Content-Length")
    client.send_signal(signal.SIGKILL)
    client.wait(PATIENCE)
    assert server.wait(PATIENCE) == 1
    server.stdout.close()
    server.stderr.close()
    os.close(write_end)
