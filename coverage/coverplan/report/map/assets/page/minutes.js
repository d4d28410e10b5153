// Minutes that people on the spot were asked for: villages to seats and seats to seats, as the library counts them.
const COUNT = DATA.counting;
const VILLAGE = { code: [], township: [], name: COUNT.named };
COUNT.villages.forEach((text, k) => { for (let n = 0; n < text.length; n += 3) { VILLAGE.code.push(T.code[k] + text.slice(n, n + 3)); VILLAGE.township.push(k); } });
Object.keys(COUNT.moved).forEach(n => { VILLAGE.code[n] = COUNT.moved[n]; });
const SEATS = T.code.length;
const homeOf = place => (place < SEATS ? place : VILLAGE.township[place - SEATS]);

// The quickest chains of answers between seats; one row answers both ways unless the other way has its own.
function seatMinutes(pairs) {
  const asked = T.code.map(() => new Array(SEATS).fill(Infinity));
  const own = {};
  pairs.forEach(row => { own[row[0] + '>' + row[1]] = true; });
  pairs.forEach(row => {
    asked[row[0]][row[1]] = Math.min(asked[row[0]][row[1]], row[2]);
    if (!own[row[1] + '>' + row[0]]) { asked[row[1]][row[0]] = Math.min(asked[row[1]][row[0]], row[2]); }
  });
  return asked.map((_, start) => {
    const best = new Array(SEATS).fill(Infinity);
    const settled = {};
    best[start] = 0;
    for (let step = 0; step < SEATS; step += 1) {
      let a = -1;
      for (let k = 0; k < SEATS; k += 1) { if (!settled[k] && best[k] < Infinity && (a < 0 || best[k] < best[a])) { a = k; } }
      if (a < 0) { break; }
      settled[a] = true;
      for (let b = 0; b < SEATS; b += 1) { best[b] = Math.min(best[b], best[a] + asked[a][b]); }
    }
    return best;
  });
}

// The answers of the run with the rows taken here in their place.
function answers(rows) {
  const minutes = DATA.asked.minutes.slice();
  const pairs = {};
  DATA.asked.seats.forEach(row => { pairs[row[0] + '>' + row[1]] = row; });
  rows.forEach(row => {
    if (row.table === 'asked_villages' && row.minutes !== null) { minutes[row.village] = row.minutes; }
    if (row.table === 'asked_seats') { pairs[row.from + '>' + row.to] = [row.from, row.to, row.minutes]; }
  });
  return { minutes, seats: seatMinutes(Object.keys(pairs).map(key => pairs[key])) };
}

// From a demand point to a place: over the seats; within one village no time at all.
function trip(given, start, end) {
  if (end < 0) { return Infinity; }
  if (start === end) { return 0; }
  const leg = place => { const m = place < SEATS ? 0 : given.minutes[place - SEATS]; return m === null ? Infinity : m; };
  return leg(start) + given.seats[homeOf(start)][homeOf(end)] + leg(end);
}

const answeredAt = (given, i) => DATA.asked.place[i] >= SEATS && given.minutes[DATA.asked.place[i] - SEATS] !== null;
function locationOf(given, i) {
  const how = DATA.asked.how[i];
  if (how === 's') { return 'seat'; }
  if (how === 'o') { return 'own'; }
  if (answeredAt(given, i)) { return 'asked'; }
  return { p: 'own', t: 'seat', n: 'none' }[how];
}

