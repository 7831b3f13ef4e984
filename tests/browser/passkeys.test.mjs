// Passkeys with a device that Chromium plays (CDP's virtual authenticator). Browsers make passkeys for names only,
// so that these windows come to the server by its name, localhost.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { address, mailTo, openBrowser } from './lib.mjs';

const here = address.replace('127.0.0.1', 'localhost');

describe('passkeys', () => {
  let chromium, device;
  const wrong = [];
  const email = `avain.${Date.now()}@example.fi`;

  before(async () => {
    chromium = await openBrowser();
  });

  after(async () => {
    await chromium?.close();
  });

  /** A window with a device in it; `credentials` are those that the device has from before. */
  async function window({ scripts = true, credentials = [], verifies = true } = {}) {
    const from = `10.201.${Math.floor(Math.random() * 250)}.${Math.floor(Math.random() * 250)}`;
    const context = await chromium.browser.newContext({ baseURL: here, javaScriptEnabled: scripts, locale: 'fi-FI', extraHTTPHeaders: { 'X-Forwarded-For': from } });
    context.setDefaultTimeout(10_000);
    const page = await context.newPage();
    page.on('console', (message) => {
      if (message.type() === 'error' && !/status of 4(09|10|22)/.test(message.text())) wrong.push(message.text());
    });
    page.on('pageerror', (error) => wrong.push(String(error)));
    const cdp = await context.newCDPSession(page);
    await cdp.send('WebAuthn.enable', { enableUI: false });
    const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
      options: { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: verifies, automaticPresenceSimulation: true },
    });
    for (const credential of credentials) await cdp.send('WebAuthn.addCredential', { authenticatorId, credential });
    const own = async () => (await cdp.send('WebAuthn.getCredentials', { authenticatorId })).credentials;
    return { page, context, cdp, authenticatorId, credentials: own };
  }

  async function joins(page) {
    await page.goto('/fi/register');
    await page.fill('#name', 'Aino Avain');
    await page.fill('#email', email);
    await page.selectOption('#sector', 'municipality');
    await page.click('form[action$="/register"] button.button--primary');
    await page.locator('main', { hasText: email }).waitFor();
    const link = new URL(await mailTo(email));
    await page.goto(link.pathname + link.search);
    await page.click('main form[method=post] button');
    await page.goto('/fi/me');
  }

  const make = (page) => page.locator('form[data-passkey=make]');

  it('a member makes one, names it and signs in with it', async () => {
    const first = await window();
    await joins(first.page);
    await make(first.page).locator('input[name=name]').fill('Ainon puhelin');
    await make(first.page).locator('button').click();
    await first.page.getByText('Pääsyavain on luotu').waitFor();
    assert.equal(await first.page.locator('#passkeys h3').textContent(), 'Ainon puhelin');
    device = await first.credentials();
    assert.equal(device.length, 1);
    assert.equal(device[0].isResidentCredential, true, 'it is found without an address');

    // The same device makes no second one for the same account.
    await make(first.page).locator('input[name=name]').fill('Toinen');
    await make(first.page).locator('button').click();
    await make(first.page).locator('[data-passkey-told]', { hasText: 'ei luotu' }).waitFor();
    await first.context.close();

    const second = await window({ credentials: device });
    await second.page.goto('/fi/sign-in?next=/fi/me');
    // Chromium offers it beside the address by itself, or the button asks: both lead inside.
    await Promise.race([
      second.page.waitForURL((url) => url.pathname === '/fi/me'),
      second.page.locator('#passkey button').click().catch(() => undefined).then(() => second.page.waitForURL((url) => url.pathname === '/fi/me')),
    ]);
    await second.page.getByText('Aino Avain').first().waitFor();
    await second.page.locator('#passkeys', { hasText: 'Käytetty viimeksi' }).waitFor();
    device = await second.credentials();
    await second.context.close();
  });

  it('an answer works once', async () => {
    const { page, context, credentials } = await window({ credentials: device });
    let sent;
    await page.route('**/fi/sign-in/passkey', async (route) => {
      sent = route.request().postData();
      await route.continue();
    });
    await page.goto('/fi/sign-in?next=/fi/me');
    await Promise.race([page.waitForURL((url) => url.pathname === '/fi/me'), page.locator('#passkey button').click().catch(() => undefined).then(() => page.waitForURL((url) => url.pathname === '/fi/me'))]);
    // The device counts its answers, and an older count is refused as a copy's.
    device = await credentials();
    assert.ok(sent.includes('credential='), 'the answer went with the form');
    const stranger = await window();
    const again = await stranger.context.request.post('/fi/sign-in/passkey', {
      data: sent, headers: { 'content-type': 'application/x-www-form-urlencoded', origin: here, 'sec-fetch-site': 'same-origin' }, maxRedirects: 0,
    });
    assert.equal(again.status(), 422);
    assert.match(await again.text(), /kesti liian kauan/);
    await stranger.context.close();
    await context.close();
  });

  it('a device that asks nobody who they are is not enough', async () => {
    const { page, context } = await window({ credentials: device, verifies: false });
    await page.goto('/fi/sign-in');
    await page.locator('#passkey button').click();
    await page.locator('#passkey [data-passkey-told]', { hasText: 'ei käytetty' }).waitFor();
    assert.equal((await context.cookies()).some((cookie) => cookie.name === 'aukio'), false);
    await context.close();
  });

  it('what is removed opens nothing', async () => {
    const first = await window({ credentials: device });
    await first.page.goto('/fi/sign-in?next=/fi/me');
    await Promise.race([first.page.waitForURL((url) => url.pathname === '/fi/me'), first.page.locator('#passkey button').click().catch(() => undefined).then(() => first.page.waitForURL((url) => url.pathname === '/fi/me'))]);
    device = await first.credentials();
    await first.page.click('form[action$="/me/passkeys/remove"] button');
    await first.page.getByText('Pääsyavain on poistettu').waitFor();
    await first.context.close();
    const second = await window({ credentials: device });
    await second.page.goto('/fi/sign-in');
    await Promise.race([
      second.page.getByText('ei kelvannut').first().waitFor(),
      second.page.locator('#passkey button').click().catch(() => undefined).then(() => second.page.getByText('ei kelvannut').first().waitFor()),
    ]);
    assert.equal((await second.context.cookies()).some((cookie) => cookie.name === 'aukio'), false);
    await second.context.close();
  });

  it('without scripts there is no button that does nothing', async () => {
    const { page, context } = await window({ scripts: false });
    await page.goto('/fi/sign-in');
    assert.equal(await page.locator('#passkey').isVisible(), false);
    await context.close();
  });

  it('nothing else went wrong', () => assert.deepEqual(wrong, []));
});
