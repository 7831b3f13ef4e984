#!/usr/bin/env node
// Every word and standing text is there in Finnish, Swedish and English, and every key that pages and code ask for exists.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..');
const languages = ['fi', 'sv', 'en'];
const faults = [];

function files(folder, ending) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

/** Key → the variables that its text uses. */
function words(language) {
  const found = new Map();
  for (const file of files(join(root, 'web/words', language), '.ftl')) {
    let key = null;
    for (const line of readFileSync(file, 'utf8').split('\n')) {
      const head = /^(-?[a-z][a-z0-9-]*)\s*=/i.exec(line);
      if (head) {
        key = head[1];
        if (found.has(key)) faults.push(`${language}: ${key} stands twice`);
        found.set(key, new Set());
      } else if (!/^\s|^[}]/.test(line) || line.startsWith('#')) {
        key = line.trim() === '' ? key : null;
      }
      if (key) for (const [, variable] of line.matchAll(/\$([a-z][a-z0-9_-]*)/gi)) found.get(key).add(variable);
    }
  }
  return found;
}

const all = Object.fromEntries(languages.map((language) => [language, words(language)]));
const keys = new Set(languages.flatMap((language) => [...all[language].keys()]));
for (const key of [...keys].sort()) {
  for (const language of languages) {
    if (!all[language].has(key)) faults.push(`${key} is missing in ${language}`);
  }
  const variables = languages.map((language) => [...(all[language].get(key) ?? [])].sort().join(' '));
  if (new Set(variables).size > 1) {
    faults.push(`${key} uses other variables in each language: ${languages.map((l, n) => `${l} {${variables[n]}}`).join(', ')}`);
  }
}

// Keys asked for by pages and code: the first quoted text of the calls that turn keys into words.
const asked = new Map();
const ask = (key, file) => { if (!asked.has(key)) asked.set(key, file.slice(root.length + 1)); };
const call = /\b(?:say|with|count)\(\s*(?:StatusCode::[A-Z_]+,\s*)?"([a-z][a-z0-9-]*)"/g;
for (const file of [...files(join(root, 'web/pages'), '.html'), ...files(join(root, 'crates/aukio/src'), '.rs')]) {
  const text = readFileSync(file, 'utf8');
  for (const [, key] of text.matchAll(call)) {
    if (key.includes('-') || keys.has(key) || file.endsWith('.html')) ask(key, file);
  }
}
for (const [key, file] of [...asked].sort()) {
  if (!keys.has(key)) faults.push(`${key} is asked for in ${file} and stands nowhere`);
}

// Standing pages are texts of their own.
const texts = new Set(languages.flatMap((language) => readdirSync(join(root, 'web/texts', language))));
for (const language of languages) {
  const there = readdirSync(join(root, 'web/texts', language));
  for (const text of texts) if (!there.includes(text)) faults.push(`web/texts/${language}/${text} is missing`);
}

for (const fault of faults) console.error(`words: ${fault}`);
if (faults.length === 0) console.log(`words: ${keys.size} in each of ${languages.join(', ')}`);
process.exit(faults.length === 0 ? 0 : 1);
