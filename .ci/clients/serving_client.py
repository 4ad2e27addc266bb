"""tensorflow-serving-api against a server. Arguments: its address, the cases' folder, its repository."""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import grpc  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402
from tensorflow_serving.apis import (  # noqa: E402
    classification_pb2,
    get_model_metadata_pb2,
    get_model_status_pb2,
    inference_pb2,
    model_management_pb2,
    model_service_pb2_grpc,
    predict_pb2,
    prediction_service_pb2_grpc,
    regression_pb2,
)

import cases  # noqa: E402
from checks import Checks, expect, expect_equal  # noqa: E402
from serving_errors import check_errors  # noqa: E402


def main(address, folder, repository):
    checks = Checks("tensorflow-serving-api")
    channel = grpc.insecure_channel(address)
    stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
    models = model_service_pb2_grpc.ModelServiceStub(channel)
    made = cases.load(folder)
    for case in made:
        with checks.check(f"{case.name}: values, dtypes and shapes as in Python"):
            ask(stub, case)
        if case.method == "predict":
            with checks.check(f"{case.name}: the same with typed values in and tensor_content out"):
                ask(stub, case, typed=True, metadata=[("millrace-tensor-content", "true")])
    by_name = {case.name: case for case in made}
    check_more(checks, stub, by_name)
    check_metadata(checks, stub, by_name)
    check_models(checks, models, stub, by_name, repository)
    check_errors(checks, stub, models)
    checks.end()


def ask(stub, case, typed=False, metadata=()):
    """Sends a case by its method and fails unless the answer and its model_spec are right."""
    call = {"predict": predict, "classify": classify, "regress": regress}[case.method]
    spec, actual = call(stub, case, typed, metadata)
    fault = cases.differences(case, actual)
    expect(not fault, fault)
    expect_equal((spec.name, spec.version.value, spec.signature_name), (case.model, case.version, case.signature), "model_spec")


def predict(stub, case, typed, metadata):
    request = predict_pb2.PredictRequest()
    fill_spec(request.model_spec, case)
    for name, array in case.inputs.items():
        made = tf.make_tensor_proto(array)
        if typed and made.tensor_content:
            # TensorFlow's own function writes arrays as tensor_content only.
            made = typed_values(array)
        request.inputs[name].CopyFrom(made)
    response = stub.Predict(request, timeout=60, metadata=metadata)
    if metadata:
        for name, one in response.outputs.items():
            is_exempt = one.dtype == tf.string.as_datatype_enum or 0 in [each.size for each in one.tensor_shape.dim]
            expect(one.tensor_content or is_exempt, f"{name} has no tensor_content")
    return response.model_spec, {name: tf.make_ndarray(one) for name, one in response.outputs.items()}


def typed_values(array):
    made = tf.make_tensor_proto(array)
    field = {
        "float32": "float_val", "float64": "double_val", "int64": "int64_val", "bool": "bool_val", "uint32": "uint32_val",
        "uint64": "uint64_val", "float16": "half_val", "bfloat16": "half_val",
    }.get(array.dtype.name, "int_val")  # fmt: skip
    flat = array.ravel()
    made.tensor_content = b""
    getattr(made, field).extend((flat.view(np.uint16) if field == "half_val" else flat).tolist())
    return made


def classify(stub, case, _typed, metadata):
    request = classification_pb2.ClassificationRequest()
    response = stub.Classify(with_examples(request, case), timeout=60, metadata=metadata)
    rows = response.result.classifications
    return response.model_spec, {
        "classes": np.array([[one.label.encode() for one in row.classes] for row in rows], object),
        "scores": np.array([[one.score for one in row.classes] for row in rows], np.float32),
    }


def regress(stub, case, _typed, metadata):
    request = regression_pb2.RegressionRequest()
    response = stub.Regress(with_examples(request, case), timeout=60, metadata=metadata)
    return response.model_spec, {"outputs": np.array([[one.value] for one in response.result.regressions], np.float32)}


def with_examples(request, case):
    fill_spec(request.model_spec, case)
    for one in case.examples:
        request.input.example_list.examples.add().ParseFromString(one)
    return request


def fill_spec(spec, case):
    spec.name = case.model
    spec.version.value = case.version
    if case.signature != "serving_default":
        spec.signature_name = case.signature


