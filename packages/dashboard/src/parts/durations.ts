/** How durations, instants, sizes and counts are written: short, and always the same. */

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** `840 ms`, `1.2 s`, `3 m 04 s`, `2 h 05 m`, `3 d 4 h`. */
export function durationText(ms: number): string {
  if (ms < 0) return '0 ms';
  if (ms < secondMs) return `${Math.round(ms)} ms`;
  if (ms < 10 * secondMs) return `${(ms / secondMs).toFixed(1)} s`;
  if (ms < minuteMs) return `${Math.round(ms / secondMs)} s`;
  if (ms < hourMs) return `${Math.floor(ms / minuteMs)} m ${padded(Math.floor((ms % minuteMs) / secondMs))} s`;
  if (ms < dayMs) return `${Math.floor(ms / hourMs)} h ${padded(Math.floor((ms % hourMs) / minuteMs))} m`;
  return `${Math.floor(ms / dayMs)} d ${Math.floor((ms % dayMs) / hourMs)} h`;
}

/** `now`, `12 s ago`, `3 m ago`, `2 h ago`, `4 d ago`. */
export function agoText(ms: number): string {
  if (ms < 2 * secondMs) return 'now';
  if (ms < minuteMs) return `${Math.floor(ms / secondMs)} s ago`;
  if (ms < hourMs) return `${Math.floor(ms / minuteMs)} m ago`;
  if (ms < dayMs) return `${Math.floor(ms / hourMs)} h ago`;
  return `${Math.floor(ms / dayMs)} d ago`;
}

/** `512 B`, `1.4 KiB`, `3.0 MiB`, `1.5 GiB`. */
export function bytesText(bytes: number): string {
  if (bytes < 1_024) return `${bytes} B`;
  if (bytes < 1_024 ** 2) return `${(bytes / 1_024).toFixed(1)} KiB`;
  if (bytes < 1_024 ** 3) return `${(bytes / 1_024 ** 2).toFixed(1)} MiB`;
  return `${(bytes / 1_024 ** 3).toFixed(1)} GiB`;
}

/** `12,345`, the same in every locale, as identifiers and codes are. */
export function countText(count: number): string {
  return count.toLocaleString('en-US');
}

/** `0`, `0.4`, `9.6`, `1,240`: how often something happens in a second. */
export function rateText(rate: number): string {
  return rate > 0 && rate < 10 ? rate.toFixed(1) : countText(Math.round(rate));
}

/** `34 %`, `<1 %`; `–` of nothing. */
export function shareText(part: number, whole: number): string {
  if (whole === 0) return '–';
  const percent = (100 * part) / whole;
  return percent > 0 && percent < 1 ? '<1 %' : `${Math.round(percent)} %`;
}

/** `14:03:27.123`, in the time of whoever looks. */
export function clockText(at: number): string {
  const date = new Date(at);
  const parts = [date.getHours(), date.getMinutes(), date.getSeconds()].map(padded).join(':');
  return `${parts}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}

function padded(count: number): string {
  return String(count).padStart(2, '0');
}
