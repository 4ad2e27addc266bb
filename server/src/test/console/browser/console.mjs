/**
 * Drives the console of a real server in a real Chromium: draws a 7 and sees 7, trains and watches the curve grow,
 * promotes and rolls back, evaluates and looks at what was misread, loses the server and finds it again, and has axe-core
 * look at every page. A test goes on where the one before it stopped.
 *
 * Environment: BROWSER_TOOLS, the folder with playwright-core and axe-core; CHROMIUM, the browser; SCREENSHOTS, where the
 * pictures go.
 */
import assert from 'node:assert/strict';
import {after, afterEach, before, test} from 'node:test';
import {evaluatingTests} from './evaluating.mjs';
import {keyTests} from './keys.mjs';
import {modelsTests} from './models.mjs';
import {pagesTests} from './pages.mjs';
import {Rig} from './rig.mjs';
import {loopTests, trainingTests} from './training.mjs';
import {troublesTests} from './troubles.mjs';
import {tryItTests} from './try-it.mjs';

const rig = new Rig();

before(() => rig.start());

afterEach(async ({name, passed}) => {
  if (!passed) await rig.picture(`failed-${name}`, {whole: false});
});

after(() => rig.stop());

trainingTests(rig);
tryItTests(rig);
modelsTests(rig);
evaluatingTests(rig);
pagesTests(rig);
troublesTests(rig);
loopTests(rig);
keyTests(rig);

test('nothing_strange_happenedMeanwhile', () => {
  assert.deepEqual(rig.strange, []);
});
