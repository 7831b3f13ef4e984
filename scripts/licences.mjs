// Every crate and every package that ends up in the service has a licence that goes together with the EUPL-1.2.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

const fitting = new Set([
  '0BSD', 'Apache-2.0', 'Apache-2.0 WITH LLVM-exception', 'BSD-2-Clause', 'BSD-3-Clause', 'BSL-1.0', 'CC-BY-4.0', 'CC0-1.0',
  'CDLA-Permissive-2.0', 'EUPL-1.2', 'ISC', 'MIT', 'MIT-0', 'MPL-2.0', 'OFL-1.1', 'Unicode-3.0', 'Unicode-DFS-2016', 'Unlicense', 'Zlib',
]);

/** Data of ours that others wrote, whose licence goes together with the EUPL-1.2 as long as anybody can put other data in its place. */
const data = new Map([['aukio-swedish', ' AND LGPL-3.0-only']]);

/** Whether a choice that the expression offers fits: OR needs one side, AND both. */
function fits(expression) {
  const text = expression.replaceAll('/', ' OR ').replace(/^\((.*)\)$/, (whole, inner) => (balanced(inner) ? inner : whole)).trim();
  const or = split(text, ' OR ');
  if (or.length > 1) return or.some(fits);
  const and = split(text, ' AND ');
  if (and.length > 1) return and.every(fits);
  return fitting.has(text);
}
function balanced(text) {
  let depth = 0;
  for (const sign of text) { depth += sign === '(' ? 1 : sign === ')' ? -1 : 0; if (depth < 0) return false; }
  return depth === 0;
}
function split(text, between) {
  const parts = [''];
  for (const piece of text.split(between)) {
    const last = parts.length - 1;
    if (parts[last] === '') parts[last] = piece;
    else if (balanced(parts[last])) parts.push(piece);
    else parts[last] += between + piece;
  }
  return parts;
}

const faults = [];
let seen = 0;
const metadata = JSON.parse(execFileSync('cargo', ['metadata', '--locked', '--format-version', '1', '--filter-platform', 'x86_64-unknown-linux-gnu'], { maxBuffer: 1 << 28 }));
const reached = new Set(metadata.resolve.nodes.map((node) => node.id));
for (const crate of metadata.packages.filter((crate) => reached.has(crate.id))) {
  seen += 1;
  if (!crate.license && !crate.license_file) faults.push(`crate ${crate.name} ${crate.version} names no licence`);
  else if (crate.license && !fits(crate.license.replace(data.get(crate.name) ?? '', ''))) faults.push(`crate ${crate.name} ${crate.version}: ${crate.license}`);
}
if (existsSync('package-lock.json')) {
  for (const [place, entry] of Object.entries(JSON.parse(readFileSync('package-lock.json', 'utf8')).packages)) {
    if (place === '') continue;
    seen += 1;
    // Old packages write their licence in prose that the lock leaves out; their own file has it.
    const own = `${place}/package.json`;
    const licence = entry.license ?? (existsSync(own) ? JSON.parse(readFileSync(own, 'utf8')).license : undefined);
    if (entry.optional && !licence) continue;
    if (typeof licence !== 'string' || !fits(licence)) faults.push(`package ${place}: ${JSON.stringify(licence)}`);
  }
}
for (const fault of faults) console.error(`licences: ${fault}`);
if (faults.length === 0) console.log(`licences: ${seen} crates and packages fit`);
process.exit(faults.length === 0 ? 0 : 1);
