"""Writes src/test/resources/models/<name>/: SavedModels as Python's TensorFlow makes them, each with `golden.json`.

    pip install tensorflow-cpu==2.18.0
    python server/src/test/models/make_models.py

A golden file holds calls: `signature`, `inputs`, and either `outputs` as Python's TensorFlow computes them or `rule`, in words,
for what differs from run to run. A tensor is `dtype`, `shape`, and `data` (base64, little-endian) or `strings` (base64, or
`{"base64": ..., "times": n}` for a long one). `tolerance` is relative and absolute; without it answers are equal bit for bit.
"""

import base64
import json
import os
import pathlib
import shutil
import sys

import numpy as np
import tensorflow as tf

RESOURCES = pathlib.Path(__file__).resolve().parent.parent / "resources"
TARGET = pathlib.Path("models")
V1 = tf.compat.v1
LONG = b"0123456789abcdef" * 65536
QUANTISED = {tf.qint8: tf.int8, tf.quint8: tf.uint8, tf.qint16: tf.int16, tf.quint16: tf.uint16, tf.qint32: tf.int32}


def spec(dtype, *shape):
    return tf.TensorSpec(list(shape), dtype)


def as_json(tensor):
    dtype, shape = tensor.dtype, tensor.shape.as_list()
    if dtype == tf.string:
        return {"dtype": "STRING", "shape": shape, "strings": [text(s) for s in np.ravel(tensor.numpy()).tolist()]}
    if dtype in QUANTISED:
        tensor = tf.bitcast(tensor, QUANTISED[dtype])
    name = {"half": "FLOAT16"}.get(dtype.name, dtype.name.upper())
    return {"dtype": name, "shape": shape, "data": base64.b64encode(tensor.numpy().tobytes()).decode()}


def text(value):
    if value == LONG:
        return {"base64": base64.b64encode(LONG[:16]).decode(), "times": 65536}
    return base64.b64encode(value).decode()


def golden(name, calls, tolerance=None, rules=None):
    """Runs each call (signature, inputs) on the model as it was saved, in a fresh load, in order."""
    loaded = tf.saved_model.load(str(TARGET / name), tags=["serve"])
    written = []
    for signature, inputs in calls:
        tensors = {key: tf.convert_to_tensor(value) for key, value in inputs.items()}
        call = {"signature": signature, "inputs": {key: as_json(value) for key, value in tensors.items()}}
        outputs = loaded.signatures[signature](**tensors)
        if rules:
            call["rule"] = rules
        call["outputs"] = {key: as_json(value) for key, value in sorted(outputs.items())}
        written.append(call)
    text_of = {"tolerance": tolerance, "calls": written}
    (TARGET / name / "golden.json").write_text(json.dumps(text_of, indent=1) + "\n")


def save(name, module, **signatures):
    tf.saved_model.save(module, str(TARGET / name), signatures=signatures)
    (TARGET / name / "fingerprint.pb").unlink(missing_ok=True)


def save_v1(name, build):
    """A SavedModel by TensorFlow 1's builder: a `train` meta graph first, then `serve`."""
    builder = V1.saved_model.Builder(str(TARGET / name))
    with tf.Graph().as_default(), V1.Session() as session:
        signatures, extra = build()
        session.run([V1.global_variables_initializer(), V1.tables_initializer()])
        builder.add_meta_graph_and_variables(session, ["train"], signature_def_map=signatures)
        builder.add_meta_graph(["serve"], signature_def_map=signatures, **extra)
        builder.save()


def predict(inputs, outputs):
    return V1.saved_model.predict_signature_def(inputs, outputs)


def tf1_ref_variables():
    with tf.Graph().as_default(), V1.Session() as session:
        x = V1.placeholder(tf.float32, [None, 3], "x")
        w = V1.get_variable("w", initializer=[[1.0, -2.0], [0.5, 4.0], [3.0, 0.25]], use_resource=False)
        b = V1.get_variable("b", initializer=[0.5, -0.5], use_resource=False)
        y = tf.nn.relu(tf.matmul(x, w) + b)
        session.run(V1.global_variables_initializer())
        V1.saved_model.simple_save(session, str(TARGET / "tf1_ref_variables"), {"x": x}, {"y": y})
    golden("tf1_ref_variables", [("serving_default", {"x": [[1.0, 2.0, 3.0], [-1.0, 0.0, 0.5]]})], 1e-6)


