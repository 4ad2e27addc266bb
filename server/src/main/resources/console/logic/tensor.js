/** Floats as the base64 of little-endian bytes, as `Tensor.data` takes them in JSON. */
export function encodeFloats(values) {
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  values.forEach((value, index) => view.setFloat32(index * 4, value, true));
  return toBase64(bytes);
}

/** Bytes as base64, in pieces that a call's arguments can hold. */
export function toBase64(bytes) {
  let text = '';
  for (let at = 0; at < bytes.length; at += 8192) {
    text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  }
  return btoa(text);
}

const READERS = {
  DATA_TYPE_FLOAT32: [4, (view, at) => view.getFloat32(at, true)],
  DATA_TYPE_FLOAT64: [8, (view, at) => view.getFloat64(at, true)],
  DATA_TYPE_INT32: [4, (view, at) => view.getInt32(at, true)],
  DATA_TYPE_INT64: [8, (view, at) => Number(view.getBigInt64(at, true))],
  DATA_TYPE_UINT8: [1, (view, at) => view.getUint8(at)],
  DATA_TYPE_INT8: [1, (view, at) => view.getInt8(at)],
};

/** The numbers of a tensor in any of its forms; null for one that has none. */
export function numbersOf(tensor) {
  if (!tensor) return null;
  if (tensor.floats?.length) return tensor.floats.map(Number);
  if (tensor.ints?.length) return tensor.ints.map(Number);
  const reader = READERS[tensor.dtype];
  if (!tensor.data || !reader) return null;
  const bytes = Uint8Array.from(atob(tensor.data), (c) => c.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  const [size, read] = reader;
  return Array.from({length: Math.floor(bytes.length / size)}, (_, i) => read(view, i * size));
}

/** exp(x) shared out so that all add up to 1. */
export function softmax(values) {
  const most = Math.max(...values);
  const powers = values.map((value) => Math.exp(value - most));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

/** The place of the largest. */
export function argMax(values) {
  return values.reduce((best, value, index) => (value > values[best] ? index : best), 0);
}
