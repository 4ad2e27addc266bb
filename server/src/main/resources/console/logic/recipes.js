import {lastPart} from './format.js';

/** Recipes as the server lists them, as forms need them, by name. */
export function recipeForms(recipes) {
  return new Map(recipes.map((recipe) => [recipe.name, {
    name: recipe.name,
    help: sentence(recipe.help),
    model: lastPart(recipe.defaultModel ?? ''),
    dataset: recipe.defaultDataset ?? '',
    kinds: recipe.datasetKinds ?? [],
    parameters: (recipe.parameters ?? []).map(input),
  }]));
}

/** What a form needs to know of a parameter. Whatever is 0, false or empty is left out by the server. */
function input({name, help, kind, defaultValue = '', minimum = 0, minimumExclusive, maximum = 0, maximumExclusive, choices = [], advanced = false}) {
  const one = {
    name,
    label: sentence(name.replaceAll('_', ' ')),
    kind: (kind ?? '').replace('PARAMETER_KIND_', ''),
    least: minimum,
    most: maximum,
    above: Boolean(minimumExclusive),
    below: Boolean(maximumExclusive),
    choices,
    advanced,
  };
  // One whose default is out of range has to be given.
  const value = fault(one, defaultValue) === null ? defaultValue : '';
  return {...one, value, help: [sentence(help), range(one)].filter(Boolean).join('; ')};
}

/** The values allowed, in words. */
export function range({kind, least, most, above, below}) {
  if (kind === 'CHOICE') return '';
  if (kind === 'TEXT') return `at most ${most} characters`;
  // Whole numbers without an end are those of 64 bits, which a number of the page's cannot write.
  if (most > Number.MAX_SAFE_INTEGER) return `from ${least}`;
  return `${above ? 'above ' : ''}${least} to ${below ? 'below ' : ''}${most}`;
}

/** What is wrong with a value, in words; null when nothing is. */
export function fault({label, kind, least, most, above, below, choices}, text) {
  if (kind === 'CHOICE') return choices.includes(text) ? null : `${label} must be one of ${choices.join(', ')}`;
  if (kind === 'TEXT') {
    if (text.length < least) return `${label} must have at least ${least} characters`;
    return text.length > most ? `${label} must have at most ${most} characters` : null;
  }
  const value = Number(text);
  if (text.trim() === '' || Number.isNaN(value)) return `${label} must be a number`;
  if (kind === 'INTEGER' && !Number.isInteger(value)) return `${label} must be a whole number`;
  if (above ? value <= least : value < least) return `${label} must be ${above ? 'above' : 'at least'} ${least}`;
  if (below ? value >= most : value > most) return `${label} must be ${below ? 'below' : 'at most'} ${most}`;
  return null;
}

/** The datasets that a recipe can learn from, its own first; by name. */
export function datasetsFor({kinds, dataset}, datasets) {
  const names = datasets.filter(({kind}) => kinds.includes(kind)).map(({name}) => lastPart(name));
  return names.sort((a, b) => (b === dataset) - (a === dataset) || a.localeCompare(b));
}

/** What its examples are called. */
export function examplesOf({kinds}) {
  const words = {DATASET_KIND_IMAGES: 'images', DATASET_KIND_TEXTS: 'texts'};
  return kinds.map((kind) => words[kind] ?? kind).join(' or ');
}

const sentence = (text) => (text ? text[0].toUpperCase() + text.slice(1) : '');