// Travel as the page carries it, from answers; and what of it the refusals and the gaps are judged by.
function askedTravel(given, venuePlace) {
  const A = DATA.asked;
  const ends = [];
  const column = place => { if (place === -1) { return -1; } if (ends.indexOf(place) < 0) { ends.push(place); } return ends.indexOf(place); };
  const venueColumn = venuePlace.map(column);
  const candidateColumn = DATA.candidates.id.map((_, j) => (j < A.candidate_place.length ? column(A.candidate_place[j]) : -1));
  const rows = A.place.length;
  const matrix = ends.map(() => new Uint8Array(rows));
  const silent = ends.map(() => new Uint8Array(rows));
  const where = A.place.map((_, i) => locationOf(given, i));
  const placed = where.map((how, i) => how === 'asked' || how === 'seat' || ends.some(end => { const t = trip(given, A.place[i], end); return t > 0 && t < Infinity; }));
  ends.forEach((end, c) => A.place.forEach((start, i) => {
    const t = trip(given, start, end);
    matrix[c][i] = t <= A.limit && Math.ceil(t) < 255 ? Math.ceil(t) : 255;
    silent[c][i] = t === Infinity ? 255 : 0;
  }));
  const township = A.place.map(homeOf);
  const refused = {};
  TYPES.filter(type => A.members[type.id]).forEach(type => {
    const all = new Array(SEATS).fill(0);
    const located = new Array(SEATS).fill(0);
    const blank = {};
    A.people.forEach((people, i) => {
      if (A.members[type.id][i] !== '1') { return; }
      if (people === null) { blank[township[i]] = true; }
      all[township[i]] += people || 0;
      if (placed[i] && where[i] !== 'seat') { located[township[i]] += people || 0; }
    });
    refused[type.id] = {};
    type.cutoffs.forEach(cutoff => {
      refused[type.id][cutoff] = all.map((n, k) => (blank[k] ? 'coverage.refused_no_people' : cutoff > A.limit ? 'coverage.refused_limit' : located[k] < 0.5 * n ? 'coverage.refused_unlocated' : ''));
    });
  });
  const flags = list => list.map(yes => (yes ? '1' : '0')).join('');
  return { demand: { township, people: A.people.map(n => n || 0) }, matrix: { rows, list: matrix }, silent: { list: silent }, venue_column: venueColumn, candidate_column: candidateColumn, placed: flags(placed), members: A.members, refused, where,
    speed: A.speed, step: A.step, outside: {}, residents: flags(where.map((how, i) => i < A.residents && how !== 'none')), nearest: nearestNowOf(given, venuePlace) };
}

// Whole minutes of each point to its nearest open venue, by programme.
function nearestNowOf(given, venuePlace) {
  const A = DATA.asked;
  const out = {};
  TYPES.filter(type => A.members[type.id]).forEach(type => {
    const ends = venuePlace.filter((place, v) => place >= 0 && DATA.venues.type[v] === type.id && DATA.venues.open[v]);
    out[type.id] = { list: [Uint8Array.from(A.place, start => { const t = ends.reduce((least, end) => Math.min(least, trip(given, start, end)), Infinity); return t <= A.limit && Math.ceil(t) < 255 ? Math.ceil(t) : 255; })] };
  });
  return out;
}

// Why each township's figure is lacking, and the county's, with the venues that stand now.
function refusalsOf(type) {
  const before = DATA.coverage[type.id] || {};
  if (!DATA.travel || !DATA.travel.members[type.id] || DATA.travel.members[type.id].indexOf('1') < 0) { return; }
  const out = {};
  type.cutoffs.forEach(cutoff => {
    const r = model.reached(type.id, model.before(type.id), cutoff);
    const always = DATA.travel.refused[type.id][cutoff];
    const keys = r.refused.map((no, k) => (!no ? null : typeof always[k] === 'string' && always[k] ? always[k] : always[k] ? before[cutoff].refused[k] : 'coverage.refused_unreported'));
    const lost = {};
    keys.forEach((key, k) => { if (key && key !== 'coverage.refused_no_people') { lost[key] = (lost[key] || 0) + r.people[k]; } });
    const worst = Object.keys(lost).sort().reduce((a, b) => (a && lost[a] >= lost[b] ? a : b), '');
    out[cutoff] = { covered: r.covered.concat([r.total.covered]), low: new Array(SEATS + 1).fill(null), high: new Array(SEATS + 1).fill(null), scenarios: [null, null], refused: keys.concat([r.total.refused ? worst || 'coverage.refused_no_people' : null]) };
  });
  DATA.coverage[type.id] = out;
}
