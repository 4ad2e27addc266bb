/**
 * Drives the console of a real server in a real Chromium: draws a 7 and sees 7, trains and watches the curve grow,
 * promotes and rolls back, loses the server and finds it again, and has axe-core look at every page.
 *
 * Environment: BROWSER_TOOLS, the folder with playwright-core and axe-core; CHROMIUM, the browser; SCREENSHOTS, where the
 * pictures go.
 */
import assert from 'node:assert/strict';
import {mkdirSync} from 'node:fs';
import path from 'node:path';
import {after, afterEach, before, test} from 'node:test';
import {Server} from './server.mjs';
import {chromium, seriousFindings} from './tools.mjs';

const PAGES = ['try', 'models', 'training', 'evaluation', 'traffic'];
/** What a page shows once it has heard from the server. */
const FILLED = {
  try: 'pre:has-text("classify_image")',
  models: '.history li',
  training: '.chart-place canvas',
  evaluation: '.diff',
  traffic: '.chart-place canvas',
};
const SIZE = {width: 1360, height: 860};
const TRAINING = 180000;
const shots = path.resolve(process.env.SCREENSHOTS ?? 'server/target/console-screenshots');

let server;
let browser;
let context;
let page;
const strange = [];

before(async () => {
  mkdirSync(shots, {recursive: true});
  server = await Server.start();
  browser = await chromium.launch({executablePath: process.env.CHROMIUM, args: ['--no-sandbox']});
  context = await browser.newContext({viewport: SIZE, colorScheme: 'light', reducedMotion: 'reduce'});
  page = await opened(context);
});

afterEach(async ({name, passed}) => {
  if (!passed) await page.screenshot({path: path.join(shots, `failed-${name}.png`)}).catch(() => {});
});

after(async () => {
  await browser?.close();
  await server?.stop();
  server?.remove();
});

/** A page whose errors, and whose requests to anywhere else, are written down. */
async function opened(of) {
  const page = await of.newPage();
  page.setDefaultTimeout(20000);
  page.on('pageerror', (error) => strange.push(`error: ${error.stack ?? error}`));
  page.on('console', (message) => {
    if (message.type() === 'error' && !/Failed to load resource/.test(message.text())) strange.push(message.text());
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(server.url)) strange.push(`asked ${request.url()}`);
  });
  return page;
}

const go = (name, of = page) => of.goto(`${server.url}#/${name}`);

async function train(steps, seed) {
  await go('training');
  await page.fill('#train-steps', String(steps));
  await page.fill('#train-seed', String(seed));
  await startTraining();
}

/** Starts what the form says, and waits until the new run is shown. */
async function startTraining() {
  const shown = await page.textContent('#h-run');
  await page.click('text=Start training');
  await page.waitForFunction((shown) => document.getElementById('h-run').textContent !== shown, shown);
}

const runEnded = () => page.waitForSelector('#h-run ~ .aside >> text=Succeeded', {timeout: TRAINING});
const LOSS = '[aria-label^="Training loss"]';
const pointsIn = (label) => Number(/(\d+) points/.exec(label)?.[1] ?? 0);
const pointsOf = async () => pointsIn(await page.getAttribute(LOSS, 'aria-label'));

/** Waits until the curve of the loss has more points; how many. */
async function morePointsThan(count) {
  const more = ([selector, count]) =>
    Number(/(\d+) points/.exec(document.querySelector(selector)?.ariaLabel ?? '')?.[1] ?? 0) > count;
  await page.waitForFunction(more, [LOSS, count], {timeout: TRAINING});
  return pointsOf();
}

test('firstVisit_noModel_saysSoAndWhatToDo', async () => {
  await page.goto(server.url);
  await page.waitForSelector('text=No model is served yet');
  await page.click('text=Start a training');
  await page.waitForSelector('h1:text("Training")');
});

test('training_startedFromTheForm_drawsACurveThatGrows', async () => {
  await go('training');
  await page.fill('#train-steps', '0');
  await page.click('text=Start training');
  await page.waitForSelector('text=Steps must be at least 1');
  await page.fill('#train-steps', '200');
  await startTraining();
  const first = await morePointsThan(0);
  await morePointsThan(first);
  await runEnded();
  assert.ok((await pointsOf()) > first);
  assert.match(await page.textContent('.stats'), /Test accuracy9\d\.\d\d %/);
});

