// axe over the pages, for visitors and members, light and dark, phone and desk; and what axe does not see.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import axe from '@axe-core/playwright';
import { openBrowser, people, places } from './lib.mjs';

const AxeBuilder = axe.default ?? axe;
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

describe('accessibility', () => {
  let chromium, open, own;

  before(async () => {
    chromium = await openBrowser();
    const window = await chromium.window();
    const { space, thread, document, person } = await places(window.page);
    await window.close();
    open = [
      '/fi/', '/sv/', '/en/', '/fi/spaces', space, `${space}/members`, `${space}/threads`, `${space}/documents`, '/fi/threads', thread,
      `${thread}?view=time`, '/fi/documents', document, '/fi/people', person, '/fi/search', '/fi/search?q=kunta',
      '/fi/sign-in', '/fi/register', '/fi/help', '/fi/about', '/fi/accessibility', '/fi/privacy', '/fi/terms', '/fi/ei-ole',
    ];
    const bare = document.split('-')[0];
    own = ['/fi/', thread, `${thread}?reply=1`, document, `${bare}/edit`, `${bare}/plain`, `${bare}/description`, `${space}/threads/new`,
      `${space}/documents/new`, `/fi/spaces/new?parent=${space.split('/').pop()}`, '/fi/me'];
  });

  after(() => chromium?.close());

  for (const email of [undefined, people.helmi]) {
    for (const dark of [false, true]) {
      for (const width of [390, 1280]) {
        it(`${email ? 'a member' : 'a visitor'}, ${dark ? 'dark' : 'light'}, ${width} px`, async () => {
          const window = await chromium.window({ email, dark, width });
          window.expected.add(404);
          const faults = [];
          for (const path of email ? own : open) {
            await window.page.goto(path);
            await window.page.waitForLoadState('load');
            const { violations } = await new AxeBuilder({ page: window.page }).withTags(rules).analyze();
            for (const { id, nodes } of violations) faults.push(`${path} ${id}: ${nodes.slice(0, 2).map((node) => `${node.html.slice(0, 160)} (${node.any[0]?.message ?? node.failureSummary})`).join(' | ')}`);
          }
          await window.close();
          assert.deepEqual(faults, []);
        });
      }
    }
  }

  it('nothing scrolls sideways at 320 px, with wide spacing too', async () => {
    const window = await chromium.window({ email: people.helmi, width: 320, height: 640 });
    window.expected.add(404);
    const faults = [];
    for (const path of new Set([...open, ...own])) {
      await window.page.goto(path);
      for (const spaced of [false, true]) {
        if (spaced) {
          // WCAG 1.4.12. Through the object model, which the content security policy lets pass.
          await window.page.evaluate(() => {
            const sheet = new CSSStyleSheet();
            sheet.replaceSync('* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important } p { margin-bottom: 2em !important }');
            document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
          });
        }
        const [wide, culprit] = await window.page.evaluate(() => {
          const root = document.documentElement;
          const over = [...document.querySelectorAll('main *, header *, footer *')].filter((element) => element.getBoundingClientRect().right > root.clientWidth + 1);
          return [root.scrollWidth - root.clientWidth, over.at(-1)?.outerHTML.slice(0, 140)];
        });
        if (wide > 0) faults.push(`${path} is ${wide} px too wide${spaced ? ' when spaced' : ''}: ${culprit}`);
      }
    }
    await window.close();
    assert.deepEqual(faults, []);
  });

  it('targets are at least 24 px and every page starts with a skip link', async () => {
    const window = await chromium.window({ email: people.helmi, width: 390 });
    window.expected.add(404);
    const faults = [];
    for (const path of new Set([...open, ...own])) {
      await window.page.goto(path);
      const small = await window.page.locator('button:visible, input:not([type=hidden]):visible, select:visible, a.button:visible, summary:visible').evaluateAll((all) =>
        all.filter((element) => {
          // A native radio or checkbox is pressed by its label as well.
          const { width, height } = (element.labels?.length && /radio|checkbox/.test(element.type) ? element.parentElement : element).getBoundingClientRect();
          return width > 0 && (width < 24 || height < 24);
        }).map((element) => element.outerHTML.slice(0, 120)));
      faults.push(...small.map((html) => `${path}: ${html}`));
      await window.page.evaluate(() => window.scrollTo(0, 0));
      await window.page.locator('body').press('Tab');
      const first = await window.page.evaluate(() => document.activeElement?.className);
      if (first !== 'skip') faults.push(`${path}: Tab leads first to .${first}`);
    }
    await window.close();
    assert.deepEqual(faults, []);
  });

  it('focus is never hidden under something that sticks', async () => {
    const window = await chromium.window({ email: people.helmi });
    const faults = [];
    for (const path of [open.find((path) => path.startsWith('/fi/threads/')), '/fi/']) {
      await window.page.goto(path);
      for (let stop = 0; stop < 60; stop += 1) {
        await window.page.keyboard.press('Tab');
        const covered = await window.page.evaluate(() => {
          const element = document.activeElement;
          if (!element || element === document.body) return null;
          const box = element.getBoundingClientRect();
          if (box.width === 0) return `${element.outerHTML.slice(0, 100)} is not visible`;
          if (box.bottom < 0 || box.top > innerHeight) return `${element.outerHTML.slice(0, 100)} is outside`;
          const on = document.elementFromPoint(Math.min(Math.max(box.left + box.width / 2, 1), innerWidth - 2), Math.min(Math.max(box.top + box.height / 2, 1), innerHeight - 2));
          return !on || element.contains(on) || on.contains(element) ? null : `${element.outerHTML.slice(0, 100)} is under ${on.outerHTML.slice(0, 60)}`;
        });
        if (covered) faults.push(`${path}: ${covered}`);
      }
    }
    await window.close();
    assert.deepEqual(faults, []);
  });
});
