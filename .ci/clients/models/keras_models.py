"""Models of Keras: of Keras 3 as it exports them, and of Keras 2 as it saved them."""

import keras
import numpy as np
import tf_keras

from cases import Case


def build(repository):
    yield from _classifier(repository / "keras_cnn")
    yield from _two_in_two_out(repository / "keras_functional")
    yield from _legacy(repository / "keras_legacy")


def _classifier(folder):
    """A small image classifier in two versions, by Keras 3's own `Model.export`."""
    images = np.random.default_rng(1).random((5, 28, 28, 1), np.float32)
    for version in (1, 2):
        keras.utils.set_random_seed(version)
        model = keras.Sequential(
            [
                keras.Input((28, 28, 1), name="images"),
                keras.layers.Rescaling(2.0, offset=-1.0),
                keras.layers.Conv2D(8, 3, strides=2, activation="relu"),
                keras.layers.BatchNormalization(),
                keras.layers.Dropout(0.5),
                keras.layers.Flatten(),
                keras.layers.Dense(10, activation="softmax", name="digit"),
            ]
        )
        model.compile("adam", "sparse_categorical_crossentropy")
        model.fit(images, np.arange(5), epochs=2, verbose=0)
        model.export(str(folder / str(version)), format="tf_saved_model", verbose=False)
        for rows in (1, 5):
            yield Case(
                f"Keras 3 classifier, version {version}, {rows} rows",
                "keras_cnn",
                {"images": images[:rows]},
                {"output_0": model.predict(images[:rows], verbose=0)},
                version=version,
            )
    (folder / "millrace.yaml").write_text("versions: {policy: all}\n")


def _two_in_two_out(folder):
    """A functional model with two named inputs and outputs, an embedding and a recurrent layer."""
    keras.utils.set_random_seed(3)
    words = keras.Input((6,), dtype="int32", name="words")
    numbers = keras.Input((3,), name="numbers")
    hidden = keras.layers.GRU(4)(keras.layers.Embedding(20, 5)(words))
    joined = keras.layers.Concatenate()([hidden, keras.layers.LayerNormalization()(numbers)])
    model = keras.Model(
        {"words": words, "numbers": numbers},
        {
            "score": keras.layers.Dense(1, activation="sigmoid", name="score")(joined),
            "topics": keras.layers.Dense(4, activation="softmax", name="topics")(joined),
        },
    )
    model.export(str(folder / "1"), format="tf_saved_model", verbose=False)
    random = np.random.default_rng(4)
    inputs = {"words": random.integers(0, 20, (3, 6), np.int32), "numbers": random.random((3, 3), np.float32)}
    yield Case("Keras 3 functional model", "keras_functional", inputs, model.predict(inputs, verbose=0))


def _legacy(folder):
    """A model of Keras 2, which tf_keras still is, saved as a SavedModel by `Model.save`."""
    tf_keras.utils.set_random_seed(7)
    model = tf_keras.Sequential(
        [
            tf_keras.layers.InputLayer((3,), name="x"),
            tf_keras.layers.Dense(4, activation="relu"),
            tf_keras.layers.BatchNormalization(),
            tf_keras.layers.Dense(2, name="y"),
        ]
    )
    x = np.random.default_rng(8).standard_normal((4, 3), np.float32)
    model.compile("adam", "mse")
    model.fit(x, x[:, :2], epochs=2, verbose=0)
    model.save(str(folder / "1"), save_format="tf")
    yield Case("Keras 2 model", "keras_legacy", {"x": x}, {"y": model.predict(x, verbose=0)})
