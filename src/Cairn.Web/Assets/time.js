// Times are written by the server in UTC. Here they are shown in the viewer's zone; the title keeps the exact UTC.
const moment = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit', timeZoneName: 'short' });
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
const year = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });

const ago = (then, now) => {
  const minutes = Math.floor((now - then) / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min ago`;
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ago`;
  return (then.getFullYear() === now.getFullYear() ? day : year).format(then);
};

const show = time => {
  const then = new Date(time.dateTime);
  if (!Number.isNaN(then.getTime())) time.textContent = time.dataset.time === 'exact' ? moment.format(then) : ago(then, new Date());
};

export const localTimes = root => root.querySelectorAll('time[data-time]').forEach(show);

setInterval(() => document.querySelectorAll('time[data-time="ago"]').forEach(show), 60_000);
