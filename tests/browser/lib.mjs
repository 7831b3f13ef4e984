// The browser and the people at it. Every window is watched: a request to another host, an error on the
// console or a breach of the content security policy fails the journey that it happened in.
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import WebSocket from 'ws';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';

/** The server under test, `http://127.0.0.1:PORT`, with the example network in it. */
export const address = process.env.AUKIO_ADDRESS ?? 'http://127.0.0.1:8080';
const password = process.env.AUKIO_PASSWORD ?? '';

const flags = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage',
];

/** Opens Debian's Chromium. `close()` ends it and removes what it wrote. */
export async function openBrowser() {
  const home = mkdtempSync(join(tmpdir(), 'aukio-chromium-'));
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: flags,
    env: { ...process.env, HOME: home, XDG_CONFIG_HOME: home, XDG_CACHE_HOME: home },
  });
  return {
    browser,
    window: (options) => openWindow(browser, options),
    async close() {
      await browser.close();
      rmSync(home, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

// Each window comes from an address of its own, as behind a proxy, so that limits per address stay what they are.
let next = Math.floor(Math.random() * 60000);

/** One person's window. `email`: signed in as this member of the example network; `state`: with these cookies. */
export async function openWindow(browser, { email, state, dark = false, forced = false, width = 1280, height = 900, scripts = true, language = 'fi-FI' } = {}) {
  next += 1;
  const from = `10.200.${(next >> 8) & 255}.${next & 255}`;
  const context = await browser.newContext({
    baseURL: address,
    viewport: { width, height },
    colorScheme: dark ? 'dark' : 'light',
    forcedColors: forced ? 'active' : 'none',
    storageState: state,
    reducedMotion: 'reduce',
    javaScriptEnabled: scripts,
    locale: language,
    timezoneId: 'Europe/Helsinki',
    extraHTTPHeaders: { 'X-Forwarded-For': from },
  });
  context.setDefaultTimeout(10_000);
  if (email) await signIn(context, email);
  const page = await context.newPage();
  const wrong = watch(page);
  return {
    page,
    context,
    /** Statuses that the journey provokes itself, such as 422 for a faulty form; the browser notes them as errors. */
    expected: wrong.expected,
    async close() {
      await context.close();
      assert.deepEqual(wrong.list, [], 'the window saw something that must not be');
    },
  };
}

function watch(page) {
  const list = [];
  const expected = new Set();
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (/^(https?|wss?):$/.test(url.protocol) && url.host !== new URL(address).host) list.push(`request to ${url.host}`);
  });
  page.on('websocket', (socket) => {
    if (new URL(socket.url()).host !== new URL(address).host) list.push(`socket to ${socket.url()}`);
  });
  page.on('pageerror', (error) => list.push(`uncaught: ${error.message}`));
  page.on('console', (message) => {
    const text = message.text();
    const status = Number(/status of (\d{3})/.exec(text)?.[1]);
    if (message.type() === 'error' && !expected.has(status)) list.push(`console: ${text}`);
    if (/content security policy|trusted ?types?|TrustedHTML|TrustedScript/i.test(text)) list.push(`policy: ${text}`);
  });
  return { list, expected };
}

/** Signs in by the form's own address, without drawing the page. */
export async function signIn(context, email, secret = password) {
  const answer = await context.request.post('/fi/sign-in', {
    form: { email, password: secret },
    headers: { Origin: address, 'Sec-Fetch-Site': 'same-origin' },
    maxRedirects: 0,
  });
  assert.equal(answer.status(), 303, `signing in as ${email} answered ${answer.status()}`);
}

/** People of the example network. */
export const people = {
  helmi: 'helmi.saarela@example.fi',
  oskari: 'oskari.niinimaki@example.fi',
};

/** Waits for mail to the address and returns its first link. */
export async function mailTo(email) {
  const folder = process.env.AUKIO_MAIL;
  assert.ok(folder, 'AUKIO_MAIL names the folder that the server writes its mail into');
  for (let tries = 0; tries < 400; tries += 1) {
    const mails = readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.name.endsWith('.eml'))
      .map((entry) => join(folder, entry.name))
      .filter((file) => new RegExp(`^to:.*${email.replaceAll('.', '\\.')}`, 'im').test(readFileSync(file, 'utf8')))
      .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
    const link = mails.length > 0 ? firstLink(readFileSync(mails[0], 'utf8')) : null;
    if (link) return link;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`no mail to ${email}`);
}

