"""Waits until every exported version is served, or will not be. Arguments: the server's address, the cases' folder."""

import sys
import time

import tritonclient.grpc as triton

import cases
from checks import Checks, expect

PATIENCE = 300


def main(address, folder):
    checks = Checks("server")
    client = triton.InferenceServerClient(address)
    wanted = sorted({(case.model, str(case.version)) for case in cases.load(folder)})
    end = time.monotonic() + PATIENCE
    while True:
        index = {(one.name, one.version): one for one in client.get_model_repository_index().models}
        states = {each: index[each].state if each in index else "" for each in wanted}
        over = all(state == "READY" or (state == "UNAVAILABLE" and index[each].reason) for each, state in states.items())
        if over or time.monotonic() > end:
            break
        time.sleep(0.5)
    for each, state in states.items():
        with checks.check(f"serves {each[0]} version {each[1]}"):
            expect(state == "READY", f"it is '{state}': {index[each].reason if each in index else 'unknown'}")
    checks.end()


if __name__ == "__main__":
    main(*sys.argv[1:])
