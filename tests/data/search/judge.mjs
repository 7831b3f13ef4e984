// Computes what each query should find, from what was noted by hand about each text.
//
//   node judge.mjs            writes `set` and `relevant` into queries.jsonl
//   node judge.mjs --check    fails when queries.jsonl is not what this would write, or breaks a rule
//   node judge.mjs --suspects lists texts that look as if a note were missing or one too many
//
// README.md tells what the files mean. There is no morphology here: nothing that a search engine could
// have got wrong in the same way.

import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'

const file = (name) => new URL(name, import.meta.url)
const rows = (name) => readFileSync(file(name), 'utf8').trim().split('\n').map((line) => JSON.parse(line))
const lines = (objects) => objects.map((object) => JSON.stringify(object) + '\n').join('')

const CLASSES = `inflected gradation compound-part compound-binding name place hyphen abbreviation
  typo phrase mixed two-words derivation homonym`.split(/\s+/)
const AT_LEAST = { fi: 320, sv: 65, en: 45 }

const texts = rows('texts.jsonl').filter((row) => row.kind !== 'person')
const concepts = rows('concepts.jsonl')
const noted = new Map(rows('words.jsonl').map(({ id, words }) => [id, new Set(words)]))
const queries = rows('queries.jsonl')

/** All that a reader sees of a text, in lower case. */
const seen = ({ title, body, theme, output }) => [title, body, theme, output].filter(Boolean).join(' \n ').toLowerCase()

const tokens = (text) => seen(text).match(/[\p{L}\p{N}]+(?:[-:'’][\p{L}\p{N}]+)*-?/gu) ?? []

/** A third of the queries is held out, chosen by a hash so that nobody's taste decides. */
function setOf({ query, language }) {
  const hash = createHash('sha256').update(`${language} ${query}`).digest()
  return hash.readUInt32BE(0) % 3 === 0 ? 'held' : 'tuned'
}

/** The texts that have a note for every meaning of the query; `a|b` is either of two. */
function relevant({ means }) {
  const has = (id, meaning) => meaning.split('|').some((word) => noted.get(id)?.has(word))
  return texts.map((text) => text.id).filter((id) => means.every((meaning) => has(id, meaning)))
}

function judged() {
  return queries.map(({ query, language, class: kind, means }) => ({
    query,
    language,
    class: kind,
    means,
    set: setOf({ query, language }),
    relevant: relevant({ means }),
  }))
}

function* faults() {
  const ids = new Set(texts.map((text) => text.id))
  const words = new Set(concepts.map((concept) => concept.word))
  for (const [id, list] of noted) {
    if (!ids.has(id)) yield `words.jsonl: there is no text ${id}`
    for (const word of list) if (!words.has(word)) yield `words.jsonl: ${id}: ${word} is not in concepts.jsonl`
  }
  for (const id of ids) if (!noted.has(id)) yield `words.jsonl: nothing about ${id}`
  if (new Set(texts.map(seen)).size !== texts.length) yield 'texts.jsonl: two texts are the same'

  const asked = new Set()
  for (const { query, language, class: kind, means, relevant } of judged()) {
    const key = `${language} ${query.toLowerCase()}`
    if (asked.has(key)) yield `queries.jsonl: ${key} is there twice`
    asked.add(key)
    if (!CLASSES.includes(kind)) yield `queries.jsonl: ${query}: no class ${kind}`
    for (const word of means.join('|').split('|')) {
      if (!words.has(word)) yield `queries.jsonl: ${query}: ${word} is not in concepts.jsonl`
    }
    if (relevant.length === 0) yield `queries.jsonl: ${query} finds nothing`
  }
  for (const [language, least] of Object.entries(AT_LEAST)) {
    const count = queries.filter((query) => query.language === language).length
    if (count < least) yield `queries.jsonl: ${count} queries in ${language}, ${least} wanted`
  }
  if (lines(judged()) !== readFileSync(file('queries.jsonl'), 'utf8')) {
    yield 'queries.jsonl: not as computed; run judge.mjs'
  }
}

/** Texts with a string like the word and no note, and texts with a note and no string like it. */
function* suspects() {
  for (const { word, language, like, phrase, not = [], either = [] } of concepts) {
    const pattern = new RegExp(like, 'u')
    for (const text of texts) {
      const alike = phrase
        ? (seen(text).match(pattern) ?? []).slice(0, 1)
        : tokens(text).filter((token) => pattern.test(token) && !not.includes(token))
      const has = noted.get(text.id).has(word)
      const sure = alike.filter((token) => !either.includes(token))
      const asked = language === 'any' || language === text.language
      if (!has && asked && sure.length > 0) yield `missing? ${word} in ${text.id}: ${sure.join(', ')}`
      if (has && alike.length === 0) yield `extra? ${word} in ${text.id}`
    }
  }
}

const mode = process.argv[2]
if (mode === undefined) {
  writeFileSync(file('queries.jsonl'), lines(judged()))
} else {
  const found = [...(mode === '--suspects' ? suspects() : faults())]
  for (const line of found) console.log(line)
  process.exitCode = found.length > 0 ? 1 : 0
}
