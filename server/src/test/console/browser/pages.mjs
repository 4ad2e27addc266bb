import assert from 'node:assert/strict';
import {test} from 'node:test';

const PAGES = ['try', 'models', 'training', 'evaluation', 'traffic'];
/** What a page shows once it has heard from the server. */
const FILLED = {
  try: 'canvas.attribution',
  models: '.history li',
  training: '.chart-place canvas',
  evaluation: '.gallery canvas',
  traffic: '.chart-place canvas',
};

/** Every page is looked at, in both schemes. */
export function pagesTests(rig) {
  test('traffic_whileRequestsCome_isCounted', async () => {
    await rig.go('try');
    await rig.page.focus('canvas.pad');
    for (let i = 0; i < 20; i++) {
      await rig.page.keyboard.press(String(i % 10));
      await rig.see('output.digit');
    }
    await rig.page.click('nav >> text=Traffic');
    await rig.see('th:text("mnist")');
    await rig.page.waitForFunction(() => /p50\d/.test(document.querySelector('.stats').textContent));
  });

  test('everyPage_inBothSchemes_hasNoSeriousFinding', async () => {
    for (const scheme of ['light', 'dark']) {
      await rig.page.emulateMedia({colorScheme: scheme});
      for (const name of PAGES) {
        await rig.page.click(`nav a[href="#/${name}"]`);
        await rig.see('h1');
        if (name === 'try') await drawSeven();
        if (name === 'training') await overlayAll();
        if (name === 'evaluation') await rig.page.click('tr:has-text("3,000") button.link');
        await rig.see(FILLED[name]);
        await rig.hasNoSeriousFinding(`${name} in ${scheme}`);
        await rig.picture(`${name}-${scheme}`);
      }
    }
  });

  async function drawSeven() {
    await rig.page.selectOption('#try-version', 'models/mnist/versions/1');
    await rig.page.click('[aria-label="Write a 7"]');
    await rig.page.click('text=Show why');
    await rig.see('output.digit[data-digit="7"]', 'pre:has-text("classify_image")');
  }

  async function overlayAll() {
    await rig.see('td input[type=checkbox]');
    for (const box of await rig.page.locator('td input[type=checkbox]:not([disabled])').all()) await box.check();
  }

  test('everyPage_onANarrowScreen_isNoWiderThanIt', async () => {
    const size = rig.page.viewportSize();
    await rig.page.setViewportSize({width: 390, height: 800});
    for (const name of PAGES) {
      await rig.page.click(`nav a[href="#/${name}"]`);
      await rig.see('main h1');
      assert.ok((await rig.page.evaluate(() => document.documentElement.scrollWidth)) <= 390, name);
    }
    await rig.page.setViewportSize(size);
  });

  test('scheme_chosen_winsOverTheSystems', async () => {
    await rig.page.emulateMedia({colorScheme: 'light'});
    await rig.page.selectOption('[aria-label="Colour scheme"]', 'dark');
    const paper = () => rig.page.evaluate(() => getComputedStyle(document.body).colorScheme);
    assert.equal(await paper(), 'dark');
    await rig.page.selectOption('[aria-label="Colour scheme"]', 'system');
    assert.equal(await paper(), 'light dark');
  });
}
