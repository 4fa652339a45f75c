// The page: starts a check, and shows what its backend streams. An EventSource comes back by itself, and says where it was.

const find = (id) => document.getElementById(id);
let address;

find('ask').addEventListener('submit', (event) => {
  event.preventDefault();
  void check(
    find('urls')
      .value.split('\n')
      .map((line) => line.trim())
      .filter(Boolean),
  );
});
find('stop').addEventListener('click', () => void fetch(address, { method: 'DELETE' }));

async function check(urls) {
  const answer = await fetch('/api/checks', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ urls }),
  });
  if (!answer.ok) return say((await answer.json()).error.message);
  find('findings').replaceChildren();
  address = answer.headers.get('location');
  const events = new EventSource(`${address}/events`);
  let attempt = 0;
  const on = (name, show) =>
    events.addEventListener(name, ({ data }) => {
      const event = JSON.parse(data);
      // A worker was lost, and another one starts over.
      if (event.attempt > attempt && attempt > 0) find('findings').replaceChildren();
      attempt = event.attempt;
      find('overall').value = event.overall;
      show(event);
    });
  const end = (sentence) => {
    events.close();
    setBusy(false);
    say(sentence);
  };
  setBusy(true);
  say('Waiting for a worker…');
  events.addEventListener('error', () => say('The connection is gone; it comes back by itself…'));
  on('progress', ({ current, total, message }) => say(`${current} of ${total}: ${message}`));
  on('chunk', ({ data }) => add(data));
  on('result', ({ result }) => end(`${result.checked} checked, ${result.broken.length} broken`));
  on('failed', ({ error }) => end(error.message));
}

function add({ url, works, says }) {
  const row = Object.assign(document.createElement('li'), { textContent: `${url}: ${says}` });
  row.dataset.works = works;
  find('findings').append(row);
}

function say(sentence) {
  find('state').textContent = sentence;
}

function setBusy(isBusy) {
  find('go').hidden = isBusy;
  find('stop').hidden = !isBusy;
}
