/** What can be told of a model's versions, beyond what each says by itself. */

export const available = (version) => version?.state === 'VERSION_STATE_AVAILABLE';

export const versionOf = (model, number) =>
  model?.versions?.find((version) => Number(version.version) === Number(number)) ?? null;

/** The version that answers callers of the model alone: the champion, or else the newest one available. */
export function answering(model) {
  return champion(model) ?? model?.versions?.find(available) ?? null;
}

export const champion = (model) => model?.versions?.find(({labels}) => labels?.includes('champion')) ?? null;

/** The version that a rollback would restore, as far as the bake or the history tells; null when unknown. */
export function former(model, history) {
  if (model?.bake) return versionOf(model, model.bake.formerVersion);
  const now = champion(model);
  const move = history?.find(
    ({action, toVersion, fromVersion}) =>
      /PROMOTED|ROLLED_BACK/.test(action) && Number(fromVersion) > 0 && Number(toVersion) === Number(now?.version),
  );
  return move ? versionOf(model, move.fromVersion) : null;
}

/** Who answers callers that name the model alone: shares that add up to 1. */
export function shares(model) {
  const canaries = (model?.traffic?.canaries ?? []).map(({version, share}) => ({
    version: Number(version), share: share ?? 0, role: 'canary',
  }));
  const rest = 1 - canaries.reduce((sum, {share}) => sum + share, 0);
  const main = answering(model);
  return main ? [{version: Number(main.version), share: rest, role: 'champion'}, ...canaries] : canaries;
}

export const accuracy = (version) => version?.provenance?.metrics?.test_accuracy ?? null;

/**
 * New shares of callers, from what was typed, in percent by version.
 *
 * @returns {{traffic: object, fault: string | null}}
 */
export function trafficOf(percents, shadow) {
  const canaries = [];
  let sum = 0;
  let fault = null;
  for (const [version, text] of Object.entries(percents)) {
    const value = Number(String(text).trim() || 0);
    if (!(value >= 0 && value <= 100)) fault ??= `The share of version ${version} must be from 0 to 100 %`;
    sum += value;
    if (value > 0) canaries.push({version, share: value / 100});
  }
  if (sum > 100) fault ??= 'The shares add up to more than 100 %';
  const copied = Number(shadow?.percent ?? 0);
  if (shadow?.version && !(copied > 0 && copied <= 100)) fault ??= 'The shadow’s share must be above 0 and at most 100 %';
  return {
    fault,
    traffic: {canaries, ...(shadow?.version ? {shadow: {version: shadow.version, share: copied / 100}} : {})},
  };
}
