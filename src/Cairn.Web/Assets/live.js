// Streams of events, one for each address, shared by the parts that live on it. While nobody looks none is open: a browser has few connections.
const streams = new Map();

// Calls ear once, at the next event, or at once when one came while nobody listened. Returns how to stop listening.
export function hear(address, ear) {
  const stream = streams.get(address) ?? { ears: new Set(), unheard: false, over: false };
  if (!streams.has(address)) {
    streams.set(address, stream);
    if (!document.hidden) open(address, stream);
  }
  stream.ears.add(ear);
  if (stream.unheard) tell(stream);
  return () => stream.ears.delete(ear);
}

function open(address, stream) {
  if (stream.over) return;
  stream.source = new EventSource(address);
  for (const kind of ['run', 'points', 'end']) stream.source.addEventListener(kind, () => {
    if (kind === 'end') {
      stream.over = true;
      stream.source.close();
    }
    tell(stream);
  });
}

function tell(stream) {
  stream.unheard = stream.ears.size === 0;
  const ears = [...stream.ears];
  stream.ears.clear();
  for (const ear of ears) ear();
}

document.addEventListener('visibilitychange', () => {
  for (const [address, stream] of streams) document.hidden ? stream.source?.close() : open(address, stream);
});
