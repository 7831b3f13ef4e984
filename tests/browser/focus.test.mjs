// Every stop of the Tab key on every screen: seen, ringed, covered by nothing, in the order of the document, and the
// last one leads out again.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openBrowser } from './lib.mjs';
import { lookAs, open, screens } from './screens.mjs';

/** More stops than any screen has; who is still on the page then is caught in it. */
const MOST = 220;

/** What is wrong with the stop where the focus is, and where it is in the document. */
const stop = () => {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  const faults = [];
  const name = element.outerHTML.replaceAll(/\s+/g, ' ').slice(0, 110);
  const order = [...document.querySelectorAll('*')].indexOf(element);
  const boxes = [...element.getClientRects()];
  const box = boxes[0];
  if (!box || box.width === 0) faults.push(`${name} is not visible`);
  else {
    const whole = element.getBoundingClientRect();
    if (whole.bottom <= 0 || whole.top >= innerHeight || whole.right <= 0 || whole.left >= innerWidth) faults.push(`${name} is outside the window`);
    else {
      const x = Math.min(Math.max(box.left + box.width / 2, 1), innerWidth - 2);
      const y = Math.min(Math.max(box.top + Math.min(box.height / 2, innerHeight / 2), 1), innerHeight - 2);
      const on = document.elementFromPoint(x, y);
      const label = element.labels ? [...element.labels] : [];
      if (on && !element.contains(on) && !on.contains(element) && !label.some((one) => one.contains(on))) faults.push(`${name} is under ${on.outerHTML.slice(0, 80)}`);
    }
    // The ring stands on the element, or on the one that the design gives it to.
    const ringed = [element, element.querySelector(':scope > .message__main'), element.parentElement].some((one) => {
      if (!one) return false;
      const style = getComputedStyle(one);
      return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1;
    });
    if (!ringed) faults.push(`${name} shows no focus`);
  }
  return { order, faults, name };
};

describe('the Tab key', () => {
  let chromium, all;
  before(async () => {
    chromium = await openBrowser();
    all = await screens(chromium);
  });
  after(() => chromium?.close());

  for (const who of ['visitor', 'member', 'coordinator']) {
    // Wide with sticky parts at the side, and a narrow low window as at 400 %, where there is the least room.
    for (const [name, size, even] of [['1280 px', { width: 1280, height: 800 }, 0], ['320 px', { width: 320, height: 512 }, 1]]) {
      it(`a ${who}'s stops, ${name}`, async () => {
        const window = await lookAs(chromium, who, size);
        const { page } = window;
        const faults = [];
        for (const screen of all.filter((screen, number) => screen.who === who && (process.env.AUKIO_SOAK || number % 2 === even))) {
          await open(window, screen);
          // A faulty form takes the focus to its summary; here the walk starts at the top.
          await page.evaluate(() => { document.activeElement?.blur(); getSelection()?.removeAllRanges(); window.scrollTo(0, 0); document.body.tabIndex = -1; document.body.focus(); document.body.removeAttribute('tabindex'); });
          let last = -1;
          let stops = 0;
          for (; stops < MOST; stops += 1) {
            await page.keyboard.press('Tab');
            const here = await page.evaluate(stop);
            if (!here) break;
            if (stops === 0 && !here.name.includes('class="skip"')) faults.push(`${screen.name}: the first stop is ${here.name}`);
            faults.push(...here.faults.map((fault) => `${screen.name}: ${fault}`));
            if (here.order < last) {
              if (here.name.includes('class="skip"')) break;
              faults.push(`${screen.name}: ${here.name} comes out of order`);
            }
            last = here.order;
          }
          if (stops === MOST) faults.push(`${screen.name}: no way out after ${MOST} stops`);
          if (stops < 5) faults.push(`${screen.name}: only ${stops} stops`);
        }
        await window.close();
        assert.deepEqual([...new Set(faults)], []);
      });
    }
  }
});
