// Makes the corpus anew: `node crates/aukio-protocol/fuzz/corpus.mjs`. Real bytes of a real Yjs, small ones, one of
// each kind that there is. The names say what the decoder has to take them for: update, vector, awareness, frame.
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as Y from 'yjs';
import * as awarenessProtocol from 'y-protocols/awareness';
import * as encoding from 'lib0/encoding';
import * as syncProtocol from 'y-protocols/sync';

const folder = path.join(import.meta.dirname, 'corpus');
const write = (name, bytes) => fs.writeFileSync(path.join(folder, name), bytes);
const made = (client, act) => {
  const doc = new Y.Doc();
  doc.clientID = client;
  act(doc);
  return doc;
};
const all = (doc) => Y.encodeStateAsUpdate(doc);
const element = (name, ...children) => {
  const made = new Y.XmlElement(name);
  made.insert(0, children);
  return made;
};
const text = (words, marks) => {
  const made = new Y.XmlText();
  made.insert(0, words, marks);
  return made;
};

const typed = made(1, (doc) => { for (const letter of 'hyvää päivää 🌍') doc.getText('t').insert(doc.getText('t').length, letter); });
write('update-typing', all(typed));
write('update-one-key', (() => { const before = Y.encodeStateVector(typed); typed.getText('t').insert(3, 'x'); return Y.encodeStateAsUpdate(typed, before); })());
write('update-deletes', all(made(2, (doc) => { const t = doc.getText('t'); t.insert(0, 'abcdefgh'); for (const at of [6, 4, 2, 0]) t.delete(at, 1); })));
write('update-marks', all(made(3, (doc) => { const t = doc.getText('t'); t.insert(0, 'lihava ja vino'); t.format(0, 6, { bold: {} }); t.format(10, 4, { italic: {}, link: { href: 'https://kunta.fi' } }); t.format(0, 3, { bold: null }); })));
write('update-embed', all(made(4, (doc) => doc.getText('t').insertEmbed(0, { image: 'x', size: [1, 2] }))));
write('update-values', all(made(5, (doc) => { doc.getArray('a').push([1, -1, 1.5, 2 ** 40, true, false, null, 'teksti', { a: { b: [1] }, n: 123456789012345678n, u: undefined }, [[], {}], new Uint8Array([1, 2, 3])]); })));
write('update-map', all(made(6, (doc) => { const m = doc.getMap('m'); m.set('a', 1); m.set('a', 2); m.set('inner', new Y.Map([['x', new Y.Array()]])); m.delete('a'); })));
write('update-page', all(made(7, (doc) => {
  const heading = element('heading', text('Otsikko'));
  heading.setAttribute('level', 2);
  const cell = element('tableCell', element('paragraph', text('solu')));
  cell.setAttribute('colspan', 2);
  doc.getXmlFragment('default').insert(0, [heading, element('paragraph', text('a'), element('hardBreak'), text('b', { bold: {} })), element('bulletList', element('listItem', element('paragraph', text('kohta')))), element('table', element('tableRow', cell)), element('poll', text('uudempaa'))]);
})));
const two = made(8, (doc) => Y.applyUpdate(doc, all(typed)));
two.getText('t').insert(5, 'toinen');
two.getText('t').delete(1, 8);
write('update-two-people', all(two));
write('update-gone', all(made(9, (doc) => { const f = doc.getXmlFragment('default'); f.insert(0, [element('paragraph', text('pois'))]); f.delete(0, 1); f.insert(0, [element('paragraph')]); })));
write('update-gap', (() => {
  const doc = new Y.Doc();
  doc.clientID = 10;
  const parts = [];
  doc.on('update', (update) => parts.push(update));
  for (const word of ['yksi ', 'kaksi ', 'kolme']) doc.getText('t').insert(doc.getText('t').length, word);
  return Y.mergeUpdates([parts[0], parts[2]]);
})());
write('update-nothing', all(new Y.Doc()));
write('vector-two', Y.encodeStateVector(two));
write('vector-nothing', Y.encodeStateVector(new Y.Doc()));

const presence = new awarenessProtocol.Awareness(made(11, () => {}));
presence.setLocalState({ user: { name: 'Maija', color: '#0050bb' }, cursor: { anchor: { type: null, tname: 'default', item: { client: 1, clock: 2 }, assoc: 0 }, head: null } });
const here = awarenessProtocol.encodeAwarenessUpdate(presence, [11]);
write('awareness-here', here);
presence.setLocalState(null);
write('awareness-gone', awarenessProtocol.encodeAwarenessUpdate(presence, [11], new Map()));
presence.destroy();

const frame = (...parts) => { const out = encoding.createEncoder(); parts.forEach((part) => part(out)); return encoding.toUint8Array(out); };
const number = (value) => (out) => encoding.writeVarUint(out, value);
const buffer = (bytes) => (out) => encoding.writeVarUint8Array(out, bytes);
write('frame-step1', frame(number(0), (out) => syncProtocol.writeSyncStep1(out, two)));
write('frame-step2', frame(number(0), (out) => syncProtocol.writeSyncStep2(out, two)));
write('frame-update', frame(number(0), (out) => syncProtocol.writeUpdate(out, all(typed))));
write('frame-awareness', frame(number(1), buffer(here)));
write('frame-many', frame(number(3), number(0), (out) => syncProtocol.writeSyncStep1(out, two), number(1), buffer(here), number(0), (out) => syncProtocol.writeUpdate(out, all(typed))));
write('frame-auth', frame(number(2), number(0), (out) => encoding.writeVarString(out, 'permission denied')));
write('frame-hello', frame(number(110), number(3)));
write('frame-status', frame(number(102), buffer(new Uint8Array([5]))));
process.exit(0);
