// The shared text's connection. A stock provider, and beside it our server's four messages, by which the page
// can say truthfully whether what was written is safe.
import * as encoding from 'lib0/encoding';
import * as decoding from 'lib0/decoding';
import { IndexeddbPersistence } from 'y-indexeddb';
import { WebsocketProvider } from 'y-websocket';
import type * as Y from 'yjs';
import { SCHEMA } from './schema';
import { StreamSocket } from './stream-socket';

const HELLO = 110;
const SAVED = 111;
const REFUSED = 112;
const ACCESS = 113;
const SYNC = 0;

/** Between two comparisons with the server, in milliseconds; heals what no event told of. */
const COMPARE = 10_000;
/** After the server could not store an update, it is offered again by connecting anew. */
const AGAIN = 5_000;

/** The longest pause before connecting again. */
const LONGEST_PAUSE = 30_000;
/** So many failures that the provider waits as long as it is told to. */
const SINCE_LONG = 20;

/** A way that does not open this many times in a row is changed for the other: websocket, event stream. */
const BLOCKED = 2;

/** Close codes at which trying again is no use. */
export const closed: Record<number, 'signedOut' | 'readOnly' | 'gone' | 'broken'> = { 4401: 'signedOut', 4403: 'readOnly', 4404: 'gone', 4400: 'broken', 4413: 'broken', 4426: 'broken' };

/** `unsaved`: there are changes that the server has not called safe. */
export type State =
  | { is: 'connecting' | 'offline'; unsaved: boolean }
  | { is: 'saving'; unsaved: true }
  | { is: 'saved'; unsaved: false; at: Date }
  | { is: 'refused' | 'readOnly' | 'damaged' | 'signedOut' | 'gone' | 'broken'; unsaved: boolean };

export interface Connection {
  provider: WebsocketProvider;
  /** Settles when there is a text to write in: the server's, or the one kept on this device. */
  ready: Promise<void>;
  state(): State;
}

export function connect(doc: Y.Doc, id: string, person: string, changed: (state: State) => void): Connection {
  const provider = new WebsocketProvider(`${location.origin.replace(/^http/, 'ws')}/sync`, id, doc, { connect: false, disableBc: true, resyncInterval: COMPARE });
  // Kept for each member apart, so that nobody sends what another wrote on the same device.
  const kept = new IndexeddbPersistence(`aukio:${id}:${person}`, doc);

  // Each update and each answer that this client sends is acknowledged once, in order.
  let sent = 0;
  let answered = 0;
  let dirty = false;
  let at = new Date();
  let final: 'readOnly' | 'damaged' | 'refused' | 'signedOut' | 'gone' | 'broken' | undefined;
  let wasConnected = false;

  const state = (): State => {
    const unsaved = dirty || sent > answered;
    if (final) return { is: final, unsaved };
    if (!provider.wsconnected) return { is: wasConnected ? 'offline' : 'connecting', unsaved };
    if (!provider.synced) return { is: 'connecting', unsaved };
    return unsaved ? { is: 'saving', unsaved } : { is: 'saved', unsaved, at };
  };
  const tell = () => changed(state());

  doc.on('update', (_update: Uint8Array, origin: unknown) => {
    if (origin === provider || origin === kept) return;
    dirty = true;
    if (provider.wsconnected) sent += 1;
    tell();
  });

  const sync = provider.messageHandlers[SYNC]!;
  provider.messageHandlers[SYNC] = (encoder, decoder, ...rest) => {
    const before = encoding.length(encoder);
    sync(encoder, decoder, ...rest);
    // Something beyond the message's number was written: our answer to the server's state vector.
    if (encoding.length(encoder) > before + 1) sent += 1;
  };
  provider.messageHandlers[SAVED] = (_encoder, decoder) => {
    decoding.readVarUint(decoder);
    answered += 1;
    if (sent <= answered) {
      at = new Date();
      dirty = false;
      if (final === 'refused') final = undefined;
    }
    tell();
  };
  provider.messageHandlers[REFUSED] = (_encoder, decoder) => {
    const reason = decoding.readVarString(decoder);
    // Said at once on arrival, and again of each update: those stay unsaved.
    if (reason === 'damaged') {
      final = 'damaged';
      tell();
      return;
    }
    answered += 1;
    dirty = true;
    if (final !== 'readOnly') final = 'refused';
    if (reason === 'unsaved') {
      setTimeout(() => {
        provider.disconnect();
        provider.connect();
      }, AGAIN);
    }
    tell();
  };
  provider.messageHandlers[ACCESS] = (_encoder, decoder) => {
    const mayWrite = decoding.readVarUint(decoder) === 1;
    if (mayWrite && (final === 'readOnly' || final === 'damaged')) final = undefined;
    else if (!mayWrite && final !== 'damaged') final = 'readOnly';
    tell();
  };

  type Way = typeof provider._WS;
  const ways: Way[] = [WebSocket, StreamSocket as unknown as Way];
  let unopened = 0;
  let again = 0;

  provider.on('status', ({ status }) => {
    if (status === 'connected') {
      wasConnected = true;
      again = 0;
      unopened = 0;
      sent = 0;
      answered = 0;
      // The first message of all, before the provider's own.
      const hello = encoding.createEncoder();
      encoding.writeVarUint(hello, HELLO);
      encoding.writeVarUint(hello, SCHEMA);
      provider.ws?.send(encoding.toUint8Array(hello));
    }
    tell();
  });
  // Full jitter, as on other pages: after a restart not everybody comes back in the same second.
  provider.on('connection-close', () => {
    provider.maxBackoffTime = 100 + Math.random() * Math.min(LONGEST_PAUSE, 500 * 2 ** again);
    provider.wsUnsuccessfulReconnects = SINCE_LONG;
    again += 1;
  });
  provider.on('sync', tell);
  provider.on('connection-error', () => {
    wasConnected = true;
    unopened += 1;
    if (unopened % BLOCKED === 0) provider._WS = ways[(ways.indexOf(provider._WS) + 1) % ways.length]!;
    tell();
  });
  provider.on('closed', ({ code }) => {
    final = closed[code] ?? 'broken';
    tell();
  });

  const ready = new Promise<void>((resolve) => {
    provider.on('sync', (synced: boolean) => { if (synced) resolve(); });
    kept.on('synced', () => { if (doc.getXmlFragment('default').length > 0) resolve(); });
  });
  provider.connect();
  return { provider, ready, state };
}