def tf1_main_op():
    def build():
        x = V1.placeholder_with_default([7.0], [None], "x")
        w = V1.get_variable("w", initializer=2.0, use_resource=True)
        offset = V1.get_variable("offset", initializer=0.0, use_resource=True, collections=[V1.GraphKeys.LOCAL_VARIABLES])
        main = tf.group(offset.initializer, offset.assign(100.0, read_value=False), name="main")
        with tf.control_dependencies([offset.initializer]):
            main = offset.assign(100.0, read_value=False)
        y = tf.identity(x * w + offset, "y")
        signatures = {
            "serving_default": predict({"x": x}, {"y": y}),
            "passthrough": predict({"x": x}, {"same": x, "twice": y, "again": y}),
        }
        return signatures, {"main_op": main}

    save_v1("tf1_main_op", build)
    calls = [("serving_default", {"x": [1.0, 2.5]}), ("passthrough", {"x": [3.0]})]
    golden("tf1_main_op", calls)


def tf1_legacy_init_vocabulary():
    words = pathlib.Path("words.txt")
    words.write_text("river\nmill\nstone\n")

    def build():
        text = V1.placeholder(tf.string, [None], "text")
        asset = tf.constant(str(words))
        table = V1.lookup.StaticHashTable(
            V1.lookup.TextFileInitializer(
                asset, tf.string, V1.lookup.TextFileIndex.WHOLE_LINE, tf.int64, V1.lookup.TextFileIndex.LINE_NUMBER
            ),
            -1,
        )
        V1.get_variable("unused", initializer=1.0)
        signatures = {"serving_default": predict({"text": text}, {"ids": table.lookup(text)})}
        legacy = V1.tables_initializer(name="legacy_init_op")
        return signatures, {"legacy_init_op": legacy, "assets_collection": V1.get_collection(V1.GraphKeys.ASSET_FILEPATHS)}

    save_v1("tf1_legacy_init_vocabulary", build)
    words.unlink()
    golden("tf1_legacy_init_vocabulary", [("serving_default", {"text": ["stone", "sand", "", "river"]})])


def example(**features):
    """A serialized tf.Example of floats and words."""
    made = {}
    for name, values in features.items():
        words = values and isinstance(values[0], bytes)
        kind = {"bytes_list": tf.train.BytesList(value=values)} if words else {"float_list": tf.train.FloatList(value=values)}
        made[name] = tf.train.Feature(**kind)
    return tf.train.Example(features=tf.train.Features(feature=made)).SerializeToString(deterministic=True)


def tf1_examples():
    """Signatures that take tf.Example: to classify, to regress, and to predict."""

    def build():
        text = V1.placeholder(tf.string, [None], "examples")
        features = {
            "x": V1.io.FixedLenFeature([2], tf.float32),
            "word": V1.io.FixedLenFeature([1], tf.string, default_value=[b"none"]),
        }
        parsed = V1.io.parse_example(text, features)
        w = V1.get_variable("w", initializer=[[1.0, 0.0], [0.0, 2.0]])
        scores = tf.matmul(parsed["x"], w)
        classes = tf.concat([parsed["word"], parsed["word"] + "!"], 1)
        total = tf.reduce_sum(parsed["x"], 1, keepdims=True)
        build_ = V1.saved_model.build_signature_def
        info = V1.saved_model.build_tensor_info
        regress = "tensorflow/serving/regress"
        dense = V1.placeholder(tf.float32, [None], "dense")
        signatures = {
            "serving_default": V1.saved_model.classification_signature_def(text, classes, scores),
            "scores": V1.saved_model.classification_signature_def(text, None, scores),
            "sum": V1.saved_model.regression_signature_def(text, total),
            "flat": build_({"inputs": info(text)}, {"outputs": info(tf.squeeze(total, 1))}, regress),
            "wide": build_({"inputs": info(text)}, {"outputs": info(parsed["x"])}, regress),
            "predict": predict({"inputs": text}, {"total": total}),
            "train": build_({"x": info(dense)}, {"y": info(dense + 1.0)}, "tensorflow/supervised/training"),
        }
        return signatures, {}

    save_v1("tf1_examples", build)
    text = [example(x=[1.0, 2.0], word=[b"mill"]), example(x=[3.0, 4.0])]
    names = ["serving_default", "scores", "sum", "flat", "wide", "predict"]
    calls = [(name, {"inputs": tf.constant(text)}) for name in names]
    golden("tf1_examples", calls + [("train", {"x": [1.0]})], 1e-6)


