import assert from 'node:assert/strict';
import {test} from 'node:test';
import {TRAINING} from './rig.mjs';

/** Goes to the form and starts a run. */
export async function train(rig, steps, seed) {
  await rig.go('training');
  await rig.page.fill('#train-steps', String(steps));
  await rig.page.fill('#train-seed', String(seed));
  await startTraining(rig);
}

/** Starts what the form says, and waits until the new run is shown. */
async function startTraining(rig) {
  const shown = await rig.page.textContent('#h-run');
  await rig.page.click('text=Start training');
  await rig.page.waitForFunction((shown) => document.getElementById('h-run').textContent !== shown, shown);
}

export const runEnded = (rig) => rig.page.waitForSelector('#h-run ~ .aside >> text=Succeeded', {timeout: TRAINING});
const LOSS = '[aria-label^="Training loss"]';
const pointsIn = (label) => Number(/(\d+) points/.exec(label)?.[1] ?? 0);
const pointsOf = async (rig) => pointsIn(await rig.page.getAttribute(LOSS, 'aria-label'));

/** Waits until the curve of the loss has more points; how many. */
async function morePointsThan(rig, count) {
  const more = ([selector, count]) =>
    Number(/(\d+) points/.exec(document.querySelector(selector)?.ariaLabel ?? '')?.[1] ?? 0) > count;
  await rig.page.waitForFunction(more, [LOSS, count], {timeout: TRAINING});
  return pointsOf(rig);
}


/** A server with no model yet learns its first version. */
export function trainingTests(rig) {
  test('firstVisit_noModel_saysSoAndWhatToDo', async () => {
    await rig.page.goto(rig.server.url);
    await rig.see('text=No model is served yet');
    await rig.page.click('text=Start a training');
    await rig.see('h1:text("Training")');
  });

  test('recipes_thatTheServerHas_makeTheForm', async () => {
    await rig.go('training');
    await rig.see('#train-learning_rate', '#recipe');
    assert.deepEqual(await rig.page.$$eval('#recipe option', (all) => all.map(({value}) => value)), [
      'mnist-cnn', 'mnist-cnn-best', 'saved-model-train', 'text-classifier',
    ]);
    assert.ok(!(await rig.page.isVisible('#train-dropout')), 'what is seldom changed is folded away');
    await rig.page.fill('#train-steps', '1');
    await rig.page.click('text=Advanced');
    await rig.page.fill('#train-dropout', '1');
    await rig.page.click('text=Start training');
    await rig.see('text=Dropout must be below 1');
    await rig.picture('training-form');
    await rig.page.selectOption('#recipe', 'text-classifier');
    await rig.see('text=There is no dataset of texts yet');
    await rig.page.click('text=Start training');
    await rig.see('text=A dataset is needed');
    await rig.page.selectOption('#recipe', 'saved-model-train');
    await rig.page.click('text=Start training');
    await rig.see('text=From version must be a number');
    await rig.picture('training-form-further');
    await rig.page.selectOption('#recipe', 'mnist-cnn');
    assert.equal(await rig.page.inputValue('#train-dropout'), '0.4');
  });

  test('training_startedFromTheForm_drawsACurveThatGrows', async () => {
    await rig.go('training');
    await rig.page.fill('#train-steps', '0');
    await rig.page.click('text=Start training');
    await rig.see('text=Steps must be at least 1');
    await rig.page.fill('#train-steps', '150');
    await startTraining(rig);
    const first = await morePointsThan(rig, 0);
    await morePointsThan(rig, first);
    await runEnded(rig);
    assert.ok((await pointsOf(rig)) > first);
    assert.match(await rig.page.textContent('.stats'), /Test accuracy9\d\.\d\d %/);
  });
}

/** The whole loop, which leaves another champion behind. */
export function loopTests(rig) {
  test('trainJudgeAndServe_oneClick_showsTheStagesAndEndsServing', async () => {
    await rig.go('training');
    await rig.page.fill('#train-steps', '150');
    await rig.page.fill('#train-seed', '7');
    const shown = await rig.page.textContent('#h-run');
    await rig.page.click('text=Train, judge and serve');
    await rig.page.waitForFunction((shown) => document.getElementById('h-run').textContent !== shown, shown);
    await rig.see('.stage >> text=Train');
    await rig.page.waitForSelector('.stage[data-tone="busy"]', {timeout: TRAINING});
    await rig.page.waitForSelector('.stage:last-child:not([data-tone="idle"]):not([data-tone="busy"])', {timeout: TRAINING});
    // Of two runs of 150 steps either may be the better one; the gate has said so in words.
    assert.match(await rig.page.textContent('.stages'), /Judge(all \d+ rules held|\d+ of \d+ rules failed)Serve(answers callers|version \d+ goes on)/);
  });
}
