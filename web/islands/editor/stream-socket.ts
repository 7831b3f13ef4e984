// A socket for networks that block websockets: an event stream from the server and one request for each frame to it.
// It looks like a WebSocket to the provider, as far as the provider looks.

/** Between two attempts to hand over the same frame, in milliseconds. The server takes it once however often it comes. */
const AGAIN = 1_000;
const ATTEMPTS = 5;
/** Closed without a word from the server (RFC 6455 §7.1.5). */
const LOST = 1006;

type Handler<T> = ((event: T) => void) | null;

export class StreamSocket {
  readonly CONNECTING = 0;
  readonly OPEN = 1;
  readonly CLOSING = 2;
  readonly CLOSED = 3;
  readyState: number = this.CONNECTING;
  binaryType = 'arraybuffer';
  onopen: Handler<Event> = null;
  onmessage: Handler<{ data: ArrayBuffer }> = null;
  onerror: Handler<Event> = null;
  onclose: Handler<{ code: number }> = null;

  readonly #push: string;
  readonly #source: EventSource;
  readonly #waiting: Uint8Array[] = [];
  #number = 0;
  #pushing = false;

  constructor(address: string) {
    const [path = ''] = address.replace(/^ws/, 'http').split('?');
    const key = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
    this.#push = `${path}/push?key=${key}`;
    this.#source = new EventSource(`${path}/stream?key=${key}`);
    this.#source.onopen = (event) => {
      this.readyState = this.OPEN;
      this.onopen?.(event);
    };
    this.#source.onmessage = ({ data }: MessageEvent<string>) => this.onmessage?.({ data: bytes(data) });
    this.#source.addEventListener('over', ({ data }: MessageEvent<string>) => this.#end(Number(data)));
    // The stream would come back by itself, to a room that no longer knows it: the provider begins anew instead.
    this.#source.onerror = (event) => {
      if (this.readyState === this.CONNECTING) this.onerror?.(event);
      this.#end(LOST);
    };
  }

  send(frame: Uint8Array): void {
    this.#waiting.push(frame.slice());
    void this.#pushAll();
  }

  close(): void {
    this.#end(1000);
  }

  /** Hands the frames over one after the other. */
  async #pushAll(): Promise<void> {
    if (this.#pushing) return;
    this.#pushing = true;
    for (let frame = this.#waiting[0]; frame && this.readyState === this.OPEN; frame = this.#waiting[0]) {
      if (!(await this.#pushed(frame))) {
        this.#end(LOST);
        break;
      }
      this.#waiting.shift();
      this.#number += 1;
    }
    this.#pushing = false;
  }

  async #pushed(frame: Uint8Array): Promise<boolean> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      try {
        const body = frame as Uint8Array<ArrayBuffer>;
        const answer = await fetch(`${this.#push}&n=${this.#number}`, { method: 'POST', body, headers: { 'Content-Type': 'application/octet-stream' } });
        if (answer.status < 500) return answer.ok;
      } catch {
        // Nothing came back; whether the frame arrived the server knows.
      }
      await new Promise((resolve) => setTimeout(resolve, AGAIN));
    }
    return false;
  }

  #end(code: number): void {
    if (this.readyState === this.CLOSED) return;
    this.readyState = this.CLOSED;
    this.#source.close();
    this.onclose?.({ code });
  }
}

function bytes(base64: string): ArrayBuffer {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)).buffer;
}
