"""Which Chromium the tests drive. As a program it sees to it that there is one, and a font with Chinese characters."""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FONT = "fonts-wqy-microhei"  # without a Chinese font every label is a row of boxes, and widths are wrong


def find() -> str | None:
    """The path of a Chromium that starts: BIHUAN_TEST_CHROMIUM, the machine's, or the one Playwright has fetched."""
    named = [os.environ.get("BIHUAN_TEST_CHROMIUM"), *map(shutil.which, NAMES)]
    return next((path for path in named if path and _starts(path)), None) or _playwrights()


def _starts(path: str) -> bool:
    """Ubuntu's `chromium-browser` may be a stub that only asks for a snap: so it is asked for its version."""
    try:
        return subprocess.run([path, "--version"], capture_output=True, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _playwrights() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if os.path.exists(path) and _starts(path) else None


def _has_chinese_font() -> bool:
    if not shutil.which("fc-list"):
        return False
    return bool(subprocess.run(["fc-list", ":lang=zh"], capture_output=True, text=True).stdout.strip())


def _install(*packages: str) -> None:
    """Install packages of the machine; only root on a Debian-like system can."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {"env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}, "stdout": subprocess.DEVNULL}
        subprocess.run(["apt-get", "update", "-qq"], **quiet)
        subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages], **quiet)


def main() -> int:
    """Make sure that the browser tests can run; say what to do if they cannot."""
    if find() is None:
        print("Installing Chromium …", flush=True)
        _install("chromium", FONT)
    if find() is None:
        with_deps = ["--with-deps"] if os.geteuid() == 0 else []
        subprocess.run([sys.executable, "-m", "playwright", "install", *with_deps, "chromium"])
    if find() is None:
        print("No Chromium for the browser tests: install one, or name it in BIHUAN_TEST_CHROMIUM.", file=sys.stderr)
        return 1
    if not _has_chinese_font():
        _install(FONT, "fontconfig")
    if not _has_chinese_font():
        print(f"Warning: no font with Chinese characters; install {FONT}, or screenshots show boxes.", file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
