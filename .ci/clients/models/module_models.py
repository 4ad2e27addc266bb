"""Models made of tf.Module: several signatures, tf.Example, a table with its asset, text, dynamic shapes."""

import numpy as np
import tensorflow as tf

from cases import Case
from models.tf1_models import example


def build(repository, scratch):
    yield from _signatures(repository / "signatures")
    yield from _examples(repository / "examples")
    yield from _lookup(repository / "lookup", scratch)
    yield from _text(repository / "text")
    yield from _dynamic(repository / "dynamic")


def _signatures(folder):
    class Calculator(tf.Module):
        def __init__(self):
            super().__init__()
            self.factor = tf.Variable([2.0, 3.0])

        @tf.function(input_signature=[tf.TensorSpec([None, 2], tf.float32, "x")])
        def scale(self, x):
            return {"scaled": x * self.factor}

        @tf.function(
            input_signature=[tf.TensorSpec([None, 2], tf.float32, "a"), tf.TensorSpec([None, 2], tf.float32, "b")]
        )
        def divide(self, a, b):
            return {"quotient": a / b, "is_whole": tf.equal(a / b, tf.round(a / b)), "row": tf.range(tf.shape(a)[0])}

    model = Calculator()
    tf.saved_model.save(model, str(folder / "1"), signatures={"serving_default": model.scale, "divide": model.divide})
    x = np.array([[1, 2], [-3, 0.5]], np.float32)
    yield Case("tf.Module, first signature", "signatures", {"x": x}, _numpy(model.scale(x)))
    inputs = {"a": np.array([[6, 1], [0, -1]], np.float32), "b": np.array([[3, 4], [0, 0]], np.float32)}
    yield Case(
        "tf.Module, second signature, with NaN and infinity",
        "signatures",
        inputs,
        _numpy(model.divide(**inputs)),
        signature="divide",
    )


def _examples(folder):
    class Parsing(tf.Module):
        def __init__(self):
            super().__init__()
            self.weights = tf.Variable([[0.5], [-2.0]])

        @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "inputs")])
        def regress(self, inputs):
            return {"outputs": tf.matmul(self._features(inputs), self.weights)}

        @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "inputs")])
        def classify(self, inputs):
            x = self._features(inputs)
            return {"scores": tf.concat([x, 1 - x], 1), "classes": tf.strings.as_string(tf.argsort(tf.concat([x, x], 1)))}

        def _features(self, inputs):
            spec = {
                "x": tf.io.FixedLenFeature([2], tf.float32),
                "bonus": tf.io.FixedLenFeature([1], tf.float32, default_value=[0.0]),
                "tags": tf.io.VarLenFeature(tf.string),
            }
            parsed = tf.io.parse_example(inputs, spec)
            counts = tf.reduce_sum(tf.cast(tf.sparse.to_dense(parsed["tags"]) != "", tf.float32), 1, keepdims=True)
            return parsed["x"] + parsed["bonus"] + counts

    model = Parsing()
    tf.saved_model.save(model, str(folder / "1"), signatures={"serving_default": model.classify, "regress": model.regress})
    updater = tf.compat.v1.saved_model.signature_def_utils.MethodNameUpdater(str(folder / "1"))
    updater.replace_method_name("serving_default", "tensorflow/serving/classify")
    updater.replace_method_name("regress", "tensorflow/serving/regress")
    updater.save()
    given = [example(x=[0.5, 0.25], tags=[b"a", b"b"]), example(x=[1.0, -1.0], bonus=[4.0]), example(x=[0.0, 0.0])]
    array = np.array(given, object)
    for method, signature, run in (("classify", "serving_default", model.classify), ("regress", "regress", model.regress)):
        right = _numpy(run(array))
        yield Case(f"tf.Example, {method.title()}", "examples", {}, right, signature, method=method, examples=given)
        yield Case(f"tf.Example as text to {method}'s signature", "examples", {"inputs": array}, right, signature)


def _lookup(folder, scratch):
    words = scratch / "words.txt"
    words.write_text("kiwi\nlime\nmango\n")

    class Vocabulary(tf.Module):
        def __init__(self):
            super().__init__()
            self.asset = tf.saved_model.Asset(str(words))
            self.ids = tf.lookup.StaticVocabularyTable(
                tf.lookup.TextFileInitializer(
                    self.asset, tf.string, tf.lookup.TextFileIndex.WHOLE_LINE, tf.int64, tf.lookup.TextFileIndex.LINE_NUMBER
                ),
                num_oov_buckets=2,
            )
            self.names = tf.lookup.StaticHashTable(
                tf.lookup.TextFileInitializer(
                    self.asset, tf.int64, tf.lookup.TextFileIndex.LINE_NUMBER, tf.string, tf.lookup.TextFileIndex.WHOLE_LINE
                ),
                default_value="?",
            )

        @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "words")])
        def look_up(self, words):
            ids = self.ids[words]
            return {"ids": ids, "names": self.names[ids]}

    model = Vocabulary()
    tf.saved_model.save(model, str(folder / "1"), signatures=model.look_up)
    given = np.array([b"lime", b"plum", b"mango", b"", b"kiwi"], object)
    yield Case("lookup table with its asset", "lookup", {"words": given}, _numpy(model.look_up(given)))


def _text(folder):
    class Text(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec([None, 2], tf.string, "text")])
        def shout(self, text):
            return {
                "upper": tf.strings.upper(text),
                "joined": tf.strings.reduce_join(text, 1, separator="/"),
                "bytes": tf.strings.length(text),
            }

    model = Text()
    tf.saved_model.save(model, str(folder / "1"), signatures=model.shout)
    given = np.array([[b"", b"kiwi"], ["Grüße".encode(), b"\xff\x00\xfe"], [b"long " * 2000, b"\n"]], object)
    yield Case("text in and out, empty, long and not UTF-8", "text", {"text": given}, _numpy(model.shout(given)))


def _dynamic(folder):
    class Dynamic(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec([None, None, 3], tf.float32, "x"), tf.TensorSpec([], tf.float32, "by")])
        def run(self, x, by):
            kept = tf.boolean_mask(x, tf.reduce_sum(x, 2) > 0)
            return {"turned": tf.transpose(x, [1, 2, 0]) * by, "mean": tf.reduce_mean(x, 1), "kept": kept, "sum": tf.reduce_sum(x)}

    model = Dynamic()
    tf.saved_model.save(model, str(folder / "1"), signatures=model.run)
    random = np.random.default_rng(6)
    for shape in ((1, 1, 3), (2, 7, 3), (5, 2, 3)):
        inputs = {"x": random.standard_normal(shape, np.float32), "by": np.array(1.5, np.float32)}
        yield Case(f"dynamic shapes {list(shape)}", "dynamic", inputs, _numpy(model.run(**inputs)))


def _numpy(outputs):
    return {name: np.array(value.numpy()) for name, value in outputs.items()}
