// The peer's new terminal. pouch_pull.js MODULES FOLDER PORT BATCH FILE: fills a database of the peer's server with the
// documents of FILE, one a line, and pulls it. Prints the documents written here and the milliseconds.
"use strict";
const { createRequire } = require("node:module");
const { mkdirSync, readFileSync } = require("node:fs");

const [, , modules, folder, port, batch, file] = process.argv;
const PouchDB = createRequire(modules + "/")("pouchdb");
mkdirSync(folder, { recursive: true });

(async () => {
  const there = new PouchDB(`http://127.0.0.1:${port}/members`);
  const documents = readFileSync(file, "utf8").trimEnd().split("\n").map((line) => JSON.parse(line));
  for (let start = 0; start < documents.length; start += 500) await there.bulkDocs(documents.slice(start, start + 500));
  const here = new (PouchDB.defaults({ prefix: folder + "/" }))("members");
  await here.info();
  const began = performance.now();
  const done = await here.replicate.from(there, { batch_size: Number(batch) });
  console.log(`${done.docs_written} ${performance.now() - began}`);
  process.exit(0);
})();
