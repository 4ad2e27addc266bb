"""NVIDIA's tritonclient[grpc] against a server. Arguments: its address, the cases' folder."""

import asyncio
import functools
import queue
import sys

import numpy as np
import tritonclient
import tritonclient.grpc as triton
import tritonclient.grpc.aio

import cases
from checks import Checks, expect, expect_equal
from triton_errors import check_errors


def main(address, folder):
    checks = Checks("tritonclient[grpc]")
    client = triton.InferenceServerClient(address)
    made = [case for case in cases.load(folder) if case.method == "predict"]
    for case in made:
        with checks.check(f"{case.name}: values, dtypes and shapes as in Python"):
            result = client.infer(
                case.model,
                inputs_of(case),
                model_version=str(case.version),
                request_id="42",
                # Triton knows one signature; the parameter is what this server reads for another.
                parameters=None if case.signature == "serving_default" else {"signature_name": case.signature},
            )
            compare(case, result)
            expect_equal(result.get_response().model_version, str(case.version), "model_version")
            expect_equal(result.get_response().id, "42", "id")
    by_model = {case.model: case for case in reversed(made)}
    check_server(checks, client, by_model)
    check_calls(checks, client, by_model["keras_cnn"], made)
    with checks.check("asyncio client: many requests at a time"):
        asyncio.run(many(address, by_model["keras_functional"]))
    check_stream(checks, address, [by_model["keras_functional"], by_model["text"]])
    check_errors(checks, client, address)
    checks.end()


def inputs_of(case):
    inputs = []
    for name, array in case.inputs.items():
        tensor = triton.InferInput(name, array.shape, cases.datatype(array))
        tensor.set_data_from_numpy(array)
        inputs.append(tensor)
    return inputs


def compare(case, result):
    """Fails unless a result has exactly the outputs of a case."""
    response = result.get_response()
    actual = {output.name: result.as_numpy(output.name) for output in response.outputs}
    fault = cases.differences(case, actual)
    expect(not fault, fault)
    for output in response.outputs:
        expect_equal(output.datatype, cases.datatype(case.outputs[output.name]), f"datatype of {output.name}")
        expect_equal(tuple(output.shape), case.outputs[output.name].shape, f"shape of {output.name}")


def check_server(checks, client, by_model):
    with checks.check("health, and metadata of the server"):
        expect(client.is_server_live() and client.is_server_ready(), "not live or not ready")
        expect_equal(client.get_server_metadata().name, "triton", "name")
    for model, case in by_model.items():
        with checks.check(f"metadata and config of {model}"):
            expect(client.is_model_ready(model), "not ready")
            metadata = client.get_model_metadata(model)
            config = client.get_model_config(model).config
            expect_equal(metadata.platform, "tensorflow_savedmodel", "platform")
            if case.signature == "serving_default":
                given = {name: cases.datatype(array) for name, array in case.inputs.items()}
                expect_equal({each.name: each.datatype for each in metadata.inputs}, given, "inputs")
                expect_equal({each.name for each in metadata.outputs}, set(case.outputs), "outputs")
                expect_equal({each.name for each in config.input}, set(case.inputs), "config's inputs")
                expect_equal({each.name for each in config.output}, set(case.outputs), "config's outputs")
    with checks.check("what is not there is not ready, and no error"):
        expect(not client.is_model_ready("nobody"), "nobody is ready")
        expect(not client.is_model_ready("keras_cnn", "9"), "version 9 is ready")
    with checks.check("versions of a model"):
        expect_equal(sorted(client.get_model_metadata("keras_cnn").versions), ["1", "2"], "versions")
    with checks.check("repository index, unload and load"):
        ready = {(one.name, one.version) for one in client.get_model_repository_index().models if one.state == "READY"}
        expect({(model, str(case.version)) for model, case in by_model.items()} <= ready, f"READY are {sorted(ready)}")
        client.unload_model("uint16")
        expect(not client.is_model_ready("uint16"), "ready after the unload")
        client.load_model("uint16")
        expect(client.is_model_ready("uint16"), "not ready after the load")
        compare(by_model["uint16"], client.infer("uint16", inputs_of(by_model["uint16"])))
    with checks.check("trace and log settings"):
        expect("trace_level" in client.get_trace_settings().settings, "no trace_level")
        expect(client.get_log_settings().settings, "no log settings")