class Flow(tf.Module):
    @tf.function(input_signature=[spec(tf.int64, None)])
    def collatz(self, n):
        """Steps until each number is 1."""
        return {"steps": tf.map_fn(self.steps, n), "largest": tf.reduce_max(n)}

    @tf.function(input_signature=[spec(tf.int64)])
    def steps(self, n):
        count = tf.constant(0, tf.int64)
        while n > 1:
            n = self.next(n)
            count += 1
        return count

    @tf.function(input_signature=[spec(tf.int64)])
    def next(self, n):
        return n // 2 if n % 2 == 0 else 3 * n + 1

    @tf.function(input_signature=[spec(tf.int32), spec(tf.float32, None)])
    def choose(self, which, x):
        y = tf.switch_case(which, [lambda: x + 1.0, lambda: tf.reverse(x, [0]), lambda: x[:1]], default=lambda: -x)
        return {"y": y}


def tf2_control_flow():
    flow = Flow()
    save("tf2_control_flow", flow, serving_default=flow.collatz, choose=flow.choose)
    x = [1.0, 2.0, 3.0]
    calls = [("serving_default", {"n": tf.constant([1, 2, 7, 27], tf.int64)})]
    calls += [("choose", {"which": tf.constant(w), "x": x}) for w in (0, 1, 2, 9)]
    golden("tf2_control_flow", calls)


def keras3_export():
    tf.keras.utils.set_random_seed(1)
    image = tf.keras.Input([6, 6, 1], name="image")
    side = tf.keras.Input([2], name="side")
    x = tf.keras.layers.Conv2D(2, 3, activation="relu")(image)
    x = tf.keras.layers.BatchNormalization()(x)
    x = tf.keras.layers.MaxPooling2D(2)(x)
    x = tf.keras.layers.Concatenate()([tf.keras.layers.Flatten()(x), side])
    model = tf.keras.Model([image, side], tf.keras.layers.Dense(3, activation="softmax")(x))
    model.export(str(TARGET / "keras3_export"), verbose=False)
    (TARGET / "keras3_export" / "fingerprint.pb").unlink(missing_ok=True)
    inputs = {
        "image": np.linspace(0, 1, 3 * 36, dtype=np.float32).reshape(3, 6, 6, 1),
        "side": np.array([[1, 2], [3, 4], [-1, 0]], np.float32),
    }
    golden("keras3_export", [("serving_default", inputs), ("serve", inputs)], 1e-5)


class Vocabulary(tf.Module):
    def __init__(self, file):
        initialiser = tf.lookup.TextFileInitializer(
            file, tf.string, tf.lookup.TextFileIndex.WHOLE_LINE, tf.int64, tf.lookup.TextFileIndex.LINE_NUMBER
        )
        self.exact = tf.lookup.StaticHashTable(initialiser, -1)
        self.buckets = tf.lookup.StaticVocabularyTable(initialiser, 4)
        self.back = tf.lookup.StaticHashTable(
            tf.lookup.TextFileInitializer(
                file, tf.int64, tf.lookup.TextFileIndex.LINE_NUMBER, tf.string, tf.lookup.TextFileIndex.WHOLE_LINE
            ),
            "<none>",
        )

    @tf.function(input_signature=[spec(tf.string, None)])
    def ids(self, text):
        return {"exact": self.exact.lookup(text), "bucketed": self.buckets.lookup(text)}

    @tf.function(input_signature=[spec(tf.int64, None)])
    def words(self, ids):
        return {"words": self.back.lookup(ids)}


def vocabulary():
    file = pathlib.Path("vocabulary.txt")
    file.write_text("wheel\nsluice\nmühle\nflour\n")
    module = Vocabulary(str(file))
    save("vocabulary", module, serving_default=module.ids, words=module.words)
    file.unlink()
    golden(
        "vocabulary",
        [
            ("serving_default", {"text": ["flour", "wheel", "mühle", "unheard", "", "x" * 40]}),
            ("words", {"ids": tf.constant([3, 0, 99, 2], tf.int64)}),
        ],
    )


