// The page's websocket: follows a topic, comes back by itself after a cut, and hands each entry on once.

export interface Entry {
  kind: 'entry';
  topic: string;
  number: number;
  what: string;
  message?: number;
  parent?: number | null;
  depth?: number;
  by?: string | null;
  html?: string;
  sections?: string[];
  changed?: Record<string, string>;
  contents?: string;
  title?: string;
}

interface Person {
  id: string;
  name: string;
  initials: string;
  look: string;
}

export interface Listener {
  entry(entry: Entry): void;
}

const SILENCE = 45_000;
const LONGEST_PAUSE = 30_000;

export class Live {
  private socket: WebSocket | undefined;
  private attempt = 0;
  private watch: number | undefined;
  private refused = false;

  constructor(
    private readonly topic: string,
    private readonly language: string,
    private seen: number,
    private readonly listener: Listener,
  ) {
    this.open();
    window.addEventListener('online', () => this.again(0));
    // A page that comes back from the browser's memory has a dead socket and an old number: it goes on from there.
    window.addEventListener('pageshow', (event) => {
      if (event.persisted) this.again(0);
    });
  }

  typing(): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify({ typing: this.topic }));
  }

  private open(): void {
    if (this.refused) return;
    const address = new URL('/live', location.href);
    address.protocol = address.protocol.replace('http', 'ws');
    const socket = new WebSocket(address);
    this.socket = socket;
    this.alive();
    socket.addEventListener('open', () => {
      socket.send(JSON.stringify({ follow: this.topic, after: this.seen, lang: this.language }));
    });
    socket.addEventListener('message', (event) => {
      this.alive();
      this.hear(JSON.parse(String(event.data)) as Record<string, unknown>);
    });
    socket.addEventListener('close', () => {
      if (this.socket !== socket) return;
      this.socket = undefined;
      this.presence('', []);
      const most = Math.min(LONGEST_PAUSE, 500 * 2 ** this.attempt++);
      // Full jitter: after a restart not everybody comes back in the same second.
      this.again(500 + Math.random() * most);
    });
  }

  private again(pause: number): void {
    window.clearTimeout(this.watch);
    this.watch = window.setTimeout(() => {
      if (this.socket?.readyState === WebSocket.OPEN && pause > 0) return;
      this.socket?.close();
      this.socket = undefined;
      this.open();
    }, pause);
  }

  /** A socket that says nothing for long, not even its beat, is dead whatever the browser thinks. */
  private alive(): void {
    window.clearTimeout(this.watch);
    this.watch = window.setTimeout(() => this.socket?.close(), SILENCE);
  }

  private hear(frame: Record<string, unknown>): void {
    switch (frame['kind']) {
      case 'entry': {
        const entry = frame as unknown as Entry;
        if (entry.number <= this.seen) return;
        this.seen = entry.number;
        this.listener.entry(entry);
        return;
      }
      case 'ready':
        this.attempt = 0;
        this.seen = Math.max(this.seen, Number(frame['number']));
        return;
      case 'presence':
        this.presence(String(frame['text']), frame['members'] as Person[]);
        return;
      case 'typing': {
        const place = document.querySelector('[data-typing]');
        if (place) place.textContent = String(frame['text']);
        return;
      }
      case 'refused':
        this.refused = true;
        this.socket?.close();
    }
  }

  private presence(text: string, members: Person[]): void {
    const place = document.querySelector<HTMLElement>('[data-presence]');
    if (!place) return;
    place.hidden = text === '';
    const words = place.querySelector('[data-presence-text]');
    if (words) words.textContent = text;
    const people = place.querySelector('[data-presence-people]');
    people?.replaceChildren(
      ...members.map((member) => {
        const avatar = document.createElement('span');
        avatar.className = `avatar avatar--here avatar--small${member.look ? ` avatar--${member.look}` : ''}`;
        avatar.textContent = member.initials;
        avatar.title = member.name;
        avatar.ariaHidden = 'true';
        return avatar;
      }),
    );
  }
}
