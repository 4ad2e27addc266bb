"""Wrong requests by tensorflow-serving-api: TensorFlow Serving's codes and texts."""

import grpc
import numpy as np
import tensorflow as tf
from tensorflow_serving.apis import (
    classification_pb2,
    get_model_metadata_pb2,
    get_model_status_pb2,
    inference_pb2,
    predict_pb2,
    regression_pb2,
)

from checks import expect, expect_equal

ROW = np.array([[1, 2]], np.float32)


def check_errors(checks, stub, models):
    def refused(name, code, text, call, request):
        with checks.check(f"refused: {name}"):
            try:
                call(request, timeout=60)
            except grpc.RpcError as fault:
                expect_equal(fault.code().name, code, f"code of '{fault.details()}'")
                expect(text in fault.details(), f"text is '{fault.details()}', without '{text}'")
            else:
                expect(False, "it was answered")

    def predict(name, code, text, request):
        refused(name, code, text, stub.Predict, request)

    predict("no name", "INVALID_ARGUMENT", "ModelSpec has no name specified.", predict_pb2.PredictRequest())
    predict("unknown model", "NOT_FOUND", "Servable not found for request: Latest(nobody)", asked(name="nobody"))
    predict("unknown version", "NOT_FOUND", "Servable not found for request: Specific(signatures, 9)", asked(version=9))
    predict(
        "unknown label", "INVALID_ARGUMENT", "Unrecognized servable version label: none", asked(version_label="none")
    )
    predict(
        "unknown signature",
        "FAILED_PRECONDITION",
        'Serving signature key "none" not found.',
        asked(signature_name="none"),
    )
    predict(
        "another input",
        "INVALID_ARGUMENT",
        "input tensor alias not found in signature: z. Inputs expected to be in the set {x}.",
        asked(inputs={"z": ROW}),
    )
    predict(
        "too many inputs",
        "INVALID_ARGUMENT",
        "input size does not match signature: 2!=1 len({x,z}) != len({x}). Sent extra: {z}. Missing but required: {}.",
        asked(inputs={"x": ROW, "z": ROW}),
    )
    predict(
        "another output",
        "INVALID_ARGUMENT",
        "output tensor alias not found in signature: none Outputs expected to be in the set {scaled}.",
        asked(output_filter=["none"]),
    )
    predict(
        "an output twice",
        "INVALID_ARGUMENT",
        "duplicate output tensor alias: scaled",
        asked(output_filter=["scaled", "scaled"]),
    )
    predict(
        "wrong dtype",
        "INVALID_ARGUMENT",
        "Expects arg[0] to be float but int32 is provided",
        asked(inputs={"x": ROW.astype(np.int32)}),
    )
    predict("wrong shape", "INVALID_ARGUMENT", 'inputs["x"]', asked(inputs={"x": np.zeros((1, 3), np.float32)}))
    predict(
        "no rows, which this server does not run",
        "INVALID_ARGUMENT",
        "expected at least one element, got [0,2]",
        asked(inputs={"x": np.zeros((0, 2), np.float32)}),
    )

    classify = classification_pb2.ClassificationRequest()
    classify.model_spec.name = "examples"
    refused("no examples", "INVALID_ARGUMENT", "Input is empty.", stub.Classify, classify)
    classify.input.example_list.examples.add()
    classify.model_spec.signature_name = "regress"
    refused(
        "Classify by a signature for Regress",
        "INVALID_ARGUMENT",
        "Expected classification signature method_name to be tensorflow/serving/classify. Was: tensorflow/serving/regress",
        stub.Classify,
        classify,
    )
    regress = regression_pb2.RegressionRequest(input=classify.input)
    regress.model_spec.name = "examples"
    regress.model_spec.signature_name = "none"
    refused("Regress by no signature", "INVALID_ARGUMENT", "none", stub.Regress, regress)

    several = inference_pb2.MultiInferenceRequest(input=classify.input)
    for model in ("examples", "tf1_export"):
        several.tasks.add(method_name="tensorflow/serving/classify").model_spec.name = model
    refused(
        "MultiInference of two models",
        "INVALID_ARGUMENT",
        "All ModelSpecs in a MultiInferenceRequest must access the same model name.",
        stub.MultiInference,
        several,
    )
    metadata = get_model_metadata_pb2.GetModelMetadataRequest()
    metadata.model_spec.name = "signatures"
    refused(
        "metadata without a field",
        "INVALID_ARGUMENT",
        "GetModelMetadataRequest must specify at least one metadata_field",
        stub.GetModelMetadata,
        metadata,
    )
    status = get_model_status_pb2.GetModelStatusRequest()
    status.model_spec.name = "nobody"
    refused(
        "status of an unknown model",
        "NOT_FOUND",
        "Could not find any versions of model nobody",
        models.GetModelStatus,
        status,
    )
    with checks.check("answers as before after all of them"):
        scaled = tf.make_ndarray(stub.Predict(asked(), timeout=60).outputs["scaled"])
        expect_equal(scaled.tolist(), [[2.0, 6.0]], "scaled")


def asked(name="signatures", inputs=None, output_filter=(), version=None, **spec):
    """A good PredictRequest, but for what is given."""
    request = predict_pb2.PredictRequest(output_filter=output_filter)
    request.model_spec.name = name
    if version is not None:
        request.model_spec.version.value = version
    for field, value in spec.items():
        setattr(request.model_spec, field, value)
    for alias, array in (inputs or {"x": ROW}).items():
        request.inputs[alias].CopyFrom(tf.make_tensor_proto(array))
    return request
