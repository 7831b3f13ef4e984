// Every screen of the service, with what has to be there before it can be looked at. The specs that look at all of
// them (rules, measures, keyboard, the tree that screen readers get) and the pictures share this list.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { address, people, places, post, send, startThread, writeDocument } from './lib.mjs';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** The code that an authenticator app shows now for the key (RFC 6238). */
export function codeOf(key, now = Date.now()) {
  const bits = [...key.replaceAll(/\s/g, '')].map((letter) => ALPHABET.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const secret = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(now / 30_000)));
  const hash = createHmac('sha1', secret).update(step).digest();
  const place = hash[19] & 15;
  return String((hash.readUInt32BE(place) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

/** Sets the second factor of this window's member and stays on the page with the recovery codes. */
export async function setSecondFactor(page) {
  await page.goto('/fi/me/second-factor');
  await page.fill('#code', codeOf(await page.locator('.secret').textContent()));
  await page.click('main form .button--primary');
  await page.locator('.codes').waitFor();
}

/**
 * The administrator's cookies. The link to the first administrator's account opens once a server, so the first spec
 * that asks makes the account and leaves the cookies beside the server's mail, for the specs after it.
 */
export async function administrator(chromium) {
  const file = join(process.env.AUKIO_MAIL ?? '', 'administrator.json');
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8'));
  assert.ok(process.env.AUKIO_FIRST, 'AUKIO_FIRST is the link to the first administrator’s account that the server told');
  const window = await chromium.window();
  const { page } = window;
  await page.goto(process.env.AUKIO_FIRST);
  await page.fill('#name', 'Ylermi Ylläpitäjä');
  await page.fill('#email', 'ylermi.yllapitaja@example.fi');
  await page.selectOption('#sector', 'municipality');
  await page.fill('#organisation', 'Kuntademokratiaverkosto');
  await page.fill('#password', 'kolme-kovaa-koivua-kaatui');
  await page.click('main form .button--primary');
  await page.waitForURL((url) => !url.pathname.includes('first-administrator'));
  await setSecondFactor(page);
  const state = await window.context.storageState();
  writeFileSync(file, JSON.stringify(state));
  await window.close();
  return state;
}

/** What the screens need: a thread with a life, a document with versions, a group that is asked to let people in. */
async function prepare(chromium) {
  const state = await administrator(chromium);
  const helmi = await chromium.window({ email: people.helmi });
  const oskari = await chromium.window({ email: people.oskari });
  const admin = await chromium.window({ state });
  const { space, document: read, thread: talked, person } = await places(helmi.page);

  const thread = await startThread(helmi, space, 'Kierros kaikilla sivuilla', 'Aloitus, jossa on [linkki](https://example.fi/), luettelo:\n\n- yksi\n- kaksi\n\n> lainaus\n\nja `koodia`.');
  await post(helmi, thread, 'Tämä muuttuu vielä.');
  await post(oskari, thread, 'Tämä perutaan.', '2');
  for (let depth = 3; depth < 8; depth += 1) await post(depth % 2 ? helmi : oskari, thread, `Vastaus viestiin ${depth}.`, String(depth));
  await send(helmi, `${thread}/2/edit`, { body: 'Tämä on nyt **muuttunut**.\n\nToinen kappale.', language: 'fi', act: 'save' });
  await send(oskari, `${thread}/3/withdraw`, { reason: 'Kirjoitin väärään keskusteluun.' });
  await send(oskari, `${thread}/messages`, { body: 'Det här är på svenska.', parent: '', language: 'sv', act: 'post' });

  const document = await writeDocument(helmi, space, 'Kierroksen asiakirja', '## Johdanto\n\nAlku.\n\n### Tarkemmin\n\n| Kunta | Asukkaita | Menetelmä |\n| --- | --- | --- |\n| Inari | 7 000 | Kyläkierros ja etäkokous |\n| Kuhmo | 7 500 | Kuntalaisraati |\n\n## Loppu\n\n1. yksi\n2. kaksi');
  await oskari.page.goto(`${document}/plain`);
  await oskari.page.locator('textarea[name=part]').first().fill('## Johdanto\n\nAlku on kirjoitettu uudelleen.\n\nUusi kappale.');
  await oskari.page.click('main form button.button--primary');
  await oskari.page.locator('.prose', { hasText: 'uudelleen' }).waitFor();
  await helmi.page.goto(`${document}/versions`);
  const versions = await helmi.page.locator('main .row__title').evaluateAll((all) => all.map((a) => a.getAttribute('href')));
  const comparison = await helmi.page.locator('main a[href*="compare"]').first().getAttribute('href');
  assert.ok(versions.length >= 1 && comparison, 'the document has versions');

  const stamp = Date.now().toString(36);
  const made = await send(admin, '/fi/spaces/new', {
    parent: space.split('/').pop(), kind: 'working_group', name: `Kierroksen ryhmä ${stamp}`, theme: 'Ryhmä, johon pyydetään mukaan', purpose: 'Katsoo jokaista sivua.',
    output: 'Lista korjattavista', ends: '31.3.2027', language: 'fi', joining: 'request', outcome: '',
  });
  const group = new URL(made.url()).pathname;
  await send(oskari, `${group}/join`, { reason: 'Haluan katsoa sivuja yhdessä.' });
  for (const window of [helmi, oskari, admin]) await window.close();
  return { space, read, talked, person, thread, document, version: versions.at(-1), comparison, group };
}

const local = (path) => path.replace(/^\/fi(?=\/)/, '');

/**
 * All screens: `name`, `path` without its language, `who` looks at it, and `act`, what is done on the page to come to
 * it. `status`: what the address answers when that is no success.
 */
export async function screens(chromium) {
  const at = await prepare(chromium);
  const [space, thread, document, group] = [at.space, at.thread, at.document, at.group].map(local);
  const submit = (selector, fill = {}) => async (page) => {
    for (const [field, value] of Object.entries(fill)) await page.fill(field, value);
    // The browser's own questions would keep the server's answer from being seen.
    await page.locator('main form').evaluateAll((forms) => forms.forEach((form) => { form.noValidate = true; }));
    await page.locator(selector).first().click();
    await page.waitForLoadState('load');
  };
  const visitor = [
    ['front', '/'], ['spaces', '/spaces'], ['space', space], ['space-members', `${space}/members`], ['space-threads', `${space}/threads`],
    ['space-documents', `${space}/documents`], ['threads', '/threads'], ['thread', local(at.talked)], ['thread-deep', thread], ['thread-time', `${thread}?view=time`],
    ['message-history', `${thread}/2/history`], ['documents', '/documents'], ['document', local(at.read)], ['document-table', document], ['versions', `${document}/versions`],
    ['version', local(at.version)], ['comparison', local(at.comparison)], ['people', '/people'], ['person', local(at.person)], ['search', '/search'],
    ['search-hits', '/search?q=kunta'], ['search-none', '/search?q=xyzzyplugh'], ['sign-in', '/sign-in'], ['sign-in-faults', '/sign-in', submit('main form .button--primary'), 422],
    ['sign-in-link', '/sign-in/link?token=vanha', undefined, 410], ['register', '/register'], ['register-faults', '/register', submit('main form .button--primary'), 422],
    ['mail-sent', '/sign-in', submit('main form [value=link]', { '#email': 'ei.ketaan@example.fi' })], ['help', '/help'], ['about', '/about'],
    ['accessibility', '/accessibility'], ['privacy', '/privacy'], ['terms', '/terms'], ['api', '/api'], ['not-found', '/ei-ole', undefined, 404],
  ];
  const member = [
    ['front', '/'], ['space', space], ['group-ask', group], ['group-found', `/spaces/new?parent=${space.split('/').pop()}`], ['thread', thread], ['thread-reply', `${thread}?reply=2`],
    ['thread-preview', thread, submit('#reply [value=preview]', { '#body': 'Esikatselu **lihavoituna**.' })], ['thread-faults', thread, submit('#reply [value=post]'), 422],
    ['thread-new', `${space}/threads/new`], ['message-edit', `${thread}/2/edit`], ['message-withdraw', `${thread}/2/withdraw`], ['document', document],
    ['document-new', `${space}/documents/new`], ['document-new-faults', `${space}/documents/new`, submit('main form .button--primary'), 422], ['document-edit', `${document}/edit`, (page) => page.locator('.ProseMirror').waitFor()],
    ['document-plain', `${document}/plain`], ['document-description', `${document}/description`], ['version-own', local(at.version)], ['me', '/me'],
    ['second-factor', '/me/second-factor'], ['confirm-again', '/me/confirm'], ['data', '/me/data'], ['tokens', '/me/tokens'], ['refused', '/audit', undefined, 403],
  ];
  const coordinator = [
    ['audit', '/audit'], ['space-people', `${group}/members`], ['space-edit', `${group}/edit`], ['network-new', '/spaces/new'], ['network-new-faults', '/spaces/new', submit('main form .button--primary'), 422],
    ['second-factor-set', '/me/second-factor'], ['recovery-codes', '/me/second-factor', submit('main form[action$=codes] button')], ['withdraw-other', `${thread}/1/withdraw`],
    ['token-made', '/me/tokens', submit('main form[action$=tokens] .button--primary', { '#name': 'Kierros' })], ['thread', thread],
  ];
  const as = (who, list) => list.map(([name, path, act, status]) => ({ who, name: `${who} ${name}`, path, act, status }));
  return [...as('visitor', visitor), ...as('member', member), ...as('coordinator', coordinator)];
}

/** Opens windows as one of the three who look at the screens. */
export async function lookAs(chromium, who, options = {}) {
  if (who === 'coordinator') return chromium.window({ ...options, state: await administrator(chromium) });
  return chromium.window({ ...options, email: who === 'member' ? people.helmi : undefined });
}

/** Goes to the screen in the language and waits until it is all there. */
export async function open(window, screen, language = 'fi') {
  if (screen.status) window.expected.add(screen.status);
  await window.page.goto(`${address}/${language}${screen.path}`, { waitUntil: 'load' });
  await screen.act?.(window.page);
  await window.page.evaluate(() => document.fonts.ready);
}