def check_calls(checks, client, case, made):
    version = str(case.version)
    with checks.check("statistics count requests and their time"):
        before = client.get_inference_statistics("keras_cnn", version).model_stats[0]
        for _ in range(5):
            client.infer("keras_cnn", inputs_of(case), model_version=version)
        after = client.get_inference_statistics("keras_cnn", version).model_stats[0]
        expect_equal(after.inference_stats.success.count - before.inference_stats.success.count, 5, "success")
        rows = 5 * next(iter(case.inputs.values())).shape[0]
        expect_equal(after.inference_count - before.inference_count, rows, "inference_count")
        expect(after.inference_stats.compute_infer.ns > before.inference_stats.compute_infer.ns, "no time of compute_infer")
    with checks.check("the newest version answers where none is named"):
        newest = [one for one in made if one.model == "keras_cnn" and one.version == 2][0]
        result = client.infer("keras_cnn", inputs_of(newest))
        expect_equal(result.get_response().model_version, "2", "model_version")
        compare(newest, result)
    with checks.check("one output of several"):
        one = [each for each in made if each.model == "keras_functional"][0]
        result = client.infer(one.model, inputs_of(one), outputs=[triton.InferRequestedOutput("topics")])
        expect_equal([each.name for each in result.get_response().outputs], ["topics"], "outputs")
        expect(np.allclose(result.as_numpy("topics"), one.outputs["topics"], atol=1e-5), "other values")
    with checks.check("classification of an output"):
        result = client.infer(
            "keras_cnn",
            inputs_of(case),
            model_version=version,
            outputs=[triton.InferRequestedOutput("output_0", class_count=3)],
        )
        rows = result.as_numpy("output_0").tolist()
        best = [int(row[0].decode().split(":")[1]) for row in rows]
        expect_equal(best, case.outputs["output_0"].argmax(1).tolist(), "best classes")
        expect_equal({len(row) for row in rows}, {3}, "classes a row")
    with checks.check("gzip both ways"):
        compare(case, client.infer("keras_cnn", inputs_of(case), model_version=version, compression_algorithm="gzip"))
    with checks.check("async_infer calls back"):
        answers = queue.Queue()
        for _ in range(20):
            client.async_infer(
                "keras_cnn", inputs_of(case), lambda result, error: answers.put((result, error)), model_version=version
            )
        for _ in range(20):
            result, error = answers.get(timeout=30)
            expect(error is None, error)
            compare(case, result)


async def many(address, case):
    async with tritonclient.grpc.aio.InferenceServerClient(address) as client:
        for result in await asyncio.gather(*[client.infer(case.model, inputs_of(case)) for _ in range(50)]):
            compare(case, result)


def check_stream(checks, address, pair):
    answers = queue.Queue()
    with triton.InferenceServerClient(address) as client:
        client.start_stream(functools.partial(lambda to, result, error: to.put((result, error)), answers))
        with checks.check("stream: answers in order, over an error in between"):
            order = [pair[0], None, pair[1], pair[0]]
            for number, case in enumerate(order):
                model = case.model if case else "nobody"
                client.async_stream_infer(model, inputs_of(case or pair[0]), request_id=str(number))
            for number, case in enumerate(order):
                result, error = answers.get(timeout=30)
                if case:
                    expect(error is None, error)
                    compare(case, result)
                    expect_equal(result.get_response().id, str(number), "id")
                else:
                    expect("unknown model: 'nobody'" in str(error), f"error is {error}")
        client.stop_stream()


if __name__ == "__main__":
    main(*sys.argv[1:])
