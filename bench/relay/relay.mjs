// What Conduit is measured beside: a bare Socket.IO relay that tracks nothing, checks nothing and keeps nothing.
import { createServer } from 'node:http';
import { Server } from 'socket.io';

const server = createServer();
const io = new Server(server, { perMessageDeflate: false });
const workers = [];
let next = 0;
io.on('connection', (socket) => {
  socket.on('register', ({ type }, answer) => {
    if (type === 'service') workers.push(socket);
    answer?.({ ok: true });
  });
  socket.on('request', (message) => {
    next = (next + 1) % workers.length;
    workers[next].emit('request', { ...message, from: socket.id });
  });
  for (const name of ['progress', 'result']) socket.on(name, ({ from, ...message }) => io.to(from).emit(name, message));
});
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
