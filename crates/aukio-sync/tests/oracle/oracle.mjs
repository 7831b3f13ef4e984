// Yjs as the oracle. Reads lines: `history <seed>` makes a history of several people, writes its canonical end, its
// updates and another order for them; `judge <hex>` writes the canonical end of one update. All numbers are
// 32 bits, little-endian; texts and updates stand behind their length.
import * as readline from 'node:readline';
import * as Y from 'yjs';

/** The same tree as Replica::canonical: elements with sorted attributes, runs of text with sorted marks. */
function canonical(doc) {
  const sorted = (object) => Object.keys(object ?? {}).sort().map((key) => [key, plain(object[key])]);
  const plain = (value) => (value !== null && typeof value === 'object' && !Array.isArray(value) ? sorted(value) : value);
  const node = (type) => {
    if (type instanceof Y.XmlText) {
      const runs = [];
      for (const { insert, attributes } of type.toDelta()) {
        const marks = JSON.stringify(sorted(attributes));
        const last = runs.at(-1);
        // Where the runs are cut is not part of the text.
        if (last && last[1] === marks) last[0] += insert;
        else runs.push([insert, marks]);
      }
      return ['text', runs.map(([words, marks]) => [words, JSON.parse(marks)])];
    }
    return ['element', type.nodeName, sorted(type.getAttributes()), type.toArray().map(node)];
  };
  return JSON.stringify(doc.getXmlFragment('default').toArray().map(node));
}

function chances(seed) {
  let state = (seed * 2654435761 + 12345) >>> 0;
  return (end) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % end;
  };
}

const NAMES = ['paragraph', 'heading', 'blockquote', 'listItem', 'tableCell', 'poll'];
const MARKS = ['bold', 'italic', 'code', 'link'];
const WORDS = ['a', 'kunta', ' ', 'äö', '🌍', 'pöytäkirja ', 'x'];

/** One person's act on their own copy. */
function act(doc, chance) {
  const all = [doc.getXmlFragment('default')];
  for (const type of all) if (!(type instanceof Y.XmlText)) all.push(...type.toArray());
  const type = all[chance(all.length)];
  if (type instanceof Y.XmlText) {
    const at = chance(type.length + 1);
    const length = Math.min(type.length - at, 1 + chance(5));
    switch (chance(5)) {
      case 0: return length > 0 && type.delete(at, length);
      case 1: return length > 0 && type.format(at, length, { [MARKS[chance(4)]]: chance(3) ? { n: chance(3) } : null });
      case 2: return type.insert(at, WORDS[chance(7)], chance(2) ? { bold: {} } : {});
      default: return type.insert(at, WORDS[chance(7)]);
    }
  }
  const at = chance(type.length + 1);
  switch (chance(7)) {
    case 0: return type.length > at && type.delete(at, Math.min(type.length - at, 1 + chance(2)));
    case 1: return type instanceof Y.XmlElement && type.setAttribute(['level', 'start', 'class'][chance(3)], chance(2) ? chance(5) : 'x');
    case 2: return type instanceof Y.XmlElement && type.removeAttribute('level');
    case 3: case 4: {
      const text = new Y.XmlText();
      text.insert(0, WORDS[chance(7)]);
      return type.insert(at, [text]);
    }
    default: {
      const element = new Y.XmlElement(NAMES[chance(6)]);
      if (chance(2)) element.insert(0, [new Y.XmlText(WORDS[chance(7)])]);
      return type.insert(at, [element]);
    }
  }
}

function history(seed) {
  const chance = chances(seed);
  const updates = [];
  const people = Array.from({ length: 2 + chance(3) }, (_, at) => {
    const doc = new Y.Doc();
    doc.clientID = 1 + at + chance(1000) * 10;
    doc.heard = 0;
    doc.on('update', (update, origin) => { if (origin !== 'others') updates.push(update); });
    return doc;
  });
  const acts = 10 + chance(40);
  for (let count = 0; count < acts; count += 1) {
    const doc = people[chance(people.length)];
    doc.transact(() => { for (let more = chance(3); more >= 0; more -= 1) act(doc, chance); });
    // Now and then somebody hears what happened so far.
    if (chance(3) === 0) {
      const listener = people[chance(people.length)];
      while (listener.heard < updates.length) Y.applyUpdate(listener, updates[listener.heard++], 'others');
    }
  }
  const end = new Y.Doc();
  updates.forEach((update) => Y.applyUpdate(end, update));
  const shuffled = updates.flatMap((_, at) => (chance(6) === 0 ? [at, at] : [at]));
  for (let at = shuffled.length - 1; at > 0; at -= 1) {
    const other = chance(at + 1);
    [shuffled[at], shuffled[other]] = [shuffled[other], shuffled[at]];
  }
  return { canonical: canonical(end), updates, shuffled };
}

const number = (value) => { const bytes = Buffer.alloc(4); bytes.writeUInt32LE(value); return bytes; };
const buffer = (bytes) => Buffer.concat([number(bytes.length), bytes]);

for await (const line of readline.createInterface({ input: process.stdin })) {
  const [what, argument] = line.split(' ');
  if (what === 'judge') {
    const doc = new Y.Doc();
    Y.applyUpdate(doc, Buffer.from(argument, 'hex'));
    process.stdout.write(buffer(Buffer.from(canonical(doc))));
  } else {
    const { canonical, updates, shuffled } = history(Number(argument));
    process.stdout.write(Buffer.concat([buffer(Buffer.from(canonical)), number(updates.length), ...updates.map(buffer), number(shuffled.length), ...shuffled.map(number)]));
  }
}
