// A worker in a process of its own, as somebody would write it from the protocol alone: node raw-worker.mjs URL SERVICE NAME
// It answers each request with its own name, so that whoever asked can tell who worked.
import { io } from 'socket.io-client';

const [url, service, name] = process.argv.slice(2);
const socket = io(url, { transports: ['websocket'] });
socket.on('connect', () => socket.emit('register', { type: 'service', name: service }));
socket.on('registered', () => process.stdout.write('registered\n'));
socket.on('request', ({ request_id, payload }) => socket.emit('result', { request_id, result: { worker: name, payload } }));
