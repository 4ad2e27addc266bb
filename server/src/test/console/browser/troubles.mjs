import assert from 'node:assert/strict';
import {test} from 'node:test';
import {refusal} from './rig.mjs';

/** Whatever is wrong is said in words: no key, no permission, a model that loads, no server. */
export function troublesTests(rig) {
  test('apiKey_pasted_isSentAndStaysInTheTab', async () => {
    await rig.page.click('.tools >> text=API key');
    await rig.page.fill('#api-key', 'pasted-key');
    const sent = rig.page.waitForRequest((request) => request.headers().authorization === 'Bearer pasted-key');
    await rig.page.click('text=Use this key');
    await sent;
    const other = await rig.opened();
    await rig.go('models', other);
    assert.equal(await other.evaluate(() => sessionStorage.length), 0);
    await other.close();
    await rig.page.evaluate(() => sessionStorage.clear());
  });

  test('apiKey_missing_isAskedForOnEveryPage', async () => {
    await rig.answering('**/api/v1/**', 401, refusal(16, 'an API key is needed', 'UNAUTHENTICATED'), async () => {
      await rig.go('models');
      await rig.page.reload();
      await rig.see('.banner >> text=This server asks for an API key', 'text=Nothing to show yet');
      for (let i = 0; i < 2; i++) await rig.page.waitForResponse(/monitoring/);
      assert.match(await rig.page.textContent('.banner'), /asks for an API key/);
      await rig.hasNoSeriousFinding();
      await rig.page.click('.banner >> text=Enter API key');
      await rig.see('dialog #api-key');
      await rig.page.keyboard.press('Escape');
    });
    await rig.page.reload();
    await rig.see('[aria-label="Version 1: details"]');
  });

  test('permission_missing_isSaidInWords', async () => {
    await rig.answering('**/api/v1/models/**:predict', 403, refusal(7, 'this key may not predict'), async () => {
      await rig.go('try');
      await rig.page.click('[aria-label="Write a 2"]');
      await rig.see('text=Your key may not do this', 'text=This key may not predict.');
    });
    await rig.answering('**/api/v1/**:promote', 403, refusal(7, 'this key may not promote'), async () => {
      await rig.go('models');
      await rig.page.click('[aria-label="Promote version 2"]');
      await rig.page.click('dialog button[type=submit]');
      await rig.see('dialog >> text=This key may not promote.');
      await rig.page.keyboard.press('Escape');
    });
  });

  test('model_loading_isSaidInWords', async () => {
    const notReady = refusal(14, 'version 1 of mnist is loading', 'VERSION_NOT_READY');
    await rig.answering('**/api/v1/models/**:predict', 503, notReady, async () => {
      await rig.go('try');
      await rig.page.click('[aria-label="Write a 2"]');
      await rig.see('text=The model is not ready yet');
    });
    const version = {name: 'models/mnist/versions/1', version: '1', state: 'VERSION_STATE_LOADING'};
    await rig.answering('**/api/v1/models', 200, {models: [{name: 'models/mnist', versions: [version]}]}, () =>
      rig.see('text=The model is being loaded'));
  });

  test('server_goneAndBack_isSaidAndFoundAgain', async () => {
    await rig.go('models');
    await rig.see('[aria-label="Version 2: details"]');
    await rig.loseServer();
    await rig.see('text=The server does not answer', 'text=No answer');
    await rig.hasNoSeriousFinding();
    await rig.picture('down-light', {whole: false});
    await rig.again();
    await rig.page.waitForSelector('text=The server does not answer', {state: 'detached', timeout: 40000});
    await rig.see('text=Connected');
  });
}
