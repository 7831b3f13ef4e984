// Stock Yjs: two unchanged y-websocket providers on one document, and a reader beside them.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import * as Y from 'yjs';
import { address, openBrowser, paragraph, people, places, stockReplica, until, writeDocument } from './lib.mjs';

describe('stock Yjs providers', () => {
  let chromium, helmi, oskari, document;
  const providers = [];

  const replica = async (window) => {
    const made = await stockReplica(document, window);
    providers.push(made.provider);
    return made;
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
