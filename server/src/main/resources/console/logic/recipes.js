/** The recipes and their parameters, as the comment of `TrainingSpec.parameters` in training_service.proto lists them. */
export const RECIPES = {
  'mnist-cnn': {
    model: 'mnist',
    dataset: 'mnist',
    parameters: [
      {name: 'steps', label: 'Steps', value: '1000', min: 1, max: 1000000, whole: true, help: 'Batches to learn from'},
      {name: 'batch_size', label: 'Batch size', value: '100', min: 1, max: 10000, whole: true, help: 'Examples a step'},
      {name: 'learning_rate', label: 'Learning rate', value: '0.001', above: 0, max: 1, help: 'Above 0, at most 1'},
      {name: 'dropout', label: 'Dropout', value: '0.4', min: 0, below: 1, help: 'From 0 to below 1'},
    ],
  },
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
