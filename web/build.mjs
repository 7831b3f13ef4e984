// Builds the pages' styles, scripts, fonts and icons into web/dist, from where they are embedded in the binary.
// Names carry a hash of the content, so that browsers may keep a file for good; manifest.json says which is which.
// Text files are packed here once, as hard as can be, rather than at each request.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const web = fileURLToPath(new URL('.', import.meta.url));
const dist = join(web, 'dist');

/** The most that a reader's browser has to fetch, in bytes of gzip. The build fails above it. */
const most = { 'main.css': 25_000, 'site.js': 15_000, 'editor.js': 210_000 };

const manifest = {};

/** Writes one file under its hashed name and returns that name. */
function put(name, content) {
  const hash = createHash('sha256').update(content).digest('base64url').replaceAll(/[-_]/g, '').slice(0, 10);
  const [, stem, ending] = /^(.*)\.([^.]+)$/.exec(name);
  const hashed = `${stem}-${hash}.${ending}`;
  writeFileSync(join(dist, hashed), content);
  if (ending !== 'woff2') {
    const gzip = gzipSync(content, { level: 9 });
    writeFileSync(join(dist, `${hashed}.gz`), gzip);
    writeFileSync(join(dist, `${hashed}.br`), brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.length } }));
    console.log(`${hashed.padEnd(34)} ${(content.length / 1000).toFixed(1).padStart(7)} kB, ${(gzip.length / 1000).toFixed(1).padStart(6)} kB gzip`);
    if (gzip.length > (most[name] ?? Infinity)) throw new Error(`${name} is ${gzip.length} bytes of gzip; ${most[name]} is the most`);
  }
  manifest[name] = hashed;
  return hashed;
}

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });

for (const file of readdirSync(join(web, 'fonts')).filter((file) => file.endsWith('.woff2'))) put(file, readFileSync(join(web, 'fonts', file)));
for (const file of readdirSync(join(web, 'icons')).filter((file) => file.endsWith('.svg'))) put(file, readFileSync(join(web, 'icons', file)));

const common = { bundle: true, minify: true, write: false, legalComments: 'none', logLevel: 'warning' };

const styles = await build({ ...common, entryPoints: [join(web, 'styles/main.css')], external: ['*.woff2'], target: 'esnext' });
const sheet = styles.outputFiles[0].text.replaceAll(/url\("?([^")]+\.woff2)"?\)/g, (_, path) => `url(/assets/${manifest[basename(path)]})`);
put('main.css', Buffer.from(sheet));

for (const island of ['site', 'editor']) {
  const script = await build({
    ...common,
    entryPoints: [join(web, `islands/${island}.ts`)],
    format: 'esm',
    target: ['es2022'],
    define: { 'process.env.NODE_ENV': '"production"' },
  });
  put(`${island}.js`, Buffer.from(script.outputFiles[0].contents));
}

// The fonts' licence asks to travel with them.
for (const file of readdirSync(join(web, 'fonts')).filter((file) => file.endsWith('.txt'))) put(file, readFileSync(join(web, 'fonts', file)));

writeFileSync(join(dist, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
