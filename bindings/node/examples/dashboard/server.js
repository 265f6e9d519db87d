// The page and its events, without dependencies: node:http, and server-sent events.
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { once } from 'node:events';
import { PROTOCOLS } from './traffic.js';

const TYPES = { html: 'text/html', css: 'text/css', js: 'text/javascript', svg: 'image/svg+xml' };
const FILES = { '/': 'index.html' };
for (const name of ['style.css', 'page.js', 'chart.js', 'format.js', 'table.js', 'icon.svg']) {
    FILES[`/${name}`] = name;
}
const HEADERS = {
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'self'",
    'x-content-type-options': 'nosniff',
};

export async function serve(capture, { host, port }) {
    const server = createServer((request, response) => {
        // A page of another site may come here by a name of its own.
        if (host === '127.0.0.1' && !/^(127\.0\.0\.1|localhost)(:|$)/.test(request.headers.host)) {
            return answer(response, 403, 'this page is for this machine');
        }
        if (request.method === 'GET' && request.url === '/events') return events(capture, response);
        if (request.method === 'PUT' && request.url === '/filter')
            return filter(capture, request, response);
        const name =
            request.method === 'GET' && Object.hasOwn(FILES, request.url) && FILES[request.url];
        if (!name) return answer(response, 404, 'there is no such page');
        const type = `${TYPES[name.split('.').at(-1)]}; charset=utf-8`;
        response.writeHead(200, { ...HEADERS, 'content-type': type });
        response.end(readFileSync(new URL(`page/${name}`, import.meta.url)));
    });
    server.listen(port, host);
    await once(server, 'listening');
    return server;
}

function answer(response, status, text) {
    response.writeHead(status, { ...HEADERS, 'content-type': 'text/plain; charset=utf-8' });
    response.end(text);
}

function events(capture, response) {
    response.writeHead(200, { ...HEADERS, 'content-type': 'text/event-stream' });
    const send = (name, data) => {
        // Who does not read loses states, and is not waited for.
        if (response.writableLength < 1_000_000) {
            response.write(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
        }
    };
    send('hello', {
        title: capture.title,
        live: capture.live,
        protocols: PROTOCOLS,
        filter: capture.filter,
        history: capture.history,
    });
    const state = (data) => send('state', data);
    capture.on('state', state);
    response.on('close', () => capture.off('state', state));
}

async function filter(capture, request, response) {
    let text = '';
    for await (const chunk of request) {
        if ((text += chunk).length > 1024)
            return answer(response, 413, 'a filter has 1,024 bytes at most');
    }
    try {
        capture.open(text.trim());
        answer(response, 200, capture.filter);
    } catch (error) {
        answer(response, 400, error.message);
    }
}
