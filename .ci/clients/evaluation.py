"""Has the server evaluate two versions, and compares its figures with those of scikit-learn and SciPy.

Arguments: `export`, the repository: makes the versions. Else `check`, the address of HTTP: measures them.
"""

import gzip
import pathlib
import sys
import time

import numpy as np

DIGITS = pathlib.Path(__file__).parents[2] / "server/src/main/resources/datasets/mnist"
MODEL = "digits"
EXAMPLES = 4000
PATIENCE = 300
CHUNK = 500


def main(task, where):
    if task == "export":
        export(pathlib.Path(where))
    else:
        check(f"http://{where}/api/v1")


def images(name):
    with gzip.open(DIGITS / f"{name}-images-idx3-ubyte.gz") as file:
        pixels = np.frombuffer(file.read(), np.uint8, offset=16)
    with gzip.open(DIGITS / f"{name}-labels-idx1-ubyte.gz") as file:
        labels = np.frombuffer(file.read(), np.uint8, offset=8)
    return pixels.reshape(-1, 28, 28), labels.astype(int)


def export(repository):
    """Two readers of digits that compare with the mean of each: of 30000 examples, and of 300."""
    import tensorflow as tf

    pixels, labels = images("train")
    for version, count in ((1, 30000), (2, 300)):
        x = pixels[:count].reshape(count, 784) / np.float32(255)
        means = np.stack([x[labels[:count] == k].mean(axis=0) for k in range(10)], axis=1).astype(np.float32)

        class Reader(tf.Module):
            def __init__(self):
                super().__init__()
                self.weights = tf.Variable(means)
                self.bias = tf.Variable(-(means**2).sum(axis=0) / 2)

            # Takes bytes, so that pixels of another type than the shipped models' are tried.
            @tf.function(input_signature=[tf.TensorSpec([None, 28, 28], tf.uint8, "pixels")])
            def read(self, pixels):
                x = tf.reshape(tf.cast(pixels, tf.float32) / 255, [-1, 784])
                return {"logits": (tf.matmul(x, self.weights) + self.bias) / 4}

        model = Reader()
        tf.saved_model.save(model, str(repository / MODEL / str(version)), signatures={"serving_default": model.read})


