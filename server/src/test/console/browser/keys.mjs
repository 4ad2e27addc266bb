import {test} from 'node:test';

/** A server that asks who calls. The last of all: a server that has had a key never opens again. */
export function keyTests(rig) {
  test('apiKey_ofARealServer_opensWhatItsRoleMay', async () => {
    const key = rig.server.keys('create', 'console', '--role', 'viewer');
    await rig.go('models');
    await rig.page.reload();
    await rig.see('.banner >> text=This server asks for an API key');
    await rig.page.click('.banner >> text=Enter API key');
    await rig.page.fill('#api-key', key);
    await rig.page.click('text=Use this key');
    await rig.see('[aria-label^="Version "]', 'text=Connected');
    await rig.page.waitForSelector('.banner >> text=This server asks for an API key', {state: 'detached'});
    await rig.go('try');
    await rig.page.click('[aria-label="Write a 2"]');
    await rig.see('text=Your key may not do this', "text=/needs the permission 'predict'/");
    rig.server.keys('revoke', 'console');
    await rig.see('.banner >> text=This server asks for an API key');
  });
}
