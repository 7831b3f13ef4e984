// What a screen reader is told while others write: the live regions are recorded with the time of each change.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openBrowser, opensLive, people, places, post, startThread, stockReplica, paragraph, writeDocument } from './lib.mjs';

const SECONDS = Number(process.env.AUKIO_SOAK ?? 1) * 62;
const MESSAGES = 60;

/** Records what stands in a live region after each change, and whether the region interrupts. */
const record = () => {
  globalThis.heard = [];
  const regions = '[role=status], [role=alert], [role=log], [aria-live]:not([aria-live=off])';
  new MutationObserver((changes) => {
    for (const region of new Set(changes.map(({ target }) => (target instanceof Element ? target : target.parentElement)?.closest(regions)).filter(Boolean))) {
      const assertive = region.getAttribute('role') === 'alert' || region.getAttribute('aria-live') === 'assertive';
      globalThis.heard.push({ at: performance.now(), text: region.textContent.trim(), assertive });
    }
    for (const { addedNodes } of changes) {
      for (const node of addedNodes) {
        const fresh = node instanceof Element ? [node, ...node.querySelectorAll('*')].find((one) => one.matches(regions)) : null;
        if (fresh) globalThis.heard.push({ at: performance.now(), text: fresh.textContent.trim(), assertive: fresh.getAttribute('role') === 'alert' });
      }
    }
  }).observe(document.documentElement, { subtree: true, childList: true, characterData: true });
};

/** At most four in any minute, none that interrupts, none without words. */
function calm(heard) {
  assert.deepEqual(heard.filter(({ assertive }) => assertive), [], 'nothing interrupts');
  assert.deepEqual(heard.filter(({ text }) => text === ''), [], 'nothing is empty');
  for (const { at } of heard) {
    const minute = heard.filter((other) => other.at >= at && other.at < at + 60_000);
    assert.ok(minute.length <= 4, `${minute.length} announcements in a minute: ${minute.map(({ at, text }) => `${Math.round(at / 1000)} s «${text}»`).join(', ')}`);
  }
}

describe('what is heard', { concurrency: true }, () => {
  let chromium, helmi, oskari, space;
  before(async () => {
    chromium = await openBrowser();
    helmi = await chromium.window({ email: people.helmi });
    oskari = await chromium.window({ email: people.oskari });
    space = (await places(helmi.page)).space;
  });
  after(async () => {
    try { for (const window of [helmi, oskari]) await window?.close(); } finally { await chromium?.close(); }
  });

  it('a busy discussion tells its reader at most four times a minute', async () => {
    const reader = await chromium.window();
    const thread = await startThread(helmi, space, 'Vilkas keskustelu', 'Aloitus.');
    await opensLive(reader.page, () => reader.page.goto(thread));
    await reader.page.evaluate(record);
    const started = Date.now();
    for (let n = 0; n < MESSAGES; n += 1) {
      await post(n % 2 ? helmi : oskari, thread, `Viesti ${n}.`);
      const wait = started + (n + 1) * SECONDS * 1000 / MESSAGES - Date.now();
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    }
    await reader.page.waitForFunction((n) => document.querySelector('[data-live-show]')?.textContent.includes(String(n)), MESSAGES);
    const heard = await reader.page.evaluate(() => globalThis.heard);
    assert.ok(heard.length >= 3, `the reader hears of it: ${JSON.stringify(heard)}`);
    assert.ok(heard.every(({ text }) => /\d/.test(text)), 'each says how many there are');
    calm(heard);
    await reader.close();
  });

  it('a document that is being written tells its reader nothing that interrupts', async () => {
    const [reader, writer] = [await chromium.window(), await chromium.window({ email: people.helmi })];
    const document = await writeDocument(helmi, space, 'Vilkas asiakirja', 'Alku.');
    await opensLive(reader.page, () => reader.page.goto(document));
    await reader.page.evaluate(record);
    await writer.page.goto(`${document}/edit`);
    await writer.page.locator('.ProseMirror', { hasText: 'Alku.' }).waitFor();
    await writer.page.evaluate(record);
    const { doc, provider, root } = await stockReplica(document, oskari);
    for (let n = 0; n < SECONDS * 2; n += 1) {
      root.push([paragraph(`Kappale ${n}.`)]);
      if (n % 4 === 0) await writer.page.locator('.ProseMirror').pressSequentially('a');
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    await reader.page.locator('.prose', { hasText: `Kappale ${SECONDS * 2 - 1}.` }).waitFor();
    calm(await reader.page.evaluate(() => globalThis.heard));
    calm(await writer.page.evaluate(() => globalThis.heard));
    provider.destroy();
    doc.destroy();
    await reader.close();
    await writer.close();
  });
});
