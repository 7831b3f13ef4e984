// Stock Yjs: two unchanged y-websocket providers on one document, and a reader beside them.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import WebSocket from 'ws';
import * as Y from 'yjs';
import { WebsocketProvider } from 'y-websocket';
import { address, idOf, openBrowser, people, places, writeDocument } from './lib.mjs';

const until = (what, check, milliseconds = 10_000) => new Promise((resolve, reject) => {
  const started = Date.now();
  const look = setInterval(() => {
    if (check()) { clearInterval(look); resolve(); }
    else if (Date.now() - started > milliseconds) { clearInterval(look); reject(new Error(`${what} did not happen in ${milliseconds} ms`)); }
  }, 20);
});

describe('stock Yjs providers', () => {
  let chromium, helmi, oskari, document;
  const providers = [];

  /** A replica kept in step by a provider that sends this window's cookie, as a browser's websocket would. */
  async function replica(window) {
    const cookies = window ? (await window.context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ') : '';
    class Socket extends WebSocket {
      constructor(url, protocols) {
        super(url, protocols, { headers: { Origin: address, ...(cookies && { Cookie: cookies }) } });
      }
    }
    const doc = new Y.Doc();
    const provider = new WebsocketProvider(`${address.replace('http', 'ws')}/sync`, idOf(document), doc, { WebSocketPolyfill: Socket, disableBc: true });
    providers.push(provider);
    await until('the first sync', () => provider.synced);
    return { doc, provider, root: doc.getXmlFragment('default') };
  }

  const paragraph = (text) => {
    const element = new Y.XmlElement('paragraph');
    element.insert(0, [new Y.XmlText(text)]);
    return element;
  };

  before(async () => {
    chromium = await openBrowser();
    helmi = await chromium.window({ email: people.helmi });
    oskari = await chromium.window({ email: people.oskari });
    const { space } = await places(helmi.page);
    document = await writeDocument(helmi, space, 'Muutkin ohjelmat', 'Alku.');
  });

  after(async () => {
    // The document, too: its awareness keeps a timer, and with it this process, alive.
    for (const provider of providers) { provider.destroy(); provider.doc.destroy(); }
    await helmi?.close();
    await oskari?.close();
    await chromium?.close();
  });

  it('agree, whoever writes first', async () => {
    const [one, two] = [await replica(helmi), await replica(oskari)];
    assert.match(one.root.toString(), /Alku\./);
    one.root.push([paragraph('Ensimmäinen')]);
    two.root.push([paragraph('Toinen')]);
    await until('agreement', () => one.root.toString() === two.root.toString() && /Ensimmäinen.*Toinen|Toinen.*Ensimmäinen/.test(one.root.toString()));
    assert.deepEqual(Y.encodeStateVector(one.doc), Y.encodeStateVector(two.doc));

    // What was written while away comes in afterwards.
    one.provider.disconnect();
    one.root.push([paragraph('Kirjoitettu poissa')]);
    two.root.push([paragraph('Kirjoitettu sillä aikaa')]);
    one.provider.connect();
    await until('agreement after being away', () => one.root.toString() === two.root.toString() && one.root.toString().includes('poissa') && one.root.toString().includes('sillä aikaa'));
  });

  it('let a visitor follow and change nothing', async () => {
    const [writer, reader] = [await replica(helmi), await replica(undefined)];
    reader.root.push([paragraph('Luvaton')]);
    writer.root.push([paragraph('Luvallinen')]);
    await until('the reader hears', () => reader.root.toString().includes('Luvallinen'));
    const fresh = await replica(oskari);
    assert.ok(!fresh.root.toString().includes('Luvaton'));
    const html = await (await fetch(`${address}${document}`)).text();
    assert.ok(html.includes('Luvallinen') && !html.includes('Luvaton'));
  });

  it('tell who is there, by the name that the server knows', async () => {
    const [one, two] = [await replica(helmi), await replica(oskari)];
    one.provider.awareness.setLocalStateField('user', { name: 'Joku muu', color: '#123456' });
    await until('awareness', () => [...two.provider.awareness.getStates().values()].some((state) => state.user?.name === 'Helmi Saarela'));
    assert.ok(![...two.provider.awareness.getStates().values()].some((state) => state.user?.name === 'Joku muu'));
  });
});
