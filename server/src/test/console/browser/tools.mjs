import {createRequire} from 'node:module';
import {readFileSync} from 'node:fs';
import path from 'node:path';

/** The folder into which .ci/browser has installed playwright-core and axe-core. */
const require = createRequire(path.join(path.resolve(process.env.BROWSER_TOOLS), 'package.json'));

export const {chromium} = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

/** What axe-core finds on a page that is at least serious, one line a finding. */
export async function seriousFindings(page) {
  // By the debugger's door: the page's own policy lets no script in, as it should.
  const session = await page.context().newCDPSession(page);
  await session.send('Runtime.evaluate', {expression: axe});
  await session.detach();
  const {violations} = await page.evaluate(() => globalThis.axe.run(document, {resultTypes: ['violations']}));
  return violations
    .filter(({impact}) => impact === 'serious' || impact === 'critical')
    .flatMap(({id, help, nodes}) => nodes.map(({target, failureSummary}) => `${id}: ${help}: ${target} ${failureSummary}`));
}
