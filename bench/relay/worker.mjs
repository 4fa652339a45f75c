// Two workers in one process: each answers a request with some progress and a result. `node worker.mjs URL PROGRESS`
import { io } from 'socket.io-client';

const [url, progress] = process.argv.slice(2);
let ready = 0;
for (let count = 0; count < 2; count += 1) {
  const socket = io(url, { transports: ['websocket'], forceNew: true });
  socket.on('request', ({ request_id, payload, from }) => {
    const step = (at) => {
      if (at > Number(progress)) return socket.emit('result', { request_id, from, result: payload });
      socket.emit('progress', { request_id, from, task_id: 'main', progress: at / Number(progress) });
      // A turn between two: the hub may not count on their coming together.
      setImmediate(step, at + 1);
    };
    step(1);
  });
  socket.on('connect', () =>
    socket.emit('register', { type: 'service', name: 'echo' }, () => {
      ready += 1;
      if (ready === 2) console.log('ready');
    }),
  );
}
