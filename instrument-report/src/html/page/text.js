// Figures as people read them: three significant digits, a unit that fits, `–` for what's absent.

const ABSENT = "–";

function thousands(digits) {
  return digits.replace(/\B(?=(\d{3})+$)/g, ",");
}

function decimal(value, decimals) {
  const [whole, fraction] = value.toFixed(Math.min(decimals, 100)).split(".");
  const sign = whole.startsWith("-") ? "-" : "";
  return sign + thousands(whole.slice(sign.length)) + (fraction ? "." + fraction : "");
}

/** How many decimals make three significant digits. */
function threeDigits(magnitude) {
  const decimals = (value) => Math.max(0, Math.min(9, 2 - Math.floor(Math.log10(value))));
  // Rounding may carry into a further digit on the left: 9.996 is 10.0, not 10.00.
  return decimals(Number(magnitude.toFixed(decimals(magnitude))) || magnitude);
}

const TIME_UNITS = [[1, 0, "ns"], [1e3, 3, "µs"], [1e6, 6, "ms"], [1e9, 9, "s"]];

/** A time of so many nanoseconds. */
function time(nanos) {
  if (!isThere(nanos)) return ABSENT;
  if (nanos === 0) return "0 ns";
  const unit = TIME_UNITS.findIndex(([size]) => nanos < 999.5 * size);
  const [size, exact, symbol] = TIME_UNITS[unit < 0 ? 3 : unit];
  const value = nanos / size;
  const most = Number.isInteger(nanos) ? exact : Infinity;
  return `${decimal(value, Math.min(threeDigits(value), most))} ${symbol}`;
}

function isThere(figure) {
  return figure !== null && figure !== undefined && !Number.isNaN(figure);
}

/** A number with three significant digits, and all digits left of the point. */
function significant(value) {
  if (!isThere(value)) return ABSENT;
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "-∞";
  const magnitude = Math.abs(value);
  if (magnitude === 0) return "0";
  if (magnitude < 1e-6 || magnitude >= 1e9) return value.toExponential(3).replace("e+", "e");
  return decimal(value, Number.isInteger(magnitude) ? 0 : threeDigits(magnitude));
}

function count(value) {
  return isThere(value) ? thousands(String(value)) : ABSENT;
}

/** A share, of 1. What isn't nothing is at least less than the smallest figure shown. */
function percent(share) {
  if (!isThere(share) || !Number.isFinite(share)) return ABSENT;
  if (share === 0) return "0 %";
  return share * 100 < 0.05 ? "<0.1 %" : `${(share * 100).toFixed(1)} %`;
}

const BYTE_UNITS = ["B", "KiB", "MiB", "GiB", "TiB"];

function bytes(figure) {
  let [value, unit] = [figure, 0];
  for (; value >= 1023.5 && unit + 1 < BYTE_UNITS.length; unit += 1) value /= 1024;
  const isWhole = (unit === 0 && Number.isInteger(value)) || value >= 1000 || value === 0;
  const decimals = isWhole ? 0 : value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
  return `${value.toFixed(decimals)} ${BYTE_UNITS[unit]}`;
}

/** A component's figure, by the symbol of its unit. */
function amount(unit, figure) {
  if (!isThere(figure)) return ABSENT;
  const sign = figure < 0 ? "-" : "";
  switch (unit) {
    case "s": return Number.isFinite(figure) ? sign + time(Math.round(Math.abs(figure) * 1e9)) : `${significant(figure)} s`;
    case "B": return Number.isFinite(figure) ? sign + bytes(Math.abs(figure)) : `${significant(figure)} B`;
    case "": return significant(figure);
    case "%": return `${figure.toFixed(1)} %`;
    default: return `${significant(figure)} ${unit}`;
  }
}

/** Marks a figure that's estimated, or may be off since clocks parted. */
function marked(text, isVague) {
  return isVague && text !== ABSENT && !text.startsWith("<") ? `~${text}` : text;
}

function plural(number, one, many = `${one}s`) {
  return `${count(number)} ${number === 1 ? one : many}`;
}
