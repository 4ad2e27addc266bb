import assert from 'node:assert/strict';
import {mkdirSync, rmSync} from 'node:fs';
import path from 'node:path';
import {Server} from './server.mjs';
import {chromium, seriousFindings} from './tools.mjs';

const SIZE = {width: 1360, height: 860};
export const TRAINING = 180000;
const shots = path.resolve(process.env.SCREENSHOTS ?? 'server/target/console-screenshots');

/** One server, one browser and one page for all tests, which go on where those before them stopped. */
export class Rig {
  /** Errors of the page, and requests to anywhere else. */
  strange = [];

  async start() {
    rmSync(shots, {recursive: true, force: true});
    mkdirSync(shots, {recursive: true});
    this.server = await Server.start();
    this.browser = await chromium.launch({executablePath: process.env.CHROMIUM, args: ['--no-sandbox']});
    this.context = await this.browser.newContext({viewport: SIZE, colorScheme: 'light', reducedMotion: 'reduce'});
    this.page = await this.opened();
  }

  async stop() {
    await this.browser?.close();
    await this.server?.stop();
    this.server?.remove();
  }

  /** Ends the server; `again` starts it where it was. */
  async loseServer() {
    const {port, folder} = this.server;
    await this.server.stop();
    this.again = async () => (this.server = await Server.start({folder, httpPort: port}));
  }

  /** A page whose errors, and whose requests to anywhere else, are written down. */
  async opened() {
    const page = await this.context.newPage();
    page.setDefaultTimeout(20000);
    page.on('pageerror', (error) => this.strange.push(`error: ${error.stack ?? error}`));
    page.on('console', (message) => {
      if (message.type() === 'error' && !/Failed to load resource/.test(message.text())) this.strange.push(message.text());
    });
    page.on('request', (request) => {
      if (!request.url().startsWith(this.server.url)) this.strange.push(`asked ${request.url()}`);
    });
    return page;
  }

  go(name, page = this.page) {
    return page.goto(`${this.server.url}#/${name}`);
  }

  /** Goes on when all of the selectors are there. */
  async see(...selectors) {
    for (const selector of selectors) await this.page.waitForSelector(selector);
  }

  async picture(name, {whole = true} = {}) {
    await this.page.screenshot({path: path.join(shots, `${name}.png`), fullPage: whole}).catch(() => {});
  }

  async hasNoSeriousFinding(where) {
    assert.deepEqual(await seriousFindings(this.page), [], where);
  }

  /** Has calls answered in the server's place while `act` runs. */
  async answering(pattern, status, body, act) {
    const fulfill = {status, contentType: 'application/json', body: JSON.stringify(body)};
    await this.page.route(pattern, (route) => route.fulfill(fulfill));
    try {
      await act();
    } finally {
      await this.page.unroute(pattern);
    }
  }
}

/** An error as the server tells it. */
export const refusal = (code, message, reason) => ({
  code,
  message,
  details: reason ? [{'@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason, domain: 'millrace.dev'}] : [],
});
