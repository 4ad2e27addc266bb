"""NVIDIA's perf_analyzer against a server. Arguments: its address, a scratch folder; perf_analyzer is on the PATH."""

import csv
import pathlib
import subprocess
import sys

from checks import Checks, expect, expect_equal

COMPUTE = ("Server Compute Input", "Server Compute Infer", "Server Compute Output")
SPLIT = ("Server Queue",) + COMPUTE


def main(address, scratch):
    checks = Checks("perf_analyzer")
    with checks.check("Triton gRPC mode, concurrency 1:8, to its end and with the server's split of latency"):
        rows = measure(address, scratch, "triton", "-m", "keras_cnn", "--concurrency-range", "1:8", "-b", "4")
        expect_equal([row["Concurrency"] for row in rows], [str(one) for one in range(1, 9)], "concurrencies")
        for row in rows:
            show(row)
            expect(float(row["Inferences/Second"]) > 0, f"no inferences: {row}")
            expect(float(row["Server Compute Infer"]) > 0, f"no time of compute infer: {row}")
            expect(sum(float(row[name]) for name in SPLIT) <= float(row["Avg latency"]), f"more than the latency: {row}")
        for name in SPLIT:
            expect(any(float(row[name]) > 0 for row in rows), f"{name} is always 0")
    with checks.check("Triton gRPC mode with text and streaming"):
        rows = measure(address, scratch, "triton", "-m", "text", "--streaming", "--concurrency-range", "2", "--string-length", "16")
        expect(float(rows[0]["Inferences/Second"]) > 0, f"no inferences: {rows}")
    with checks.check("TensorFlow Serving gRPC mode"):
        rows = measure(
            address, scratch, "tfserving", "-m", "signatures", "--model-signature-name", "serving_default",
            "--shape", "x:2", "-b", "1", "--concurrency-range", "2",
        )  # fmt: skip
        expect(float(rows[0]["Inferences/Second"]) > 0, f"no inferences: {rows}")
    checks.end()


def measure(address, scratch, kind, *options):
    """Runs perf_analyzer with short windows and returns the rows of its report, whose times are microseconds."""
    report = pathlib.Path(scratch) / "perf.csv"
    report.unlink(missing_ok=True)
    command = ["perf_analyzer", "--service-kind", kind, "-i", "grpc", "-u", address, "-f", str(report)]
    # Short windows, and any spread between them will do: what is tried is the protocol, not the speed.
    command += ["--measurement-interval", "500", "--stability-percentage", "999", "--max-trials", "4", "--verbose-csv", *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
    said = (done.stdout + done.stderr)[-1500:]
    expect_equal(done.returncode, 0, f"exit code, after '{said}',")
    with report.open() as lines:
        return sorted(csv.DictReader(lines), key=lambda row: int(row["Concurrency"]))


def show(row):
    split = ", ".join(f"{name[7:].lower()} {row[name]}" for name in SPLIT)
    print(
        f"      concurrency {row['Concurrency']}: {row['Inferences/Second']} rows/s, latency {row['Avg latency']} us; {split} us"
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