def check_more(checks, stub, by_name):
    with checks.check("output_filter"):
        case = by_name["Keras 3 functional model"]
        request = predict_pb2.PredictRequest(output_filter=["topics"])
        fill_spec(request.model_spec, case)
        for name, array in case.inputs.items():
            request.inputs[name].CopyFrom(tf.make_tensor_proto(array))
        expect_equal(list(stub.Predict(request, timeout=60).outputs), ["topics"], "outputs")
    with checks.check("examples with a context"):
        case = by_name["TF 1 export, Regress"]
        request = regression_pb2.RegressionRequest()
        fill_spec(request.model_spec, case)
        request.input.example_list_with_context.context.ParseFromString(case.examples[1])
        request.input.example_list_with_context.examples.add()
        answer = stub.Regress(request, timeout=60).result.regressions[0].value
        expect(np.isclose(answer, case.outputs["outputs"][1, 0]), f"{answer}")
    with checks.check("MultiInference: Classify and Regress at once"):
        first, second = by_name["tf.Example, Classify"], by_name["tf.Example, Regress"]
        request = inference_pb2.MultiInferenceRequest()
        for case in (first, second):
            fill_spec(request.tasks.add(method_name=f"tensorflow/serving/{case.method}").model_spec, case)
        for one in first.examples:
            request.input.example_list.examples.add().ParseFromString(one)
        results = stub.MultiInference(request, timeout=60).results
        scores = [[one.score for one in row.classes] for row in results[0].classification_result.classifications]
        values = [[one.value] for one in results[1].regression_result.regressions]
        expect(np.allclose(scores, first.outputs["scores"]) and np.allclose(values, second.outputs["outputs"]), "other values")
        expect_equal([one.model_spec.signature_name for one in results], ["serving_default", "regress"], "signatures")


def check_metadata(checks, stub, by_name):
    for name in ("TF 1 export", "tf.Module, second signature, with NaN and infinity", "Keras 3 functional model"):
        case = by_name[name]
        with checks.check(f"{name}: the SignatureDef of GetModelMetadata"):
            request = get_model_metadata_pb2.GetModelMetadataRequest(metadata_field=["signature_def"])
            request.model_spec.name = case.model
            response = stub.GetModelMetadata(request, timeout=60)
            found = get_model_metadata_pb2.SignatureDefMap()
            expect(response.metadata["signature_def"].Unpack(found), "not a SignatureDefMap")
            signature = found.signature_def[case.signature]
            given = {name: tf.as_dtype(array.dtype).as_datatype_enum for name, array in case.inputs.items()}
            expect_equal({name: one.dtype for name, one in signature.inputs.items()}, given, "inputs")
            expect_equal(set(signature.outputs), set(case.outputs), "outputs")
            expect_equal(signature.method_name, "tensorflow/serving/predict", "method_name")


def check_models(checks, models, stub, by_name, repository):
    with checks.check("GetModelStatus of both versions"):
        request = get_model_status_pb2.GetModelStatusRequest()
        request.model_spec.name = "keras_cnn"
        states = {one.version: one.state for one in models.GetModelStatus(request, timeout=60).model_version_status}
        expect_equal(states, {1: 30, 2: 30}, "states")
    with checks.check("HandleReloadConfigRequest: a label, and Predict by it"):
        status = get_model_status_pb2.GetModelStatusRequest()
        status.model_spec.name = "keras_cnn"
        request = model_management_pb2.ReloadConfigRequest()
        for model in sorted({case.model for case in by_name.values()}):
            config = request.config.model_config_list.config.add(name=model, base_path=f"{repository}/{model}")
            config.model_platform = "tensorflow"
            if model == "keras_cnn":
                config.model_version_policy.specific.versions.extend([1, 2])
                config.version_labels["stable"] = 1
        expect_equal(models.HandleReloadConfigRequest(request, timeout=60).status.error_code, 0, "status")
        case = by_name["Keras 3 classifier, version 1, 5 rows"]
        request = predict_pb2.PredictRequest()
        request.model_spec.name = "keras_cnn"
        request.model_spec.version_label = "stable"
        request.inputs["images"].CopyFrom(tf.make_tensor_proto(case.inputs["images"]))
        response = stub.Predict(request, timeout=60)
        expect_equal(response.model_spec.version.value, 1, "version")
        fault = cases.differences(case, {name: tf.make_ndarray(one) for name, one in response.outputs.items()})
        expect(not fault, fault)


if __name__ == "__main__":
    main(*sys.argv[1:])
