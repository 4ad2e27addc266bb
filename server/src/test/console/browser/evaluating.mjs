import assert from 'node:assert/strict';
import {test} from 'node:test';
import {refusal} from './rig.mjs';

const RESULT = '#h-result ~ .aside >> ';
const focused = (rig) => rig.page.evaluate(() => document.activeElement.getAttribute('aria-label'));

/** Chooses in the form, and starts. */
async function evaluate(rig, {baseline = '', examples = ''} = {}) {
  await rig.page.selectOption('#evaluate-model', 'models/mnist/versions/2');
  await rig.page.selectOption('#evaluate-baseline', baseline);
  await rig.page.fill('#evaluate-examples', examples);
  const shown = await rig.page.textContent('#h-result');
  await rig.page.click('text=Start evaluation');
  await rig.page.waitForFunction((shown) => document.getElementById('h-result').textContent !== shown, shown);
}

/** The two versions are measured and compared, and what they misread is looked at. */
export function evaluatingTests(rig) {
  test('evaluation_ofTwoVersions_saysWhichIsBetter', async () => {
    await rig.go('evaluation');
    await rig.see('text=Nothing was evaluated yet');
    await rig.page.fill('#evaluate-examples', '1.5');
    await rig.page.click('text=Start evaluation');
    await rig.see('text=Examples must be a whole number');
    await evaluate(rig, {baseline: 'models/mnist/versions/1', examples: '3000'});
    await rig.see('#h-result ~ .aside >> text=/Queued|Running|Succeeded/');
    await rig.page.waitForSelector(`${RESULT}text=Succeeded`, {timeout: 60000});
    await rig.see('.notice >> text=/Version 2 is worse than version 1/');
    assert.match(await rig.page.textContent('tr[data-key="Accuracy"]'), /Accuracy\d\d\.\d\d %9\d\.\d\d %−\d/);
    assert.match(await rig.page.textContent('tr[data-key="with 95 % confidence"]'), /\d\d\.\d\d % to \d\d\.\d\d %/);
    await rig.see('.matrix', '[aria-label^="Reliability"] canvas');
    assert.equal(await rig.page.locator('section[aria-labelledby="h-by-class"] tbody tr').count(), 11);
  });

  test('evaluation_aCellOfTheMatrix_showsItsPictures', async () => {
    await rig.see('.gallery canvas');
    const first = rig.page.locator('.matrix [tabindex="0"]');
    assert.match(await first.getAttribute('aria-label'), /^\d taken for \d: \d+ of \d+$/);
    await first.focus();
    await rig.page.keyboard.press('PageUp');
    await rig.page.keyboard.press('Home');
    assert.match(await focused(rig), /^0 read rightly: \d+ of \d+$/);
    await rig.page.keyboard.press('ArrowDown');
    assert.match(await focused(rig), /^1 taken for 0: /);
    await rig.page.keyboard.press('ArrowUp');
    await rig.page.keyboard.press('Enter');
    await rig.see('text=Only misread examples are kept as pictures');
    const [row, column] = await mostMisread(rig);
    await rig.page.click(`[data-at="${row}-${column}"]`);
    await rig.see(`#h-misread:text("${row} taken for ${column}")`, '.gallery canvas');
    assert.match(await rig.page.textContent('.gallery li'), new RegExp(`read as ${column} \\d+\\.\\d %is a ${row} \\d`));
    const painted = await rig.page.locator('.gallery canvas').first().evaluate((canvas) => {
      const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      return data.filter((value, i) => i % 4 === 0 && value > 128).length;
    });
    assert.ok(painted > 20, `${painted} bright pixels`);
  });

  test('evaluation_theOtherVersion_isShownToo', async () => {
    const before = await rig.page.textContent('.matrix');
    await rig.page.click('[aria-label="Version that is shown"] >> text=Version 1');
    await rig.see('text=By class, version 1');
    assert.notEqual(await rig.page.textContent('.matrix'), before);
  });

  test('evaluation_cancelled_isSaidAndListed', async () => {
    await evaluate(rig);
    const name = await rig.page.textContent('#h-result');
    await rig.page.click('text=Cancel evaluation…');
    await rig.see('dialog >> text=It ends without results');
    await rig.page.click('dialog button[type=submit]');
    await rig.page.waitForSelector(`${RESULT}text=Cancelled`);
    await rig.see(`tr[data-chosen]:has-text("${name.replace('Evaluation ', '')}") >> text=Cancelled`);
    await rig.page.click('tr:has-text("3,000") button.link');
    await rig.see('.gallery canvas');
  });

  test('evaluation_aServerThatHasNone_isSaidInWords', async () => {
    await rig.answering('**/api/v1/evaluations?*', 501, refusal(12, 'no such method'), async () => {
      await rig.go('models');
      await rig.go('evaluation');
      await rig.see('text=This server cannot evaluate versions', 'text=Test accuracy, as recorded');
    });
  });

  test('tryIt_why_showsWhatSpeaksForTheAnswer', async () => {
    await rig.go('try');
    await rig.see('#try-version');
    await rig.page.selectOption('#try-version', 'models/mnist/versions/1');
    await rig.page.click('[aria-label="Write a 7"]');
    await rig.page.click('text=Show why');
    await rig.see('canvas.attribution', 'text=Blue pixels speak for 7, orange ones against it.');
    const colours = await rig.page.locator('canvas.attribution').evaluate((canvas) => {
      const {data} = canvas.getContext('2d').getImageData(0, 0, 28, 28);
      let blue = 0;
      for (let i = 0; i < data.length; i += 4) if (data[i + 2] > data[i] + 60) blue++;
      return blue;
    });
    assert.ok(colours > 5, `${colours} blue pixels`);
    await rig.page.selectOption('.aside select', '1');
    await rig.see('text=Blue pixels speak for 1, orange ones against it.');
  });

  test('tryIt_aVersionThatCannotExplain_isSaidInWords', async () => {
    const cannot = refusal(9, 'version 1 has no gradient signature and its input is no picture', 'NOT_EXPLAINABLE');
    await rig.answering('**/*:explain', 400, cannot, async () => {
      await rig.page.click('[aria-label="Write a 3"]');
      await rig.see('text=Version 1 cannot explain its answers. Version 1 has no gradient signature');
      assert.equal(await rig.page.locator('canvas.attribution').count(), 0);
    });
  });
}

/** The cell beside the diagonal that counts most. */
function mostMisread(rig) {
  return rig.page.locator('.matrix button:not([data-right])').evaluateAll((cells) => {
    const count = (cell) => Number(cell.textContent) || 0;
    return cells.reduce((a, b) => (count(b) > count(a) ? b : a)).dataset.at.split('-');
  });
}