def check(api):
    import requests
    import sklearn
    from scipy import stats
    from sklearn import metrics

    from checks import Checks, expect, expect_equal

    checks = Checks(f"scikit-learn {sklearn.__version__}")
    session = requests.Session()

    def call(method, path, body=None):
        answer = session.request(method, f"{api}/{path}", json=body, timeout=120)
        expect(answer.ok, answer.text)
        return answer.json()

    def near(actual, expected, what, tolerance=1e-9):
        expect(abs(actual - expected) <= tolerance, f"{what} is {actual!r}, not {expected!r}")

    def predict(version):
        pixels, labels = images("t10k")
        rows = []
        for start in range(0, EXAMPLES, CHUNK):
            chunk = pixels[start : start + CHUNK]
            tensor = {"dtype": "DATA_TYPE_UINT8", "shape": list(chunk.shape), "ints": chunk.ravel().tolist()}
            answer = call("POST", f"models/{MODEL}/versions/{version}:predict", {"inputs": {"pixels": tensor}})
            rows.append(np.array(answer["outputs"]["logits"]["floats"], np.float32).reshape(-1, 10))
        logits = np.concatenate(rows).astype(float)
        exponents = np.exp(logits - logits.max(axis=1, keepdims=True))
        # The server keeps probabilities as floats.
        probabilities = (exponents / exponents.sum(axis=1, keepdims=True)).astype(np.float32).astype(float)
        return labels[:EXAMPLES], probabilities

    def await_state(version):
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            found = session.get(f"{api}/models/{MODEL}/versions/{version}", timeout=60)
            if found.ok and found.json()["model"]["versions"][0]["state"] == "VERSION_STATE_AVAILABLE":
                return
            time.sleep(0.5)
        raise AssertionError(f"version {version} is not served")

    evaluation = {}
    with checks.check("evaluates a version against a baseline"):
        await_state(2)
        call("POST", f"models/{MODEL}/versions/1:load", {})
        await_state(1)
        spec = {
            "model": f"models/{MODEL}/versions/1",
            "baseline": f"models/{MODEL}/versions/2",
            "max_examples": EXAMPLES,
        }
        name = call("POST", "evaluations", {"spec": spec})["evaluation"]["name"]
        end = time.monotonic() + PATIENCE
        while True:
            evaluation = call("GET", name)["evaluation"]
            if "end_time" in evaluation or "endTime" in evaluation or time.monotonic() > end:
                break
            time.sleep(0.2)
        expect_equal(evaluation["state"], "EVALUATION_STATE_SUCCEEDED", f"state ({evaluation.get('message')})")
    if "results" not in evaluation:
        checks.end()
    results = normalised(evaluation["results"])

    answers = {version: predict(version) for version in (1, 2)}
    for version, figures in ((1, results["version"]), (2, results["baseline"])):
        truth, probabilities = answers[version]
        read = probabilities.argmax(axis=1)
        with checks.check(f"version {version}: accuracy and Wilson's interval"):
            near(figures["accuracy"]["value"], metrics.accuracy_score(truth, read), "accuracy")
            interval = stats.binomtest(int((truth == read).sum()), EXAMPLES).proportion_ci(method="wilson")
            near(figures["accuracy"]["lower"], interval.low, "lower end")
            near(figures["accuracy"]["upper"], interval.high, "upper end")
        with checks.check(f"version {version}: confusion matrix"):
            counts = np.array([int(count) for count in figures["confusion"]["counts"]]).reshape(10, 10)
            expect_equal(counts.tolist(), metrics.confusion_matrix(truth, read).tolist(), "matrix")
        with checks.check(f"version {version}: precision, recall, F1 and support"):
            wanted = metrics.precision_recall_fscore_support(truth, read, zero_division=0)
            for k, one in enumerate(figures["classes"]):
                for key, column in zip(("precision", "recall", "f1"), wanted):
                    near(one.get(key, 0), column[k], f"{key} of {k}")
                expect_equal(int(one["support"]), int(wanted[3][k]), f"support of {k}")
            near(figures["macro_f1"], metrics.f1_score(truth, read, average="macro"), "macro F1")
        with checks.check(f"version {version}: log loss"):
            rows = probabilities / probabilities.sum(axis=1, keepdims=True)
            near(figures["log_loss"], metrics.log_loss(truth, rows), "log loss", 1e-6)
        with checks.check(f"version {version}: expected calibration error"):
            near(figures["calibration"]["expected_error"], calibration_error(truth, probabilities), "error", 1e-6)

    with checks.check("McNemar's test"):
        right = [answers[version][1].argmax(axis=1) == answers[version][0] for version in (1, 2)]
        b, c = int((right[0] & ~right[1]).sum()), int((~right[0] & right[1]).sum())
        test = results["comparison"]
        expect_equal((int(test["version_only"]), int(test["baseline_only"])), (b, c), "disagreements")
        if b + c < 25:
            wanted = stats.binomtest(min(b, c), b + c).pvalue
        else:
            wanted = stats.chi2.sf((abs(b - c) - 1) ** 2 / (b + c), 1)
        # Compared by ratio: it may be as small as 1e-40.
        expect(abs(test.get("p_value", 0) - wanted) <= 1e-9 * wanted, f"p is {test.get('p_value')}, not {wanted}")
    checks.end()


def calibration_error(truth, probabilities):
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == truth
    bins = np.clip(np.ceil(confidence * 15).astype(int) - 1, 0, 14)
    return sum(
        abs(right[bins == k].mean() - confidence[bins == k].mean()) * (bins == k).mean()
        for k in range(15)
        if (bins == k).any()
    )


def normalised(value):
    """The same with every key in the form that .proto files have."""
    if isinstance(value, list):
        return [normalised(one) for one in value]
    if isinstance(value, dict):
        return {snake(key): normalised(one) for key, one in value.items()}
    return value


def snake(key):
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in key)


if __name__ == "__main__":
    main(*sys.argv[1:])
