// Copyright (c) 2026, the knowledgefront.monitoring contributors
// GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

// node server.mjs PEER PORT_FILE: the API on loopback, with PEER.mjs deciding about clients and tokens. The clients are
// one line of JSON on the standard input, and the server ends with that input, so with whoever started it.

import { renameSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { createInterface } from 'node:readline';

const [peerName, portFile] = process.argv.slice(2);

const DOCUMENTS = {
  '/v2/status': { error: null, monitor_list: [], path: '/status', t: 1800 },
  '/v2/config/monitor': { monitor_list: [], path: '/config/monitor' },
  '/v2/version': { major: 2, minor: 0 },
};

function answer(response, status, document, headers = {}) {
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
  response.end(JSON.stringify(document));
}

async function answerQuestion(peer, request, response, path) {
  const [, token] = /^Bearer ([\x21-\x7e]+)$/.exec(request.headers.authorization ?? '') ?? [];
  if (!token || !(await peer.accepts(token))) {
    answer(response, 401, { error: 'invalid_token' }, { 'WWW-Authenticate': 'Bearer error="invalid_token"' });
  } else {
    answer(response, path in DOCUMENTS ? 200 : 404, DOCUMENTS[path] ?? { error: 'not_found' });
  }
}

function serve(server, peer) {
  let calls = [];
  const controls = {
    'GET /peer/calls': async () => calls,
    'DELETE /peer/calls': async () => { calls = []; },
    'POST /peer/revocation': () => peer.revokeAll(),
  };
  server.on('request', async (request, response) => {
    const path = new URL(request.url, 'http://peer').pathname;
    const control = controls[`${request.method} ${path}`];
    if (control) {
      answer(response, 200, (await control()) ?? {});
      return;
    }
    // Counted before the last byte is out, so that who got the answer finds it here.
    const end = response.end;
    response.end = (...rest) => {
      calls.push([path, response.statusCode]);
      return end.apply(response, rest);
    };
    await (path === '/v2/token' ? peer.answerToken(request, response) : answerQuestion(peer, request, response, path));
  });
}

const lines = createInterface({ input: process.stdin });
lines.on('close', () => process.exit(0));
lines.once('line', async (line) => {
  const { open } = await import(`./${peerName}.mjs`);
  const server = http.createServer();
  server.listen(0, '127.0.0.1', async () => {
    const { port } = server.address();
    serve(server, await open(`http://127.0.0.1:${port}`, JSON.parse(line)));
    writeFileSync(`${portFile}.new`, String(port));
    renameSync(`${portFile}.new`, portFile);
  });
});
