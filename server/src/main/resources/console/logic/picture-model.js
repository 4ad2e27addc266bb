import {SIDE} from './digit.js';
import {numbersOf, softmax} from './tensor.js';

const PIXELS = SIDE * SIDE;

/**
 * The signature of a version that takes one 28x28 picture as numbers, and how to ask it.
 *
 * @returns {{signature: string, input: string, shape: number[], output: string, logits: boolean} | null}
 */
export function pictureSignature(version) {
  for (const [signature, {inputs, outputs}] of Object.entries(version?.signatures ?? {})) {
    const names = Object.keys(inputs ?? {});
    const spec = inputs?.[names[0]];
    const shape = names.length === 1 && spec?.dtype === 'DATA_TYPE_FLOAT32' ? oneOf(spec.shape) : null;
    const output = shape && classOutput(outputs);
    if (output) return {signature, input: names[0], shape, output, logits: output === 'logits'};
  }
  return null;
}

/** The signature that takes pictures as files: a batch of strings. */
export function fileSignature(version) {
  for (const [signature, {inputs}] of Object.entries(version?.signatures ?? {})) {
    const names = Object.keys(inputs ?? {});
    if (names.length === 1 && inputs[names[0]].dtype === 'DATA_TYPE_STRING' && /image|picture/.test(signature)) {
      return {signature, input: names[0]};
    }
  }
  return null;
}

/** A shape for one example, when 28x28 numbers fit it. */
function oneOf(shape) {
  const one = (shape ?? []).map((size) => (Number(size) === -1 ? 1 : Number(size)));
  return one.length > 1 && one.reduce((a, b) => a * b, 1) === PIXELS ? one : null;
}

function classOutput(outputs) {
  const fits = ([, spec]) => spec.dtype === 'DATA_TYPE_FLOAT32' && spec.shape?.length === 2;
  const names = Object.entries(outputs ?? {}).filter(fits).map(([name]) => name);
  return names.find((name) => /prob/.test(name)) ?? names.find((name) => name === 'logits') ?? names[0] ?? null;
}

/** The share that a response gives each class. */
export function classShares(response, {output, logits}) {
  const values = numbersOf(response.outputs?.[output]);
  return values && logits ? softmax(values) : values;
}
