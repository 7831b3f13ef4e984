// The rules of axe and our own measures over every screen. Each screen is looked at three times, so that it meets
// each theme, each width and each language once; AUKIO_SOAK looks at it in all of their pairings.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openBrowser } from './lib.mjs';
import { broken, doubled, fits, keepsEdges, outline, spaced, still, targets, whole } from './measures.mjs';
import { lookAs, open, screens } from './screens.mjs';

const themes = ['light', 'dark', 'forced'];
// 320×256 is a window of 1280×1024 at 400 %.
const sizes = [{ width: 360, height: 740 }, { width: 1280, height: 900 }, { width: 320, height: 256 }];
const languages = ['fi', 'sv', 'en'];
const dealt = process.env.AUKIO_SOAK
  ? themes.flatMap((theme, t) => sizes.flatMap((size) => languages.map((language) => ({ theme, size, language, round: () => true, t }))))
  : themes.flatMap((theme, t) => sizes.map((size, s) => ({
      theme,
      size,
      // A Latin square: over its three rounds a screen has each theme, each width and each language.
      language: languages[(t + s * 2) % 3],
      round: (number) => (t + s + number) % 3 === 0,
    })));

describe('accessibility', () => {
  let chromium, all;

  before(async () => {
    chromium = await openBrowser();
    all = await screens(chromium);
  });

  after(() => chromium?.close());

  for (const who of ['visitor', 'member', 'coordinator']) {
    for (const { theme, size, language, round } of dealt) {
      it(`a ${who}, ${theme}, ${size.width} px, ${language}`, async () => {
        const window = await lookAs(chromium, who, { dark: theme === 'dark', forced: theme === 'forced', language: `${language}-FI`, ...size });
        const { page } = window;
        const faults = [];
        const told = (screen, what, list) => faults.push(...list.map((fault) => `${screen.name}: ${what}${fault}`));
        for (const screen of all.filter((screen, number) => screen.who === who && round(number))) {
          await open(window, screen, language);
          told(screen, '', await broken(page));
          told(screen, '', await page.evaluate(outline));
          told(screen, '', await page.evaluate(still));
          told(screen, '', await page.evaluate(targets));
          if (theme === 'forced') told(screen, 'forced colours: ', await page.evaluate(keepsEdges));
          told(screen, '', await page.evaluate(fits));
          if (size.width > 320) told(screen, '', await page.evaluate(whole));
          await page.evaluate(spaced);
          told(screen, 'spaced: ', await page.evaluate(fits));
          if (size.width > 320) {
            await page.evaluate(doubled);
            told(screen, 'letters doubled: ', await page.evaluate(fits));
          }
        }
        await window.close();
        assert.deepEqual(faults, []);
      });
    }
  }
});
