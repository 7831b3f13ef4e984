// Passkeys: fetches a challenge, lets the browser ask the device, and sends the answer with the page's own form.

interface Challenge {
  token: string;
  options: { publicKey: Record<string, unknown> };
}

/** A challenge is good for five minutes; one that waits beside the address field is renewed before that. */
const RENEW = 4 * 60_000;
/** Nobody who types an address takes longer; a page that is left open must not go on asking. */
const RENEWALS = 2;

function bytes(text: string): ArrayBuffer {
  const plain = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(plain, (sign) => sign.charCodeAt(0)).buffer;
}

function text(buffer: ArrayBuffer): string {
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

type Listed = { id: string; type: 'public-key'; transports?: AuthenticatorTransport[] };
const listed = (all: unknown): PublicKeyCredentialDescriptor[] => ((all as Listed[] | undefined) ?? []).map((one) => ({ ...one, id: bytes(one.id) }));

/** What the server sent as JSON, as the browser takes it. */
function creation(json: Record<string, unknown>): PublicKeyCredentialCreationOptions {
  const user = json['user'] as { id: string; name: string; displayName: string };
  return {
    ...(json as unknown as PublicKeyCredentialCreationOptions),
    challenge: bytes(json['challenge'] as string),
    user: { ...user, id: bytes(user.id) },
    excludeCredentials: listed(json['excludeCredentials']),
  };
}

function request(json: Record<string, unknown>): PublicKeyCredentialRequestOptions {
  return {
    ...(json as unknown as PublicKeyCredentialRequestOptions),
    challenge: bytes(json['challenge'] as string),
    allowCredentials: listed(json['allowCredentials']),
  };
}

/** What the browser gave, as the server reads it. */
function answer(credential: PublicKeyCredential): string {
  const { response } = credential;
  const parts: Record<string, unknown> = { clientDataJSON: text(response.clientDataJSON) };
  if (response instanceof AuthenticatorAttestationResponse) {
    parts['attestationObject'] = text(response.attestationObject);
    parts['transports'] = response.getTransports();
  } else if (response instanceof AuthenticatorAssertionResponse) {
    parts['authenticatorData'] = text(response.authenticatorData);
    parts['signature'] = text(response.signature);
    parts['userHandle'] = response.userHandle && text(response.userHandle);
  }
  return JSON.stringify({ id: credential.id, rawId: text(credential.rawId), type: credential.type, extensions: {}, response: parts });
}

/** A new challenge; undefined when the browser is led elsewhere first, to prove who is at it. */
async function challenge(form: HTMLFormElement, why = ''): Promise<Challenge | undefined> {
  const response = await fetch((form.dataset['start'] ?? '') + why, { method: 'POST', headers: { accept: 'application/json' } });
  if (response.redirected) {
    location.assign(response.url);
    return undefined;
  }
  if (!response.ok) throw new Error(String(response.status));
  return (await response.json()) as Challenge;
}

function send(form: HTMLFormElement, token: string, credential: Credential | null): void {
  if (!(credential instanceof PublicKeyCredential)) throw new Error('no passkey');
  for (const [name, value] of [['token', token], ['credential', answer(credential)]] as const) {
    const field = form.elements.namedItem(name);
    if (field instanceof HTMLInputElement) field.value = value;
  }
  form.submit();
}

let waiting: AbortController | undefined;

async function make(form: HTMLFormElement): Promise<void> {
  const begun = await challenge(form);
  if (begun) send(form, begun.token, await navigator.credentials.create({ publicKey: creation(begun.options.publicKey) }));
}

async function use(form: HTMLFormElement): Promise<void> {
  // Only one question may be open at a time.
  waiting?.abort();
  const begun = await challenge(form);
  if (begun) send(form, begun.token, await navigator.credentials.get({ publicKey: request(begun.options.publicKey) }));
}

/** Offers passkeys beside the field for the address, as the browser's own suggestion. */
async function offer(form: HTMLFormElement, renewals: number): Promise<void> {
  const begun = await challenge(form, '?offer=1');
  if (!begun) return;
  waiting?.abort();
  waiting = new AbortController();
  const { signal } = waiting;
  const renewal = window.setTimeout(() => {
    waiting?.abort();
    if (renewals > 0 && !document.hidden) void offer(form, renewals - 1).catch(() => undefined);
  }, RENEW);
  signal.addEventListener('abort', () => window.clearTimeout(renewal));
  send(form, begun.token, await navigator.credentials.get({ publicKey: request(begun.options.publicKey), mediation: 'conditional', signal }));
}

/** Asks for nothing until somebody comes to the field: most who look at the page do not sign in. */
async function offerAtField(form: HTMLFormElement): Promise<void> {
  const field = document.querySelector<HTMLInputElement>('input[autocomplete~="webauthn"]');
  if (!field || !(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
  // Nobody asked for this one, so that its end is not worth a word.
  const begin = () => void offer(form, RENEWALS).catch(() => undefined);
  if (document.activeElement === field) begin();
  else field.addEventListener('focus', begin, { once: true });
}

export function passkeys(): void {
  const forms = document.querySelectorAll<HTMLFormElement>('form[data-passkey]');
  if (typeof PublicKeyCredential === 'undefined') {
    for (const told of document.querySelectorAll<HTMLElement>('[data-passkey-none]')) told.hidden = false;
    return;
  }
  for (const form of forms) {
    form.hidden = false;
    const told = form.querySelector<HTMLElement>('[data-passkey-told]');
    const fail = () => {
      if (told) told.textContent = form.dataset['textFailed'] ?? '';
    };
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      if (told) told.textContent = '';
      void (form.dataset['passkey'] === 'make' ? make(form) : use(form)).catch(fail);
    });
    if (form.dataset['passkey'] === 'use') void offerAtField(form).catch(() => undefined);
  }
}
