"""TensorFlow Serving's REST API as scripts use it, by Python's own HTTP. Arguments: a server's address, the cases' folder."""

import base64
import gzip
import http.client
import json
import os
import struct
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

import cases  # noqa: E402
from checks import Checks, expect, expect_equal  # noqa: E402


class Rest:
    """One connection to a server."""

    def __init__(self, address):
        self._connection = http.client.HTTPConnection(address, timeout=60)

    def raw(self, method, path, body=None, headers=None):
        """The status, the headers and the body of an answer."""
        self._connection.request(method, path, body, headers or {})
        response = self._connection.getresponse()
        return response.status, response.headers, response.read()

    def ask(self, method, path, body=None, headers=None):
        """The status and the document of an answer."""
        status, _, answer = self.raw(method, path, None if body is None else json.dumps(body), headers)
        return status, json.loads(answer)

    def good(self, method, path, body=None):
        """The document of an answer that is no error."""
        status, document = self.ask(method, path, body)
        expect_equal(status, 200, f"status of {document}")
        return document


def main(address, folder):
    checks = Checks("TensorFlow Serving's REST")
    rest = Rest(address)
    made = cases.load(folder)
    for case in made:
        if case.method == "predict" and all(fits(name, one) for name, one in case.outputs.items()):
            with checks.check(f"{case.name}: by columns as in Python"):
                predict(rest, case, False)
            if has_rows(case):
                with checks.check(f"{case.name}: by rows as in Python"):
                    predict(rest, case, True)
        elif case.method != "predict":
            with checks.check(f"{case.name}: as in Python"):
                with_examples(rest, case)
    by_name = {case.name: case for case in made}
    check_documents(checks, rest, by_name)
    check_forms(checks, rest)
    check_errors(checks, rest)
    checks.end()


def fits(name, array):
    """True where JSON can say an output whole: text, and no size behind one of 0."""
    is_text = array.dtype != object or name.endswith("_bytes") or all(is_utf8(one) for one in array.ravel())
    return is_text and 0 not in array.shape[:-1]


def is_utf8(one):
    return one.decode("utf-8", "replace").encode() == one


def has_rows(case):
    counts = {array.shape[0] if array.ndim else 0 for array in case.inputs.values()}
    return len(counts) == 1 and counts == {array.shape[0] if array.ndim else -1 for array in case.outputs.values()} - {0}


def plain(value):
    """An array's values as JSON has them; bytes in base64."""
    if isinstance(value, np.ndarray):
        return [plain(one) for one in value] if value.ndim else plain(value.item())
    if isinstance(value, (bytes, np.bytes_)):
        return {"b64": base64.b64encode(value).decode()}
    if isinstance(value, np.generic):
        return value.item() if value.dtype.name != "bfloat16" else float(value)
    return value


def path(case):
    return f"/v1/models/{case.model}/versions/{case.version}:{case.method}"


def predict(rest, case, by_rows):
    body = {"signature_name": case.signature}
    if by_rows:
        count = len(next(iter(case.inputs.values())))
        body["instances"] = [{name: plain(array[i]) for name, array in case.inputs.items()} for i in range(count)]
        if len(case.inputs) == 1:
            body["instances"] = [next(iter(one.values())) for one in body["instances"]]
        rows = rest.good("POST", path(case), body)["predictions"]
        single = len(case.outputs) == 1
        answer = {name: rows if single else [one[name] for one in rows] for name in case.outputs}
    else:
        body["inputs"] = {name: plain(array) for name, array in case.inputs.items()}
        outputs = rest.good("POST", path(case), body)["outputs"]
        answer = {next(iter(case.outputs)): outputs} if len(case.outputs) == 1 else outputs
    expect_equal(sorted(answer), sorted(case.outputs), "outputs")
    actual = {name: array_of(value, case.outputs[name]) for name, value in answer.items()}
    fault = cases.differences(case, actual)
    expect(not fault, fault)


def array_of(value, like):
    if like.dtype != object:
        return np.array(value, like.dtype)
    made = np.array(value, object)
    flat = [base64.b64decode(one["b64"]) if isinstance(one, dict) else one.encode() for one in made.ravel()]
    return np.array(flat, object).reshape(made.shape)


def with_examples(rest, case):
    examples = []
    for one in case.examples:
        features = tf.train.Example.FromString(one).features.feature
        examples.append({name: values(feature) for name, feature in features.items()})
    results = rest.good("POST", path(case), {"signature_name": case.signature, "examples": examples})["results"]
    if case.method == "regress":
        actual = {"outputs": np.array([[one] for one in results], np.float32)}
    else:
        actual = {
            "classes": np.array([[label.encode() for label, _ in row] for row in results], object),
            "scores": np.array([[score for _, score in row] for row in results], np.float32),
        }
    fault = cases.differences(case, actual)
    expect(not fault, fault)


def values(feature):
    kind = feature.WhichOneof("kind")
    found = list(getattr(feature, kind).value) if kind else []
    return [plain(one) for one in found]


