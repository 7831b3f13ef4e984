// The editor when things go wrong: no websockets, no network, no more access, content that it does not know.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import * as Y from 'yjs';
import { address, openBrowser, paragraph, people, places, stockReplica, until, writeDocument } from './lib.mjs';

describe('the editor', () => {
  let chromium, helmi, space;
  const open = [];

  before(async () => {
    chromium = await openBrowser();
    helmi = await chromium.window({ email: people.helmi });
    space = (await places(helmi.page)).space;
  });

  afterEach(async () => {
    for (const { provider, doc } of open.splice(0)) { provider.destroy(); doc.destroy(); }
  });

  after(async () => {
    await helmi?.close();
    await chromium?.close();
  });

  const replica = async (document) => {
    const made = await stockReplica(document, helmi);
    open.push(made);
    return made;
  };
  const shows = (page, text) => page.locator('.ProseMirror', { hasText: text }).waitFor();
  const says = (page, pattern) => page.waitForFunction((source) => new RegExp(source).test(document.querySelector('[data-save-state]')?.textContent ?? ''), pattern.source, { timeout: 20_000 });
  const types = async (page, text) => {
    await page.locator('.ProseMirror').click();
    await page.keyboard.press('Control+End');
    await page.keyboard.press('Enter');
    await page.keyboard.type(text);
  };

  const focuses = (page, selector) => page.waitForFunction((place) => document.activeElement?.matches(place), selector);
  /** Waits until a reader's page has it. */
  const reads = async (document, pattern) => {
    let html = '';
    for (let tries = 0; tries < 100 && !pattern.test(html); tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      html = await (await fetch(`${address}${document}`)).text();
    }
    assert.match(html, pattern);
  };

  it('works where websockets are blocked', async () => {
    const document = await writeDocument(helmi, space, 'Ilman websocketia', 'Alku.');
    const other = await replica(document);
    const window = await chromium.window({ email: people.oskari });
    await window.context.addInitScript(() => {
      // As behind a proxy that refuses the upgrade.
      globalThis.WebSocket = class {
        static OPEN = 1;
        constructor() {
          this.readyState = 0;
          setTimeout(() => { this.readyState = 3; this.onerror?.(new Event('error')); this.onclose?.({ code: 1006 }); }, 10);
        }
        close() {}
        send() {}
      };
    });
    await window.page.goto(`${document}/edit`);
    await shows(window.page, 'Alku.');
    await types(window.page, 'Virtaa pitkin.');
    await says(window.page, /Tallennettu klo/);
    await until('the words come through', () => other.root.toString().includes('Virtaa pitkin.'));
    other.root.push([paragraph('Takaisin päin.')]);
    await shows(window.page, 'Takaisin päin.');
    await window.close();
  });

  it('keeps what is written without a network, warns, and merges it afterwards', async () => {
    const document = await writeDocument(helmi, space, 'Junassa', 'Alku.');
    const window = await chromium.window({ email: people.oskari });
    // A network that swallows what is sent, as in a tunnel; the browser would deliver what it has buffered.
    let tunnel = false;
    await window.context.routeWebSocket(/\/sync\//, (socket) => {
      const server = socket.connectToServer();
      socket.onMessage((message) => { if (!tunnel) server.send(message); });
    });
    await window.page.goto(`${document}/edit`);
    await shows(window.page, 'Alku.');
    await types(window.page, 'Tallessa.');
    await says(window.page, /Tallennettu klo/);
    tunnel = true;
    await types(window.page, 'Kirjoitettu tunnelissa.');
    await says(window.page, /Ei yhteyttä|ei ole vielä tallennettu/);
    const back = await window.context.newPage();
    const warned = new Promise((resolve) => window.page.once('dialog', (dialog) => { resolve(dialog.type()); void dialog.accept(); }));
    const closed = window.page.waitForEvent('close');
    await window.page.close({ runBeforeUnload: true });
    assert.equal(await warned, 'beforeunload', 'leaving with unsaved words is warned of');
    await closed;
    tunnel = false;
    const other = await replica(document);
    assert.doesNotMatch(other.root.toString(), /tunnelissa/);
    await back.goto(`${document}/edit`);
    await shows(back, 'Kirjoitettu tunnelissa.');
    await says(back, /Tallennettu klo/);
    await until('the words of the tunnel come through', () => other.root.toString().includes('Kirjoitettu tunnelissa.'));
    await window.context.close();
  });

  it('does not touch content that it does not know, and says so', async () => {
    const document = await writeDocument(helmi, space, 'Uudempaa', 'Alku.');
    const newer = await replica(document);
    const { page, close } = await chromium.window({ email: people.oskari });
    await page.goto(`${document}/edit`);
    await shows(page, 'Alku.');
    const poll = new Y.XmlElement('poll');
    poll.insert(0, [new Y.XmlText('Kyllä vai ei?')]);
    newer.root.push([poll]);
    await says(page, /uudempaa sisältöä|vanhentunut/);
    const fresh = await chromium.window({ email: people.oskari });
    await fresh.page.goto(`${document}/edit`);
    await fresh.page.locator('#text', { hasText: 'uudempaa sisältöä' }).waitFor();
    await fresh.close();
    const later = await replica(document);
    assert.match(later.root.toString(), /<poll>Kyllä vai ei\?<\/poll>/);
    const html = await (await fetch(`${address}${document}`)).text();
    assert.match(html, /Uudempaa sisältöä/);
    assert.match(html, /Kyllä vai ei\?/);
    await close();
  });

  it('lets the keyboard in and out, and makes headings, lists, links and tables', async () => {
    const document = await writeDocument(helmi, space, 'Näppäimillä', 'Alku.');
    const { page, close } = await chromium.window({ email: people.oskari });
    await page.goto(`${document}/edit`);
    await shows(page, 'Alku.');
    await types(page, 'Lista');
    await page.keyboard.press('Alt+F10');
    await focuses(page, '[role=toolbar] *');
    await page.keyboard.press('Escape');
    await focuses(page, '.ProseMirror');
    await page.click('[data-act=bullets]');
    await page.keyboard.type(' ensin');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Tab');
    await focuses(page, ':not(.ProseMirror)');
    await page.locator('.ProseMirror p').first().click();
    // What is typed stands where the caret is, and then the caret is where the click was.
    await page.keyboard.press('End');
    await page.keyboard.type(' Otsikko');
    await page.locator('.ProseMirror > p', { hasText: 'Alku. Otsikko' }).waitFor();
    await page.selectOption('[data-style]', '2');
    await page.locator('.ProseMirror h2').waitFor();
    await page.keyboard.press('End');
    await page.click('[data-act=table]');
    await page.locator('.ProseMirror table').waitFor();
    for (const part of [/<h2>Alku\. Otsikko<\/h2>/, /<table/, /<li>Lista ensin<\/li>/]) await reads(document, part);
    await close();
  });

  it('stops at once when the writer may no longer write', async () => {
    const document = await writeDocument(helmi, space, 'Ovi kiinni', 'Alku.');
    const window = await chromium.window({ email: people.oskari });
    const { page, context } = window;
    await page.goto(`${document}/edit`);
    await shows(page, 'Alku.');
    await types(page, 'Ehdin vielä.');
    await says(page, /Tallennettu klo/);
    const answer = await context.request.post('/fi/sign-out', { headers: { Origin: address, 'Sec-Fetch-Site': 'same-origin' }, maxRedirects: 0 });
    assert.equal(answer.status(), 303);
    await says(page, /ei voida tallentaa|kirjautu/i);
    assert.equal(await page.locator('.ProseMirror').getAttribute('contenteditable'), 'false');
    assert.match(await page.locator('.ProseMirror').textContent(), /Ehdin vielä\./, 'what was written is still there to be copied');
    await window.close();
  });
});
