"""The one place where tests wait: for a condition, never for a time."""
import os
import time

# Slow machines set BRIDLE_PATIENCE; every timeout of the tests is multiplied by it.
PATIENCE = float(os.environ.get("BRIDLE_PATIENCE", "1"))


def until(check, what, timeout=30, every=0.02):
    """Call CHECK until it is true and return what it returned; fail, saying WHAT, after TIMEOUT seconds."""
    deadline = time.monotonic() + timeout * PATIENCE
    while True:
        seen = check()
        if seen:
            return seen
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {timeout * PATIENCE:g} s in vain for: {what}")
        time.sleep(every)


def stays(check, what, seconds):
    """CHECK must be true now and remain so for SECONDS."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert check(), f"did not last {seconds} s: {what}"
        time.sleep(0.02)
