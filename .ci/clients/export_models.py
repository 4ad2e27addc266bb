"""Exports every model into a repository and writes down what Python answers. Arguments: the repository, the cases' folder."""

import os
import pathlib
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import tensorflow as tf  # noqa: E402

import cases  # noqa: E402
from checks import Checks, expect  # noqa: E402
from models import dtype_models, keras_models, module_models, tf1_models  # noqa: E402


def main(repository, folder):
    tf.get_logger().setLevel("ERROR")
    checks = Checks(f"export by TensorFlow {tf.__version__}")
    made = []
    families = {
        "Keras": lambda: keras_models.build(repository),
        "TF 1 style": lambda: tf1_models.build(repository),
        "tf.Module": lambda: module_models.build(repository, folder),
        "dtypes": lambda: dtype_models.build(repository),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, build in families.items():
        with checks.check(f"{name} models"):
            before = len(made)
            made.extend(build())
            expect(len(made) > before, "no model was made")
    cases.store(made, folder)
    checks.end()


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