class Mixed(tf.Module):
    def __init__(self):
        self.scale = tf.Variable(2.5, dtype=tf.float64)

    @tf.function(
        input_signature=[
            tf.TensorSpec([None, 2], tf.float32, "a"),
            tf.TensorSpec([None], tf.int64, "b"),
            tf.TensorSpec([None], tf.string, "c"),
            tf.TensorSpec([None, 1], tf.bool, "d"),
        ]
    )
    def rows(self, a, b, c, d):
        sign = tf.where(d, 1.0, -1.0)
        return {
            "f64": tf.cast(a, tf.float64) * self.scale,
            "f32": a * sign,
            "i64": b * 3,
            "text": tf.strings.join([c, tf.strings.as_string(b)], "-"),
            "flag": tf.logical_not(d),
        }

    @tf.function(input_signature=[tf.TensorSpec([], tf.float32, "x"), tf.TensorSpec([], tf.int32, "n")])
    def scalars(self, x, n):
        return {"power": tf.pow(x, tf.cast(n, tf.float32)), "next": n + 1, "words": tf.strings.as_string(n)}

    @tf.function(input_signature=[])
    def constant(self):
        return {"scale": tf.identity(self.scale), "names": tf.constant(["a", "bb"])}


def mixed():
    module = Mixed()
    save("mixed", module, serving_default=module.rows, scalars=module.scalars, constant=module.constant)
    rows = {
        "a": np.array([[1, 2], [3, 4], [5, 6]], np.float32),
        "b": tf.constant([1, -2, 2**40], tf.int64),
        "c": ["x", "", "long enough to leave the small form of a string"],
        "d": [[True], [False], [True]],
    }
    scalars = {"x": tf.constant(1.5), "n": tf.constant(3)}
    golden("mixed", [("serving_default", rows), ("scalars", scalars), ("constant", {})])


class Shapes(tf.Module):
    @tf.function(input_signature=[tf.TensorSpec(None, tf.float32, "x")])
    def any_rank(self, x):
        return {"y": tf.tanh(x) * 2.0 + 1.0, "rank": tf.rank(x), "shape": tf.shape(x)}

    @tf.function(input_signature=[spec(tf.float32, None, 0), tf.TensorSpec([0], tf.int32, "none")])
    def zero(self, x, none):
        return {"rows": tf.shape(x)[0], "same": x, "sum": tf.reduce_sum(none), "more": tf.concat([none, none], 0)}

    @tf.function(input_signature=[tf.TensorSpec([None, 2], tf.float32, "x"), tf.TensorSpec([], tf.float32, "least")])
    def above(self, x, least):
        keep = x[:, 0] > least
        return {"rows": tf.boolean_mask(x, keep), "where": tf.where(keep), "words": tf.boolean_mask(tf.strings.as_string(x), keep)}

    @tf.function(input_signature=[tf.TensorSpec([None, 4], tf.float32, "boxes"), tf.TensorSpec([None], tf.float32, "scores")])
    def boxes(self, boxes, scores):
        kept = tf.image.non_max_suppression(boxes, scores, 3, score_threshold=0.5)
        return {"kept": kept, "boxes": tf.gather(boxes, kept)}


def shapes():
    module = Shapes()
    save("shapes", module, serving_default=module.any_rank, zero=module.zero, above=module.above, boxes=module.boxes)
    boxes = np.array([[0, 0, 1, 1], [0, 0, 1, 0.9], [2, 2, 3, 3]], np.float32)
    golden(
        "shapes",
        [
            ("serving_default", {"x": tf.constant(0.5)}),
            ("serving_default", {"x": [1.0, -1.0]}),
            ("serving_default", {"x": np.ones([1, 2, 1, 3, 1], np.float32)}),
            ("zero", {"x": np.ones([3, 0], np.float32), "none": np.ones([0], np.int32)}),
            ("above", {"x": np.array([[1, 2], [3, 4]], np.float32), "least": tf.constant(2.0)}),
            ("above", {"x": np.array([[1, 2], [3, 4]], np.float32), "least": tf.constant(9.0)}),
            ("boxes", {"boxes": boxes, "scores": np.array([0.9, 0.8, 0.7], np.float32)}),
            ("boxes", {"boxes": boxes, "scores": np.array([0.1, 0.2, 0.3], np.float32)}),
        ],
        1e-6,
    )


