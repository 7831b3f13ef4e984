// What is measured of a page as it stands: the rules of axe, and what they do not see. All but the first run inside the
// page; each returns faults in words.
import axe from 'axe-core';

const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** Runs axe inside the page, and asks only for what is wrong: four times as fast as with the whole report. */
export async function broken(page) {
  await page.evaluate(axe.source);
  const violations = await page.evaluate(async (values) => {
    const found = await globalThis.axe.run(document, { runOnly: { type: 'tag', values }, resultTypes: ['violations'] });
    return found.violations.map(({ id, nodes }) => ({ id, nodes: nodes.slice(0, 2).map((node) => ({ html: node.html, why: node.any[0]?.message ?? node.failureSummary })) }));
  }, rules);
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.html.slice(0, 160)} (${node.why})`).join(' | ')}`);
}

/** WCAG 1.4.12, through the object model, which the content security policy lets pass. */
export const spaced = () => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync('* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important } p { margin-bottom: 2em !important }');
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
};

/** WCAG 1.4.4: a browser whose reader has chosen letters of twice the size. */
export const doubled = () => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(':root { font-size: 200% !important }');
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
};

/** Nothing wider than the window, but what scrolls in a box of its own that the keyboard reaches; no words cut off. */
export const fits = () => {
  const faults = [];
  const root = document.documentElement;
  const name = (element) => element.outerHTML.replaceAll(/\s+/g, ' ').slice(0, 120);
  const scrolls = (element) => { for (let at = element.parentElement; at; at = at.parentElement) if (/auto|scroll/.test(getComputedStyle(at).overflowX)) return at; return null; };
  if (root.scrollWidth > root.clientWidth) faults.push(`the page is ${root.scrollWidth - root.clientWidth} px too wide`);
  for (const element of document.querySelectorAll('body *')) {
    if (!element.checkVisibility({ visibilityProperty: true }) || element.closest('.visually-hidden, .skip, svg, [popover]:not(:popover-open)')) continue;
    const box = element.getBoundingClientRect();
    if (box.width > 0 && box.right > root.clientWidth + 1) {
      const own = scrolls(element);
      if (!own) faults.push(`${name(element)} ends ${Math.round(box.right - root.clientWidth)} px outside`);
    }
    // A box that hides what does not fit in it, and holds words.
    const style = getComputedStyle(element);
    if (/hidden|clip/.test(style.overflowX + style.overflowY) && element !== document.body && element.tagName !== 'MAIN' && element.textContent.trim() && !/^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName)) {
      if (element.scrollWidth > element.clientWidth + 2 || element.scrollHeight > element.clientHeight + 4) faults.push(`${name(element)} cuts its words`);
    }
    if (/auto|scroll/.test(style.overflowX) && element.scrollWidth > element.clientWidth + 1 && element !== root && !/^(TEXTAREA|INPUT|SELECT)$/.test(element.tagName)) {
      if (element.tabIndex < 0 && !element.querySelector('a[href], button, input, select, textarea, [contenteditable="true"]')) faults.push(`${name(element)} scrolls, but no key reaches it`);
    }
  }
  return [...new Set(faults)].slice(0, 4);
};

/** No short word on a button, tag, label or head of a column is broken in two. */
export const whole = () => {
  const faults = [];
  for (const element of document.querySelectorAll('.button, .tag, label, legend, th, nav a')) {
    if (!element.checkVisibility({ visibilityProperty: true }) || element.closest('.visually-hidden')) continue;
    const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    for (let text = texts.nextNode(); text; text = texts.nextNode()) {
      for (const { 0: word, index } of text.data.matchAll(/\p{L}{2,14}(?!\p{L})/gu)) {
        const range = document.createRange();
        range.setStart(text, index);
        range.setEnd(text, index + word.length);
        if (new Set([...range.getClientRects()].map((box) => Math.round(box.top))).size > 1) faults.push(`“${word}” is broken in ${element.outerHTML.replaceAll(/\s+/g, ' ').slice(0, 100)}`);
      }
    }
  }
  return faults.slice(0, 4);
};

