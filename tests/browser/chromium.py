"""Drives a headless Chromium through its own protocol, over two pipes: no port, no library, no driver."""

import base64
import fcntl
import json
import os
import re
import select
import shutil
import subprocess
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

PATIENCE = 60
"""Seconds without any message after which a test fails."""
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def find_chromium() -> str | None:
    """The browser: `NETPOL_CHROMIUM`, or the first one on the path."""
    named = os.environ.get("NETPOL_CHROMIUM")
    return named or next(filter(None, map(shutil.which, NAMES)), None)


class Chromium:
    """A running browser."""

    def __init__(self, program: str, profile: Path) -> None:
        inward, to_browser = os.pipe()
        from_browser, outward = os.pipe()
        # The browser reads from 3 and writes to 4, which may be in use here.
        ends = [fcntl.fcntl(end, fcntl.F_DUPFD, 10) for end in (inward, outward)]

        def connect() -> None:
            os.dup2(ends[0], 3)
            os.dup2(ends[1], 4)

        command = [
            program,
            "--headless",
            "--no-sandbox",  # tests run as root in containers
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--disable-component-update",
            "--no-first-run",
            "--hide-scrollbars",
            "--remote-debugging-pipe",
            f"--user-data-dir={profile}",
            "--window-size=1360,850",
            "about:blank",
        ]
        self.process = subprocess.Popen(
            command,
            preexec_fn=connect,  # noqa: PLW1509 - nothing but dup2 happens in it
            pass_fds=(3, 4),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for end in (inward, outward, *ends):
            os.close(end)
        self._write, self._read = to_browser, from_browser
        self._number = 0
        self._rest = b""
        self._waiting: deque[dict[str, Any]] = deque()
        self.heard: dict[str, list[Callable[[dict[str, Any]], None]]] = {}

    def send(self, method: str, session: str | None = None, **params: Any) -> dict[str, Any]:
        """The answer to a command; what else arrives meanwhile is handed to those who listen."""
        self._number += 1
        number = self._number
        message = {"id": number, "method": method, "params": params, **({"sessionId": session} if session else {})}
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.hear()
            if answer.get("id") == number:
                assert "error" not in answer, (method, answer["error"])
                return answer["result"]

    def hear(self) -> dict[str, Any]:
        """The next message, after those who listen have got it."""
        message = self._message()
        for listener in self.heard.get(message.get("sessionId", ""), ()) if "method" in message else ():
            listener(message)
        return message

    def _message(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self._read], [], [], PATIENCE)
            assert ready, "the browser says nothing"
            piece = os.read(self._read, 1 << 20)
            assert piece, "the browser is gone"
            self._rest += piece
        one, _, self._rest = self._rest.partition(b"\0")
        return json.loads(one)

    def open(self, path: Path, *, scripts: bool = True, dark: bool = False, width: int = 1360) -> "Tab":
        """A new tab with a page, when it is ready."""
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        tab = Tab(self, target, session)
        tab.prepare(scripts=scripts, dark=dark, width=width)
        tab.go(path)
        return tab

    def close(self) -> None:
        """End it."""
        try:
            self.send("Browser.close")
        finally:
            self.process.wait(PATIENCE)
            os.close(self._write)
            os.close(self._read)


class Tab:
    """A page in the browser. `requests`: the addresses that it asked for; `problems`: what its console says."""

    def __init__(self, browser: Chromium, target: str, session: str) -> None:
        self.browser, self.target, self.session = browser, target, session
        self.requests: list[str] = []
        self.problems: list[str] = []
        self.is_loaded = False
        browser.heard.setdefault(session, []).append(self._hear)

    def send(self, method: str, **params: Any) -> dict[str, Any]:
        """The answer to a command about this page."""
        return self.browser.send(method, self.session, **params)

    def prepare(self, *, scripts: bool, dark: bool, width: int) -> None:
        for domain in ("Page", "Runtime", "Network", "Log", "DOM"):
            self.send(f"{domain}.enable")
        self.has_scripts = scripts
        self.send("Emulation.setScriptExecutionDisabled", value=not scripts)
        features = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self.send("Emulation.setEmulatedMedia", features=features)
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=850, deviceScaleFactor=1, mobile=False)

    def go(self, path: Path) -> None:
        self.is_loaded = False
        self.send("Page.navigate", url=path.as_uri())
        self.wait_for_load()

    def wait_for_load(self) -> None:
        """Wait for the end of loading: our scripts have run then."""
        while not self.is_loaded:
            self.browser.hear()
        if self.has_scripts:
            assert self.evaluate("document.documentElement.dataset.ready !== undefined"), self.problems

    def evaluate(self, expression: str) -> Any:
        """The value of an expression, or of what a promise gives."""
        found = self.send("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        return found["result"].get("value")

    def until(self, condition: str) -> None:
        """Wait until a condition holds, asking once a frame."""
        for _ in range(600):
            if self.evaluate(f"Boolean({condition})"):
                return
            self.frame()
        message = f"{condition} never holds"
        raise AssertionError(message)

    def frame(self) -> None:
        """Let the page draw."""
        self.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def text(self, selector: str) -> str:
        """What a reader sees of an element, without empty lines."""
        return re.sub(r"\n+", "\n", self.evaluate(f"document.querySelector({json.dumps(selector)}).innerText"))

    def fill(self, selector: str, text: str) -> None:
        """Type a text into a field, in place of what is there."""
        self.evaluate(
            f"(() => {{ const one = document.querySelector({json.dumps(selector)}); one.focus(); one.select(); }})()"
        )
        if text:
            self.send("Input.insertText", text=text)
        else:
            self.key("Delete", 46)

    def key(self, key: str, code: int) -> None:
        """Press a key."""
        for kind in ("keyDown", "keyUp"):
            self.send("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code)

    def choose(self, selector: str, value: str) -> None:
        """Choose an option."""
        self.evaluate(
            f"(() => {{ const one = document.querySelector({json.dumps(selector)}); one.value = {json.dumps(value)};"
            " one.dispatchEvent(new Event('input', { bubbles: true })); })()"
        )

    def click(self, selector: str) -> None:
        """Click on the middle of an element."""
        found = self.evaluate(
            f"(() => {{ const one = document.querySelector({json.dumps(selector)}); one.scrollIntoView({{ block: 'center' }});"
            " const box = one.getBoundingClientRect(); return [box.x + box.width / 2, box.y + box.height / 2]; })()"
        )
        self.click_at(*found)

    def click_at(self, x: float, y: float) -> None:
        """Move the mouse to a point and click there."""
        self.send("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)
        for kind in ("mousePressed", "mouseReleased"):
            self.send("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)
        self.frame()

    def picture(self) -> bytes:
        """What it looks like, as PNG."""
        self.frame()
        return base64.b64decode(self.send("Page.captureScreenshot", format="png")["data"])

    def close(self) -> None:
        """Close it."""
        self.browser.send("Target.closeTarget", targetId=self.target)

    def _hear(self, message: dict[str, Any]) -> None:
        params = message.get("params", {})
        match message["method"]:
            case "Network.requestWillBeSent":
                self.requests.append(params["request"]["url"])
            case "Page.loadEventFired":
                self.is_loaded = True
            case "Runtime.exceptionThrown":
                self.problems.append(str(params["exceptionDetails"]))
            case "Runtime.consoleAPICalled":
                self.problems.append(" ".join(str(one.get("value")) for one in params["args"]))
            case "Log.entryAdded":
                self.problems.append(params["entry"]["text"])
