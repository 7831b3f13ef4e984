// Tells screen readers what changed, without moving the focus: at most once in sixteen seconds, so that a
// busy thread does not talk over its reader.

// A little more than a quarter of a minute: on the quarter, a fifth would fall into the same minute now and then.
const PAUSE = 16_000;
let last = 0;
let waiting: number | undefined;

export function say(text: string): void {
  const region = document.getElementById('status');
  if (!region) return;
  window.clearTimeout(waiting);
  const tell = () => {
    last = Date.now();
    region.textContent = text;
  };
  const wait = last + PAUSE - Date.now();
  if (wait <= 0) tell();
  else waiting = window.setTimeout(tell, wait);
}

/** For what cannot wait: a message that was not sent. */
export function alarm(text: string): void {
  const region = document.getElementById('alert');
  if (region) region.textContent = text;
}