test('tryIt_aSevenDrawnWithTheMouse_isSeenAsSeven', async () => {
  await go('try');
  const pad = page.locator('canvas.pad');
  await pad.waitFor();
  const box = await pad.boundingBox();
  const at = (x, y) => [box.x + x * box.width, box.y + y * box.height];
  await page.mouse.move(...at(0.3, 0.25));
  await page.mouse.down();
  await page.mouse.move(...at(0.7, 0.25), {steps: 8});
  await page.mouse.move(...at(0.48, 0.8), {steps: 12});
  await page.mouse.up();
  await page.waitForSelector('output.digit[data-digit="7"]');
  const shares = await page.locator('.bars .bar-value').allTextContents();
  assert.equal(shares.length, 10);
  assert.ok(Number.parseFloat(shares[7]) > 50, `7 has ${shares[7]}`);
});

test('tryIt_whileThePageIsWrittenAnew_keepsFocusAndPen', async () => {
  const box = await page.locator('canvas.pad').boundingBox();
  await page.mouse.move(box.x + 40, box.y + 40);
  await page.mouse.down();
  for (let i = 0; i < 2; i++) await page.waitForResponse(/api\/v1\/models$/);
  const before = await page.locator('canvas.pad').evaluate((pad) => pad.toDataURL());
  await page.mouse.move(box.x + 90, box.y + 160, {steps: 5});
  await page.mouse.up();
  assert.notEqual(await page.locator('canvas.pad').evaluate((pad) => pad.toDataURL()), before);
  assert.ok(await page.evaluate(() => document.activeElement.matches('canvas.pad')));
});

test('tryIt_withKeysAlone_writesAndClears', async () => {
  await page.focus('canvas.pad');
  await page.keyboard.press('3');
  await page.waitForSelector('output.digit[data-digit="3"]');
  await page.keyboard.press('Delete');
  await page.waitForSelector('text=Draw a digit');
  await page.keyboard.press('Space');
  for (let i = 0; i < 18; i++) await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Space');
  await page.waitForSelector('output.digit[data-digit="1"]');
});

test('tryIt_thePictureCopiedAsCurl_isAnsweredAlike', async () => {
  await page.focus('canvas.pad');
  await page.keyboard.press('7');
  await page.waitForSelector('output.digit[data-digit="7"]');
  await page.waitForSelector('pre:has-text("classify_image")');
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.click('.copy-as >> text=Copy');
  await page.waitForSelector('#toast:has-text("Copied")');
  const command = await page.evaluate(() => navigator.clipboard.readText());
  const url = /curl -s (\S+)/.exec(command)[1];
  const body = /-d '(.*)'/s.exec(command)[1];
  const answer = await fetch(url, {method: 'POST', headers: {'content-type': 'application/json'}, body});
  assert.equal(answer.status, 200, await answer.clone().text());
  const {outputs} = await answer.json();
  assert.equal(Buffer.from(outputs.classes.data, 'base64').readBigInt64LE(), 7n);
});

test('models_aSecondVersion_isPromotedAndRolledBack', async () => {
  await go('models');
  await page.click('[aria-label="Version 1: details"]');
  await page.waitForSelector('text=Where it came from');
  // A version that somebody decided on stays loaded beside newer ones.
  await page.click('[aria-label="Promote version 1"]');
  await page.click('dialog >> text=Promote >> nth=-1');
  await page.waitForSelector('tr:has-text("champion") >> text=Available');
  await train(100, 7);
  await runEnded();

  await go('models');
  await page.click('[aria-label="Promote version 2"]');
  await page.waitForSelector('dialog >> text=test_accuracy');
  await page.waitForSelector('dialog >> text=seed');
  await page.fill('#reason', 'it is newer');
  assert.deepEqual(await seriousFindings(page), []);
  await page.screenshot({path: path.join(shots, 'promote-light.png')});
  await page.click('dialog button[type=submit]');
  await page.waitForSelector('text=Version 2 is being watched');
  await page.waitForSelector('.history >> text=it is newer');

  await page.click('#h-model ~ .aside >> text=Roll back');
  await page.waitForSelector('dialog >> text=test_accuracy');
  await page.click('dialog button[type=submit]');
  await page.waitForSelector('.history >> text=Rolled back');
  await page.waitForSelector('tr[data-key="models/mnist/versions/1"] >> text=champion');
});

