// A signal that gives up what is waited for after so many ms, and stops nothing that has ended by
// then. AbortSignal.timeout is the same, and came to tablets only with Safari 16.

export function within(ms) {
  const patience = new AbortController();
  setTimeout(() => patience.abort(), ms);
  return patience.signal;
}
