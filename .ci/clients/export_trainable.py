"""Exports a model that can be trained further, by the convention of LiteRT's on-device training. Argument: the folder to make.

The copy in server/src/test/resources/trainable is made by this script with the TensorFlow of requirements.txt.
"""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import tensorflow as tf  # noqa: E402

HEIGHT = WIDTH = 28
CLASSES = 10


class Digits(tf.Module):
    """A softmax regression with momentum, which begins with weights of 0."""

    def __init__(self):
        self.kernel = tf.Variable(tf.zeros([HEIGHT * WIDTH, CLASSES]), name="kernel")
        self.bias = tf.Variable(tf.zeros([CLASSES]), name="bias")
        self.moments = [tf.Variable(tf.zeros_like(weight)) for weight in (self.kernel, self.bias)]

    def logits(self, x):
        return tf.reshape(x, [-1, HEIGHT * WIDTH]) @ self.kernel + self.bias

    @tf.function(
        input_signature=[
            tf.TensorSpec([None, HEIGHT, WIDTH], tf.float32, "x"),
            tf.TensorSpec([None, CLASSES], tf.float32, "y"),
        ]
    )
    def train(self, x, y):
        weights = [self.kernel, self.bias]
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(y, self.logits(x)))
        for weight, moment, gradient in zip(weights, self.moments, tape.gradient(loss, weights)):
            moment.assign(0.9 * moment + gradient)
            weight.assign_sub(0.02 * moment)
        return {"loss": loss}

    @tf.function(input_signature=[tf.TensorSpec([None, HEIGHT, WIDTH], tf.float32, "x")])
    def infer(self, x):
        logits = self.logits(x)
        return {"output": tf.nn.softmax(logits), "logits": logits}

    def saved(self):
        return [self.kernel, self.bias, *self.moments]

    @tf.function(input_signature=[tf.TensorSpec([], tf.string, "checkpoint_path")])
    def save(self, checkpoint_path):
        tf.raw_ops.Save(
            filename=checkpoint_path,
            tensor_names=[f"saved{i}" for i in range(len(self.saved()))],
            data=[variable.read_value() for variable in self.saved()],
        )
        return {"checkpoint_path": checkpoint_path}

    @tf.function(input_signature=[tf.TensorSpec([], tf.string, "checkpoint_path")])
    def restore(self, checkpoint_path):
        restored = {}
        for i, variable in enumerate(self.saved()):
            value = tf.raw_ops.Restore(file_pattern=checkpoint_path, tensor_name=f"saved{i}", dt=variable.dtype)
            variable.assign(value)
            restored[f"saved{i}"] = tf.shape(value)
        return restored


def main(folder):
    model = Digits()
    tf.saved_model.save(
        model,
        folder,
        signatures={
            "serving_default": model.infer.get_concrete_function(),
            "train": model.train.get_concrete_function(),
            "infer": model.infer.get_concrete_function(),
            "save": model.save.get_concrete_function(),
            "restore": model.restore.get_concrete_function(),
        },
    )


if __name__ == "__main__":
    main(sys.argv[1])
