"""Writes src/test/resources/warmup/python.tfrecord: warm-up requests as TensorFlow Serving's users make them.

    pip install tensorflow-cpu==2.18.0 tensorflow-serving-api==2.18.0
    python server/src/test/models/make_warmup_records.py

Its last record holds every typed form of a tensor twice: `<name>` as typed values, `<name>/read` as the bytes that
TensorFlow itself makes of them.
"""

import pathlib

import tensorflow as tf
from tensorflow.core.framework import tensor_pb2
from tensorflow_serving.apis import prediction_log_pb2

TARGET = pathlib.Path(__file__).parent.parent / "resources" / "warmup" / "python.tfrecord"

# dtype, field, values, length of the tensor
TYPED = [
    (tf.float32, "float_val", [1.5, -2.25], 2),
    (tf.float64, "double_val", [1e300], 3),
    (tf.int32, "int_val", [-(2**31), 2**31 - 1], 4),
    (tf.int16, "int_val", [-32768, 7], 2),
    (tf.uint16, "int_val", [40000], 1),
    (tf.int8, "int_val", [-128, 127], 3),
    (tf.uint8, "int_val", [200], 2),
    (tf.int64, "int64_val", [-(2**63), 2**63 - 1], 2),
    (tf.uint32, "uint32_val", [2**32 - 1], 2),
    (tf.uint64, "uint64_val", [2**64 - 1], 2),
    (tf.bool, "bool_val", [True, False], 3),
    (tf.float16, "half_val", [0x3C00, 0xC000], 3),
    (tf.bfloat16, "half_val", [0x3F80], 2),
    (tf.complex64, "scomplex_val", [1.0, 2.0, 3.0, -4.0], 3),
    (tf.complex128, "dcomplex_val", [1.0, 2.0], 2),
    (tf.qint8, "int_val", [-5], 2),
    (tf.quint8, "int_val", [250], 2),
    (tf.qint16, "int_val", [-500], 2),
    (tf.quint16, "int_val", [60000], 2),
    (tf.qint32, "int_val", [-70000], 2),
    (tf.float32, "no_val", [], 2),
    (tf.float32, "surplus/float_val", [1.0, 2.0, 3.0], 2),
]


def predict(signature, inputs, outputs=()):
    log = prediction_log_pb2.PredictionLog()
    log.log_metadata.model_spec.name = "any"
    request = log.predict_log.request
    request.model_spec.name = "any"
    request.model_spec.version.value = 3
    request.model_spec.signature_name = signature
    for name, proto in inputs.items():
        request.inputs[name].CopyFrom(proto)
    request.output_filter.extend(outputs)
    return log


def typed():
    inputs = {}
    for dtype, field, values, length in TYPED:
        proto = tensor_pb2.TensorProto(dtype=dtype.as_datatype_enum)
        proto.tensor_shape.dim.add(size=length)
        if values:
            getattr(proto, field.split("/")[-1]).extend(values)
        read = tensor_pb2.TensorProto(dtype=proto.dtype, tensor_shape=proto.tensor_shape)
        read.tensor_content = tf.io.parse_tensor(proto.SerializeToString(), dtype).numpy().tobytes()
        inputs[f"{dtype.name}/{field}"] = proto
        inputs[f"{dtype.name}/{field}/read"] = read
    return inputs


def packed_strings():
    proto = tensor_pb2.TensorProto(dtype=tf.string.as_datatype_enum)
    proto.tensor_shape.dim.add(size=3)
    proto.tensor_content = bytes([2, 0, 3]) + b"ab" + b"xyz"
    assert tf.io.parse_tensor(proto.SerializeToString(), tf.string).numpy().tolist() == [b"ab", b"", b"xyz"]
    return proto


def other_kinds():
    classify, regress, run, empty = (prediction_log_pb2.PredictionLog() for _ in range(4))
    example = classify.classify_log.request.input.example_list.examples.add()
    example.features.feature["x"].float_list.value.append(1)
    regress.regress_log.request.model_spec.name = "any"
    run.session_run_log.request.model_spec.name = "any"
    return [classify, regress, run, empty]


def main():
    logs = [
        predict("", {"images": tf.make_tensor_proto([[0.5, 1], [2, 3], [4, 5]], dtype=tf.float32)}),
        *other_kinds(),
        predict("classify", {"text": tf.make_tensor_proto([[b"\x89PNG\x00", b""]])}, ["classes", "scores"]),
        predict(
            "shapes",
            {
                "scalar": tf.make_tensor_proto(7, dtype=tf.int64),
                "empty": tf.make_tensor_proto([], dtype=tf.float32, shape=[0, 3]),
                "text": tf.make_tensor_proto(b"same", shape=[3]),
                "packed": packed_strings(),
            },
        ),
        predict("typed", typed()),
    ]
    with tf.io.TFRecordWriter(str(TARGET)) as writer:
        for log in logs:
            writer.write(log.SerializeToString(deterministic=True))


if __name__ == "__main__":
    main()
