// What a first visit costs, as the browser receives it, fonts apart.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openBrowser, places } from './lib.mjs';

const kB = 1000;

describe('weight', () => {
  let chromium;
  before(async () => { chromium = await openBrowser(); });
  after(() => chromium?.close());

  it('a first visit is at most 60 kB, its script 15 kB, its styles 25 kB', async () => {
    const finder = await chromium.window();
    const { space, thread, document } = await places(finder.page);
    await finder.close();
    for (const path of ['/fi/', space, thread, document, '/fi/search?q=kunta']) {
      const window = await chromium.window();
      const client = await window.context.newCDPSession(window.page);
      await client.send('Network.enable');
      const kinds = new Map();
      const bytes = { Document: 0, Script: 0, Stylesheet: 0, Font: 0, Other: 0 };
      client.on('Network.responseReceived', ({ requestId, type }) => kinds.set(requestId, type in bytes ? type : 'Other'));
      client.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => { bytes[kinds.get(requestId) ?? 'Other'] += encodedDataLength; });
      await window.page.goto(path, { waitUntil: 'load' });
      await window.page.waitForTimeout(300);
      const all = bytes.Document + bytes.Script + bytes.Stylesheet + bytes.Other;
      console.log(`${path.slice(0, 40)}: ${(all / kB).toFixed(1)} kB = page ${(bytes.Document / kB).toFixed(1)}, script ${(bytes.Script / kB).toFixed(1)}, styles ${(bytes.Stylesheet / kB).toFixed(1)}, pictures ${(bytes.Other / kB).toFixed(1)}; fonts ${(bytes.Font / kB).toFixed(1)}`);
      assert.ok(all <= 60 * kB, `${path}: ${all} bytes`);
      assert.ok(bytes.Script <= 15 * kB, `${path}: ${bytes.Script} bytes of script`);
      assert.ok(bytes.Stylesheet <= 25 * kB, `${path}: ${bytes.Stylesheet} bytes of styles`);
      await window.close();
    }
  });
});