def check_documents(checks, rest, by_name):
    with checks.check("status of a model and of a version"):
        status = rest.good("GET", "/v1/models/keras_cnn")["model_version_status"]
        expect_equal(sorted((one["version"], one["state"]) for one in status), [("1", "AVAILABLE"), ("2", "AVAILABLE")], "states")
        one = rest.good("GET", "/v1/models/keras_cnn/versions/1")["model_version_status"]
        expect_equal([each["status"] for each in one], [{"error_code": "OK", "error_message": ""}], "status")
    for name in ("TF 1 export", "Keras 3 functional model"):
        case = by_name[name]
        with checks.check(f"{name}: metadata"):
            document = rest.good("GET", f"/v1/models/{case.model}/metadata")
            expect_equal(document["model_spec"]["version"], str(case.version), "version")
            signature = document["metadata"]["signature_def"]["signature_def"][case.signature]
            given = {key: f"DT_{tf.as_dtype(one.dtype).name.upper()}" for key, one in case.inputs.items()}
            given = {key: one.replace("FLOAT32", "FLOAT").replace("FLOAT64", "DOUBLE") for key, one in given.items()}
            expect_equal({key: one["dtype"] for key, one in signature["inputs"].items()}, given, "inputs")
            expect_equal(set(signature["outputs"]), set(case.outputs), "outputs")
            expect_equal(signature["method_name"], "tensorflow/serving/predict", "method_name")


def check_forms(checks, rest):
    """The signature `signatures` scales a row of 1 and 2 to 2 and 6."""
    model = "/v1/models/signatures:predict"
    with checks.check("NaN and infinities in both spellings"):
        for text in ("[NaN, Infinity]", "[NaN, Inf]", "[NaN, -Infinity]", "[NaN, -Inf]"):
            status, _, answer = rest.raw("POST", model, f'{{"instances": [{text}]}}')
            expect_equal(status, 200, f"status of {answer}")
            found = json.loads(answer)["predictions"][0]
            found = found["scaled"] if isinstance(found, dict) else found
            expect(np.isnan(found[0]) and np.isinf(found[1]), f"{text} gave {found}")
            expect_equal(found[1] < 0, "-" in text, "sign")
    with checks.check("gzip both ways"):
        body = gzip.compress(json.dumps({"instances": [[1, 2]] * 2000}).encode())
        status, headers, answer = rest.raw("POST", model, body, {"Content-Encoding": "gzip", "Accept-Encoding": "gzip"})
        expect_equal((status, headers["Content-Encoding"]), (200, "gzip"), "status and coding")
        expect_equal(len(json.loads(gzip.decompress(answer))["predictions"]), 2000, "rows")
    with checks.check("the Open Inference Protocol's body of bytes alone"):
        status, headers, answer = rest.raw(
            "POST", "/v2/models/signatures/infer", struct.pack("<2f", 1, 2), {"Inference-Header-Content-Length": "0"}
        )
        expect_equal(status, 200, f"status of {answer}")
        length = int(headers["Inference-Header-Content-Length"])
        expect_equal(struct.unpack("<2f", answer[length:][:8]), (2.0, 6.0), f"outputs of {answer[:length]}")
    with checks.check("metrics at TensorFlow Serving's path"):
        status, _, answer = rest.raw("GET", "/monitoring/prometheus/metrics")
        expect(status == 200 and b"millrace_requests_seconds" in answer, f"{status} {answer[:100]}")


def check_errors(checks, rest):
    row = {"instances": [[1, 2]]}
    for name, status, text, method, target, body in [
        ("unknown model", 404, "Servable not found for request: Latest(nobody)", "POST", "/v1/models/nobody:predict", row),
        (
            "unknown version",
            404,
            "Servable not found for request: Specific(signatures, 9)",
            "POST",
            "/v1/models/signatures/versions/9:predict",
            row,
        ),
        (
            "unknown label",
            400,
            "Unrecognized servable version label: none",
            "POST",
            "/v1/models/signatures/labels/none:predict",
            row,
        ),
        (
            "unknown signature",
            400,
            'Serving signature name: "none" not found in signature def',
            "POST",
            "/v1/models/signatures:predict",
            {"signature_name": "none", **row},
        ),
        (
            "rows and columns at once",
            400,
            "expecting only one of 'inputs' or 'instances' keys to exist",
            "POST",
            "/v1/models/signatures:predict",
            {"inputs": [[1, 2]], **row},
        ),
        ("neither", 400, "Missing 'inputs' or 'instances' key", "POST", "/v1/models/signatures:predict", {}),
        (
            "ragged rows",
            400,
            "Expecting tensor size: 2 but got: 1",
            "POST",
            "/v1/models/signatures:predict",
            {"instances": [[1, 2], [3]]},
        ),
        ("a path that is none", 400, "Malformed request: POST /v1/models/signatures:run", "POST", "/v1/models/signatures:run", row),
        ("status of an unknown model", 404, "Could not find any versions of model nobody", "GET", "/v1/models/nobody", None),
    ]:
        with checks.check(f"refused: {name}"):
            got, document = rest.ask(method, target, body)
            expect_equal(got, status, f"status of {document}")
            expect(text in document["error"], f"error is {document}")


if __name__ == "__main__":
    main(*sys.argv[1:])
