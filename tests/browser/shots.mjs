// Pictures of the pages, for people to look at: `node tests/browser/shots.mjs http://127.0.0.1:8080 /tmp/shots`.
// With `--cookie aukio=…` the same pages are taken as that member sees them too; with AUKIO_PASSWORD set, as
// Helmi Saarela of the example network. `--only word` takes the pages whose address contains the word.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

const [base, folder, ...rest] = process.argv.slice(2);
if (!base || !folder) {
  console.error('usage: node tests/browser/shots.mjs BASEURL FOLDER [--cookie NAME=VALUE] [--only WORD]');
  process.exit(2);
}
const option = (name) => (rest.includes(name) ? rest[rest.indexOf(name) + 1] : undefined);
process.env.AUKIO_ADDRESS = base.replace(/\/$/, '');
const { openBrowser, people, places } = await import('./lib.mjs');

mkdirSync(folder, { recursive: true });
const chromium = await openBrowser();
const finder = await chromium.window();
const { space, thread, document, person } = await places(finder.page);
await finder.close();
const bare = document.split('-')[0];

const pages = {
  front: '/fi/', 'front-sv': '/sv/', 'front-en': '/en/', spaces: '/fi/spaces', space, 'space-members': `${space}/members`, threads: '/fi/threads', thread,
  'thread-time': `${thread}?view=time`, documents: '/fi/documents', document, people: '/fi/people', person,
  search: '/fi/search?q=kunta', 'search-empty': '/fi/search?q=xyzzyplugh', 'sign-in': '/fi/sign-in', register: '/fi/register',
  help: '/fi/help', accessibility: '/fi/accessibility', 'not-found': '/fi/ei-ole',
};
const own = {
  front: '/fi/', space, thread, 'thread-reply': `${thread}?reply=1#reply`, 'thread-new': `${space}/threads/new`, document, 'document-edit': `${bare}/edit`,
  'document-plain': `${bare}/plain`, 'document-new': `${space}/documents/new`, 'space-new': `/fi/spaces/new?parent=${space.split('/').pop()}`,
  'space-members': `${space}/members`, me: '/fi/me', search: '/fi/search?q=kunta',
};

const cookie = option('--cookie');
const viewers = [['visitor', pages, undefined]];
if (cookie || process.env.AUKIO_PASSWORD) viewers.push(['member', own, cookie ? undefined : people.helmi]);
for (const [who, list, email] of viewers) {
  for (const width of [390, 1280]) {
    for (const dark of [false, true]) {
      const window = await chromium.window({ email, dark, width });
      if (who === 'member' && cookie) {
        const [name, ...value] = cookie.split('=');
        await window.context.addCookies([{ name, value: value.join('='), url: process.env.AUKIO_ADDRESS }]);
      }
      for (const [name, path] of Object.entries(list)) {
        if (option('--only') && !`${name} ${path}`.includes(option('--only'))) continue;
        const file = join(folder, `${name}-${who}-${width}${dark ? '-dark' : ''}.png`);
        try {
          await window.page.goto(path, { waitUntil: 'load' });
          await window.page.evaluate(() => document.fonts.ready);
          await window.page.screenshot({ path: file, fullPage: !path.endsWith('/edit') });
          console.log(file);
        } catch (error) {
          console.error(`${name}: ${error.message}`);
        }
      }
      await window.context.close();
    }
  }
}
await chromium.close();
