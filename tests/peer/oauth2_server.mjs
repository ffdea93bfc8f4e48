// Copyright (c) 2026, the knowledgefront.monitoring contributors
// GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

// An implementation of other authors, which takes id and secret as they are, as RFC 7617 has it.

import OAuth2Server from '@node-oauth/oauth2-server';
import { text } from 'node:stream/consumers';

function modelOf(clients, tokens) {
  return {
    getClient: async (id, secret) => {
      const known = clients.find((client) => client.id === id && client.secret === secret);
      return known && { id, grants: known.grants, accessTokenLifetime: known.lifetime };
    },
    getUserFromClient: async ({ id }) => ({ id }),
    saveToken: async (token, client, user) => {
      tokens.set(token.accessToken, { ...token, client, user });
      return tokens.get(token.accessToken);
    },
    getAccessToken: async (token) => tokens.get(token),
  };
}

export async function open(_issuer, clients) {
  const tokens = new Map();
  const server = new OAuth2Server({ model: modelOf(clients, tokens) });
  const asked = (request, body) =>
    new OAuth2Server.Request({ method: request.method, headers: request.headers, query: {}, body });
  return {
    answerToken: async (request, response) => {
      const body = Object.fromEntries(new URLSearchParams(await text(request)));
      const reply = new OAuth2Server.Response();
      await server.token(asked(request, body), reply).catch(() => undefined);
      response.writeHead(reply.status, { 'Content-Type': 'application/json', ...reply.headers });
      response.end(JSON.stringify(reply.body));
    },
    accepts: (token) => {
      const request = asked({ method: 'GET', headers: { authorization: `Bearer ${token}` } });
      return server.authenticate(request, new OAuth2Server.Response()).then(() => true, () => false);
    },
    revokeAll: async () => tokens.clear(),
  };
}