/** WCAG 2.5.8 at its least: 24 px, or as much room around. Links in sentences are exempt. */
export const targets = () => {
  const faults = [];
  const all = [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button], [tabindex="0"]')]
    .filter((element) => element.checkVisibility({ visibilityProperty: true }) && !element.closest('.skip, .visually-hidden'));
  const box = (element) => (element.labels?.length && /radio|checkbox/.test(element.type) ? element.parentElement : element).getBoundingClientRect();
  for (const element of all) {
    const { width, height, left, top } = box(element);
    if (width === 0 || (width >= 23.5 && height >= 23.5)) continue;
    // In a sentence: text of the same block stands beside the link.
    const block = element.closest('p, li, dd, td, th, h1, h2, h3, h4, figcaption, label, .message__body');
    if (element.tagName === 'A' && block && block.textContent.trim().length > element.textContent.trim().length + 1) continue;
    const [x, y] = [left + width / 2, top + height / 2];
    const near = all.some((other) => {
      if (other === element || other.contains(element) || element.contains(other)) return false;
      const their = box(other);
      if (their.width === 0) return false;
      const dx = Math.max(their.left - x, 0, x - their.right);
      const dy = Math.max(their.top - y, 0, y - their.bottom);
      return Math.hypot(dx, dy) < 12;
    });
    if (near) faults.push(`${element.outerHTML.slice(0, 110)} is ${Math.round(width)}×${Math.round(height)} px with another beside it`);
    else if (/BUTTON|INPUT|SELECT|SUMMARY/.test(element.tagName)) faults.push(`${element.outerHTML.slice(0, 110)} is ${Math.round(width)}×${Math.round(height)} px`);
  }
  return faults.slice(0, 4);
};

/** One h1, no skipped level, a skip link first, one main, languages said, no name twice for different landmarks. */
export const outline = () => {
  const faults = [];
  const shown = (element) => element.checkVisibility({ visibilityProperty: true });
  if (document.querySelectorAll('main').length !== 1) faults.push('not one main');
  const heads = [...document.querySelectorAll('h1, h2, h3, h4, h5, h6')].filter(shown);
  if (heads.filter((head) => head.tagName === 'H1').length !== 1) faults.push('not one h1');
  const content = heads.filter((head) => !head.closest('.prose, .message__body'));
  let last = 0;
  for (const head of content) {
    const level = Number(head.tagName[1]);
    if (level > last + 1) faults.push(`${head.outerHTML.slice(0, 100)} follows an h${last}`);
    last = level;
    if (head.textContent.trim() === '') faults.push('an empty heading');
  }
  if (!/^(fi|sv|en)$/.test(document.documentElement.lang)) faults.push('the page says no language');
  if (!document.title || document.title.startsWith(' –')) faults.push('no title');
  // A withdrawn message says so in the language of the page.
  for (const text of document.querySelectorAll('.message:not(.message--withdrawn) > .message__main > .message__body, .sheet:not(.sheet--edit) .prose, .editor')) if (!text.closest('[lang]:not(html)')) faults.push(`${text.outerHTML.slice(0, 80)} says no language`);
  const ids = [...document.querySelectorAll('[id]')].map((element) => element.id);
  for (const id of new Set(ids)) if (ids.filter((other) => other === id).length > 1) faults.push(`#${id} twice`);
  for (const element of document.querySelectorAll('[aria-describedby], [aria-labelledby], [aria-controls]')) {
    for (const attribute of ['aria-describedby', 'aria-labelledby', 'aria-controls']) {
      for (const id of (element.getAttribute(attribute) ?? '').split(/\s+/).filter(Boolean)) if (!document.getElementById(id)) faults.push(`${element.outerHTML.slice(0, 90)} points at #${id}, which is not there`);
    }
  }
  // Each control is in the order of the document: no tabindex above zero.
  for (const element of document.querySelectorAll('[tabindex]')) if (element.tabIndex > 0) faults.push(`tabindex ${element.tabIndex}`);
  return faults.slice(0, 5);
};

/** In forced colours backgrounds are gone: what is chosen, pressed or framed has to keep an edge or words. */
export const keepsEdges = () => {
  const faults = [];
  const visible = (element) => element.checkVisibility({ visibilityProperty: true });
  const edged = (element) => {
    const style = getComputedStyle(element);
    return ['Top', 'Right', 'Bottom', 'Left'].some((side) => parseFloat(style[`border${side}Width`]) > 0 && style[`border${side}Style`] !== 'none' && !/^rgba\(.*, 0\)$|transparent/.test(style[`border${side}Color`]))
      || (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0);
  };
  for (const element of document.querySelectorAll('.input, .button:not(.button--quiet), .notice, .panel, .frame, .tag')) {
    if (visible(element) && element.getBoundingClientRect().width > 0 && !edged(element) && !getComputedStyle(element, '::before').borderTopWidth.match(/^[1-9]/)) faults.push(`${element.outerHTML.slice(0, 100)} has lost its edge`);
  }
  for (const element of document.querySelectorAll('[aria-current], [aria-pressed="true"]')) {
    if (!visible(element)) continue;
    const style = getComputedStyle(element);
    const around = getComputedStyle(element.parentElement);
    if (!edged(element) && style.textDecorationLine === around.textDecorationLine && Number(style.fontWeight) <= Number(around.fontWeight) && element.tagName !== 'LI') faults.push(`${element.outerHTML.slice(0, 100)} is chosen by colour only`);
  }
  return [...new Set(faults)].slice(0, 4);
};

/** Nothing moves for who has asked for stillness. */
export const still = () => document.getAnimations().filter((animation) => animation.playState === 'running').map((animation) => `${animation.effect?.target?.outerHTML.slice(0, 80)} moves`);
