/** The recipes and their parameters, as docs/training.md lists them. */
const MNIST = {
  model: 'mnist',
  dataset: 'mnist',
  parameters: [
    {name: 'steps', label: 'Steps', value: '1000', min: 1, max: 1000000, whole: true, help: 'Batches to learn from, unless epochs are given'},
    {name: 'epochs', label: 'Epochs', value: '0', min: 0, max: 1000, whole: true, help: 'Passes over the images; 0 for steps'},
    {name: 'batch_size', label: 'Batch size', value: '100', min: 1, max: 10000, whole: true, help: 'Examples a step'},
    {name: 'convolutions', label: 'Convolutions', value: '1', min: 1, max: 2, whole: true, help: '1 of 5x5 a block, or 2 of 3x3'},
    {name: 'learning_rate', label: 'Learning rate', value: '0.001', above: 0, max: 1, help: 'Above 0, at most 1'},
    {name: 'cosine_decay', label: 'Cosine decay', value: '0', min: 0, max: 1, help: 'Share of the rate gone at the end'},
    {name: 'dropout', label: 'Dropout', value: '0.4', min: 0, below: 1, help: 'From 0 to below 1'},
    {name: 'label_smoothing', label: 'Label smoothing', value: '0', min: 0, max: 0.5, help: 'At most 0.5'},
    {name: 'weight_averaging', label: 'Weight averaging', value: '0', min: 0, max: 0.9999, help: 'Decay of the averages; 0 for none'},
    {name: 'rotation', label: 'Rotation', value: '0', min: 0, max: 45, help: 'Most degrees, either way'},
    {name: 'scale', label: 'Scale', value: '0', min: 0, max: 0.5, help: 'Most share, either way'},
    {name: 'shift', label: 'Shift', value: '0', min: 0, max: 8, help: 'Most pixels, either way'},
    {name: 'elastic', label: 'Elastic', value: '0', min: 0, max: 4, help: 'Most pixels that parts move'},
    {name: 'patience', label: 'Patience', value: '0', min: 0, max: 10000, whole: true, help: 'Reports without a better one; 0 for no early end'},
  ],
};
const BEST = {convolutions: '2', epochs: '10', cosine_decay: '1', weight_averaging: '0.999', rotation: '12', scale: '0.1', shift: '2'};

export const RECIPES = {
  'mnist-cnn': MNIST,
  'mnist-cnn-best': {...MNIST, parameters: MNIST.parameters.map((one) => ({...one, value: BEST[one.name] ?? one.value}))},
};

/** What is wrong with a value, in words; null when nothing is. */
export function fault({label, min, max, above, below, whole}, text) {
  const value = Number(text);
  if (text.trim() === '' || Number.isNaN(value)) return `${label} must be a number`;
  if (whole && !Number.isInteger(value)) return `${label} must be a whole number`;
  if (min !== undefined && value < min) return `${label} must be at least ${min}`;
  if (max !== undefined && value > max) return `${label} must be at most ${max}`;
  if (above !== undefined && value <= above) return `${label} must be above ${above}`;
  if (below !== undefined && value >= below) return `${label} must be below ${below}`;
  return null;
}
