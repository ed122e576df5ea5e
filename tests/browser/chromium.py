"""A headless Chromium, driven through its DevTools protocol over a pipe: standard library only."""

import base64
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests import machine

DEADLINE_S = 50.0


class PageError(AssertionError):
    """The page threw where a test asked it something."""


class Browser:
    """One page. Everything that it complains about is kept in `complaints`, requests in `asked`."""

    def __init__(self, process: subprocess.Popen[bytes], to: int, answers: int) -> None:
        self.process, self._to, self._answers = process, to, answers
        self._number, self._rest, self._session = 0, b"", ""
        self.complaints: list[str] = []
        self.asked: list[str] = []
        targets = self.call("Target.getTargets")["targetInfos"]
        page = next(each["targetId"] for each in targets if each["type"] == "page")
        attached = self.call("Target.attachToTarget", targetId=page, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + DEADLINE_S
        while time.monotonic() < deadline:
            answer = self._read()
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise PageError(f"{method}: {answer['error']}")
                return answer["result"]
            self._note(answer)
        raise TimeoutError(method)

    def _read(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            data = os.read(self._answers, 1 << 20)
            if not data:
                raise ConnectionError("Chromium is gone")
            self._rest += data
        message, self._rest = self._rest.split(b"\0", 1)
        return json.loads(message)

    def _note(self, event: dict[str, Any]) -> None:
        details = event.get("params", {})
        match event.get("method"):
            case "Runtime.exceptionThrown":
                thrown = details["exceptionDetails"]
                self.complaints.append(str(thrown.get("exception", {}).get("description", thrown)))
            case "Runtime.consoleAPICalled" if details["type"] in {"error", "warning", "assert"}:
                self.complaints.append(str(details["args"]))
            case "Log.entryAdded" if details["entry"]["level"] in {"error", "warning"}:
                self.complaints.append(details["entry"]["text"])
            case "Page.javascriptDialogOpening":
                self.complaints.append(f"dialog: {details['message']}")
            case "Network.requestWillBeSent":
                self.asked.append(details["request"]["url"])

    def evaluate(self, source: str) -> Any:
        """The value of a JavaScript expression, awaited."""
        answer = self.call(
            "Runtime.evaluate", expression=source, awaitPromise=True, returnByValue=True
        )
        if "exceptionDetails" in answer:
            raise PageError(str(answer["exceptionDetails"]))
        return answer["result"].get("value")

    def wait(self, condition: str) -> None:
        """Until a JavaScript expression holds."""
        deadline = time.monotonic() + DEADLINE_S
        while not self.evaluate(f"Boolean({condition})"):
            if time.monotonic() > deadline:
                raise TimeoutError(condition)
            time.sleep(0.005)

    def open(self, url: str, *, ready: bool = True) -> None:
        self.call("Page.navigate", url="about:blank")  # what the last page still tells is its own
        time.sleep(0.02)
        self.evaluate("0")
        self.complaints.clear()
        self.asked.clear()
        self.call("Page.navigate", url=url)
        self.wait("document.readyState === 'complete'")
        if ready:
            self.wait("document.body.dataset.ready === 'yes'")

    def press(self, key: str, *, text: str = "") -> None:
        named = {"Enter": ("\r", 13), "Escape": ("", 27), "ArrowDown": ("", 40), "Tab": ("", 9)}
        letters, code = named.get(key, (text or key, ord(key[0].upper())))
        parameters: dict[str, Any] = {"key": key, "windowsVirtualKeyCode": code}
        if letters:
            parameters["text"] = letters
        self.call("Input.dispatchKeyEvent", type="keyDown", **parameters)
        self.call("Input.dispatchKeyEvent", type="keyUp", key=key, windowsVirtualKeyCode=code)

    def look(self, width: int, height: int, *, dark: bool = False) -> None:
        """Take a window's size and a colour scheme."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.call("Emulation.setDeviceMetricsOverride", **size)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])

    def screenshot(self, path: Path, *, whole: bool = True) -> None:
        shot = self.call("Page.captureScreenshot", captureBeyondViewport=whole)
        path.write_bytes(base64.b64decode(shot["data"]))


@contextmanager
def running() -> Iterator[Browser]:
    """A browser with a profile of its own, killed and removed at the end."""
    program = machine.browser()
    assert program is not None
    to_read, to_write = os.pipe()
    answer_read, answer_write = os.pipe()
    with tempfile.TemporaryDirectory(prefix="grader-browser-") as profile:
        flags = ("--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
                 "--disable-background-networking", "--disable-dev-shm-usage",
                 "--disable-component-update", "--remote-debugging-pipe",
                 f"--user-data-dir={profile}", "about:blank")  # fmt: skip
        # Chromium reads commands from descriptor 3 and answers on 4. dash knows one digit only.
        script = f'exec "$0" "$@" 3<&{to_read} 4>&{answer_write}'
        process = subprocess.Popen(
            ["bash", "-c", script, program, *flags],
            pass_fds=(to_read, answer_write),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        os.close(to_read)
        os.close(answer_write)
        try:
            yield Browser(process, to_write, answer_read)
        finally:
            os.killpg(process.pid, 9)
            process.wait()
            os.close(to_write)
            os.close(answer_read)
            for _ in range(50):  # its helpers write into the profile until they are gone
                shutil.rmtree(profile, ignore_errors=True)
                if not Path(profile).exists():
                    break
                time.sleep(0.05)
            Path(profile).mkdir(exist_ok=True)