function firstLink(mail) {
  const coding = /^content-transfer-encoding:\s*(\S+)/im.exec(mail)?.[1]?.toLowerCase();
  let text = mail;
  if (coding === 'quoted-printable') {
    text = mail.replace(/=\r?\n/g, '').replace(/=([0-9A-F]{2})/gi, (_, code) => String.fromCharCode(parseInt(code, 16)));
  } else if (coding === 'base64') {
    text = Buffer.from(mail.split(/\r?\n\r?\n/).slice(1).join(''), 'base64').toString('utf8');
  }
  return /https?:\/\/[^\s<>"]+/.exec(text)?.[0] ?? null;
}

/** Addresses of one page of each kind in the example network, found by following links. */
export async function places(page) {
  const first = async (list, pattern) => {
    await page.goto(list);
    const links = await page.locator('main a').evaluateAll((all) => all.map((a) => a.getAttribute('href') ?? ''));
    const found = links.map((link) => link.split(/[?#]/)[0]).find((link) => pattern.test(link));
    assert.ok(found, `${list} leads to no ${pattern}`);
    return found;
  };
  const space = await first('/fi/spaces', /^\/fi\/spaces\/(?!new$)[^/]+$/);
  const thread = await first('/fi/threads', /^\/fi\/threads\/[0-9a-z]{13}[^/]*$/);
  const document = await first('/fi/documents', /^\/fi\/documents\/[0-9a-z]{13}[^/]*$/);
  const person = await first('/fi/people', /^\/fi\/people\/[0-9a-z]{13}/);
  return { space, thread, document, person };
}

/** The id in an address of a thread or a document. */
export const idOf = (place) => /\/([0-9a-z]{13})/.exec(place)[1];

/** Starts a discussion as the member of this window and returns its address without the title. */
export async function startThread(window, space, title, body) {
  const answer = await window.context.request.post(`${space}/threads/new`, {
    form: { title, body, language: 'fi', act: 'post' },
    headers: { Origin: address, 'Sec-Fetch-Site': 'same-origin' },
  });
  assert.equal(answer.status(), 200, await answer.text());
  return `/fi/threads/${idOf(answer.url())}`;
}

/** Makes a document as the member of this window and returns its address without the title. */
export async function writeDocument(window, space, title, body) {
  const answer = await window.context.request.post(`${space}/documents/new`, {
    form: { title, body, language: 'fi', kind: 'plain' },
    headers: { Origin: address, 'Sec-Fetch-Site': 'same-origin' },
  });
  assert.equal(answer.status(), 200, await answer.text());
  return `/fi/documents/${idOf(answer.url())}`;
}

/** Sends a form as the member of this window and returns the answer, which is the page that it leads to. */
export async function send(window, action, form) {
  const answer = await window.context.request.post(action, { form, headers: { Origin: address, 'Sec-Fetch-Site': 'same-origin' } });
  assert.equal(answer.status(), 200, `${action}: ${await answer.text()}`);
  return answer;
}

/** Sends a message as the member of this window, from elsewhere than its page. */
export async function post(window, thread, body, parent = '') {
  await send(window, `${thread}/messages`, { body, parent, language: 'fi', act: 'post' });
}

/** Waits until the page has caught up on its live socket. */
export async function opensLive(page, go) {
  const ready = new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('the page did not get its live topics')), 10_000);
    page.on('websocket', (socket) => {
      if (!socket.url().endsWith('/live')) return;
      socket.on('framereceived', ({ payload }) => {
        if (String(payload).includes('"kind":"ready"')) {
          clearTimeout(timer);
          resolve();
        }
      });
    });
  });
  await go();
  await ready;
}

/** Waits until something holds that no event tells of. */
export const until = (what, check, milliseconds = 10_000) => new Promise((resolve, reject) => {
  const started = Date.now();
  const look = setInterval(() => {
    if (check()) { clearInterval(look); resolve(); }
    else if (Date.now() - started > milliseconds) { clearInterval(look); reject(new Error(`${what} did not happen in ${milliseconds} ms`)); }
  }, 20);
});

/**
 * A replica of a document kept in step by an unmodified provider that sends this window's cookie, as a browser's
 * websocket would; without a window it is a visitor's. Whoever makes it destroys `provider` and `doc` at the end:
 * the document's awareness keeps a timer, and with it this process, alive.
 */
export async function stockReplica(document, window) {
  const cookies = window ? (await window.context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ') : '';
  class Socket extends WebSocket {
    constructor(url, protocols) {
      super(url, protocols, { headers: { Origin: address, ...(cookies && { Cookie: cookies }) } });
    }
  }
  const doc = new Y.Doc();
  const provider = new WebsocketProvider(`${address.replace('http', 'ws')}/sync`, idOf(document), doc, { WebSocketPolyfill: Socket, disableBc: true });
  await until('the first sync', () => provider.synced);
  return { doc, provider, root: doc.getXmlFragment('default') };
}

export function paragraph(text) {
  const element = new Y.XmlElement('paragraph');
  element.insert(0, [new Y.XmlText(text)]);
  return element;
}
