"""grpcurl and ghz against a server, by its reflection alone. Arguments: its address; both are on the PATH."""

import base64
import json
import struct
import subprocess
import sys

from checks import Checks, expect, expect_equal

SERVICES = (
    "grpc.health.v1.Health",
    "inference.GRPCInferenceService",
    "millrace.v1.InferenceService",
    "millrace.v1.ModelService",
    "tensorflow.serving.ModelService",
    "tensorflow.serving.PredictionService",
)
CONTENT = base64.b64encode(struct.pack("<2f", 1, 2)).decode()
ANSWER = base64.b64encode(struct.pack("<2f", 2, 6)).decode()
# Each wire's method, a request, where its answer lies, what it is, and what an unknown model's error says.
WIRES = {
    "native": (
        "millrace.v1.InferenceService/Predict",
        {"model": "signatures", "inputs": {"x": {"dtype": "DATA_TYPE_FLOAT32", "shape": [1, 2], "data": CONTENT}}},
        lambda answer: answer["outputs"]["scaled"]["data"],
        ANSWER,
        {"model": "nobody"},
        "",
    ),
    "Open Inference Protocol": (
        "inference.GRPCInferenceService/ModelInfer",
        {
            "model_name": "signatures",
            "inputs": [{"name": "x", "datatype": "FP32", "shape": [1, 2]}],
            "raw_input_contents": [CONTENT],
        },
        lambda answer: field(answer, "rawOutputContents"),
        [ANSWER],
        {"model_name": "nobody"},
        "Request for unknown model: 'nobody' is not found",
    ),
    "TensorFlow Serving": (
        "tensorflow.serving.PredictionService/Predict",
        {
            "model_spec": {"name": "signatures"},
            "inputs": {
                "x": {"dtype": "DT_FLOAT", "tensor_shape": {"dim": [{"size": 1}, {"size": 2}]}, "tensor_content": CONTENT}
            },
        },
        lambda answer: field(answer["outputs"]["scaled"], "floatVal"),
        [2, 6],
        {"model_spec": {"name": "nobody"}},
        "Servable not found for request: Latest(nobody)",
    ),
}


def main(address):
    checks = Checks("grpcurl")
    check_grpcurl(checks, address)
    checks.client("ghz")
    check_ghz(checks, address)
    checks.end()


def check_grpcurl(checks, address):
    with checks.check("list names the services of all wires"):
        found = grpcurl(address, "list").split()
        expect(set(SERVICES) <= set(found), f"found {found}")
    for service in SERVICES:
        with checks.check(f"describe {service} and its messages"):
            text = grpcurl(address, "describe", service)
            expect("service " in text, text)
            # Options name extensions, which are no messages.
            calls = " ".join(line for line in text.splitlines() if line.strip().startswith("rpc "))
            messages = {word for word in calls.replace("(", " ").replace(")", " ").split() if word.startswith(".")}
            expect(len(messages) > 1, f"only {messages}")
            for message in messages:
                expect("message" in grpcurl(address, "describe", message), message)
    with checks.check("call of the health service"):
        expect_equal(json.loads(grpcurl(address, "grpc.health.v1.Health/Check"))["status"], "SERVING", "status")
    for wire, (method, request, found, right, unknown, text) in WIRES.items():
        with checks.check(f"call of {wire}"):
            answer = json.loads(grpcurl(address, method, data=request))
            expect_equal(found(answer), right, "scaled")
        with checks.check(f"an error of {wire}"):
            said = grpcurl(address, method, data=unknown, code=64 + 5)
            expect("Code: NotFound" in said and text in said, said)


def check_ghz(checks, address):
    for wire, (method, request, *_) in WIRES.items():
        with checks.check(f"load on {wire}: 4000 calls, 16 at a time, none fails"):
            report = json.loads(
                run(
                    ["ghz", "--insecure", "--call", method, "--data", json.dumps(request), "--total", "4000",
                     "--concurrency", "16", "--connections", "4", "--format", "json", address]
                )  # fmt: skip
            )
            expect_equal(report["statusCodeDistribution"], {"OK": 4000}, "codes")
            expect(not report.get("errorDistribution"), report.get("errorDistribution"))
            median = [one["latency"] for one in report["latencyDistribution"] if one["percentage"] == 50][0]
            print(f"      {report['rps']:.0f} calls/s, median {median / 1e3:.0f} us")


def field(answer, name):
    """A field by the name that JSON gives it, or by the one of the proto, which some versions of grpcurl print."""
    plain = "".join("_" + letter.lower() if letter.isupper() else letter for letter in name)
    found = answer.get(name, answer.get(plain))
    expect(found is not None, f"no {name} in {json.dumps(answer)[:300]}")
    return found


def grpcurl(address, *words, data=None, code=0):
    command = ["grpcurl", "-plaintext", "-max-time", "60"]
    if data is not None:
        command += ["-d", json.dumps(data)]
    return run([*command, address, *words], code)


def run(command, code=0):
    """What a command says; fails unless it ends with the code."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    expect_equal(done.returncode, code, f"exit code of {' '.join(command)[:200]}, after '{done.stderr[-500:]}',")
    return done.stdout if code == 0 else done.stderr


if __name__ == "__main__":
    main(*sys.argv[1:])
