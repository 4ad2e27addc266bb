"""Models as their authors make them with Python's TensorFlow, and what it answers for them."""
