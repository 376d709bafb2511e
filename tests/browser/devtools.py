"""A browser without a window, driven through Chrome's DevTools protocol."""

from __future__ import annotations

import json
import os
import subprocess
import time
from pathlib import Path
from typing import Any

import websocket

KEYS = {"Tab": (9, ""), "Enter": (13, "\r")}
WAIT = 240.0            # seconds for the browser to start, and for one answer of it


class Browser:
    """One page of a browser that can reach no other machine; every address it asks for is written down."""

    def __init__(self, program: str, profile: Path) -> None:
        line = [
            program, "--headless=new", "--remote-debugging-port=0", f"--user-data-dir={profile}", "--disable-gpu",
            "--no-first-run", "--disable-extensions", "--host-resolver-rules=MAP * ~NOTFOUND", "--disable-background-networking",
            "--hide-scrollbars", *(["--no-sandbox"] if os.geteuid() == 0 else []), "about:blank",
        ]
        self._process = subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._socket = websocket.create_connection(_address(profile), timeout=WAIT, suppress_origin=True)
        self._number = 0
        self._session = ""
        self.asked: list[str] = []
        target = self._send("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Runtime"):
            self._send(f"{domain}.enable")

    def close(self) -> None:
        """End the browser."""
        self._socket.close()
        self._process.terminate()
        self._process.wait(timeout=WAIT)

    def open(self, page: Path) -> None:
        """Show a file, and forget what earlier ones asked for."""
        self.asked.clear()
        self._send("Page.navigate", url=page.resolve().as_uri())
        self.wait("document.readyState === 'complete'")

    def wait(self, condition: str) -> None:
        """Wait until an expression holds on the page."""
        limit = time.monotonic() + WAIT
        while not self.evaluate(condition):
            if time.monotonic() > limit:
                raise TimeoutError(f"this never came to be: {condition}")

    def size(self, width: int, height: int) -> None:
        """Make the window so wide and high."""
        self._send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 500)

    def colours(self, scheme: str) -> None:
        """Prefer ``light`` or ``dark`` colours."""
        self._send("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": scheme}, {"name": "prefers-reduced-motion", "value": "reduce"}])

    def press(self, name: str) -> None:
        """Press Tab or Enter."""
        number, text = KEYS[name]
        key = {"key": name, "code": name, "windowsVirtualKeyCode": number, **({"text": text} if text else {})}
        self._send("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", **key)
        self._send("Input.dispatchKeyEvent", type="keyUp", **key)

    def type(self, words: str) -> None:
        """Type words where the focus is."""
        self._send("Input.insertText", text=words)

    def evaluate(self, expression: str) -> Any:
        """The value of an expression on the page; a promise is waited for."""
        answer = self._send("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(answer["exceptionDetails"].get("exception", {}).get("description", "the page threw"))
        return answer["result"].get("value")

    def _send(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Ask the browser, and wait for its answer; on the way note what the page asks for."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        self._socket.send(json.dumps(message))
        while True:
            heard = json.loads(self._socket.recv())
            if heard.get("method") == "Network.requestWillBeSent":
                self.asked.append(heard["params"]["request"]["url"])
            if heard.get("id") == self._number:
                if "error" in heard:
                    raise RuntimeError(f"{method}: {heard['error']['message']}")
                return heard["result"]


def _address(profile: Path) -> str:
    """Where the browser listens, which it writes into its profile when it is ready."""
    limit = time.monotonic() + WAIT
    while time.monotonic() < limit:
        try:
            port, path = (profile / "DevToolsActivePort").read_text(encoding="utf-8").split()
            return f"ws://127.0.0.1:{port}{path}"
        except (FileNotFoundError, ValueError):
            time.sleep(0.05)
    raise TimeoutError("the browser did not start")
