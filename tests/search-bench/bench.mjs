// How search behaves as texts grow: imports messages in steps, asks the running service over HTTP, one question
// after the other, and prints a table. The service has one core to itself where `taskset` is there.
//
//   node tests/search-bench/bench.mjs [--most 1000000] [--program target/release/aukio]
//
// Messages are made of words of the judged texts in tests/data/search by Zipf's law, with compounds for the long
// tail; the questions are the judged ones. It prints figures and judges none of them.
import { spawn, spawnSync } from 'node:child_process';
import { createWriteStream, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const option = (name, otherwise) => (process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : otherwise);
const most = Number(option('--most', '1000000'));
const program = option('--program', join(root, 'target/release/aukio'));
const data = mkdtempSync(join(tmpdir(), 'aukio-bench-'));
const judged = (name) => readFileSync(join(root, 'tests/data/search', name), 'utf8').trim().split('\n').map((line) => JSON.parse(line));

// Chance with a seed: every run makes the same texts.
let state = 42;
function random() {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}

const counts = new Map();
for (const text of judged('texts.jsonl')) {
  if (text.language !== 'fi') continue;
  for (const word of `${text.title ?? ''} ${text.body ?? ''}`.match(/[\p{L}-]+/gu) ?? []) counts.set(word, (counts.get(word) ?? 0) + 1);
}
const common = [...counts].sort((a, b) => b[1] - a[1]).map(([word]) => word);
const heads = common.filter((word) => word.length > 4 && /^\p{Ll}+$/u.test(word));
const fronts = ['kunta', 'kaupunki', 'koulu', 'nuoriso', 'ympäristö', 'liikenne', 'vesi', 'kesä', 'talvi', 'ranta', 'metsä', 'kylä', 'maa', 'työ', 'perhe', 'yhteis', 'asukas', 'lähi', 'alue', 'energia'];

function word() {
  // Zipf over the words that occur, and now and then a compound that hardly anybody else writes.
  if (random() < 0.03) return fronts[Math.floor(random() * fronts.length)] + heads[Math.floor(random() * heads.length)];
  return common[Math.floor(common.length ** random()) - 1] ?? common[0];
}

let tokens = 0;
function body() {
  const length = 8 + Math.floor(random() * 20);
  tokens += length;
  return `${Array.from({ length }, word).join(' ')}.`;
}

async function importMessages(from, to) {
  const file = join(data, 'rows.jsonl');
  const out = createWriteStream(file);
  const put = async (row) => {
    if (!out.write(`${JSON.stringify(row)}\n`)) await once(out, 'drain');
  };
  if (from === 0) {
    for (let n = 0; n < 50; n++) await put({ kind: 'person', id: `p${n}`, name: `Kirjoittaja ${n}`, sector: 'resident' });
    for (let n = 0; n < 20; n++) await put({ kind: 'space', id: `s${n}`, type: n === 0 ? 'network' : 'working_group', ...(n > 0 && { space: 's0' }), slug: `tila-${n}`, title: `Tila ${n}`, body: 'Paikka.', author: 'p0' });
  }
  for (let n = from; n < to; n++) {
    const at = new Date(Date.UTC(2025, 0, 1) + (n / most) * 600 * 86_400_000).toISOString();
    if (n % 500 === 0) await put({ kind: 'thread', id: `t${n / 500}`, space: `s${(n / 500) % 20}`, title: body().slice(0, 80), body: body(), language: 'fi', author: `p${n % 50}`, at });
    await put({ kind: 'message', id: `m${n}`, thread: `t${Math.floor(n / 500)}`, body: body(), language: 'fi', author: `p${n % 50}`, at });
  }
  out.end();
  await once(out, 'finish');
  return run('import', file);
}

function run(command, ...rest) {
  const start = performance.now();
  const { status, stderr, stdout } = spawnSync(program, [command, '--data', data, ...rest], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command}: ${stdout}${stderr}`);
  return (performance.now() - start) / 1000;
}

async function serve(work) {
  const pin = existsSync('/usr/bin/taskset') ? ['taskset', '-c', '0'] : [];
  const [command, ...args] = [...pin, program, 'serve', '--data', data, '--listen', '127.0.0.1:0'];
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, AUKIO_LOG: 'warn' } });
  const address = await new Promise((found) => {
    child.stdout.on('data', (chunk) => {
      const line = /listening on (\S+)/.exec(String(chunk));
      if (line) found(line[1]);
    });
  });
  try {
    return await work(address, child);
  } finally {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
}

const questions = judged('queries.jsonl').map(({ query }) => query).sort(() => random() - 0.5).slice(0, 600);
const typed = questions.filter((query) => /^\p{L}{5,}$/u.test(query)).map((query) => query.slice(0, 3 + Math.floor(random() * (query.length - 3)))).slice(0, 300);

/** Milliseconds for each, sorted. */
async function times(address, path, texts) {
  const took = [];
  for (const text of texts) {
    const start = performance.now();
    const answer = await fetch(`${address}${path}${encodeURIComponent(text)}`);
    await answer.text();
    if (!answer.ok) throw new Error(`${path}${text}: ${answer.status}`);
    took.push(performance.now() - start);
  }
  return took.sort((a, b) => a - b);
}

const part = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))].toFixed(1);

function indexBytes() {
  const folder = join(data, 'index');
  let bytes = 0;
  for (const name of readdirSync(folder, { recursive: true })) {
    const file = statSync(join(folder, name));
    if (file.isFile()) bytes += file.size;
  }
  return bytes;
}

function memory(pid) {
  const status = existsSync(`/proc/${pid}/status`) ? readFileSync(`/proc/${pid}/status`, 'utf8') : '';
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
}

console.log('| messages | tokens | import s | rebuild s | tokens/s | bytes/token | p50 ms | p99 ms | typing p50 | typing p99 | offers p99 | MB |');
console.log('|---|---|---|---|---|---|---|---|---|---|---|---|');
let done = 0;
for (const size of [10_000, 100_000, 1_000_000].filter((size) => size <= most)) {
  const imported = await importMessages(done, size);
  done = size;
  const rebuilt = run('reindex');
  const bytes = indexBytes();
  await serve(async (address, child) => {
    await times(address, '/api/v1/search?limit=20&q=', questions.slice(0, 100));
    const asked = await times(address, '/api/v1/search?limit=20&q=', questions);
    const typing = await times(address, '/api/v1/search?limit=10&prefix=1&q=', typed);
    const offers = await times(address, '/fi/search/suggest?q=', typed);
    console.log(`| ${size} | ${tokens} | ${imported.toFixed(0)} | ${rebuilt.toFixed(1)} | ${Math.round(tokens / rebuilt)} | ${(bytes / tokens).toFixed(1)} | ${part(asked, 0.5)} | ${part(asked, 0.99)} | ${part(typing, 0.5)} | ${part(typing, 0.99)} | ${part(offers, 0.99)} | ${memory(child.pid)} |`);
  });
}
rmSync(data, { recursive: true, force: true });