test('models_aCanary_takesItsShare', async () => {
  await page.click('[aria-label="Canary version 2"]');
  await page.fill('#share-2', '101');
  await page.click('dialog button[type=submit]');
  await page.waitForSelector('dialog >> text=from 0 to 100');
  await page.fill('#share-2', '25');
  await page.selectOption('#shadow', '2');
  await page.click('dialog button[type=submit]');
  await page.waitForSelector('text=version 1 75 %, version 2 (canary) 25 %');
});

test('traffic_whileRequestsCome_isCounted', async () => {
  await go('try');
  await page.focus('canvas.pad');
  for (let i = 0; i < 20; i++) {
    await page.keyboard.press(String(i % 10));
    await page.waitForSelector(`output.digit`);
  }
  await page.click('nav >> text=Traffic');
  await page.waitForSelector('th:text("mnist")');
  await page.waitForFunction(() => /p50\d/.test(document.querySelector('.stats').textContent));
});

test('everyPage_inBothSchemes_hasNoSeriousFinding', async () => {
  for (const scheme of ['light', 'dark']) {
    await page.emulateMedia({colorScheme: scheme});
    for (const name of PAGES) {
      await page.click(`nav a[href="#/${name}"]`);
      await page.waitForSelector('h1');
      if (name === 'try') await page.click('[aria-label="Write a 7"]');
      if (name === 'try') await page.waitForSelector('output.digit[data-digit="7"]');
      if (name === 'training') await overlayAll();
      await page.waitForSelector(FILLED[name]);
      assert.deepEqual(await seriousFindings(page), [], `${name} in ${scheme}`);
      await page.screenshot({path: path.join(shots, `${name}-${scheme}.png`), fullPage: true});
    }
  }
});

async function overlayAll() {
  await page.waitForSelector('td input[type=checkbox]');
  for (const box of await page.locator('td input[type=checkbox]:not([disabled])').all()) await box.check();
}

test('scheme_chosen_winsOverTheSystems', async () => {
  await page.emulateMedia({colorScheme: 'light'});
  await page.selectOption('[aria-label="Colour scheme"]', 'dark');
  const paper = () => page.evaluate(() => getComputedStyle(document.body).colorScheme);
  assert.equal(await paper(), 'dark');
  await page.selectOption('[aria-label="Colour scheme"]', 'system');
  assert.equal(await paper(), 'light dark');
});

test('apiKey_pasted_isSentAndStaysInTheTab', async () => {
  await page.click('.tools >> text=API key');
  await page.fill('#api-key', 'pasted-key');
  const sent = page.waitForRequest((request) => request.headers().authorization === 'Bearer pasted-key');
  await page.click('text=Use this key');
  await sent;
  const other = await opened(context);
  await go('models', other);
  assert.equal(await other.evaluate(() => sessionStorage.length), 0);
  await other.close();
  await page.evaluate(() => sessionStorage.clear());
});

test('permission_missing_isSaidInWords', async () => {
  await page.route('**/api/v1/models/*:predict', (route) =>
    route.fulfill({status: 403, contentType: 'application/json', body: '{"code":7,"message":"this key may not predict"}'}));
  await go('try');
  await page.click('[aria-label="Write a 2"]');
  await page.waitForSelector('text=Your key may not do this');
  await page.waitForSelector('text=This key may not predict.');
  await page.unroute('**/api/v1/models/*:predict');
});

test('server_goneAndBack_isSaidAndFoundAgain', async () => {
  await go('models');
  await page.waitForSelector('[aria-label="Version 1: details"]');
  const {port, folder} = server;
  await server.stop();
  await page.waitForSelector('text=The server does not answer');
  await page.waitForSelector('text=No answer');
  assert.deepEqual(await seriousFindings(page), []);
  await page.screenshot({path: path.join(shots, 'down-light.png')});
  server = await Server.start({folder, httpPort: port});
  await page.waitForSelector('text=The server does not answer', {state: 'detached', timeout: 40000});
  await page.waitForSelector('text=Connected');
});

test('nothing_strange_happenedMeanwhile', () => {
  assert.deepEqual(strange, []);
});
