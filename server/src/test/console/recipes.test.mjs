import assert from 'node:assert/strict';
import {test} from 'node:test';
import {datasetsFor, examplesOf, fault, range, recipeForms} from '../../main/resources/console/logic/recipes.js';

// As `GET /api/v1/recipes` writes them: what is 0, false or empty is left out.
const TEXTS = {
  name: 'text-classifier', help: 'tells the label of a text', defaultModel: 'models/texts', defaultDataset: 'texts',
  datasetKinds: ['DATASET_KIND_TEXTS'],
  parameters: [
    {name: 'learning_rate', help: 'how far Adam moves', kind: 'PARAMETER_KIND_REAL', defaultValue: '0.003', minimumExclusive: true, maximum: 1},
    {name: 'dropout', help: 'share left out', kind: 'PARAMETER_KIND_REAL', defaultValue: '0.5', maximum: 1, maximumExclusive: true, advanced: true},
    {name: 'pooling', help: 'how words are joined', kind: 'PARAMETER_KIND_CHOICE', defaultValue: 'mean', maximum: 2, choices: ['mean', 'max']},
    {name: 'note', kind: 'PARAMETER_KIND_TEXT', maximum: 5},
    {name: 'from_version', help: 'the version to go on from', kind: 'PARAMETER_KIND_INTEGER', defaultValue: '0', minimum: 1, maximum: 9223372036854776000},
  ],
};
const form = recipeForms([TEXTS]).get('text-classifier');
const parameter = (name) => form.parameters.find((one) => one.name === name);

test('recipeForms_ofARecipe_haveWhatItsFormNeeds', () => {
  assert.equal(form.help, 'Tells the label of a text');
  assert.equal(form.model, 'texts');
  assert.deepEqual(form.parameters.map(({label}) => label), ['Learning rate', 'Dropout', 'Pooling', 'Note', 'From version']);
  assert.deepEqual(form.parameters.filter(({advanced}) => advanced).map(({name}) => name), ['dropout']);
  assert.equal(parameter('learning_rate').help, 'How far Adam moves; above 0 to 1');
  assert.equal(parameter('learning_rate').value, '0.003');
  assert.equal(parameter('note').value, '');
  assert.equal(recipeForms([{name: 'bare'}]).get('bare').parameters.length, 0);
});

test('recipeForms_ofADefaultThatIsOutOfRange_leaveItToBeGiven', () => {
  assert.equal(parameter('from_version').value, '');
  assert.equal(fault(parameter('from_version'), ''), 'From version must be a number');
  assert.equal(fault(parameter('from_version'), '7'), null);
});

test('range_inWords_tellsItsEnds', () => {
  assert.equal(range(parameter('dropout')), '0 to below 1');
  assert.equal(range(parameter('from_version')), 'from 1');
  assert.equal(range(parameter('pooling')), '');
  assert.equal(range(parameter('note')), 'at most 5 characters');
});

test('fault_ofWrongValues_saysWhatIsWrong', () => {
  assert.equal(fault(parameter('learning_rate'), '0'), 'Learning rate must be above 0');
  assert.equal(fault(parameter('learning_rate'), '2'), 'Learning rate must be at most 1');
  assert.equal(fault(parameter('learning_rate'), '1e-4'), null);
  assert.equal(fault(parameter('dropout'), '1'), 'Dropout must be below 1');
  assert.equal(fault(parameter('dropout'), '-0.1'), 'Dropout must be at least 0');
  assert.equal(fault(parameter('dropout'), 'much'), 'Dropout must be a number');
  assert.equal(fault(parameter('from_version'), '1.5'), 'From version must be a whole number');
  assert.equal(fault(parameter('pooling'), 'sum'), 'Pooling must be one of mean, max');
  assert.equal(fault(parameter('note'), 'too long'), 'Note must have at most 5 characters');
  assert.equal(fault(parameter('note'), ''), null);
});

test('datasetsFor_aRecipe_areThoseOfItsKindsAndItsOwnFirst', () => {
  const datasets = [
    {name: 'datasets/mnist', kind: 'DATASET_KIND_IMAGES'},
    {name: 'datasets/reviews', kind: 'DATASET_KIND_TEXTS'},
    {name: 'datasets/texts', kind: 'DATASET_KIND_TEXTS'},
  ];
  assert.deepEqual(datasetsFor(form, datasets), ['texts', 'reviews']);
  assert.deepEqual(datasetsFor({kinds: ['DATASET_KIND_IMAGES', 'DATASET_KIND_TEXTS'], dataset: 'reviews'}, datasets), ['reviews', 'mnist', 'texts']);
  assert.deepEqual(datasetsFor(form, []), []);
  assert.equal(examplesOf({kinds: ['DATASET_KIND_IMAGES', 'DATASET_KIND_TEXTS']}), 'images or texts');
});
