"""One line for each check; the sum decides how the process ends."""

import contextlib
import sys


class Checks:
    """Counts what held and what did not. Not for several threads."""

    def __init__(self, client):
        self._client = client
        self._passed = 0
        self._failed = 0

    def client(self, name):
        """Says which client the checks that follow are of."""
        self._client = name

    @contextlib.contextmanager
    def check(self, name):
        """Runs a block; any exception in it is a failure of this check, and the next check goes on."""
        try:
            yield
        except Exception as fault:  # pylint: disable=broad-exception-caught
            self._failed += 1
            words = " ".join(f"{type(fault).__name__}: {fault}".split())
            print(f"FAIL  {self._client}: {name}: {words[:600]}", flush=True)
        else:
            self._passed += 1
            print(f"ok    {self._client}: {name}", flush=True)

    def end(self):
        """Ends the process: with 0 only when something was checked and all of it held."""
        sys.exit(0 if self._passed and not self._failed else 1)


def expect(condition, words):
    """Fails the check around it unless the condition holds."""
    if not condition:
        raise AssertionError(words)


def expect_equal(actual, expected, what):
    """Fails the check around it unless both are equal."""
    expect(actual == expected, f"{what} is {actual!r}, not {expected!r}")
