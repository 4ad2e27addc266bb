"""A model with an input and an output of each dtype that the protocols name."""

import numpy as np
import tensorflow as tf

from cases import Case

DTYPES = {
    "bool": [True, False, True],
    "int8": [-128, 0, 127],
    "int16": [-32768, 1, 32767],
    "int32": [-(2**31), 5, 2**31 - 1],
    "int64": [-(2**63), 6, 2**63 - 1],
    "uint8": [0, 1, 255],
    "uint16": [0, 2, 65535],
    "uint32": [0, 3, 2**32 - 1],
    "uint64": [0, 4, 2**64 - 1],
    "float16": [-65504.0, 0.1, 6e-8],
    "bfloat16": [-3e38, 0.15625, 1e-38],
    "float32": [-3.4e38, 0.1, 1e-45],
    "float64": [-1.7e308, 0.1, 5e-324],
}
# One model each for those that few servers take; the others share one.
ALONE = ("int8", "uint16", "float16", "bfloat16")


def build(repository):
    for names in [[name] for name in ALONE] + [[name for name in DTYPES if name not in ALONE]]:
        yield from _model(repository, names)


def _model(repository, names):
    specs = [tf.TensorSpec([None], tf.as_dtype(name), f"{name}_in") for name in names]

    @tf.function(input_signature=specs)
    def turn_and_repeat(*tensors):
        return {f"{name}_out": tf.concat([tf.reverse(x, [0]), x], 0) for name, x in zip(names, tensors)}

    model = tf.Module()
    model.run = turn_and_repeat
    title = names[0] if len(names) == 1 else "dtypes"
    tf.saved_model.save(model, str(repository / title / "1"), signatures=turn_and_repeat)
    arrays = [np.array(DTYPES[name], tf.as_dtype(name).as_numpy_dtype) for name in names]
    outputs = turn_and_repeat(*[tf.constant(array) for array in arrays])
    yield Case(
        f"{', '.join(names)} at their ends",
        title,
        {f"{name}_in": array for name, array in zip(names, arrays)},
        {name: value.numpy() for name, value in outputs.items()},
        exact=True,
    )
