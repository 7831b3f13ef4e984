// Three windows on one discussion and one document: a visitor and two members.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { mailTo, openBrowser, opensLive, people, places, post, startThread, writeDocument } from './lib.mjs';

describe('three windows', () => {
  let chromium, visitor, helmi, oskari, space;

  before(async () => {
    chromium = await openBrowser();
    visitor = await chromium.window({ width: 390, height: 844 });
    helmi = await chromium.window({ email: people.helmi });
    oskari = await chromium.window({ email: people.oskari, dark: true });
    space = (await places(helmi.page)).space;
  });

  after(async () => {
    try {
      for (const window of [visitor, helmi, oskari]) await window?.close();
    } finally {
      await chromium?.close();
    }
  });

  it('a message reaches the visitor without moving the page', async () => {
    const thread = await startThread(helmi, space, 'Kolmen ikkunan keskustelu', 'Aloitus.');
    await opensLive(visitor.page, () => visitor.page.goto(thread));
    await opensLive(helmi.page, () => helmi.page.goto(thread));
    const before = await visitor.page.locator('#m1').boundingBox();

    await helmi.page.fill('#reply textarea[name=body]', 'Tämä näkyy **heti**.');
    await helmi.page.click('#reply button[value=post]');
    await helmi.page.locator('#m2').waitFor();
    assert.equal(await helmi.page.locator('#m2 strong').textContent(), 'heti');
    assert.equal(await helmi.page.inputValue('#reply textarea[name=body]'), '', 'the box is empty again');

    const news = visitor.page.locator('[data-live-show]:visible').first();
    await news.waitFor();
    assert.equal(await visitor.page.locator('#m2').count(), 0, 'it waits to be asked for');
    assert.deepEqual(await visitor.page.locator('#m1').boundingBox(), before, 'nothing has moved');
    await news.click();
    await visitor.page.locator('#m2').waitFor();
    await visitor.page.waitForFunction(() => document.activeElement?.closest('article')?.id === 'm2', undefined, { timeout: 5000 });
  });

  it('nothing is missing and nothing doubled after a cut', async () => {
    const thread = await startThread(helmi, space, 'Katkeava keskustelu', 'Aloitus.');
    await opensLive(visitor.page, () => visitor.page.goto(thread));
    await visitor.context.setOffline(true);
    for (const n of [1, 2, 3]) await post(helmi, thread, `Katkon aikana ${n}`);
    await visitor.context.setOffline(false);
    await post(oskari, thread, 'Katkon jälkeen');
    const news = visitor.page.locator('[data-live-show]:visible').first();
    await news.waitFor({ timeout: 45_000 });
    await visitor.page.waitForFunction(() => /4/.test(document.querySelector('[data-live-show]')?.textContent ?? ''), undefined, { timeout: 45_000 });
    await news.click();
    await visitor.page.locator('#m5').waitFor();
    const shown = await visitor.page.locator('article.message').evaluateAll((all) => all.map((article) => Number(article.dataset.message)));
    assert.deepEqual([...shown].sort((a, b) => a - b), [1, 2, 3, 4, 5]);
  });

  it('presence and typing are seen', async () => {
    const thread = await startThread(helmi, space, 'Kuka on paikalla', 'Aloitus.');
    await opensLive(visitor.page, () => visitor.page.goto(thread));
    await opensLive(oskari.page, () => oskari.page.goto(thread));
    await visitor.page.waitForFunction(() => /\d/.test(document.querySelector('[data-presence-text]')?.textContent ?? ''));
    await oskari.page.locator('#reply textarea[name=body]').pressSequentially('Hm', { delay: 20 });
    await visitor.page.waitForFunction(() => /Oskari/.test(document.querySelector('[data-typing]')?.textContent ?? ''));
    assert.equal(await visitor.page.locator('#status').textContent(), '', 'typing is never announced');
  });

  it('a visitor writes, registers, and the text is still there', async () => {
    const thread = await startThread(helmi, space, 'Uuden jäsenen ensimmäinen viesti', 'Tervetuloa.');
    const newcomer = await chromium.window();
    const { page } = newcomer;
    await page.goto(thread);
    await page.fill('#reply textarea[name=body]', 'Minulla on asiaa.');
    await page.click('#reply button[value=post]');
    await page.waitForURL(/\/sign-in/);
    await page.click('main a[href*="/register"]');
    const email = `tuulikki.${Date.now()}@example.fi`;
    await page.fill('[name=name]', 'Tuulikki Testaaja');
    await page.fill('[name=email]', email);
    const sector = page.locator('[name=sector]').first();
    if ((await sector.evaluate((field) => field.tagName)) === 'SELECT') await sector.selectOption('resident');
    else await page.check('[name=sector][value=resident]');
    await page.locator('main form:has([name=sector]) button').last().click();
    await page.waitForLoadState();
    await page.goto(await mailTo(email));
    await page.locator('main form[method=post] button').first().click();
    await page.locator('#reply textarea[name=body]').waitFor();
    assert.equal(await page.inputValue('#reply textarea[name=body]'), 'Minulla on asiaa.');
    await page.click('#reply button[value=post]');
    await page.locator('#m2').waitFor();
    assert.match(await page.locator('#m2').textContent(), /Minulla on asiaa\./);
    await newcomer.close();
  });

  it('two members write one document and the visitor reads along', async () => {
    const document = await writeDocument(helmi, space, 'Kolmen ikkunan asiakirja', 'Alku.');
    await opensLive(visitor.page, () => visitor.page.goto(document));
    for (const window of [helmi, oskari]) {
      await window.page.goto(`${document}/edit`);
      await window.page.locator('.ProseMirror', { hasText: 'Alku.' }).waitFor();
    }
    await helmi.page.locator('.ProseMirror').click();
    await helmi.page.keyboard.press('Control+End');
    await helmi.page.keyboard.press('Enter');
    await helmi.page.keyboard.type('Helmin kappale.');
    await oskari.page.locator('.ProseMirror', { hasText: 'Helmin kappale.' }).waitFor();
    await oskari.page.locator('.ProseMirror').click();
    await oskari.page.keyboard.press('Control+End');
    await oskari.page.keyboard.press('Enter');
    await oskari.page.keyboard.type('Oskarin kappale.');
    await helmi.page.locator('.ProseMirror', { hasText: 'Oskarin kappale.' }).waitFor();
    await visitor.page.locator('.prose', { hasText: 'Oskarin kappale.' }).waitFor();
    assert.match(await visitor.page.locator('.prose').textContent(), /Helmin kappale\./);
  });
});