class Strings(tf.Module):
    @tf.function(input_signature=[spec(tf.string, None)])
    def each(self, text):
        return {"same": tf.identity(text), "twice": text + text, "bytes": tf.strings.length(text)}

    @tf.function(input_signature=[tf.TensorSpec([], tf.string, "text")])
    def split(self, text):
        return {"words": tf.strings.split(text), "one": tf.strings.reduce_join(tf.strings.split(text), separator="_")}


def strings():
    module = Strings()
    save("strings", module, serving_default=module.each, split=module.split)
    each = [b"", b"a", b"x" * 22, b"y" * 23, bytes(range(256)), b"\xff\xfe\x00\x80", "mühle".encode()]
    calls = [("serving_default", {"text": each}), ("split", {"text": b""}), ("split", {"text": b"a bb \xff c"})]
    golden("strings", calls)
    # The doubled megabyte is left out, to keep the file small.
    path = TARGET / "strings" / "golden.json"
    written = json.loads(path.read_text())
    whole = as_json(tf.constant([LONG]))
    size = as_json(tf.constant([len(LONG)]))
    written["calls"].append(
        {"signature": "serving_default", "inputs": {"text": whole}, "outputs": {"same": whole, "bytes": size}}
    )
    path.write_text(json.dumps(written, indent=1) + "\n")


class Counter(tf.Module):
    def __init__(self):
        self.count = tf.Variable(0, dtype=tf.int64)

    @tf.function(input_signature=[])
    def next(self):
        return {"count": self.count.assign_add(1)}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.float32, "x")])
    def rows(self, x):
        """Counts without showing it, so that the answers alone look as if rows could share a run."""
        self.bump()
        return {"y": x * 2.0}

    @tf.function
    def bump(self):
        if tf.constant(True):
            self.count.assign_add(1)

    @tf.function(input_signature=[])
    def read(self):
        return {"count": self.count.read_value()}


def counter():
    module = Counter()
    save("counter", module, serving_default=module.rows, next=module.next, read=module.read)
    calls = [("read", {}), ("next", {}), ("serving_default", {"x": [1.0, 2.0]}), ("next", {}), ("read", {})]
    golden("counter", calls)


class Dice(tf.Module):
    @tf.function(input_signature=[tf.TensorSpec([None], tf.float32, "x")])
    def draw(self, x):
        return {"y": tf.random.uniform(tf.shape(x), 10.0, 20.0)}


def random():
    module = Dice()
    save("random", module, serving_default=module.draw)
    golden("random", [("serving_default", {"x": [0.0] * 8})], rules="y is in 10..20 and differs from run to run")


class Composite(tf.Module):
    @tf.function(input_signature=[tf.RaggedTensorSpec([None, None], tf.int64, 1)])
    def ragged_in(self, words):
        return {"lengths": words.row_lengths()}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "text")])
    def ragged_out(self, text):
        return {"words": tf.strings.split(text)}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "text")])
    def dense(self, text):
        return {"bytes": tf.strings.length(text)}


def tf2_ragged():
    module = Composite()
    save("tf2_ragged", module, serving_default=module.dense, ragged_in=module.ragged_in, ragged_out=module.ragged_out)
    parts = {"words": tf.constant([1, 2, 3], tf.int64), "words_1": tf.constant([0, 1, 3], tf.int64)}
    golden("tf2_ragged", [("serving_default", {"text": ["a", "", "bcd"]}), ("ragged_in", parts)])


def tf1_sparse():
    def build():
        sparse = V1.sparse_placeholder(tf.float32, [None, 3], "sparse")
        dense = V1.placeholder(tf.float32, [None, 3], "dense")
        info = V1.saved_model.build_tensor_info
        method = V1.saved_model.signature_constants.PREDICT_METHOD_NAME
        of_sparse = V1.saved_model.build_signature_def(
            {"sparse": info(sparse)}, {"sum": info(V1.sparse_reduce_sum(sparse))}, method
        )
        V1.get_variable("unused", initializer=1.0)
        return {"sparse": of_sparse, "serving_default": predict({"x": dense}, {"sum": tf.reduce_sum(dense, 1)})}, {}

    save_v1("tf1_sparse", build)
    golden("tf1_sparse", [("serving_default", {"x": [[1.0, 2.0, 3.0]]})])


