"""Wrong requests by tritonclient: the code and the text that Triton's own tests look for."""

import numpy as np
import tritonclient.grpc as triton

from checks import expect, expect_equal

ROW = np.array([[1, 2]], np.float32)


def check_errors(checks, client, address):
    def refused(name, code, text, call):
        with checks.check(f"refused: {name}"):
            try:
                call()
            except triton.InferenceServerException as fault:
                expect_equal(fault.status(), f"StatusCode.{code}", f"code of '{fault.message()}'")
                expect(text in fault.message(), f"text is '{fault.message()}', without '{text}'")
            else:
                expect(False, "it was answered")

    def infer(model="signatures", inputs=None, **options):
        return lambda: client.infer(model, [tensor("x", ROW)] if inputs is None else inputs, **options)

    refused("unknown model", "NOT_FOUND", "Request for unknown model: 'nobody' is not found", infer("nobody"))
    refused(
        "unknown version",
        "NOT_FOUND",
        "Request for unknown model: 'signatures' version 9 is not found",
        infer(model_version="9"),
    )
    refused(
        "no inputs",
        "INVALID_ARGUMENT",
        "expected 1 inputs but got 0 inputs for model 'signatures'. Got input(s) [], but missing required input(s) ['x'].",
        infer(inputs=[]),
    )
    refused(
        "an input too many",
        "INVALID_ARGUMENT",
        "unexpected inference input 'z' for model 'signatures'",
        infer(inputs=[tensor("x", ROW), tensor("z", ROW)]),
    )
    refused(
        "an input of another name",
        "INVALID_ARGUMENT",
        "Got input(s) ['z'], but missing required input(s) ['x']. Please provide all required input(s).",
        infer(inputs=[tensor("z", ROW)]),
    )
    refused(
        "wrong dtype",
        "INVALID_ARGUMENT",
        "inference input 'x' data-type is 'INT32', but model 'signatures' expects 'FP32'",
        infer(inputs=[tensor("x", ROW.astype(np.int32))]),
    )
    refused(
        "wrong shape",
        "INVALID_ARGUMENT",
        "unexpected shape for input 'x' for model 'signatures'. Expected [-1,2], got [1,3].",
        infer(inputs=[tensor("x", np.zeros((1, 3), np.float32))]),
    )
    refused(
        "no rows, which this server does not run",
        "INVALID_ARGUMENT",
        "unexpected shape for input 'x' for model 'signatures'. Expected [-1,2], got [0,2].",
        infer(inputs=[tensor("x", np.zeros((0, 2), np.float32))]),
    )
    refused(
        "unknown output",
        "INVALID_ARGUMENT",
        "unexpected inference output 'nothing' for model 'signatures'",
        infer(outputs=[triton.InferRequestedOutput("nothing")]),
    )
    # The client checks its own arrays; what it has serialised is then changed beneath it.
    short = tensor("x", ROW)
    short._raw_content = short._raw_content[:-4]  # pylint: disable=protected-access
    refused(
        "too few bytes",
        "INVALID_ARGUMENT",
        "input byte size mismatch for input 'x' for model 'signatures'. Expected 8, got 4",
        infer(inputs=[short]),
    )
    words = tensor("words", np.array([b"lime", b"kiwi"], object))
    words._raw_content = words._raw_content[:-1]  # pylint: disable=protected-access
    refused(
        "a string cut off",
        "INVALID_ARGUMENT",
        "incomplete string data for inference input 'words' for model 'lookup'",
        infer("lookup", [words]),
    )
    refused(
        "a parameter that is reserved",
        "INVALID_ARGUMENT",
        "parameter keys starting with 'triton_' are reserved",
        lambda: _with_reserved_parameter(address),
    )
    refused(
        "shared memory",
        "UNIMPLEMENTED",
        "",
        lambda: client.register_system_shared_memory("region", "/region", 64),
    )
    refused("metadata of an unknown model", "NOT_FOUND", "'nobody' is not found", lambda: client.get_model_metadata("nobody"))
    refused("config of an unknown model", "NOT_FOUND", "'nobody' is not found", lambda: client.get_model_config("nobody"))
    refused(
        "load of an unknown model",
        "INVALID_ARGUMENT",
        "failed to load 'nobody', failed to poll from model repository",
        lambda: client.load_model("nobody"),
    )
    refused("a timeout of a microsecond", "UNAVAILABLE", "Request timeout expired", infer(timeout=1))
    with checks.check("answers as before after all of them"):
        expect_equal(infer()().as_numpy("scaled").tolist(), [[2.0, 6.0]], "scaled")


def tensor(name, array):
    """An input of tritonclient's that holds an array."""
    made = triton.InferInput(name, array.shape, triton.np_to_triton_dtype(array.dtype))
    made.set_data_from_numpy(array)
    return made


def _with_reserved_parameter(address):
    # The client refuses the key itself; the request is sent by the stub that it ships.
    import grpc

    request = triton.service_pb2.ModelInferRequest(model_name="signatures")
    request.inputs.add(name="x", datatype="FP32", shape=[1, 2])
    request.raw_input_contents.append(ROW.tobytes())
    request.parameters["triton_x"].int64_param = 1
    with grpc.insecure_channel(address) as channel:
        try:
            triton.service_pb2_grpc.GRPCInferenceServiceStub(channel).ModelInfer(request)
        except grpc.RpcError as fault:
            raise triton.InferenceServerException(fault.details(), f"StatusCode.{fault.code().name}") from None
