// Markup that wants to run, through every door for texts, and then the pages that show it. What must hold stands
// in tests/data/hostile/README.md.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { address, openBrowser, people, places, post, startThread, writeDocument } from './lib.mjs';

const kept = new URL('../data/hostile/xss.txt', import.meta.url);
const own = ['<script>pwned()</script>', '<img src=x onerror=pwned()>', '[x](javascript:pwned())', '"><svg onload=pwned()>', "'-pwned()-'"];
const lines = existsSync(kept) ? readFileSync(kept, 'utf8').split('\n').filter((line) => line.startsWith('"')) : [];
const payloads = [...own, ...lines.map((line) => JSON.parse(line))];

const headers = { Origin: address, 'Sec-Fetch-Site': 'same-origin' };
/** Every nth, for doors of which each look costs a page. */
const some = (n) => payloads.filter((_, place) => place % n === 0);

describe('hostile texts', () => {
  let chromium, helmi, reader, space, slug;
  let ran = 0;

  before(async () => {
    chromium = await openBrowser();
    helmi = await chromium.window({ email: people.helmi });
    space = (await places(helmi.page)).space;
    slug = space.split('/').pop();
    reader = await chromium.window({});
    await reader.page.exposeFunction('pwned', () => { ran += 1; });
    reader.page.on('dialog', (dialog) => { ran += 1; dialog.dismiss(); });
  });

  after(async () => {
    try {
      await helmi?.close();
      await reader?.close();
    } finally {
      await chromium?.close();
    }
  });

  /** Opens the page and looks for anything that could act. The window itself fails on requests elsewhere. */
  async function inert(path) {
    await reader.page.goto(path);
    const alive = await reader.page.evaluate(() => {
      const found = [];
      for (const element of document.querySelectorAll('body *')) {
        for (const { name, value } of element.attributes) {
          if (name.startsWith('on')) found.push(`${element.tagName} ${name}`);
          if (name === 'style') found.push(`${element.tagName} style`);
          if (['href', 'src', 'action'].includes(name) && !/^(https?:|mailto:|\/(?!\/)|#|\?|$)/i.test(value)) found.push(`${name}=${value}`);
        }
      }
      const foreign = 'main :is(script, iframe, object, embed, base, meta, style, link, math, video, audio), .prose :is(form, svg, img), .message__body :is(form, svg, img)';
      for (const element of document.querySelectorAll(foreign)) found.push(element.outerHTML.slice(0, 80));
      return found;
    });
    assert.deepEqual(alive, [], path);
    assert.equal(ran, 0, `something ran on ${path}`);
  }

  async function sends(path, form) {
    const answer = await helmi.context.request.post(path, { form, headers });
    assert.ok(answer.status() < 500, `${path}: ${answer.status()}`);
    return answer;
  }

  it('messages, titles and documents show and do not act', async () => {
    const thread = await startThread(helmi, space, 'Vihamieliset viestit', 'Alku');
    for (const payload of payloads) await sends(`${thread}/messages`, { body: payload, act: 'post', language: 'fi' });
    for (let from = 1; from <= payloads.length + 1; from += 30) await inert(`${thread}?view=time&from=${from}`);
    // Parts of a hundred, because a text of all would be one long code block after the first unclosed fence.
    for (let from = 0; from < payloads.length; from += 100) {
      // A form refuses control characters, and one of them would keep the whole part out.
      const part = payloads.slice(from, from + 100).filter((text) => !/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/.test(text));
      await inert(await writeDocument(helmi, space, 'Vihamielinen asiakirja', part.map((text) => `## ${text}\n\n${text}`).join('\n\n')));
    }
  });

  it('what programs bring shows and does not act', async () => {
    // Each token may be used so often in a minute.
    const tokens = [];
    for (const name of ['Koe', 'Toinen koe']) {
      const page = await (await sends('/fi/me/tokens', { name, scope: 'write' })).text();
      tokens.push(/value="(aukio_[0-9a-f]{64})"/.exec(page)[1]);
    }
    for (const [number, payload] of payloads.entries()) {
      const token = tokens[number % tokens.length];
      const answer = await reader.context.request.post(`/api/v1/spaces/${slug}/threads`, {
        data: { title: payload.replace(/\s+/g, ' ').slice(0, 160), markdown: payload },
        headers: { Authorization: `Bearer ${token}` },
      });
      assert.ok([201, 422].includes(answer.status()), `${answer.status()} ${payload}`);
    }
    let next = `${space}/threads`;
    let pages = 0;
    while (next) {
      await inert(next);
      pages += 1;
      next = await reader.page.locator('nav.pages a[rel=next]').getAttribute('href', { timeout: 500 }).catch(() => null);
    }
    assert.ok(pages >= payloads.length / 40, `${pages} pages of titles`);
    const first = await reader.page.locator('main ul.rows a.row__title').first().getAttribute('href');
    await inert(first);
  });

  it('questions, profiles and spaces show and do not act', async () => {
    for (const payload of some(12)) await inert(`/fi/search?q=${encodeURIComponent(payload.slice(0, 400)).replace(/%00/g, '')}`);
    const profile = await helmi.context.request.get('/fi/me').then((answer) => answer.text());
    const own = /\/fi\/people\/[0-9a-z]{13}/.exec(profile)[0];
    for (const payload of some(40)) {
      await sends('/fi/me/profile', { name: payload.slice(0, 80), organisation: payload.slice(0, 200), sector: 'municipality', language: 'fi' });
      await inert(own);
    }
    await sends('/fi/me/profile', { name: 'Helmi Saarela', organisation: 'Kunta', sector: 'municipality', language: 'fi' });
    for (const payload of some(40)) {
      const made = await sends('/fi/spaces/new', {
        parent: slug, kind: 'working_group', name: payload.replace(/\s+/g, ' ').slice(0, 100), purpose: payload.slice(0, 2000),
        theme: payload.slice(0, 200), output: payload.slice(0, 200), language: 'fi', joining: 'open', visibility: 'open', ends: '2027-06-30',
      });
      if (made.url().includes('/spaces/new')) continue;
      await inert(new URL(made.url()).pathname);
    }
    console.log(`hostile texts: ${payloads.length} payloads, ${ran} ran`);
  });
});
