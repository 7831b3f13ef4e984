// Searching by keyboard: what is offered while one types, as a screen reader hears it; and that all of it is
// accessible with the offers open.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openBrowser } from './lib.mjs';
import { broken } from './measures.mjs';

describe('search', () => {
  let chromium;

  before(async () => {
    chromium = await openBrowser();
  });

  after(() => chromium?.close());

  it('offers words and titles to the keyboard', async () => {
    const window = await chromium.window();
    const { page } = window;
    await page.goto('/fi/search');
    const field = page.locator('#q');
    await field.pressSequentially('osallis');
    await page.locator('[role=option]').first().waitFor();
    assert.equal(await field.getAttribute('aria-expanded'), 'true');
    assert.match(await page.locator('form.search--big [role=status]').innerText(), /^\d+ ehdotus/);
    await field.press('ArrowDown');
    const first = await field.getAttribute('aria-activedescendant');
    assert.equal(await page.locator(`[id="${first}"]`).getAttribute('aria-selected'), 'true');
    await field.press('ArrowUp');
    assert.equal(await field.getAttribute('aria-activedescendant'), null, 'up from the first leads back into the field');
    await field.press('Escape');
    assert.equal(await field.getAttribute('aria-expanded'), 'false');
    assert.equal(await field.inputValue(), 'osallis', 'closing the offers keeps what was typed');
    await field.press('ArrowDown');
    await page.locator('[role=option]').first().waitFor();
    await field.press('ArrowDown');
    const text = await page.locator('[role=option][aria-selected=true] span').first().innerText();
    await field.press('Enter');
    await page.waitForURL(/q=/);
    assert.equal(await page.locator('#q').inputValue(), text);
    assert.ok((await page.locator('main mark').count()) > 0);
    await window.close();
  });

  it('submits what was typed when nothing is chosen', async () => {
    const window = await chromium.window({ width: 390 });
    const { page } = window;
    await page.goto('/sv/search');
    await page.locator('#q').pressSequentially('osallistuva');
    await page.locator('[role=option]').first().waitFor();
    await page.locator('#q').press('Enter');
    await page.waitForURL(/q=osallistuva$/);
    await window.close();
  });

  for (const [language, width] of [['fi', 390], ['sv', 1280], ['en', 390]]) {
    it(`is accessible in ${language} with the offers open, ${width} px`, async () => {
      const window = await chromium.window({ width, dark: language === 'sv' });
      const { page } = window;
      const faults = [];
      for (const path of ['search', 'search?q=osallistuva+kunta', 'search?q=xyzzyplugh', 'search?q=kuntaaa+xyzzyplugh&kind=message']) {
        await page.goto(`/${language}/${path}`);
        if (path === 'search') {
          await page.locator('#q').pressSequentially('kunta');
          await page.locator('[role=option]').first().waitFor();
        }
        faults.push(...(await broken(page)).map((fault) => `${path}: ${fault}`));
      }
      await window.close();
      assert.deepEqual(faults, []);
    });
  }
});
