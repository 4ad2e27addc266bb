import {call, follow, text} from './client.js';

const query = (values) => {
  const given = Object.entries(values).filter(([, value]) => value !== undefined && value !== '');
  return given.length ? `?${new URLSearchParams(given)}` : '';
};

/** The calls of the native API that this page makes; resource names come as the server gives them. */
export const api = {
  models: (signal) => pages('models', 'models', signal),
  model: async (model, signal) => (await call(model, {signal})).model,
  watchModel: (model, options) => follow(() => `${model}:watch`, {...options, endless: true}),
  predict: (model, body, signal) => call(`${model}:predict`, {method: 'POST', body, signal}),
  explain: (model, body, signal) => call(`${model}:explain`, {method: 'POST', body, signal}),
  evaluate: async (body) => (await call('evaluations', {method: 'POST', body})).evaluation,
  evaluations: async (model, signal) =>
    (await call(`evaluations${query({model, pageSize: 50})}`, {signal})).evaluations ?? [],
  evaluation: async (name, signal) => (await call(name, {signal})).evaluation,
  cancelEvaluation: async (name) => (await call(`${name}:cancel`, {method: 'POST', body: {}})).evaluation,
  judgement: async (version, signal) => (await call(`${version}/judgement`, {signal})).judgement,
  judge: async (version) => (await call(`${version}:judge`, {method: 'POST', body: {}})).judgement,
  promote: (version, body) => call(`${version}:promote`, {method: 'POST', body}),
  rollback: (model, body) => call(`${model}:rollback`, {method: 'POST', body}),
  setTraffic: (model, body) => call(`${model}:setTraffic`, {method: 'POST', body}),
  load: (version, body) => call(`${version}:load`, {method: 'POST', body}),
  unload: (version, body) => call(`${version}:unload`, {method: 'POST', body}),
  diff: (base, changed, signal) => call(`${base}:diff${query({changed})}`, {signal}),
  history: async (model, signal) =>
    (await call(`${model}/history${query({pageSize: 50})}`, {signal})).events ?? [],
  disagreements: async (model, signal) => (await call(`${model}/disagreements`, {signal})).disagreements ?? [],
  recipes: async (signal) => (await call('recipes', {signal})).recipes ?? [],
  datasets: async (signal) => (await call('datasets', {signal})).datasets ?? [],
  createJob: async (body) => (await call('trainingJobs', {method: 'POST', body})).trainingJob,
  jobs: async (signal) => (await call(`trainingJobs${query({pageSize: 50})}`, {signal})).trainingJobs ?? [],
  cancelJob: async (job, body) => (await call(`${job}:cancel`, {method: 'POST', body})).trainingJob,
  watchJob: (job, afterSequence, options) =>
    follow(() => `${job}:watch${query({afterSequence: afterSequence() || ''})}`, options),
  metrics: (signal) => text('monitoring/prometheus/metrics', {signal}),
};

async function pages(path, field, signal) {
  const all = [];
  for (let pageToken; ; ) {
    const page = await call(`${path}${query({pageToken})}`, {signal});
    all.push(...(page[field] ?? []));
    pageToken = page.nextPageToken;
    if (!pageToken) return all;
  }
}