class OpenRank(tf.Module):
    """Inputs of unknown rank before ops that, with oneDNN, end the process on a wrong rank."""

    def __init__(self):
        self.kernel = tf.Variable(tf.reshape(tf.range(18.0), [3, 3, 1, 2]) / 18)
        self.square = tf.Variable(tf.reshape(tf.range(9.0), [3, 3, 1, 1]) / 9)

    @tf.function
    def conv(self, x):
        return tf.nn.relu(tf.nn.conv2d(x, self.kernel, 1, "SAME"))

    @tf.function(input_signature=[tf.TensorSpec(None, tf.uint8, "x")])
    def plain(self, x):
        return {"y": self.conv(tf.cast(x, tf.float32) / 255.0)}

    @tf.function(input_signature=[tf.TensorSpec(None, tf.float32, "x")])
    def expanded(self, x):
        return {"y": tf.nn.max_pool2d(self.conv(tf.expand_dims(x, -1)), 2, 2, "SAME")}

    @tf.function(input_signature=[tf.TensorSpec(None, tf.float32, "x")])
    def reshaped(self, x):
        return {"y": self.conv(tf.reshape(x, [-1, 4, 4, 1]))}

    @tf.function(input_signature=[tf.TensorSpec(None, tf.float32, "x"), tf.TensorSpec([], tf.bool, "flip")])
    def branch(self, x, flip):
        return {"y": tf.cond(flip, lambda: self.conv(tf.reverse(x, [1])), lambda: self.conv(x))}

    @tf.function(input_signature=[tf.TensorSpec(None, tf.float32, "x"), tf.TensorSpec([], tf.int32, "times")])
    def loop(self, x, times):
        for _ in tf.range(times):
            x = tf.nn.conv2d(x, self.square, 1, "SAME")
        return {"y": x}

    @tf.function(input_signature=[tf.TensorSpec(None, tf.float32, "x")])
    def volume(self, x):
        return {"y": tf.nn.avg_pool3d(tf.concat([x, x], -1), 2, 2, "SAME")}

    @tf.function(input_signature=[tf.TensorSpec(None, tf.float32, "x")])
    def unclear(self, x):
        return {"y": self.conv(tf.squeeze(x))}

    @tf.function(input_signature=[tf.TensorSpec(None, tf.float32, "x")])
    def two_ranks(self, x):
        return {"y": tf.nn.max_pool2d(x, 2, 2, "SAME"), "z": tf.nn.max_pool3d(x, 2, 2, "SAME")}

    @tf.function(input_signature=[tf.TensorSpec(None, tf.int32, "at"), tf.TensorSpec(None, tf.float32, "x")])
    def scatter(self, at, x):
        return {"y": tf.scatter_nd(at, x, [4])}


def open_rank():
    module = OpenRank()
    names = ["expanded", "reshaped", "branch", "loop", "volume", "unclear", "two_ranks", "scatter"]
    save("open_rank", module, serving_default=module.plain, **{name: getattr(module, name) for name in names})
    x = np.linspace(0, 1, 32, dtype=np.float32)
    image = x.reshape(2, 4, 4, 1)
    calls = [
        ("serving_default", {"x": np.arange(32, dtype=np.uint8).reshape(2, 4, 4, 1)}),
        ("expanded", {"x": x.reshape(2, 4, 4)}),
        ("reshaped", {"x": x}),
        ("branch", {"x": image, "flip": tf.constant(True)}),
        ("loop", {"x": image, "times": tf.constant(3)}),
        ("volume", {"x": x.reshape(1, 4, 4, 2, 1)}),
    ]
    golden("open_rank", calls, 1e-5)


