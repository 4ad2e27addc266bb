import assert from 'node:assert/strict';
import {test} from 'node:test';

/** Draws, by mouse and by keys. */
export function tryItTests(rig) {
  test('tryIt_aSevenDrawnWithTheMouse_isSeenAsSeven', async () => {
    await rig.go('try');
    const pad = rig.page.locator('canvas.pad');
    await pad.waitFor();
    const box = await pad.boundingBox();
    const at = (x, y) => [box.x + x * box.width, box.y + y * box.height];
    await rig.page.mouse.move(...at(0.3, 0.25));
    await rig.page.mouse.down();
    await rig.page.mouse.move(...at(0.7, 0.25), {steps: 8});
    await rig.page.mouse.move(...at(0.48, 0.8), {steps: 12});
    await rig.page.mouse.up();
    await rig.see('output.digit[data-digit="7"]');
    const shares = await rig.page.locator('.bars .bar-value').allTextContents();
    assert.equal(shares.length, 10);
    assert.ok(Number.parseFloat(shares[7]) > 50, `7 has ${shares[7]}`);
  });

  test('tryIt_whileThePageIsWrittenAnew_keepsFocusAndPen', async () => {
    const box = await rig.page.locator('canvas.pad').boundingBox();
    await rig.page.mouse.move(box.x + 40, box.y + 40);
    await rig.page.mouse.down();
    await rig.page.waitForResponse(/api\/v1\/models$/);
    await rig.page.waitForResponse(/monitoring/);
    const before = await rig.page.locator('canvas.pad').evaluate((pad) => pad.toDataURL());
    await rig.page.mouse.move(box.x + 90, box.y + 160, {steps: 5});
    await rig.page.mouse.up();
    assert.notEqual(await rig.page.locator('canvas.pad').evaluate((pad) => pad.toDataURL()), before);
    assert.ok(await rig.page.evaluate(() => document.activeElement.matches('canvas.pad')));
  });

  test('tryIt_withKeysAlone_writesAndClears', async () => {
    await rig.page.focus('canvas.pad');
    await rig.page.keyboard.press('3');
    await rig.see('output.digit[data-digit="3"]');
    await rig.page.keyboard.press('Delete');
    await rig.see('text=Draw a digit');
    await rig.page.keyboard.press('Space');
    for (let i = 0; i < 18; i++) await rig.page.keyboard.press('ArrowDown');
    await rig.page.keyboard.press('Space');
    await rig.see('output.digit[data-digit="1"]');
  });

  test('tryIt_thePictureCopiedAsCurl_isAnsweredAlike', async () => {
    await rig.page.focus('canvas.pad');
    await rig.page.keyboard.press('7');
    await rig.see('output.digit[data-digit="7"]', 'pre:has-text("classify_image")');
    await rig.context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await rig.page.click('.copy-as >> text=Copy');
    await rig.see('#toast:has-text("Copied")');
    const command = await rig.page.evaluate(() => navigator.clipboard.readText());
    const url = /curl -s (\S+)/.exec(command)[1];
    const body = /-d '(.*)'/s.exec(command)[1];
    const answer = await fetch(url, {method: 'POST', headers: {'content-type': 'application/json'}, body});
    assert.equal(answer.status, 200, await answer.clone().text());
    const {outputs} = await answer.json();
    assert.equal(Buffer.from(outputs.classes.data, 'base64').readBigInt64LE(), 7n);
  });
}
