// Reading, searching, replying and editing with JavaScript switched off.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openBrowser, people, places, startThread, writeDocument } from './lib.mjs';

describe('without JavaScript', () => {
  let chromium, helmi, space;

  before(async () => {
    chromium = await openBrowser();
    helmi = await chromium.window({ email: people.helmi });
    space = (await places(helmi.page)).space;
  });

  after(async () => {
    try {
      await helmi?.close();
    } finally {
      await chromium?.close();
    }
  });

  it('a visitor reads, searches, writes, signs in and sends', async () => {
    const thread = await startThread(helmi, space, 'Ilman skriptejä', 'Toimiiko tämä kaikille?');
    const window = await chromium.window({ scripts: false, width: 390, height: 844 });
    const { page } = window;
    await page.goto('/fi/');
    assert.ok(await page.locator('h1').isVisible());
    await page.goto('/fi/search?q=kunta');
    assert.ok((await page.locator('main mark').count()) > 0, 'the search finds and marks');
    await page.goto(thread);
    await page.fill('#reply textarea[name=body]', 'Toimii lomakkeella.');
    await page.click('#reply button[value=post]');
    await page.waitForURL(/\/sign-in/);
    const password = page.locator('input[name=password]');
    if (!(await password.isVisible())) await page.locator('summary:near(input[name=password])').first().click();
    const form = page.locator('form:has(input[name=password])');
    await form.locator('input[name=email]').fill(people.oskari);
    await password.fill(process.env.AUKIO_PASSWORD ?? '');
    await password.press('Enter');
    await page.waitForURL(new RegExp(thread));
    assert.equal(await page.inputValue('#reply textarea[name=body]'), 'Toimii lomakkeella.');
    await page.click('#reply button[value=post]');
    await page.locator('#m2').waitFor();
    assert.match(await page.locator('#m2').textContent(), /Oskari/);
    await page.goto(`${thread}?view=time`);
    assert.equal(await page.locator('article.message').count(), 2);
    await window.close();
  });

  it('a member edits a document as a form', async () => {
    const document = await writeDocument(helmi, space, 'Lomakkeen asiakirja', 'Ennen.');
    const window = await chromium.window({ scripts: false, email: people.oskari });
    const { page } = window;
    await page.goto(`${document}/plain`);
    await page.locator('textarea[name=part]').first().fill('Jälkeen.\n\n- yksi\n- kaksi');
    await page.click('main form button.button--primary');
    await page.locator('.prose li').first().waitFor();
    assert.equal(await page.locator('.prose li').count(), 2);
    await window.close();
  });

  it('the editor page says how to go on', async () => {
    const document = await writeDocument(helmi, space, 'Muokkaajan sivu', 'Alku.');
    const window = await chromium.window({ scripts: false, email: people.oskari });
    await window.page.goto(`${document}/edit`);
    assert.ok((await window.page.locator('main a[href*="/plain"]:visible').count()) > 0, 'the plain form is offered');
    await window.close();
  });
});
