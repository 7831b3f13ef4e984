// Suggestions under a search field: words and titles, from the service, only those that the reader may read.
// A combobox as WAI-ARIA describes it: the focus stays in the field, arrows choose, Enter goes, Escape closes.
// Without this the form searches all the same.

interface Offer {
  text: string;
  url: string;
  kind?: string;
  language?: string;
}

interface Offers {
  words: Offer[];
  titles: Offer[];
}

const PAUSE = 120;
const LETTERS_LEAST = 2;

export function suggest(form: HTMLFormElement): void {
  const field = form.querySelector<HTMLInputElement>('input[type="search"]');
  if (!field) return;
  const list = document.createElement('ul');
  list.className = 'suggest';
  list.id = `${field.id}-offers`;
  list.role = 'listbox';
  list.ariaLabel = form.dataset['textOffers'] ?? '';
  list.hidden = true;
  const status = document.createElement('span');
  status.className = 'visually-hidden';
  status.role = 'status';
  form.append(list, status);
  field.role = 'combobox';
  field.autocomplete = 'off';
  field.ariaAutoComplete = 'list';
  field.ariaExpanded = 'false';
  field.setAttribute('aria-controls', list.id);

  let waiting: number | undefined;
  let asking: AbortController | undefined;
  let chosen = -1;

  const options = () => [...list.querySelectorAll<HTMLElement>('[role="option"]')];

  function choose(place: number): void {
    const all = options();
    chosen = all.length === 0 ? -1 : (place + all.length + 1) % (all.length + 1);
    // One place beyond the last is the field itself.
    if (chosen === all.length) chosen = -1;
    all.forEach((option, at) => {
      option.ariaSelected = String(at === chosen);
    });
    const option = all[chosen];
    if (option) {
      field?.setAttribute('aria-activedescendant', option.id);
      option.scrollIntoView({ block: 'nearest' });
    } else {
      field?.removeAttribute('aria-activedescendant');
    }
  }

  function close(): void {
    window.clearTimeout(waiting);
    asking?.abort();
    list.hidden = true;
    list.replaceChildren();
    status.textContent = '';
    choose(-1);
    if (field) field.ariaExpanded = 'false';
  }

  function show(offers: Offer[]): void {
    if (offers.length === 0) return close();
    list.replaceChildren(...offers.map((offer, at) => option(offer, `${list.id}-${at}`)));
    list.hidden = false;
    if (field) field.ariaExpanded = 'true';
    choose(-1);
    const text = offers.length === 1 ? form.dataset['textOne'] : form.dataset['textSome'];
    status.textContent = (text ?? '').replace('{n}', String(offers.length));
  }

  function option(offer: Offer, id: string): HTMLElement {
    const item = document.createElement('li');
    item.id = id;
    item.role = 'option';
    item.ariaSelected = 'false';
    item.dataset['url'] = offer.url;
    const text = document.createElement('span');
    text.textContent = offer.text;
    if (offer.language) text.lang = offer.language;
    item.append(text);
    if (offer.kind) {
      const kind = document.createElement('span');
      kind.className = 'soft small';
      kind.textContent = offer.kind;
      item.append(kind);
    }
    return item;
  }

  async function ask(): Promise<void> {
    const typed = field?.value ?? '';
    if (typed.trim().length < LETTERS_LEAST) return close();
    asking?.abort();
    asking = new AbortController();
    try {
      const answer = await fetch(`${form.action}/suggest?q=${encodeURIComponent(typed)}`, { signal: asking.signal });
      if (!answer.ok) return close();
      const { words, titles } = (await answer.json()) as Offers;
      if (field?.value === typed && document.activeElement === field) show([...words, ...titles]);
    } catch {
      // The reader types on, or the network is away: the form works without.
    }
  }

  field.addEventListener('input', () => {
    window.clearTimeout(waiting);
    waiting = window.setTimeout(() => void ask(), PAUSE);
  });
  field.addEventListener('keydown', (event) => {
    if (event.isComposing) return;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      if (list.hidden) void ask();
      else choose(event.key === 'ArrowDown' ? chosen + 1 : chosen < 0 ? options().length - 1 : chosen - 1);
    } else if (event.key === 'Escape' && !list.hidden) {
      event.preventDefault();
      close();
    } else if (event.key === 'Enter' && chosen >= 0) {
      event.preventDefault();
      go(options()[chosen]);
    }
  });
  field.addEventListener('blur', close);
  // The field keeps the focus while the pointer chooses.
  list.addEventListener('pointerdown', (event) => event.preventDefault());
  list.addEventListener('click', (event) => go((event.target as Element).closest<HTMLElement>('[role="option"]')));
}

function go(option: HTMLElement | null | undefined): void {
  const url = option?.dataset['url'];
  if (url) location.assign(url);
}
