// The arithmetic of what-if: presence, people reached, gains. No page, no words: numbers only.
const T = DATA.townships;
const TYPES = DATA.types;
const typeOf = id => TYPES.find(type => type.id === id);

function bytesOf(block) {
  if (block.list) { return block.list[0]; }
  const text = window.atob(block.bytes);
  const out = new Uint8Array(block.rows * block.columns);
  if (block.how === 'raw') {
    for (let n = 0; n < text.length; n += 1) { out[n] = text.charCodeAt(n); }
    return out;
  }
  let at = 0;
  for (let n = 0; n < text.length; n += 1) {
    const byte = text.charCodeAt(n);
    if (byte === block.beyond) {
      n += 1;
      const stop = at + text.charCodeAt(n);
      while (at < stop) { out[at] = block.beyond; at += 1; }
    } else {
      out[at] = byte;
      at += 1;
    }
  }
  return out;
}

const model = (function () {
  let travel = null;
  let rows = 0;
  let home = [];
  let people = [];
  let columns = [];
  let silent = [];
  const cut = block => {
    if (block && block.list) { return block.list; }
    const bytes = block ? bytesOf(block) : null;
    const out = [];
    for (let c = 0; block && c < block.columns; c += 1) { out.push(bytes.subarray(c * rows, (c + 1) * rows)); }
    return out;
  };
  let standing = {};
  let questions = {};
  function load() {
    travel = DATA.travel;
    rows = travel ? travel.matrix.rows : 0;
    home = travel ? travel.demand.township : [];
    people = travel ? travel.demand.people : [];
    columns = cut(travel && travel.matrix);
    silent = cut(travel && travel.silent);
    forget();
  }
  // New rows change who has what: everything that was kept is thrown away.
  function forget() { standing = {}; questions = {}; }

  // Which townships have not answered about a type, or hold a venue of it in an unknown place.
  function askedOf(type) {
    const p = DATA.presence[type];
    const asked = T.code.map((_, k) => (p && p.state[k] === 'u' ? 1 : 0));
    DATA.venues.type.forEach((kindOf, v) => {
      const k = DATA.venues.township[v];
      if (kindOf === type && DATA.venues.open[v] && DATA.venues.location[v] === 'township' && k >= 0) { asked[k] = 1; }
    });
    return asked;
  }

  // A letter a demand point: '-' not asked about, '0' sure, '1' unknown until it is covered.
  function questionOf(type, cutoff, as) {
    const key = type + ' ' + cutoff + ' ' + as;
    if (questions[key]) { return questions[key]; }
    const asked = askedOf(type);
    const points = new Uint8Array(rows);
    const members = travel.members[type];
    const perhaps = {};
    const look = (c, k) => { if (c >= 0 && k >= 0 && asked[k]) { perhaps[c] = true; } };
    travel.venue_column.forEach((c, v) => look(c, DATA.venues.township[v]));
    travel.candidate_column.forEach((c, j) => look(c, DATA.candidates.township[j]));
    const near = Object.keys(perhaps).map(c => columns[c]);
    for (let i = 0; i < rows; i += 1) {
      if (members[i] !== '1') { points[i] = 45; continue; }
      const doubt = travel.placed[i] !== '1' || (home[i] >= 0 && asked[home[i]]) || near.some(column => column[i] <= cutoff);
      points[i] = doubt ? 49 : 48;
    }
    questions[key] = { points, asked, refused: travel.refused[type][as] };
    return questions[key];
  }

  // For a set of sites: whole minutes from each demand point to the nearest, and whether an answer lacks.
  function empty() { return { near: new Uint8Array(rows).fill(255), dumb: silent.length ? new Uint8Array(rows) : null }; }

  function open(found, c) {
    const column = columns[c];
    for (let i = 0; i < rows; i += 1) { if (column[i] < found.near[i]) { found.near[i] = column[i]; } }
    if (found.dumb) {
      const mute = silent[c];
      for (let i = 0; i < rows; i += 1) { if (mute[i]) { found.dumb[i] = 1; } }
    }
  }

  function before(type) {
    if (!standing[type]) {
      const found = empty();
      DATA.venues.type.forEach((kindOf, v) => {
        const c = travel ? travel.venue_column[v] : -1;
        if (kindOf === type && DATA.venues.open[v] && DATA.venues.location[v] !== 'township' && c >= 0) { open(found, c); }
      });
      (travel && travel.outside && travel.outside[type] ? travel.outside[type] : []).forEach(c => open(found, c));
      standing[type] = found;
    }
    return standing[type];
  }

  const columnOf = candidate => (travel ? travel.candidate_column[candidate] : -1);

  function nearest(type, list) {
    const base = before(type);
    const found = { near: base.near.slice(), dumb: base.dumb && base.dumb.slice() };
    list.forEach(j => { if (columnOf(j) >= 0) { open(found, columnOf(j)); } });
    return found;
  }

  // People covered, not covered, and of whom nobody knows, by township; the county is the sum.
  // `as` is the cutoff of the plan that another limit varies.
  function reached(type, found, cutoff, as) {
    const n = T.code.length;
    const question = questionOf(type, cutoff, as === undefined ? cutoff : as);
    const out = { people: new Array(n).fill(0), covered: new Array(n).fill(0), uncovered: new Array(n).fill(0), unknown: new Array(n).fill(0), refused: question.refused.slice() };
    for (let i = 0; i < rows; i += 1) {
      const k = home[i];
      const letter = question.points[i];
      if (k < 0 || letter === 45) { continue; }
      out.people[k] += people[i];
      if (question.refused[k]) { out.unknown[k] += people[i]; } else if (found.near[i] <= cutoff) { out.covered[k] += people[i]; } else if (letter === 49 || (found.dumb && found.dumb[i])) { out.unknown[k] += people[i]; } else { out.uncovered[k] += people[i]; }
    }
    const asked = question.asked;
    let lost = 0;
    for (let k = 0; k < n; k += 1) {
      if (!out.refused[k] && asked[k] && out.people[k] > 0 && out.unknown[k] === out.people[k]) { out.refused[k] = 1; }
      if (out.refused[k]) { lost += out.people[k]; }
    }
    const sum = list => list.reduce((a, b) => a + b, 0);
    out.total = { people: sum(out.people), covered: sum(out.covered), uncovered: sum(out.uncovered), unknown: sum(out.unknown) };
    out.total.refused = lost > 0.5 * out.total.people;
    return out;
  }

  // What each candidate would add now: people newly reached, or people whose township gains a site.
  function gains(type, list, cutoff) {
    const size = DATA.candidates.id.length;
    const out = new Array(size).fill(0);
    if (measured(type)) {
      const found = nearest(type, list);
      const question = questionOf(type, cutoff, cutoff);
      const late = [];
      for (let i = 0; i < rows; i += 1) {
        if (home[i] >= 0 && people[i] > 0 && found.near[i] > cutoff && question.points[i] !== 45 && !question.refused[home[i]]) { late.push(i); }
      }
      const by = columns.map(column => {
        let gain = 0;
        for (let n = 0; n < late.length; n += 1) { if (column[late[n]] <= cutoff) { gain += people[late[n]]; } }
        return gain;
      });
      for (let j = 0; j < size; j += 1) { out[j] = columnOf(j) >= 0 ? by[columnOf(j)] : 0; }
      return out;
    }
    const now = presence(type, list);
    for (let j = 0; j < size; j += 1) {
      const k = DATA.candidates.township[j];
      out[j] = k >= 0 && now.state[k] !== 'h' && !now.added[k] ? T.people[k] || 0 : 0;
    }
    return out;
  }

  // Of a township's own people: how many each candidate would newly bring within the limit.
  function brought(type, list, cutoff, k, candidates) {
    const found = nearest(type, list);
    const question = questionOf(type, cutoff, cutoff);
    const late = [];
    for (let i = 0; i < rows && !question.refused[k]; i += 1) {
      if (home[i] === k && people[i] > 0 && found.near[i] > cutoff && question.points[i] !== 45) { late.push(i); }
    }
    return candidates.map(j => (columnOf(j) < 0 ? 0 : late.reduce((sum, i) => sum + (columns[columnOf(j)][i] <= cutoff ? people[i] : 0), 0)));
  }

  // What each site of a list alone contributes: people whom nothing else brings within the limit, or who
  // live in a township that has no other.
  function alone(type, list, cutoff) {
    const out = list.map(() => 0);
    if (!measured(type)) {
      const now = presence(type, list);
      list.forEach((j, n) => {
        const k = DATA.candidates.township[j];
        if (k >= 0 && now.was[k] !== 'h' && now.added[k] === 1) { out[n] = T.people[k] || 0; }
      });
      return out;
    }
    const base = before(type).near;
    const question = questionOf(type, cutoff, cutoff);
    const mine = list.map(j => (columnOf(j) < 0 ? null : columns[columnOf(j)]));
    for (let i = 0; i < rows; i += 1) {
      if (base[i] <= cutoff || home[i] < 0 || question.points[i] === 45 || question.refused[home[i]]) { continue; }
      let only = -1;
      for (let n = 0; n < mine.length && only > -2; n += 1) { if (mine[n] && mine[n][i] <= cutoff) { only = only === -1 ? n : -2; } }
      if (only >= 0) { out[only] += people[i]; }
    }
    return out;
  }

  // Whether the run gave this type figures of people that the matrix can carry on.
  function measured(type) {
    const table = DATA.coverage[type];
    if (!travel || !table || !travel.members[type]) { return false; }
    return Object.keys(table).some(cutoff => table[cutoff].refused[T.code.length] === null);
  }

  function presence(type, list) {
    const now = DATA.presence[type];
    const added = new Array(T.code.length).fill(0);
    list.forEach(j => { if (DATA.candidates.township[j] >= 0) { added[DATA.candidates.township[j]] += 1; } });
    const was = Array.from(now ? now.state : 'u'.repeat(T.code.length));
    // A site where nobody has answered is built only if there is none: the township stays unreported.
    const state = was.map((letter, k) => (added[k] > 0 && letter !== 'u' ? 'h' : letter));
    const ifNone = was.reduce((sum, letter, k) => sum + (letter === 'u' ? added[k] : 0), 0);
    const tally = letters => ({
      h: letters.filter(x => x === 'h').length,
      n: letters.filter(x => x === 'n').length,
      u: letters.filter(x => x === 'u').length,
    });
    return { state, added, was, ifNone, tally: tally(state), tallyWas: tally(was) };
  }

  const cost = list => {
    let sum = 0;
    let blank = 0;
    list.forEach(j => {
      const yuan = DATA.candidates.cost[j];
      if (yuan === null) { blank += 1; } else { sum += yuan; }
    });
    return { sum, blank };
  };

  // One site after the other, each time the one that adds most; ties go to the first id.
  function greedy(type, start, cutoff, k) {
    const list = start.slice();
    for (let step = 0; step < k; step += 1) {
      const gain = gains(type, list, cutoff);
      let best = -1;
      for (let j = 0; j < gain.length; j += 1) {
        if (serves(j, type) && list.indexOf(j) < 0 && gain[j] > 0 && (best < 0 || gain[j] > gain[best])) { best = j; }
      }
      if (best < 0) { break; }
      list.push(best);
    }
    return list;
  }

  const number = {};
  TYPES.forEach((type, n) => { number[type.id] = n; });
  const serves = (j, type) => DATA.candidates.serves[j].indexOf(number[type]) >= 0;

  load();

  return { get rows() { return rows; }, load, forget, column: c => columns[c], columnOfVenue: v => (travel ? travel.venue_column[v] : -1), before, nearest, reached, gains, alone, brought, presence, measured, cost, greedy, serves, columnOf };
}());
