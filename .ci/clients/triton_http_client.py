"""NVIDIA's tritonclient[http] against a server. Arguments: its address of HTTP, the cases' folder."""

import sys

import numpy as np
import tritonclient.http as triton
from tritonclient.utils import InferenceServerException

import cases
from checks import Checks, expect, expect_equal

ROW = np.array([[1, 2]], np.float32)


def main(address, folder):
    checks = Checks("tritonclient[http]")
    client = triton.InferenceServerClient(address, concurrency=8, network_timeout=60)
    made = [case for case in cases.load(folder) if case.method == "predict"]
    for case in made:
        with checks.check(f"{case.name}: bytes in and out as in Python"):
            compare(case, ask(client, case, True))
        if all(has_json(array) for array in [*case.inputs.values(), *case.outputs.values()]):
            with checks.check(f"{case.name}: JSON in and out as in Python"):
                compare(case, ask(client, case, False))
    by_model = {case.model: case for case in reversed(made)}
    check_server(checks, client, by_model)
    check_calls(checks, client, by_model)
    check_errors(checks, client)
    checks.end()


def has_json(array):
    """True where the protocol's JSON has the values: it lacks short floats, and bytes that are no text."""
    if array.dtype == object:
        return all(one.decode("utf-8", "replace").encode() == one for one in array.ravel())
    return array.dtype.name not in ("float16", "bfloat16")


def ask(client, case, binary, **options):
    inputs = []
    for name, array in case.inputs.items():
        tensor = triton.InferInput(name, array.shape, cases.datatype(array))
        tensor.set_data_from_numpy(array, binary_data=binary)
        inputs.append(tensor)
    result = client.infer(
        case.model,
        inputs,
        model_version=str(case.version),
        outputs=[triton.InferRequestedOutput(name, binary_data=binary) for name in case.outputs],
        request_id="42",
        parameters=None if case.signature == "serving_default" else {"signature_name": case.signature},
        **options,
    )
    expect_equal(result.get_response()["model_version"], str(case.version), "model_version")
    expect_equal(result.get_response()["id"], "42", "id")
    return result


def compare(case, result):
    actual = {}
    for output in result.get_response()["outputs"]:
        name = output["name"]
        array = result.as_numpy(name)
        if array.dtype == object:
            # JSON's strings come as text, and bytes as bytes.
            flat = [one if isinstance(one, bytes) else one.encode() for one in array.ravel()]
            array = np.array(flat, object).reshape(array.shape)
        actual[name] = array
        expect_equal(output["datatype"], cases.datatype(case.outputs[name]), f"datatype of {name}")
        expect_equal(tuple(output["shape"]), case.outputs[name].shape, f"shape of {name}")
    fault = cases.differences(case, actual)
    expect(not fault, fault)


def check_server(checks, client, by_model):
    with checks.check("health, and metadata of the server"):
        expect(client.is_server_live() and client.is_server_ready(), "not live or not ready")
        metadata = client.get_server_metadata()
        expect_equal(metadata["name"], "triton", "name")
        expect("binary_tensor_data" in metadata["extensions"], f"extensions are {metadata['extensions']}")
    with checks.check("metadata and config of every model"):
        for model, case in by_model.items():
            expect(client.is_model_ready(model), f"{model} is not ready")
            metadata = client.get_model_metadata(model)
            config = client.get_model_config(model)
            expect_equal(metadata["platform"], "tensorflow_savedmodel", f"platform of {model}")
            if case.signature == "serving_default":
                given = {name: cases.datatype(array) for name, array in case.inputs.items()}
                expect_equal({one["name"]: one["datatype"] for one in metadata["inputs"]}, given, f"inputs of {model}")
                expect_equal({one["name"] for one in config["output"]}, set(case.outputs), f"config's outputs of {model}")
    with checks.check("what is not there is not ready, and no error"):
        expect(not client.is_model_ready("nobody"), "nobody is ready")
        expect(not client.is_model_ready("keras_cnn", "9"), "version 9 is ready")
    with checks.check("repository index, unload and load"):
        ready = {(one["name"], one["version"]) for one in client.get_model_repository_index() if one["state"] == "READY"}
        expect({(model, str(case.version)) for model, case in by_model.items()} <= ready, f"READY are {sorted(ready)}")
        client.unload_model("uint16")
        expect(not client.is_model_ready("uint16"), "ready after the unload")
        client.load_model("uint16")
        expect(client.is_model_ready("uint16"), "not ready after the load")
        compare(by_model["uint16"], ask(client, by_model["uint16"], True))
    with checks.check("trace and log settings"):
        expect("trace_level" in client.get_trace_settings(), "no trace_level")
        expect(client.get_log_settings(), "no log settings")


