// How far a covered figure may be off. Other speeds and time limits are counted here, for any choice;
// what other places of the people and other populations make of it only the run knows, for its own figure.
function limitsAround(cutoff) {
  const by = DATA.travel.speed;
  const step = DATA.travel.step;
  return [Math.floor(cutoff * (1 - by) + 1e-9), Math.ceil(cutoff * (1 + by) - 1e-9), Math.max(0, cutoff - step), cutoff + step];
}

// Lowest and highest people covered by township and in the county, of the figure and all that is varied;
// partly marks where the villages' unknown sizes are not in it.
function bandsOf(type, list, cutoff) {
  const found = model.nearest(type, list);
  const now = model.reached(type, found, cutoff);
  const told = DATA.coverage[type][cutoff];
  const others = limitsAround(cutoff).map(limit => model.reached(type, found, limit, cutoff));
  const out = { low: [], high: [], partly: [] };
  T.code.forEach((_, k) => {
    const same = told.covered[k] === now.covered[k];
    const drawn = same && told.low[k] !== null ? [told.low[k], told.high[k]] : [];
    if (now.refused[k]) {
      // A band without a figure of its own is still worth saying.
      out.low.push(drawn.length ? drawn[0] : null);
      out.high.push(drawn.length ? drawn[1] : null);
      out.partly.push(false);
      return;
    }
    const all = others.filter(other => !other.refused[k]).map(other => other.covered[k]).concat([now.covered[k]], drawn);
    out.low.push(Math.min.apply(null, all));
    out.high.push(Math.max.apply(null, all));
    out.partly.push(!same && now.covered[k] > 0 && now.covered[k] < now.people[k]);
  });
  const n = T.code.length;
  const same = T.code.every((_, k) => told.covered[k] === now.covered[k]);
  const whole = others.filter(other => !other.total.refused).map(other => other.total.covered).concat([now.total.covered], same ? [told.low[n], told.high[n]].concat(told.scenarios).filter(value => value !== null) : []);
  out.total = { low: Math.min.apply(null, whole), high: Math.max.apply(null, whole) };
  return out;
}

let spreadSeen = null;
onChange(() => { spreadSeen = null; });
const bands = () => { if (!spreadSeen) { spreadSeen = bandsOf(state.type, planned(), state.cutoff); } return spreadSeen; };

const percent = (part, whole) => Math.round(100 * part / whole);

// "29–74%", or nothing where the band is no wider than the figure.
function bandShare(low, high, people) {
  if (low === null || !people || percent(low, people) === percent(high, people)) { return ''; }
  return say('share.band', { low: percent(low, people), high: percent(high, people) });
}

// A township's covered share for the map, the tables and the card: figure, band, and both in words.
function shareWords(k, type, list, cutoff) {
  const own = type === undefined;
  const now = own ? figures().cover : model.reached(type, model.nearest(type, list), cutoff);
  const band = own ? bands() : bandsOf(type, list, cutoff);
  const people = now.people[k];
  const spreadOf = bandShare(band.low[k], band.high[k], people);
  if (now.refused[k] || !people || now.unknown[k] >= people) {
    return { figure: '', band: spreadOf, short: spreadOf || say('unknown'), words: spreadOf ? say('share.band_only', { band: spreadOf }) : say('unknown'), partly: false };
  }
  const figure = (now.unknown[k] > 0 ? '≥' : '') + share(now.covered[k], people);
  return { figure, band: spreadOf, short: spreadOf || figure, words: spreadOf ? say('share.both', { share: figure, band: spreadOf }) : figure, partly: band.partly[k] };
}
