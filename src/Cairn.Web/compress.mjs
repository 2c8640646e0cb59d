// node compress.mjs TO FILE...: writes each file as FILE.br and FILE.gz below TO. A FILE is NAME=PATH.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';

const [to, ...files] = process.argv.slice(2);
for (const file of files) {
  const [name, path] = file.split('=');
  const content = readFileSync(path), out = join(to, name);
  mkdirSync(dirname(out), { recursive: true });
  writeFileSync(`${out}.br`, brotliCompressSync(content));
  writeFileSync(`${out}.gz`, gzipSync(content, { level: 9 }));
}