def check_calls(checks, client, by_model):
    case = by_model["keras_cnn"]
    version = str(case.version)
    with checks.check("statistics count requests"):
        before = client.get_inference_statistics("keras_cnn", version)["model_stats"][0]
        for _ in range(5):
            ask(client, case, True)
        after = client.get_inference_statistics("keras_cnn", version)["model_stats"][0]
        counts = [one["inference_stats"]["success"]["count"] for one in (before, after)]
        expect_equal(counts[1] - counts[0], 5, "success")
        rows = 5 * next(iter(case.inputs.values())).shape[0]
        expect_equal(after["inference_count"] - before["inference_count"], rows, "inference_count")
    for coding in ("gzip", "deflate"):
        with checks.check(f"{coding} both ways"):
            options = {"request_compression_algorithm": coding, "response_compression_algorithm": coding}
            for binary in (True, False):
                compare(case, ask(client, case, binary, **options))
    with checks.check("classification of an output"):
        tensor = triton.InferInput("images", case.inputs["images"].shape, "FP32")
        tensor.set_data_from_numpy(case.inputs["images"])
        wanted = [triton.InferRequestedOutput("output_0", class_count=3)]
        result = client.infer("keras_cnn", [tensor], model_version=version, outputs=wanted)
        best = [int(row[0].decode().split(":")[1]) for row in result.as_numpy("output_0").tolist()]
        expect_equal(best, case.outputs["output_0"].argmax(1).tolist(), "best classes")
    with checks.check("async_infer: many requests at a time"):
        calls = [client.async_infer("signatures", [row()]) for _ in range(40)]
        for call in calls:
            expect_equal(call.get_result(timeout=30).as_numpy("scaled").tolist(), [[2.0, 6.0]], "scaled")


def row(array=ROW, name="x", datatype="FP32"):
    tensor = triton.InferInput(name, array.shape, datatype)
    tensor.set_data_from_numpy(array)
    return tensor


def check_errors(checks, client):
    def refused(name, code, text, call):
        with checks.check(f"refused: {name}"):
            try:
                call()
            except InferenceServerException as fault:
                expect_equal(fault.status(), code, f"code of '{fault.message()}'")
                expect(text in fault.message(), f"text is '{fault.message()}', without '{text}'")
            else:
                expect(False, "it was answered")

    def infer(model="signatures", inputs=None, **options):
        return lambda: client.infer(model, [row()] if inputs is None else inputs, **options)

    refused("unknown model", "404", "Request for unknown model: 'nobody' is not found", infer("nobody"))
    refused(
        "unknown version",
        "404",
        "Request for unknown model: 'signatures' version 9 is not found",
        infer(model_version="9"),
    )
    refused(
        "an input of another name", "400", "Got input(s) ['z'], but missing required input(s) ['x']", infer(inputs=[row(name="z")])
    )
    refused(
        "wrong dtype",
        "400",
        "inference input 'x' data-type is 'INT32', but model 'signatures' expects 'FP32'",
        infer(inputs=[row(ROW.astype(np.int32), datatype="INT32")]),
    )
    refused(
        "wrong shape",
        "400",
        "unexpected shape for input 'x' for model 'signatures'. Expected [-1,2], got [1,3].",
        infer(inputs=[row(np.zeros((1, 3), np.float32))]),
    )
    # The client checks its own arrays; what it has serialised is then changed beneath it.
    short = row()
    short._raw_data = short._raw_data[:-4]  # pylint: disable=protected-access
    refused(
        "too few bytes",
        "400",
        "unexpected size for input 'x', expecting 4 additional bytes for model 'signatures'",
        infer(inputs=[short]),
    )
    refused(
        "unknown output",
        "400",
        "unexpected inference output 'nothing' for model 'signatures'",
        infer(outputs=[triton.InferRequestedOutput("nothing")]),
    )
    refused("metadata of an unknown model", "404", "'nobody' is not found", lambda: client.get_model_metadata("nobody"))
    refused(
        "load of an unknown model",
        "400",
        "failed to load 'nobody', failed to poll from model repository",
        lambda: client.load_model("nobody"),
    )
    refused("a timeout of a microsecond", "503", "Request timeout expired", infer(timeout=1))
    with checks.check("answers as before after all of them"):
        expect_equal(infer()().as_numpy("scaled").tolist(), [[2.0, 6.0]], "scaled")


if __name__ == "__main__":
    main(*sys.argv[1:])