class OpenSize(tf.Module):
    """Images of any size, before ops that have no output for the smallest."""

    def __init__(self):
        self.kernel = tf.Variable(tf.reshape(tf.range(50.0), [5, 5, 1, 2]) / 50)
        self.transposed = tf.Variable(tf.reshape(tf.range(18.0), [3, 3, 1, 2]) / 18)

    @tf.function(input_signature=[tf.TensorSpec([None, None, None, 1], tf.float32, "x")])
    def valid(self, x):
        x = tf.nn.relu(tf.nn.bias_add(tf.nn.conv2d(x, self.kernel, 1, "VALID"), [0.5, -0.5]))
        return {"y": tf.nn.max_pool2d(x, 2, 2, "VALID")}

    @tf.function(input_signature=[tf.TensorSpec([None, None, None, 1], tf.float32, "x")])
    def strided(self, x):
        x = tf.nn.depthwise_conv2d(x, self.kernel, [1, 2, 2, 1], "VALID")
        return {"y": tf.nn.avg_pool2d(x, 3, 3, "VALID")}

    @tf.function(input_signature=[tf.TensorSpec([None, None, None, 2], tf.float32, "x")])
    def up(self, x):
        n, h, w = tf.unstack(tf.shape(x))[:3]
        return {"y": tf.nn.conv2d_transpose(x, self.transposed, [n, 2 * h, 2 * w, 1], 2, "SAME")}

    @tf.function(input_signature=[tf.TensorSpec([None, None, None, 2], tf.float32, "x")])
    def up_to_fixed(self, x):
        """Whatever the size of the image, which ends the process where the two do not fit."""
        return {"y": tf.nn.conv2d_transpose(x, self.transposed, [1, 16, 16, 1], 2, "SAME")}

    @tf.function(input_signature=[tf.TensorSpec([None, 8], tf.float32, "x")])
    def generated(self, x):
        x = tf.reshape(x, [-1, 2, 2, 2])
        return {"y": tf.nn.conv2d_transpose(x, self.transposed, tf.stack([tf.shape(x)[0], 4, 4, 1]), 2, "SAME")}


def open_size():
    module = OpenSize()
    names = ["strided", "up", "up_to_fixed", "generated"]
    save("open_size", module, serving_default=module.valid, **{name: getattr(module, name) for name in names})
    x = np.linspace(0, 1, 2 * 9 * 11, dtype=np.float32)
    calls = [(name, {"x": x.reshape(2, 9, 11, 1)}) for name in ("serving_default", "strided")]
    calls += [("up", {"x": x.reshape(1, 9, 11, 2)}), ("generated", {"x": x[:24].reshape(3, 8)})]
    golden("open_size", calls, 1e-5)


ARITHMETIC = [
    tf.float32, tf.float64, tf.float16, tf.bfloat16, tf.int8, tf.int16, tf.int32, tf.int64,
    tf.uint8, tf.uint16, tf.uint32, tf.uint64, tf.complex64, tf.complex128,
]  # fmt: skip


class Types(tf.Module):
    pass


def dtypes():
    def doubled(**inputs):
        return {f"{key}_out": x + x for key, x in inputs.items()}

    def same(**inputs):
        return {f"{key}_out": tf.identity(x) for key, x in inputs.items()}

    def function(body, types):
        return tf.function(body).get_concrete_function(**{t.name: tf.TensorSpec([None, 2], t, t.name) for t in types})

    others = [*QUANTISED, tf.bool, tf.string]
    save("dtypes", Types(), serving_default=function(doubled, ARITHMETIC), same=function(same, others))
    values = np.array([[0, 1], [2, 100]], np.int64)
    numbers = {t.name: tf.cast(tf.constant(values), t) for t in ARITHMETIC}
    numbers["complex64"] = tf.complex(tf.cast(values, tf.float32), tf.constant([[-1.0, 0.5], [0.0, 3.0]]))
    rest = {t.name: tf.bitcast(tf.cast(tf.constant(values), raw), t) for t, raw in QUANTISED.items()}
    rest["bool"] = tf.constant([[True, False], [False, True]])
    rest["string"] = tf.constant([[b"", b"a"], [b"\xff", b"b" * 30]])
    golden("dtypes", [("serving_default", numbers), ("same", rest)])


MODELS = [
    tf1_ref_variables, tf1_main_op, tf1_legacy_init_vocabulary, tf1_sparse, tf1_examples, tf2_control_flow, tf2_ragged,
    keras3_export,
    vocabulary, mixed, shapes, strings, counter, random, dtypes, open_rank, open_size,
]  # fmt: skip


def main():
    wanted = sys.argv[1:]
    # Graphs hold the path of an asset as it was given, so it is given relative.
    os.chdir(RESOURCES)
    for make in MODELS:
        if not wanted or make.__name__ in wanted:
            shutil.rmtree(TARGET / make.__name__, ignore_errors=True)
            make()
            print(make.__name__)


if __name__ == "__main__":
    main()
