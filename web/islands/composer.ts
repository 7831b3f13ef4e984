// Writing: the draft stays in this browser, the answer finds its message without a new page, and a message
// that could not be sent is still there.

import type { Live } from './live';
import { alarm, say } from './say';

const TYPING_PAUSE = 3000;
const DRAFT_PAUSE = 400;

export function composer(form: HTMLFormElement, live: Live | undefined): void {
  const body = form.elements.namedItem('body');
  if (!(body instanceof HTMLTextAreaElement)) return;
  const key = `aukio-draft:${form.dataset['draft'] ?? location.pathname}`;
  const saved = form.querySelector<HTMLElement>('[data-saved]');
  let typed = 0;
  let timer: number | undefined;

  if (body.value === '') body.value = localStorage.getItem(key) ?? '';

  const keep = () => {
    try {
      if (body.value === '') localStorage.removeItem(key);
      else localStorage.setItem(key, body.value);
      const time = new Date().toLocaleTimeString(document.documentElement.lang, { hour: 'numeric', minute: '2-digit' });
      if (saved) saved.textContent = body.value === '' ? '' : (form.dataset['textSaved'] ?? '').replace('{time}', time);
    } catch {
      // A browser that keeps nothing is not worth a complaint: the text is still on the page.
    }
  };

  body.addEventListener('input', () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(keep, DRAFT_PAUSE);
    if (Date.now() - typed > TYPING_PAUSE) {
      typed = Date.now();
      live?.typing();
    }
    const most = Number(body.dataset['most'] ?? 0);
    if (most > 0 && body.value.length > most * 0.9) {
      say((form.dataset['textLeft'] ?? '').replace('{n}', String(most - body.value.length)));
    }
  });

  form.addEventListener('submit', (event) => {
    const act = event.submitter instanceof HTMLButtonElement ? event.submitter.value : 'post';
    if (act === 'preview') return;
    if (!navigator.onLine) {
      event.preventDefault();
      keep();
      alarm(form.dataset['textFailed'] ?? '');
      if (saved) saved.textContent = form.dataset['textFailed'] ?? '';
      return;
    }
    // The draft goes only when the next page shows that the text has arrived.
    sessionStorage.setItem('aukio-sent', JSON.stringify({ key, text: body.value }));
  });

  replies(form, body);
}

/** Called on every page: a draft that was sent and accepted is forgotten. */
export function forgetSent(): void {
  const sent = sessionStorage.getItem('aukio-sent');
  if (!sent) return;
  sessionStorage.removeItem('aukio-sent');
  const { key, text } = JSON.parse(sent) as { key: string; text: string };
  const still = document.querySelector<HTMLTextAreaElement>('form[data-composer] textarea[name=body]');
  // A page that shows the text again has not taken it; neither has the page that asks to sign in.
  if (still?.defaultValue.trim() === text.trim() && text !== '') return;
  if (/\/(sign-in|register)/.test(location.pathname)) return;
  if (localStorage.getItem(key) === text || text !== '') localStorage.removeItem(key);
}

/** «Reply» moves the target of the form instead of loading a page. */
function replies(form: HTMLFormElement, body: HTMLTextAreaElement): void {
  const parent = form.elements.namedItem('parent');
  const target = form.querySelector('[data-target]');
  if (!(parent instanceof HTMLInputElement) || !target) return;
  const aim = (number: string, name: string) => {
    parent.value = number;
    target.querySelectorAll('.tag, [data-everybody]').forEach((old) => old.remove());
    if (number === '') return;
    const tag = document.createElement('span');
    tag.className = 'tag';
    tag.textContent = name;
    const everybody = document.createElement('button');
    everybody.type = 'button';
    everybody.className = 'button button--quiet button--small';
    everybody.dataset['everybody'] = '';
    everybody.textContent = form.dataset['textEverybody'] ?? '';
    target.append(tag, everybody);
  };
  document.addEventListener('click', (event) => {
    if (!(event.target instanceof Element) || event.ctrlKey || event.metaKey) return;
    const reply = event.target.closest<HTMLElement>('[data-reply]');
    if (reply) {
      event.preventDefault();
      aim(reply.dataset['reply'] ?? '', reply.dataset['replyName'] ?? '');
      form.scrollIntoView({ block: 'nearest' });
      body.focus();
    } else if (event.target.closest('[data-everybody]')) {
      event.preventDefault();
      aim('', '');
      body.focus();
    }
  });
}
