"""A model as TensorFlow 1 exported it: graph, session, variables, tables, and signatures that take tf.Example."""

import numpy as np
import tensorflow as tf

from cases import Case

v1 = tf.compat.v1
X = np.array([[0.5, -1.0], [2.0, 3.0], [0.0, 0.25]], np.float32)


def build(repository):
    folder = repository / "tf1_export"
    with tf.Graph().as_default(), v1.Session() as session:
        v1.set_random_seed(5)
        serialized = v1.placeholder(tf.string, [None], name="tf_example")
        features = tf.io.parse_example(serialized, {"x": tf.io.FixedLenFeature([2], tf.float32)})
        # A user may feed the values themselves in the place of what was parsed, as estimators' exports did.
        x = tf.identity(features["x"], name="x")
        weights = v1.get_variable("w", [2, 3], initializer=v1.glorot_uniform_initializer(), use_resource=False)
        bias = v1.get_variable("b", [3], initializer=v1.constant_initializer(0.1), use_resource=False)
        scores = tf.nn.softmax(tf.matmul(x, weights) + bias, name="scores")
        classes = tf.tile(tf.constant([["cat", "dog", "eel"]]), [tf.shape(x)[0], 1])
        value = tf.reduce_sum(x, 1, keepdims=True)
        session.run(v1.global_variables_initializer())
        _save(session, folder, serialized, x, scores, classes, value)
        right_scores, right_value = session.run([scores, value], {x: X})
    examples = [example(x=row) for row in X]
    yield Case("TF 1 export", "tf1_export", {"x": X}, {"scores": right_scores})
    yield Case(
        "TF 1 export, parsed by the model",
        "tf1_export",
        {"examples": np.array(examples, object)},
        {"scores": right_scores},
        signature="parse",
    )
    yield Case(
        "TF 1 export, Classify",
        "tf1_export",
        {},
        {"classes": np.array([[b"cat", b"dog", b"eel"]] * 3, object), "scores": right_scores},
        signature="classify",
        method="classify",
        examples=examples,
    )
    yield Case(
        "TF 1 export, Regress",
        "tf1_export",
        {},
        {"outputs": right_value},
        signature="regress",
        method="regress",
        examples=examples,
    )


def _save(session, folder, serialized, x, scores, classes, value):
    signatures = v1.saved_model.signature_def_utils
    info = v1.saved_model.utils.build_tensor_info
    builder = v1.saved_model.Builder(str(folder / "1"))
    builder.add_meta_graph_and_variables(
        session,
        [v1.saved_model.tag_constants.SERVING],
        signature_def_map={
            "serving_default": signatures.build_signature_def(
                {"x": info(x)}, {"scores": info(scores)}, "tensorflow/serving/predict"
            ),
            "parse": signatures.predict_signature_def({"examples": serialized}, {"scores": scores}),
            "classify": signatures.classification_signature_def(serialized, classes, scores),
            "regress": signatures.regression_signature_def(serialized, value),
        },
    )
    builder.save()


def example(**features):
    """A serialised tf.Example of float features and byte features."""
    made = tf.train.Example()
    for name, values in features.items():
        if isinstance(values[0], bytes):
            made.features.feature[name].bytes_list.value.extend(values)
        else:
            made.features.feature[name].float_list.value.extend(values)
    return made.SerializeToString()
