// What every page loads: hands each island its element.

import { composer, forgetSent } from './composer';
import { copy } from './copy';
import { documentLive } from './document-live';
import { focusFaults, showPasswords } from './forms';
import type { Live } from './live';
import { passkeys } from './passkey';
import { suggest } from './suggest';
import { rememberOrder, threadLive } from './thread-live';

forgetSent();
showPasswords();
focusFaults();
passkeys();

let live: Live | undefined;
const talk = document.querySelector<HTMLElement>('.talk[data-topic]');
if (talk) {
  rememberOrder(talk);
  live = threadLive(talk);
}
const sheet = document.querySelector<HTMLElement>('.sheet[data-topic]');
if (sheet) live = documentLive(sheet);
for (const form of document.querySelectorAll<HTMLFormElement>('form[data-composer]')) composer(form, live);
for (const form of document.querySelectorAll<HTMLFormElement>('form[role="search"]')) suggest(form);
const made = document.querySelector<HTMLElement>('[data-copy]');
if (made) copy(made);
