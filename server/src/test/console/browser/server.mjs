import {spawn, spawnSync} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {createInterface} from 'node:readline';

const LAUNCHER = new URL('../../../../target/millrace/bin/millrace', import.meta.url).pathname;
const START = 60000;

/** A real server in a folder of its own. */
export class Server {
  #process;
  #folder;

  static async start({folder = mkdtempSync(path.join(tmpdir(), 'millrace-console-')), httpPort = 0} = {}) {
    const server = new Server();
    server.#folder = folder;
    const options = ['--port', '0', '--management-port', '0', '--http-port', String(httpPort)];
    const env = {...process.env, TF_CPP_MIN_LOG_LEVEL: '1'};
    const child = spawn(LAUNCHER, ['serve', ...options], {cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe']});
    server.#process = child;
    server.log = [];
    server.port = await new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error('the server was not ready in time')), START);
      child.on('exit', (code) => reject(new Error(`the server ended with ${code}:\n${server.log.slice(-20).join('\n')}`)));
      for (const stream of [child.stdout, child.stderr]) {
        createInterface({input: stream}).on('line', (line) => {
          server.log.push(line);
          const port = /^ready .*\bhttp=\S*:(\d+)/.exec(line)?.[1];
          if (!port) return;
          clearTimeout(late);
          resolve(Number(port));
        });
      }
    });
    return server;
  }

  get url() {
    return `http://127.0.0.1:${this.port}/`;
  }

  get folder() {
    return this.#folder;
  }

  /** Runs `millrace keys` on its data; what that prints. */
  keys(...words) {
    const done = spawnSync(LAUNCHER, ['keys', ...words], {cwd: this.#folder, encoding: 'utf8'});
    if (done.status !== 0) throw new Error(done.stderr);
    return done.stdout.trim();
  }

  /** Ends it, and waits for that. */
  async stop() {
    const child = this.#process;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    const hard = setTimeout(() => child.kill('SIGKILL'), 15000);
    await ended;
    clearTimeout(hard);
  }

  remove() {
    rmSync(this.#folder, {recursive: true, force: true});
  }
}
