// The first visit on a modest phone: the processor slowed fourfold, 1.6 Mbit/s, 150 ms there and back, nothing in the
// cache. Prints what `make bench-visit` is run for, and fails above the bars of its last lines.
//
//     node tests/browser/first-visit.mjs [--serve target/release/aukio] [--visits 5]
//
// With --serve it starts that program with the example network; without, it visits AUKIO_ADDRESS.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const option = (name) => (process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : undefined);
let stop = () => {};
if (option('--serve')) {
  const data = mkdtempSync(join(tmpdir(), 'aukio-first-visit-'));
  const server = spawn(option('--serve'), ['demo', '--data', data, '--listen', '127.0.0.1:0'], { env: { ...process.env, AUKIO_TRUSTED_PROXIES: '127.0.0.1' }, stdio: ['ignore', 'pipe', 'inherit'] });
  stop = () => { server.kill(); rmSync(data, { recursive: true, force: true, maxRetries: 5 }); };
  for await (const line of createInterface({ input: server.stdout })) {
    const told = /listening on (\S+)/.exec(line);
    if (told) { process.env.AUKIO_ADDRESS = told[1]; break; }
  }
  server.stdout.resume();
}
const { openBrowser, places } = await import('./lib.mjs');

const visits = Number(option('--visits') ?? 5);
const bars = { response: Infinity, fcp: 1000, lcp: 1000, shift: 0, blocked: 50, reply: 150 };
const middle = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];

const watch = () => {
  globalThis.seen = { lcp: 0, what: '', shift: 0, blocked: 0, reply: 0 };
  const observe = (type, take, more = {}) => new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, buffered: true, ...more });
  observe('largest-contentful-paint', (entry) => { seen.lcp = entry.startTime; seen.what = entry.element?.outerHTML.slice(0, 60) ?? entry.url; });
  observe('layout-shift', (entry) => { if (!entry.hadRecentInput) seen.shift += entry.value; });
  observe('longtask', (entry) => { seen.blocked += Math.max(0, entry.duration - 50); });
  observe('event', (entry) => { if (entry.interactionId) seen.reply = Math.max(seen.reply, entry.duration); }, { durationThreshold: 16 });
};

const chromium = await openBrowser();
const finder = await chromium.window();
const { thread, document } = await places(finder.page);
await finder.close();

let wrong = 0;
for (const [name, path] of Object.entries({ front: '/fi/', thread, document, search: '/fi/search?q=kunta' })) {
  const runs = [];
  for (let visit = 0; visit < visits; visit += 1) {
    const window = await chromium.window({ width: 390, height: 844 });
    const { page } = window;
    const client = await window.context.newCDPSession(page);
    await client.send('Network.enable');
    await client.send('Network.setCacheDisabled', { cacheDisabled: false });
    await client.send('Network.emulateNetworkConditions', { offline: false, latency: 150, downloadThroughput: 1.6e6 / 8, uploadThroughput: 0.75e6 / 8 });
    await client.send('Emulation.setCPUThrottlingRate', { rate: 4 });
    await page.addInitScript(watch);
    await page.goto(path, { waitUntil: 'load' });
    await page.evaluate(() => document.fonts.ready);
    await page.waitForTimeout(700);
    const run = await page.evaluate(() => ({ ...globalThis.seen, response: performance.getEntriesByType('navigation')[0].responseStart, fcp: performance.getEntriesByName('first-contentful-paint')[0]?.startTime }));
    run.reply = 0;
    const reply = page.locator('[data-reply]').first();
    if (await reply.count()) {
      await reply.scrollIntoViewIfNeeded();
      await page.evaluate(() => { globalThis.seen.reply = 0; });
      await reply.click();
      await page.waitForTimeout(400);
      run.reply = await page.evaluate(() => globalThis.seen.reply);
    }
    runs.push(run);
    await window.context.close();
  }
  const figures = Object.fromEntries(Object.keys(bars).map((key) => [key, middle(runs.map((run) => run[key] ?? Infinity))]));
  const over = Object.entries(bars).filter(([key, most]) => figures[key] > most).map(([key]) => key);
  wrong += over.length;
  console.log(`${name.padEnd(9)} response ${figures.response.toFixed(0)} ms, first paint ${figures.fcp.toFixed(0)} ms, largest ${figures.lcp.toFixed(0)} ms (${runs[0].what.replaceAll(/\s+/g, ' ')}), shift ${figures.shift.toFixed(4)}, blocked ${figures.blocked.toFixed(0)} ms${figures.reply ? `, reply form ${figures.reply.toFixed(0)} ms` : ''}${over.length ? `  OVER: ${over.join(', ')}` : ''}`);
}
await chromium.close();
stop();
process.exitCode = wrong ? 1 : 0;
