import {api} from '../../api/endpoints.js';
import {inWords} from '../../api/problem.js';
import {models} from '../../app/model-feed.js';
import {answering, available, shares, trafficOf} from '../../logic/versions.js';
import {lastPart} from '../../logic/format.js';
import {announce} from '../../ui/announce.js';
import {confirmDialog} from '../../ui/dialog.js';
import {breaking, diffView} from '../../ui/diff.js';
import {h} from '../../ui/dom.js';
import {field, problemBox, select} from '../../ui/parts.js';

/** A change that was made is told, and shown at once. */
async function done(words) {
  announce(words, {show: true});
  await models.refresh().catch(() => {});
}

const reasonInput = () => h('input', {type: 'text', maxlength: '1000', autocomplete: 'off'});
const reasonField = (input) => field('Why (for the history)', input, {id: 'reason'});

/** The difference between two versions, once the server has told it. */
function difference(base, changed, onKnown = () => {}) {
  const place = h('div.stack', {'aria-live': 'polite'}, h('p.soft', {}, 'Comparing the two versions…'));
  if (!base || base.name === changed.name) {
    place.replaceChildren(h('p.soft', {}, 'Nothing answers callers now, so there is nothing to compare with.'));
    return place;
  }
  api
    .diff(base.name, changed.name)
    .then((diff) => {
      place.replaceChildren(...[breaking(diff), diffView(diff, base.version, changed.version)].filter(Boolean));
      onKnown(diff);
    })
    .catch((error) => place.replaceChildren(problemBox(inWords(error))));
  return place;
}

/** Makes a version the champion. */
export function promote(model, version) {
  const reason = reasonInput();
  const allow = h('input', {type: 'checkbox'});
  const override = h('label.check', {hidden: true}, allow, 'Promote it although callers break');
  const base = answering(model);
  confirmDialog({
    title: `Promote version ${version.version} of ${lastPart(model.name)}`,
    confirm: 'Promote',
    wide: true,
    body: [
      h('p', {}, base && base.name !== version.name
        ? `Callers of ${lastPart(model.name)} get version ${version.version} in place of version ${base.version}, in one step. The former one stays loaded for a while and can be restored.`
        : `Callers of ${lastPart(model.name)} get version ${version.version} from now on, whatever comes later.`),
      difference(base, version, (diff) => (override.hidden = !diff.breaking)),
      override,
      reasonField(reason),
    ],
    act: async () => {
      await api.promote(version.name, {etag: model.etag, reason: reason.value, allowBreaking: allow.checked});
      await done(`Version ${version.version} is the champion`);
    },
  });
}

/** Makes the former champion the champion again. */
export function rollBack(model, champion, former) {
  const reason = reasonInput();
  confirmDialog({
    title: `Roll back ${lastPart(model.name)}`,
    confirm: 'Roll back',
    tone: 'bad',
    wide: true,
    body: [
      h('p', {}, former
        ? `Callers get version ${former.version} again in place of version ${champion.version}.`
        : `Callers get the former champion again in place of version ${champion?.version ?? '–'}.`),
      former ? difference(champion, former) : null,
      reasonField(reason),
    ].filter(Boolean),
    act: async () => {
      const answer = await api.rollback(model.name, {etag: model.etag, reason: reason.value});
      await done(`Version ${lastPart(answer.restoredVersion)} is the champion again`);
    },
  });
}

/** Sets the shares of canaries and of the shadow. */
export function setTraffic(model, first) {
  const base = answering(model);
  const others = model.versions.filter((version) => available(version) && version.name !== base?.name);
  const now = Object.fromEntries(shares(model).map(({version, share}) => [version, share * 100]));
  const inputs = Object.fromEntries(others.map(({version}) => [
    version,
    h('input', {type: 'number', min: '0', max: '100', step: 'any', value: String(now[version] ?? (version === first?.version ? 10 : 0))}),
  ]));
  const shadow = model.traffic?.shadow;
  const copied = h('input', {type: 'number', min: '0', max: '100', step: 'any', value: String((shadow?.share ?? 0.5) * 100)});
  const which = select([['', 'None'], ...others.map(({version}) => [version, `Version ${version}`])], shadow?.version ?? '', () => {});
  const reason = reasonInput();
  const compared = first ?? others[0];
  confirmDialog({
    title: `Traffic of ${lastPart(model.name)}`,
    confirm: 'Set traffic',
    wide: true,
    body: [
      h('p', {}, `A canary answers a share of the callers in place of version ${base?.version ?? '–'}. A shadow gets copies; its answers are compared and thrown away.`),
      h('div.fields', {}, others.map(({version}) => field(`Version ${version}, % of callers`, inputs[version], {id: `share-${version}`}))),
      h('div.fields', {}, field('Shadow', which, {id: 'shadow'}), field('% of requests copied', copied, {id: 'shadow-share'})),
      compared ? difference(base, compared) : null,
      reasonField(reason),
    ].filter(Boolean),
    act: async () => {
      const percents = Object.fromEntries(Object.entries(inputs).map(([version, input]) => [version, input.value]));
      const {traffic, fault} = trafficOf(percents, {version: which.value, percent: copied.value});
      if (fault) throw Object.assign(new Error(fault), {words: {kind: 'refused', title: 'Not yet', text: `${fault}.`}});
      await api.setTraffic(model.name, {etag: model.etag, reason: reason.value, traffic});
      await done('The traffic is set');
    },
  });
}

/** Loads a version, or takes it out of memory. */
export function loadOrUnload(model, version, load) {
  const reason = reasonInput();
  confirmDialog({
    title: `${load ? 'Load' : 'Unload'} version ${version.version} of ${lastPart(model.name)}`,
    confirm: load ? 'Load' : 'Unload',
    body: [
      h('p', {}, load
        ? 'It is read, checked and warmed up beside the others, and kept loaded. Callers of the model do not get it until it is promoted.'
        : 'It answers no more requests and gives its memory back. Its files stay.'),
      reasonField(reason),
    ],
    act: async () => {
      await api[load ? 'load' : 'unload'](version.name, {etag: model.etag, reason: reason.value});
      await done(load ? `Version ${version.version} is being loaded` : `Version ${version.version} is unloaded`);
    },
  });
}

