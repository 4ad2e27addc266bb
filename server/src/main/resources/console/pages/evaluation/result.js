import {api} from '../../api/endpoints.js';
import {sentence} from '../../api/problem.js';
import {isLive} from '../../logic/evaluations.js';
import {count, durationSeconds, enumWord, lastPart, seconds} from '../../logic/format.js';
import {announce} from '../../ui/announce.js';
import {confirmDialog} from '../../ui/dialog.js';
import {h} from '../../ui/dom.js';
import {card, empty, problemBox, state} from '../../ui/parts.js';
import {figuresTable, intervals, verdictBox} from './figures.js';
import {shortId} from './list.js';

/** One evaluation: how far it is, or what it found. */
export function resultCard(evaluation, onChanged) {
  if (!evaluation) {
    return card('Result', {id: 'h-result'}, empty('Nothing was evaluated yet', 'Start an evaluation: a version reads every test example, and this page shows which digits it takes for which.'));
  }
  const {results, reason, message} = evaluation;
  return card(
    `Evaluation ${shortId(evaluation)}`,
    {id: 'h-result', aside: [state(evaluation.state, 'EVALUATION_STATE_'), isLive(evaluation) ? cancelButton(evaluation, onChanged) : null]},
    h('p.soft', {}, of(evaluation)),
    message && !results ? problemBox({kind: 'refused', title: enumWord(reason, ''), text: sentence(message)}) : null,
    isLive(evaluation) ? progress(evaluation) : null,
    results?.comparison ? verdictBox(results) : null,
    results ? intervals(results) : null,
    results ? figuresTable(results) : null,
  );
}

function of({spec = {}, results}) {
  const beside = spec.baseline ? ` beside version ${lastPart(spec.baseline)}` : '';
  const what = results ? `${count(results.dataset?.examples ?? 0)} ${enumWord(results.dataset?.split, 'DATASET_SPLIT_').toLowerCase()} examples of ${results.dataset?.name ?? ''}` : `${spec.maxExamples ? `${count(spec.maxExamples)} examples` : 'all examples'} of ${spec.dataset ?? ''}`;
  const {p99, batchSize} = results?.version?.latency ?? {};
  const speed = p99 ? `; of requests with ${batchSize} examples, 99 % took at most ${seconds(durationSeconds(p99))}` : '';
  return `Version ${lastPart(spec.model)}${beside} on ${what}${speed}.`;
}

function progress({progress: {examplesDone = 0, examplesTotal = 0, step} = {}}) {
  const words = examplesTotal ? `${count(examplesDone)} of ${count(examplesTotal)} examples` : 'Waits for its turn';
  return h(
    'div.progress',
    {},
    h('progress', {max: String(examplesTotal || 1), value: Number(examplesDone), 'aria-label': 'Examples done'}),
    h('span', {}, step ? `${words}: ${step}` : words),
  );
}

function cancelButton(evaluation, onChanged) {
  return h('button.small', {
    key: 'cancel',
    onclick: () =>
      confirmDialog({
        title: `Cancel evaluation ${shortId(evaluation)}`,
        confirm: 'Cancel the evaluation',
        tone: 'bad',
        body: h('p', {}, 'It ends without results.'),
        act: async () => {
          onChanged(await api.cancelEvaluation(evaluation.name));
          announce('The evaluation is asked to stop', {show: true});
        },
      }),
  }, 'Cancel evaluation…');
}
